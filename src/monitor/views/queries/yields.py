"""Questions about what each feed brought, day by day: entries, flags, polls."""

from __future__ import annotations

import msgspec

from monitor.views.entries import SEEN_SINCE
from monitor.views.fold import Views


class FeedDay(msgspec.Struct, frozen=True):
    """What one feed brought on one day (ISO, UTC)."""

    feed_id: str
    day: str
    n_entries: int
    n_flagged: int


def feed_days(views: Views, since: str) -> list[FeedDay]:
    """Return what every feed brought on every day since a moment; archives are left out."""
    rows = views.db.execute(
        f"""SELECT e.feed_id, substr(e.seen_at, 1, 10), count(*), count(e.flagged_position) FROM entries e
            WHERE {SEEN_SINCE} AND e.backfill = 0 GROUP BY 1, 2 ORDER BY 1, 2""",
        (since,),
    )
    return [FeedDay(*row) for row in rows]


class FeedPolls(msgspec.Struct, frozen=True):
    """A feed that is watched: how often it was asked, and when something new last came."""

    feed_id: str
    name: str
    n_fetches: int
    added_at: str
    last_new_at: str


def feed_polls(views: Views) -> list[FeedPolls]:
    """Return the watched feeds by name."""
    rows = views.db.execute(
        """SELECT feed_id, name, n_fetches, added_at, coalesce(last_new_at, '') FROM feeds
           WHERE removed_at IS NULL AND kind <> 'archive' ORDER BY name, feed_id"""
    )
    return [FeedPolls(*row) for row in rows]


def feeds_of(views: Views, entry_ids: list[str]) -> dict[str, tuple[str, bool]]:
    """Return entry id -> (feed id, whether it was flagged)."""
    found = {}
    for entry_id in entry_ids:
        row = views.db.execute(
            "SELECT feed_id, flagged_position IS NOT NULL FROM entries WHERE entry_id = ?", (entry_id,)
        ).fetchone()
        if row:
            found[entry_id] = (str(row[0]), bool(row[1]))
    return found
