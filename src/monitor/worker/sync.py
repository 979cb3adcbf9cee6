"""Configuration into events: what feeds.yaml says now, compared with what the log knows."""

from __future__ import annotations

import msgspec

from monitor.config.values import FeedConfig, Select, derived_id
from monitor.log.events import FeedAdded, FeedChanged, FeedRemoved, NewEvent
from monitor.poll.urls import same_page
from monitor.views.fold import Views
from monitor.views.queries.feeds import FeedRow, watched_feeds


def with_known_ids(views: Views, configured: list[FeedConfig]) -> list[FeedConfig]:
    """Return the feeds; one whose address was changed keeps the id the log knows it by, and so its entries.

    That is a feed without an `id` whose address the log does not know, where exactly one feed has gone from feeds.yaml
    that moved there or differs in scheme, `www.` or a final slash. An `id` that is given is a decision.
    """
    fresh = {feed.feed_id for feed in configured}
    if all(feed.feed_id != derived_id(feed.url) for feed in configured):
        return configured
    orphans = [row for row in watched_feeds(views) if row.feed_id not in fresh]
    if not orphans:
        return configured
    known = {row.feed_id for row in watched_feeds(views)}
    kept = []
    for feed in configured:
        if feed.feed_id == derived_id(feed.url) and feed.feed_id not in known:
            same = [row for row in orphans if _is_of(row, feed.url)]
            if len(same) == 1:
                orphans.remove(same[0])
                feed = msgspec.structs.replace(feed, feed_id=same[0].feed_id)
        kept.append(feed)
    return kept


def _is_of(row: FeedRow, url: str) -> bool:
    return any(known and same_page(known, url) for known in (row.url, row.moved_to))


def feed_changes(views: Views, configured: list[FeedConfig]) -> list[NewEvent]:
    """Return the feed-added, feed-changed and feed-removed events that bring the log up to the configuration."""
    known = {row.feed_id: row for row in watched_feeds(views)}
    position = views.position
    events = []
    for feed in configured:
        row = known.get(feed.feed_id)
        if row is not None and _as_configured(row) == feed:
            continue
        kind = FeedChanged if feed.feed_id in known else FeedAdded
        events.append(NewEvent(f"{kind.type}:{feed.feed_id}:{position}", _data(kind, feed)))
    gone = sorted(known.keys() - {feed.feed_id for feed in configured})
    removed = [NewEvent(f"feed-removed:{feed_id}:{position}", FeedRemoved(feed_id=feed_id)) for feed_id in gone]
    return events + removed


def _as_configured(row: FeedRow) -> FeedConfig:
    return FeedConfig(
        feed_id=row.feed_id, url=row.url, name=row.name, publisher=row.publisher, language=row.language,
        country=row.country, group=row.group, full_text=row.full_text, interval_s=row.config_interval_s,
        allow_private=row.allow_private, kind=row.kind, select=_select(row.select),
    )  # fmt: skip


def _select(text: str) -> Select | None:
    return None if text == "{}" else msgspec.json.decode(text, type=Select)


def _data(kind: type[FeedAdded], feed: FeedConfig) -> FeedAdded:
    return kind(
        feed_id=feed.feed_id, url=feed.url, name=feed.name, publisher=feed.publisher, language=feed.language,
        country=feed.country, group=feed.group, full_text=feed.full_text, interval_s=feed.interval_s,
        allow_private=feed.allow_private, kind=feed.kind,
        select=msgspec.structs.asdict(feed.select) if feed.select else {},
    )  # fmt: skip
