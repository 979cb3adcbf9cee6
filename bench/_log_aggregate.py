"""An entry as an aggregate of the eventsourcing package, for bench/log.py. Importing it needs that package."""

from __future__ import annotations

from eventsourcing.domain import Aggregate, event


class Entry(Aggregate):
    @event("Seen")
    def __init__(
        self, entry_id: str, feed_id: str, guid: str, link: str, text_sha: str, published_at: str, lang: str
    ) -> None:
        self.entry_id, self.feed_id, self.guid, self.link = entry_id, feed_id, guid, link
        self.text_sha, self.published_at, self.lang = text_sha, published_at, lang
