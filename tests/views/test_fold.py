"""Folding: whoever folds, and in whatever slices, the tables come out the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import StorageError
from monitor.log.codec import iso
from monitor.log.events import FeedAdded, FeedFailed, NewEvent
from monitor.log.memory import MemoryLog
from monitor.views.fold import open_views
from tests.conftest import NOW


def fill(log: MemoryLog, start: int, count: int) -> None:
    """Append `count` failures of one feed, so that folding twice would show."""
    for n in range(start, start + count):
        event = NewEvent(f"feed-failed:{n}:a", FeedFailed(feed_id="a", reason="dns", n_failures=n))
        log.append([event], recorded_at=iso(NOW))


@pytest.fixture
def log() -> MemoryLog:
    """A log with one feed."""
    log = MemoryLog()
    log.append(
        [NewEvent("feed-added:a:0", FeedAdded(feed_id="a", url="https://a.test/", name="A"))], recorded_at=iso(NOW)
    )
    return log


def test_two_folders_of_one_file_never_fold_an_event_twice(log: MemoryLog, tmp_path: Path) -> None:
    """Promise: a tick and a triage page may keep the same views at the same time."""
    one, two = open_views(tmp_path / "v.db", log), open_views(tmp_path / "v.db", log)
    fill(log, 1, 3)
    events = list(log.read(after=1))
    one.fold(events[:2])
    two.fold(events[:2])
    two.fold(events)
    one.catch_up()
    assert one.db.execute("SELECT n_fetches FROM feeds").fetchone() == (3,)
    assert one.dump() == two.dump() == open_views(None, log).dump()


def test_a_slice_with_a_gap_before_it_is_caught_up(log: MemoryLog) -> None:
    """Promise: events handed over out of reach of the last fold lose nothing."""
    views = open_views(None, log)
    fill(log, 1, 5)
    views.fold(list(log.read(after=4)))
    assert (views.position, views.db.execute("SELECT n_fetches FROM feeds").fetchone()) == (6, (5,))


def test_views_of_another_log_are_thrown_away(log: MemoryLog, tmp_path: Path) -> None:
    """Promise: after a restore the views tell of the restored log, not of the lost one."""
    fill(log, 1, 3)
    open_views(tmp_path / "v.db", log).close()
    other = MemoryLog()
    other.append(
        [NewEvent("feed-added:b:0", FeedAdded(feed_id="b", url="https://b.test/", name="B"))], recorded_at=iso(NOW)
    )
    fill(other, 1, 5)
    views = open_views(tmp_path / "v.db", other)
    assert views.db.execute("SELECT feed_id FROM feeds").fetchall() == [("b",)]
    assert views.dump() == open_views(None, other).dump()


def test_a_damaged_views_file_is_made_anew(log: MemoryLog, tmp_path: Path) -> None:
    """Promise: no damage to the views can stop the product."""
    (tmp_path / "v.db").write_bytes(b"this is no database" * 100)
    assert open_views(tmp_path / "v.db", log).dump() == open_views(None, log).dump()


def test_a_folder_that_cannot_be_written_is_one_clear_error(log: MemoryLog, tmp_path: Path) -> None:
    """Promise: the message names the file and says that the log is untouched."""
    with pytest.raises(StorageError, match="the log is untouched"):
        open_views(tmp_path / "absent" / "v.db", log)
