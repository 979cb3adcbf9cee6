"""A small log with flagged entries, built from events: no feeds, no model."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from monitor.log.codec import iso
from monitor.log.events import (
    EntryFlagged,
    EntryRevised,
    EntryScored,
    EntrySeen,
    EventData,
    FeedAdded,
    NewEvent,
    StoryJoined,
    StoryOpened,
)
from monitor.log.memory import MemoryLog
from monitor.log.payloads import entry_payload, payload_sha
from monitor.views.fold import Views, open_views


@dataclass
class Desk:
    """A log and its views, and the means to fill them."""

    log: MemoryLog
    views: Views
    now: datetime
    flagged: list[str] = field(default_factory=list)

    def add(self, key: str, data: EventData, payloads: dict[str, bytes] | None = None) -> int:
        """Append one event and fold it; return its position."""
        events = self.log.append([NewEvent(key, data)], recorded_at=iso(self.now), payloads=payloads)
        self.views.fold(events)
        return self.views.position

    def entry(
        self,
        entry_id: str,
        title: str,
        score: float,
        *,
        flag: bool = True,
        story: str = "",
        similarity: float = 0.9,
        publisher: str = "",
        band: str = "flag",
        published_at: str = "",
    ) -> None:
        """Add an entry with its score, and flag it into a story; each has its own publisher where none is named."""
        publisher = publisher or f"P{entry_id}"
        payload = entry_payload(title, f"Summary of {title}")
        sha = payload_sha(payload)
        seen = EntrySeen(
            entry_id=entry_id,
            feed_id="wire",
            guid=entry_id,
            link=f"https://x.test/{entry_id}",
            text_sha=sha,
            published_at=published_at,
        )
        self.add(f"entry-seen:{entry_id}", seen, {sha: payload})
        self.add(
            f"entry-scored:{entry_id}",
            EntryScored(model_id="m1", threshold=0.5, scores=[(entry_id, 0, score)], feed_id="wire"),
        )
        if not flag:
            return
        self.flagged.append(entry_id)
        terms = [("c:ACT", 1.5, "attack")]
        flagged = EntryFlagged(
            entry_id=entry_id, revision=0, model_id="m1", score=score, threshold=0.5, terms_for=terms, band=band
        )
        self.add(f"entry-flagged:{entry_id}", flagged)
        if story:
            self.add(
                f"story-entry:{entry_id}",
                StoryJoined(story_id=story, entry_id=entry_id, publisher=publisher, similarity=similarity),
            )
        else:
            opened = StoryOpened(story_id="s" + entry_id, entry_id=entry_id, publisher=publisher)
            self.add(f"story-entry:{entry_id}", opened)

    def reword(self, entry_id: str, title: str, score: float, *, revision: int = 1, why: str = "revised") -> None:
        """Give an entry other words and flag it for them."""
        payload = entry_payload(title, f"Summary of {title}")
        sha = payload_sha(payload)
        link = f"https://x.test/{entry_id}"
        revised = EntryRevised(
            entry_id=entry_id, feed_id="wire", revision=revision, link=link, text_sha=sha, changed=["text"]
        )
        self.add(f"entry-revised:{entry_id}:{revision}", revised, {sha: payload})
        scores = [(entry_id, revision, score)]
        scored = EntryScored(model_id="m1", threshold=0.5, scores=scores, feed_id="wire", why="revised")
        self.add(f"entry-scored:{entry_id}:{revision}", scored)
        flagged = EntryFlagged(entry_id=entry_id, revision=revision, model_id="m1", score=score, threshold=0.5, why=why)
        self.add(f"entry-flagged:{entry_id}:{revision}", flagged)


@pytest.fixture
def desk(now: datetime) -> Desk:
    """An empty desk with one feed."""
    return new_desk(now)


def new_desk(now: datetime = datetime(2026, 1, 31, 12, tzinfo=UTC)) -> Desk:
    """Make an empty desk with one feed."""
    log = MemoryLog()
    views = open_views(None, log)
    desk = Desk(log, views, now)
    desk.add(
        "feed-added:wire:0", FeedAdded(feed_id="wire", url="https://x.test/feed", name="Wire", publisher="Wire Co")
    )
    return desk
