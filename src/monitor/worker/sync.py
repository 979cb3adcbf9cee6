"""Configuration into events: what feeds.yaml says now, compared with what the log knows."""

from __future__ import annotations

from monitor.config.values import FeedConfig
from monitor.log.events import FeedAdded, FeedChanged, FeedRemoved, NewEvent
from monitor.views.fold import Views

_COLUMNS = """SELECT feed_id, url, name, publisher, language, country, grp, full_text, config_interval_s, allow_private
    FROM feeds WHERE removed_at IS NULL"""


def feed_changes(views: Views, configured: list[FeedConfig]) -> list[NewEvent]:
    """Return the feed-added, feed-changed and feed-removed events that bring the log up to the configuration."""
    known = {row[0]: tuple(row) for row in views.db.execute(_COLUMNS)}
    position = views.position
    events = []
    for feed in configured:
        row = _row(feed)
        if known.get(feed.feed_id) == row:
            continue
        kind = FeedChanged if feed.feed_id in known else FeedAdded
        events.append(NewEvent(f"{kind.type}:{feed.feed_id}:{position}", _data(kind, feed)))
    gone = sorted(known.keys() - {feed.feed_id for feed in configured})
    removed = [NewEvent(f"feed-removed:{feed_id}:{position}", FeedRemoved(feed_id=feed_id)) for feed_id in gone]
    return events + removed


def _row(feed: FeedConfig) -> tuple[object, ...]:
    return (
        feed.feed_id, feed.url, feed.name, feed.publisher, feed.language, feed.country, feed.group,
        int(feed.full_text), feed.interval_s, int(feed.allow_private),
    )  # fmt: skip


def _data(kind: type[FeedAdded], feed: FeedConfig) -> FeedAdded:
    return kind(
        feed_id=feed.feed_id, url=feed.url, name=feed.name, publisher=feed.publisher, language=feed.language,
        country=feed.country, group=feed.group, full_text=feed.full_text, interval_s=feed.interval_s,
        allow_private=feed.allow_private,
    )  # fmt: skip
