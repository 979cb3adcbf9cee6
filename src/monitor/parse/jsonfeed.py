"""JSON Feed 1.0 and 1.1. feedparser reads none of it, so this reader is the only one.

A value of another kind than the format has is read as what it most likely means, or as nothing: one field written
otherwise never costs the entry, one bad item never the feed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from monitor.parse.raw import RawEntry, RawFeed, both_ends

_NOTHING = msgspec.Raw(b"null")
_MAX_DEPTH = 4  # of values within values that are looked into for a text
_MAX_INNER = 64 << 10  # bytes of a value that is no text
_NAMES = ("name", "title", "value", "text", "url", "href")


_BLANK_CONTROLS = bytes([*[0x20] * 0x20, *range(0x20, 0x100)])
_HALF_PAIR = re.compile(
    rb"(?<!\\)\\u(?:[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..\\u)[dD][c-fC-F][0-9a-fA-F]{2})"
)
_LOST_COMMA = re.compile(rb",\s*([\]}])")


class _Item(msgspec.Struct):
    """The fields of an item that we read, whatever they hold."""

    id: msgspec.Raw = _NOTHING
    url: msgspec.Raw = _NOTHING
    external_url: msgspec.Raw = _NOTHING
    title: msgspec.Raw = _NOTHING
    summary: msgspec.Raw = _NOTHING
    content_html: msgspec.Raw = _NOTHING
    content_text: msgspec.Raw = _NOTHING
    date_published: msgspec.Raw = _NOTHING
    date_modified: msgspec.Raw = _NOTHING
    language: msgspec.Raw = _NOTHING
    author: msgspec.Raw = _NOTHING
    authors: msgspec.Raw = _NOTHING
    attachments: msgspec.Raw = _NOTHING


class _Feed(msgspec.Struct):
    version: msgspec.Raw = _NOTHING
    items: msgspec.Raw = _NOTHING
    title: msgspec.Raw = _NOTHING
    home_page_url: msgspec.Raw = _NOTHING
    language: msgspec.Raw = _NOTHING


_decode = msgspec.json.Decoder(_Feed).decode
_decode_item = msgspec.json.Decoder(_Item).decode


def read_json_feed(document: bytes) -> RawFeed:
    """Return what a JSON Feed says. A feed without version is one whose `note` says why it was refused."""
    try:
        feed = _decode_tolerantly(document)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        return RawFeed(note=f"no JSON Feed: {error}"[:200])
    version = _text(feed.version)
    items = _items(feed.items)
    if "jsonfeed.org/version/" not in version and not _looks_like_one(version, items):
        return RawFeed(note=f'no JSON Feed: version is "{version[:60]}"')
    looked_at = both_ends(items)
    entries = [entry for item in looked_at if (entry := _entry(item)) is not None]
    n_odd = len(looked_at) - len(entries)
    return RawFeed(
        version="json",
        title=_text(feed.title),
        link=_text(feed.home_page_url),
        language=_text(feed.language),
        entries=entries,
        n_dropped=len(items) - len(looked_at),
        note=f"{n_odd} items are no objects and were passed over" if n_odd else "",
    )


def _decode_tolerantly(document: bytes) -> _Feed:
    """Decode a document; control characters, halves of a surrogate pair and commas before a bracket are mended.

    Raises msgspec.DecodeError for any other, a document that was cut off among them.
    """
    try:
        return _decode(document)
    except msgspec.DecodeError:
        document = _HALF_PAIR.sub(rb"\\ufffd", document.translate(_BLANK_CONTROLS))
    try:
        return _decode(document)
    except msgspec.DecodeError:
        return _decode(_LOST_COMMA.sub(rb"\1", document))


def _looks_like_one(version: str, items: list[msgspec.Raw]) -> bool:
    """Say whether a document that names another version or none lists entries as JSON Feed does."""
    first = _entry(items[0]) if items and version in ("", "1", "1.0", "1.1", "2", "2.0") else None
    return first is not None and bool(first.guid or first.link) and bool(first.title or first.content)


def _items(listed: msgspec.Raw) -> list[msgspec.Raw]:
    """Return the items of a list, or of an object that names each."""
    try:
        return msgspec.json.decode(listed, type=list[msgspec.Raw])
    except msgspec.DecodeError:
        pass
    try:
        return list(msgspec.json.decode(listed, type=dict[str, msgspec.Raw]).values())
    except msgspec.DecodeError:
        return []


def _entry(raw: msgspec.Raw) -> RawEntry | None:
    try:
        item = _decode_item(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    content = _text(item.content_html) or _as_markup(_text(item.content_text))
    return RawEntry(
        guid=_text(item.id),
        link=_text(item.url) or _text(item.external_url),
        title=_as_markup(_text(item.title)),
        summary=_as_markup(_text(item.summary)) or content,
        content=content,
        published=_text(item.date_published),
        updated=_text(item.date_modified),
        lang=_text(item.language),
        author=_text(item.authors) or _text(item.author),
        enclosure=_text(item.attachments, ("url",)),
    )


def _text(raw: msgspec.Raw, names: Sequence[str] = _NAMES) -> str:
    """Return a value as text: a number as written, the first text of a list, the name in an object; else nothing."""
    written = bytes(raw).strip()
    if written == b"null" or (written[:1] != b'"' and len(written) > _MAX_INNER):
        return ""
    try:
        value = msgspec.json.decode(written)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return written.decode()
    return _first_text(value, names, 0)


def _first_text(value: Any, names: Sequence[str], depth: int) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    inner: list[Any] = []
    if depth < _MAX_DEPTH and isinstance(value, list):
        inner = value[:10]
    elif depth < _MAX_DEPTH and isinstance(value, dict):
        inner = [value[name] for name in names if name in value]
    return next((text for each in inner if (text := _first_text(each, names, depth + 1))), "")


def _as_markup(text: str) -> str:
    """Return plain text such that reading it as markup gives it back."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
