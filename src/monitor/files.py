"""Files that are written whole or not at all: beside their place, flushed to the disk, then renamed into it."""

from __future__ import annotations

import os
from pathlib import Path

from monitor.errors import StorageError


def write_whole(path: Path, content: bytes, *, mode: int | None = 0o600) -> None:
    """Replace a small file, or the one a link leads to, as a whole, durably. Raises StorageError.

    `mode` is who may use it, less what the process's umask takes away; None leaves that as it was (a new one: 0644).
    """
    target = path.resolve()
    part = target.with_name(f".{target.name}.{os.urandom(4).hex()}")
    try:
        kept = target.stat().st_mode & 0o7777 if mode is None and target.exists() else None
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644 if mode is None else mode)
        with os.fdopen(handle, "wb") as file:
            if kept is not None:
                os.fchmod(handle, kept)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        sync(target.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StorageError(f"{path}: {error.strerror}") from error


def sync(path: Path) -> None:
    """Make sure that a file, or the names in a folder, are on the disk. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
