"""Erasing texts for good: on request, and by age where the owner asks for it.

The event that says so and the overwriting are one transaction, so a crash leaves both or neither. What SQLite still
holds beside the rows (the write-ahead log) goes when no reader is in the way: until then the erasure is pending, and
`finish_erasures` tries again. The chain holds hashes only, so it still verifies. What stays in events: identifiers, the
link, author and dates the feed gave, and the terms that explain a flag (docs/events.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

import msgspec

from monitor.errors import KeyConflictError, NotFoundError
from monitor.log.codec import iso
from monitor.log.events import (
    EntryFlagged,
    EntryLabelled,
    EntryRevised,
    EntrySeen,
    ErasureBegun,
    ErasureFinished,
    ErasureLifted,
    Event,
    NewEvent,
    PageRead,
    PayloadErased,
    RetentionRun,
    SampleDrawn,
)
from monitor.log.marks import marks_of
from monitor.log.store import EventStore

_TEXT_TYPES = (EntrySeen.type, EntryRevised.type, PageRead.type)
_KEEP_TYPES = (EntryFlagged.type, EntryLabelled.type, SampleDrawn.type)
# Texts overwritten in one transaction: enough to share the disk's flush, few enough that labels wait a moment only.
_BATCH = 200
_BY_AGE = "retention: "
_LONGEST_GAP_DAYS = 2
# How long a command waits for a reader before it leaves the rest of an erasure to the next tick.
WAIT_S = 2.0


class Erased(msgspec.Struct, frozen=True):
    """What an erasure did: the names overwritten now, and whether every trace beside the rows is gone too."""

    names: list[str]
    finished: bool


def texts_of(log: EventStore, entry_id: str, positions: Iterable[int] = ()) -> list[str]:
    """Return the payload names of an entry, every revision and read page, oldest first.

    `positions` are those of its events, where the caller knows them: finding them here reads the whole log.
    """
    known = [event for event in map(log.get, sorted(positions)) if event is not None]
    events = known or log.read(types=_TEXT_TYPES)
    return list(dict.fromkeys(sha for _, entry, sha in _texts(events) if entry == entry_id))


def erase_entry(
    log: EventStore,
    entry_id: str,
    *,
    reason: str,
    actor: str,
    recorded_at: str,
    positions: Iterable[int] = (),
    wait_s: float = WAIT_S,
) -> Erased:
    """Erase every text of an entry, and keep later ones and copies out until a person lifts it; safe to run again.

    Raises NotFoundError where the log has no such entry.
    """
    shas = texts_of(log, entry_id, positions)
    if not shas:
        raise NotFoundError(f"no entry {entry_id} in the log")
    marks = sorted({mark for sha in shas for mark in marks_of(log.payload(sha))})
    texts = [(sha, entry_id) for sha in shas]
    names = _erase(log, texts, reason, actor, recorded_at, keep_out=True, marks=marks)
    return Erased(names, finish_erasures(log, recorded_at, wait_s=wait_s))


def mark_shared(log: EventStore, shared: Iterable[tuple[str, str]], *, reason: str, recorded_at: str) -> int:
    """Say of other entries that name an erased text, as (payload, entry), that theirs is gone too; return how many."""
    events = [
        NewEvent(f"payload-erased:{sha}:{entry_id}", PayloadErased(text_sha=sha, reason=reason, entry_id=entry_id))
        for sha, entry_id in shared
    ]
    return len(log.append(events, recorded_at=recorded_at)) if events else 0


def lift_erasure(log: EventStore, entry_id: str, *, by: str, reason: str, recorded_at: str) -> bool:
    """Allow that later texts of an erased entry are stored again; False where nothing keeps them out."""
    position, _ = log.head()
    data = ErasureLifted(entry_id=entry_id, by=by, reason=reason)
    return bool(log.append([NewEvent(f"erasure-lifted:{entry_id}:{position}", data, by)], recorded_at=recorded_at))


def withheld(sha: str, entry_id: str) -> NewEvent:
    """Return the event that names a text which was not stored, because a person had its entry erased."""
    data = PayloadErased(
        text_sha=sha, reason="kept out: its entry, or one it copies, was erased", entry_id=entry_id, withheld=True
    )
    return NewEvent(f"payload-erased:{sha}:withheld:{entry_id}", data)


def was_asked_for(event: Event) -> bool:
    """Return whether a person had a text erased, and retention did not. Older versions said so by actor and reason."""
    data = event.data
    if not isinstance(data, PayloadErased) or data.withheld:
        return False
    return data.keep_out or (event.actor != "monitor" and not data.reason.startswith(_BY_AGE))


def _erase(
    log: EventStore,
    texts: Sequence[tuple[str, str]],
    reason: str,
    actor: str,
    recorded_at: str,
    *,
    keep_out: bool = False,
    marks: Sequence[str] = (),
) -> list[str]:
    """Overwrite texts, a batch with its events at a time; return the names of those that had been there."""
    done: list[str] = []
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        for last_try in (False, False, True):
            there = log.payloads({sha for sha, _ in batch})
            present = [sha for sha, _ in batch if sha in there]
            events = _events(log, batch, len(present), reason, actor, keep_out=keep_out, marks=marks)
            if not events:
                break
            try:
                log.append(events, recorded_at=recorded_at, erased=[sha for sha, _ in batch])
            except KeyConflictError:  # somebody else erased one of them between the look and the commit: look again
                if last_try:
                    raise
            else:
                done += present
                break
    return done


def _events(
    log: EventStore,
    batch: Sequence[tuple[str, str]],
    n_present: int,
    reason: str,
    actor: str,
    *,
    keep_out: bool,
    marks: Sequence[str],
) -> list[NewEvent]:
    """Return what an erasure has to say; nothing where all of it was said and done before."""
    unsaid = [(sha, entry_id, key) for sha, entry_id in batch if (key := _key(log, sha, entry_id, keep_out))]
    if not n_present and not unsaid:
        return []
    begun = ErasureBegun(n_texts=n_present, entry_id=batch[0][1] if keep_out else "")
    events = [
        NewEvent(
            key,
            PayloadErased(
                text_sha=sha, reason=reason, entry_id=entry_id, keep_out=keep_out, marks=[] if number else [*marks]
            ),
            actor,
        )
        for number, (sha, entry_id, key) in enumerate(unsaid)
    ]
    return [*events, NewEvent(f"erasure-begun:{log.head()[0]}:{batch[0][0][:16]}", begun, actor)]


def _key(log: EventStore, sha: str, entry_id: str, keep_out: bool) -> str:
    """Return the key of the event that has to say of this entry that its text is gone; "" where one says so already.

    The first event that names a text has the plain key. A person's wish for an entry needs one of its own where the
    first was retention's or another entry's, or where it was lifted since.
    """
    plain = f"payload-erased:{sha}"
    first = log.by_key(plain)
    if first is None:
        return plain
    if not keep_out:
        return ""
    own = f"{plain}:{entry_id}"
    said = [event for event in (first, log.last_keyed(own)) if event and was_asked_for(event)]
    standing = [event.position for event in said if getattr(event.data, "entry_id", "") == entry_id]
    lifted = log.last_keyed(f"erasure-lifted:{entry_id}")
    if standing and (lifted is None or lifted.position < max(standing)):
        return ""
    return f"{own}:{log.head()[0]}"


def finish_erasures(log: EventStore, recorded_at: str, *, wait_s: float = WAIT_S) -> bool:
    """Drop the copies a pending erasure left beside the rows, and record it; False where a reader is in the way."""
    begun = log.last_keyed("erasure-begun")
    if begun is None or log.by_key(f"erasure-finished:{begun.position}") is not None:
        return True
    if not log.purge(wait_s):
        return False
    key = f"erasure-finished:{begun.position}"
    log.append([NewEvent(key, ErasureFinished(upto=begun.position))], recorded_at=recorded_at)
    return True


def complete_erasures(log: EventStore, erased: Iterable[tuple[str, str]], recorded_at: str) -> int:
    """Overwrite texts, as (payload, entry), whose erasure an older version declared only; return how many.

    Says so even where none was left, so that nobody asks again.
    """
    left = _present(log, list(erased))
    n_done = len(_erase(log, left, "completes an erasure that was cut short", "monitor", recorded_at))
    if not left:
        key = f"erasure-begun:{log.head()[0]}:nothing-left"
        log.append([NewEvent(key, ErasureBegun(n_texts=0))], recorded_at=recorded_at)
    return n_done


def expired_texts(log: EventStore, before: str) -> list[tuple[str, str]]:
    """Return (payload, entry) of texts recorded before a moment whose entries were never flagged, labelled or sampled.

    A text that another, kept entry shares is kept.
    """
    kept_entries = set(_entries_to_keep(log.read(types=_KEEP_TYPES)))
    old: dict[str, str] = {}
    kept_texts: set[str] = set()
    for recorded_at, entry_id, sha in _texts(log.read(types=_TEXT_TYPES)):
        if entry_id in kept_entries or recorded_at >= before:
            kept_texts.add(sha)
        else:
            old.setdefault(sha, entry_id)
    return _present(log, [(sha, entry_id) for sha, entry_id in old.items() if sha not in kept_texts])


def _present(log: EventStore, texts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return those of (payload, entry) whose text is still there."""
    found = []
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        there = log.payloads({sha for sha, _ in batch})
        found += [text for text in batch if text[0] in there]
    return found


def drop_expired(log: EventStore, now: datetime, days: int, before: str) -> int:
    """Erase the texts recorded `before` a moment, `days` ago or more, and record the day as done; return how many.

    Cut short, it goes on where it stopped: each batch is whole, and what is gone is not looked for again.
    """
    expired = expired_texts(log, before)
    n_texts = len(_erase(log, expired, f"{_BY_AGE}unflagged for {days} days", "monitor", iso(now)))
    finish_erasures(log, iso(now))
    day = now.date().isoformat()
    data = RetentionRun(day=day, before=before, n_texts=n_texts)
    if not retention_is_done(log, now):
        log.append([NewEvent(f"retention-run:{day}", data)], recorded_at=iso(now))
    return n_texts


def retention_is_done(log: EventStore, now: datetime) -> bool:
    """Return whether the expired texts of this day (UTC) are erased."""
    return log.by_key(f"retention-run:{now.date().isoformat()}") is not None


def kept_since(seen_on: Sequence[str], now: datetime, days: int) -> str:
    """Return the moment before which texts are `days` old, by the days (ISO, UTC, ascending) on which ticks ran.

    Days without a tick count as one each time: a clock that leaps ahead makes no text older, and neither does a machine
    that was off; its texts are kept for as much longer.
    """
    left = days
    later = now.date()
    for day in reversed([day for day in seen_on if day < later.isoformat()]):
        gap = min((later - date.fromisoformat(day)).days, _LONGEST_GAP_DAYS)
        if gap >= left:
            return (
                f"{(later - timedelta(days=left)).isoformat()}T{iso(now)[11:]}"
                if gap > left
                else f"{day}T{iso(now)[11:]}"
            )
        left, later = left - gap, date.fromisoformat(day)
    return ""


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
