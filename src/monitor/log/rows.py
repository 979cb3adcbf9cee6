"""How an event lies in its row, and a row becomes an event again: the statements and the way back.

Owns no connection and no rule of the log; the stores use it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

from monitor.log.chain import ZERO_HEX, Row, split_head
from monitor.log.codec import decode_data
from monitor.log.events import Event, NewEvent
from monitor.log.payloads import pack

PayloadRow = tuple[bytearray, int, bytes]  # sha, form, body

INSERT_EVENT = "INSERT INTO events (position, head, key, data, hash) VALUES (?, ?, ?, ?, ?)"
INSERT_PAYLOAD = "INSERT INTO payloads (sha, form, body) VALUES (?, ?, ?) ON CONFLICT (sha) DO NOTHING"
ERASE_PAYLOAD = "UPDATE payloads SET form = 0, body = x'' WHERE sha = ? AND form <> 0"
SELECT_RANGE = """
SELECT position, head, key, data, hash FROM events WHERE position > ? AND position <= ? ORDER BY position LIMIT ?
"""
# In a head, the time takes 27 characters and a space; the type ends at the next space.
SELECT_LAST = """
SELECT position, head, key, data, hash FROM events
WHERE ? = 0 OR substr(head, 29, instr(substr(head, 29), ' ') - 1) IN (SELECT value FROM json_each(?))
ORDER BY position DESC LIMIT ?
"""
# The event before the first row is the last of the packs.
SELECT_WITH_PREV = """
SELECT e.position, e.head, e.key, e.data, e.hash,
  coalesce(p.hash, (SELECT q.hash FROM packs q WHERE q.last = e.position - 1 ORDER BY q.first DESC LIMIT 1))
FROM events e LEFT JOIN events p ON p.position = e.position - 1
"""
SELECT_TYPES = """
SELECT e.position, e.head, e.key, e.data, e.hash,
  coalesce(p.hash, (SELECT q.hash FROM packs q WHERE q.last = e.position - 1 ORDER BY q.first DESC LIMIT 1))
FROM events e LEFT JOIN events p ON p.position = e.position - 1
WHERE e.position > ? AND e.position <= ?
  AND substr(e.head, 29, instr(substr(e.head, 29), ' ') - 1) IN (SELECT value FROM json_each(?))
ORDER BY e.position LIMIT ?
"""
SELECT_KEYS = "SELECT key, position, head, data FROM events WHERE key IN (SELECT value FROM json_each(?))"


def bindable(rows: Iterable[Row]) -> Iterator[tuple[int, str, str, bytearray, bytearray]]:
    """Yield rows as they are bound fastest: the sqlite3 module looks for an adapter of every value that is `bytes`."""
    for position, head, key, data, hash_ in rows:
        yield position, head, key, bytearray(data), bytearray(hash_)


def payload_row(sha: str, payload: bytes) -> PayloadRow:
    """Return the row of a payload. To bind a longer text as it is costs no more than to copy it."""
    return bytearray.fromhex(sha), *pack(payload)


def event_of(row: Any) -> Event:
    """Return the event of a row that SELECT_WITH_PREV or SELECT_TYPES found."""
    position, head, key, raw, hash_, prev = row
    before = prev.hex() if prev else ZERO_HEX if position == 1 else ""
    at, type_, version, actor = split_head(head)
    return Event(position, type_, version, at, actor, key, decode_data(type_, version, raw), raw, before, hash_.hex())


class Appended(Sequence[Event]):
    """The events one append added, built when looked at: most writers only need to know that there were any."""

    def __init__(self, events: Sequence[NewEvent], rows: Sequence[Row], prev: bytes) -> None:
        self._events, self._rows, self._prev = events, rows, prev

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        if isinstance(index, slice):
            return [self[i] for i in range(len(self))[index]]
        index = range(len(self))[index]
        prev = self._rows[index - 1][4] if index else self._prev
        return _appended(self._events[index], self._rows[index], prev.hex(), self._rows[index][4].hex())

    def __iter__(self) -> Iterator[Event]:
        before = self._prev.hex()
        for event, row in zip(self._events, self._rows, strict=True):
            after = row[4].hex()
            yield _appended(event, row, before, after)
            before = after

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(tuple(row[4] for row in self._rows))


def _appended(event: NewEvent, row: Row, prev: str, hash_: str) -> Event:
    data = event.data
    return Event(row[0], data.type, data.version, row[1][:27], event.actor, row[2], data, row[3], prev, hash_)
