"""A feed's entries into events: what is new or revised, its score, its flag and its story. Nothing is appended here.

Owns the heavy half of collecting: parsing, identity, scoring and linking are imported here and nowhere lighter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from monitor.config.values import FeedConfig
from monitor.fetch.values import FetchResult
from monitor.log.codec import iso
from monitor.log.events import EntryRevised, EntrySeen, FeedFetched, NewEvent, PageRead
from monitor.log.payloads import EntryText, entry_payload, payload_sha, read_entry_payload
from monitor.parse.values import ParsedEntry, ParsedFeed
from monitor.poll import schedule
from monitor.poll.counters import only_counters
from monitor.poll.gather import parts_read
from monitor.poll.identity import Change, Was, identify, lookup_keys
from monitor.poll.values import FeedState
from monitor.sources.kinds import read_source
from monitor.views.fold import Views
from monitor.views.queries.entries import KnownEntry, known_entries, newest_known, page_url
from monitor.views.queries.texts import read_texts
from monitor.worker.intake.assess import Scored, Unscored, flagged_event, score_all, scored_event
from monitor.worker.intake.flow import room_at_once
from monitor.worker.intake.linking import StoryLinking
from monitor.worker.intake.reflag import earlier_flags
from monitor.worker.workspace import Workspace

RECENT_ENTRIES = 300


class ScoredChanges(msgspec.Struct, frozen=True):
    """New and revised entries of one feed with their scores; nothing is flagged or linked yet."""

    feed: FeedConfig
    changes: Sequence[Change]
    events: list[NewEvent]
    payloads: dict[str, bytes]
    scored: Mapping[str, Sequence[Scored]]


class EntryReader:
    """Turns the bodies of one tick into events."""

    def __init__(self, workspace: Workspace, now: datetime, *, backfill_of: str = "") -> None:
        """With `backfill_of`, the id of an archive, entries are of their own time and nothing is an alert."""
        self.workspace = workspace
        self.now = now
        self.linking = StoryLinking(workspace, backfill_of=backfill_of)
        self._backfill, self._backfill_of = bool(backfill_of), backfill_of
        self._alert_at = None if backfill_of else workspace.config.settings.alert_score or None
        self._base_s = workspace.config.settings.interval_s
        self._room = room_at_once(workspace, now)

    def parse(self, feed: FeedConfig, state: FeedState, result: FetchResult) -> ParsedFeed:
        """Return what a body lists; never raises."""
        return read_source(feed, result, state.last_ok_at, self.now)

    def read(
        self, feed: FeedConfig, state: FeedState, result: FetchResult, parsed: ParsedFeed, body_sha: str
    ) -> tuple[list[NewEvent], dict[str, bytes], FeedFetched, int]:
        """Return the entries' events and payloads, the feed's own event, and how many entries were flagged."""
        known, held = _known(self.workspace.views, feed.feed_id, parsed.entries, first=state.last_ok_at is None)
        found = identify(feed.feed_id, parsed.entries, known, self._old_text)
        changes = self._without_counters([change for change in found if change.kind != "unchanged"], known)
        events, payloads, n_flagged = self.take(feed, changes, held)
        fetched = self._fetched(feed, state, result, parsed, body_sha, changes)
        return events, payloads, fetched, n_flagged

    def take(
        self, feed: FeedConfig, changes: Sequence[Change], held: Mapping[str, KnownEntry]
    ) -> tuple[list[NewEvent], dict[str, bytes], int]:
        """Return the events and payloads of new and revised entries, and how many were flagged.

        `held` is what the log holds of the revised ones.
        """
        return self.link(self.score(feed, changes, held))

    def score(self, feed: FeedConfig, changes: Sequence[Change], held: Mapping[str, KnownEntry]) -> ScoredChanges:
        """Do the long half of `take`, which does not depend on what is linked meanwhile."""
        events: list[NewEvent] = []
        payloads: dict[str, bytes] = {}
        for change in changes:
            events.append(_seen(feed, change, self._backfill) if change.kind == "new" else _revised(feed, change))
            payloads[change.text_sha] = change.payload
        candidates: dict[str, list[Unscored]] = {"new": [], "revised": []}
        for change in changes:
            candidate = _candidate(feed, change)
            if change.kind == "revised":
                candidate = self._as_held(candidate, held[change.entry_id], events, payloads)
            candidates[change.kind].append(candidate)
        model = self.workspace.model
        scored = {why: score_all(model, group, why) for why, group in candidates.items() if group}
        return ScoredChanges(feed, changes, events, payloads, scored)

    def link(self, read: ScoredChanges) -> tuple[list[NewEvent], dict[str, bytes], int]:
        """Return the events and payloads of what was scored, flags and stories among them, and how many were flagged.

        What is flagged is linked when it is first flagged.
        """
        model, feed = self.workspace.model, read.feed
        events: list[NewEvent] = []
        entries: dict[str, ParsedEntry] = {}
        for why, scored in read.scored.items():
            events.append(scored_event(model, scored, feed.feed_id, why))
            for item in scored:
                if not item.flag:
                    continue
                if why == "new" and not self._has_room(item):
                    continue
                events.append(flagged_event(model, item, self._alert_at))
                if item.is_first:
                    entries = entries or {change.entry_id: change.entry for change in read.changes}
                    entry = entries[item.candidate.entry_id]
                    at = (self._backfill and entry.published_at) or self.now
                    events += self.linking.link(feed, item.candidate, entry, at)
        n_flagged = sum(bool(item.flag) for scored in read.scored.values() for item in scored)
        return read.events + events, read.payloads, n_flagged

    def forget_links(self) -> None:
        """Link what comes to what the log says by then: another worker has linked something."""
        self.linking = StoryLinking(self.workspace, backfill_of=self._backfill_of)

    def _without_counters(self, changes: list[Change], known: Mapping[str, Was]) -> list[Change]:
        """Leave out the revisions in which nothing but counters changed."""
        revised = [change for change in changes if change.changed == ("text",)]
        pairs = []
        before = read_texts(self.workspace.log, (known[change.entry_id].text_sha for change in revised))
        for change, old in zip(revised, before, strict=True):
            entry = change.entry
            new = f"{entry.title}\n{entry.summary}\n{entry.text}"
            pairs.append(("" if old.erased else f"{old.title}\n{old.summary}\n{old.text}", new))
        ticked = {change.entry_id for change, only in zip(revised, only_counters(pairs), strict=True) if only}
        return [change for change in changes if change.entry_id not in ticked]

    def _old_text(self, text_sha: str) -> str:
        """Return title and summary of a text of the log; nothing where it was erased."""
        text = read_entry_payload(self.workspace.log.payload(text_sha))
        return f"{text.title} {text.summary}" if text is not None else ""

    def _as_held(
        self, candidate: Unscored, held: KnownEntry, events: list[NewEvent], payloads: dict[str, bytes]
    ) -> Unscored:
        """Return a revised candidate with its earlier flags, and with the article of its page where the feed has less.

        The article is kept in an event of its own, and its page asked for again.
        """
        log, views = self.workspace.log, self.workspace.views
        if held.flagged:
            earlier = tuple(earlier_flags(log, views, candidate.entry_id))
            candidate = msgspec.structs.replace(candidate, earlier=earlier)
        page = read_entry_payload(log.payload(held.page_sha)) if held.page_sha else None
        if page is None or len(page.text) <= len(candidate.text.text):
            return candidate
        payload = entry_payload(candidate.text.title, candidate.text.summary, page.text)
        sha = payload_sha(payload)
        payloads[sha] = payload
        data = PageRead(
            entry_id=candidate.entry_id, revision=candidate.revision, url=page_url(views, candidate.entry_id),
            text_sha=sha, n_chars=len(page.text), kept=True,
        )  # fmt: skip
        events.append(NewEvent(f"page-kept:{candidate.entry_id}:{candidate.revision}", data))
        text = msgspec.structs.replace(candidate.text, text=page.text)
        return msgspec.structs.replace(candidate, text=text, text_sha=sha)

    def _has_room(self, item: Scored) -> bool:
        """Tell whether the tick may flag one more new entry at once; others wait for the whole tick (flow.py)."""
        if self._backfill or self._room is None:
            return True
        self._room -= 1
        return self._room >= 0 or (self._alert_at is not None and item.score >= self._alert_at)

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
        if parsed.complete_since is not None and state.last_ok_at is not None:
            overlap = parsed.complete_since <= state.last_ok_at
        next_ = schedule.after_success(
            state, feed, result, self.now, base_s=self._base_s, parsed=parsed, n_new=n_new, overlap=overlap
        )
        newest = max((entry.published_at for entry in parsed.entries if entry.published_at), default=None)
        return FeedFetched(
            feed_id=feed.feed_id,
            status=result.status,
            n_bytes=len(result.body or b""),
            body_sha="" if parsed.is_cut else body_sha,
            etag="" if parsed.is_cut else result.etag,  # of a piece no validator is kept: the next poll asks in full
            last_modified="" if parsed.is_cut else result.last_modified,
            moved_to=result.moved_to,
            n_entries=len(parsed.entries) if parsed.n_listed is None else parsed.n_listed,
            n_new=n_new,
            n_revised=len(changes) - n_new,
            n_dropped=parsed.n_dropped,
            is_cut=parsed.is_cut,
            validators_lie=schedule.validators_lie(state, result, n_new),
            overlap=overlap,
            newest_at=iso(newest) if newest else "",
            next_due_at=iso(next_.due_at),
            interval_s=next_.interval_s,
            duration_ms=round(result.duration_s * 1000),
            warning=parsed.warning[:300],
            parts=parts_read(result),
        )


def _known(
    views: Views, feed_id: str, entries: Sequence[ParsedEntry], *, first: bool
) -> tuple[dict[str, Was], dict[str, KnownEntry]]:
    """Return what the log knows of these entries, and what it holds of each beside that.

    Where an id is unknown, the feed's newest entries come too, so that those under new guids are recognised.
    """
    if first:
        return {}, {}
    ids, _ = lookup_keys(feed_id, entries)
    rows = known_entries(views, sorted(ids))
    if len(rows) < len(entries):
        rows += newest_known(views, feed_id, max(RECENT_ENTRIES, 2 * len(entries)))
    held = {row.entry_id: row for row in rows}
    return {row.entry_id: Was(row.revision, row.feed_sha, row.link, row.published_at) for row in rows}, held


def _candidate(feed: FeedConfig, change: Change) -> Unscored:
    entry = change.entry
    return Unscored(
        change.entry_id, change.revision, change.text_sha,
        EntryText(entry.title, entry.summary, entry.text, entry.lang or feed.language),
    )  # fmt: skip


def _seen(feed: FeedConfig, change: Change, backfill: bool) -> NewEvent:
    entry = change.entry
    published_at = iso(entry.published_at) if entry.published_at else ""
    data = EntrySeen(  # in the order of its fields: names would cost as much as all else here
        change.entry_id, feed.feed_id, entry.guid, entry.link, change.text_sha, published_at, entry.published_raw,
        entry.date_quality, entry.lang or feed.language, entry.author, entry.source_name, entry.source_url,
        backfill,
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
