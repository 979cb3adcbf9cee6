"""Making a log.db as small as it can be: what the ticks do bit by bit, all at once, and the free room given back.

Old events go into packs (packs.py), texts that an older version stored as they were are deflated, and the file is
written anew without its free pages. Each step is a transaction of its own: a kill in between loses nothing, and the
next run goes on.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec

from monitor.errors import InputError, LogBrokenError, StorageError
from monitor.log.payloads import RAW, ZLIB, pack, unpack
from monitor.log.sqlite.database import one_line_errors
from monitor.log.sqlite.remains import sweep
from monitor.log.sqlite.store import SqliteLog
from monitor.log.store import LogStore

_BATCH = 500
_SELECT = "SELECT id, sha, form, body FROM payloads WHERE id > ? AND form IN (?, ?) ORDER BY id LIMIT ?"


class Shrunk(msgspec.Struct, frozen=True):
    """What was done: events and texts packed, and the file's size before and after."""

    n_events: int
    n_texts: int
    bytes_before: int
    bytes_after: int


def shrink(log: LogStore) -> Shrunk:
    """Pack what can be packed and give the room back. Needs as much free room again as the log will take.

    Raises InputError for a log that is no file, StorageError where somebody reads the log all the while, LogBrokenError
    where it does not hold.
    """
    if not isinstance(log, SqliteLog):
        raise InputError("the log is in PostgreSQL, which keeps its own room: see docs/scaling.md")
    before = _size(log.path)
    n_events = log.compact(1 << 62)
    n_texts = pack_texts(log)
    with one_line_errors(log.path):
        if not sweep(log.connection):
            raise StorageError("busy: another program reads the log; what was packed stays so; run this again later")
    return Shrunk(n_events, n_texts, before, _size(log.path))


def pack_texts(log: SqliteLog) -> int:
    """Deflate the texts that an older version stored as they were, some at a time; return how many became smaller.

    Pages that are rewritten keep nothing of what they held: a text erased later must not live on in one.
    """
    n_packed = last = 0
    with one_line_errors(log.path), log.overwriting() as connection:
        while rows := connection.execute(_SELECT, (last, RAW, ZLIB, _BATCH)).fetchall():
            last = rows[-1][0]
            smaller = [row for row in (_packed(*row) for row in rows) if row]
            connection.execute("BEGIN IMMEDIATE")
            try:
                n_packed += _replace(connection, smaller)
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise
    return n_packed


def _packed(id_: int, sha: bytes, form: int, body: bytes) -> tuple[int, bytes, int, int] | None:
    """Return (new form, new body, id, old form) where a text becomes smaller. Raises LogBrokenError."""
    payload = unpack(sha, form, body)
    new_form, new_body = pack(payload or b"")
    if unpack(sha, new_form, new_body) != payload:
        raise LogBrokenError(f"payload {sha.hex()[:16]} cannot be packed")
    return (new_form, new_body, id_, form) if len(new_body) < len(body) else None


def _replace(connection: sqlite3.Connection, smaller: list[tuple[int, bytes, int, int]]) -> int:
    """Overwrite bodies that are still as they were read: one that was erased meanwhile stays so."""
    return connection.executemany("UPDATE payloads SET form = ?, body = ? WHERE id = ? AND form = ?", smaller).rowcount


def _size(path: Path) -> int:
    return sum(part.stat().st_size for part in (path, path.with_name(path.name + "-wal")) if part.exists())
