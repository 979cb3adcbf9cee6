"""Choose the decoder of a body by its first bytes before its label: servers say `UTF-8`, or gzip of plain text.

A feed stored gzipped is sent without a Content-Encoding, or gzipped once more; a proxy unpacks a body and leaves the
label. Bytes cannot lie about this: gzip and zstd begin with marks of their own, and no compressed stream begins like a
feed or a page. Two layers at most; what a decoder does is decode.py's.
"""

from __future__ import annotations

import re

from monitor.fetch.decode import (
    ZSTD_FRAME,
    Decoder,
    Deflated,
    EncodingError,
    Plain,
    TruncatedError,
    Zstandard,
    decoder_of,
)

_GZIP = b"\x1f\x8b\x08"
# No compressed stream begins with a bracket and fifteen more printable bytes: one in ten million might by chance.
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?[<{\[\s][\t\n\r -~]*")
_SURE = 16
# Names of compression. Any other (`utf-8`, `none`, `aws-chunked`, `binary`) is a slip that says nothing of the bytes.
_COMPRESSIONS = frozenset({"gzip", "x-gzip", "deflate", "br", "brotli", "zstd", "compress", "x-compress", "dcb", "dcz"})
MAX_LAYERS = 2


def decoder_for(content_encoding: str) -> Sniffed:
    """Return the decoder for a body with this Content-Encoding header. Raises EncodingError for a chain of several."""
    names = [name for name in content_encoding.lower().replace(" ", "").split(",") if name in _COMPRESSIONS]
    if len(names) > 1 and names not in (["gzip", "gzip"], ["zstd", "zstd"]):
        raise EncodingError(f"content encodings {','.join(names)[:60]} on each other were not asked for")
    return Sniffed(names[0] if names else "", MAX_LAYERS)


class Sniffed:
    """A decoder that makes up its mind at the first bytes."""

    def __init__(self, label: str, layers: int) -> None:
        self.label = label
        self.layers = layers
        self.ahead = b""
        self.outer: Decoder | None = None
        self.inner: Sniffed | None = None  # of what the outer one gives, where that is compressed once more

    def feed(self, chunk: bytes, room: int) -> bytes:
        """Decode a chunk. Raises TooLargeError, EncodingError."""
        if self.outer is None:
            self.ahead += chunk
            if self._is_unsure():
                return b""
            chunk, self.ahead = self.ahead, b""
            self.outer = self._choose(chunk)
        plain = self.outer.feed(chunk, room)
        if self.inner is None:
            return plain
        return self.inner.feed(plain, room) if plain else b""

    def flush(self, room: int) -> bytes:
        """Return what is held back of the first bytes, for want of more. Raises TooLargeError, EncodingError."""
        plain = b""
        if self.outer is None and self.ahead:
            first, self.ahead = self.ahead, b""
            self.outer = self._choose(first)
            plain = self.feed(first, room)
        return plain + (self.inner.flush(room - len(plain)) if self.inner is not None else b"")

    def close(self) -> None:
        """Raises TruncatedError where a compressed stream has not ended."""
        if self.outer is None:
            if self.label:
                raise TruncatedError("the compressed body was cut off")
            return
        self.outer.close()
        if self.inner is not None:
            self.inner.close()

    def _is_unsure(self) -> bool:
        """Say whether a few more bytes may change what the first ones look like."""
        first = self.ahead
        if any(len(first) < len(mark) and mark.startswith(first) for mark in (_GZIP, ZSTD_FRAME)):
            return True
        return bool(self.label) and len(first) < _SURE and _MARKUP.fullmatch(first) is not None

    def _choose(self, first: bytes) -> Decoder:
        if first.startswith(_GZIP):
            decoder: Decoder = Deflated(gzip=True)
        elif first.startswith(ZSTD_FRAME):
            decoder = decoder_of("zstd")
        elif not self.label or _MARKUP.fullmatch(first[:_SURE]):
            return Plain()
        else:
            decoder = decoder_of(self.label)
        if isinstance(decoder, Deflated | Zstandard) and self.layers > 1:
            self.inner = Sniffed("", self.layers - 1)
        return decoder
