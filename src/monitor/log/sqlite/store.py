"""The event store in SQLite: one file, append-only, hash-chained, durable at every commit.

Owns the hot append, reading and payload rows. Statements and rows are in rows.py, the rules of a connection in
database.py, the tables in schema.py, full verification in verify.py. Every thread gets a connection of its own.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from monitor.errors import LogBrokenError
from monitor.log.chain import Row, chain_rows, check_new, split_head
from monitor.log.claims import UNSHARED
from monitor.log.codec import decode_data, encode_all
from monitor.log.events import Event, NewEvent
from monitor.log.keys import Stored, without_known
from monitor.log.payloads import ERASED, check_payloads, unpack
from monitor.log.proof.anchors import anchor_head
from monitor.log.proof.guard import check_end, check_since, hash_at, head_row
from monitor.log.rows import (
    ERASE_PAYLOAD,
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
from monitor.log.sqlite.database import (
    BUSY_TIMEOUT_S,
    PENDING_NAME,
    check_free_space,
    connect,
    create_file,
    make_room,
    one_line_errors,
    require_file,
    sound_values,
)
from monitor.log.sqlite.remains import empty_wal, has_remains, sweep
from monitor.log.sqlite.schema import SCHEMA_VERSION, migrate, schema_version

_READ_ROWS = 1_000
_ROOM_EVERY = 16_384  # how often, in events, an appender looks whether the log has become a large one


class SqliteLog:
    """An event store in one SQLite file. Use `open_log`; close it when done."""

    claims = UNSHARED

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._opened: tuple[int, int] | None = None  # device and inode of the file the connections read
        self._checked: tuple[int, bytes] | None = None  # a head this object has verified or written
        self._appended = ""  # when this object last appended

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, for statements of the log room."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect(self.path, read_only=self.read_only)
            self._opened = self._opened or _identity(self.path)
            self._local.connection = connection
            self._connections.append(connection)
        return connection

    def append(
        self,
        events: Sequence[NewEvent],
        *,
        recorded_at: str,
        payloads: Mapping[str, bytes] | None = None,
        erased: Collection[str] = (),
    ) -> Sequence[Event]:
        """Append all events and payloads, and overwrite the `erased` ones, in one durable transaction."""
        check_new(events, recorded_at)
        check_payloads(payloads or {})
        raws = encode_all([event.data for event in events])
        packed = [payload_row(sha, payload) for sha, payload in (payloads or {}).items()]
        gone = [bytes.fromhex(sha) for sha in erased]
        if self._checked is None:
            self.check_writable()
        with one_line_errors(self.path):
            try:
                events, rows, prev = self._commit(events, raws, recorded_at, packed, gone)
            except (
                sqlite3.IntegrityError
            ):  # most likely a known key: leave the known ones out, nobody writing meanwhile
                events, rows, prev = self._commit(events, raws, recorded_at, packed, gone, known_too=True)
        return Appended(events, rows, prev)

    def _commit(
        self,
        events: Sequence[NewEvent],
        raws: Sequence[bytes],
        at: str,
        packed: Sequence[PayloadRow],
        gone: Sequence[bytes],
        *,
        known_too: bool = False,
    ) -> tuple[Sequence[NewEvent], list[Row], bytes]:
        connection = self._begin(secure=bool(gone))
        try:
            position, prev = self._trusted_head(connection)
            if known_too:
                events, raws = without_known(events, raws, self._stored)
            rows = chain_rows(events, raws, at, position, prev)
            connection.executemany(INSERT_EVENT, bindable(rows))
            if packed:
                connection.executemany(INSERT_PAYLOAD, packed)
            if gone:
                connection.executemany(ERASE_PAYLOAD, [(sha,) for sha in gone])
                connection.executemany(INSERT_PAYLOAD, [(sha, ERASED, b"") for sha in gone])
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
        return events, rows, prev

    def _begin(self, *, secure: bool) -> sqlite3.Connection:
        """Begin writing, to the file that bears the log's name now: a restore may have put another one there."""
        while True:
            connection = self.connection
            if secure:
                connection.execute("PRAGMA secure_delete = ON")
            connection.execute("BEGIN IMMEDIATE")
            if self._opened == _identity(self.path):
                return connection
            connection.execute("ROLLBACK")
            self._forget_connections()
            self.check_writable()

    def _forget_connections(self) -> None:
        """Leave a file that was replaced. Other threads open the new one when they next ask for a connection."""
        self._local, self._opened, self._checked = threading.local(), None, None

    def _trusted_head(self, connection: sqlite3.Connection) -> tuple[int, bytes]:
        """Return the head, having checked the events other writers added since this object last looked."""
        head = head_row(connection)
        if head != self._checked and self._checked is not None:
            check_since(connection, self._checked, head)
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
            self._checked = check_end(self.connection, self.path)

    def read(self, *, after: int = 0, upto: int | None = None, types: Sequence[str] | None = None) -> Iterator[Event]:
        """Yield events with after < position <= upto, in order; a thousand in memory, no lock held between."""
        with one_line_errors(self.path), sound_values(self.path):
            if types is not None:
                wanted = msgspec.json.encode(types).decode()
                for rows in self._pages(SELECT_TYPES, after, upto, wanted):
                    yield from map(event_of, rows)
                return
            prev = hash_at(self.connection, after)
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
        last = head_row(self.connection)[0] if upto is None else upto
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
            position, hash_ = head_row(self.connection)
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
        event = self.last_keyed("checkpoint")
        return event if event is not None and event.position >= from_position else None

    def last_keyed(self, prefix: str) -> Event | None:
        """Return the newest event whose key begins with `prefix` and a colon."""
        with one_line_errors(self.path), sound_values(self.path):
            query = f"{SELECT_WITH_PREV} WHERE e.key >= ? AND e.key < ? ORDER BY +e.position DESC LIMIT 1"
            row = self.connection.execute(query, (f"{prefix}:", f"{prefix};")).fetchone()
            return event_of(row) if row else None

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

    def payloads(self, text_shas: Collection[str]) -> dict[str, bytes]:
        """Return those of these payloads that are there, by name; a file has no round trips to save."""
        return {sha: body for sha in text_shas if (body := self.payload(sha)) is not None}

    def purge(self, wait_s: float) -> bool:
        """Empty the write-ahead log, which may hold overwritten texts; False where it is read all of `wait_s`."""
        with one_line_errors(self.path):
            connection = self.connection
            connection.execute(f"PRAGMA busy_timeout = {round(wait_s * 1000)}")
            try:
                return empty_wal(connection) and (not has_remains(connection, self.path) or sweep(connection))
            finally:
                connection.execute(f"PRAGMA busy_timeout = {round(BUSY_TIMEOUT_S * 1000)}")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let this thread read one moment of the log for the length of a `with` block, whoever appends meanwhile."""
        with one_line_errors(self.path):
            connection = self.connection
            connection.execute("BEGIN")
            try:
                head_row(connection)
                yield
            finally:
                connection.execute("ROLLBACK")

    def close(self) -> None:
        """Anchor the head if this object appended, then close every thread's connection."""
        if self._appended and self._checked is not None:
            anchor_head(self.path, self._checked, self._appended)
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
        if path.with_name(PENDING_NAME).exists():  # a restore was cut short, or is at work
            from monitor.log.sqlite.pending import complete

            complete(path)
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


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - a fifth of what Path.stat takes, at every append
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
