"""What a reader found in a feed document, before cleaning: the strings as the feed wrote them.

Two readers fill these values (fastpath on the tree builder, tolerant on feedparser) and a differential test holds
them equal. Choosing among dates, cutting sizes and turning markup into text is feed.py's job.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

# A poll lists tens of entries; beyond this the newest are kept (newest.py), and the cut is reported.
MAX_ENTRIES = 2000
# So many of a document are looked at: half of them its first, the others its last.
MAX_READ = 10_000


Item = TypeVar("Item")


def both_ends(items: Sequence[Item]) -> list[Item]:
    """Return the items of a document that are looked at: all, or the first and the last MAX_READ / 2."""
    if len(items) <= MAX_READ:
        return list(items)
    half = MAX_READ // 2
    return [*items[:half], *items[-half:]]


class DeclinedError(Exception):
    """The fast reader leaves this document to feedparser; the message says why."""


class RawEntry(msgspec.Struct, gc=False):
    """One entry as written: `published`, `updated` and `created` are the feed's own words.

    `caption` is the description of a picture, which stands in for a missing summary; `enclosure` the address of a file.
    """

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
    caption: str = ""
    enclosure: str = ""


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
