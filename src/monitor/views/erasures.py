"""The erasures view: which entries a person had erased, what their copies are known by, and whether one is unfinished.

`kept_out` lists the entries whose later texts are not stored, `erased_marks` what a copy of them is known by
(log/marks.py). `erasures` has one row: the last erasure begun and the last one finished. `loose_erasures` holds texts
declared erased with no word that they were overwritten: older versions could be cut short there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import cast

from monitor.log.events import ErasureFinished, ErasureLifted, Event, PayloadErased
from monitor.log.keep.erasure import was_asked_for

SCHEMA = """
CREATE TABLE kept_out (entry_id TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE erased_marks (
    known_by TEXT NOT NULL, entry_id TEXT NOT NULL, PRIMARY KEY (known_by, entry_id)
) WITHOUT ROWID;
CREATE TABLE erasures (id INTEGER PRIMARY KEY, begun INTEGER NOT NULL, finished INTEGER NOT NULL);
INSERT INTO erasures VALUES (1, 0, 0);
CREATE TABLE loose_erasures (text_sha TEXT PRIMARY KEY, entry_id TEXT NOT NULL) WITHOUT ROWID;
"""


def _erased(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(PayloadErased, event.data)
        if data.entry_id and was_asked_for(event):
            db.execute("INSERT OR IGNORE INTO kept_out VALUES (?, ?)", (data.entry_id, event.position))
            rows = [(mark, data.entry_id) for mark in data.marks]
            db.executemany("INSERT OR IGNORE INTO erased_marks VALUES (?, ?)", rows)
        if not data.withheld:
            db.execute("INSERT OR IGNORE INTO loose_erasures VALUES (?, ?)", (data.text_sha, data.entry_id))


def _lifted(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        entry_id = cast(ErasureLifted, event.data).entry_id
        db.execute("DELETE FROM kept_out WHERE entry_id = ?", (entry_id,))
        db.execute("DELETE FROM erased_marks WHERE entry_id = ?", (entry_id,))


def _begun(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    db.execute("UPDATE erasures SET begun = ?", (events[-1].position,))
    db.execute("DELETE FROM loose_erasures")


def _finished(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    db.execute("UPDATE erasures SET finished = ?", (cast(ErasureFinished, events[-1].data).upto,))


HANDLERS = {
    "payload-erased": _erased,
    "erasure-lifted": _lifted,
    "erasure-begun": _begun,
    "erasure-finished": _finished,
}
