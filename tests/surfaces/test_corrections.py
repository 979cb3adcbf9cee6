"""Corrections from the page and the command line: refused with their reason, or harmless to every page."""

from __future__ import annotations

import random

import pytest

from monitor.surfaces.cli.main import run
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
