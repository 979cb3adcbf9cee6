"""Thousands of hostile feed files: no crash, no hang, no leak, and no good feed refused."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from monitor.parse.fastpath import DeclinedError, read_fast
from monitor.parse.feed import finish
from monitor.parse.tolerant import read_tolerantly
from monitor.untrusted import charset
from monitor.untrusted.sandbox import GRACE_S, LIMIT_S, START_LIMIT_S
from tests.conftest import ROOT


@pytest.mark.shared
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the checker leaves a file open
def test_hostile_files_end_in_entries_or_a_clear_error(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """All 385 named cases and some mutants; bench/parse_hostile.py runs 4,200 and more."""
    monkeypatch.syspath_prepend(str(shared / "hostile"))
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'src'}:{shared / 'hostile'}")
    import check_feeds
    import hostile_feeds

    hostile_feeds.write_all(str(tmp_path), count=450, seed=7)
    # The reader bounds its own work in CPU seconds (LIMIT_S). The checker's clock only has to outlast what the reader
    # may wait for, a child's start and its longest answer; less would measure how busy the machine is.
    limit = START_LIMIT_S + 2 * (LIMIT_S + GRACE_S)
    result = check_feeds.check(str(tmp_path), "monitor.parse.feed:entries_or_error", limit=limit)
    for module in ("check_feeds", "hostile_feeds", "attack_text"):
        sys.modules.pop(module, None)
    assert result["files"] == 450
    assert {name: result[name] for name in ("crash", "hang", "memory", "canary", "lost_control", "junk_accepted")} == {
        "crash": [],
        "hang": [],
        "memory": [],
        "canary": [],
        "lost_control": [],
        "junk_accepted": [],
    }


@pytest.mark.shared
def test_what_the_fast_reader_accepts_of_mutants_feedparser_reads_the_same(
    shared: Path, monkeypatch: pytest.MonkeyPatch
):
    """Three thousand mutated feeds: accepted and equal in all that is kept, or declined; no other exception."""
    monkeypatch.syspath_prepend(str(shared / "hostile"))
    import hostile_feeds

    mutants = list(hostile_feeds.mutants(3000, seed=5))
    for module in ("hostile_feeds", "attack_text"):
        sys.modules.pop(module, None)
    n_accepted = 0
    for name, body, _ in mutants:
        document = charset.to_utf8(body, "")
        try:
            fast = finish(read_fast(document), "")
        except DeclinedError:
            continue
        n_accepted += 1
        slow = finish(read_tolerantly(document), "")
        assert [(e.title, e.link, e.guid, e.published_at, e.summary, e.text, e.source_name) for e in fast.entries] == [
            (e.title, e.link, e.guid, e.published_at, e.summary, e.text, e.source_name) for e in slow.entries
        ], name
    assert n_accepted > 200
