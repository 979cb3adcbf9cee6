"""Files that are written whole or not at all: beside their place, flushed to the disk, then renamed into it."""

from __future__ import annotations

import os
from pathlib import Path

from monitor.errors import StorageError


def write_whole(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Replace a small file as a whole, durably; `mode` is that of a new file. Raises StorageError."""
    part = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync(path.parent)
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
