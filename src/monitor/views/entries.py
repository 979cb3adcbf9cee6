"""The entries view: every entry seen, its newest revision, its newest score, and its flag; and each entry's history.

`entry_events` lists the positions that speak of one entry, for everything rarer than being seen and first scored. The
newest score's event is at `scored_position`; `rescored` lists the second looks, events with many scores each, with the
first and last entry they scored, so that the few that can hold one entry are found.
`feed_sha` names the feed's own text where `text_sha` names that of a page read since. `seen_days` holds the first
position of each day, `feed_days` how many entries each feed brought on it, archives left out, by the position of the
first (so that rows go back by their positions: kept one by one, they cost more than the entries). Rows lie in order of
position: sorted by their random ids, folding a large log took twice as long.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import cast

from monitor.log.events import (
    EntryFlagged,
    EntryRevised,
    EntryScored,
    EntrySeen,
    Event,
    PageFailed,
    PageRead,
    PayloadErased,
    SampleDrawn,
)
from monitor.views.past import keep_often

SCHEMA = """
CREATE TABLE entries (
    entry_id TEXT NOT NULL UNIQUE, feed_id TEXT NOT NULL, position INTEGER PRIMARY KEY, seen_at TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 0, text_sha BLOB NOT NULL, feed_sha BLOB, link TEXT NOT NULL,
    published_at TEXT NOT NULL, lang TEXT NOT NULL, author TEXT NOT NULL, source_name TEXT NOT NULL,
    source_url TEXT NOT NULL, score REAL, model_id TEXT, scored_position INTEGER, scored_revision INTEGER,
    flagged_position INTEGER, flagged_at TEXT, flagged_score REAL, why TEXT, band TEXT,
    erased INTEGER NOT NULL DEFAULT 0, backfill INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX entries_feed ON entries (feed_id, position);
CREATE INDEX entries_text ON entries (substr(text_sha, 1, 4));
CREATE INDEX entries_flagged ON entries (flagged_position) WHERE flagged_position IS NOT NULL;
CREATE TABLE entry_events (
    entry_id TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (entry_id, position)
) WITHOUT ROWID;
CREATE TABLE seen_days (day TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE feed_days (
    position INTEGER PRIMARY KEY, feed_id TEXT NOT NULL, day TEXT NOT NULL, n_entries INTEGER NOT NULL,
    UNIQUE (feed_id, day)
);
CREATE TABLE rescored (
    position INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL
);
CREATE TABLE pages (
    entry_id TEXT PRIMARY KEY, url TEXT NOT NULL, state TEXT NOT NULL, attempt INTEGER NOT NULL, retry_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE sample_days (
    day TEXT PRIMARY KEY, n_drawn INTEGER NOT NULL, n_population INTEGER NOT NULL, model_id TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE samples (
    entry_id TEXT PRIMARY KEY, day TEXT NOT NULL, probability REAL NOT NULL, position INTEGER NOT NULL
) WITHOUT ROWID;
"""

SECOND_LOOK = "second-look"  # the `why` of scores that a new model gave to entries of the last weeks
# What no fold looks up: where a whole log is folded these are made at the end, sorted, at a third of the cost.
LATE_INDEXES = frozenset({"entries_feed", "entries_text"})
# For a WHERE: the entries `e` seen since moment ?1. An index of the moments cost a sixth of writing an entry.
SEEN_SINCE = """e.seen_at >= ?1 AND e.position >= coalesce(
    (SELECT min(position) FROM seen_days WHERE day >= substr(?1, 1, 10)), 9223372036854775807)"""

_NOTE = "INSERT OR IGNORE INTO entry_events VALUES (?, ?)"
_COLUMNS = """entry_id, feed_id, position, seen_at, text_sha, link, published_at, lang, author, source_name, source_url,
    backfill"""
_SEEN = f"INSERT OR IGNORE INTO entries ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"
_SEEN_AND_SCORED = f"""INSERT OR IGNORE INTO entries ({_COLUMNS}, score, model_id, scored_position, scored_revision)
    VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"""
_BROUGHT = """INSERT INTO feed_days VALUES (?,?,?,?)
    ON CONFLICT (feed_id, day) DO UPDATE SET n_entries = n_entries + excluded.n_entries"""
_SCORE = "UPDATE entries SET score = ?, model_id = ?, scored_position = ?, scored_revision = ? WHERE entry_id = ?"


def _seen_and_scored(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    """Insert entries with the scores that follow in the same run, and score those seen before it.

    Nearly every score stands right behind its entries; coming back to a row costs half as much as writing it.
    """
    seen: dict[str, tuple[object, ...]] = {}
    scores: dict[str, tuple[object, ...]] = {}
    updates: list[tuple[object, ...]] = []
    days: dict[str, int] = {}
    brought: dict[tuple[str, str], list[int]] = {}  # (feed, day) -> the position of its first entry, and how many
    again: list[tuple[int, EntryScored]] = []
    for event in events:
        data, position, at = event.data, event.position, event.recorded_at
        if isinstance(data, EntrySeen):
            row = (
                data.entry_id, data.feed_id, position, at, bytes.fromhex(data.text_sha), data.link,
                data.published_at, data.lang,
                data.author, data.source_name, data.source_url, data.backfill,
            )  # fmt: skip
            seen.setdefault(data.entry_id, row)
            days.setdefault(at[:10], position)
            if not data.backfill:
                brought.setdefault((data.feed_id, at[:10]), [position, 0])[1] += 1
        elif isinstance(data, EntryScored):
            for entry_id, revision, score in data.scores:
                values = (score, data.model_id, position, revision)
                if entry_id in seen:
                    scores[entry_id] = values
                else:
                    updates.append((*values, entry_id))
            if data.why != "new":
                again.append((position, data))
    _score(db, updates)
    scored = [(*seen.pop(entry_id), *values) for entry_id, values in scores.items()]
    db.executemany(_SEEN, seen.values())
    if db.executemany(_SEEN_AND_SCORED, scored).rowcount < len(scored):  # what was there keeps its row, not its score
        _score(db, [(*values, entry_id) for entry_id, values in scores.items()])
    db.executemany("INSERT OR IGNORE INTO seen_days VALUES (?,?)", days.items())
    db.executemany(_BROUGHT, [(first, feed_id, day, n) for (feed_id, day), (first, n) in brought.items()])
    for position, data in again:
        _note_scores(db, position, data)


def _score(db: sqlite3.Connection, updates: Sequence[tuple[object, ...]]) -> None:
    """Write scores into rows that are there."""
    if updates:
        keep_often(db, "entries", "entry_id", [str(row[-1]) for row in updates])
        db.executemany(_SCORE, updates)


def _note_scores(db: sqlite3.Connection, position: int, data: EntryScored) -> None:
    """List scores after the first: of a second look the span of entries, of all else each entry."""
    ids = [entry_id for entry_id, _, _ in data.scores]
    if data.why != SECOND_LOOK:
        db.executemany(_NOTE, [(entry_id, position) for entry_id in ids])
        return
    span = """SELECT min(position), max(position) FROM entries
        WHERE entry_id IN (SELECT value FROM json_each(?)) AND position < ?"""
    first, last = db.execute(span, (json.dumps(ids), position)).fetchone()
    if first is not None:
        db.execute("INSERT INTO rescored VALUES (?,?,?)", (position, first, last))


def _revised(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(EntryRevised, event.data)
        db.execute(
            "UPDATE entries SET revision = ?, text_sha = ?, feed_sha = NULL, link = ? WHERE entry_id = ?",
            (data.revision, bytes.fromhex(data.text_sha), data.link, data.entry_id),
        )
        db.execute(_NOTE, (data.entry_id, event.position))


def _page_read(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(PageRead, event.data)
        db.execute(
            "UPDATE entries SET feed_sha = coalesce(feed_sha, text_sha), text_sha = ? WHERE entry_id = ?",
            (bytes.fromhex(data.text_sha), data.entry_id),
        )
        again_at = event.recorded_at if data.kept else ""
        db.execute("INSERT OR REPLACE INTO pages VALUES (?,?,'read',0,?)", (data.entry_id, data.url, again_at))
        db.execute(_NOTE, (data.entry_id, event.position))


def _page_failed(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(PageFailed, event.data)
        row = (data.entry_id, data.url, data.reason, data.attempt, data.retry_at)
        db.execute("INSERT OR REPLACE INTO pages VALUES (?,?,?,?,?)", row)
        db.execute(_NOTE, (data.entry_id, event.position))


def _flagged(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(EntryFlagged, event.data)
        db.execute(
            """UPDATE entries SET flagged_position = ?, flagged_at = ?, flagged_score = ?, why = ?, band = ?
               WHERE entry_id = ?""",
            (event.position, event.recorded_at, data.score, data.why, data.band, data.entry_id),
        )
        db.execute(_NOTE, (data.entry_id, event.position))


def _sampled(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(SampleDrawn, event.data)
        rows = [(entry_id, data.day, probability, event.position) for entry_id, probability in data.entries]
        db.execute(
            "INSERT OR IGNORE INTO sample_days VALUES (?,?,?,?)",
            (data.day, len(data.entries), data.n_population, data.model_id),
        )
        db.executemany("INSERT OR IGNORE INTO samples VALUES (?,?,?,?)", rows)
        db.executemany(_NOTE, [(row[0], event.position) for row in rows])


def _erased(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(PayloadErased, event.data)
        db.execute(
            "UPDATE entries SET erased = 1 WHERE entry_id = ? AND text_sha = ?",
            (data.entry_id, bytes.fromhex(data.text_sha)),
        )
        db.execute(_NOTE, (data.entry_id, event.position))


def _noted(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    """List other events that name an entry in its history."""
    rows = [(event.data.entry_id, event.position) for event in events]  # type: ignore[attr-defined]
    db.executemany(_NOTE, rows)


HANDLERS = {
    "entry-seen": _seen_and_scored,
    "entry-revised": _revised,
    "page-read": _page_read,
    "page-failed": _page_failed,
    "entry-scored": _seen_and_scored,
    "entry-flagged": _flagged,
    "sample-drawn": _sampled,
    "payload-erased": _erased,
    "entry-labelled": _noted,
    "label-withdrawn": _noted,
    "row-skipped": _noted,
    "story-opened": _noted,
    "story-joined": _noted,
}
