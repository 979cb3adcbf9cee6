"""Looking an entry up: by id prefix, its text, its labels and its whole history in words.

Reads the log and the views; decides nothing.
"""

from __future__ import annotations

from typing import cast

from monitor.errors import NotFoundError
from monitor.log import events as ev
from monitor.log.payloads import read_entry_payload
from monitor.log.store import EventStore
from monitor.triage.rows import HistoryLine, LabelRow, Text
from monitor.views.fold import Views

MIN_PREFIX = 4


def find_entry(views: Views, prefix: str) -> str:
    """Return the full id of the one entry whose id starts with `prefix` (a story id stands for its first entry).

    Raises NotFoundError where there is none, or more than one.
    """
    wanted = prefix.removeprefix("s")
    if len(wanted) < MIN_PREFIX or not wanted.isalnum():
        raise NotFoundError(f"no entry {prefix!r}: give at least {MIN_PREFIX} characters of an id that `queue` shows")
    rows = views.db.execute(
        "SELECT entry_id FROM entries WHERE entry_id >= ? AND entry_id < ? LIMIT 3", (wanted, wanted + "\uffff")
    ).fetchall()
    if not rows:
        raise NotFoundError(f"no entry {prefix!r} in the log; `monitor queue` lists the ids")
    if len(rows) > 1:
        raise NotFoundError(
            f"{prefix!r} fits several entries ({', '.join(row[0] for row in rows)}, …); give more of it"
        )
    return str(rows[0][0])


def load_text(log: EventStore, text_sha: str) -> Text:
    """Return the words of a payload; erased ones come back empty and marked."""
    words = read_entry_payload(log.payload(text_sha))
    if words is None:
        return Text("", "", "", erased=True)
    return Text(words.title, words.summary, words.text)


def entry_text(log: EventStore, views: Views, entry_id: str) -> Text:
    """Return the words of an entry's newest revision."""
    row = views.db.execute("SELECT text_sha FROM entries WHERE entry_id = ?", (entry_id,)).fetchone()
    if row is None:
        raise NotFoundError(f"no entry {entry_id!r} in the log")
    return load_text(log, row[0])


def story_of(views: Views, entry_id: str) -> str:
    """Return the story an entry stands in (one of its own where none was opened)."""
    row = views.db.execute("SELECT story_id FROM story_entries WHERE entry_id = ?", (entry_id,)).fetchone()
    return str(row[0]) if row else "s" + entry_id


def story_entries(views: Views, story_id: str) -> list[str]:
    """Return the ids of a story's entries, in the order they joined."""
    rows = views.db.execute(
        "SELECT entry_id FROM story_entries WHERE story_id = ? ORDER BY position, entry_id", (story_id,)
    ).fetchall()
    return [str(row[0]) for row in rows] or [story_id.removeprefix("s")]


def labels_of(views: Views, entry_id: str) -> list[LabelRow]:
    """Return every label that speaks of the entry, its own or its story's, oldest first."""
    story_id = story_of(views, entry_id)
    rows = views.db.execute(
        """SELECT position, entry_id, story_id, label, by, note, at, withdrawn_position IS NOT NULL, sample, blind
           FROM labels WHERE entry_id = ? OR (story_id = ? AND story_id <> '') ORDER BY position""",
        (entry_id, story_id),
    ).fetchall()
    return [
        LabelRow(
            position=row[0], entry_id=row[1], story_id=row[2], label=row[3], by=row[4], note=row[5], at=row[6],
            withdrawn=bool(row[7]), sample=bool(row[8]), blind=bool(row[9]),
        )
        for row in rows
    ]  # fmt: skip


def history(log: EventStore, views: Views, entry_id: str) -> list[HistoryLine]:
    """Return the entry's whole life, oldest first, each line citing its log position."""
    row = views.db.execute(
        "SELECT position, scored_position, feed_id FROM entries WHERE entry_id = ?", (entry_id,)
    ).fetchone()
    if row is None:
        raise NotFoundError(f"no entry {entry_id!r} in the log")
    noted = views.db.execute("SELECT position FROM entry_events WHERE entry_id = ?", (entry_id,)).fetchall()
    positions = {row[0], *(item[0] for item in noted)}
    positions.update(_score_positions(log, views, entry_id, row[0], row[1], row[2]))
    found = (log.get(position) for position in sorted(positions))
    return [_line(event, entry_id) for event in found if event is not None]


def _score_positions(
    log: EventStore, views: Views, entry_id: str, seen: int, scored: int | None, feed_id: str
) -> set[int]:
    """Return the positions of the entry-scored events that hold a score of this entry."""
    candidates = {scored} if scored else set()
    candidates.update(row[0] for row in views.db.execute("SELECT position FROM rescored").fetchall())
    for event in log.read(after=seen, types=("entry-scored",)):
        if cast(ev.EntryScored, event.data).feed_id == feed_id:
            candidates.add(event.position)
            break
    found: set[int] = set()
    for position in candidates:
        event_at = log.get(position)
        if event_at is not None and any(item[0] == entry_id for item in cast(ev.EntryScored, event_at.data).scores):
            found.add(position)
    return found


def _line(event: ev.Event, entry_id: str) -> HistoryLine:
    return HistoryLine(
        position=event.position, at=event.recorded_at, type=event.type, actor=event.actor, what=_what(event, entry_id)
    )


def _what(event: ev.Event, entry_id: str) -> str:  # noqa: C901 - one line per event type, read as a table
    """Say in one line what an event says of an entry."""
    data = event.data
    match data:
        case ev.EntrySeen():
            return f"seen in feed {data.feed_id}, published {data.published_at or data.published_raw or 'unknown'}"
        case ev.EntryRevised():
            return f"revision {data.revision}: {', '.join(data.changed)} changed"
        case ev.EntryScored():
            score = next(item for item in data.scores if item[0] == entry_id)
            return f"scored {score[2]:.3f} by {data.model_id} (threshold {data.threshold:.3f}, {data.why})"
        case ev.EntryFlagged():
            return f"flagged: {data.score:.3f} >= {data.threshold:.3f} by {data.model_id} ({data.why})"
        case ev.EntryLabelled():
            return f"labelled {data.label} by {data.by}" + (f": {data.note}" if data.note else "")
        case ev.LabelWithdrawn():
            return f"label {data.label_position} withdrawn by {data.by}" + (f": {data.reason}" if data.reason else "")
        case ev.PageRead():
            return f"page read: {data.n_chars} characters"
        case ev.PageFailed():
            return f"page not read: {data.reason} {data.detail}".rstrip()
        case ev.StoryOpened():
            return f"opened story {data.story_id}"
        case ev.StoryJoined():
            return f"joined story {data.story_id} ({data.why}, similarity {data.similarity:.2f})"
        case ev.RowSkipped():
            return f"put off until {data.until} by {data.by}"
        case ev.SampleDrawn():
            return f"drawn for the audit sample of {data.day}"
        case ev.PayloadErased():
            return f"text erased: {data.reason}"
        case _:
            return ""
