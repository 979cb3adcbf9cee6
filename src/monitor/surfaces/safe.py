"""Text of a feed on its way out: to a terminal, a log line, a CSV cell, Markdown or a link.

The log keeps what the feed said; every output neutralises it here. Controls, bidirectional overrides and invisible
carriers become visible or vanish; ZWNJ and ZWJ (Persian, emoji) and combining marks stay. HTML is escaped by the
template engine, not here.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

# Everything that can move a cursor, reorder a line, break it, or hide in it.
_LINE_BREAKS = re.compile("[\t\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]+")
_CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\ufdd0-\ufdef\ud800-\udfff\U000e0000-\U000e007f]"
)
_STACKED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})[\u0300-\u036f\u0483-\u0489]+"
)
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
_FORMULA = tuple("=+-@|%\uff1d\uff0b\uff0d\uff20\u2212")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~-])")
MAX_LINE = 2_000


def line(text: str, limit: int = MAX_LINE) -> str:
    """Return `text` as one harmless line of at most `limit` characters, cut with an ellipsis."""
    text = _LINE_BREAKS.sub(" ", text[: limit * 4])
    text = _STACKED.sub(r"\1", _CONTROLS.sub("", text))
    text = " ".join(text.split(" ")).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def block(text: str, limit: int = 20_000) -> str:
    """Return `text` with its line breaks kept as plain newlines and everything else harmless."""
    lines = (line(part) for part in re.split("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]", text[:limit]))
    return "\n".join(lines)


def isolated(text: str, limit: int = MAX_LINE) -> str:
    """Return a harmless line wrapped in a balanced bidi isolate where it holds right-to-left letters."""
    safe = line(text, limit)
    if any(unicodedata.bidirectional(char) in ("R", "AL") for char in safe):
        return f"\u2068{safe}\u2069"
    return safe


def csv_cell(text: str) -> str:
    """Return a cell no spreadsheet will evaluate: one line, a leading formula sign or separator trick disarmed."""
    safe = line(text)
    if _NUMBER.fullmatch(safe):
        return safe
    parts = re.split("([;])", safe)
    return "".join("'" + part if part.lstrip().startswith(_FORMULA) else part for part in parts)


def markdown(text: str) -> str:
    """Return one line of Markdown that renders as the plain words."""
    return _MARKDOWN.sub(r"\\\1", line(text))


def http_link(url: str) -> str:
    """Return the URL where it is a plain http(s) address that shows its true host, else the empty string."""
    if len(url) > 4_096 or url != line(url, 4_096) or "\\" in url or any(char in url for char in " <>\"'`{}"):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return ""
    return url


def shown_host(url: str) -> str:
    """Return the host of a link for display; non-ASCII hosts in their ASCII (punycode) form, so look-alikes show."""
    try:
        host = urlsplit(http_link(url)).hostname or ""
        return host.encode("idna").decode() if host else ""
    except (ValueError, UnicodeError):
        return ""
