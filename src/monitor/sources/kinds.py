"""The kinds of source: how each is asked, and how its answer becomes entries. A new kind is one file and a line here.

What a kind gives: `accept`, the header its request carries; `asks_robots`, whether robots.txt is asked first; `read`,
an answer into a ParsedFeed that never raises; and, where a source consists of several documents, `parts`, those of them
worth asking for now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from monitor.config.values import FeedConfig
from monitor.fetch.policy import ACCEPT_FEED, ACCEPT_JSON, ACCEPT_PAGE, ACCEPT_XML
from monitor.fetch.values import FetchResult
from monitor.parse.values import ParsedFeed, Part

# (source, its answer, the last good poll or None, now)
Read = Callable[[FeedConfig, FetchResult, datetime | None, datetime], ParsedFeed]


class Kind(msgspec.Struct, frozen=True):
    """What a kind of source gives; the reader is imported when it is first needed."""

    accept: str
    reader: Callable[[], Read]
    asks_robots: bool = False  # feeds and sitemaps are offered to programs; other pages are asked about first
    parts: Callable[[FetchResult, datetime | None, datetime], Sequence[Part]] | None = None


def _feed() -> Read:
    from monitor.parse.feed import parse_feed

    return lambda source, answer, since, now: parse_feed(
        answer.body or b"", answer.content_type, answer.final_url or source.url, now
    )


def _sitemap() -> Read:
    from monitor.sources.sitemap import read_sitemap

    return read_sitemap


def _parts_of_index(answer: FetchResult, since: datetime | None, now: datetime) -> Sequence[Part]:
    from monitor.sources.sitemap import parts_of

    return parts_of(answer, since, now)


def _page() -> Read:
    from monitor.sources.listing import read_listing

    return read_listing


def _json() -> Read:
    from monitor.sources.jsonlist import read_list

    return read_list


BY_NAME = {
    "feed": Kind(ACCEPT_FEED, _feed),
    "sitemap": Kind(ACCEPT_XML, _sitemap, parts=_parts_of_index),
    "page": Kind(ACCEPT_PAGE, _page, asks_robots=True),
    "json": Kind(ACCEPT_JSON, _json, asks_robots=True),
}


def read_source(source: FeedConfig, answer: FetchResult, since: datetime | None, now: datetime) -> ParsedFeed:
    """Return what an answer lists, read as the kind of its source; never raises for what the answer holds."""
    return BY_NAME[source.kind].reader()(source, answer, since, now)


def parts_of(source: FeedConfig, answer: FetchResult, since: datetime | None, now: datetime) -> Sequence[Part]:
    """Return the further documents to ask for before an answer can be read; none for a kind of one document."""
    parts = BY_NAME[source.kind].parts
    return parts(answer, since, now) if parts and answer.body else ()
