"""Undo a Content-Encoding while it streams in, with a cap on what comes out and an error when the end is missing.

libcurl would decode too, but reports a gzip stream that was cut off as a success (8.23): half a feed would pass for a
whole one. One layer only: nobody needs gzip in gzip, and chains are an attack.
"""

from __future__ import annotations

import zlib
from typing import Protocol

MAX_MEMBERS = 64  # gzip members in one body; each costs a new decompressor


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


class Deflated:
    """gzip (with several members) or deflate (with or without the zlib wrapper)."""

    def __init__(self, gzip: bool) -> None:
        self.gzip = gzip
        self.members = 0
        self.inner: zlib._Decompress | None = None
        self.done = False

    def feed(self, chunk: bytes, room: int) -> bytes:
        """Decode a chunk; bytes after the end that start no further member are ignored, as browsers do."""
        out = b""
        while chunk and not self.done:
            if self.inner is None:
                if self.members and not (self.gzip and chunk[:1] == b"\x1f" and self.members < MAX_MEMBERS):
                    self.done = True
                    break
                self.inner = zlib.decompressobj(self._window(chunk))
            try:
                out += self.inner.decompress(chunk, room - len(out) + 1)
            except zlib.error as error:
                raise EncodingError(str(error)) from None
            if len(out) > room:
                raise TooLargeError
            chunk = b""
            if self.inner.eof:
                chunk, self.inner = self.inner.unused_data, None
                self.members += 1
        return out

    def _window(self, chunk: bytes) -> int:
        """Return zlib's window argument: gzip, zlib-wrapped or bare deflate."""
        if self.gzip:
            return 31
        wrapped = chunk[0] & 15 == 8 and (len(chunk) < 2 or (chunk[0] << 8 | chunk[1]) % 31 == 0)
        return 15 if wrapped else -15

    def close(self) -> None:
        """Raises TruncatedError unless the last member ended."""
        if self.inner is not None or not self.members:
            raise TruncatedError("the compressed body was cut off")


def decoder_for(content_encoding: str) -> Decoder:
    """Return the decoder for a Content-Encoding header. Raises EncodingError for one we did not ask for."""
    names = [name for name in content_encoding.lower().replace(" ", "").split(",") if name not in ("", "identity")]
    if not names:
        return Plain()
    if names in (["gzip"], ["x-gzip"], ["deflate"]):
        return Deflated(gzip=names[0] != "deflate")
    raise EncodingError(f"content encoding {','.join(names)[:60]} was not asked for")
