"""Configuration into events: what feeds.yaml says now, compared with what the log knows.

Where several machines work on one log each has a feeds.yaml, and only an edit speaks: a file counts when it is not the
one this machine last recorded. So the newest edit wins, whoever makes it, and a file that has fallen behind undoes
nothing; what is fetched is then what the log says. A machine that is new to a log takes the list it finds there.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from monitor.config.values import FeedConfig, Select, derived_id
from monitor.files import write_whole
from monitor.log.events import FeedAdded, FeedChanged, FeedRemoved, NewEvent
from monitor.poll.urls import same_page
from monitor.views.fold import Views
from monitor.views.queries.feeds import FeedRow, watched_feeds
from monitor.worker.workspace import Workspace

MARK_NAME = "feeds.recorded"  # in the data folder: the SHA-256 of the feeds this machine recorded last
SYNC_WAIT_S = 30.0


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


def sync_feeds(workspace: Workspace) -> None:
    """Record what feeds.yaml says; on a shared log, only where this machine's file was edited since it last did."""
    if is_synced(workspace):
        watch_what_the_log_says(workspace)
        return
    if not workspace.log.claims.shared:
        workspace.append(feed_changes(workspace.views, workspace.config.feeds))
        return
    with workspace.alone("feeds", SYNC_WAIT_S) as mine:
        if mine:
            is_new_here = not _mark(workspace.data_dir).is_file() and bool(watched_feeds(workspace.views))
            if not is_new_here and (events := feed_changes(workspace.views, workspace.config.feeds)):
                workspace.append(events)
            note_recorded(workspace.data_dir, workspace.own_feeds)
    watch_what_the_log_says(workspace)


def is_synced(workspace: Workspace) -> bool:
    """Say whether feeds.yaml has nothing to record: the log says the same, or has heard this file before."""
    if not workspace.log.claims.shared:
        return not feed_changes(workspace.views, workspace.config.feeds)
    mark = _mark(workspace.data_dir)
    return mark.is_file() and mark.read_text(encoding="utf-8").strip() == _fingerprint(workspace.own_feeds)


def watch_what_the_log_says(workspace: Workspace) -> None:
    """Work on the feeds of the log, where it is shared: another machine's edit may be newer than the file here."""
    if workspace.log.claims.shared:
        order = {feed.feed_id: number for number, feed in enumerate(workspace.config.feeds)}
        watched = [_as_configured(row) for row in watched_feeds(workspace.views)]
        watched.sort(key=lambda feed: order.get(feed.feed_id, len(order)))
        workspace.config = msgspec.structs.replace(workspace.config, feeds=watched)


def note_recorded(data_dir: Path, feeds: list[FeedConfig]) -> None:
    """Keep in mind that these feeds of this machine's file are recorded."""
    write_whole(_mark(data_dir), f"{_fingerprint(feeds)}\n".encode())


def _mark(data_dir: Path) -> Path:
    return data_dir / MARK_NAME


def _fingerprint(feeds: list[FeedConfig]) -> str:
    return hashlib.sha256(msgspec.json.encode(feeds)).hexdigest()


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
