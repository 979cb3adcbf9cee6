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


class Part(msgspec.Struct, frozen=True):
    """A further document that an answer says belongs to it. `modified_at` is aware UTC, None where it says nothing."""

    url: str
    modified_at: datetime | None = None


class ParsedFeed(msgspec.Struct, frozen=True, kw_only=True):
    """What a source lists. `error` is set, and `entries` empty, where the bytes are not what the source should be.

    `n_listed` counts what the document lists where `entries` leaves out what is too old to be news. `complete_since`
    (aware UTC): everything from then on is listed, so that nothing is missed by a poll made since. `n_dropped` entries
    beyond those read were left out; `is_cut`: the bytes end before the document does.
    """

    title: str = ""
    language: str = ""
    link: str = ""
    entries: list[ParsedEntry] = []
    ttl_s: float | None = None
    skip_hours: frozenset[int] = frozenset()
    error: str = ""
    warning: str = ""
    reader: str = ""
    n_listed: int | None = None
    complete_since: datetime | None = None
    n_dropped: int = 0
    is_cut: bool = False
