"""Looking an entry up: by id prefix, its text, its labels and its whole history in words.

Reads the log and the views; decides nothing.
"""

from __future__ import annotations

from typing import cast

from monitor.errors import NotFoundError
from monitor.log import events as ev
from monitor.log.payloads import EntryText
from monitor.log.store import EventStore
from monitor.triage.rows import HistoryLine
from monitor.views.fold import Views
from monitor.views.queries import entries, labels, stories
from monitor.views.queries.cases import FOLLOW_UP
from monitor.views.queries.labels import LabelRow
from monitor.views.queries.stories import story_of
from monitor.views.queries.texts import text_of

MIN_PREFIX = 4
COMMIT_EVENTS = 20_000  # more than a tick ever commits at once


def find_entry(views: Views, prefix: str) -> str:
    """Return the full id of the one entry whose id starts with `prefix` (a story id stands for its first entry).

    Raises NotFoundError where there is none, or more than one.
    """
    wanted = prefix.removeprefix("s")
    if len(wanted) < MIN_PREFIX or not wanted.isalnum():
        raise NotFoundError(f"no entry {prefix!r}: give at least {MIN_PREFIX} characters of an id that `queue` shows")
    found = entries.ids_starting(views, wanted, 3)
    if not found:
        raise NotFoundError(f"no entry {prefix!r} in the log; `monitor queue` lists the ids")
    if len(found) > 1:
        raise NotFoundError(f"{prefix!r} fits several entries ({', '.join(found)}, …); give more of it")
    return found[0]


def entry_row(views: Views, entry_id: str) -> entries.EntryRow:
    """Return what the views know of an entry. Raises NotFoundError where there is none."""
    row = entries.entry(views, entry_id)
    if row is None:
        raise NotFoundError(f"no entry {entry_id!r} in the log")
    return row


def entry_text(log: EventStore, views: Views, entry_id: str) -> EntryText:
    """Return the words of an entry's newest revision."""
    return text_of(log, entry_row(views, entry_id))


def story_entries(views: Views, story_id: str) -> list[str]:
    """Return the ids of a story's entries, in the order they joined."""
    return [member.entry_id for member in stories.members(views, story_id)]


def labels_of(views: Views, entry_id: str) -> list[LabelRow]:
    """Return every label that speaks of the entry, its own or its story's, oldest first."""
    return labels.labels_of(views, entry_id, story_of(views, entry_id))


def history(log: EventStore, views: Views, entry_id: str) -> list[HistoryLine]:
    """Return the entry's whole life, oldest first, each line citing its log position."""
    row = entry_row(views, entry_id)
    positions = {row.position, *entries.noted_positions(views, entry_id), *_score_positions(log, views, row)}
    found = (log.get(position) for position in sorted(positions))
    return [_line(event, row) for event in found if event is not None]


def _score_positions(log: EventStore, views: Views, row: entries.EntryRow) -> set[int]:
    """Return the positions of the entry-scored events that hold a score of this entry."""
    candidates = {row.scored_position} if row.scored_position else set()
    candidates.update(entries.second_looks_at(views, row.position))
    candidates.update(_first_score(log, row))
    found: set[int] = set()
    for position in candidates:
        event_at = log.get(position)
        if event_at is not None and any(item[0] == row.entry_id for item in cast(ev.EntryScored, event_at.data).scores):
            found.add(position)
    return found


def _first_score(log: EventStore, row: entries.EntryRow) -> set[int]:
    """Return the position of the entry's first score: it stands in the same commit, behind the feed's other entries."""
    for event in log.read(after=row.position, upto=row.position + COMMIT_EVENTS, types=("entry-scored",)):
        if cast(ev.EntryScored, event.data).feed_id == row.feed_id:
            return {event.position}
    return set()


def _line(event: ev.Event, row: entries.EntryRow) -> HistoryLine:
    return HistoryLine(
        position=event.position, at=event.recorded_at, type=event.type, actor=event.actor, what=_what(event, row)
    )


def _flagged(data: ev.EntryFlagged) -> str:
    if data.why.startswith(FOLLOW_UP):
        return "it follows a known case"
    words = {
        "new": f"it scored {data.score:.2f}", "room in the day": "there was room in the day",
        "revised": "its words changed", "second-look": "a newer model scores it higher",
    }  # fmt: skip
    return words.get(data.why, data.why)


def _joined(why: str) -> str:
    if why.startswith("copy of "):
        return "the same text as another report"
    return f"both speak of {why.removeprefix('words: ')}" if why.startswith("words: ") else why


def _what(event: ev.Event, row: entries.EntryRow) -> str:  # noqa: C901 - one line per event type, read as a table
    """Say in one line what an event says of an entry."""
    data = event.data
    match data:
        case ev.EntrySeen():
            at = data.published_at[:16].replace("T", " ")
            when = f"{at} UTC" if at else data.published_raw or "at a time it does not say"
            return f"first seen in {row.feed or data.feed_id}, published {when}"
        case ev.EntryRevised():
            return f"its {' and '.join(data.changed)} changed"
        case ev.EntryScored():
            score = next(item for item in data.scores if item[0] == row.entry_id)
            again = {"new": "scored", "second-look": "scored again by a newer model"}.get(data.why, "scored again")
            return f"{again}: {score[2]:.2f}, where a flag began at {data.threshold:.2f} (model {data.model_id})"
        case ev.EntryFlagged():
            return f"put into the queue: {_flagged(data)}"
        case ev.EntryLabelled():
            return f"labelled {data.label.replace('-', ' ')} by {data.by}" + (f": {data.note}" if data.note else "")
        case ev.LabelWithdrawn():
            reason = f": {data.reason}" if data.reason else ""
            return f"{data.by} took back the label of event {data.label_position}{reason}"
        case ev.PageRead(kept=True):
            return "page to be read again; the article read before is kept until then"
        case ev.PageRead():
            return f"its page was read: {data.n_chars} characters"
        case ev.PageFailed():
            return f"its page could not be read: {data.reason} {data.detail}".rstrip()
        case ev.StoryOpened():
            return "began a story"
        case ev.StoryJoined():
            return f"joined a story: {_joined(data.why)}"
        case ev.RowSkipped():
            return f"{data.by} took it up again" if data.undoes else f"{data.by} put it off until {data.until[:10]}"
        case ev.SampleDrawn():
            return f"drawn for the audit sample of {data.day}"
        case ev.PayloadErased():
            return f"text erased: {data.reason}"
        case _:
            return ""
