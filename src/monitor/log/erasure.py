"""Erasing texts for good: on request, and by age where the owner asks for it.

The event that says so is appended first, then the bytes are overwritten; a crash between the two is mended by erasing
again, and found by `log verify`. The chain holds hashes only, so it still verifies. What stays in events: identifiers,
the link, author and dates the feed gave, and the terms that explain a flag (docs/events.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from monitor.errors import NotFoundError
from monitor.log.codec import iso
from monitor.log.events import (
    EntryFlagged,
    EntryLabelled,
    EntryRevised,
    EntrySeen,
    Event,
    NewEvent,
    PageRead,
    PayloadErased,
    SampleDrawn,
)
from monitor.log.store import EventStore

_TEXT_TYPES = (EntrySeen.type, EntryRevised.type, PageRead.type)
_KEEP_TYPES = (EntryFlagged.type, EntryLabelled.type, SampleDrawn.type)
_BATCH = 500


def texts_of(log: EventStore, entry_id: str) -> list[str]:
    """Return the payload names of an entry, every revision and read page, oldest first."""
    return list(dict.fromkeys(sha for _, entry, sha in _texts(log.read(types=_TEXT_TYPES)) if entry == entry_id))


def erase_entry(log: EventStore, entry_id: str, *, reason: str, actor: str, recorded_at: str) -> list[str]:
    """Erase every text of an entry; return the names erased now. Safe to run again after a crash.

    Raises NotFoundError where the log has no such entry.
    """
    shas = texts_of(log, entry_id)
    if not shas:
        raise NotFoundError(f"no entry {entry_id} in the log")
    return _erase(log, [(sha, entry_id) for sha in shas], reason, actor, recorded_at)


def _erase(log: EventStore, texts: list[tuple[str, str]], reason: str, actor: str, recorded_at: str) -> list[str]:
    known = {
        event.data.text_sha for event in log.read(types=(PayloadErased.type,)) if isinstance(event.data, PayloadErased)
    }
    new = [
        NewEvent(f"payload-erased:{sha}", PayloadErased(text_sha=sha, reason=reason, entry_id=entry_id), actor)
        for sha, entry_id in texts
        if sha not in known
    ]
    for start in range(0, len(new), _BATCH):
        log.append(new[start : start + _BATCH], recorded_at=recorded_at)
    return [sha for sha, _ in texts if log.erase_payload(sha)]


def expired_texts(log: EventStore, now: datetime, days: int) -> list[tuple[str, str]]:
    """Return (payload, entry) of texts older than `days` whose entries were never flagged, labelled or sampled.

    A text that another, kept entry shares is kept.
    """
    before = iso(now - timedelta(days=days))
    kept_entries = set(_entries_to_keep(log.read(types=_KEEP_TYPES)))
    old: dict[str, str] = {}
    kept_texts: set[str] = set()
    for recorded_at, entry_id, sha in _texts(log.read(types=_TEXT_TYPES)):
        if entry_id in kept_entries or recorded_at >= before:
            kept_texts.add(sha)
        else:
            old.setdefault(sha, entry_id)
    return [(sha, entry_id) for sha, entry_id in old.items() if sha not in kept_texts and log.payload(sha) is not None]


def drop_expired(log: EventStore, now: datetime, days: int) -> int:
    """Erase the expired texts and return how many; nothing where `days` is 0, the default."""
    if days <= 0:
        return 0
    expired = expired_texts(log, now, days)
    return len(_erase(log, expired, f"retention: unflagged for {days} days", "monitor", iso(now))) if expired else 0


def _texts(events: Iterable[Event]) -> Iterator[tuple[str, str, str]]:
    for event in events:
        if isinstance(event.data, EntrySeen | EntryRevised | PageRead):
            yield event.recorded_at, event.data.entry_id, event.data.text_sha


def _entries_to_keep(events: Iterable[Event]) -> Iterator[str]:
    for event in events:
        if isinstance(event.data, EntryFlagged | EntryLabelled):
            yield event.data.entry_id
        elif isinstance(event.data, SampleDrawn):
            yield from (entry_id for entry_id, _ in event.data.entries)
