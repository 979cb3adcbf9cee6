"""Successive polls of real feeds through tick: every entry once, revisions as revisions, none flagged twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.replay import Reading, faults, read_archive, recorded, replay

N_POLLS_IN_TESTS = 6  # of 60; all of them: `python3 dev.py bench replay`


@pytest.mark.shared
def test_real_polls_are_recorded_as_an_independent_reader_sees_them(shared: Path, tmp_path: Path) -> None:
    """The log's entries are those feedparser finds, each once, scored; words that changed are revisions."""
    polls = read_archive(shared / "data" / "feeds" / "successive-polls.tar.gz", N_POLLS_IN_TESTS)
    reading = replay(polls, tmp_path)
    events = recorded(tmp_path)
    assert faults(reading, events) == []
    assert len(events["entry-seen"]) > 200
    assert len(events["entry-revised"]) == reading.n_revised > 0


def test_the_comparison_can_fail() -> None:
    """A missing entry, one recorded twice, one flagged twice and one unscored are all found."""
    reading = Reading(seen={("a", "1"), ("a", "2")})
    seen = {"feed_id": "a", "guid": "1", "link": "", "entry_id": "e1"}
    events: dict[str, list[dict[str, object]]] = {
        "entry-seen": [seen, seen],
        "entry-flagged": [{"entry_id": "e1"}, {"entry_id": "e1"}],
    }
    found = sorted({fault.split(":")[0] for fault in faults(reading, events)})
    assert found == ["flagged 2 times", "missing", "recorded 2 times", "seen and not scored"]
