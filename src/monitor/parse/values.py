"""What a feed lists, read and cleaned. Frozen Structs without behaviour."""

from __future__ import annotations

from datetime import datetime

import msgspec


class ParsedEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One entry as the feed lists it, text cleaned of markup; `published_at` is aware UTC or None.

    `text` is the full text some feeds carry beside their summary (content:encoded, Atom content), or empty.
    """

    guid: str
    link: str
    title: str
    summary: str
    text: str = ""
    published_at: datetime | None = None
    published_raw: str = ""
    date_quality: str = ""
    lang: str = ""
    author: str = ""
    source_name: str = ""
    source_url: str = ""


class ParsedFeed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed document. `error` is set, and `entries` empty, where the bytes are no feed."""

    title: str = ""
    language: str = ""
    link: str = ""
    entries: list[ParsedEntry] = []
    ttl_s: float | None = None
    skip_hours: frozenset[int] = frozenset()
    error: str = ""
    warning: str = ""
    reader: str = ""
