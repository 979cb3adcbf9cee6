"""The protocol every event store keeps, and what a store may have beside it; above this room no store is named.

Owns the interfaces and their promises; the contract tests in tests/log run against each implementation. SQLite lives in
sqlite/store.py, the in-memory store in memory.py. The capabilities: `Listed` for exports and `log tail`, `Signed` for
checkpoints and proofs, `InFile` for anchors, backups and verification. `LogStore` has them all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from monitor.log.chain import Row
from monitor.log.claims import Claims
from monitor.log.events import Event, NewEvent

if TYPE_CHECKING:
    import sqlite3


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

    def payloads(self, text_shas: Collection[str]) -> dict[str, bytes]:
        """Return those of these payloads that are there, by name: one round trip for hundreds, not one for each."""

    def purge(self, wait_s: float) -> bool:
        """Drop what is left of overwritten payloads beside the rows; False where a reader is in the way."""

    def compact(self, most: int) -> int:
        """Put about `most` old events where they take less room, a few in each transaction; return how many."""

    def last_keyed(self, prefix: str) -> Event | None:
        """Return the newest event whose key begins with `prefix` and a colon."""

    def recognises(self, position: int, hash_: str) -> bool:
        """Say whether the event at `position` has this hash (hex).

        Raises LogBrokenError where it has not and the log is on a server: another one answers, or it was set back.
        """

    def position_at(self, moment: str) -> int:
        """Return the last position recorded at or before `moment` (ISO, UTC); 0 where there is none."""

    def check_writable(self) -> None:
        """Refuse a broken log or a full disk before work is done that could not be kept."""

    def close(self) -> None:
        """Release what the store holds."""


class Listed(Protocol):
    """A store that gives its rows as stored, undecoded."""

    def rows(self, *, after: int = 0, upto: int | None = None) -> Iterator[Row]:
        """Yield the stored rows with after < position <= upto."""

    def tail(self, n: int, types: Sequence[str] = ()) -> list[Row]:
        """Return the last `n` rows, of these types where any are named, oldest first."""

    def payload_rows(self) -> Iterator[tuple[bytes, int, bytes]]:
        """Yield (sha, form, body) of every payload, in the order they came."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Let everything read inside the block be of one moment."""


class Signed(Protocol):
    """A store whose head can be signed, and whose events can be proved to a stranger."""

    def hashes(self, after: int, upto: int) -> Iterator[bytes]:
        """Yield the 32-byte hashes of the events with after < position <= upto."""

    def last_checkpoint(self) -> Event | None:
        """Return the newest signed checkpoint, or None where there is none."""


class Placed(Protocol):
    """A store with a place on this machine: keys, anchors and marks lie beside `path`, whether or not it is a file."""

    path: Path


class InFile(Placed, Protocol):
    """A store kept in one SQLite file, which can be copied page by page."""

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, for statements of the log room."""


class LogStore(EventStore, Listed, Signed, Placed, Protocol):
    """What an installation works with, wherever its rows are kept; `claims` say how its workers share out the work."""

    @property
    def claims(self) -> Claims:
        """How workers on this log share out what is to be done."""
