"""The protocol every event store keeps; the contract tests in tests/log run against each implementation.

Owns the interface and its promises; SQLite lives in sqlite.py, the in-memory store in memory.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

from monitor.log.events import Event, NewEvent


class EventStore(Protocol):
    """An append-only, hash-chained sequence of events with erasable payloads."""

    def append(
        self,
        events: Sequence[NewEvent],
        *,
        recorded_at: str,
        payloads: Mapping[str, bytes] | None = None,
        erased: Collection[str] = (),
    ) -> Sequence[Event]:
        """Append all events and payloads (by SHA-256 hex) in one durable transaction; return those that were new.

        The payloads named in `erased` are overwritten for good in the same transaction: name them with the events that
        say so. Afterwards `purge` sees to the copies of them outside the rows.

        An event whose key is in the log with the same content is left out of the answer.
        Raises KeyConflictError (same key, other content), LogBrokenError, StorageError.
        """

    def read(self, *, after: int = 0, upto: int | None = None, types: Sequence[str] | None = None) -> Iterator[Event]:
        """Yield events with after < position <= upto, in order, in bounded memory."""

    def get(self, position: int) -> Event | None:
        """Return the event at `position`."""

    def by_key(self, key: str) -> Event | None:
        """Return the event with this key."""

    def head(self) -> tuple[int, str]:
        """Return the last position and its hash ((0, 64 zeros) when empty)."""

    def payload(self, text_sha: str) -> bytes | None:
        """Return a payload's bytes, or None where it was erased or never stored."""

    def purge(self, wait_s: float) -> bool:
        """Drop what is left of overwritten payloads beside the rows; False where a reader is in the way."""

    def last_keyed(self, prefix: str) -> Event | None:
        """Return the newest event whose key begins with `prefix` and a colon."""

    def position_at(self, moment: str) -> int:
        """Return the last position recorded at or before `moment` (ISO, UTC); 0 where there is none."""

    def check_writable(self) -> None:
        """Refuse a broken log or a full disk before work is done that could not be kept."""

    def close(self) -> None:
        """Release what the store holds."""
