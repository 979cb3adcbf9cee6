"""Full-text search over the words of entries: an FTS5 index beside the views, caught up when somebody searches.

Disposable like every view. An erased text leaves the index when the erasure is folded.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import cast

from monitor.log.events import EntryRevised, EntrySeen, PageRead, PayloadErased
from monitor.log.payloads import read_entry_payload
from monitor.log.store import EventStore

_SCHEMA = """
CREATE TABLE IF NOT EXISTS indexed (position INTEGER NOT NULL, hash TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, entry_id TEXT NOT NULL UNIQUE, text_sha TEXT NOT NULL);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (title, summary, text, tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO indexed SELECT 0, '' WHERE NOT EXISTS (SELECT 1 FROM indexed);
"""
_TYPES = ("entry-seen", "entry-revised", "page-read", "payload-erased")


class SearchIndex:
    """An index over one log's entries. Open it with the path of its file, or None for memory."""

    def __init__(self, path: Path | None, log: EventStore) -> None:
        self.log = log
        self.db = sqlite3.connect(
            str(path) if path else ":memory:", isolation_level=None, timeout=10, check_same_thread=False
        )
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = OFF")
        self.db.executescript(_SCHEMA)

    def catch_up(self) -> None:
        """Index what the log has that the index has not; start anew where it was made from another log."""
        position, folded = self.db.execute("SELECT position, hash FROM indexed").fetchone()
        event = self.log.get(position) if position else None
        if position and (event is None or event.hash != folded):
            self.db.execute("DELETE FROM rows")
            self.db.execute("DELETE FROM words")
            self.db.execute("UPDATE indexed SET position = 0, hash = ''")
            position = 0
        head, head_hash = self.log.head()
        if head == position:
            return
        self.db.execute("BEGIN IMMEDIATE")
        try:
            for event in self.log.read(after=position, upto=head, types=_TYPES):
                self._index(event.data)
            self.db.execute("UPDATE indexed SET position = ?, hash = ?", (head, head_hash))
            self.db.execute("COMMIT")
        except BaseException:
            self.db.execute("ROLLBACK")
            raise

    def _index(self, data: object) -> None:
        if isinstance(data, PayloadErased):
            for row_id, entry_id in self.db.execute(
                "SELECT id, entry_id FROM rows WHERE text_sha = ?", (data.text_sha,)
            ).fetchall():
                self._forget(row_id, entry_id)
            return
        seen = cast("EntrySeen | EntryRevised | PageRead", data)
        text = read_entry_payload(self.log.payload(seen.text_sha))
        known = self.db.execute("SELECT id FROM rows WHERE entry_id = ?", (seen.entry_id,)).fetchone()
        if known:
            self._forget(known[0], seen.entry_id)
        if text is None:
            return
        row = self.db.execute("INSERT INTO rows (entry_id, text_sha) VALUES (?, ?)", (seen.entry_id, seen.text_sha))
        self.db.execute(
            "INSERT INTO words (rowid, title, summary, text) VALUES (?,?,?,?)",
            (row.lastrowid, text.title, text.summary, text.text),
        )

    def _forget(self, row_id: int, entry_id: str) -> None:
        self.db.execute("DELETE FROM words WHERE rowid = ?", (row_id,))
        self.db.execute("DELETE FROM rows WHERE entry_id = ?", (entry_id,))

    def search(self, query: str, limit: int = 50) -> list[str]:
        """Return the ids of entries that hold every word of `query`, best first; quotes and operators mean nothing."""
        words = [word for word in query.replace('"', " ").replace("\x00", " ").split() if any(map(str.isalnum, word))]
        if not words:
            return []
        match = " ".join(f'"{word}"' for word in words[:20])
        rows = self.db.execute(
            "SELECT r.entry_id FROM words w JOIN rows r ON r.id = w.rowid WHERE words MATCH ? ORDER BY w.rank LIMIT ?",
            (match, limit),
        ).fetchall()
        return [row[0] for row in rows]

    def close(self) -> None:
        """Close the index."""
        self.db.close()
