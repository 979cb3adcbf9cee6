"""The terminal queue: keys to decisions, decisions to events, refusals said on the screen."""

from __future__ import annotations

from monitor.config.settings import Settings
from monitor.surfaces.cli.decide.review import Typed, carry_out, load
from monitor.surfaces.layouts import LAYOUTS, meaning
from monitor.surfaces.review import press, screen
from monitor.triage.decide import label_entry
from monitor.triage.entries import labels_of
from monitor.triage.told import story_facts
from tests.surfaces.conftest import House


def test_a_row_is_read_and_decided_with_a_few_keys(house: House) -> None:
    """Promise: j, o, p, z do what the page's keys do, and the log has it."""
    house.entry("aaaa1111", "First alleged plot", score=0.9)
    house.entry("bbbb2222", "Second alleged plot", "Officials allege much.", score=0.8)
    workspace = house.open()
    state = load(workspace, "ana")
    for key in "jjo":
        state = carry_out(workspace, press(state, key), "ana", 80)
    assert "Officials allege much." in screen(state, 80, 40)
    state = carry_out(workspace, press(state, "p"), "ana", 80)
    assert ("saved: plot" in state.said, len(state.rows)) == (True, 1)
    assert [item.label for item in labels_of(workspace.views, "bbbb2222")] == ["plot"]
    state = carry_out(workspace, press(state, "z"), "ana", 80)
    assert (state.said, len(state.rows)) == ('undone: plot: "Second alleged plot"', 2)
    state = carry_out(workspace, press(state, "s"), "ana", 80)
    assert len(state.rows) == 1
    workspace.close()


def test_a_row_somebody_else_decided_is_said_not_overwritten(house: House) -> None:
    """Promise: the conflict stands on the screen and the other's label stands in the log."""
    house.entry("aaaa1111", "First alleged plot")
    workspace = house.open()
    state = press(load(workspace, "ana"), "j").state
    label_entry(workspace.log, workspace.views, "aaaa1111", "not-plot", by="ben", now=house.now)
    state = carry_out(workspace, press(state, "p"), "ana", 80)
    assert "ben labelled this not-plot" in state.said
    assert [item.by for item in labels_of(workspace.views, "aaaa1111")] == ["ben"]
    workspace.close()


def test_a_screen_never_exceeds_its_cells(house: House) -> None:
    """Promise: narrow and low terminals are not scrolled by a long title."""
    house.entry("aaaa1111", "长" * 300, score=0.9)
    house.entry("bbbb2222", "می‌خواهم " * 60, score=0.8)
    workspace = house.open()
    for width, height in ((40, 10), (80, 24), (200, 60)):
        lines = screen(load(workspace, "ana"), width, height).split("\n")
        assert len(lines) <= height
        assert all(line.count("\u2068") == line.count("\u2069") for line in lines)
    workspace.close()


def test_fast_typing_is_several_keys_and_an_arrow_is_one() -> None:
    """Promise: no key is lost when the terminal hands over several at once."""
    assert Typed().keys("jjp") == ["j", "j", "p"]
    assert Typed().keys("\x1b[B") == ["\x1b[B"]


def test_a_long_text_is_read_page_by_page(house: House) -> None:
    """Promise: space and b go through an opened row to its last line, and the day's end is marked in the list."""
    house.entry("aaaa1111", "First alleged plot", " ".join(f"word{number}" for number in range(2_000)), score=0.9)
    house.settings = Settings(rows_per_day=1)
    house.entry("bbbb2222", "Second alleged plot", score=0.8)
    workspace = house.open()
    state = load(workspace, "ana")
    assert "the day's rows end here" in screen(state, 80, 24).split("First alleged plot")[1].split("Second")[0]
    for key in "jo":
        state = carry_out(workspace, press(state, key), "ana", 80)
    assert "word1999" not in screen(state, 80, 24)
    for _ in range(30):
        state = press(state, " ").state
    assert "https://news.test/aaaa1111" in screen(state, 80, 24)
    for _ in range(60):
        state = press(state, "b").state
    assert "word1 " in screen(state, 80, 24)
    workspace.close()


def test_pasted_words_are_no_keys() -> None:
    """Promise: a text pasted into the review, in one piece or several, decides nothing."""
    typed = Typed()
    assert typed.keys("j\x1b[200~not a plot, un") == ["j"]
    assert typed.keys("sure\x1b[201~k") == ["k"]


def test_nothing_selected_nothing_decided(house: House) -> None:
    """Promise: before j selects a row, no key decides; the screen says how to go on."""
    house.entry("aaaa1111", "First alleged plot")
    workspace = house.open()
    state = load(workspace, "ana")
    for key in "pnuso":
        state = carry_out(workspace, press(state, key), "ana", 80)
        assert "no row is selected" in state.said
    assert labels_of(workspace.views, "aaaa1111") == []
    workspace.close()


def test_keys_of_other_layouts_lie_in_the_same_places() -> None:
    """Promise: Caps Lock and six layouts reach every key; a letter that two have in different places reaches none."""
    assert [meaning(key) for key in ("P", "p", "?", "\x1b[B")] == ["p", "p", "?", "\x1b[B"]
    for latin, printed in LAYOUTS.values():
        assert "".join(meaning(letter) for letter in printed) == latin


def test_one_key_confirms_what_the_reports_say(house: House) -> None:
    """Promise: c confirms the sentence once, and says so where nobody is accused."""
    house.entry("aaaa1111", "Danish police say Belarus ordered the killing of an editor in Aarhus", score=0.9)
    house.entry("bbbb2222", "Police arrest three over murder of banker", score=0.8)
    workspace = house.open()
    state = load(workspace, "ana")
    said = []
    for key in "jccjc":
        state = carry_out(workspace, press(state, key), "ana", 80)
        said.append(state.said)
    assert said[1].startswith("confirmed")
    assert "already" in said[2]
    assert "nobody is accused" in said[4]
    assert story_facts(workspace.log, workspace.views, "saaaa1111").status == "confirmed"
    workspace.close()
