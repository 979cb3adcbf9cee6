"""The values that cross the feeds room: what is configured, asked, answered and listed.

Frozen Structs without behaviour. feedparser objects, curl handles and rows never leave their own file.
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class FeedConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One configured feed. `feed_id` is stable: given in feeds.yaml or derived from the first URL."""

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


class FeedState(msgspec.Struct, frozen=True, kw_only=True):
    """What the log says of a feed: validators, schedule and health. Times are aware UTC."""

    feed_id: str
    etag: str = ""
    last_modified: str = ""
    body_sha: str = ""
    url: str = ""
    moved_to: str = ""
    interval_s: int = 0
    n_failures: int = 0
    next_due_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None
    last_full_at: datetime | None = None
    gone: bool = False


class FetchRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One GET to make. Validators are sent only to the URL's own host."""

    request_id: str
    url: str
    etag: str = ""
    last_modified: str = ""
    accept: str = ""
    allow_private: bool = False


class FetchResult(msgspec.Struct, frozen=True, kw_only=True):
    """How a GET ended. Exactly one of `body` (2xx), `not_modified` and `error` holds.

    `error` is a stable kebab reason (timeout, dns, refused, tls, private-address, too-large, truncated, too-many-hops,
    http-404, http-410, http-429, ...); `detail` is one line for a person. Durations in seconds.
    """

    request_id: str
    url: str
    status: int = 0
    body: bytes | None = None
    not_modified: bool = False
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    final_url: str = ""
    moved_to: str = ""
    retry_after_s: float | None = None
    max_age_s: float | None = None
    duration_s: float = 0.0
    error: str = ""
    detail: str = ""


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
