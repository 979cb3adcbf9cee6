"""The event store in memory: for tests, and for simulations that leave no file.

Keeps every promise of the protocol but durability; the contract tests hold it equal to SQLite.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from monitor.log.chain import ZERO_HEX, chain_rows, check_new, split_head
from monitor.log.claims import UNSHARED
from monitor.log.codec import encode_all
from monitor.log.events import Event, NewEvent
from monitor.log.keys import Stored, without_known
from monitor.log.payloads import check_payloads


class MemoryLog:
    """An event store whose events live as long as the object."""

    claims = UNSHARED

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._by_key: dict[str, Event] = {}
        self._payloads: dict[str, bytes | None] = {}

    def append(
        self,
        events: Sequence[NewEvent],
        *,
        recorded_at: str,
        payloads: Mapping[str, bytes] | None = None,
        erased: Collection[str] = (),
    ) -> list[Event]:
        """Append all or nothing; return the events that were new."""
        check_new(events, recorded_at)
        check_payloads(payloads or {})
        new, raws = without_known(events, encode_all([event.data for event in events]), self._stored)
        position, prev = self.head()
        rows = chain_rows(new, raws, recorded_at, position, bytes.fromhex(prev))
        added = []
        for event, row in zip(new, rows, strict=True):
            at, type_, version, actor = split_head(row[1])
            added.append(Event(row[0], type_, version, at, actor, row[2], event.data, row[3], prev, row[4].hex()))
            prev = added[-1].hash
        self._events += added
        self._by_key.update((event.key, event) for event in added)
        for sha, payload in (payloads or {}).items():
            self._payloads.setdefault(sha, payload)
        self._payloads.update(dict.fromkeys(erased))
        return added

    def _stored(self, keys: Sequence[str]) -> dict[str, Stored]:
        found = (self._by_key[key] for key in keys if key in self._by_key)
        return {event.key: (event.position, event.type, event.version, event.raw) for event in found}

    def read(self, *, after: int = 0, upto: int | None = None, types: Sequence[str] | None = None) -> Iterator[Event]:
        """Yield events with after < position <= upto, in order."""
        for index in range(after, len(self._events) if upto is None else min(upto, len(self._events))):
            event = self._events[index]
            if types is None or event.type in types:
                yield event

    def get(self, position: int) -> Event | None:
        """Return the event at `position`."""
        return self._events[position - 1] if 0 < position <= len(self._events) else None

    def by_key(self, key: str) -> Event | None:
        """Return the event with this key."""
        return self._by_key.get(key)

    def head(self) -> tuple[int, str]:
        """Return the last position and its hash."""
        return (len(self._events), self._events[-1].hash) if self._events else (0, ZERO_HEX)

    def recognises(self, position: int, hash_: str) -> bool:
        """Say whether the event at `position` has this hash."""
        event = self.get(position)
        return event is not None and event.hash == hash_

    def position_at(self, moment: str) -> int:
        """Return the last position recorded at or before `moment` (ISO, UTC); 0 where there is none."""
        return next((event.position for event in reversed(self._events) if event.recorded_at <= moment), 0)

    def payload(self, text_sha: str) -> bytes | None:
        """Return a payload's bytes, or None where it was erased or never stored."""
        return self._payloads.get(text_sha)

    def payloads(self, text_shas: Collection[str]) -> dict[str, bytes]:
        """Return those of these payloads that are there, by name."""
        return {sha: body for sha in text_shas if (body := self._payloads.get(sha)) is not None}

    def purge(self, wait_s: float) -> bool:
        """Memory keeps nothing beside its rows."""
        return True

    def compact(self, most: int) -> int:
        """Memory has no smaller place."""
        return 0

    def last_keyed(self, prefix: str) -> Event | None:
        """Return the newest event whose key begins with `prefix` and a colon."""
        return next((event for event in reversed(self._events) if event.key.startswith(f"{prefix}:")), None)

    def check_writable(self) -> None:
        """Memory can always be written."""

    def close(self) -> None:
        """Nothing to close."""
