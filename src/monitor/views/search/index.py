"""The search index (search.db): which words stand in which event's text. It keeps no text.

A document is the position of the event that brought the text: that of the entry itself, or of a revision or a page
read (`later` names the entry's position for those; `stale` what superseded a document, and when). Words lie in one FTS5
table for every SHARD positions; an erased text leaves by making its shard anew from what the log still has, so that no
byte of it stays. Disposable; filled in small transactions by ticks, by `monitor rebuild`, and a little by searchers.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from monitor.errors import StorageError
from monitor.log.events import EntryRevised, EntrySeen, Event, PageRead, PayloadErased
from monitor.log.payloads import EntryText, read_entry_payload
from monitor.log.store import EventStore
from monitor.views.search.words import words_of

SHARD = 4_096  # what an erasure writes anew, in 0.15 s of CPU; 16,384 took 0.6 s and 124 bytes an event instead of 145
RUN = 200  # texts held at a time
SLICE = 2_000  # events in one transaction: others wait for no longer than a fifth of a second
VERSION = 3
_SCHEMA = """
CREATE TABLE IF NOT EXISTS indexed (position INTEGER NOT NULL, hash TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS shards (shard INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS later (id INTEGER PRIMARY KEY, entry INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS later_entry ON later (entry);
CREATE TABLE IF NOT EXISTS stale (id INTEGER PRIMARY KEY, since INTEGER NOT NULL);
INSERT INTO indexed SELECT 0, '' WHERE NOT EXISTS (SELECT 1 FROM indexed);
"""
_TYPES = ("entry-seen", "entry-revised", "page-read", "payload-erased")
_TEXTS = _TYPES[:3]
_Text = EntrySeen | EntryRevised | PageRead


class SearchIndex:
    """An index over one log's entries. Open it with the path of its file, or None for memory.

    Raises StorageError where the file cannot be made or written; a damaged one is made anew.
    """

    def __init__(self, path: Path | None, log: EventStore, *, slice_events: int = SLICE) -> None:
        self.log = log
        self._slice_events = slice_events
        self.path = path
        with self._one_line():
            try:
                self.db = _open(path)
            except sqlite3.DatabaseError as error:
                if path is None or not _is_damaged(error):
                    raise
                self._throw_away(path)

    @property
    def position(self) -> int:
        """The last position indexed."""
        with self._one_line():
            return int(self.db.execute("SELECT position FROM indexed").fetchone()[0])

    def catch_up(self, most: int | None = None) -> int:
        """Index at most `most` events that the log has and the index has not; return how many are still to come.

        Starts anew where the index was made from another log. Raises StorageError for a disk that refuses.
        """
        with self._one_line():
            try:
                return self._catch_up(most)
            except sqlite3.DatabaseError as error:
                if self.path is None or not _is_damaged(error):
                    raise
                self.db.close()
                self._throw_away(self.path)
                return self._catch_up(most)

    def _catch_up(self, most: int | None) -> int:
        head, _ = self.log.head()
        if self.position > head or not self._on_this_log():
            self._empty()
        left = head - self.position if most is None else most
        while left > 0 and (before := self.position) < head:
            left -= self._slice(min(self._slice_events, left), head)
            for full in range(before // SHARD, self.position // SHARD):
                self._merge(full)
        if self.path is not None:  # what was overwritten must not live on in the write-ahead log
            self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return head - self.position

    def _slice(self, size: int, head: int) -> int:
        """Index the next `size` positions in one transaction, whoever indexed the ones before; return how many."""
        with self._transaction():
            before = self.position
            upto = min(head, before + size)
            last = self.log.get(upto)
            if last is None or upto <= before:
                return size
            erased: set[int] = set()
            for event, text in self._read(before, upto, _TYPES):
                if isinstance(event.data, PayloadErased):
                    erased |= self._shards_of(event.data)
                else:
                    self._add(event, text)
            for shard in sorted(erased):
                self._renew(shard, upto)
            self.db.execute("UPDATE indexed SET position = ?, hash = ?", (upto, last.hash))
        return upto - before

    def _read(self, after: int, upto: int, types: Sequence[str]) -> Iterator[tuple[Event, EntryText | None]]:
        """Yield events with the texts they brought, a run at a time: one by one, a log elsewhere answers slowly."""
        events = self.log.read(after=after, upto=upto, types=types)
        while run := list(islice(events, RUN)):
            found = self.log.payloads({event.data.text_sha for event in run if isinstance(event.data, _Text)})
            for event in run:
                sha = event.data.text_sha if isinstance(event.data, _Text) else ""
                yield event, read_entry_payload(found.get(sha))

    def _merge(self, shard: int) -> None:
        """Make one piece of a shard that nothing is added to any more: a tenth smaller, and quicker to search."""
        with self._transaction():
            if shard in self.shards():
                self.db.execute(f"INSERT INTO {table(shard)} ({table(shard)}) VALUES ('optimize')")

    def _add(self, event: Event, text: EntryText | None) -> None:
        """Index one text; what its entry said before is stale from here on."""
        data, id_ = event.data, event.position
        if not isinstance(data, EntrySeen):
            seen = self.log.by_key(f"entry-seen:{data.entry_id}")  # type: ignore[attr-defined]
            if seen is None:
                return
            before = self.db.execute("SELECT max(id) FROM later WHERE entry = ?", (seen.position,)).fetchone()[0]
            self.db.execute("INSERT OR REPLACE INTO stale VALUES (?,?)", (before or seen.position, id_))
            self.db.execute("INSERT OR REPLACE INTO later VALUES (?,?)", (id_, seen.position))
        self._put(id_, text)

    def _put(self, position: int, text: EntryText | None) -> None:
        if text is not None:
            shard = self._shard(position // SHARD)
            row = (position, " ".join(words_of(text.words)), " ".join(words_of(text.title)))
            self.db.execute(f"INSERT INTO {shard} (rowid, body, title) VALUES (?,?,?)", row)

    def _shard(self, number: int) -> str:
        """Return the name of a shard's table, made where there is none.

        FTS5 spends two bytes for each word that does not stand in the first column: the long one comes first.
        """
        if self.db.execute("INSERT OR IGNORE INTO shards VALUES (?)", (number,)).rowcount:
            self.db.execute(
                f"CREATE VIRTUAL TABLE {table(number)} USING fts5 (body, title, content='', tokenize=ascii)"
            )
        return table(number)

    def _shards_of(self, erased: PayloadErased) -> set[int]:
        """Return the shards in which an erased text's words may stand: those of every text of its entry."""
        seen = self.log.by_key(f"entry-seen:{erased.entry_id}")
        if seen is None:
            return set()
        later = self.db.execute("SELECT id FROM later WHERE entry = ?", (seen.position,))
        return {id_ // SHARD for id_ in (seen.position, *(row[0] for row in later))}

    def _renew(self, shard: int, upto: int) -> None:
        """Make a shard anew from the texts the log still has: FTS5 cannot let go of words whose text is unknown."""
        if not self.db.execute("DELETE FROM shards WHERE shard = ?", (shard,)).rowcount:
            return
        self.db.execute(f"DROP TABLE {table(shard)}")
        first = shard * SHARD
        for event, text in self._read(first - 1, min(upto, first + SHARD - 1), _TEXTS):
            self._put(event.position, text)

    def shards(self) -> list[int]:
        """Return the numbers of the shards, newest first."""
        return [int(row[0]) for row in self.db.execute("SELECT shard FROM shards ORDER BY shard DESC")]

    def entries_of(self, ids: Sequence[int], upto: int) -> list[tuple[int, int]]:
        """Return (document, entry's position) of those of `ids` that their entry said at position `upto`."""
        rows = self.db.execute(
            """SELECT j.value, coalesce(l.entry, j.value) FROM json_each(?) j
               LEFT JOIN later l ON l.id = j.value LEFT JOIN stale s ON s.id = j.value
               WHERE j.value <= ?2 AND (s.since IS NULL OR s.since > ?2)""",
            (str(list(ids)), upto),
        )
        return [(int(row[0]), int(row[1])) for row in rows]

    def matches(self, shard: int, match: str, *, ranked: bool) -> Iterator[tuple[int, float]]:
        """Yield (document, rank) of a shard that fit an FTS5 expression, newest first; a lower rank fits better."""
        rank = f"bm25({table(shard)}, 1.0, 4.0)" if ranked else "0.0"
        query = f"SELECT rowid, {rank} FROM {table(shard)} WHERE {table(shard)} MATCH ? ORDER BY rowid DESC"
        with self._one_line():
            yield from self.db.execute(query, (match,))

    def _on_this_log(self) -> bool:
        position, folded = self.db.execute("SELECT position, hash FROM indexed").fetchone()
        event = self.log.get(position) if position else None
        return not position or (event is not None and event.hash == folded)

    def _empty(self) -> None:
        with self._transaction():
            for shard in self.shards():
                self.db.execute(f"DROP TABLE {table(shard)}")
            for name in ("shards", "later", "stale"):
                self.db.execute(f"DELETE FROM {name}")
            self.db.execute("UPDATE indexed SET position = 0, hash = ''")

    def clear(self) -> None:
        """Forget everything: the next catch-up begins with the first event."""
        with self._one_line():
            self._empty()

    def _throw_away(self, path: Path) -> None:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        self.db = _open(path)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.db.execute("COMMIT")
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise

    @contextmanager
    def _one_line(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.DatabaseError, OSError) as error:
            what = f"{self.path}: {error}; the log is untouched, and search alone waits for it"
            if isinstance(error, sqlite3.DatabaseError) and _is_damaged(error):
                what += ": `monitor rebuild` makes it anew"
            raise StorageError(what) from error

    def close(self) -> None:
        """Close the index."""
        self.db.close()


def table(shard: int) -> str:
    """Return the name of a shard's table."""
    return f"words_{shard}"


def _open(path: Path | None) -> sqlite3.Connection:
    if path is not None and not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    db = sqlite3.connect(str(path or ":memory:"), isolation_level=None, timeout=30, check_same_thread=False)
    try:
        db.execute("PRAGMA secure_delete = ON")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = OFF")
        if db.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            _drop(db, (row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()))
            db.execute(f"PRAGMA user_version = {VERSION}")
        db.executescript(_SCHEMA)
    except BaseException:
        db.close()
        raise
    return db


def _drop(db: sqlite3.Connection, names: Iterable[str]) -> None:
    """Drop the tables of an older release; those of a full-text table go with it."""
    for name in sorted(names, key=len):
        db.execute(f'DROP TABLE IF EXISTS "{name}"')
    if db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0:
        db.execute("VACUUM")


def _is_damaged(error: sqlite3.DatabaseError) -> bool:
    return any(word in str(error) for word in ("malformed", "not a database", "no such column", "no such table"))
