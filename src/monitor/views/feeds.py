"""The feeds view: each feed's settings, validators, schedule and health, one row a feed.

Folded from feed-added, feed-changed, feed-removed, feed-fetched and feed-failed. It decides nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import cast

import msgspec

from monitor.log.events import Event, FeedAdded, FeedFailed, FeedFetched, FeedRemoved

# A list this many times shorter than usual is no quiet day: the layout behind its selectors has changed, or an error
# stands in its place. After two weeks it is the usual length.
FEWER = 10
SETTLED_DAYS = 14
SCHEMA = """
CREATE TABLE feeds (
    feed_id TEXT PRIMARY KEY, url TEXT NOT NULL, name TEXT NOT NULL, publisher TEXT NOT NULL, language TEXT NOT NULL,
    country TEXT NOT NULL, grp TEXT NOT NULL, full_text INTEGER NOT NULL, config_interval_s INTEGER,
    allow_private INTEGER NOT NULL, added_at TEXT NOT NULL, removed_at TEXT,
    etag TEXT NOT NULL DEFAULT '', last_modified TEXT NOT NULL DEFAULT '', body_sha TEXT NOT NULL DEFAULT '',
    moved_to TEXT NOT NULL DEFAULT '', interval_s INTEGER NOT NULL DEFAULT 0, next_due_at TEXT,
    n_failures INTEGER NOT NULL DEFAULT 0, last_error TEXT NOT NULL DEFAULT '', last_detail TEXT NOT NULL DEFAULT '',
    last_status INTEGER NOT NULL DEFAULT 0, last_try_at TEXT, last_ok_at TEXT, last_full_at TEXT, last_new_at TEXT,
    n_fetches INTEGER NOT NULL DEFAULT 0, n_new INTEGER NOT NULL DEFAULT 0, n_entries INTEGER NOT NULL DEFAULT 0,
    n_empty INTEGER NOT NULL DEFAULT 0, n_gaps INTEGER NOT NULL DEFAULT 0, warning TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT 'feed', selects TEXT NOT NULL DEFAULT '{}', parts TEXT NOT NULL DEFAULT '[]',
    n_usual INTEGER NOT NULL DEFAULT 0, shrunk_at TEXT, partial INTEGER NOT NULL DEFAULT 0,
    validators_lie INTEGER NOT NULL DEFAULT 0, readded INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
"""


def _added(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    """Insert a feed or overwrite its settings; what was learned about it stays unless its URL changed."""
    for event in events:
        data = cast(FeedAdded, event.data)
        db.execute(
            """INSERT INTO feeds (feed_id, url, name, publisher, language, country, grp, full_text,
                   config_interval_s, allow_private, added_at, kind, selects) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)
               ON CONFLICT (feed_id) DO UPDATE SET
                   etag = iif(url = excluded.url, etag, ''), body_sha = iif(url = excluded.url, body_sha, ''),
                   last_modified = iif(url = excluded.url, last_modified, ''),
                   moved_to = iif(url = excluded.url, moved_to, ''),
                   next_due_at = iif(url = excluded.url, next_due_at, NULL), parts = '[]',
                   n_usual = 0, shrunk_at = NULL, partial = 0, validators_lie = 0,
                   readded = iif(removed_at IS NULL, readded, 1),
                   kind = excluded.kind, selects = excluded.selects,
                   url = excluded.url, name = excluded.name, publisher = excluded.publisher,
                   language = excluded.language, country = excluded.country, grp = excluded.grp,
                   full_text = excluded.full_text, config_interval_s = excluded.config_interval_s,
                   allow_private = excluded.allow_private, removed_at = NULL""",
            (
                data.feed_id, data.url, data.name, data.publisher, data.language, data.country, data.group,
                int(data.full_text), data.interval_s, int(data.allow_private), event.recorded_at, data.kind,
                msgspec.json.encode(data.select).decode(),
            ),
        )  # fmt: skip


def _removed(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    rows = [(event.recorded_at, cast(FeedRemoved, event.data).feed_id) for event in events]
    db.executemany("UPDATE feeds SET removed_at = ? WHERE feed_id = ?", rows)


_IS_SHRUNK = f":n_entries * {FEWER} <= n_usual AND :n_entries < n_usual"
_IS_SETTLED = f"julianday(:at) - coalesce(julianday(shrunk_at), 9e9) > {SETTLED_DAYS}"
_N_USUAL = f"iif(:n_entries * {FEWER} > n_usual OR (:n_entries > 0 AND {_IS_SETTLED}), :n_entries, n_usual)"
_SHRUNK_AT = f"iif({_IS_SHRUNK} AND NOT (:n_entries > 0 AND {_IS_SETTLED}), coalesce(shrunk_at, :at), NULL)"
# One statement for a 304 and for a list: two, with what keeps the row as it was, cost as much again.
_FETCHED = f"""UPDATE feeds SET etag = :etag, last_modified = :last_modified,
    moved_to = iif(:moved_to = '', moved_to, :moved_to), interval_s = :interval_s, next_due_at = :next_due_at,
    last_status = :status, n_failures = 0, last_error = '', last_detail = '', last_try_at = :at, last_ok_at = :at,
    last_full_at = iif(:status <> 304, :at, last_full_at), last_new_at = iif(:n_new > 0, :at, last_new_at),
    n_fetches = n_fetches + 1, n_new = n_new + :n_new, n_gaps = n_gaps + :gap,
    parts = iif(:full OR :parts <> '[]', :parts, parts), validators_lie = validators_lie OR :validators_lie,
    body_sha = iif(:full, :body_sha, body_sha), n_entries = iif(:full, :n_entries, n_entries),
    n_empty = iif(:full, iif(:n_entries = 0, n_empty + 1, 0), n_empty),
    warning = iif(:full, :warning, warning), partial = iif(:full, :partial, partial),
    n_usual = iif(:full, {_N_USUAL}, n_usual), shrunk_at = iif(:full, {_SHRUNK_AT}, shrunk_at)
    WHERE feed_id = :feed_id"""


def _fetched(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    """Record good fetches. A 304 leaves validators, the entry count and what was odd about the list as they were."""
    rows = []
    for event in events:
        data = cast(FeedFetched, event.data)
        rows.append({
            "at": event.recorded_at, "etag": data.etag, "last_modified": data.last_modified,
            "moved_to": data.moved_to, "interval_s": data.interval_s, "next_due_at": data.next_due_at or None,
            "status": data.status, "n_new": data.n_new, "gap": data.overlap is False, "full": not data.not_modified,
            "parts": msgspec.json.encode(data.parts).decode() if data.parts else "[]",
            "validators_lie": data.validators_lie, "body_sha": data.body_sha, "n_entries": data.n_entries,
            "warning": data.warning, "partial": bool(data.n_dropped or data.is_cut), "feed_id": data.feed_id,
        })  # fmt: skip
    db.executemany(_FETCHED, rows)


def _failed(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    rows = []
    for event in events:
        data = cast(FeedFailed, event.data)
        rows.append((
            data.n_failures, data.reason, data.detail, data.status, event.recorded_at, data.next_due_at or None,
            data.feed_id,
        ))  # fmt: skip
    db.executemany(
        """UPDATE feeds SET n_failures = ?, last_error = ?, last_detail = ?, last_status = ?, last_try_at = ?,
               next_due_at = ?, n_fetches = n_fetches + 1 WHERE feed_id = ?""",
        rows,
    )


HANDLERS = {
    "feed-added": _added,
    "feed-changed": _added,
    "feed-removed": _removed,
    "feed-fetched": _fetched,
    "feed-failed": _failed,
}
