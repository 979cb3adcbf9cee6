"""The copies of a log: which were made where, and which of them still hold a text that was erased.

Owns copies.jsonl, beside log.db: one line for each backup and export that was written, wherever it went. It is a help
for people who erase; no judgement rests on it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import msgspec

from monitor.errors import MonitorError
from monitor.log.payloads import ERASED, WITHHELD
from monitor.log.sqlite.database import connect

COPIES_NAME = "copies.jsonl"


class CopyMade(msgspec.Struct, frozen=True):
    """A file that holds the log's texts up to `position`."""

    path: str
    position: int
    kind: str


def note_copy(log_path: Path, copy: Path, position: int, kind: str) -> None:
    """Remember that a copy was written. A folder that cannot be written is no reason to fail."""
    line = msgspec.json.encode(CopyMade(str(copy.resolve()), position, kind)) + b"\n"
    try:
        handle = os.open(log_path.with_name(COPIES_NAME), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return
    try:
        os.write(handle, line)
    finally:
        os.close(handle)


def still_holding(folder: Path, names: Iterable[str], since: int) -> list[str]:
    """Return the files, of the folder and of the copies made elsewhere, that hold one of these payloads or may.

    A database is looked into; an export made at event `since` or later may hold it.
    """
    shas = [bytes.fromhex(name) for name in names]
    databases = {
        path.resolve() for pattern in ("backups/*.db", "log.db.*", "*.partial") for path in folder.glob(pattern)
    }
    exports = []
    for made in _copies(folder):
        path = Path(made.path)
        if path.is_file() and made.kind == "backup":
            databases.add(path)
        elif path.is_file() and made.position >= since:
            exports.append(f"{path} (an export made at event {made.position}: it may)")
    side = ("-wal", "-shm", ".sha256", ".jsonl")
    held = [_looked_into(path, shas) for path in sorted(databases) if not path.name.endswith(side)]
    return [text for text in held if text] + sorted(set(exports))


def _copies(folder: Path) -> list[CopyMade]:
    try:
        lines = (folder / COPIES_NAME).read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        try:
            found.append(msgspec.json.decode(line, type=CopyMade))
        except msgspec.DecodeError:
            continue
    return found


def _looked_into(path: Path, shas: list[bytes]) -> str:
    """Return the file's name if it holds one of the payloads, or why that cannot be said."""
    try:
        connection = connect(path, read_only=True)
        try:
            query = f"SELECT 1 FROM payloads WHERE sha = ? AND form NOT IN ({ERASED}, {WITHHELD})"  # noqa: S608
            holds = any(connection.execute(query, (sha,)).fetchone() for sha in shas)
        finally:
            connection.close()
    except (sqlite3.Error, MonitorError, OSError):
        return f"{path} (it cannot be read: it may)"
    return str(path) if holds else ""
