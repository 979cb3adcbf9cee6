"""Decisions: label, undo, skip. Each is one event, durable before it is called saved.

A decision cites the log position its reviewer saw; where the row changed since, it is refused with what changed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.errors import InputError, KeyConflictError, NotFoundError, StaleViewError
from monitor.log.codec import iso
from monitor.log.events import EntryLabelled, Event, LabelWithdrawn, NewEvent, RowSkipped
from monitor.log.store import EventStore
from monitor.triage.entries import entry_row, labels_of
from monitor.views.fold import Views
from monitor.views.queries import labels, stories

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
) -> Event | None:
    """Record a reviewer's label for an entry, and with `whole_story` for every entry of its story.

    Saying the same again is a no-op (None). Raises InputError (unknown label or reviewer), NotFoundError, and
    StaleViewError where the story changed or another reviewer decided after `seen_position`; a blind second reading is
    never refused for that.
    """
    _check(label, by)
    for _ in range(MAX_COLLISIONS):
        views.catch_up()
        row = entry_row(views, entry_id)
        story_id = row.story_id
        if seen_position is not None and not blind:
            refuse_stale(views, entry_id, story_id, seen_position, by)
        if _says_already(views, entry_id, label, note, by):
            return None
        data = EntryLabelled(
            entry_id=entry_id, label=label, by=by, revision=row.revision, story_id=story_id if whole_story else "",
            note=note, seen_position=views.position if seen_position is None else seen_position, blind=blind,
            sample=row.probability is not None, source=source,
        )  # fmt: skip
        try:
            return _append(log, views, NewEvent(_next_key(views, entry_id, data.story_id), data, actor=by), now)
        except KeyConflictError:
            continue  # somebody decided the same between our look and our append: look again
    raise StaleViewError(f"others keep deciding {entry_id}; look again")


def _says_already(views: Views, entry_id: str, label: str, note: str, by: str) -> bool:
    """Tell whether the reviewer's newest standing label of the entry, as its words are now, says the same."""
    mine = [item for item in labels_of(views, entry_id) if item.by == by and item.entry_id == entry_id]
    standing = [item for item in mine if not item.withdrawn and not item.overtaken]
    return bool(standing) and (standing[-1].label, standing[-1].note) == (label, note)


def _next_key(views: Views, entry_id: str, story_id: str) -> str:
    """Return the key of the next label of a story (or entry): two decisions at once claim the same, and one wins."""
    return f"entry-labelled:{story_id or entry_id}:{labels.n_given(views, entry_id, story_id)}"


def refuse_stale(views: Views, entry_id: str, story_id: str, seen_position: int, by: str) -> None:
    """Raise StaleViewError where something the reviewer has not seen changed the row after `seen_position`."""
    story = stories.story(views, story_id)
    others = [
        item
        for item in labels_of(views, entry_id)
        if item.by != by and not item.withdrawn and item.position > seen_position
    ]
    if others:
        last = others[-1]
        raise StaleViewError(f"{last.by} labelled this {last.label} at {last.at}; look again, then decide")
    if story is not None and story.changed_position > seen_position:
        raise StaleViewError("the story changed since you saw it (an entry joined, left or was merged); look again")
    flagged_at = entry_row(views, entry_id).flagged_position
    if flagged_at is not None and flagged_at > seen_position:
        raise StaleViewError("the words changed since you saw them, and were flagged again; look again")


def undo_last(log: EventStore, views: Views, *, by: str, now: datetime, reason: str = "undo") -> Event:
    """Withdraw the reviewer's newest standing label; raise NotFoundError where there is none."""
    views.catch_up()
    newest = labels.newest_standing_of(views, by)
    if newest is None:
        raise NotFoundError(f"nothing to undo: {by} has no standing label")
    return withdraw(log, views, newest.position, by=by, now=now, reason=reason)


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
    """Put an entry's row off for this reviewer until the start of the day `days` from now (UTC)."""
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    until = iso(start + timedelta(days=days))
    data = RowSkipped(entry_id=entry_id, by=by, until=until)
    return _append(log, views, NewEvent(f"row-skipped:{entry_id}:{by}:{until}", data, actor=by), now)


def _check(label: str, by: str) -> None:
    if label not in LABELS:
        raise InputError(f"unknown label {label!r}: use {', '.join(LABELS)}")
    if not by.strip() or len(by) > 80 or not by.isprintable():
        raise InputError("a reviewer's name is 1 to 80 printable characters: --by NAME, or set MONITOR_REVIEWER")


def _append(log: EventStore, views: Views, new: NewEvent, now: datetime) -> Event | None:
    events = log.append([new], recorded_at=iso(now))
    views.catch_up()
    return events[0] if events else None
