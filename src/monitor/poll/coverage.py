"""Proof of coverage from the log alone: when was each feed watched without a hole, and where may entries be missing.

A span between two good polls is proven when the later list still holds an entry of the earlier one, or the feed had not
changed: then nothing can have come and gone unseen. Failures in between do no harm if the lists still overlap.
Folds events; knows no clock and no configuration. Of the views it asks only from where on the log must be read.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

import msgspec

from monitor.log.codec import iso, parse_iso
from monitor.log.events import Event, FeedAdded, FeedFailed, FeedFetched, FeedRemoved
from monitor.log.store import EventStore
from monitor.views.fold import Views
from monitor.views.queries.feeds import ever_watched

LEAD = 10_000  # events: four days of 73 feeds, in which every feed that works was polled
TYPES = ("feed-added", "feed-changed", "feed-removed", "feed-fetched", "feed-failed")


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time of one feed.

    `state` is proven, gap (two lists without overlap, or an empty list) or unproven (no good poll after it yet).
    """

    since: datetime
    until: datetime
    state: str
    why: str = ""


class FeedCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """One feed in the window. `share` is the proven part of its time; a usual wait for a poll does not count."""

    feed_id: str
    name: str
    n_good: int
    n_failed: int
    share: float
    spans: list[Span]

    @property
    def holes(self) -> list[Span]:
        """The spans in which entries may be missing."""
        return [span for span in self.spans if span.state != "proven"]


def coverage(
    log: EventStore, since: datetime, until: datetime, views: Views | None = None, *, lead: int = LEAD
) -> list[FeedCoverage]:
    """Return what the log proves of each feed configured at some time in (since, until], in order of names.

    With `views`, reading begins `lead` events before the window, or further back where the state of a feed at the
    window's start is not known from there; without, at the first event. The answer is the same, but for the name of a
    feed that was renamed after the window.
    """
    first = log.position_at(iso(since)) if views else 0
    upto = log.position_at(iso(until)) if views else None
    while True:
        start = log.get(first - lead) if first > lead else None
        feeds = _begun(views, start) if views and start else {}
        for event in log.read(after=start.position if start else 0, upto=upto, types=TYPES):
            at = parse_iso(event.recorded_at)
            if at <= until:
                _take(feeds, event, at)
        if start is None or all(feed.is_known(since) for feed in feeds.values()):
            break
        lead *= 8
    found = [feed.result(since, until) for feed in feeds.values()]
    return sorted((each for each in found if each), key=lambda each: (each.name, each.feed_id))


def _begun(views: Views, start: Event) -> dict[str, _Feed]:
    """Return the feeds added before an event, each as the views can tell it stood there."""
    feeds = {}
    for row in ever_watched(views):
        if row.added_at > start.recorded_at or (row.removed_at and row.removed_at <= start.recorded_at):
            continue
        feed = feeds[row.feed_id] = _Feed(row.feed_id)
        feed.name, feed.from_at = row.name, parse_iso(start.recorded_at)
        feed.ran_before = row.readded or row.last_ok_at > start.recorded_at
        if not feed.ran_before:  # nothing good came since: what is known today was known then
            feed.from_at = parse_iso(row.last_ok_at or row.added_at)
            feed.watched, feed.failure = bool(row.last_ok_at), f"{row.last_error} {row.last_detail}".strip()
            feed.in_doubt = bool(feed.failure) and row.last_try_at > start.recorded_at
            feed.interval_s = row.interval_s if row.last_ok_at else 0
    return feeds


def _take(feeds: dict[str, _Feed], event: Event, at: datetime) -> None:
    data = event.data
    if event.type in ("feed-added", "feed-changed"):
        added = cast(FeedAdded, data)
        if added.kind == "archive":  # imported, never watched
            return
        feeds.setdefault(added.feed_id, _Feed(added.feed_id)).added(added.name, at)
        return
    feed = feeds.get(cast(FeedRemoved, data).feed_id)
    if feed is None:
        return
    if event.type == "feed-removed":
        feed.removed(at)
    elif event.type == "feed-fetched":
        feed.fetched(cast(FeedFetched, data), at)
    else:
        feed.failed(cast(FeedFailed, data), at)


class _Feed:
    """Folds one feed's polls into spans."""

    def __init__(self, feed_id: str) -> None:
        self.feed_id = feed_id
        self.name = ""
        self.from_at: datetime | None = None  # where the span now open began
        self.watched = False  # a good poll stands at from_at
        self.interval_s = 0
        self.failure = ""
        self.ran_before = False  # what it was before the first event read is not known
        self.in_doubt = False  # it fails today; whether it did before the first event read is not known
        self.spans: list[Span] = []
        self.polls: list[tuple[datetime, bool]] = []

    def is_known(self, since: datetime) -> bool:
        """Say whether a good poll before the window tells how the feed stood at its start, where that is in doubt."""
        if self.in_doubt:
            return False
        return not self.ran_before or any(good for at, good in self.polls if at <= since)

    def added(self, name: str, at: datetime) -> None:
        self.name = name
        if self.from_at is None:
            self.from_at = at

    def removed(self, at: datetime) -> None:
        self._close(at, "unproven", self.failure or "removed before the next poll")
        self.from_at, self.watched = None, False
        self.ran_before = self.ran_before or self.in_doubt

    def fetched(self, data: FeedFetched, at: datetime) -> None:
        self.polls.append((at, True))
        self.interval_s = data.interval_s or self.interval_s
        if not self.watched:
            if self.failure or not self._is_short(at):
                self._close(at, "unproven", self.failure or "not asked yet")
        elif data.not_modified or data.overlap:
            self._close(at, "proven", "")
        elif data.overlap is None:
            self._close(at, "gap", "the list was empty")
        else:
            self._close(at, "gap", f"none of {data.n_entries} entries was there at the poll before")
        self.from_at, self.watched, self.failure = at, True, ""

    def failed(self, data: FeedFailed, at: datetime) -> None:
        self.polls.append((at, False))
        self.in_doubt = False
        self.failure = f"{data.reason} {data.detail}".strip()

    def _is_short(self, at: datetime) -> bool:
        """Say whether the open span is no longer than two intervals: the usual wait for a poll, no hole."""
        return self.from_at is not None and at - self.from_at <= timedelta(seconds=2 * self.interval_s)

    def _close(self, at: datetime, state: str, why: str) -> None:
        if self.from_at is None or at <= self.from_at:
            return
        last = self.spans[-1] if self.spans else None
        if state == "proven" and last and last.state == state and last.until == self.from_at:
            self.spans[-1] = Span(since=last.since, until=at, state=state)
        else:
            self.spans.append(Span(since=self.from_at, until=at, state=state, why=why))

    def result(self, since: datetime, until: datetime) -> FeedCoverage | None:
        """Return the feed's part in the window, None where it was not configured in it."""
        if self.from_at is not None and until > self.from_at:
            waiting = (
                self.watched and not self.failure and until - self.from_at <= timedelta(seconds=2 * self.interval_s)
            )
            if not waiting:
                self._close(until, "unproven", self.failure or ("not asked since" if self.watched else "not asked yet"))
        spans = [_cut(span, since, until) for span in self.spans if span.until > since and span.since < until]
        polls = [good for at, good in self.polls if since < at <= until]
        if not spans and not polls and self.from_at is None:
            return None
        total = sum((span.until - span.since).total_seconds() for span in spans)
        proven = sum((span.until - span.since).total_seconds() for span in spans if span.state == "proven")
        return FeedCoverage(
            feed_id=self.feed_id,
            name=self.name,
            n_good=sum(polls),
            n_failed=len(polls) - sum(polls),
            share=round(proven / total, 4) if total else 0.0,
            spans=spans,
        )


def _cut(span: Span, since: datetime, until: datetime) -> Span:
    return msgspec.structs.replace(span, since=max(span.since, since), until=min(span.until, until))
