"""The labels view: every decision, who made it and whether it was withdrawn.

Which of several labels counts is a question for triage (standing.py); this view only keeps them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import cast

from monitor.log.events import EntryLabelled, Event, LabelWithdrawn

SCHEMA = """
CREATE TABLE labels (
    position INTEGER PRIMARY KEY, entry_id TEXT NOT NULL, story_id TEXT NOT NULL, label TEXT NOT NULL, by TEXT NOT NULL,
    note TEXT NOT NULL, revision INTEGER NOT NULL, at TEXT NOT NULL, blind INTEGER NOT NULL, sample INTEGER NOT NULL,
    source TEXT NOT NULL, withdrawn_position INTEGER
);
CREATE INDEX labels_entry ON labels (entry_id);
CREATE INDEX labels_story ON labels (story_id) WHERE story_id <> '';
CREATE INDEX labels_plot ON labels (entry_id, story_id) WHERE label = 'plot' AND withdrawn_position IS NULL;
CREATE INDEX labels_withdrawn ON labels (withdrawn_position) WHERE withdrawn_position IS NOT NULL;
"""


def _labelled(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    rows = []
    for event in events:
        data = cast(EntryLabelled, event.data)
        rows.append((
            event.position, data.entry_id, data.story_id, data.label, data.by, data.note, data.revision,
            event.recorded_at, int(data.blind), int(data.sample), data.source,
        ))  # fmt: skip
    db.executemany("INSERT INTO labels VALUES (?,?,?,?,?,?,?,?,?,?,?,NULL)", rows)


def _withdrawn(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(LabelWithdrawn, event.data)
        db.execute(
            "UPDATE labels SET withdrawn_position = ? WHERE position = ? AND withdrawn_position IS NULL",
            (event.position, data.label_position),
        )


HANDLERS = {"entry-labelled": _labelled, "label-withdrawn": _withdrawn}
