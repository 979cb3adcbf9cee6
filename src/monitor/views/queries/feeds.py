"""Questions to the feeds view: each configured feed's settings, schedule and health."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from monitor.views.fold import Views
from monitor.views.queries.rows import with_truths


class FeedRow(msgspec.Struct, frozen=True):
    """One feed that is watched: as configured, and as its answers left it. Times are ISO 8601, empty where never.

    `select` and `parts` are JSON as logged, `{}` and `[]` for nearly all.
    """

    feed_id: str
    url: str
    name: str
    publisher: str
    language: str
    country: str
    group: str
    full_text: bool
    config_interval_s: int | None
    allow_private: bool
    added_at: str
    etag: str
    last_modified: str
    body_sha: str
    moved_to: str
    interval_s: int
    next_due_at: str
    n_failures: int
    last_error: str
    last_detail: str
    last_ok_at: str
    last_full_at: str
    last_new_at: str
    n_empty: int
    warning: str
    kind: str
    select: str
    parts: str
    n_entries: int
    n_usual: int
    shrunk_at: str
    partial: bool
    last_try_at: str
    validators_lie: bool


_FEEDS = """SELECT feed_id, url, name, publisher, language, country, grp, full_text, config_interval_s, allow_private,
    added_at, etag, last_modified, body_sha, moved_to, interval_s, coalesce(next_due_at, ''), n_failures, last_error,
    last_detail, coalesce(last_ok_at, ''), coalesce(last_full_at, ''), coalesce(last_new_at, ''), n_empty, warning,
    kind, selects, parts, n_entries, n_usual, coalesce(shrunk_at, ''), partial,
    coalesce(last_try_at, ''), validators_lie
    FROM feeds WHERE removed_at IS NULL AND kind <> 'archive'"""
_SOME = f"{_FEEDS} AND feed_id IN (SELECT value FROM json_each(?))"


def watched_feeds(views: Views) -> list[FeedRow]:
    """Return the sources that are configured now, by group, name and id; archives are imported and never asked.

    Asked again while nothing was folded, the same list comes back: an idle tick of 5,000 feeds asks four times.
    """
    position = views.position
    if views.feeds is None or views.feeds[0] != position:
        views.feeds = (position, _rows(views.db.execute(f"{_FEEDS} ORDER BY grp, name, feed_id")))
    rows: list[FeedRow] = views.feeds[1]
    return rows


def feeds_named(views: Views, feed_ids: Iterable[str]) -> list[FeedRow]:
    """Return those of these sources that are configured now: a worker that takes some of 100,000 looks at no others."""
    return _rows(views.db.execute(_SOME, (msgspec.json.encode(list(feed_ids)).decode(),)))


def _rows(found: Iterable[tuple[Any, ...]]) -> list[FeedRow]:
    return [FeedRow(*with_truths(row, 7, 9, 31, 33)) for row in found]


class EverWatched(msgspec.Struct, frozen=True):
    """A feed that was configured at some time; `removed_at` is empty where it still is, or is again (`readded`)."""

    feed_id: str
    name: str
    added_at: str
    removed_at: str
    last_ok_at: str
    last_error: str
    last_detail: str
    interval_s: int
    last_try_at: str
    readded: bool


def ever_watched(views: Views) -> list[EverWatched]:
    """Return every feed that was ever configured, by id."""
    query = """SELECT feed_id, name, added_at, coalesce(removed_at, ''), coalesce(last_ok_at, ''), last_error,
        last_detail, interval_s, coalesce(last_try_at, ''), readded FROM feeds ORDER BY feed_id"""
    return [EverWatched(*with_truths(row, 9)) for row in views.db.execute(query)]
