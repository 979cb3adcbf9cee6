"""What the views know of every configured feed, as values. Light: it is all a tick with nothing due needs.

Reads the feeds view; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from monitor.poll import schedule
from monitor.poll.values import FeedState
from monitor.views.fold import Views
from monitor.views.queries.feeds import FeedRow, feeds_named, watched_feeds


def feed_states(views: Views) -> dict[str, FeedState]:
    """Return what the views know of every configured feed."""
    return {row.feed_id: _state(row) for row in watched_feeds(views)}


def states_of(views: Views, feed_ids: Iterable[str]) -> dict[str, FeedState]:
    """Return what the views know of these feeds, of those that are configured."""
    return {row.feed_id: _state(row) for row in feeds_named(views, feed_ids)}


def _state(row: FeedRow) -> FeedState:
    return FeedState(
        feed_id=row.feed_id, etag=row.etag, last_modified=row.last_modified, body_sha=row.body_sha, url=row.url,
        moved_to=row.moved_to, interval_s=row.interval_s, n_failures=row.n_failures, next_due_at=_time(row.next_due_at),
        last_ok_at=_time(row.last_ok_at), last_new_at=_time(row.last_new_at), last_full_at=_time(row.last_full_at),
        gone=row.last_error == "http-410", parts=_parts(row.parts),
        n_usual=row.n_usual, last_try_at=_time(row.last_try_at), refused=row.last_error in schedule.REFUSALS,
        validators_lie=row.validators_lie,
        validators_refused=row.n_failures == 1 and row.last_error in schedule.REFUSES_VALIDATORS,
    )  # fmt: skip


def _parts(text: str) -> dict[str, tuple[str, str]]:
    if text == "[]":
        return {}
    return {url: (etag, modified) for url, etag, modified in msgspec.json.decode(text)}


def _time(value: str) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
