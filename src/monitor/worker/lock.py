"""One worker at a time: a lock the kernel releases when its holder dies, whatever it died of.

The process id in the file is for people; only the `flock` counts, so a stale file or a reused id can do no harm.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import AlreadyRunningError, StorageError

LOCK_NAME = "tick.lock"


@contextmanager
def worker_lock(path: Path) -> Iterator[None]:
    """Hold the lock file for the length of a `with` block.

    Raises AlreadyRunningError naming the holder's pid, and StorageError where the file cannot be written.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}; the data folder must be writable") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(handle, 20, 0).decode(errors="replace").strip() or "unknown"
        os.close(handle)
        raise AlreadyRunningError(f"already running (pid {holder})") from None
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)
