"""The event store in SQLite: one file, append-only, hash-chained, durable at every commit.

Owns the hot append, reading and payload rows. Statements and rows are in rows.py, the rules of a connection in
database.py, the tables in schema.py, full verification in verify.py. Every thread gets a connection of its own.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from monitor.errors import LogBrokenError
from monitor.log.anchors import Anchor, anchors_path, last_anchor, read_marker, write_anchor
from monitor.log.chain import ZERO, Row, chain_rows, check_new, first_bad_row, split_head
from monitor.log.codec import decode_data, encode_all
from monitor.log.database import (
    check_free_space,
    connect,
    create_file,
    make_room,
    one_line_errors,
    require_file,
    sound_values,
)
from monitor.log.events import Event, NewEvent
from monitor.log.keys import Stored, without_known
from monitor.log.payloads import ERASED, check_payloads, unpack
from monitor.log.rows import (
    INSERT_EVENT,
    INSERT_PAYLOAD,
    SELECT_KEYS,
    SELECT_LAST,
    SELECT_RANGE,
    SELECT_TYPES,
    SELECT_WITH_PREV,
    Appended,
    PayloadRow,
    bindable,
    event_of,
    payload_row,
)
from monitor.log.schema import SCHEMA_VERSION, migrate, schema_version

_READ_ROWS = 1_000
# Checked before the first append of a process: the last events, and a window that moves with the head, so that
# ticks together walk the whole log. About 4 ms for both.
_CHECK_ROWS = 1_000
_ROOM_EVERY = 16_384  # how often, in events, an appender looks whether the log has become a large one


class SqliteLog:
    """An event store in one SQLite file. Use `open_log`; close it when done."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._checked: tuple[int, bytes] | None = None  # a head this object has verified or written
        self._appended = ""  # when this object last appended

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, for statements of the log room."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect(self.path, read_only=self.read_only)
            self._local.connection = connection
            self._connections.append(connection)
        return connection

    def append(
        self, events: Sequence[NewEvent], *, recorded_at: str, payloads: Mapping[str, bytes] | None = None
    ) -> Sequence[Event]:
        """Append all events and payloads in one durable transaction; return the events that were new."""
        check_new(events, recorded_at)
        check_payloads(payloads or {})
        raws = encode_all([event.data for event in events])
        packed = [payload_row(sha, payload) for sha, payload in (payloads or {}).items()]
        if self._checked is None:
            self.check_writable()
        with one_line_errors(self.path):
            try:
                rows, prev = self._commit(events, raws, recorded_at, packed)
            except sqlite3.IntegrityError:  # most likely a known key: find out, and leave the known ones out
                events, raws = without_known(events, raws, self._stored)
                rows, prev = self._commit(events, raws, recorded_at, packed)
        return Appended(events, rows, prev)

    def _commit(
        self, events: Sequence[NewEvent], raws: Sequence[bytes], at: str, packed: Sequence[PayloadRow]
    ) -> tuple[list[Row], bytes]:
        connection = self.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            position, prev = self._trusted_head(connection)
            rows = chain_rows(events, raws, at, position, prev)
            connection.executemany(INSERT_EVENT, bindable(rows))
            if packed:
                connection.executemany(INSERT_PAYLOAD, packed)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._checked = (rows[-1][0], rows[-1][4]) if rows else (position, prev)
        if rows:
            self._appended = at
            if rows[-1][0] // _ROOM_EVERY != position // _ROOM_EVERY:
                make_room(connection)
        return rows, prev

    def _trusted_head(self, connection: sqlite3.Connection) -> tuple[int, bytes]:
        """Return the head, having checked the events other writers added since this object last looked."""
        head = _head(connection)
        if head != self._checked and self._checked is not None:
            position, prev = self._checked
            found = first_bad_row(_rows(connection, position), position, prev)
            if found or head[0] < position:
                where, what = found or (
                    position,
                    f"the log ends at {head[0]}, before event {position} it held a moment ago",
                )
                raise broken(where, what)
        return head

    def _stored(self, keys: Sequence[str]) -> dict[str, Stored]:
        wanted = msgspec.json.encode(keys).decode()
        found = self.connection.execute(SELECT_KEYS, (wanted,)).fetchall()
        return {key: (position, *split_head(head)[1:3], raw) for key, position, head, raw in found}

    def check_writable(self) -> None:
        """Refuse a log that must not be appended to: broken near its end, shorter than its last anchor, no disk space.

        Raises LogBrokenError or StorageError. `append` calls it once; a tick calls it before it fetches.
        """
        with one_line_errors(self.path):
            check_free_space(self.path)
            head = _head(self.connection)
            for start in {max(0, head[0] - _CHECK_ROWS), _moving_window(head[0])}:
                self._check_rows(start, start + _CHECK_ROWS)
            self._check_anchor(head[0])
        self._checked = head

    def _check_anchor(self, head: int) -> None:
        if failed := read_marker(self.path):
            raise broken(0, failed)
        anchor = last_anchor(anchors_path(self.path))
        if anchor is None:
            return
        if anchor.position > head:
            what = f"the log ends here, but an anchor of {anchor.recorded_at} knows event {anchor.position}"
            raise broken(head, f"{what}: its tail was cut, or an old copy was put back")
        hash_ = self._hash_at(anchor.position)
        if hash_ is None or hash_.hex() != anchor.hash:
            raise broken(anchor.position, "its hash is not the one anchored: the log was rewritten")

    def _check_rows(self, after: int, upto: int) -> None:
        prev = self._hash_at(after)
        if prev is None:
            raise broken(after, f"event {after} is missing")
        found = first_bad_row(_rows(self.connection, after, upto), after, prev)
        if found:
            raise broken(*found)

    def _hash_at(self, position: int) -> bytes | None:
        if position == 0:
            return ZERO
        row = self.connection.execute("SELECT hash FROM events WHERE position = ?", (position,)).fetchone()
        return row[0] if row else None

    def read(self, *, after: int = 0, upto: int | None = None, types: Sequence[str] | None = None) -> Iterator[Event]:
        """Yield events with after < position <= upto, in order; a thousand in memory, no lock held between."""
        with one_line_errors(self.path), sound_values(self.path):
            if types is not None:
                wanted = msgspec.json.encode(types).decode()
                for rows in self._pages(SELECT_TYPES, after, upto, wanted):
                    yield from map(event_of, rows)
                return
            prev = self._hash_at(after)
            before, last_head = prev.hex() if prev else "", ""
            at, type_, version, actor = "", "", 0, ""
            for rows in self._pages(SELECT_RANGE, after, upto):
                for position, head, key, raw, hash_ in rows:
                    if head != last_head:  # the events of one commit share a head or two
                        at, type_, version, actor = split_head(head)
                        last_head = head
                    now = hash_.hex()
                    data = decode_data(type_, version, raw)
                    yield Event(position, type_, version, at, actor, key, data, raw, before, now)
                    before = now

    def _pages(self, query: str, after: int, upto: int | None, *values: str) -> Iterator[list[Any]]:
        last = _head(self.connection)[0] if upto is None else upto
        while after < last:
            rows = self.connection.execute(query, (after, last, *values, _READ_ROWS)).fetchall()
            if rows:
                yield rows
            if len(rows) < _READ_ROWS:
                return
            after = rows[-1][0]

    def get(self, position: int) -> Event | None:
        """Return the event at `position`."""
        return self._one(SELECT_WITH_PREV + "WHERE e.position = ?", position)

    def by_key(self, key: str) -> Event | None:
        """Return the event with this key."""
        return self._one(SELECT_WITH_PREV + "WHERE e.key = ?", key)

    def _one(self, query: str, value: int | str) -> Event | None:
        with one_line_errors(self.path), sound_values(self.path):
            row = self.connection.execute(query, (value,)).fetchone()
            return event_of(row) if row else None

    def head(self) -> tuple[int, str]:
        """Return the last position and its hash."""
        with one_line_errors(self.path):
            position, hash_ = _head(self.connection)
        return position, hash_.hex()

    def rows(self, *, after: int = 0, upto: int | None = None) -> Iterator[Row]:
        """Yield the stored rows with after < position <= upto, undecoded: for exports and `log tail`."""
        with one_line_errors(self.path):
            for page in self._pages(SELECT_RANGE, after, upto):
                yield from page

    def tail(self, n: int, types: Sequence[str] = ()) -> list[Row]:
        """Return the last `n` rows, of these types where any are named, oldest first."""
        wanted = msgspec.json.encode(types).decode()
        with one_line_errors(self.path):
            rows: list[Row] = self.connection.execute(SELECT_LAST, (len(types), wanted, n)).fetchall()
        return rows[::-1]

    def payload_rows(self) -> Iterator[tuple[bytes, int, bytes]]:
        """Yield (sha, form, body) of every payload, in the order they came."""
        last = -1
        query = "SELECT id, sha, form, body FROM payloads WHERE id > ? ORDER BY id LIMIT ?"
        with one_line_errors(self.path):
            while rows := self.connection.execute(query, (last, _READ_ROWS)).fetchall():
                last = rows[-1][0]
                yield from (row[1:] for row in rows)

    def hashes(self, after: int, upto: int) -> Iterator[bytes]:
        """Yield the 32-byte hashes of the events with after < position <= upto."""
        query = "SELECT hash FROM events WHERE position > ? AND position <= ? ORDER BY position"
        with one_line_errors(self.path):
            for (hash_,) in self.connection.execute(query, (after, upto)):
                yield hash_

    def last_checkpoint(self, *, from_position: int = 0) -> Event | None:
        """Return the newest signed checkpoint, or None where there is none from `from_position` on."""
        by_key = "WHERE e.key >= 'checkpoint:' AND e.key < 'checkpoint;' AND e.position >= ?"
        return self._one(f"{SELECT_WITH_PREV} {by_key} ORDER BY +e.position DESC LIMIT 1", from_position)

    def position_at(self, moment: str) -> int:
        """Return the last position recorded at or before `moment` (ISO, UTC); 0 where there is none."""
        query = "SELECT position FROM events WHERE substr(head, 1, 27) <= ? ORDER BY position DESC LIMIT 1"
        with one_line_errors(self.path):
            row = self.connection.execute(query, (moment,)).fetchone()
        return int(row[0]) if row else 0

    def payload(self, text_sha: str) -> bytes | None:
        """Return a payload's bytes, or None where it was erased or never stored. Raises LogBrokenError for bit rot."""
        sha = bytes.fromhex(text_sha)
        with one_line_errors(self.path):
            row = self.connection.execute("SELECT form, body FROM payloads WHERE sha = ?", (sha,)).fetchone()
        return unpack(sha, *row) if row else None

    def erase_payload(self, text_sha: str) -> bool:
        """Overwrite a payload's bytes for good, in the file and in its write-ahead log; False where there were none.

        The name stays as a tombstone: the same text arriving again is not stored again.
        """
        sha = bytes.fromhex(text_sha)
        with one_line_errors(self.path):
            self.connection.execute("PRAGMA secure_delete = ON")
            query = "UPDATE payloads SET form = 0, body = x'' WHERE sha = ? AND form <> 0"
            had = self.connection.execute(query, (sha,)).rowcount > 0
            if not had:
                self.connection.execute(INSERT_PAYLOAD, (sha, ERASED, b""))
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return had

    def close(self) -> None:
        """Anchor the head if this object appended, then close every thread's connection."""
        if self._appended and self._checked is not None:
            position, hash_ = self._checked
            with suppress(OSError):  # the events are safe; a missing anchor only leaves the tail less guarded
                anchor = Anchor(position=position, hash=hash_.hex(), recorded_at=self._appended)
                write_anchor(anchors_path(self.path), anchor)
            self._appended = ""
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._local = threading.local()


def open_log(path: Path, *, read_only: bool = False, create: bool = False) -> SqliteLog:
    """Open the log at `path`; `create` makes the file where there is none, and an older file is brought up to date.

    Raises NotFoundError, LogError (newer or foreign file), StorageError, LogBrokenError.
    """
    with one_line_errors(path):
        if create and not path.exists():
            connection = create_file(path)
            migrate(connection)
            connection.close()
        require_file(path)
        log = SqliteLog(path, read_only=read_only)
        try:
            if schema_version(log.connection) != SCHEMA_VERSION:
                _bring_up_to_date(log)
        except BaseException:
            log.close()
            raise
    return log


def _bring_up_to_date(log: SqliteLog) -> None:
    if log.read_only:
        raise LogBrokenError(f"{log.path} has an older schema: run any writing command, such as `monitor tick`, first")
    migrate(log.connection)


def broken(position: int, what: str) -> LogBrokenError:
    """Return the refusal to append to a broken log."""
    return LogBrokenError(
        f"the log is broken at event {position}: {what}; nothing was written. "
        "Run `monitor log verify`, then `monitor restore BACKUP`; reading and triage lists still work",
        position,
    )


def _head(connection: sqlite3.Connection) -> tuple[int, bytes]:
    row = connection.execute("SELECT position, hash FROM events ORDER BY position DESC LIMIT 1").fetchone()
    return row or (0, ZERO)


def _rows(connection: sqlite3.Connection, after: int, upto: int = 2**62) -> Iterator[Row]:
    yield from connection.execute(SELECT_RANGE, (after, upto, -1))


def _moving_window(head: int) -> int:
    """Return the start of the window of old events to check at this head."""
    return head * 7919 % max(1, head - _CHECK_ROWS) if head > _CHECK_ROWS else 0
