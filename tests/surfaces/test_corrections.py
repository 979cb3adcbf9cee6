"""Corrections from the page and the command line: refused with their reason, or harmless to every page."""

from __future__ import annotations

import json
import random
from contextlib import closing

import pytest

from monitor.surfaces.cli.main import run
from monitor.triage.told import story_facts
from tests.surfaces.conftest import House
from tests.triage.test_told import odd_correction


def test_a_typo_in_a_correction_is_told_and_breaks_nothing(house: House) -> None:
    """Promise: the queue, the story and the API answer as before."""
    house.entry("aaaa1111", "Police foil alleged Iranian plot to kill exile")
    client = house.signed_in()
    answer = client.post("/correct", data={"story": "saaaa1111", "field": "stage", "value": "Foiled"})
    assert answer.status_code == 400
    assert "planned, foiled" in answer.text
    for path in ("/", "/story/aaaa1111", "/api/queue", "/api/entries/aaaa1111"):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("seed", [1, 2])
def test_random_corrections_through_the_page(house: House, seed: int) -> None:
    """Promise: each of them is saved or refused with a reason, and the queue still opens."""
    house.entry("aaaa1111", "Police foil alleged Iranian plot to kill exile")
    client, dice = house.signed_in(), random.Random(seed)
    for _ in range(60):
        field, words = odd_correction(dice)
        form = {"story": "saaaa1111", "field": field, "value": ",".join(words)}
        form = {name: value.encode("utf-8", "replace").decode() for name, value in form.items()}
        answer = client.post("/correct", data=form, follow_redirects=False)
        assert answer.status_code in (200, 303, 400), (form, answer.status_code)
        assert answer.status_code != 400 or answer.text.strip()
    assert client.get("/").status_code == 200
    assert client.get("/api/entries/aaaa1111").status_code == 200


def test_a_correction_by_the_api_is_that_of_the_form(house: House) -> None:
    """Promise: the same event by the same reviewer, told on the page, taken back by one undo; twice changes nothing."""
    house.entry("aaaa1111", "Police foil alleged Iranian plot to kill exile")
    client = house.signed_in()
    body = {"story": "saaaa1111", "field": "stage", "value": ["planned"], "note": "see the second report"}
    first, again = client.post("/api/corrections", json=body), client.post("/api/corrections", json=body)
    assert (first.status_code, again.json()["position"]) == (200, None)
    with closing(house.open()) as workspace:
        event = next(event for event in workspace.log.read() if event.position == first.json()["position"])
    assert (event.type, event.actor, event.data.value) == ("card-corrected", "ana", ["planned"])
    client.post("/undo", data={"back": "/"})
    with closing(house.open()) as workspace:
        assert story_facts(workspace.log, workspace.views, "saaaa1111").card.codes("stage") == ["foiled"]


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"story": "saaaa1111", "field": "stage", "value": ["Foiled"]}, 400, "planned, foiled"),
        ({"story": "saaaa1111", "field": "guilt", "value": ["x"]}, 400, "fields: linked_states"),
        ({"story": "saaaa1111", "field": "stage", "value": "foiled"}, 400, "not a correction"),
        ({"story": "saaaa1111", "field": "stage", "value": ["foiled"], "by": "ben"}, 400, "not a correction"),
        ({"story": "snowhere", "field": "stage", "value": ["foiled"]}, 404, "snowhere"),
        ({"story": "saaaa1111", "field": "stage", "value": ["foiled"], "seen_position": 1}, 409, "changed"),
    ],
)
def test_what_the_api_refuses_it_refuses_in_words(
    house: House, body: dict[str, object], status: int, told: str
) -> None:
    """Promise: nothing is written, and the answer says what would do."""
    house.entry("aaaa1111", "Police foil alleged Iranian plot to kill exile")
    answer = house.signed_in().post("/api/corrections", json=body)
    assert answer.status_code == status
    assert told in answer.json()["error"]
    with closing(house.open()) as workspace:
        assert not any(event.type == "card-corrected" for event in workspace.log.read())


@pytest.mark.parametrize("seed", [4, 5])
def test_random_corrections_through_the_api(house: House, seed: int) -> None:
    """Promise: each of them is saved or refused with a reason, and the queue still opens."""
    house.entry("aaaa1111", "Police foil alleged Iranian plot to kill exile")
    client, dice = house.signed_in(), random.Random(seed)
    for _ in range(60):
        field, words = odd_correction(dice)
        answer = client.post(
            "/api/corrections", content=as_json({"story": "saaaa1111", "field": field, "value": words})
        )
        assert answer.status_code in (200, 400), (field, words, answer.status_code)
        assert answer.status_code != 400 or answer.json()["error"].strip()
    assert client.get("/").status_code == 200


def as_json(body: dict[str, object]) -> bytes:
    """The body as a script would send it; a lone surrogate goes as an escape."""
    return json.dumps(body).encode()


def test_random_corrections_through_the_command(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: each of them is saved, or refused in a line with exit code 2 or 9; the page still opens."""
    house.entry("aaaa1111", "Police foil alleged Iranian plot to kill exile")
    config, dice, codes = house.folder / "feeds.yaml", random.Random(3), []
    config.write_text("feeds:\n- url: https://x.test/feed\n  name: X\n", encoding="utf-8")
    start = ["--config", str(config), "--data", str(house.folder), "correct", "saaaa1111"]
    for _ in range(60):
        field, words = odd_correction(dice)
        code = run([*start, "--by", "ana", "--", field, *words])
        told = "".join(capsys.readouterr())
        assert code in (0, 2, 9), (field, words, told)
        assert told.strip()
        assert "Traceback" not in told
        codes.append(code)
    assert {0, 9} <= set(codes)
    assert house.signed_in().get("/").status_code == 200
