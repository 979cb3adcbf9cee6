"""A feed as feeds.yaml names it. Frozen Structs without behaviour."""

from __future__ import annotations

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
