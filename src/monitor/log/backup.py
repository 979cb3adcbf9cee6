"""Backups: a verified copy of a log in use, and putting one back.

A backup is one file in rollback mode plus `NAME.sha256` (as `sha256sum -c` reads it), so that bit rot shows. The
signing key is not in it. Restoring keeps the log it replaces and leaves a line in anchors.jsonl: going back is no
secret, and verification then knows that the events beyond were given up on purpose.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from monitor.errors import InputError, LogBrokenError, LogError, MonitorError, NotFoundError
from monitor.log.anchors import Anchor, anchors_path, read_anchors, write_anchor, write_marker
from monitor.log.database import one_line_errors
from monitor.log.sqlite import SqliteLog, open_log
from monitor.log.transfer import put_in_place
from monitor.log.verify import verify_log


class Copy(msgspec.Struct, frozen=True):
    """A verified backup: where, up to which event, and the SHA-256 of the file."""

    path: str
    position: int
    hash: str
    sha256: str
    n_bytes: int


def backup_log(log: SqliteLog, target: Path) -> Copy:
    """Copy the log while it is in use, verify the copy, and put it at `target` (in a folder: under a name of its own).

    Raises LogBrokenError where the copy does not verify; nothing is left at `target` then.
    """
    position, hash_ = log.head()
    if target.is_dir():
        target /= f"log-{position:09d}-{hash_[:8]}.db"
    temporary = target.with_name(target.name + ".partial")
    with one_line_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        os.close(os.open(temporary, os.O_RDWR | os.O_CREAT, 0o600))
        try:
            _copy_database(log.connection, temporary)
            _require_whole(temporary, position, hash_)
            digest = file_sha256(temporary)
            put_in_place(temporary, target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        checksum_path(target).write_text(f"{digest}  {target.name}\n", encoding="utf-8")
    copied = head_of(target)
    return Copy(str(target), *copied, digest, target.stat().st_size)


def _copy_database(source: sqlite3.Connection, path: Path) -> None:
    copy = sqlite3.connect(path, isolation_level=None)
    try:
        source.backup(copy, pages=2_000, sleep=0.01)
        copy.execute("PRAGMA journal_mode = DELETE")
    finally:
        copy.close()


def _require_whole(path: Path, position: int, hash_: str) -> None:
    """Verify a copy in full, and that it holds the head the log had when the copy began."""
    report = verify_log(path, [Anchor(position=position, hash=hash_)] if position else [])
    problem = report.first()
    if problem is not None:
        raise LogBrokenError(f"the copy does not verify: {problem.what}", problem.position)


def restore_log(backup: Path, path: Path, *, recorded_at: str, give_up_events: bool = False) -> tuple[int, int]:
    """Put a verified backup in place of the log; return (position of the backup, events given up).

    The log replaced is kept beside it. The caller holds the worker's lock.
    Raises NotFoundError, InputError (checksum), LogBrokenError (the backup does not verify), LogError (events would be
    given up and `give_up_events` is false).
    """
    if not backup.is_file():
        raise NotFoundError(f"no backup at {backup}")
    _check_sum(backup)
    _require_whole(backup, 0, "")
    position, hash_ = head_of(backup)
    known = max((anchor.position for anchor in _anchors(path)), default=0)
    known = max(known, _head_if_readable(path))
    if known > position and not give_up_events:
        raise LogError(
            f"the backup ends at event {position}, the log knew {known}: {known - position} would be given up"
        )
    with one_line_errors(path):
        temporary = path.with_name(path.name + ".restore")
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(backup, temporary)
        temporary.chmod(0o600)
        _set_aside(path)
        put_in_place(temporary, path)
        write_marker(path, "")
        note = f"restored from {backup.name}"
        anchor = Anchor(position=position, hash=hash_, recorded_at=recorded_at, restored=True, note=note)
        write_anchor(anchors_path(path), anchor)
    return position, max(0, known - position)


def _set_aside(path: Path) -> None:
    """Keep the log about to be replaced, write-ahead log included, under a name that is free."""
    if not path.exists():
        return
    number = 1
    while (aside := path.with_name(f"{path.name}.replaced-{number}")).exists():
        number += 1
    for suffix in ("-wal", "-shm", ""):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))


def _anchors(path: Path) -> list[Anchor]:
    try:
        return read_anchors(anchors_path(path))
    except LogBrokenError:
        return []


def _head_if_readable(path: Path) -> int:
    try:
        return head_of(path)[0]
    except MonitorError:
        return 0


def head_of(path: Path) -> tuple[int, str]:
    """Return the head of the log file at `path`. Raises as `open_log` does."""
    log = open_log(path, read_only=True)
    try:
        return log.head()
    finally:
        log.close()


def _check_sum(backup: Path) -> None:
    try:
        wanted = checksum_path(backup).read_text(encoding="utf-8").split()[0]
    except (FileNotFoundError, IndexError):
        return
    if file_sha256(backup) != wanted:
        raise InputError(
            f"{backup} was changed since it was made: its SHA-256 is not the one in {checksum_path(backup).name}"
        )


def checksum_path(backup: Path) -> Path:
    """Return where a backup's checksum is kept."""
    return backup.with_name(backup.name + ".sha256")


def file_sha256(path: Path) -> str:
    """Return the SHA-256 (hex) of a file, read in pieces."""
    digest = sha256()
    with path.open("rb") as handle:
        while piece := handle.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
