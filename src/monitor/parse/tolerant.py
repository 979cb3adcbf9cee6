"""Read any feed with feedparser, the authority on what broken feeds mean.

Runs in a child process that can be killed (sandbox.py): on hostile input feedparser raises, hangs for minutes and eats
memory. It gets a BytesIO, never bytes or text: `parse(b"/etc/passwd")` would open the file and a URL would be fetched.
"""

from __future__ import annotations

import io
import re
from typing import Any

from monitor.parse.fasttext import HTML_TYPES
from monitor.parse.raw import RawEntry, RawFeed, both_ends

_REFERENCE = re.compile(rb"&#(?:[xX]([0-9A-Fa-f]+)|([0-9]+));?")
# An ampersand that begins no reference, outside CDATA: of `R&D` feedparser would make `R&D;`, of `&copy=1` a sign.
_BARE = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});)", re.DOTALL
)
_CONTROLS = {code: None for code in range(0x20) if chr(code) not in "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"}


def prepare() -> None:
    """Import feedparser before the first job's clock runs, and teach it that a picture's caption is no summary."""
    from feedparser.mixin import _FeedParserMixin

    def start_caption(parser: Any, attributes: Any) -> None:
        parser.push_content("caption", attributes, "text/html", 1)

    def end_caption(parser: Any) -> None:
        parser.pop_content("caption")

    handlers: Any = _FeedParserMixin  # it finds the handler of an element by its name
    handlers._start_media_description = start_caption  # noqa: SLF001 - so feedparser is extended
    handlers._end_media_description = end_caption  # noqa: SLF001


def read_tolerantly(body: bytes) -> RawFeed:
    """Return what feedparser finds in a UTF-8 document; never raises, whatever feedparser does."""
    import feedparser

    prepare()
    try:
        found = feedparser.parse(
            io.BytesIO(_BARE.sub(_escaped, _REFERENCE.sub(_possible, body))),
            sanitize_html=False,
            resolve_relative_uris=False,
            response_headers={"content-type": "application/xml; charset=utf-8"},
        )
        return _raw_feed(found)
    except Exception as error:  # feedparser raises whatever its input provokes (KeyError, OverflowError, ...)
        return RawFeed(note=f"feedparser failed: {type(error).__name__}: {error}"[:200])


def _escaped(match: re.Match[bytes]) -> bytes:
    return b"&amp;" if match[0] == b"&" else match[0]


def _possible(match: re.Match[bytes]) -> bytes:
    """Return a character reference, or U+FFFD for one to no character: over those feedparser loses the whole feed."""
    if len(match[0]) > 12:
        return b"\xef\xbf\xbd"
    code = int(match[1], 16) if match[1] else int(match[2])
    return match[0] if code < 0xD800 or 0xE000 <= code < 0x110000 else b"\xef\xbf\xbd"


def _raw_feed(found: Any) -> RawFeed:
    feed = found.feed
    entries = both_ends(found.entries)
    return RawFeed(
        version=found.get("version") or "",
        title=_text(feed, "title"),
        link=_text(feed, "link"),
        language=_text(feed, "language"),
        ttl=_text(feed, "ttl"),
        entries=[_raw_entry(entry) for entry in entries],
        n_dropped=len(found.entries) - len(entries),
        note=f"not well-formed: {found.bozo_exception}"[:200] if found.bozo else "",
    )


def _raw_entry(entry: Any) -> RawEntry:
    content = dict.get(entry, "content") or [{}]
    source = dict.get(entry, "source") or {}
    return RawEntry(
        guid=_text(entry, "id"),
        link=_link(entry),
        title=_text(entry, "title"),
        summary=_text(entry, "summary"),
        content=_text(content[0], "value"),
        published=_text(entry, "published"),
        updated=_text(entry, "updated"),
        created=_text(entry, "created"),
        lang=_text(dict.get(entry, "title_detail") or {}, "language"),
        author=_text(entry, "author"),
        source_name=_text(source, "title") or _text(source, "value"),
        source_url=_text(source, "href") or _text(source, "link"),
        caption=_text(entry, "caption"),
        enclosure=_enclosure(entry),
    )


def _link(entry: Any) -> str:
    """Return where an entry leads: feedparser takes the text of any link for its page, also that of an enclosure."""
    link = _text(entry, "link")
    links = dict.get(entry, "links") or []
    pages = [each for each in links if _text(each, "rel") == "alternate"]
    if any(_text(each, "href") == link for each in pages) or all(_text(each, "href") != link for each in links):
        return link
    guid = _text(entry, "id")
    otherwise = guid if guid.startswith(("http://", "https://")) else ""
    return next((_text(each, "href") for each in reversed(pages) if _text(each, "type") in HTML_TYPES), otherwise)


def _enclosure(entry: Any) -> str:
    links = dict.get(entry, "links") or []
    return next((href for each in links if _text(each, "rel") == "enclosure" and (href := _text(each, "href"))), "")


def _text(values: Any, key: str) -> str:
    """Return a value as text that UTF-8 can carry (feedparser may yield None, dicts and lone surrogates)."""
    value = dict.get(values, key)
    if not isinstance(value, str):
        return ""
    if not value.isprintable():
        value = value.translate(_CONTROLS)  # no XML may hold these; a word must not be cut by one
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
