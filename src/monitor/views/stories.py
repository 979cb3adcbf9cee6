"""The stories view: which entry stands in which story, which stories form a case, and corrected and confirmed fields.

Folded from story-opened, -joined, -merged, -split, -linked, card-corrected and -confirmed. A merged story's id keeps
resolving.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import cast

from monitor.log.events import (
    CardConfirmed,
    CardCorrected,
    Event,
    StoryJoined,
    StoryLinked,
    StoryMerged,
    StoryOpened,
    StorySplit,
)

SCHEMA = """
CREATE TABLE stories (
    story_id TEXT PRIMARY KEY, case_id TEXT NOT NULL, opened_at TEXT NOT NULL, changed_position INTEGER NOT NULL,
    merged_into TEXT
) WITHOUT ROWID;
CREATE INDEX stories_case ON stories (case_id);
CREATE TABLE story_entries (
    entry_id TEXT PRIMARY KEY, story_id TEXT NOT NULL, similarity REAL NOT NULL, why TEXT NOT NULL,
    publisher TEXT NOT NULL, origin TEXT NOT NULL, position INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX story_entries_story ON story_entries (story_id);
CREATE TABLE story_events (
    story_id TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (story_id, position)
) WITHOUT ROWID;
CREATE TABLE corrections (
    story_id TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL,
    position INTEGER NOT NULL, PRIMARY KEY (story_id, field)
) WITHOUT ROWID;
CREATE TABLE confirmations (
    story_id TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL,
    position INTEGER NOT NULL, PRIMARY KEY (story_id, field)
) WITHOUT ROWID;
"""

_PUT = "INSERT OR REPLACE INTO story_entries VALUES (?,?,?,?,?,?,?)"


def _touch(db: sqlite3.Connection, story_id: str, position: int) -> None:
    db.execute("UPDATE stories SET changed_position = ? WHERE story_id = ?", (position, story_id))
    db.execute("INSERT OR IGNORE INTO story_events VALUES (?,?)", (story_id, position))


def _opened(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(StoryOpened, event.data)
        row = (data.story_id, data.story_id, event.recorded_at, event.position)
        db.execute("INSERT OR IGNORE INTO stories VALUES (?,?,?,?,NULL)", row)
        db.execute(_PUT, (data.entry_id, data.story_id, 1.0, "opened", data.publisher, data.origin, event.position))
        _touch(db, data.story_id, event.position)


def resolve(db: sqlite3.Connection, story_id: str) -> str:
    """Return the story that `story_id` is part of today, following merges."""
    seen: set[str] = set()
    while story_id not in seen:
        seen.add(story_id)
        row = db.execute("SELECT merged_into FROM stories WHERE story_id = ?", (story_id,)).fetchone()
        if row is None or row[0] is None:
            break
        story_id = row[0]
    return story_id


def _joined(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(StoryJoined, event.data)
        story_id = resolve(db, data.story_id)
        db.execute(
            _PUT,
            (data.entry_id, story_id, data.similarity, data.why, data.publisher, data.origin, event.position),
        )
        _touch(db, story_id, event.position)


def _merged(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(StoryMerged, event.data)
        into = resolve(db, data.story_id)
        if into == data.from_id:
            continue
        db.execute("UPDATE story_entries SET story_id = ? WHERE story_id = ?", (into, data.from_id))
        db.execute("UPDATE stories SET merged_into = ? WHERE story_id = ?", (into, data.from_id))
        _touch(db, into, event.position)
        _touch(db, data.from_id, event.position)


def _split(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(StorySplit, event.data)
        row = (data.new_id, data.new_id, event.recorded_at, event.position)
        db.execute("INSERT OR REPLACE INTO stories VALUES (?,?,?,?,NULL)", row)
        db.executemany(
            "UPDATE story_entries SET story_id = ? WHERE entry_id = ?",
            [(data.new_id, entry_id) for entry_id in data.entry_ids],
        )
        _touch(db, data.story_id, event.position)
        _touch(db, data.new_id, event.position)


def _linked(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(StoryLinked, event.data)
        db.execute("UPDATE stories SET case_id = ? WHERE story_id = ?", (data.case_id, data.story_id))
        _touch(db, data.story_id, event.position)


def _corrected(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(CardCorrected, event.data)
        if data.withdrawn:
            db.execute("DELETE FROM corrections WHERE story_id = ? AND field = ?", (data.story_id, data.field))
            _touch(db, data.story_id, event.position)
            continue
        value = json.dumps(data.value, ensure_ascii=False)
        db.execute(
            "INSERT OR REPLACE INTO corrections VALUES (?,?,?,?,?,?)",
            (data.story_id, data.field, value, event.actor, event.recorded_at, event.position),
        )
        _touch(db, data.story_id, event.position)


def _confirmed(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(CardConfirmed, event.data)
        for field, codes in data.values.items():
            if data.withdrawn:
                db.execute("DELETE FROM confirmations WHERE story_id = ? AND field = ?", (data.story_id, field))
                continue
            value = json.dumps(codes, ensure_ascii=False)
            db.execute(
                "INSERT OR REPLACE INTO confirmations VALUES (?,?,?,?,?,?)",
                (data.story_id, field, value, event.actor, event.recorded_at, event.position),
            )
        _touch(db, data.story_id, event.position)


HANDLERS = {
    "story-opened": _opened,
    "story-joined": _joined,
    "story-merged": _merged,
    "story-split": _split,
    "story-linked": _linked,
    "card-corrected": _corrected,
    "card-confirmed": _confirmed,
}
