"""Writing a small file whole, durable, and readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from monitor.errors import StorageError


def write_private(path: Path, content: bytes) -> None:
    """Replace a file whole. Raises StorageError."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StorageError(f"{path}: {error.strerror}") from error
