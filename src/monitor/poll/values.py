"""What the log says of a feed. Frozen Structs without behaviour."""

from __future__ import annotations

from datetime import datetime

import msgspec


class FeedState(msgspec.Struct, frozen=True, kw_only=True):
    """What the log says of a feed: validators, schedule and health. Times are aware UTC.

    `parts` holds ETag and Last-Modified of each document the source consists of, by address; `n_usual` is how many
    entries it usually lists.
    """

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
    last_try_at: datetime | None = None
    gone: bool = False
    refused: bool = False
    validators_lie: bool = False
    validators_refused: bool = False
    parts: dict[str, tuple[str, str]] = {}
    n_usual: int = 0
