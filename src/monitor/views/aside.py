"""A copy of the views to look back in: nobody who folds has to wait for a reader.

Owns how the file is copied while others use it. The copy is its reader's alone and gone when it is closed: no journal,
nothing flushed.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from monitor.views.tables import WAIT_S

LEFT_FREE = 64 * 1024 * 1024  # eight times what appending stops at: a copy must not take the room that a label needs


def has_room(free: int, size: int) -> bool:
    """Tell whether a copy of `size` bytes that may grow by as much again leaves room on a disk with so many `free`."""
    return free >= 2 * size + LEFT_FREE


def copy_aside(path: Path, target: Path) -> sqlite3.Connection:
    """Copy a views database as it stands to a new file and open it.

    Others wait to write for as long as copying takes: 0.1 s for a million events. Raises sqlite3.Error and OSError.
    """
    if not has_room(shutil.disk_usage(target.parent).free, path.stat().st_size):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
    with closing(_open(path)) as holder, closing(_open(path)) as mover:
        holder.execute("BEGIN IMMEDIATE")
        _, n_frames, n_moved = mover.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600))
        if n_frames == n_moved:  # the file alone is the whole, and nobody can add to it now
            shutil.copyfile(path, target)
            holder.execute("ROLLBACK")
        else:  # somebody reads an earlier moment: page by page, at four times the cost
            holder.execute("ROLLBACK")
            with closing(sqlite3.connect(target)) as copy:
                mover.backup(copy)
    return _open_alone(target)


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=WAIT_S, check_same_thread=False)


def _open_alone(path: Path) -> sqlite3.Connection:
    db = _open(path)
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("PRAGMA synchronous = OFF")
    return db
