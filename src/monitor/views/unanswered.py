"""The unanswered view: the flagged entries that no label may answer yet, so that the queue need not ask all of a year.

It may hold more than what waits, never less: an entry goes only where a label surely answers it, and comes back with
every event that could change that (another flag, a withdrawal, another story). What waits is for the queue's question.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import cast

from monitor.log.events import (
    EntryFlagged,
    EntryLabelled,
    Event,
    LabelWithdrawn,
    StoryJoined,
    StoryMerged,
    StoryOpened,
    StorySplit,
)
from monitor.views.stories import resolve

SCHEMA = """
CREATE TABLE unanswered (entry_id TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_BACK = """INSERT OR IGNORE INTO unanswered SELECT entry_id FROM entries
    WHERE entry_id = ? AND flagged_position IS NOT NULL"""
_STORY_BACK = """INSERT OR IGNORE INTO unanswered SELECT e.entry_id FROM story_entries s CROSS JOIN entries e
    WHERE s.story_id = ? AND e.entry_id = s.entry_id AND e.flagged_position IS NOT NULL"""
_ANSWERED = "DELETE FROM unanswered WHERE entry_id = ?"
_STORY_ANSWERED = """DELETE FROM unanswered WHERE entry_id IN
    (SELECT entry_id FROM story_entries WHERE story_id = ? AND position < ?)"""


def _back(db: sqlite3.Connection, entry_ids: Iterable[str]) -> None:
    db.executemany(_BACK, [(entry_id,) for entry_id in entry_ids])


def _flagged(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    _back(db, (cast(EntryFlagged, event.data).entry_id for event in events))


def _linked(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    _back(db, (cast(StoryOpened | StoryJoined, event.data).entry_id for event in events))


def _split(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    _back(db, (entry_id for event in events for entry_id in cast(StorySplit, event.data).entry_ids))


def _merged(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        db.execute(_STORY_BACK, (resolve(db, cast(StoryMerged, event.data).story_id),))


def _labelled(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    """Let go of the labelled entries, and of what their stories held already: a label of a story answers that."""
    for event in events:
        data = cast(EntryLabelled, event.data)
        db.execute(_ANSWERED, (data.entry_id,))
        if data.story_id:
            db.execute(_STORY_ANSWERED, (data.story_id, event.position))


def _withdrawn(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        position = cast(LabelWithdrawn, event.data).label_position
        label = db.execute("SELECT entry_id, story_id FROM labels WHERE position = ?", (position,)).fetchone()
        if label is not None:
            _back(db, [label[0]])
            db.execute(_STORY_BACK, (label[1],))


HANDLERS = {
    "entry-flagged": _flagged,
    "story-opened": _linked,
    "story-joined": _linked,
    "story-split": _split,
    "story-merged": _merged,
    "entry-labelled": _labelled,
    "label-withdrawn": _withdrawn,
}
