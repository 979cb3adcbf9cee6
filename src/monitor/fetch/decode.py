"""Undo a Content-Encoding while it streams in, with a cap on what comes out and an error when the end is missing.

libcurl would decode too, but reports a gzip stream that was cut off as a success (8.23): half a feed would pass for a
whole one. Which decoder a body gets is sniff.py's to say. gzip and deflate are Python's own; br
and zstd need a package each, imported by the first body that needs it and not offered to servers where it is missing.
"""

from __future__ import annotations

import os
import sys
import zlib
from functools import cache
from importlib.machinery import PathFinder
from typing import Any, Protocol

MAX_MEMBERS = 64  # gzip members or zstd frames in one body; each costs a new decompressor
ZSTD_WINDOW_LOG = 23  # 8 MiB, the most a frame on the web may ask for (RFC 9659)
ZSTD_FRAME = b"\x28\xb5\x2f\xfd"  # RFC 8878, 3.1.1
ZSTD_SKIPPED = b"\x2a\x4d\x18"  # behind a byte from 0x50 to 0x5f; RFC 8878, 3.1.2
BROTLI_STEP = 64 << 10  # decoded bytes asked for at a time; the library may give half as many again
MAX_REREAD = 1 << 20  # encoded bytes of a brotli stream kept to find its end; a feed is far smaller


class TooLargeError(ValueError):
    """More bytes came out than allowed."""


class EncodingError(ValueError):
    """The body is not what its Content-Encoding says."""


class TruncatedError(ValueError):
    """The encoded stream has no end."""


class Decoder(Protocol):
    """Turns encoded chunks into plain ones."""

    def feed(self, chunk: bytes, room: int) -> bytes:
        """Decode a chunk into at most `room` bytes. Raises TooLargeError, EncodingError."""

    def close(self) -> None:
        """Raises TruncatedError where the stream has not ended."""


class Plain:
    """No encoding: chunks pass as they are."""

    def feed(self, chunk: bytes, room: int) -> bytes:
        """Return the chunk. Raises TooLargeError."""
        if len(chunk) > room:
            raise TooLargeError
        return chunk

    def close(self) -> None:
        """Do nothing: libcurl checks the length of plain bodies."""


class _Members:
    """One compressed stream after another in one body; bytes after the end that start no further one are ignored."""

    def __init__(self, error: type[Exception]) -> None:
        self.error = error  # of the library that decodes
        self.n_ended = 0
        self.inner: Any = None
        self.ahead = b""  # the first bytes of what may become a further stream
        self.done = False

    def feed(self, chunk: bytes, room: int) -> bytes:
        """Decode a chunk. Raises TooLargeError, EncodingError."""
        out = b""
        chunk, self.ahead = self.ahead + chunk, b""
        while chunk and not self.done and (self.inner is not None or self._begin(chunk)):
            try:
                out += self.inner.decompress(chunk, room - len(out) + 1)
            except self.error as error:
                raise EncodingError(str(error)) from None
            if len(out) > room:
                raise TooLargeError
            chunk = b""
            if self.inner.eof:
                chunk, self.inner = self.inner.unused_data, None
                self.n_ended += 1
        return out

    def _begin(self, chunk: bytes) -> bool:
        """Open the stream a chunk starts; False where it starts none (then `done`), or too little of it is there."""
        raise NotImplementedError

    def close(self) -> None:
        """Raises TruncatedError unless the last stream ended."""
        if self.inner is not None or self.ahead or not self.n_ended:
            raise TruncatedError("the compressed body was cut off")


class Deflated(_Members):
    """gzip (with several members) or deflate (with or without the zlib wrapper)."""

    def __init__(self, gzip: bool) -> None:
        super().__init__(zlib.error)
        self.gzip = gzip

    def _begin(self, chunk: bytes) -> bool:
        if self.n_ended and not (self.gzip and chunk[:1] == b"\x1f"):
            self.done = True
            return False
        _check_members(self.n_ended)
        self.inner = zlib.decompressobj(self._window(chunk))
        return True

    def _window(self, chunk: bytes) -> int:
        """Return zlib's window argument: gzip, zlib-wrapped or bare deflate."""
        if self.gzip:
            return 31
        wrapped = chunk[0] & 15 == 8 and (len(chunk) < 2 or (chunk[0] << 8 | chunk[1]) % 31 == 0)
        return 15 if wrapped else -15


class Zstandard(_Members):
    """zstd: one frame or several, each with at most 8 MiB of window; skippable frames give nothing."""

    def __init__(self) -> None:
        self.zstd = _import_zstd()
        super().__init__(self.zstd.ZstdError)

    def _begin(self, chunk: bytes) -> bool:
        """Open the next frame; False where there is none, or too little of it yet. Frames of zstd < 0.8 are none."""
        start = chunk[:4]
        skipped = 0x50 <= start[0] <= 0x5F and ZSTD_SKIPPED.startswith(start[1:])
        if not skipped and not ZSTD_FRAME.startswith(start):
            if not self.n_ended:
                raise EncodingError("the body is not zstd data")
            self.done = True
            return False
        if len(start) < len(ZSTD_FRAME):
            self.ahead = chunk
            return False
        _check_members(self.n_ended)
        limit = {self.zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG}
        self.inner = self.zstd.ZstdDecompressor(options=limit)
        return True


class Brotli:
    """br: one stream without checksum; the format itself bounds its window to 16 MiB (RFC 7932).

    The library refuses bytes after the end together with what came before them in the same chunk. To ignore them as
    for gzip, a refused chunk is read again byte by byte until the stream ends.
    """

    def __init__(self) -> None:
        self.brotli = _import_brotli()
        self.inner = self.brotli.Decompressor()
        self.seen = bytearray()
        self.done = False

    def feed(self, chunk: bytes, room: int) -> bytes:
        """Decode a chunk; bytes after the end are ignored."""
        if self.done:
            return b""
        try:
            out = self._process(chunk, room)
        except self.brotli.error as error:
            out = self._reread(chunk, room, str(error))
        self.done = self.inner.is_finished()
        if not self.done and len(self.seen) <= MAX_REREAD:
            self.seen += chunk
        return out

    def _process(self, chunk: bytes, room: int) -> bytes:
        """Return all that a chunk decodes to, asked for in steps: the library keeps what did not fit into one."""
        pieces = []
        while piece := self.inner.process(chunk, output_buffer_limit=BROTLI_STEP):
            room -= len(piece)
            if room < 0:
                raise TooLargeError
            pieces.append(piece)
            chunk = b""
        return b"".join(pieces)

    def _reread(self, chunk: bytes, room: int, problem: str) -> bytes:
        """Return what a refused chunk holds of the stream. Raises EncodingError where the stream does not end in it."""
        if len(self.seen) > MAX_REREAD:
            raise EncodingError(problem)
        self.inner = self.brotli.Decompressor()
        self._process(bytes(self.seen), sys.maxsize)  # decoded once already, so within its cap
        out: list[bytes] = []
        for at in range(len(chunk)):
            try:
                piece = self._process(chunk[at : at + 1], room)
            except self.brotli.error:
                break
            room -= len(piece)
            out.append(piece)
            if self.inner.is_finished():
                return b"".join(out)
        raise EncodingError(problem)

    def close(self) -> None:
        """Raises TruncatedError unless the stream ended."""
        if not self.done:
            raise TruncatedError("the compressed body was cut off")


@cache
def accepted() -> tuple[str, ...]:
    """Return the content encodings to offer: br and zstd where their decoders are installed. Imports neither."""
    names = ["gzip", "deflate"]
    if _installed("brotli", "brotli.py"):
        names.append("br")
    if sys.version_info >= (3, 14):
        found = "_zstd" in sys.builtin_module_names or PathFinder.find_spec("_zstd") is not None
    else:
        found = _installed("backports.zstd", "backports/zstd/__init__.py")
    return (*names, "zstd") if found else tuple(names)


def decoder_of(name: str) -> Decoder:
    """Return the decoder of one content encoding. Raises EncodingError for one we did not ask for."""
    if name in ("gzip", "x-gzip", "deflate"):
        return Deflated(gzip=name != "deflate")
    if name not in accepted():
        raise EncodingError(f"content encoding {name} was not asked for")
    try:
        return Brotli() if name == "br" else Zstandard()
    except ImportError as error:
        raise EncodingError(f"content encoding {name} cannot be read: {error}") from None


def _check_members(n: int) -> None:
    """Refuse one more member after `n`: ignoring it would pass a piece of a feed for the whole."""
    if n >= MAX_MEMBERS:
        raise EncodingError(f"more than {MAX_MEMBERS} compressed streams in one body")


def _installed(module: str, file: str) -> bool:
    """Say whether a module can be found on sys.path; a look at the file costs a third of importlib's search."""
    if module in sys.modules:
        return sys.modules[module] is not None
    return any(os.path.exists(f"{folder or '.'}/{file}") for folder in sys.path)  # noqa: PTH110 - twice as fast


def _import_brotli() -> Any:
    import brotli

    if not hasattr(brotli.Decompressor, "can_accept_more_data"):
        raise ImportError("brotli before 1.2 cannot limit what comes out")
    return brotli


def _import_zstd() -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd
