"""What a reader found in a feed document, before cleaning: the strings as the feed wrote them.

Two readers fill these values (fastpath on the tree builder, tolerant on feedparser) and a differential test holds
them equal. Choosing among dates, cutting sizes and turning markup into text is feed.py's job.
"""

from __future__ import annotations

import msgspec

# A poll lists tens of entries; beyond this the rest is cut, and the cut is reported.
MAX_ENTRIES = 2000


class DeclinedError(Exception):
    """The fast reader leaves this document to feedparser; the message says why."""


class RawEntry(msgspec.Struct, gc=False):
    """One entry as written: `published`, `updated` and `created` are the feed's own words."""

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    published: str = ""
    updated: str = ""
    created: str = ""
    lang: str = ""
    author: str = ""
    source_name: str = ""
    source_url: str = ""


class RawFeed(msgspec.Struct, kw_only=True):
    """One document as written; `version` is empty where the bytes are no feed, `note` says what was odd."""

    version: str = ""
    title: str = ""
    link: str = ""
    language: str = ""
    ttl: str = ""
    skip_hours: list[str] = []
    entries: list[RawEntry] = []
    n_dropped: int = 0
    note: str = ""
