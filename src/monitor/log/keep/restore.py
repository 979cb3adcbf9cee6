"""Putting a backup in place of a log, so that it is never silent, never half done, and never the wrong log's.

What the restore comes to is written down first (restore.pending) and then done; whoever next opens a log after a kill
in between completes it. The log replaced is kept beside it, and a signed line in anchors.jsonl voids the heads that
were given up. The caller holds the worker's lock; a process that still has the old file open finds that out before it
writes (sqlite/store.py).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from monitor.errors import InputError, LogBrokenError, LogError, MonitorError, NotFoundError
from monitor.log.keep.backup import anchors_beside, checksum_path, file_sha256, head_of, require_whole, write_private
from monitor.log.keep.transfer import put_in_place
from monitor.log.proof.anchors import Anchor, anchors_path, read_anchors, write_anchor, write_marker
from monitor.log.proof.checkpoints import fit_key, sign_restore
from monitor.log.proof.guard import hash_at, head_row
from monitor.log.sqlite.database import connect, one_line_errors

PENDING_NAME = "restore.pending"
# What `monitor init` writes; a log of nothing else has no work in it that could be lost.
_BY_INIT = frozenset({"model-trained", "model-promoted", "feed-added"})


class Restored(msgspec.Struct, frozen=True):
    """What a restore did: where the log ends now, how many events were given up, and the key the log is signed by."""

    position: int
    n_given_up: int
    public_key: str


class _Pending(msgspec.Struct, frozen=True):
    """What is left to do once the copy lies ready: lines to add to the anchors, or a whole new file of them."""

    add: list[Anchor] = []
    anew: list[Anchor] | None = None
    public_key: str = ""


class _Old(msgspec.Struct, frozen=True):
    """The log about to be replaced, as far as it can be read: its head, and how much of it the backup holds too."""

    head: int = 0
    common: int = 0
    has_work: bool = False


def restore_log(
    backup: Path, path: Path, *, recorded_at: str, give_up_events: bool = False, other_log: bool = False
) -> Restored:
    """Put a verified backup in place of the log at `path`; the log replaced is kept beside it.

    Raises NotFoundError, InputError (checksum), LogBrokenError (the backup does not verify), StorageError (it could not
    be checked), LogError (events would be given up, or it is another log's, and nobody said that this is meant).
    """
    if not backup.is_file():
        raise NotFoundError(f"no backup at {backup}")
    _check_sum(backup)
    report = require_whole(backup)
    position, hash_ = head_of(backup)
    with one_line_errors(path), _held(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        anchors = _anchors(path)
        old = _look_at(path, backup, anchors)
        foreign = old.common == 0 and (old.head > 0 or any(anchor.position for anchor in anchors))
        if foreign and old.has_work and not other_log:
            raise LogError(
                f"{backup} is a backup of another log than {path}: it would replace {old.head} events it does not "
                "hold; restore it into a folder of its own, or say --other-log"
            )
        known = max([old.head, *(anchor.position for anchor in anchors)], default=0)
        given_up = 0 if foreign else max(0, known - old.common)
        if given_up and not give_up_events:
            raise LogError(f"the backup ends at event {position}, the log knew {known}: {given_up} would be given up")
        temporary = path.with_name(path.name + ".restore")
        shutil.copyfile(backup, temporary)
        temporary.chmod(0o600)
        _sync(temporary)
        note = f"restored from {backup.name}"
        key = (report.public_keys or [""])[-1]
        head = Anchor(position=position, hash=hash_, recorded_at=recorded_at, note=note)
        pending = _plan(backup, path, head, old, key)
        if foreign or not anchors:
            pending = _Pending(anew=_companion(backup) or [head], public_key=key)
        write_private(path.with_name(PENDING_NAME), msgspec.json.encode(pending))
        complete_restore(path)
    return Restored(position, known if foreign and old.has_work else given_up, key)


def install(temporary: Path, path: Path, anchors: list[Anchor]) -> None:
    """Put a finished log where there is none yet, with its anchors: both or, after a kill, whoever comes next does."""
    temporary.replace(path.with_name(path.name + ".restore"))
    write_private(path.with_name(PENDING_NAME), msgspec.json.encode(_Pending(anew=anchors)))
    complete_restore(path)


def _plan(backup: Path, path: Path, head: Anchor, old: _Old, key: str) -> _Pending:
    """Return what to do: say that the log was put back to where both histories part, and where it ends now."""
    connection = connect(backup, read_only=True)
    try:
        parted = hash_at(connection, old.common) or b""
    finally:
        connection.close()
    line = sign_restore(path, old.common, parted.hex(), head.recorded_at, head.note, key)
    return _Pending(add=[line, head], public_key=key)


def complete_restore(path: Path) -> bool:
    """Do what a restore has left to do, if anything; False where nothing was. Safe to run again, and side by side."""
    pending_path = path.with_name(PENDING_NAME)
    try:
        handle = os.open(pending_path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not pending_path.exists():  # somebody else completed it while we waited
            return True
        pending = msgspec.json.decode(pending_path.read_bytes(), type=_Pending)
        temporary = path.with_name(path.name + ".restore")
        if temporary.exists():
            _set_aside(path)
            put_in_place(temporary, path)
        if pending.public_key:
            fit_key(path, pending.public_key)
        if pending.anew is not None:
            _set_aside(anchors_path(path))
            lines = b"".join(msgspec.json.encode(anchor) + b"\n" for anchor in pending.anew)
            write_private(anchors_path(path), lines)
        there = set(read_anchors(anchors_path(path))[-len(pending.add) - 1 :])
        for anchor in pending.add:
            if anchor not in there:
                write_anchor(anchors_path(path), anchor)
        write_marker(path, "")
        pending_path.unlink()
    finally:
        os.close(handle)
    return True


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Keep every other process from writing to the log meanwhile, if it is whole enough to be locked."""
    connection = None
    if path.exists():
        with suppress(sqlite3.DatabaseError, MonitorError):
            connection = connect(path)
            connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        if connection is not None:
            connection.close()  # SQLite sees that the file has another name now, and leaves the new one's side files


def _look_at(path: Path, backup: Path, anchors: list[Anchor]) -> _Old:
    """Return what is known of the log to be replaced: from itself, or from its anchors where it cannot be read."""
    new = connect(backup, read_only=True)
    old: sqlite3.Connection | None = None
    try:
        top = head_row(new)[0]
        with suppress(sqlite3.Error, MonitorError):
            if path.exists():
                old = connect(path, read_only=True)
                head = head_row(old)[0]
                return _Old(head, _common(old, new, min(head, top)), _has_work(old, head))
        below = [anchor for anchor in anchors if 0 < anchor.position <= top]
        met = [anchor.position for anchor in below if _meets(new, anchor)]
        return _Old(0, top if len(met) == len(below) else max(met, default=0), has_work=True)
    finally:
        new.close()
        if old is not None:
            old.close()


def _common(old: sqlite3.Connection, new: sqlite3.Connection, upto: int) -> int:
    """Return how many events two logs begin with alike: each hash holds all before it, so halves will do."""
    low, high = 0, upto
    while low < high:
        middle = (low + high + 1) // 2
        if hash_at(old, middle) == hash_at(new, middle):
            low = middle
        else:
            high = middle - 1
    return low


def _meets(connection: sqlite3.Connection, anchor: Anchor) -> bool:
    stored = hash_at(connection, anchor.position)
    return anchor.position > 0 and stored is not None and stored.hex() == anchor.hash


def _has_work(connection: sqlite3.Connection, head: int) -> bool:
    """Return whether a log holds more than `monitor init` writes."""
    if head > 10_000:
        return True
    return any(row[0] not in _BY_INIT for row in connection.execute("SELECT DISTINCT type FROM log"))


def _set_aside(path: Path) -> None:
    """Keep a file about to be replaced, a write-ahead log included, under a name that is free."""
    if not path.exists():
        return
    number = 1
    while (aside := path.with_name(f"{path.name}.replaced-{number}")).exists():
        number += 1
    for suffix in ("-wal", "-shm", ""):
        with suppress(FileNotFoundError):
            os.link(path.with_name(path.name + suffix), aside.with_name(aside.name + suffix))


def _companion(backup: Path) -> list[Anchor]:
    """Return the anchors that were kept with a backup."""
    try:
        return read_anchors(anchors_beside(backup))
    except LogBrokenError:
        return []


def _anchors(path: Path) -> list[Anchor]:
    """Return the anchors of the log's folder that no restore voided: asked is what is lost, not whom to believe."""
    try:
        lines = read_anchors(anchors_path(path))
    except LogBrokenError:
        return []
    kept: list[Anchor] = []
    for line in lines:
        if line.restored:
            kept = [earlier for earlier in kept if earlier.position <= line.position]
        kept.append(line)
    return kept


def _check_sum(backup: Path) -> None:
    try:
        wanted = checksum_path(backup).read_text(encoding="utf-8").split()[0]
    except (FileNotFoundError, IndexError):
        return
    if file_sha256(backup) != wanted:
        raise InputError(
            f"{backup} was changed since it was made: its SHA-256 is not the one in {checksum_path(backup).name}"
        )


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
