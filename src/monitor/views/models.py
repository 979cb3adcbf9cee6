"""The models view: every model trained, promoted or rejected, which one is in use, and the second looks."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import cast

from monitor.log.events import (
    Event,
    ModelPromoted,
    ModelRejected,
    ModelTrained,
    SecondLookBegun,
    SecondLookFinished,
    ThresholdMoved,
)

SCHEMA = """
CREATE TABLE models (
    model_id TEXT PRIMARY KEY, state TEXT NOT NULL, trained_at TEXT NOT NULL DEFAULT '',
    promoted_at TEXT NOT NULL DEFAULT '', threshold REAL, reason TEXT NOT NULL DEFAULT '',
    card TEXT NOT NULL DEFAULT '{}',
    figures TEXT NOT NULL DEFAULT '{}', position INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE promotions (
    position INTEGER PRIMARY KEY, at TEXT NOT NULL, model_id TEXT NOT NULL, previous_id TEXT NOT NULL,
    threshold REAL NOT NULL, reason TEXT NOT NULL
);
CREATE TABLE thresholds (
    position INTEGER PRIMARY KEY, at TEXT NOT NULL, model_id TEXT NOT NULL, threshold REAL NOT NULL,
    look_again REAL NOT NULL, previous REAL NOT NULL, why TEXT NOT NULL
);
CREATE TABLE second_looks (
    position INTEGER PRIMARY KEY, model_id TEXT NOT NULL, since TEXT NOT NULL, bounds TEXT NOT NULL,
    most INTEGER NOT NULL, finished INTEGER NOT NULL DEFAULT 0
);
"""


def _text(value: object) -> str:
    import json  # models are rare, ticks are not

    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _trained(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(ModelTrained, event.data)
        db.execute(
            """INSERT INTO models (model_id, state, trained_at, card, position) VALUES (?, 'candidate', ?, ?, ?)
               ON CONFLICT (model_id) DO UPDATE SET trained_at = excluded.trained_at, card = excluded.card""",
            (data.model_id, event.recorded_at, _text(data.card), event.position),
        )


def _promoted(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(ModelPromoted, event.data)
        db.execute("UPDATE models SET state = 'retired' WHERE state = 'in use'")
        db.execute(
            """INSERT INTO models (model_id, state, promoted_at, threshold, reason, figures, position)
               VALUES (?, 'in use', ?, ?, ?, ?, ?)
               ON CONFLICT (model_id) DO UPDATE SET state = 'in use', promoted_at = excluded.promoted_at,
                   threshold = excluded.threshold, reason = excluded.reason, figures = excluded.figures""",
            (
                data.model_id,
                event.recorded_at,
                data.threshold,
                data.reason,
                _text(data.figures),
                event.position,
            ),
        )
        db.execute(
            "INSERT INTO promotions VALUES (?,?,?,?,?,?)",
            (event.position, event.recorded_at, data.model_id, data.previous_id, data.threshold, data.reason),
        )


def _rejected(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(ModelRejected, event.data)
        db.execute(
            """INSERT INTO models (model_id, state, reason, figures, position) VALUES (?, 'rejected', ?, ?, ?)
               ON CONFLICT (model_id) DO UPDATE SET state = iif(state = 'in use', state, 'rejected'),
                   reason = excluded.reason, figures = excluded.figures""",
            (data.model_id, data.reason, _text(data.figures), event.position),
        )


def _moved(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(ThresholdMoved, event.data)
        db.execute(
            "INSERT INTO thresholds VALUES (?,?,?,?,?,?,?)",
            (
                event.position, event.recorded_at, data.model_id, data.threshold, data.look_again, data.previous,
                data.why,
            ),
        )  # fmt: skip


def _look_begun(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(SecondLookBegun, event.data)
        db.execute(
            "INSERT INTO second_looks (position, model_id, since, bounds, most) VALUES (?,?,?,?,?)",
            (event.position, data.model_id, data.since, _text(data.bounds), data.most),
        )


def _look_finished(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(SecondLookFinished, event.data)
        db.execute("UPDATE second_looks SET finished = 1 WHERE position = ?", (data.begun,))


HANDLERS = {
    "second-look-begun": _look_begun,
    "second-look-finished": _look_finished,
    "threshold-moved": _moved,
    "model-trained": _trained,
    "model-promoted": _promoted,
    "model-rejected": _rejected,
}
