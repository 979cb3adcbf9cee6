"""Read the headers of one answer: status, validators, redirect and how long to wait. Hostile text in, clean text out.

Pure. Owns the reading of header lines; transfer.py counts their bytes.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

# Headers by which a gate-keeper says that it asks for a browser. Only what it says of this very answer.
CHALLENGES = (b"cf-mitigated", b"x-amzn-waf-action", b"x-datadome", b"x-sucuri-block", b"x-vercel-mitigated")
# 203: a proxy changed something on the way. 226: the server left out what it thinks we have, which we have.
WHOLE = frozenset({200, 203, 226})
_FULL_RANGE = re.compile(r"bytes 0-(\d{1,15})/(\d{1,15})")
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
MAX_VALIDATOR = 512
_WANTED = frozenset(
    (b"etag", b"last-modified", b"content-type", b"content-encoding", b"location", b"retry-after", b"cache-control",
     b"expires", b"date", b"set-cookie", b"content-range", b"server", *CHALLENGES)
)  # fmt: skip
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]+")


class Head:
    """The headers of one answer, collected line by line; a new status line starts again (1xx)."""

    __slots__ = ("fields", "status")

    def __init__(self) -> None:
        self.status = 0
        self.fields: dict[bytes, bytes] = {}

    def line(self, line: bytes) -> None:
        """Take one raw header line; the last of several equal names counts."""
        name, colon, value = line.partition(b":")
        if not colon or line[:5] == b"HTTP/":
            if line[:5] == b"HTTP/":
                self.status = _status(line)
                self.fields = {}
            return
        name = name.lower()
        if name in _WANTED:
            self.fields[name] = value.strip()

    def text(self, name: bytes, limit: int = 200) -> str:
        """Return a header as one printable ASCII line of at most `limit` characters, '' where absent."""
        value = self.fields.get(name)
        return one_line(value[: limit * 2].decode("latin-1"), limit) if value else ""

    @property
    def is_whole(self) -> bool:
        """Say whether the body that follows is a whole document; of 206 only where it is all of the range."""
        if self.status != 206:
            return self.status in WHOLE
        span = _FULL_RANGE.fullmatch(self.text(b"content-range"))
        return span is not None and int(span[1]) + 1 == int(span[2])

    @property
    def challenge(self) -> str:
        """Return the header by which the answer says it is a challenge to a browser, '' where none does."""
        return next((name.decode() for name in CHALLENGES if name in self.fields), "")

    def validator(self, name: bytes) -> str:
        """Return an ETag or Last-Modified to send back unchanged; '' where it is too long or not printable."""
        value = self.fields.get(name, b"")
        if len(value) > MAX_VALIDATOR or not value.isascii() or not (text := value.decode("ascii")).isprintable():
            return ""
        return text

    def location(self) -> str:
        """Return the redirect's address: UTF-8 where it is, else Latin-1."""
        value = self.fields.get(b"location", b"")[:8000]
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return value.decode("latin-1")

    def retry_after_s(self, now: datetime | None) -> float | None:
        """Return Retry-After in seconds (a number, or a date against the server's own Date, else `now`)."""
        text = self.text(b"retry-after", 64)
        if not text:
            return None
        if text.isdigit():
            return float(text[:12])
        return self._until(text, now)

    def max_age_s(self, now: datetime | None) -> float | None:
        """Return how long the answer is fresh: Cache-Control max-age, else Expires against Date. None: not said."""
        control = self.text(b"cache-control")
        if found := _MAX_AGE.search(control):
            return float(found.group(1))
        if "no-cache" in control.lower() or "no-store" in control.lower():
            return None
        text = self.text(b"expires", 64)
        wait = self._until(text, now) if text else None
        return wait if wait and wait > 0 else None

    def _until(self, text: str, now: datetime | None) -> float | None:
        until, since = read_date(text), read_date(self.text(b"date", 64)) or now
        return (until - since).total_seconds() if until and since else None


def _status(line: bytes) -> int:
    """Return the status of `HTTP/1.1 200 OK`; 0 where there is none."""
    words = line.split(None, 2)
    return int(words[1]) if len(words) > 1 and words[1].isdigit() and len(words[1]) == 3 else 0


def read_date(text: str) -> datetime | None:
    """Read an HTTP date as aware UTC; None where it is none."""
    if not text or text == "0":
        return None
    from email.utils import parsedate_to_datetime  # few answers need a date; importing it costs 5 ms

    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def one_line(text: str, limit: int = 200) -> str:
    """Return text as one printable ASCII line: no escape can reach a terminal or a log from here."""
    return _UNPRINTABLE.sub(" ", text).strip()[:limit]
