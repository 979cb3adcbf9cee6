"""Folding: whoever folds, and in whatever slices, the tables come out the same."""

from __future__ import annotations

import random
import resource
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import LogError, StorageError
from monitor.log.codec import iso
from monitor.log.events import EntrySeen, Event, FeedAdded, FeedFailed, FeedFetched, NewEvent
from monitor.log.memory import MemoryLog
from monitor.log.sqlite.database import MIN_FREE_BYTES
from monitor.views.aside import LEFT_FREE, has_room
from monitor.views.entries import SEEN_SINCE
from monitor.views.fold import Views, open_past, open_views, rebuild_views
from monitor.views.past import Past
from monitor.views.queries.yields import feed_days
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


def test_what_a_feed_brought_on_a_day_is_what_a_count_of_its_entries_says(log: MemoryLog) -> None:
    """Promise: the folded figures are those of the entries, in whatever slices they came, without archives."""
    chance = random.Random(8)
    views = open_views(None, log)
    for number in range(300):
        day, feed = chance.randrange(6), f"f{chance.randrange(4)}"
        entry = EntrySeen(
            entry_id=f"{number:016x}", feed_id=feed, guid="", link="", text_sha="0" * 64,
            backfill=chance.random() < 0.2,
        )  # fmt: skip
        log.append([NewEvent(f"entry-seen:{number}", entry)], recorded_at=iso(NOW + timedelta(days=day)))
        if chance.random() < 0.1:
            views.catch_up()
    views.catch_up()
    counted = views.db.execute(
        "SELECT feed_id, substr(seen_at, 1, 10), count(*) FROM entries WHERE backfill = 0 GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    for since in sorted({row[1] for row in counted}):
        found = [(one.feed_id, one.day, one.n_entries) for one in feed_days(views, since)]
        assert found == [row for row in counted if row[1] >= since]


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


def test_a_log_folded_at_once_has_the_tables_and_indexes_of_one_folded_along_the_way(tmp_path: Path) -> None:
    """Promise: indexes put off until the end of a build are there when it ends, in a new file and in a rebuilt one."""
    log = MemoryLog()
    kept = open_views(tmp_path / "kept.db", log)  # nothing to fold: made with its indexes
    fill(log, 0, 3)
    kept.fold(list(log.read()))
    made = open_views(tmp_path / "made.db", log)
    query = "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name"
    schema = kept.db.execute(query).fetchall()
    assert "entries_feed" in {name for _, name, _ in schema}
    assert made.db.execute(query).fetchall() == schema
    made.rebuild()
    assert made.db.execute(query).fetchall() == schema


def test_the_entries_seen_since_a_moment_are_found_whatever_the_clock_did(log: MemoryLog) -> None:
    """Promise: the days the view keeps leave out no entry, also where the clock was set back or leapt ahead."""
    hours = (0, 5, 30, -40, 31, 900, 32, 60)
    for n, hour in enumerate(hours):
        seen = EntrySeen(entry_id=f"e{n}", feed_id="a", guid="", link="", text_sha="")
        log.append([NewEvent(f"entry-seen:e{n}", seen)], recorded_at=iso(NOW + timedelta(hours=hour)))
    db = open_views(None, log).db
    for since in (-99, -40, 0, 1, 29, 30, 31, 32, 33, 61, 900, 901):
        query = f"SELECT e.entry_id FROM entries e WHERE {SEEN_SINCE} ORDER BY e.position"
        found = [row[0] for row in db.execute(query, (iso(NOW + timedelta(hours=since)),))]
        assert found == [f"e{n}" for n, hour in enumerate(hours) if hour >= since]


def test_a_rebuild_that_fails_halfway_leaves_the_views_as_they_were(
    log: MemoryLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: lists can be read while the views are folded anew, and after that went wrong."""
    fill(log, 1, 600)
    views, reader = open_views(tmp_path / "v.db", log), open_views(tmp_path / "v.db", log)
    before, seen = views.dump(), []
    events = list(log.read())

    def breaks(**_: object) -> Iterator[Event]:
        yield from events[:500]
        seen.append(reader.dump())
        raise LogError("the log is broken")

    with monkeypatch.context() as patch:
        patch.setattr(log, "read", breaks)
        with pytest.raises(LogError):
            views.rebuild()
    assert seen == [before]
    assert views.dump() == reader.dump() == before
    views.rebuild()
    assert reader.dump() == before


def test_a_list_that_shrinks_is_noted_until_it_grows_or_two_weeks_have_passed(log: MemoryLog) -> None:
    """Promise: the usual length outlives errors in place of the list; a 304 changes nothing; habits may change."""

    def shrunk_after(day: int, n_entries: int, *, not_modified: bool = False) -> tuple[int, bool]:
        data = FeedFetched(feed_id="a", status=200, n_entries=n_entries, not_modified=not_modified)
        log.append([NewEvent(f"feed-fetched:{day}:a", data)], recorded_at=iso(NOW + timedelta(days=day)))
        row = open_views(None, log).db.execute("SELECT n_usual, shrunk_at FROM feeds").fetchone()
        return row[0], row[1] is not None

    days = [(0, 20), (1, 18), (2, 1), (3, 1), (4, 0), (5, 19), (6, 1), (19, 1), (21, 1), (22, 1)]
    assert [shrunk_after(*day) for day in days] == [
        (20, False), (18, False), (18, True), (18, True), (18, True), (19, False), (19, True), (19, True), (1, False),
        (1, False),
    ]  # fmt: skip
    shrunk_after(30, 40)
    assert shrunk_after(31, 2) == (40, True)
    assert shrunk_after(32, 0, not_modified=True) == (40, True)
    shrunk_after(33, 40)
    assert [shrunk_after(34, 5)[1], shrunk_after(35, 40)[1], shrunk_after(36, 4)[1]] == [False, False, True]  # a tenth


def test_overwritten_pages_are_mended_by_rebuild(log: MemoryLog, tmp_path: Path) -> None:
    """Promise: whatever bytes of views.db were overwritten, `rebuild` makes it whole."""
    fill(log, 1, 400)
    path = tmp_path / "v.db"
    views = open_views(path, log)
    views.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = views.dump()
    views.close()
    content = path.read_bytes()
    n_pages = len(content) // 4096
    for first in range(1, n_pages, max(1, n_pages // 12)):
        damaged = bytearray(content)
        damaged[first * 4096 : (first + 4) * 4096] = b"\xa5" * len(damaged[first * 4096 : (first + 4) * 4096])
        path.write_bytes(damaged)
        mended = rebuild_views(path, log)
        assert mended.dump() == whole
        mended.close()


class Counted(MemoryLog):
    """A log that counts the events it gives out."""

    n_given = 0

    def read(self, *, after: int = 0, upto: int | None = None, types: Sequence[str] | None = None) -> Iterator[Event]:
        """Yield what a log yields."""
        for event in super().read(after=after, upto=upto, types=types):
            self.n_given += 1
            yield event


@pytest.mark.parametrize("damaged", [False, True])
def test_a_rebuild_reads_the_log_once(tmp_path: Path, damaged: bool) -> None:
    """Promise: where the views are old, missing or no database, they are not folded first, to be folded again."""
    log = Counted()
    fill(log, 0, 30)
    if damaged:
        (tmp_path / "v.db").write_bytes(b"this is no database" * 500)
    rebuild_views(tmp_path / "v.db", log).close()
    assert log.n_given == log.head()[0]


def test_a_look_back_leaves_others_reading(log: MemoryLog, tmp_path: Path) -> None:
    """Promise: while one reads as of then, others read what is true now; afterwards all is as before."""
    fill(log, 1, 9)
    reader = open_views(tmp_path / "v.db", log)
    today = reader.dump()
    past = open_past(tmp_path / "v.db", log, 4)
    assert past.db.execute("SELECT n_fetches FROM feeds").fetchone() == (3,)
    assert (past.catch_up(), past.position) == (4, 4)
    assert reader.dump() == today
    past.close()
    assert open_views(tmp_path / "v.db", log).dump() == today


@pytest.mark.parametrize("pinned", [False, True])
def test_a_look_back_keeps_nobody_waiting(log: MemoryLog, tmp_path: Path, pinned: bool) -> None:
    """Promise: whoever looks back holds no lock: a tick folds meanwhile, also while others read an earlier moment."""
    path = tmp_path / "v.db"
    fill(log, 1, 5)
    writer, reader = open_views(path, log), open_views(path, log)
    if pinned:
        reader.db.execute("BEGIN")
        assert reader.position == 6
    fill(log, 6, 4)
    writer.db.execute("PRAGMA busy_timeout = 0")
    past = open_past(path, log, 4)
    fill(log, 10, 1)
    assert writer.catch_up() == 11
    assert past.db.execute("SELECT n_fetches FROM feeds").fetchone() == (3,)
    assert rows_of(past) == rows_of(open_views(None, log, upto=4))
    past.close()
    assert {each.name for each in tmp_path.iterdir()} <= {"v.db", "v.db-wal", "v.db-shm"}


def test_without_room_for_a_copy_a_look_back_is_made_in_place(log: MemoryLog, tmp_path: Path) -> None:
    """Promise: a full disk, or one that takes no files, keeps nobody from looking back."""
    fill(log, 1, 9)
    today = open_views(tmp_path / "v.db", log).dump()
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limit[1]))
    try:
        past = open_past(tmp_path / "v.db", log, 4)
        assert past.db.execute("SELECT n_fetches FROM feeds").fetchone() == (3,)
        past.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert open_views(tmp_path / "v.db", log).dump() == today


def test_a_copy_leaves_the_room_that_appending_needs() -> None:
    """Promise: a look back at large views on a nearly full disk does not keep a label from being saved."""
    assert has_room(2 * 1_000 + LEFT_FREE, 1_000)
    assert not has_room(2 * 1_000 + LEFT_FREE - 1, 1_000)
    assert LEFT_FREE > MIN_FREE_BYTES


def rows_of(views: Views) -> list[bytes]:
    """Return the rows of the views without what is kept for the way back."""
    return [line for line in views.dump().splitlines() if not line.startswith((b"undo_", b"mark"))]


def test_what_lies_too_far_back_is_folded_from_the_log(log: MemoryLog, tmp_path: Path) -> None:
    """Promise: any position can be looked at, and no file stays behind."""
    fill(log, 1, 40)
    few = Past(step=4, keep=2)
    open_views(tmp_path / "v.db", log, past=few).close()
    past = open_past(tmp_path / "v.db", log, 3)
    assert past.db.execute("SELECT n_fetches FROM feeds").fetchone() == (2,)
    past.close()
    assert {path.name for path in tmp_path.iterdir()} <= {"v.db", "v.db-wal", "v.db-shm"}


def test_the_views_are_for_their_owner_alone(log: MemoryLog, tmp_path: Path) -> None:
    """Promise: views.db is readable by its owner only, like the log."""
    open_views(tmp_path / "v.db", log).close()
    assert (tmp_path / "v.db").stat().st_mode & 0o777 == 0o600
