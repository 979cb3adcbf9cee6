"""JSON Feed 1.0 and 1.1. feedparser reads none of it, so this reader is the only one."""

from __future__ import annotations

import msgspec

from monitor.parse.raw import MAX_ENTRIES, RawEntry, RawFeed


class _Author(msgspec.Struct):
    name: str | None = None


class _Item(msgspec.Struct):
    id: str | int | float | None = None
    url: str | None = None
    external_url: str | None = None
    title: str | None = None
    summary: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    date_published: str | None = None
    date_modified: str | None = None
    language: str | None = None
    author: _Author | None = None
    authors: list[_Author] = []


class _Feed(msgspec.Struct):
    version: str
    items: list[_Item | None] = []
    title: str | None = None
    home_page_url: str | None = None
    language: str | None = None


_decode = msgspec.json.Decoder(_Feed).decode


def read_json_feed(document: bytes) -> RawFeed:
    """Return what a JSON Feed says. A feed without version is one whose `note` says why it was refused."""
    try:
        feed = _decode(document)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        return RawFeed(note=f"no JSON Feed: {error}"[:200])
    if "jsonfeed.org/version/" not in feed.version:
        return RawFeed(note=f'no JSON Feed: version is "{feed.version[:60]}"')
    items = [item for item in feed.items if item is not None]
    return RawFeed(
        version="json",
        title=feed.title or "",
        link=feed.home_page_url or "",
        language=feed.language or "",
        entries=[_entry(item) for item in items[:MAX_ENTRIES]],
        n_dropped=max(0, len(items) - MAX_ENTRIES),
    )


def _entry(item: _Item) -> RawEntry:
    content = item.content_html or _as_markup(item.content_text or "")
    author = item.authors[0] if item.authors else item.author
    return RawEntry(
        guid="" if item.id is None else str(item.id),
        link=item.url or item.external_url or "",
        title=_as_markup(item.title or ""),
        summary=_as_markup(item.summary or "") or content,
        content=content,
        published=item.date_published or "",
        updated=item.date_modified or "",
        lang=item.language or "",
        author=(author.name or "") if author else "",
    )


def _as_markup(text: str) -> str:
    """Return plain text such that reading it as markup gives it back."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
