"""A feed's entries into events: what is new or revised, its score, its flag and its story. Nothing is appended here.

Owns the heavy half of collecting: parsing, identity, scoring and linking are imported here and nowhere lighter.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.config.values import FeedConfig
from monitor.fetch.values import FetchResult
from monitor.log.codec import iso
from monitor.log.events import EntryRevised, EntrySeen, FeedFetched, NewEvent
from monitor.parse.feed import parse_feed
from monitor.parse.values import ParsedEntry, ParsedFeed
from monitor.poll import schedule
from monitor.poll.identity import Change, identify, lookup_keys
from monitor.poll.values import FeedState
from monitor.views.fold import Views
from monitor.views.queries.entries import known_entries, newest_known
from monitor.worker.assess import Candidate, Scored, flagged_event, score_all, scored_event
from monitor.worker.linking import StoryLinking
from monitor.worker.workspace import Workspace

RECENT_ENTRIES = 300


class EntryReader:
    """Turns the bodies of one tick into events."""

    def __init__(self, workspace: Workspace, now: datetime) -> None:
        self.workspace = workspace
        self.now = now
        self.linking = StoryLinking(workspace)
        self._base_s = workspace.config.settings.interval_s

    def parse(self, feed: FeedConfig, result: FetchResult) -> ParsedFeed:
        """Return the feed a body holds; never raises."""
        return parse_feed(result.body or b"", result.content_type, result.final_url or feed.url, self.now)

    def read(
        self, feed: FeedConfig, state: FeedState, result: FetchResult, parsed: ParsedFeed, body_sha: str
    ) -> tuple[list[NewEvent], dict[str, bytes], FeedFetched, int]:
        """Return the entries' events and payloads, the feed's own event, and how many entries were flagged."""
        known, flagged = _known(self.workspace.views, feed.feed_id, parsed.entries, first=state.last_ok_at is None)
        changes = [change for change in identify(feed.feed_id, parsed.entries, known) if change.kind != "unchanged"]
        events: list[NewEvent] = []
        payloads: dict[str, bytes] = {}
        for change in changes:
            events.append(_seen(feed, change) if change.kind == "new" else _revised(feed, change))
            payloads[change.text_sha] = change.payload
        scored, score_events = self._assess(feed, changes, flagged)
        events += score_events
        fetched = self._fetched(feed, state, result, parsed, body_sha, changes)
        return events, payloads, fetched, sum(item.flag for item in scored)

    def _assess(
        self, feed: FeedConfig, changes: Sequence[Change], flagged: set[str]
    ) -> tuple[list[Scored], list[NewEvent]]:
        """Score what is new and what was revised; flag and link what reaches the threshold."""
        if not changes:
            return [], []
        model = self.workspace.model
        events: list[NewEvent] = []
        everything: list[Scored] = []
        for why in ("new", "revised"):
            by_id = {change.entry_id: change for change in changes if change.kind == why}
            if not by_id:
                continue
            scored = score_all(model, [_candidate(feed, change, flagged) for change in by_id.values()])
            everything += scored
            events.append(scored_event(model, scored, feed.feed_id, why))
            for item in scored:
                if item.flag:
                    events.append(flagged_event(model, item, why, self.workspace.config.settings.alert_score or None))
                    entry = by_id[item.candidate.entry_id].entry
                    events += self.linking.link(feed, item.candidate, entry, self.now)
        return everything, events

    def _fetched(
        self,
        feed: FeedConfig,
        state: FeedState,
        result: FetchResult,
        parsed: ParsedFeed,
        body_sha: str,
        changes: Sequence[Change],
    ) -> FeedFetched:
        n_new = sum(change.kind == "new" for change in changes)
        first = state.last_ok_at is None
        overlap = None if first or not parsed.entries else n_new < len(parsed.entries)
        next_ = schedule.after_success(
            state, feed, result, self.now, base_s=self._base_s, parsed=parsed, n_new=n_new, overlap=overlap
        )
        newest = max((entry.published_at for entry in parsed.entries if entry.published_at), default=None)
        return FeedFetched(
            feed_id=feed.feed_id,
            status=result.status,
            n_bytes=len(result.body or b""),
            body_sha=body_sha,
            etag=result.etag,
            last_modified=result.last_modified,
            moved_to=result.moved_to,
            n_entries=len(parsed.entries),
            n_new=n_new,
            n_revised=len(changes) - n_new,
            overlap=overlap,
            newest_at=iso(newest) if newest else "",
            next_due_at=iso(next_.due_at),
            interval_s=next_.interval_s,
            duration_ms=round(result.duration_s * 1000),
            warning=parsed.warning[:300],
        )


def _known(
    views: Views, feed_id: str, entries: Sequence[ParsedEntry], *, first: bool
) -> tuple[dict[str, tuple[int, str, str]], set[str]]:
    """Return what the log knows of these entries, and which of them were flagged.

    Where an id is unknown, the feed's newest entries come too, so that rotated guids are recognised by their page.
    """
    if first:
        return {}, set()
    ids, _ = lookup_keys(feed_id, entries)
    found = known_entries(views, sorted(ids))
    if len(found) < len(entries):
        found += newest_known(views, feed_id, RECENT_ENTRIES)
    known = {entry.entry_id: (entry.revision, entry.feed_sha, entry.link) for entry in found}
    return known, {entry.entry_id for entry in found if entry.flagged}


def _candidate(feed: FeedConfig, change: Change, flagged: set[str]) -> Candidate:
    entry = change.entry
    return Candidate(
        change.entry_id, change.revision, change.text_sha, entry.title, entry.summary, entry.text,
        entry.lang or feed.language, change.entry_id in flagged,
    )  # fmt: skip


def _seen(feed: FeedConfig, change: Change) -> NewEvent:
    entry = change.entry
    published_at = iso(entry.published_at) if entry.published_at else ""
    data = EntrySeen(  # in the order of its fields: names would cost as much as all else here
        change.entry_id, feed.feed_id, entry.guid, entry.link, change.text_sha, published_at, entry.published_raw,
        entry.date_quality, entry.lang or feed.language, entry.author, entry.source_name, entry.source_url,
    )  # fmt: skip
    return NewEvent(f"entry-seen:{change.entry_id}", data)


def _revised(feed: FeedConfig, change: Change) -> NewEvent:
    published = change.entry.published_at
    data = EntryRevised(
        entry_id=change.entry_id,
        feed_id=feed.feed_id,
        revision=change.revision,
        link=change.entry.link,
        text_sha=change.text_sha,
        changed=list(change.changed),
        published_at=iso(published) if published else "",
    )
    return NewEvent(f"entry-revised:{change.entry_id}:{change.revision}", data)
