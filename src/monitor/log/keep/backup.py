"""Backups: a verified copy of a log in use, and what goes along with it.

A backup is one file in rollback mode, `NAME.sha256` (as `sha256sum -c` reads it), so that bit rot shows, and
`NAME.anchors.jsonl`, the anchors as they were. The signing key is not in it. Putting one back is restore.py's.

The copy is made in one step inside one read snapshot: writers go on, and cannot make it begin anew. A copy that shares
pages with the one before would save room, but the log's random key index touches nearly every page of a large log each
day, and each copy must stand for itself.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import cast

import msgspec

from monitor.errors import LogBrokenError, StorageError
from monitor.files import write_whole
from monitor.log.keep.copies import note_copy
from monitor.log.proof.anchors import Anchor, anchors_path, read_anchors
from monitor.log.proof.judgement import DOES_NOT_HOLD, Verification
from monitor.log.sqlite.database import one_line_errors
from monitor.log.sqlite.pending import put_in_place
from monitor.log.sqlite.store import open_log
from monitor.log.sqlite.verify import verify_log
from monitor.log.store import InFile, LogStore

# What the service and `monitor backup` make by themselves bears its time; any other name was given by a person.
_OWN = re.compile(r"log-\d{8}T\d{6}Z-\d+-[0-9a-f]{8}\.db")


class Copy(msgspec.Struct, frozen=True):
    """A verified backup: where, up to which event, and the SHA-256 of the file."""

    path: str
    position: int
    hash: str
    sha256: str
    n_bytes: int


def backup_log(log: LogStore, target: Path, *, at: str = "") -> Copy:
    """Copy the log while it is in use, verify the copy, and put it at `target` (in a folder: under a name of its own).

    `at` (ISO, UTC) stands in the name of a copy that `prune` may delete one day. Raises LogBrokenError where the copy
    does not verify, StorageError where it could not be checked; nothing is left at `target` then.
    """
    anchors = read_anchors(anchors_path(log.path))  # before the copy: none may know more than it
    position, hash_ = log.head()
    if target.is_dir():
        moment = f"{re.sub('[-:]', '', at[:19])}Z-" if at else ""
        target /= f"log-{moment}{position:09d}-{hash_[:8]}.db"
    temporary = target.with_name(target.name + ".partial")
    with one_line_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        os.close(os.open(temporary, os.O_RDWR | os.O_CREAT, 0o600))
        try:
            _copy_database(cast(InFile, log).connection, temporary)
            require_whole(temporary, [*anchors, Anchor(position=position, hash=hash_)] if position else None)
            digest = file_sha256(temporary)
            lines = b"".join(msgspec.json.encode(anchor) + b"\n" for anchor in anchors)
            write_whole(anchors_beside(target), lines)
            put_in_place(temporary, target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        write_whole(checksum_path(target), f"{digest}  {target.name}\n".encode())
    copied = head_of(target)
    note_copy(log.path, target, copied[0], "backup")
    return Copy(str(target), *copied, digest, target.stat().st_size)


def _copy_database(source: sqlite3.Connection, path: Path) -> None:
    copy = sqlite3.connect(path, isolation_level=None)
    try:
        source.backup(copy)  # in one step: in smaller ones, every commit of another process would make it begin anew
        copy.execute("PRAGMA journal_mode = DELETE")
    finally:
        copy.close()


def require_whole(path: Path, anchors: Iterable[Anchor] | None = None) -> Verification:
    """Verify a copy in full, and against the heads its log had when the copy began; return what was found."""
    report = verify_log(path, anchors)
    problem = report.first()
    if problem is not None and report.verdict == DOES_NOT_HOLD:
        raise LogBrokenError(f"the copy does not verify: {problem.what}", problem.position)
    if not report.head:
        raise StorageError(f"the copy could not be checked: {report.unchecked}")
    return report


def prune(folder: Path, keep: int) -> list[Path]:
    """Delete the copies beyond the newest `keep` that bear a time in their name, with what belongs to them.

    Copies a person named are never touched; the newest are told by the time of making, whatever they hold.
    """
    own = sorted(path for path in folder.glob("log-*.db") if _OWN.fullmatch(path.name))
    gone = own[: max(0, len(own) - keep)]
    for path in gone:
        for part in (path, checksum_path(path), anchors_beside(path)):
            part.unlink(missing_ok=True)
    return gone


def sweep_partial(folder: Path) -> None:
    """Delete what a copy that was cut short left behind. The caller holds the worker's lock."""
    for path in folder.glob("log-*.db.partial*"):
        path.unlink(missing_ok=True)


def head_of(path: Path) -> tuple[int, str]:
    """Return the head of the log file at `path`. Raises as `open_log` does."""
    log = open_log(path, read_only=True)
    try:
        return log.head()
    finally:
        log.close()


def checksum_path(backup: Path) -> Path:
    """Return where a backup's checksum is kept."""
    return backup.with_name(backup.name + ".sha256")


def anchors_beside(backup: Path) -> Path:
    """Return where a backup's anchors are kept."""
    return backup.with_name(backup.name + ".anchors.jsonl")


def file_sha256(path: Path) -> str:
    """Return the SHA-256 (hex) of a file, read in pieces."""
    digest = sha256()
    with path.open("rb") as handle:
        while piece := handle.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
