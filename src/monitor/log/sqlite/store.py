"""The event store in SQLite: one file, append-only, hash-chained, durable at every commit.

Owns the hot append and what else writes. Reading is in reader.py, statements and rows in rows.py, old events in
packs.py, the rules of a connection in database.py, the tables in schema.py, full verification in verify.py.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from monitor.errors import LogBrokenError
from monitor.log.chain import Row, chain_rows, check_new, split_head
from monitor.log.claims import UNSHARED
from monitor.log.codec import encode_all
from monitor.log.events import Event, NewEvent
from monitor.log.keys import Stored, without_known
from monitor.log.payloads import ERASED, check_payloads
from monitor.log.proof.anchors import anchor_head
from monitor.log.proof.guard import check_end, check_since, head_row
from monitor.log.rows import (
    ERASE_PAYLOAD,
    INSERT_EVENT,
    INSERT_PAYLOAD,
    SELECT_KEYS,
    Appended,
    PayloadRow,
    bindable,
    payload_row,
)
from monitor.log.sqlite.database import (
    BUSY_TIMEOUT_S,
    PENDING_NAME,
    check_free_space,
    create_file,
    make_room,
    one_line_errors,
    require_file,
)
from monitor.log.sqlite.packs import (
    KEEP,
    PACK_EVENTS,
    may_be_packed,
    pack_oldest,
    packed_with_keys,
)
from monitor.log.sqlite.reader import SqliteReader, identity
from monitor.log.sqlite.remains import empty_wal, has_remains, sweep
from monitor.log.sqlite.schema import SCHEMA_VERSION, migrate, schema_version

_ROOM_EVERY = 16_384  # how often, in events, an appender looks whether the log has become a large one


class SqliteLog(SqliteReader):
    """An event store in one SQLite file. Use `open_log`; close it when done."""

    claims = UNSHARED

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        super().__init__(path, read_only=read_only)
        self._checked: tuple[int, bytes] | None = None  # a head this object has verified or written
        self._appended = ""  # when this object last appended

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
            if known_too or may_be_packed(connection, events):
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
            if self._opened == identity(self.path):
                return connection
            connection.execute("ROLLBACK")
            self._forget_connections()
            self._checked = None
            self.check_writable()

    def _trusted_head(self, connection: sqlite3.Connection) -> tuple[int, bytes]:
        """Return the head, having checked the events other writers added since this object last looked."""
        head = head_row(connection)
        if head != self._checked and self._checked is not None:
            check_since(connection, self._checked, head)
        return head

    def _stored(self, keys: Sequence[str]) -> dict[str, Stored]:
        wanted = msgspec.json.encode(keys).decode()
        found = self.connection.execute(SELECT_KEYS, (wanted,)).fetchall()
        packed = packed_with_keys(self.connection, keys)
        found += [(key, row[0], row[1], row[3]) for key, row in packed.items()]
        return {key: (position, *split_head(head)[1:3], raw) for key, position, head, raw in found}

    def check_writable(self) -> None:
        """Refuse a log that must not be appended to: broken near its end, shorter than its last anchor, no disk space.

        Raises LogBrokenError or StorageError. `append` calls it once; a tick calls it before it fetches.
        """
        with one_line_errors(self.path):
            check_free_space(self.path)
            with self._moment() as connection:  # it begins with the first look at the log, after the anchor's
                self._checked = check_end(connection, self.path)

    def compact(self, most: int, *, keep: int = KEEP, size: int = PACK_EVENTS) -> int:
        """Pack the oldest of the events beyond the newest `keep`, about `most` of them; return how many.

        Each pack is a transaction of some 20 ms. Raises LogBrokenError where the events do not hold.
        """
        if self._checked is None:
            self.check_writable()
        n_packed = 0
        with one_line_errors(self.path):
            while n_packed < most:
                connection = self._begin(secure=False)
                try:
                    n_events = pack_oldest(connection, keep, size)
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
                if not n_events:
                    break
                n_packed += n_events
        return n_packed

    @contextmanager
    def overwriting(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection to somebody who overwrites texts: no page keeps what it held before.

        Raises as `check_writable`, where that was not asked yet.
        """
        if self._checked is None:
            self.check_writable()
        connection = self.connection
        connection.execute("PRAGMA secure_delete = ON")
        yield connection

    def purge(self, wait_s: float) -> bool:
        """Empty the write-ahead log, which may hold overwritten texts; False where it is read all of `wait_s`."""
        with one_line_errors(self.path):
            connection = self.connection
            connection.execute(f"PRAGMA busy_timeout = {round(wait_s * 1000)}")
            try:
                return empty_wal(connection) and (not has_remains(connection, self.path) or sweep(connection))
            finally:
                connection.execute(f"PRAGMA busy_timeout = {round(BUSY_TIMEOUT_S * 1000)}")

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
    """Bring the file to today's schema; a reader leaves it as it is, and can read it all the same."""
    if not log.read_only:
        migrate(log.connection)
    elif not schema_version(log.connection):
        raise LogBrokenError(f"{log.path} is empty: run any writing command, such as `monitor tick`, first")
