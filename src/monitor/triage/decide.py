"""Decisions: label, undo, skip. Each is one event, durable before it is called saved.

A decision cites the log position its reviewer saw; where the row changed since, it is refused with what changed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.errors import InputError, KeyConflictError, NotFoundError, StaleViewError
from monitor.log.codec import iso
from monitor.log.events import EntryLabelled, Event, LabelWithdrawn, NewEvent, RowSkipped
from monitor.log.store import EventStore
from monitor.triage.entries import labels_of, story_of
from monitor.views.fold import Views

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
        row = views.db.execute("SELECT revision FROM entries WHERE entry_id = ?", (entry_id,)).fetchone()
        if row is None:
            raise NotFoundError(f"no entry {entry_id!r} in the log")
        story_id = story_of(views, entry_id)
        if seen_position is not None and not blind:
            refuse_stale(views, entry_id, story_id, seen_position, by)
        if _says_already(views, entry_id, label, note, by):
            return None
        sampled = views.db.execute("SELECT 1 FROM samples WHERE entry_id = ?", (entry_id,)).fetchone() is not None
        data = EntryLabelled(
            entry_id=entry_id, label=label, by=by, revision=row[0], story_id=story_id if whole_story else "", note=note,
            seen_position=views.position if seen_position is None else seen_position, blind=blind, sample=sampled,
            source=source,
        )  # fmt: skip
        try:
            return _append(log, views, NewEvent(_next_key(views, entry_id, data.story_id), data, actor=by), now)
        except KeyConflictError:
            continue  # somebody decided the same between our look and our append: look again
    raise StaleViewError(f"others keep deciding {entry_id}; look again")


def _says_already(views: Views, entry_id: str, label: str, note: str, by: str) -> bool:
    """Tell whether the reviewer's newest standing label of the entry says the same."""
    mine = [item for item in labels_of(views, entry_id) if item.by == by and item.entry_id == entry_id]
    standing = [item for item in mine if not item.withdrawn]
    return bool(standing) and (standing[-1].label, standing[-1].note) == (label, note)


def _next_key(views: Views, entry_id: str, story_id: str) -> str:
    """Return the key of the next label of a story (or entry): two decisions at once claim the same, and one wins."""
    if story_id:
        count = "SELECT count(*) FROM labels WHERE story_id = ?"
        return f"entry-labelled:{story_id}:{views.db.execute(count, (story_id,)).fetchone()[0]}"
    count = "SELECT count(*) FROM labels WHERE entry_id = ? AND story_id = ''"
    return f"entry-labelled:{entry_id}:{views.db.execute(count, (entry_id,)).fetchone()[0]}"


def refuse_stale(views: Views, entry_id: str, story_id: str, seen_position: int, by: str) -> None:
    """Raise StaleViewError where something the reviewer has not seen changed the row after `seen_position`."""
    row = views.db.execute("SELECT changed_position FROM stories WHERE story_id = ?", (story_id,)).fetchone()
    others = [
        item
        for item in labels_of(views, entry_id)
        if item.by != by and not item.withdrawn and item.position > seen_position
    ]
    if others:
        last = others[-1]
        raise StaleViewError(f"{last.by} labelled this {last.label} at {last.at}; look again, then decide")
    if row is not None and row[0] > seen_position:
        raise StaleViewError("the story changed since you saw it (an entry joined, left or was merged); look again")


def undo_last(log: EventStore, views: Views, *, by: str, now: datetime, reason: str = "undo") -> Event:
    """Withdraw the reviewer's newest standing label; raise NotFoundError where there is none."""
    views.catch_up()
    row = views.db.execute(
        "SELECT position FROM labels WHERE by = ? AND withdrawn_position IS NULL ORDER BY position DESC LIMIT 1",
        (by,),
    ).fetchone()
    if row is None:
        raise NotFoundError(f"nothing to undo: {by} has no standing label")
    return withdraw(log, views, int(row[0]), by=by, now=now, reason=reason)


def withdraw(log: EventStore, views: Views, position: int, *, by: str, now: datetime, reason: str = "") -> Event:
    """Withdraw the label at a log position; raise NotFoundError where it is none or already withdrawn."""
    row = views.db.execute(
        "SELECT entry_id FROM labels WHERE position = ? AND withdrawn_position IS NULL", (position,)
    ).fetchone()
    if row is None:
        raise NotFoundError(f"no standing label at position {position}")
    data = LabelWithdrawn(label_position=position, entry_id=row[0], by=by, reason=reason)
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
