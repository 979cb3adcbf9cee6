"""Folding: reads events from a position on and hands them, in runs of one type, to the views that want them.

Owns the views database (views.db): opening, catching up, rebuilding and dumping it. What a table means is in the file
of its view. The database is disposable: delete it and it comes back from the log, row for row.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path

from monitor.errors import StorageError
from monitor.log.events import Event
from monitor.log.store import EventStore
from monitor.views import entries, feeds, labels, models, outbox, searches, stories, ticks

VIEW_FILES = (feeds, entries, stories, labels, models, ticks, outbox, searches)
# Raise when a fold says something else with the same tables; changed tables are noticed by themselves.
FOLD_VERSION = 1
SCHEMA_VERSION = zlib.crc32(f"{FOLD_VERSION}{[view.SCHEMA for view in VIEW_FILES]}".encode()) >> 1
_BATCH = 5_000
# One transaction needs no large batches, and 250 events stay in the processor's cache: a fifth cheaper than 5,000.
_BUILD_BATCH = 250
_INDEXES = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY rootpage"
# Whoever folds a large log holds the write lock to its end; the others wait for it and then have nothing to do.
_WAIT_S = 60
_WAL_BYTES = 64 * 1024 * 1024
# Folding a large log anew is a fifth cheaper with room for the indexes; a small one fits SQLite's 2 MB.
_MANY_EVENTS, _LARGE_CACHE_KB = 20_000, 65_536

Handler = Callable[[sqlite3.Connection, Sequence[Event]], None]


def _handlers() -> dict[str, tuple[Handler, ...]]:
    """Return event type -> the view handlers that fold it."""
    table: dict[str, tuple[Handler, ...]] = {}
    for view in VIEW_FILES:
        for event_type, handler in view.HANDLERS.items():
            table[event_type] = (*table.get(event_type, ()), handler)
    return table


class Views:
    """The folded tables of one log, up to `position`."""

    def __init__(self, db: sqlite3.Connection, log: EventStore, *, upto: int | None = None) -> None:
        self.db = db
        self.log = log
        self.upto = upto
        self._handlers = _handlers()

    @property
    def position(self) -> int:
        """The last position folded."""
        row = self.db.execute("SELECT position FROM folded").fetchone()
        return int(row[0])

    def catch_up(self) -> int:
        """Fold everything the log has that the views have not; return the position reached."""
        position = self.position
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
                _drop_all(self.db)
                _create(self.db)
            elif self.position:
                return False
            late = [row for row in self.db.execute(_INDEXES).fetchall() if row[0] in entries.LATE_INDEXES]
            for name, _ in late:
                self.db.execute(f'DROP INDEX "{name}"')
            for batch in self._batches(0, _BUILD_BATCH):
                self._hand_over(batch)
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

    def _hand_over(self, events: Sequence[Event]) -> None:
        """Give each run of events with the same handlers to the views that want it, inside the caller's transaction."""
        for handlers, run in groupby(events, key=lambda event: self._handlers.get(event.type, ())):
            run_events = list(run)
            for handler in handlers:
                handler(self.db, run_events)
        last = events[-1]
        self.db.execute("UPDATE folded SET position = ?, hash = ?", (last.position, last.hash))

    def rebuild(self) -> None:
        """Empty every table and fold again from the first event, in one transaction."""
        if self.log.head()[0] > _MANY_EVENTS:
            self.db.execute(f"PRAGMA cache_size = -{_LARGE_CACHE_KB}")
        self._build(anew=True)
        self.catch_up()

    def dump(self) -> bytes:
        """Return every row of every view in a fixed order; equal dumps mean equal views."""
        parts: list[str] = []
        names = self.db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
        for (name,) in names:
            rows = self.db.execute(f'SELECT * FROM "{name}"').fetchall()
            parts.extend(f"{name}|{row!r}" for row in sorted(rows, key=repr))
        return "\n".join(parts).encode()

    def fingerprint(self) -> str:
        """Return the SHA-256 (hex) of the dump."""
        return hashlib.sha256(self.dump()).hexdigest()

    def _on_this_log(self, position: int) -> bool:
        """Tell whether the event at `position` is the one the views were folded from."""
        folded_hash = self.db.execute("SELECT hash FROM folded").fetchone()[0]
        event = self.log.get(position)
        return event is not None and event.hash == folded_hash

    def close(self) -> None:
        """Close the database."""
        self.db.close()


def open_views(path: Path | None, log: EventStore, *, upto: int | None = None) -> Views:
    """Open (or make) the views database and catch up; `path=None` folds in memory, for `--as-of`.

    Raises StorageError where the folder cannot be written.
    """
    try:
        db = _connect(":memory:" if path is None else str(path))
        views = Views(db, log, upto=upto)
        views.catch_up()
    except sqlite3.DatabaseError as error:
        if path is None or not _is_damaged(error):
            raise StorageError(f"views: {error} ({path}); the log is untouched") from error
        path.unlink(missing_ok=True)
        return open_views(path, log, upto=upto)
    return views


def _is_damaged(error: sqlite3.DatabaseError) -> bool:
    """Tell a damaged or foreign views file (deleted and folded again) from a disk that refuses."""
    return any(word in str(error) for word in ("malformed", "not a database", "no such column", "no such table"))


def _connect(path: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=_WAIT_S, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
    if db.execute("PRAGMA user_version").fetchone()[0] != SCHEMA_VERSION:
        db.execute("BEGIN IMMEDIATE")
        if db.execute("PRAGMA user_version").fetchone()[0] != SCHEMA_VERSION:
            _drop_all(db)
            _create(db)
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        db.execute("COMMIT")
    return db


def _drop_all(db: sqlite3.Connection) -> None:
    for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        db.execute(f'DROP TABLE "{name}"')


def _create(db: sqlite3.Connection) -> None:
    """Create the tables of every view."""
    db.execute("CREATE TABLE folded (position INTEGER NOT NULL, hash TEXT NOT NULL)")
    db.execute("INSERT INTO folded VALUES (0, '')")
    for view in VIEW_FILES:
        for statement in _statements(view.SCHEMA):
            db.execute(statement)


def _statements(schema: str) -> Iterable[str]:
    return (part for part in schema.split(";") if part.strip())
