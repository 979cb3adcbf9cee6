"""Putting a finished log in its place: what is left to do is written down first (restore.pending) and then done.

Whoever next opens a log after a kill in between completes it. What a restore or an import comes to is decided by
keep/restore.py and keep/transfer.py.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

import msgspec

from monitor.files import sync, write_whole
from monitor.log.proof.anchors import Anchor, anchors_path, read_anchors, write_anchor, write_marker
from monitor.log.proof.checkpoints import fit_key
from monitor.log.sqlite.database import PENDING_NAME


class Pending(msgspec.Struct, frozen=True):
    """What is left to do once the copy lies ready: lines to add to the anchors, or a whole new file of them."""

    add: list[Anchor] = []
    anew: list[Anchor] | None = None
    public_key: str = ""


def install(temporary: Path, path: Path, pending: Pending) -> None:
    """Put a finished log at `path` and do what goes with it: all of it or, after a kill, whoever comes next does."""
    temporary.replace(path.with_name(path.name + ".restore"))
    write_whole(path.with_name(PENDING_NAME), msgspec.json.encode(pending))
    complete(path)


def complete(path: Path) -> bool:
    """Do what is left to do for the log at `path`, if anything; False where nothing was.

    Safe to run again, and side by side.
    """
    pending_path = path.with_name(PENDING_NAME)
    try:
        handle = os.open(pending_path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not pending_path.exists():  # somebody else completed it while we waited
            return True
        _complete(path, msgspec.json.decode(pending_path.read_bytes(), type=Pending))
        pending_path.unlink()
    finally:
        os.close(handle)
    return True


def _complete(path: Path, pending: Pending) -> None:
    temporary = path.with_name(path.name + ".restore")
    if temporary.exists():
        _set_aside(path)
        put_in_place(temporary, path)
    if pending.public_key:
        fit_key(path, pending.public_key)
    if pending.anew is not None:
        _set_aside(anchors_path(path))
        lines = b"".join(msgspec.json.encode(anchor) + b"\n" for anchor in pending.anew)
        write_whole(anchors_path(path), lines)
    there = set(read_anchors(anchors_path(path))[-len(pending.add) - 1 :])
    for anchor in pending.add:
        if anchor not in there:
            write_anchor(anchors_path(path), anchor)
    write_marker(path, "")


def put_in_place(temporary: Path, path: Path) -> None:
    """Put a finished database in place of another, durably. Side files of the other must not outlive it."""
    sync(temporary)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    temporary.replace(path)
    sync(path.parent)


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
