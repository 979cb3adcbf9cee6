"""The stores bench/log.py compares, each given the same records and timed by its CPU seconds. Measures nothing itself.

A record is (key, data): data is an `entry-seen` Struct of some 690 bytes of JSON. Every subject encodes it with msgspec
and commits batches of 500 in WAL mode with `synchronous=FULL`.
"""

from __future__ import annotations

import hashlib
import random
import sqlite3
import sys
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from monitor.log.events import EntrySeen, NewEvent
from monitor.log.sqlite.store import open_log

AT = "2026-01-31T12:00:00.000000Z"
BATCH = 500
Record = tuple[str, EntrySeen]
encode = msgspec.json.Encoder().encode
decode_entry = msgspec.json.Decoder(EntrySeen).decode
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def records(n: int, seed: int = 5) -> Iterator[list[Record]]:
    """Yield batches of records: 2,000 distinct texts, all keys and links different, keys in no order."""
    rng = random.Random(seed)
    words = ["".join(rng.choices(LETTERS, k=rng.randint(3, 9))) for _ in range(3_000)]
    texts = [" ".join(rng.choices(words, k=60)) for _ in range(2_000)]
    for start in range(0, n, BATCH):
        yield [_record(i, texts[i % 2_000]) for i in range(start, min(n, start + BATCH))]


def _record(i: int, text: str) -> Record:
    entry_id = hashlib.blake2b(str(i).encode(), digest_size=8).hexdigest()
    data = EntrySeen(
        entry_id=entry_id, feed_id=f"feed-{i % 500}", guid=text, published_at=AT, lang="en",
        link=f"https://news{i % 500:04d}.example/2026/11/{1 + i % 28:02d}/story-{i}", text_sha=entry_id * 4,
    )  # fmt: skip
    return "entry-seen:" + entry_id, data


class Floor:
    """Plain sqlite3 with the same chain and nothing else; `tuned` adds our cache and checkpoint sizes."""

    def __init__(self, path: Path, *, tuned: bool = False) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=FULL")
        if tuned:
            self.db.execute("PRAGMA cache_size=-65536")
            self.db.execute("PRAGMA wal_autocheckpoint=4000")
        self.db.execute(
            "CREATE TABLE events(seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL,"
            " stream TEXT NOT NULL, at TEXT NOT NULL, data BLOB NOT NULL, hash BLOB NOT NULL) STRICT"
        )
        self.prev = bytes(32)

    def append(self, batch: Sequence[Record]) -> None:
        rows, prev = [], self.prev
        for key, data in batch:
            raw = encode(data)
            prev = hashlib.sha256(prev + raw).digest()
            rows.append((key, "entry-seen", data.feed_id, AT, raw, prev))
        self.prev = prev
        self.db.execute("BEGIN IMMEDIATE")
        self.db.executemany("INSERT INTO events(id,type,stream,at,data,hash) VALUES(?,?,?,?,?,?)", rows)
        self.db.execute("COMMIT")

    def close(self) -> None:
        self.db.close()


class TunedFloor(Floor):
    def __init__(self, path: Path) -> None:
        super().__init__(path, tuned=True)


class Monitor:
    """This project's log."""

    def __init__(self, path: Path) -> None:
        self.log = open_log(path, create=True)

    def append(self, batch: Sequence[Record]) -> None:
        self.log.append([NewEvent(key, data) for key, data in batch], recorded_at=AT)

    def close(self) -> None:
        self.log.close()


class SqliteUtils:
    """sqlite-utils: one insert_all per batch; no chain."""

    def __init__(self, path: Path) -> None:
        import sqlite_utils

        self.db = sqlite_utils.Database(path)
        self.db.enable_wal()
        self.db.conn.execute("PRAGMA synchronous=FULL")

    def append(self, batch: Sequence[Record]) -> None:
        rows = (
            {"id": key, "type": "entry-seen", "stream": data.feed_id, "at": AT, "data": encode(data)}
            for key, data in batch
        )
        self.db["events"].insert_all(rows, pk="id", batch_size=BATCH)

    def close(self) -> None:
        self.db.conn.close()


class Recorder:
    """eventsourcing's SQLite recorder, given our bytes; no aggregates and no chain."""

    def __init__(self, path: Path) -> None:
        from eventsourcing.persistence import StoredEvent
        from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

        self.event: Any = StoredEvent
        self.recorder = SQLiteApplicationRecorder(SQLiteDatastore(str(path)))
        self.recorder.create_table()

    def append(self, batch: Sequence[Record]) -> None:
        make = self.event
        self.recorder.insert_events([
            make(originator_id=uuid.uuid4(), originator_version=1, topic="m:EntrySeen", state=encode(data))
            for _, data in batch
        ])  # fmt: skip

    def close(self) -> None:
        self.recorder.datastore.close()


class Application:
    """eventsourcing's Application: an aggregate per entry, saved in batches; no chain."""

    def __init__(self, path: Path) -> None:
        from eventsourcing.application import Application as Base

        from bench._log_aggregate import Entry

        self.entry: Any = Entry
        self.app: Any = Base(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)})

    def append(self, batch: Sequence[Record]) -> None:
        make = self.entry
        self.app.save(*[
            make(d.entry_id, d.feed_id, d.guid, d.link, d.text_sha, d.published_at, d.lang) for _, d in batch
        ])  # fmt: skip

    def close(self) -> None:
        self.app.close()


SUBJECTS: dict[str, Any] = {
    "floor": Floor,
    "monitor": Monitor,
    "recorder": Recorder,
    "sqlite-utils": SqliteUtils,
    "application": Application,
    "floor, our cache": TunedFloor,
}


def use_peers(folder: Path) -> bool:
    """Make eventsourcing importable from `folder`, installing it there first; False where that cannot be done."""
    if not (folder / "eventsourcing").is_dir() and not _install(folder):
        return False
    sys.path.append(str(folder))
    return True


def _install(folder: Path) -> bool:
    import subprocess

    from dev import environment, find_uv

    found = find_uv()
    if found is None:
        return False
    command = [found[0], "pip", "install", "--quiet", "--python", sys.executable, "--target", str(folder)]
    return (
        subprocess.run(
            [*command, "eventsourcing==9.5.6", "psycopg-pool"], env={**environment(), **found[1]}, check=False
        ).returncode
        == 0
    )
