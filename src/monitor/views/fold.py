"""Folding: reads events from a position on and hands them, in runs of one type, to the views that want them.

Owns the views database (views.db): opening, catching up, rebuilding and dumping it. What a table means is in the file
of its view. The database is disposable: delete it and it comes back from the log, row for row.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from monitor.errors import StorageError
from monitor.log.events import Event
from monitor.log.store import EventStore
from monitor.views import entries
from monitor.views.aside import copy_aside
from monitor.views.past import Past, go_back, mark_before
from monitor.views.tables import (
    SHORT_WAIT_MS,
    TOGETHER,
    VIEW_FILES,
    WAIT_S,
    connect,
    create,
    drop_all,
    is_damaged,
    lines,
    throw_away,
)

_BATCH = 5_000
# One transaction needs no large batches, and 250 events stay in the processor's cache: a fifth cheaper than 5,000.
_BUILD_BATCH = 250
_INDEXES = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY rootpage"
# Folding a large log anew is a fifth cheaper with room for the indexes; a small one fits SQLite's 2 MB.
_MANY_EVENTS, _LARGE_CACHE_KB = 20_000, 65_536
_SMALL_CACHE_KB = 2_000  # SQLite's own
_SORT_CACHE_KB = 8_192  # making an index sorts in as much memory again as the cache may take
PAST = Past()

Handler = Callable[[sqlite3.Connection, Sequence[Event]], None]


def _handlers() -> list[dict[str, tuple[Handler, ...]]]:
    """Return event type -> the handlers that fold it, for the views that are folded together and for each other one."""
    tables: list[dict[str, tuple[Handler, ...]]] = []
    for views in (TOGETHER, *((view,) for view in VIEW_FILES if view not in TOGETHER)):
        table: dict[str, tuple[Handler, ...]] = {}
        for view in views:
            for event_type, handler in view.HANDLERS.items():
                table[event_type] = (*table.get(event_type, ()), handler)
        tables.append(table)
    return tables


class Views:
    """The folded tables of one log, up to `position`."""

    def __init__(self, db: sqlite3.Connection, log: EventStore, *, upto: int | None = None, past: Past = PAST) -> None:
        self.db = db
        self.log = log
        self.upto = upto
        self.feeds: tuple[int, list[Any]] | None = None  # the feeds as of a position (queries/feeds.py)
        self.past = past
        self._handlers = _handlers()

    @property
    def position(self) -> int:
        """The last position folded."""
        row = self.db.execute("SELECT position FROM folded").fetchone()
        return int(row[0])

    def catch_up(self) -> int:
        """Fold everything the log has that the views have not; return the position reached."""
        position = self.position
        if self.db.in_transaction:  # gone back: what came since is not to be known
            return position
        if position and not self._on_this_log(position):
            self.rebuild()
            return self.position
        if self.log.head()[0] - position > _MANY_EVENTS:
            self.db.execute(f"PRAGMA cache_size = -{_LARGE_CACHE_KB}")
        if not position and self._build():
            return self.position
        for batch in self._batches(position, _BATCH):
            self.fold(batch)
        return self.position

    def catch_up_if_free(self) -> bool:
        """Fold what is new unless somebody else holds the views or they cannot be written; tell whether it was done.

        For after an append: what is in the log is kept, whatever becomes of the views, which are only derived.
        """
        self.db.execute(f"PRAGMA busy_timeout = {SHORT_WAIT_MS}")
        try:
            self.catch_up()
        except sqlite3.OperationalError:
            return False
        finally:
            self.db.execute(f"PRAGMA busy_timeout = {WAIT_S * 1000}")
        return True

    def _batches(self, after: int, size: int) -> Iterator[list[Event]]:
        events = self.log.read(after=after, upto=self.upto)
        while batch := list(islice(events, size)):
            yield batch

    def _build(self, *, anew: bool = False) -> bool:
        """Fold the whole log in one transaction, making the late indexes at its end; `anew` empties the tables first.

        Others read what stood there before until it ends. Return False where somebody else had folded already.
        """
        with self.db:
            self.db.execute("BEGIN IMMEDIATE")
            if anew:
                drop_all(self.db)
                create(self.db)
            elif self.position:
                return False
            late = [row for row in self.db.execute(_INDEXES).fetchall() if row[0] in entries.LATE_INDEXES]
            for name, _ in late:
                self.db.execute(f'DROP INDEX "{name}"')
            head = self.log.head()[0] if self.upto is None else self.upto
            self.past.begin(self.db, head)
            for batch in self._batches(0, _BUILD_BATCH):
                self._hand_over(batch, head)
            self.db.execute(f"PRAGMA cache_size = -{_SORT_CACHE_KB}")
            for _, statement in late:
                self.db.execute(statement)
        return True

    def fold(self, events: Sequence[Event]) -> None:
        """Fold consecutive events in one transaction; those folded already, by whomever, are passed over."""
        if not events or not self._fold(events):
            self.catch_up()

    def _fold(self, events: Sequence[Event]) -> bool:
        """Fold what is new of `events`; return False where events before them are missing."""
        with self.db:
            self.db.execute("BEGIN IMMEDIATE")
            position = self.position
            events = [event for event in events if event.position > position]
            if not events:
                return True
            if events[0].position != position + 1:
                return False
            self._hand_over(events)
        return True

    def _hand_over(self, events: Sequence[Event], head: int = 0) -> None:
        """Give each run of events with the same handlers to the views that want it, inside the caller's transaction.

        What other views want does not cut a run: a feed's answers and a tick's lines stand between its entries.
        """
        for piece in self.past.pieces(events):
            for table in self._handlers:
                wanted = [event for event in piece if event.type in table]
                for handlers, run in groupby(wanted, key=lambda event: table[event.type]):
                    run_events = list(run)
                    for handler in handlers:
                        handler(self.db, run_events)
            last = piece[-1]
            self.db.execute("UPDATE folded SET position = ?, hash = ?", (last.position, last.hash))
            self.past.mark(self.db, last, max(head, last.position))

    def go_back(self, position: int) -> bool:
        """Show what the views said at an earlier position, until they are closed; nothing of it is kept.

        Others who have the file open read on, and wait to write: open_past goes back in a copy. Return False, with
        nothing changed, where it lies too far back.
        """
        if position >= self.position:
            self.upto = position
            return True
        self.db.execute(f"PRAGMA cache_size = -{_LARGE_CACHE_KB}")
        self.db.execute("BEGIN IMMEDIATE")
        mark = mark_before(self.db, position)
        if mark is None or self.position < position:
            self.db.execute("ROLLBACK")
            return False
        go_back(self.db, mark)
        self.upto = position
        for batch in self._batches(mark[0], _BUILD_BATCH):
            self._hand_over(batch, 2**62)
        return True

    def reaches(self, position: int) -> bool:
        """Tell whether the way back goes as far as `position`."""
        return mark_before(self.db, position) is not None

    def rebuild(self) -> None:
        """Empty every table and fold again from the first event, in one transaction."""
        if self.log.head()[0] > _MANY_EVENTS:
            self.db.execute(f"PRAGMA cache_size = -{_LARGE_CACHE_KB}")
        self._build(anew=True)
        self.catch_up()
        self.db.execute(f"PRAGMA cache_size = -{_SMALL_CACHE_KB}")  # the search index is next, and needs the room
        self.db.execute("PRAGMA shrink_memory")

    def dump(self) -> bytes:
        """Return every row of every view in a fixed order; equal dumps mean equal views."""
        return b"".join(lines(self.db))

    def fingerprint(self) -> str:
        """Return the SHA-256 (hex) of the dump."""
        digest = hashlib.sha256()
        for line in lines(self.db):
            digest.update(line)
        return digest.hexdigest()

    def _on_this_log(self, position: int) -> bool:
        """Tell whether the event at `position` is the one the views were folded from. May raise LogBrokenError."""
        return self.log.recognises(position, str(self.db.execute("SELECT hash FROM folded").fetchone()[0]))

    def close(self) -> None:
        """Close the database."""
        self.db.close()


def open_views(path: Path | None, log: EventStore, *, upto: int | None = None, past: Past = PAST) -> Views:
    """Open (or make) the views database and catch up; `path=None` folds in memory.

    A damaged file is thrown away and made anew. Raises StorageError where the folder cannot be written.
    """
    try:
        views = Views(connect(":memory:" if path is None else str(path)), log, upto=upto, past=past)
        views.catch_up()
    except (sqlite3.DatabaseError, OSError) as error:
        if path is None or isinstance(error, OSError) or not is_damaged(error):
            raise StorageError(f"views: {error} ({path}); the log is untouched") from error
        throw_away(path)
        return open_views(path, log, upto=upto, past=past)
    return views


def rebuild_views(path: Path, log: EventStore) -> Views:
    """Fold the views anew, once, in place while others read them; a damaged file is thrown away first.

    Raises StorageError for a disk that is full or cannot be written.
    """
    views: Views | None = None
    try:
        views = Views(connect(str(path)), log)
        views.rebuild()
        return views
    except (sqlite3.DatabaseError, OSError) as error:
        if isinstance(error, OSError) or not is_damaged(error):
            raise StorageError(f"{path}: {error}; the views there are as they were, the log is untouched") from error
    if views is not None:
        with suppress(sqlite3.Error):
            views.close()
    throw_away(path)
    return open_views(path, log)


def open_past(path: Path | None, log: EventStore, position: int) -> Views:
    """Open the views as they were at an earlier position, for `--as-of`.

    Goes back in a copy of the views of today where it can, else folds the log up to there. The file goes when closed.
    """
    if path is not None:
        with suppress(StorageError, sqlite3.DatabaseError):  # a folder that cannot be written can still be read
            views = open_views(path, log)
            if position < views.position and views.reaches(position):
                views = _aside(views, path, log)
            if views.go_back(position):
                return views
            views.close()
    beside = str(path.parent) if path is not None and os.access(path.parent, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="monitor-", dir=beside, ignore_cleanup_errors=True) as folder:
        return open_views(Path(folder) / "views.db", log, upto=position)  # unlinked, and there until it is closed


def _aside(views: Views, path: Path, log: EventStore) -> Views:
    """Return a copy of the views to go back in; where no room is left for one, the views themselves: others wait."""
    try:
        with tempfile.TemporaryDirectory(prefix="monitor-", dir=path.parent, ignore_cleanup_errors=True) as folder:
            copy = Views(copy_aside(path, Path(folder) / "views.db"), log, past=views.past)
    except (sqlite3.Error, OSError):
        return views
    views.close()
    return copy
