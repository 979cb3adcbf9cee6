"""Reading a log.db, whatever of it is rows by now and what is packed; every thread with a connection of its own.

Owns the connections. Appending is sqlite.py's. Between two looks an event may go from the rows to the packs, never
back: so either both looks are of one moment, or the rows are looked at first.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from monitor.log.chain import Row, split_head
from monitor.log.codec import decode_data
from monitor.log.events import Event
from monitor.log.payloads import unpack
from monitor.log.proof.guard import hash_at, head_row
from monitor.log.rows import SELECT_LAST, SELECT_TYPES, SELECT_WITH_PREV, event_of
from monitor.log.sqlite.database import connect, one_line_errors, sound_values
from monitor.log.sqlite.packs import (
    newest_at,
    newest_named,
    newest_of_types,
    next_rows,
    pack_at,
    packed_with_keys,
    typed_rows,
)

_READ_ROWS = 1_000
_Page = Callable[[sqlite3.Connection, int, int], tuple[list[Any], int]]  # (connection, after, upto) -> rows, last


class SqliteReader:
    """The reading half of an event store in one SQLite file."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self.path = path
        self.read_only = read_only
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._opened: tuple[int, int] | None = None  # device and inode of the file the connections read

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, for statements of the log room."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect(self.path, read_only=self.read_only)
            self._opened = self._opened or identity(self.path)
            self._local.connection = connection
            self._connections.append(connection)
        return connection

    def _forget_connections(self) -> None:
        """Leave a file that was replaced. Other threads open the new one when they next ask for a connection."""
        self._local, self._opened = threading.local(), None

    def read(self, *, after: int = 0, upto: int | None = None, types: Sequence[str] | None = None) -> Iterator[Event]:
        """Yield events with after < position <= upto, in order; a thousand in memory, no lock held between."""
        with one_line_errors(self.path), sound_values(self.path):
            if types is not None:
                for rows in self._pages(_typed(types), after, upto):
                    yield from map(event_of, rows)
                return
            with self._moment() as connection:
                prev = hash_at(connection, after)
            before, last_head = prev.hex() if prev else "", ""
            at, type_, version, actor = "", "", 0, ""
            for rows in self._pages(_untyped, after, upto):
                for position, head, key, raw, hash_ in rows:
                    if head != last_head:  # the events of one commit share a head or two
                        at, type_, version, actor = split_head(head)
                        last_head = head
                    now = hash_.hex()
                    data = decode_data(type_, version, raw)
                    yield Event(position, type_, version, at, actor, key, data, raw, before, now)
                    before = now

    def _pages(self, page: _Page, after: int, upto: int | None) -> Iterator[list[Any]]:
        """Yield the rows of a range in pieces, each of one moment: what is a row now may be in a pack by the next."""
        last = self.head()[0] if upto is None else upto
        while after < last:
            with self._moment() as connection:
                rows, after = page(connection, after, last)
            if rows:
                yield rows

    @contextmanager
    def _moment(self) -> Iterator[sqlite3.Connection]:
        """Let the statements of a `with` block see one moment of the log."""
        connection = self.connection
        if connection.in_transaction:
            yield connection
            return
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("COMMIT")

    def get(self, position: int) -> Event | None:
        """Return the event at `position`."""
        found = self._one(SELECT_WITH_PREV + "WHERE e.position = ?", position)
        return found if found is not None else self._packed(position)

    def by_key(self, key: str) -> Event | None:
        """Return the event with this key."""
        found = self._one(SELECT_WITH_PREV + "WHERE e.key = ?", key)
        if found is not None:
            return found
        with one_line_errors(self.path), sound_values(self.path):
            packed = packed_with_keys(self.connection, [key])
        return self._packed(packed[key][0]) if packed else None

    def _packed(self, position: int) -> Event | None:
        """Return a packed event. Packs are looked at after the rows: an event goes from these to those, never back."""
        with one_line_errors(self.path), sound_values(self.path):
            pack = pack_at(self.connection, position)
            if pack is None:
                return None
            row, prev = pack.row(position)
            return event_of((*row, prev))

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
            for page in self._pages(_untyped, after, upto):
                yield from page

    def tail(self, n: int, types: Sequence[str] = ()) -> list[Row]:
        """Return the last `n` rows, of these types where any are named, oldest first."""
        wanted = msgspec.json.encode(types).decode()
        with one_line_errors(self.path), self._moment() as connection:
            rows: list[Row] = connection.execute(SELECT_LAST, (len(types), wanted, n)).fetchall()
            if len(rows) < n:
                rows += newest_of_types(connection, n - len(rows), types)
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
        with one_line_errors(self.path):
            for page in self._pages(_untyped, after, upto):
                yield from (row[4] for row in page)

    def last_checkpoint(self) -> Event | None:
        """Return the newest signed checkpoint, or None where there is none."""
        return self.last_keyed("checkpoint")

    def last_keyed(self, prefix: str) -> Event | None:
        """Return the newest event whose key begins with `prefix` and a colon."""
        with one_line_errors(self.path), sound_values(self.path):
            query = f"{SELECT_WITH_PREV} WHERE e.key >= ? AND e.key < ? ORDER BY +e.position DESC LIMIT 1"
            row = self.connection.execute(query, (f"{prefix}:", f"{prefix};")).fetchone()
            if row:
                return event_of(row)
            position = newest_named(self.connection, prefix)
        return self._packed(position) if position else None

    def recognises(self, position: int, hash_: str) -> bool:
        """Say whether the event at `position` has this hash."""
        event = self.get(position)
        return event is not None and event.hash == hash_

    def position_at(self, moment: str) -> int:
        """Return the last position recorded at or before `moment` (ISO, UTC); 0 where there is none."""
        query = "SELECT position FROM events WHERE substr(head, 1, 27) <= ? ORDER BY position DESC LIMIT 1"
        with one_line_errors(self.path):
            row = self.connection.execute(query, (moment,)).fetchone()
            return int(row[0]) if row else newest_at(self.connection, moment)

    def payload(self, text_sha: str) -> bytes | None:
        """Return a payload's bytes, or None where it was erased or never stored. Raises LogBrokenError for bit rot."""
        sha = bytes.fromhex(text_sha)
        with one_line_errors(self.path):
            row = self.connection.execute("SELECT form, body FROM payloads WHERE sha = ?", (sha,)).fetchone()
        return unpack(sha, *row) if row else None

    def payloads(self, text_shas: Collection[str]) -> dict[str, bytes]:
        """Return those of these payloads that are there, by name; a file has no round trips to save."""
        return {sha: body for sha in text_shas if (body := self.payload(sha)) is not None}

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


def _untyped(connection: sqlite3.Connection, after: int, upto: int) -> tuple[list[Any], int]:
    """Return the next rows of a range, and up to where they reach."""
    rows = next_rows(connection, after, upto, _READ_ROWS)
    return rows, rows[-1][0] if rows else upto


def _typed(types: Sequence[str]) -> _Page:
    """Return what finds the next rows of some types, each with the hash before it."""
    wanted = msgspec.json.encode(types).decode()

    def page(connection: sqlite3.Connection, after: int, upto: int) -> tuple[list[Any], int]:
        if pack := pack_at(connection, after + 1):
            return typed_rows(pack, after, upto, types), pack.last
        rows = connection.execute(SELECT_TYPES, (after, upto, wanted, _READ_ROWS)).fetchall()
        return rows, rows[-1][0] if len(rows) == _READ_ROWS else upto

    return page


def identity(path: Path) -> tuple[int, int] | None:
    """Return what tells the file at `path` from another one put in its place; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a fifth of what Path.stat takes, at every append
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
