"""One order on every surface: the day's rows first, and of a row put behind each says why."""

from __future__ import annotations

from contextlib import closing

import msgspec
import pytest
from click.testing import CliRunner

from monitor.config.settings import Settings
from monitor.surfaces.cli.decide import queue as command
from monitor.surfaces.cli.decide.review import load
from monitor.surfaces.digest.content import gather
from monitor.surfaces.digest.render import FORMS
from monitor.surfaces.review import press, screen
from tests.surfaces.conftest import House

FIRST, COPY, OTHER, LAST = "Mayor resigns over contract", "Mayor resigns, aide says", "Ferry resumes", "Library opens"
WANTED = [FIRST, OTHER, COPY, LAST]
WHY = "behind: same topic"


@pytest.fixture
def desk(house: House) -> House:
    """A house that reads two rows a day; the second best row is about the topic of the best."""
    for number, (title, score) in enumerate(((FIRST, 0.9), (COPY, 0.8), (OTHER, 0.7), (LAST, 0.6))):
        house.entry(f"aaaa000{number}", title, "words", score=score, publisher=f"Paper {number}")
    house.settings = Settings(rows_per_day=2)
    return house


def in_order(text: str, titles: list[str]) -> bool:
    """Tell whether the titles stand in this order."""
    places = [text.find(title) for title in titles]
    return -1 not in places and places == sorted(places)


def test_the_api(desk: House) -> None:
    """Every waiting row, the day's first; `behind` is empty where a row stands by its score."""
    rows = desk.signed_in().get("/api/queue").json()["rows"]
    assert [row["title"] for row in rows] == WANTED
    assert [row["behind"] for row in rows] == ["", "", "same topic", ""]
    limited = desk.signed_in().get("/api/queue?limit=2").json()["rows"]
    assert [row["title"] for row in limited] == WANTED[:2]


def test_the_page(desk: House) -> None:
    """The day's rows, then all on demand, with the quiet word."""
    page = desk.signed_in().get("/").text
    assert in_order(page, WANTED[:2])
    assert COPY not in page
    assert "2 more below the line" in page
    everything = desk.signed_in().get("/?all=1").text
    assert in_order(everything, WANTED)
    assert everything.count("behind:") == everything.count(WHY) == 1


def test_the_terminal(desk: House) -> None:
    """`review` walks the same order and says why under the cursor."""
    with closing(desk.open()) as workspace:
        state = load(workspace, "ana")
        for _ in range(3):
            state = press(state, "j").state
    assert [row.title for row in state.rows] == WANTED
    assert WHY in screen(state, 120, 30)


@pytest.mark.parametrize("form", sorted(FORMS))
def test_the_digest(desk: House, form: str) -> None:
    """The digest is the day's rows."""
    with closing(desk.open()) as workspace:
        text = FORMS[form](gather(workspace))
    assert in_order(text, WANTED[:2])
    assert COPY not in text


def test_the_digest_says_why_a_row_is_behind(desk: House) -> None:
    """Where the day has room for it, a row put behind carries the word in the digest too."""
    for number, title in enumerate(("Harbour dredged", "Tunnel lit", "Orchard pruned")):
        desk.entry(f"bbbb000{number}", title, "words", score=0.95 - number / 100, publisher="Loud")
    with closing(desk.open()) as workspace:
        content = gather(workspace)
        behind = msgspec.structs.replace(content.rows[0], behind="source")
        text = FORMS["text"](msgspec.structs.replace(content, rows=[behind]))
    assert [row.title for row in content.rows] == ["Harbour dredged", FIRST]
    assert "behind: source" in text


def test_the_command(desk: House) -> None:
    """`monitor queue` shows the day's rows; --all the rest behind them, as text and as JSON."""

    def said(*args: str) -> str:
        given = {"config": None, "data": None, "open": lambda *_: desk.open()}
        return CliRunner().invoke(command.queue, list(args), obj=given, catch_exceptions=False).output

    day = said()
    assert day.startswith("4 waiting, 2 shown")
    assert in_order(day, WANTED[:2])
    everything = said("--all")
    assert in_order(everything, WANTED)
    assert everything.count(WHY) == 1
    rows = msgspec.json.decode(said("--json", "-n", "3"))
    assert [row["behind"] for row in rows] == ["", "", "same topic"]
