"""A log.db as an older release wrote it, made of one of today: what an upgrade begins with."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from monitor.log.payloads import ERASED, RAW, WITHHELD, unpack
from monitor.log.sqlite.schema import APPLICATION_ID, statements
from monitor.log.sqlite.store import open_log

_NOTES = "SELECT sql FROM sqlite_master WHERE tbl_name = '_sqlite_migrations' AND sql IS NOT NULL ORDER BY type DESC"


def as_version_1(path: Path) -> None:
    """Put a log with the same events and texts in place of the one at `path`: no packs, texts as they are.

    Nobody else may have it open.
    """
    old = path.with_name("log.old")
    old.unlink(missing_ok=True)
    log = open_log(path, read_only=True)
    with closing(sqlite3.connect(old, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.create_function("only_monitor_appends", 0, int, deterministic=True)
        db.execute("BEGIN")
        for statement in [*statements(1).values(), *(row[0] for row in log.connection.execute(_NOTES))]:
            db.execute(statement)
        notes = log.connection.execute("SELECT * FROM _sqlite_migrations WHERE name LIKE '0001%'").fetchall()
        db.executemany(f"INSERT INTO _sqlite_migrations VALUES ({','.join('?' * len(notes[0]))})", notes)
        db.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", log.rows())
        texts = [
            (sha, form if form in {ERASED, WITHHELD} else RAW, unpack(sha, form, body) or b"")
            for sha, form, body in log.payload_rows()
        ]
        db.executemany("INSERT INTO payloads (sha, form, body) VALUES (?, ?, ?)", texts)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute("PRAGMA user_version = 1")
        db.execute("COMMIT")
    log.close()
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    os.replace(old, path)
