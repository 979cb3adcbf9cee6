"""A list in JSON, as content management systems hand it out: entries by dotted paths. Without paths, WordPress's.

`rows: data.items` leads to the list; the other paths start at an item. A part of a path is a key, or a number for a
place in a list. https://developer.wordpress.org/rest-api/reference/posts/
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from monitor.config.values import FeedConfig, Select
from monitor.fetch.values import FetchResult
from monitor.parse.feed import finish
from monitor.parse.raw import MAX_ENTRIES, RawEntry, RawFeed
from monitor.parse.values import ParsedFeed
from monitor.untrusted import charset

WORDPRESS = Select(
    title="title.rendered", link="link", date="date_gmt", summary="excerpt.rendered", text="content.rendered"
)


def read_list(source: FeedConfig, answer: FetchResult, since: datetime | None, now: datetime) -> ParsedFeed:
    """Return the items of a JSON document as entries."""
    select = source.select or WORDPRESS
    try:
        document = msgspec.json.decode(charset.decode(answer.body or b"", answer.content_type))
    except (msgspec.DecodeError, RecursionError) as error:
        return ParsedFeed(error="not-json", warning=f"not JSON: {error}"[:300])
    items = at_path(document, select.rows)
    if not isinstance(items, list):
        where = f"at `rows: {select.rows}`" if select.rows else "at its root"
        return ParsedFeed(error="nothing-found", warning=f"the document has no list {where}, but {_kind(items)}")
    entries = [entry for item in items[:MAX_ENTRIES] if (entry := _entry(item, select)) is not None]
    if not entries:
        text = f"none of {len(items)} items has a text at `link: {select.link or 'link'}` or `title: {select.title}`"
        return ParsedFeed(error="nothing-found", warning=f"{text}: has the answer changed?" if items else "no items")
    n_dropped = max(0, len(items) - MAX_ENTRIES)
    raw = RawFeed(version="json", entries=entries, n_dropped=n_dropped)
    return finish(raw, "json", answer.final_url or source.url, now)


def at_path(value: Any, path: str) -> Any:
    """Return what stands at a dotted path, None where there is nothing; the empty path is the value itself."""
    for part in filter(None, path.split(".")):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isascii() and part.isdigit() and int(part[:9]) < len(value):
            value = value[int(part[:9])]
        else:
            return None
    return value


def _entry(item: Any, select: Select) -> RawEntry | None:
    values = {
        name: _text(at_path(item, path)) if (path := getattr(select, name)) else ""
        for name in ("title", "link", "date", "summary", "text")
    }
    if not values["link"] or not (values["title"] or values["summary"] or values["text"]):
        return None
    return RawEntry(
        guid=values["link"], link=values["link"], title=values["title"], summary=values["summary"],
        content=values["text"], published=values["date"],
    )  # fmt: skip


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _kind(value: Any) -> str:
    return {dict: "an object", str: "a text", type(None): "nothing"}.get(type(value), "a value")
