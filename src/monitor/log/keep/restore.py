"""Putting a backup in place of a log, so that it is never silent, never half done, and never the wrong log's.

Owns what a restore comes to; sqlite/pending.py does it. The log replaced is kept beside it, and a signed line in
anchors.jsonl voids the heads that were given up. The caller holds the worker's lock; a process that still has the old
file open finds that out before it writes (sqlite/store.py).
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from monitor.errors import InputError, LogBrokenError, LogError, MonitorError, NotFoundError
from monitor.files import sync
from monitor.log.keep.backup import anchors_beside, checksum_path, file_sha256, head_of, require_whole
from monitor.log.proof.anchors import Anchor, anchors_path, read_anchors
from monitor.log.proof.checkpoints import sign_restore
from monitor.log.proof.guard import hash_at, head_row
from monitor.log.sqlite.database import connect, one_line_errors
from monitor.log.sqlite.pending import Pending, install

# What `monitor init` writes; a log of nothing else has no work in it that could be lost.
_BY_INIT = frozenset({"model-trained", "model-promoted", "feed-added"})


class Restored(msgspec.Struct, frozen=True):
    """What a restore did: where the log ends now, how many events were given up, and the key the log is signed by."""

    position: int
    n_given_up: int
    public_key: str


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
        sync(temporary)
        note = f"restored from {backup.name}"
        key = (report.public_keys or [""])[-1]
        head = Anchor(position=position, hash=hash_, recorded_at=recorded_at, note=note)
        pending = _plan(backup, path, head, old, key)
        if foreign or not anchors:
            pending = Pending(anew=_companion(backup) or [head], public_key=key)
        install(temporary, path, pending)
    return Restored(position, known if foreign and old.has_work else given_up, key)


def _plan(backup: Path, path: Path, head: Anchor, old: _Old, key: str) -> Pending:
    """Return what to do: say that the log was put back to where both histories part, and where it ends now."""
    connection = connect(backup, read_only=True)
    try:
        parted = hash_at(connection, old.common) or b""
    finally:
        connection.close()
    line = sign_restore(path, old.common, parted.hex(), head.recorded_at, head.note, key)
    return Pending(add=[line, head], public_key=key)


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
