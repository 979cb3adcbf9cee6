"""The ticks view: passes over the due feeds, the last run of each daily job, and jobs that did not run as planned."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import cast

from monitor.log.events import (
    CheckpointSigned,
    ClockDiffered,
    ClockJumped,
    Event,
    JobFinished,
    JobMissed,
    TickFinished,
    TickStarted,
)

SCHEMA = """
CREATE TABLE ticks (
    tick_id TEXT PRIMARY KEY, position INTEGER NOT NULL, started_at TEXT NOT NULL, finished_at TEXT,
    n_due INTEGER NOT NULL,
    n_fetched INTEGER, n_not_modified INTEGER, n_failed INTEGER, n_new INTEGER, n_revised INTEGER, n_flagged INTEGER,
    duration_ms INTEGER
) WITHOUT ROWID;
CREATE INDEX ticks_position ON ticks (position);
CREATE TABLE incidents (
    position INTEGER PRIMARY KEY, at TEXT NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL
);
CREATE TABLE jobs (
    job TEXT PRIMARY KEY, scheduled_at TEXT NOT NULL, at TEXT NOT NULL, ok INTEGER NOT NULL, detail TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE checkpoints (
    position INTEGER PRIMARY KEY, at TEXT NOT NULL, at_position INTEGER NOT NULL, at_hash TEXT NOT NULL
);
"""


def _started(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(TickStarted, event.data)
        db.execute(
            "INSERT OR IGNORE INTO ticks (tick_id, position, started_at, n_due) VALUES (?,?,?,?)",
            (data.tick_id, event.position, event.recorded_at, data.n_due),
        )


def _finished(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(TickFinished, event.data)
        db.execute(
            """UPDATE ticks SET finished_at = ?, n_fetched = ?, n_not_modified = ?, n_failed = ?, n_new = ?,
                   n_revised = ?, n_flagged = ?, duration_ms = ? WHERE tick_id = ?""",
            (
                event.recorded_at, data.n_fetched, data.n_not_modified, data.n_failed, data.n_new, data.n_revised,
                data.n_flagged, data.duration_ms, data.tick_id,
            ),
        )  # fmt: skip


def _missed(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(JobMissed, event.data)
        row = (event.position, event.recorded_at, f"{data.job} missed", f"{data.scheduled_at}: {data.reason}")
        db.execute("INSERT INTO incidents VALUES (?,?,?,?)", row)


def _job(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(JobFinished, event.data)
        row = (data.job, data.scheduled_at, event.recorded_at, data.ok, data.detail)
        db.execute("INSERT OR REPLACE INTO jobs VALUES (?,?,?,?,?)", row)


def _jumped(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(ClockJumped, event.data)
        row = (event.position, event.recorded_at, "clock jumped", f"{data.last_at} -> {data.now_at}")
        db.execute("INSERT INTO incidents VALUES (?,?,?,?)", row)


def _differed(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(ClockDiffered, event.data)
        row = (event.position, event.recorded_at, "clock differed", f"{data.seconds} s")
        db.execute("INSERT INTO incidents VALUES (?,?,?,?)", row)


def _signed(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(CheckpointSigned, event.data)
        row = (event.position, event.recorded_at, data.at_position, data.at_hash)
        db.execute("INSERT INTO checkpoints VALUES (?,?,?,?)", row)


HANDLERS = {
    "tick-started": _started,
    "tick-finished": _finished,
    "job-missed": _missed,
    "job-finished": _job,
    "clock-jumped": _jumped,
    "clock-differed": _differed,
    "checkpoint-signed": _signed,
}
