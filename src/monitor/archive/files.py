"""Open the files of an archive as streams of bytes: plain, gzip or zstd, by their first bytes and not by their name."""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from monitor.errors import InputError, NotFoundError

MAX_LINE_BYTES = 4 << 20
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
# What a damaged or cut file raises while it is read.
READ_ERRORS = (OSError, EOFError, zlib.error)


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, unpacked while it is read. Raises NotFoundError and InputError."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise NotFoundError(f"{path}: {error.strerror}") from error
    with file:
        head = file.read(4)
        file.seek(0)
        if head[:2] == _GZIP:
            yield cast(IO[bytes], gzip.GzipFile(fileobj=file))
        elif head == _ZSTD:
            yield _zstd(file)
        else:
            yield file


def _zstd(file: IO[bytes]) -> IO[bytes]:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return cast(IO[bytes], zstd.ZstdFile(file))


def lines_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (number, line) of a file, from 1; a line longer than MAX_LINE_BYTES comes cut.

    Raises InputError, naming the file and the line, where the file is damaged or cut off.
    """
    number = 0
    with opened(path) as file:
        try:
            while line := file.readline(MAX_LINE_BYTES):
                number += 1
                yield number, line
                while line[-1:] != b"\n" and len(line) == MAX_LINE_BYTES:
                    line = file.readline(MAX_LINE_BYTES)
        except READ_ERRORS as error:
            raise damaged(path, f"line {number + 1}", error) from error


def damaged(path: Path, where: str, error: Exception) -> InputError:
    """Return the sentence for a file that cannot be read on."""
    return InputError(f"{path}: damaged or cut off at {where}: {error}; what came before was read")


def text_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a text file in UTF-8; stray bytes become U+FFFD."""
    for _, line in lines_of(path):
        yield line.decode("utf-8-sig" if line.startswith(b"\xef\xbb\xbf") else "utf-8", "replace")


def file_sha(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as they lie on the disk. Raises NotFoundError."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise NotFoundError(f"{path}: {error.strerror}") from error
    return digest.hexdigest()


def whole(path: Path, max_bytes: int) -> bytes:
    """Return a file unpacked. Raises InputError for one that is damaged or larger than `max_bytes`."""
    with opened(path) as file:
        try:
            data: Any = file.read(max_bytes + 1)
        except READ_ERRORS as error:
            raise damaged(path, "some byte", error) from error
    if len(data) > max_bytes:
        raise InputError(f"{path}: more than {max_bytes >> 20} MiB unpacked")
    return bytes(io.BytesIO(data).getbuffer())
