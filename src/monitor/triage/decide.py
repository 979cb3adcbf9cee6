"""Decisions: label, skip, withdraw. Each is one event, durable before it is called saved; taking back is in undo.py.

A decision cites the log position its reviewer saw; where the row changed since, it is refused with what changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from monitor.errors import InputError, KeyConflictError, NotFoundError, StaleViewError
from monitor.log.codec import iso
from monitor.log.events import EntryLabelled, Event, LabelWithdrawn, NewEvent, RowSkipped
from monitor.log.store import EventStore
from monitor.triage.entries import entry_row, labels_of
from monitor.views.fold import Views
from monitor.views.queries import acts, labels, stories
from monitor.views.queries.entries import EntryRow

LABELS = ("plot", "not-plot", "unsure")
MAX_COLLISIONS = 20


def label_entry(
    log: EventStore,
    views: Views,
    entry_id: str,
    label: str,
    *,
    by: str,
    now: datetime,
    note: str = "",
    whole_story: bool = True,
    seen_position: int | None = None,
    source: str = "",
    blind: bool = False,
    heed_others: bool = False,
) -> Event | None:
    """Record a reviewer's label for an entry, and with `whole_story` for every entry of its story.

    Saying the same again is a no-op (None). Raises InputError (unknown label or reviewer), NotFoundError, and
    StaleViewError where the story changed or another reviewer decided after `seen_position`, or, with `heed_others`,
    decided at all; a blind second reading is never refused for that.
    """
    _check(label, by)
    for _ in range(MAX_COLLISIONS):
        views.catch_up()
        row = entry_row(views, entry_id)
        if heed_others:
            refuse_others(views, entry_id, by)
        if seen_position is not None and not blind:
            refuse_stale(views, entry_id, row.story_id, seen_position, by)
        new = _new_label(
            views, row, label, by=by, note=note, story_id=row.story_id if whole_story else "", source=source,
            blind=blind, seen_position=views.position if seen_position is None else seen_position,
        )  # fmt: skip
        if new is None:
            return None
        try:
            return _append(log, views, new, now)
        except KeyConflictError:
            continue  # somebody decided the same between our look and our append: look again
    raise StaleViewError(f"others keep deciding {entry_id}; look again")


class Decided(msgspec.Struct, frozen=True):
    """What one act answered, and which entries it left out because they had changed since they were seen."""

    entry_ids: list[str]
    changed: list[str]


def label_all(
    log: EventStore,
    views: Views,
    entry_ids: Sequence[str],
    label: str,
    *,
    by: str,
    now: datetime,
    seen_position: int,
    whole_story: bool = True,
) -> Decided:
    """Give entries (with `whole_story` their stories) one label in one act, which one undo takes back.

    What has a label already, or changed after `seen_position`, is left out and named. Raises InputError.
    """
    _check(label, by)
    for _ in range(MAX_COLLISIONS):
        views.catch_up()
        events, done, changed = [], [], []
        for entry_id in dict.fromkeys(entry_ids):
            row = entry_row(views, entry_id)
            if _is_answered(views, entry_id) or _changed(views, row, seen_position):
                changed.append(entry_id)
                continue
            new = _new_label(
                views, row, label, by=by, story_id=row.story_id if whole_story else "", seen_position=seen_position,
                act=f"{by}:{seen_position}:{views.position}",
            )  # fmt: skip
            if new is not None:
                events.append(new)
                done.append(entry_id)
        try:
            log.append(events, recorded_at=iso(now))
        except KeyConflictError:
            continue
        views.catch_up_if_free()
        return Decided(done, changed)
    raise StaleViewError("others keep deciding these rows; look again")


def _new_label(
    views: Views,
    row: EntryRow,
    label: str,
    *,
    by: str,
    story_id: str,
    seen_position: int,
    note: str = "",
    source: str = "",
    blind: bool = False,
    act: str = "",
) -> NewEvent | None:
    """Return the event of a label, None where the reviewer says the same already."""
    if _says_already(views, row.entry_id, label, note, by):
        return None
    data = EntryLabelled(
        entry_id=row.entry_id, label=label, by=by, revision=row.revision, story_id=story_id, note=note,
        seen_position=seen_position, blind=blind, sample=row.probability is not None, source=source, act=act,
    )  # fmt: skip
    return NewEvent(_next_key(views, row.entry_id, story_id), data, actor=by)


def _is_answered(views: Views, entry_id: str) -> bool:
    return any(not item.withdrawn and not item.overtaken for item in labels_of(views, entry_id))


def _says_already(views: Views, entry_id: str, label: str, note: str, by: str) -> bool:
    """Tell whether the reviewer's newest standing label of the entry, as its words are now, says the same."""
    mine = [item for item in labels_of(views, entry_id) if item.by == by and item.entry_id == entry_id]
    standing = [item for item in mine if not item.withdrawn and not item.overtaken]
    return bool(standing) and (standing[-1].label, standing[-1].note) == (label, note)


def _next_key(views: Views, entry_id: str, story_id: str) -> str:
    """Return the key of the next label of a story (or entry): two decisions at once claim the same, and one wins."""
    return f"entry-labelled:{story_id or entry_id}:{labels.n_given(views, entry_id, story_id)}"


def refuse_others(views: Views, entry_id: str, by: str) -> None:
    """Raise StaleViewError where another reviewer's label of the entry or its story stands."""
    others = [item for item in labels_of(views, entry_id) if item.by != by and not item.withdrawn]
    if others:
        last = others[-1]
        raise StaleViewError(f"{last.by} labelled this {last.label} at {last.at[:16].replace('T', ' ')} UTC")


def refuse_stale(views: Views, entry_id: str, story_id: str, seen_position: int, by: str) -> None:
    """Raise StaleViewError where something the reviewer has not seen changed the row after `seen_position`."""
    others = [
        item
        for item in labels_of(views, entry_id)
        if item.by != by and not item.withdrawn and item.position > seen_position
    ]
    if others:
        last = others[-1]
        at = last.at[:16].replace("T", " ")
        raise StaleViewError(f"{last.by} labelled this {last.label} at {at} UTC; look again, then decide")
    if story_changed(views, story_id, seen_position):
        raise StaleViewError("the story changed since you saw it (an entry joined, left or was merged); look again")
    if _flagged_again(entry_row(views, entry_id), seen_position):
        raise StaleViewError("the words changed since you saw them, and were flagged again; look again")


def _changed(views: Views, row: EntryRow, seen_position: int) -> bool:
    return story_changed(views, row.story_id, seen_position) or _flagged_again(row, seen_position)


def story_changed(views: Views, story_id: str, seen_position: int) -> bool:
    """Tell whether a story was opened or changed after `seen_position`."""
    story = stories.story(views, story_id)
    return story is not None and story.changed_position > seen_position


def _flagged_again(row: EntryRow, seen_position: int) -> bool:
    """Tell whether an entry was flagged, for these or other words, after `seen_position`."""
    return row.flagged_position is not None and row.flagged_position > seen_position


def withdraw(log: EventStore, views: Views, position: int, *, by: str, now: datetime, reason: str = "") -> Event:
    """Withdraw the label at a log position; raise NotFoundError where it is none or already withdrawn."""
    label = labels.label_at(views, position)
    if label is None or label.withdrawn:
        raise NotFoundError(f"no standing label at position {position}")
    data = LabelWithdrawn(label_position=position, entry_id=label.entry_id, by=by, reason=reason)
    event = _append(log, views, NewEvent(f"label-withdrawn:{position}", data, actor=by), now)
    assert event is not None  # noqa: S101 - a withdrawn label was refused above
    return event


def skip_row(log: EventStore, views: Views, entry_id: str, *, by: str, now: datetime, days: int = 1) -> Event | None:
    """Put an entry's story off, for this reviewer alone, until the start of the day `days` from now (UTC)."""
    views.catch_up()
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    until = iso(start + timedelta(days=days))
    story_id = entry_row(views, entry_id).story_id
    if any(item.story_id == story_id and item.until == until for item in acts.skips_of(views, by, iso(now))):
        return None
    data = RowSkipped(entry_id=entry_id, by=by, until=until, story_id=story_id)
    return _append(log, views, NewEvent(f"row-skipped:{entry_id}:{by}:{until}:{views.position}", data, actor=by), now)


def _check(label: str, by: str) -> None:
    if label not in LABELS:
        raise InputError(f"unknown label {label!r}: use {', '.join(LABELS)}")
    if not by.strip() or len(by) > 80 or not by.isprintable():
        raise InputError("a reviewer's name is 1 to 80 printable characters: --by NAME, or set MONITOR_REVIEWER")


def _append(log: EventStore, views: Views, new: NewEvent, now: datetime) -> Event | None:
    events = log.append([new], recorded_at=iso(now))
    views.catch_up_if_free()
    return events[0] if events else None
