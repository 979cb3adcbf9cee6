"""Decisions on the command line: refused where another's label stands, listed, undone; and who is spared a row."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from monitor.log.codec import iso
from monitor.surfaces.cli.main import run
from monitor.surfaces.digest.content import DAY
from monitor.triage.decide import skip_row
from tests.surfaces.conftest import House
from tests.surfaces.test_reports import content_of

TITLE = "Police allege Iran planned to kill an exiled editor"
TEXT = "Police in Denmark allege that Iran was behind a foiled plot to assassinate an exiled journalist in Aarhus."


@pytest.fixture
def desk(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """Two flagged rows in a folder that commands are run in."""
    house.entry("aaaa1111aaaa1111", TITLE, TEXT, score=0.9, publisher="Harbour Wire")
    house.entry("bbbb2222bbbb2222", "Second alleged plot", score=0.8)
    monkeypatch.setenv("MONITOR_NOW", iso(house.now))
    monkeypatch.chdir(house.folder)
    Path("feeds.yaml").write_text("feeds: []\n", encoding="utf-8")
    return house


def monitor(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str]:
    """Run `monitor …` over the folder; return its exit code and what it said."""
    code = run(["-d", ".", *args])
    out = capsys.readouterr()
    return code, out.out + out.err


def test_a_label_of_somebody_else_is_not_written_over(desk: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: the second reviewer is refused and told who was first; `--beside` records both."""
    assert monitor(capsys, "label", "aaaa1111", "plot", "--by", "ben")[0] == 0
    code, said = monitor(capsys, "label", "aaaa1111", "not-plot", "--by", "ana")
    assert (code, "ben labelled this plot" in said) == (11, True)
    assert monitor(capsys, "label", "aaaa1111", "not-plot", "--by", "ana", "--beside")[0] == 0
    _, listed = monitor(capsys, "labels", "list")
    assert ("ben" in listed, "ana" in listed) == (True, True)


def test_todays_acts_are_listed_and_one_is_undone_by_its_place(desk: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: `undo --list` names each act by its title; `--position` takes back that one and no other."""
    monitor(capsys, "label", "aaaa1111", "plot", "--by", "ana")
    monitor(capsys, "skip", "bbbb2222", "--by", "ana")
    _, listed = monitor(capsys, "undo", "--list", "--by", "ana")
    lines = listed.splitlines()
    assert [line.split(maxsplit=2)[2] for line in lines] == ['put off: "Second alleged plot"', f'plot: "{TITLE}"']
    code, said = monitor(capsys, "undo", "--by", "ana", "--position", lines[1].split()[0])
    assert (code, f'undone: plot: "{TITLE}"' in said) == (0, True)
    assert monitor(capsys, "undo", "--list", "--by", "ana")[1].splitlines() == lines[:1]


def test_the_queue_has_the_sentence_and_the_link(desk: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: a row in the terminal can be decided and read at its source without another command."""
    _, said = monitor(capsys, "queue")
    row = said.partition(TITLE)[2].partition("Second alleged plot")[0]
    assert "Police allege that Iran was behind a foiled assassination" in row
    assert "https://news.test/aaaa1111aaaa1111" in row


def test_what_one_put_off_the_digest_still_sends(desk: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: a row put off by one reviewer, for a month even, stands in the digest and in everybody's queue."""
    with closing(desk.open()) as workspace:
        skip_row(workspace.log, workspace.views, "aaaa1111aaaa1111", by="ana", now=desk.now, days=30)
    assert TITLE in [row.title for row in content_of(desk, DAY).rows]
    assert TITLE in monitor(capsys, "queue")[1]
    to_decide = 'name="entry" value="aaaa1111aaaa1111"'
    assert to_decide not in desk.signed_in("ana").get("/").text
    assert to_decide in desk.signed_in("ben").get("/").text
