"""The searches view: the queries that reviewers saved under a name."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import cast

from monitor.log.events import Event, SearchSaved

SCHEMA = """
CREATE TABLE searches (
    name TEXT PRIMARY KEY, query TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL, position INTEGER NOT NULL
) WITHOUT ROWID;
"""


def _saved(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(SearchSaved, event.data)
        if data.query:
            row = (data.name, data.query, data.by, event.recorded_at, event.position)
            db.execute("INSERT OR REPLACE INTO searches VALUES (?,?,?,?,?)", row)
        else:
            db.execute("DELETE FROM searches WHERE name = ?", (data.name,))


HANDLERS = {"search-saved": _saved}
