"""What the views know of every configured feed, as values. Light: it is all a tick with nothing due needs.

Reads the feeds view; decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitor.poll.values import FeedState
from monitor.views.fold import Views


def feed_states(views: Views) -> dict[str, FeedState]:
    """Return what the views know of every configured feed."""
    rows = views.db.execute(
        """SELECT feed_id, etag, last_modified, body_sha, url, moved_to, interval_s, n_failures, next_due_at,
               last_ok_at, last_new_at, last_full_at, last_error FROM feeds WHERE removed_at IS NULL"""
    )
    return {row[0]: _state(row) for row in rows}


def _state(row: Sequence[Any]) -> FeedState:
    return FeedState(
        feed_id=row[0], etag=row[1], last_modified=row[2], body_sha=row[3], url=row[4], moved_to=row[5],
        interval_s=row[6], n_failures=row[7], next_due_at=_time(row[8]),
        last_ok_at=_time(row[9]), last_new_at=_time(row[10]), last_full_at=_time(row[11]), gone=row[12] == "http-410",
    )  # fmt: skip


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
