"""What came in place of a feed, so that a person knows it: a page by its title and address, else its first words."""

from __future__ import annotations

import html
import re

_TITLE = re.compile(rb"<title[^<>]{0,200}>([^<]{1,300})", re.IGNORECASE)
_SENDS_ON = re.compile(
    rb"<meta\s[^<>]{0,200}http-equiv\s*=\s*[\"']?refresh[^<>]{0,200}url\s*=\s*([^\"'<>]{1,300})", re.IGNORECASE
)
_LOOKED_AT = 64 << 10
_TAGS = re.compile(r"<[^<>]*>")
_WORDS = 80


def what_page(body: bytes, url: str) -> str:
    """Return "an HTML page, not a feed" with its title, the address it stands at, and where it sends browsers on to."""
    head = body[:_LOOKED_AT]
    title, onward = _TITLE.search(head), _SENDS_ON.search(head)
    named = f': "{_line(title[1])}"' if title and _line(title[1]) else ""
    at = f" at {url}" if url else ""
    return f"an HTML page, not a feed{named}{at}" + (f"; it sends browsers on to {_line(onward[1])}" if onward else "")


def beginning(body: bytes) -> str:
    """Return the first words of a body, or that it is no text."""
    line = _line(body[:2_000])
    if not line or line.count("\ufffd") > len(line) // 8:
        return "it is no text"
    return f'it begins "{line}"'


def _line(text: bytes) -> str:
    """Return text on one line, without tags, cut."""
    words = " ".join(html.unescape(_TAGS.sub(" ", text.decode("utf-8", "replace"))).split())
    printable = "".join(char if char.isprintable() else "\ufffd" for char in words)
    return printable if len(printable) <= _WORDS else printable[:_WORDS].rstrip() + "…"
