"""Flagged entries into stories, within a tick: seeds the linker from the log's recent stories, and words the events.

Which story an entry belongs to is decided by stories/link.py, who published it by stories/publishers.py.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from monitor.config.values import FeedConfig
from monitor.log.codec import iso, parse_iso
from monitor.log.events import NewEvent, StoryJoined, StoryMerged, StoryOpened
from monitor.stories.link import Linkable, Linker
from monitor.stories.publishers import publisher_of
from monitor.views.queries.entries import linked_of, linked_since
from monitor.views.queries.stories import member
from monitor.views.queries.texts import with_texts
from monitor.worker.intake.assess import Unscored
from monitor.worker.intake.casing import CaseLinking
from monitor.worker.workspace import Workspace

# A story takes up entries for a month, fading with its silence; follow-ups later than that are a matter of cases.
WINDOW = timedelta(days=30)
# Flagged entries are all about the same matter, so likeness says less than in a stream of everything, and a row that
# joins two plots is worse than two rows for one. On 2023q1 (101 plot entries of 19 plots among 2,004 look-alikes), B3
# over the plot entries: 7 days at 0.30 P 1.00 R 0.59; 30 days at 0.30 R 0.72, at 0.28 R 0.78; none joined two plots.
# At 0.28 the rows that hold plots hold 5 % other reports.
JOIN = MERGE = 0.28


class Printed(Protocol):
    """How a source printed an entry, as far as its story needs it."""

    @property
    def link(self) -> str: ...  # noqa: D102
    @property
    def published_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def source_name(self) -> str: ...  # noqa: D102
    @property
    def source_url(self) -> str: ...  # noqa: D102


class PrintedRow(Protocol):
    """The same of a row of the views, which has times as text and names its feed."""

    @property
    def feed_id(self) -> str: ...  # noqa: D102
    @property
    def link(self) -> str: ...  # noqa: D102
    @property
    def published_at(self) -> str: ...  # noqa: D102
    @property
    def source_name(self) -> str: ...  # noqa: D102
    @property
    def source_url(self) -> str: ...  # noqa: D102


class _Row(NamedTuple):
    link: str
    published_at: datetime | None
    source_name: str
    source_url: str


class StoryLinking:
    """Links one tick's flagged entries; nothing is read from the log until the first of them."""

    def __init__(self, workspace: Workspace, *, backfill_of: str = "") -> None:
        """`backfill_of` names the archive whose entries are linked: to each other, at the times they were published."""
        self._workspace = workspace
        self._backfill_of = backfill_of
        self._linker: Linker | None = None
        self._at = 0.0  # the latest moment linked, in seconds
        self._names: re.Pattern[str] | None = None
        self._cases = CaseLinking(workspace)
        self._sources: dict[str, str] = {}  # entry of this tick -> whose report it is

    def link_row(self, row: PrintedRow, candidate: Unscored, now: datetime) -> list[NewEvent]:
        """Return the story events of a flagged entry of the log; none where its feed is watched no longer."""
        feed = next((feed for feed in self._workspace.config.feeds if feed.feed_id == row.feed_id), None)
        if feed is None:
            return []
        published_at = parse_iso(row.published_at) if row.published_at else None
        return self.link(feed, candidate, _Row(row.link, published_at, row.source_name, row.source_url), now)

    def link(self, feed: FeedConfig, candidate: Unscored, entry: Printed, now: datetime) -> list[NewEvent]:
        """Return the story events of one flagged entry: opened or joined, and merges that follow."""
        if self._backfill_of and now.timestamp() > self._at + WINDOW.total_seconds():
            self._linker = None  # long after the last: the linker alone would take one leap of time for a mistake
        self._at = max(self._at, now.timestamp())
        if self._linker is None:
            self._linker = Linker.from_entries(
                self._recent(now), window_s=WINDOW.total_seconds(), join=JOIN, merge=MERGE
            )
        title, words = candidate.text.title, candidate.text.words
        at = _moment(entry.published_at, now)
        link = self._linker.link(
            Linkable(
                entry_id=candidate.entry_id, published_at=at, title=self._unsigned(title),
                text=self._unsigned(words),
            )
        )  # fmt: skip
        # Only what is configured as a publisher is one: a feed may be called anything.
        publisher = publisher_of(feed.publisher, entry.source_name, entry.source_url, entry.link, f"{title}\n{words}")
        origin = publisher.origin or self._copied_from(link.why)
        self._sources[candidate.entry_id] = origin or publisher.family
        data: StoryOpened | StoryJoined
        if link.opened:
            data = StoryOpened(
                story_id=link.story_id, entry_id=candidate.entry_id, publisher=publisher.family, origin=origin
            )
        else:
            data = StoryJoined(
                story_id=link.story_id, entry_id=candidate.entry_id, similarity=round(link.similarity, 3), why=link.why,
                publisher=publisher.family, origin=origin,
            )  # fmt: skip
        events = [NewEvent(f"story-entry:{candidate.entry_id}", data)]
        for kept, gone, similarity in link.merged:
            merged = StoryMerged(story_id=kept, from_id=gone, reason=f"grew alike ({similarity:.2f})")
            events.append(NewEvent(f"story-merged:{gone}:{kept}", merged))
        if link.opened:
            events += self._cases.link(link.story_id, title, words, now)
        return events

    def _copied_from(self, why: str) -> str:
        """Return the source of the entry that this one copies, so that both count as one source; empty for no copy."""
        original = why.removeprefix("copy of ")
        if original == why:
            return ""
        if original in self._sources:
            return self._sources[original]
        found = member(self._workspace.views, original)
        return found.origin or found.publisher if found else ""

    def _unsigned(self, words: str) -> str:
        """Return the words without the names of the feeds we watch: who prints a report is not what it is about."""
        if self._names is None:
            feeds = self._workspace.config.feeds
            names = sorted({name for feed in feeds for name in (feed.name, feed.publisher) if len(name) > 3}, key=len)
            pattern = "|".join(re.escape(name) for name in reversed(names)) or "(?!)"
            self._names = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)
        return self._names.sub(" ", words)

    def _recent(self, now: datetime) -> list[Linkable]:
        log, views = self._workspace.log, self._workspace.views
        entries = []
        since = iso(now - WINDOW)
        rows = linked_of(views, self._backfill_of, since, iso(now)) if self._backfill_of else linked_since(views, since)
        for row, text in with_texts(log, rows):
            if text.erased:
                continue
            published_at = datetime.fromisoformat(row.published_at) if row.published_at else None
            entries.append(
                Linkable(
                    entry_id=row.entry_id, published_at=_moment(published_at, datetime.fromisoformat(row.seen_at)),
                    title=self._unsigned(text.title), text=self._unsigned(text.words),
                    story_id=row.story_id,
                )
            )  # fmt: skip
        return sorted(entries, key=lambda item: item.published_at)


def _moment(published_at: datetime | None, seen_at: datetime) -> float:
    """Return when an entry counts as reported, in seconds: when published, but not before the window or after seen."""
    if published_at is None or published_at > seen_at or published_at < seen_at - WINDOW:
        return seen_at.timestamp()
    return published_at.timestamp()
