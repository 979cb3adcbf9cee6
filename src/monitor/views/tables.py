"""The views' database file: its tables and how it is opened, emptied, thrown away and told row for row."""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from monitor.views import acts, entries, erasures, feeds, labels, models, outbox, searches, stories, ticks, unanswered
from monitor.views.past import columns, create_undo

# Views whose folds look at each other's tables, in this order; the others look at none but their own.
TOGETHER = (entries, stories, labels, unanswered, acts)
VIEW_FILES = (feeds, *TOGETHER, models, ticks, outbox, searches, erasures)
# Raise when a fold says something else with the same tables; changed tables are noticed by themselves.
FOLD_VERSION = 4
SCHEMA_VERSION = zlib.crc32(f"{FOLD_VERSION}{[view.SCHEMA for view in VIEW_FILES]}".encode()) >> 1
# Whoever folds a large log holds the write lock to its end; the others wait for it and then have nothing to do.
WAIT_S = 60
SHORT_WAIT_MS = 2_000
_WAL_BYTES = 64 * 1024 * 1024


def connect(path: str) -> sqlite3.Connection:
    """Open the database, readable by its owner alone, with the tables of this release."""
    if path != ":memory:" and not os.path.exists(path):  # noqa: PTH110 - pathlib costs a tick what this does not
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    db = sqlite3.connect(path, isolation_level=None, timeout=WAIT_S, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
        if db.execute("PRAGMA user_version").fetchone()[0] != SCHEMA_VERSION:
            db.execute("BEGIN IMMEDIATE")
            if db.execute("PRAGMA user_version").fetchone()[0] != SCHEMA_VERSION:
                drop_all(db)
                create(db)
                db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            db.execute("COMMIT")
    except BaseException:
        db.close()
        raise
    return db


def create(db: sqlite3.Connection) -> None:
    """Create the tables of every view."""
    db.execute("CREATE TABLE folded (position INTEGER NOT NULL, hash TEXT NOT NULL)")
    db.execute("INSERT INTO folded VALUES (0, '')")
    for view in VIEW_FILES:
        for statement in _statements(view.SCHEMA):
            db.execute(statement)
    create_undo(db)


def drop_all(db: sqlite3.Connection) -> None:
    """Drop every table."""
    for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        db.execute(f'DROP TABLE "{name}"')


def throw_away(path: Path) -> None:
    """Delete the file and what SQLite keeps beside it: an old write-ahead log would be played into a new file."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def is_damaged(error: sqlite3.DatabaseError) -> bool:
    """Tell a damaged or foreign file (thrown away and made anew) from a disk that refuses."""
    return any(word in str(error) for word in ("malformed", "not a database", "no such column", "no such table"))


def lines(db: sqlite3.Connection) -> Iterator[bytes]:
    """Yield every row of every table in a fixed order, one in memory at a time; equal lines mean equal views."""
    names = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
    for (name,) in names:
        order = ", ".join(columns(db, name)[1]) or "1"
        for row in db.execute(f'SELECT * FROM "{name}" ORDER BY {order}'):
            yield f"{name}|{row!r}\n".encode()


def _statements(schema: str) -> Iterable[str]:
    return (part for part in schema.split(";") if part.strip())
