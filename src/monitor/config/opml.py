"""OPML in and out. A list of feeds from elsewhere is hostile input: no DTD, no entities, bounded size, depth and count.

Owns the format only; what is already configured and where it is written is edit.py's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

import msgspec

from monitor.config.values import FeedConfig
from monitor.errors import InputError

MAX_BYTES = 8 << 20
MAX_DEPTH = 16
MAX_FEEDS = 20_000
MAX_TEXT = 200
MAX_URL = 2048

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]+")


class OpmlFeed(msgspec.Struct, frozen=True, kw_only=True):
    """One outline with an xmlUrl; `group` is the title of the nearest outline around it."""

    url: str
    name: str
    group: str = ""
    language: str = ""
    line: int = 0


def read_opml(data: bytes, name: str = "OPML") -> list[OpmlFeed]:
    """Return the feeds of an OPML file in order, each URL once. Raises InputError with `name:line: text`."""
    if len(data) > MAX_BYTES:
        raise InputError(f"{name}:1: {len(data)} bytes; at most {MAX_BYTES} are read")
    reader = _Reader(name)
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise InputError(f"{name}:{error.lineno}: not well-formed XML: {expat.ErrorString(error.code)}") from error
    except (ValueError, LookupError) as error:
        raise InputError(f"{name}:1: the encoding cannot be read: {error}") from error
    if not reader.is_opml:
        raise InputError(f"{name}:1: not an OPML file (no <opml> element)")
    return reader.feeds


class _Reader:
    """Expat callbacks; expat resolves no external entity by itself, and a document type ends the reading."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.feeds: list[OpmlFeed] = []
        self.is_opml = False
        self._groups: list[str] = []
        self._urls: set[str] = set()
        self._depth = 0
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _fail(self, text: str) -> None:
        raise InputError(f"{self.name}:{self.parser.CurrentLineNumber}: {text}")

    def _refuse(self, *_: Any) -> None:
        self._fail("a document type or an entity; OPML needs neither, so the file is refused")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail(f"nested deeper than {MAX_DEPTH} levels")
        if self._depth == 1:
            self.is_opml = tag.lower() == "opml"
        if tag.lower() != "outline":
            return
        known = {key.lower(): value for key, value in attributes.items()}
        title = _line(known.get("text") or known.get("title") or "", MAX_TEXT)
        self._groups.append(title)
        url = known.get("xmlurl", "").strip()
        if url:
            self._feed(url, title, known)

    def _feed(self, url: str, title: str, known: dict[str, str]) -> None:
        if not re.fullmatch(r"https?://[^\s\x00-\x1f\x7f\\<>\"{}|^`]+", url, re.IGNORECASE) or len(url) > MAX_URL:
            self._fail(f"xmlUrl is no http(s) address: {_line(url, 80)}")
        if url in self._urls:
            return
        if len(self.feeds) >= MAX_FEEDS:
            self._fail(f"more than {MAX_FEEDS:,} feeds")
        self._urls.add(url)
        language = known.get("language", "").strip()
        self.feeds.append(
            OpmlFeed(
                url=url,
                name=title or url.split("/")[2][:MAX_TEXT],
                group=next((group for group in reversed(self._groups[:-1]) if group), ""),
                language=language if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language) else "",
                line=self.parser.CurrentLineNumber,
            )
        )

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if tag.lower() == "outline":
            self._groups.pop()


def write_opml(feeds: Iterable[FeedConfig], title: str = "Feeds") -> str:
    """Return the feeds as OPML 2.0, one outline per group."""
    groups: dict[str, list[FeedConfig]] = {}
    for feed in feeds:
        groups.setdefault(feed.group, []).append(feed)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += [f"  <head><title>{escape(title)}</title></head>", "  <body>"]
    for group, members in groups.items():
        if group:
            lines.append(f"    <outline text={_attribute(group)}>")
        lines += [("      " if group else "    ") + _outline(feed) for feed in members]
        if group:
            lines.append("    </outline>")
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _outline(feed: FeedConfig) -> str:
    language = f" language={_attribute(feed.language)}" if feed.language else ""
    return f'<outline type="rss" text={_attribute(feed.name)} xmlUrl={_attribute(feed.url)}{language}/>'


def _attribute(text: str) -> str:
    return quoteattr(_line(text, 4096))


def _line(text: str, limit: int) -> str:
    return " ".join(_CONTROLS.sub(" ", text[: limit * 4]).split())[:limit]
