"""The acts view: what each reviewer did, in order, and what was taken back since.

One row for each label, skip, merge, split, link to a case, corrected or confirmed card that a person made; acts of the
machine are left out. Labels given in one act share its name in `act`. An undo is no act: it marks what it takes back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, cast

from monitor.log import events as ev

Fold = Callable[[sqlite3.Connection, Sequence[ev.Event]], None]

MACHINE = "monitor"  # the actor of what no person did

SCHEMA = """
CREATE TABLE acts (
    position INTEGER PRIMARY KEY, by TEXT NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL, entry_id TEXT NOT NULL,
    story_id TEXT NOT NULL, detail TEXT NOT NULL, act TEXT NOT NULL, undone_position INTEGER
);
CREATE INDEX acts_by ON acts (by, position);
CREATE INDEX acts_at ON acts (at);
CREATE TABLE skips (
    story_id TEXT NOT NULL, by TEXT NOT NULL, until TEXT NOT NULL, entry_id TEXT NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (story_id, by)
) WITHOUT ROWID;
"""

_PUT = "INSERT OR IGNORE INTO acts VALUES (?,?,?,?,?,?,?,?,NULL)"
_UNDONE = "UPDATE acts SET undone_position = ? WHERE position = ? AND undone_position IS NULL"
_STORY = "SELECT story_id FROM story_entries WHERE entry_id = ?"


def _put(db: sqlite3.Connection, event: ev.Event, kind: str, entry_id: str, story_id: str, *rest: str) -> None:
    detail, act = (*rest, "")[:2]
    if event.actor != MACHINE:
        db.execute(_PUT, (event.position, event.actor, event.recorded_at, kind, entry_id, story_id, detail, act))


def _labelled(db: sqlite3.Connection, events: Sequence[ev.Event]) -> None:
    for event in events:
        data = cast(ev.EntryLabelled, event.data)
        if not data.source:  # what was imported was decided elsewhere
            _put(db, event, "label", data.entry_id, data.story_id, data.label, data.act)


def _withdrawn(db: sqlite3.Connection, events: Sequence[ev.Event]) -> None:
    for event in events:
        db.execute(_UNDONE, (event.position, cast(ev.LabelWithdrawn, event.data).label_position))


def _skipped(db: sqlite3.Connection, events: Sequence[ev.Event]) -> None:
    for event in events:
        data = cast(ev.RowSkipped, event.data)
        found = None if data.story_id else db.execute(_STORY, (data.entry_id,)).fetchone()
        story_id = data.story_id or (found[0] if found else "s" + data.entry_id)
        if data.undoes:
            db.execute(_UNDONE, (event.position, data.undoes))
            db.execute("DELETE FROM skips WHERE story_id = ? AND by = ?", (story_id, data.by))
            continue
        row = (story_id, data.by, data.until, data.entry_id, event.position)
        db.execute("INSERT OR REPLACE INTO skips VALUES (?,?,?,?,?)", row)
        _put(db, event, "skip", data.entry_id, story_id, data.until)


def _act(kind: str, words: Callable[[Any], tuple[str, str, str]]) -> Fold:
    """Return the fold of an act that a later event of the same type may take back; `words`: entry, story, detail."""

    def fold(db: sqlite3.Connection, events: Sequence[ev.Event]) -> None:
        for event in events:
            data: Any = event.data
            if data.undoes:
                db.execute(_UNDONE, (event.position, data.undoes))
            else:
                _put(db, event, kind, *words(data))

    return fold


def _merge(data: ev.StoryMerged) -> tuple[str, str, str]:
    return data.entry_ids[0] if data.entry_ids else data.from_id.removeprefix("s"), data.story_id, data.from_id


def _split(data: ev.StorySplit) -> tuple[str, str, str]:
    return data.entry_ids[0] if data.entry_ids else "", data.story_id, data.new_id


def _link(data: ev.StoryLinked) -> tuple[str, str, str]:
    return "", data.story_id, data.case_id


def _correction(data: ev.CardCorrected) -> tuple[str, str, str]:
    return "", data.story_id, data.field


def _confirmation(data: ev.CardConfirmed) -> tuple[str, str, str]:
    return "", data.story_id, ", ".join(data.values)


HANDLERS = {
    "entry-labelled": _labelled,
    "label-withdrawn": _withdrawn,
    "row-skipped": _skipped,
    "story-merged": _act("merge", _merge),
    "story-split": _act("split", _split),
    "story-linked": _act("link", _link),
    "card-corrected": _act("correct", _correction),
    "card-confirmed": _act("confirm", _confirmation),
}
