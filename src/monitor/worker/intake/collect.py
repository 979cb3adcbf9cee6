"""One feed's answer into one commit: its entries' events (entries.py) and the feed's new state.

The validators (ETag) stand in the same transaction as the entries they vouch for, so neither can be lost alone.
What is due and when comes from poll/schedule.py; nothing here waits or fetches.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from monitor.config.values import FeedConfig
from monitor.fetch.values import FetchResult
from monitor.log.codec import iso
from monitor.log.events import FeedFailed, FeedFetched, NewEvent
from monitor.log.payloads import payload_sha
from monitor.poll import schedule
from monitor.poll.gather import parts_read
from monitor.poll.values import FeedState
from monitor.worker.workspace import Workspace

if TYPE_CHECKING:
    from monitor.worker.intake.entries import EntryReader


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one feed's answer came to."""

    feed_id: str
    ok: bool
    heard: bool = True  # a server answered, be it with a refusal
    not_modified: bool = False
    n_new: int = 0
    n_revised: int = 0
    n_flagged: int = 0
    line: str = ""


class Commit(msgspec.Struct, kw_only=True):
    """Events and payloads to append together."""

    events: list[NewEvent]
    payloads: dict[str, bytes]
    outcome: Outcome


class Collector:
    """Turns fetch results of one tick into commits."""

    def __init__(self, workspace: Workspace, tick_id: str, now: datetime) -> None:
        self.workspace = workspace
        self.tick_id = tick_id
        self.now = now
        self._reader: EntryReader | None = None
        self._base_s = workspace.config.settings.interval_s

    def take(self, feed: FeedConfig, state: FeedState, result: FetchResult) -> Commit:
        """Return the commit for one fetch result; a feed that cannot be read becomes a feed-failed event."""
        if result.error:
            return self.failed(feed, state, result, result.error, result.detail)
        body_sha = "" if result.body is None else payload_sha(result.body)
        if (result.not_modified or body_sha == state.body_sha) and all(part.not_modified for part in result.parts):
            return self._unchanged(feed, state, result, body_sha)
        reader = self._entry_reader()
        parsed = reader.parse(feed, state, result)
        if parsed.error:
            return self.failed(feed, state, result, parsed.error, parsed.warning)
        events, payloads, fetched, n_flagged = reader.read(feed, state, result, parsed, body_sha)
        outcome = Outcome(
            feed_id=feed.feed_id, ok=True, n_new=fetched.n_new, n_revised=fetched.n_revised, n_flagged=n_flagged
        )
        return Commit(events=[*events, self._feed_event(feed, fetched)], payloads=payloads, outcome=outcome)

    def forget(self) -> None:
        """Start anew from the log: what was linked in this tick and not written is dropped."""
        self._reader = None

    def _entry_reader(self) -> EntryReader:
        """Make the reader at the first body that is not known: a tick of 304s loads no parser and no scorer."""
        if self._reader is None:
            from monitor.worker.intake.entries import EntryReader

            self._reader = EntryReader(self.workspace, self.now)
        return self._reader

    def failed(self, feed: FeedConfig, state: FeedState, result: FetchResult, reason: str, detail: str) -> Commit:
        """Return the commit for an answer nothing is taken from: a feed-failed event with the time of the next try."""
        next_ = schedule.after_failure(state, feed, result, self.now, base_s=self._base_s)
        data = FeedFailed(
            feed_id=feed.feed_id,
            reason=reason,
            detail=detail[:500],
            status=result.status,
            n_failures=state.n_failures + (reason != schedule.HOST_RESTING),
            next_due_at=iso(next_.due_at),
            duration_ms=round(result.duration_s * 1000),
        )
        outcome = Outcome(
            feed_id=feed.feed_id, ok=False, heard=result.status > 0, line=f"{feed.name}: {reason}: {detail}"
        )
        return Commit(events=[self._feed_event(feed, data)], payloads={}, outcome=outcome)

    def _unchanged(self, feed: FeedConfig, state: FeedState, result: FetchResult, body_sha: str) -> Commit:
        """A 304, or the same bytes again: nothing to parse, and every entry listed is known."""
        next_ = schedule.after_success(state, feed, result, self.now, base_s=self._base_s)
        data = FeedFetched(
            feed_id=feed.feed_id,
            status=result.status,
            not_modified=True,
            n_bytes=len(result.body or b""),
            body_sha=body_sha,
            etag=result.etag or state.etag,
            last_modified=result.last_modified or state.last_modified,
            moved_to=result.moved_to,
            parts=parts_read(result),
            overlap=True,
            validators_lie=schedule.validators_lie(state, result, 0),
            next_due_at=iso(next_.due_at),
            interval_s=next_.interval_s,
            duration_ms=round(result.duration_s * 1000),
        )
        outcome = Outcome(feed_id=feed.feed_id, ok=True, not_modified=True)
        return Commit(events=[self._feed_event(feed, data)], payloads={}, outcome=outcome)

    def _feed_event(self, feed: FeedConfig, data: FeedFetched | FeedFailed) -> NewEvent:
        return NewEvent(f"{data.type}:{self.tick_id}:{feed.feed_id}", data)
