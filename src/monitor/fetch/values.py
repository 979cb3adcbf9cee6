"""What is asked of a server and how it answered. Frozen Structs without behaviour."""

from __future__ import annotations

import msgspec


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
    `parts` are the answers to what this answer listed (the sitemaps of a sitemap index); a fetcher leaves it empty.
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
    parts: list[FetchResult] = []
