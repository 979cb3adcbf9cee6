"""A source as feeds.yaml names it. Frozen Structs without behaviour."""

from __future__ import annotations

import hashlib

import msgspec

# What a source may be; sources/kinds.py knows how each is read.
KINDS = ("feed", "sitemap", "page", "json")


class Select(msgspec.Struct, frozen=True, kw_only=True):
    """Where the parts of an entry stand: CSS selectors on a page, dotted paths in JSON. Empty: the usual place."""

    rows: str = ""
    title: str = ""
    link: str = ""
    date: str = ""
    summary: str = ""
    text: str = ""


def derived_id(url: str) -> str:
    """Return the id of a source that is given none."""
    return hashlib.sha256(url.encode()).hexdigest()[:10]


class FeedConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One configured source, a feed where `kind` says nothing else.

    `feed_id` is stable: given in feeds.yaml or derived from the first URL.
    """

    feed_id: str
    url: str
    name: str
    publisher: str = ""
    language: str = ""
    country: str = ""
    group: str = ""
    full_text: bool = False
    interval_s: int | None = None
    allow_private: bool = False
    kind: str = "feed"
    select: Select | None = None
