"""Questions about what each feed brought, day by day: entries, flags, polls."""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec

from monitor.views.fold import Views


class FeedDay(msgspec.Struct, frozen=True):
    """What one feed brought on one day (ISO, UTC)."""

    feed_id: str
    day: str
    n_entries: int
    n_flagged: int


def feed_days(views: Views, since: str) -> list[FeedDay]:
    """Return what every feed brought on every day from `since` (ISO day) on; archives are left out."""
    flagged = {
        (feed_id, day): n
        for feed_id, day, n in views.db.execute(
            """SELECT feed_id, substr(seen_at, 1, 10), count(*) FROM entries INDEXED BY entries_flagged
               WHERE flagged_position IS NOT NULL AND seen_at >= ? AND backfill = 0 GROUP BY 1, 2""",
            (since,),
        )
    }
    rows = views.db.execute("SELECT feed_id, day, n_entries FROM feed_days WHERE day >= ? ORDER BY 1, 2", (since,))
    return [FeedDay(feed_id, day, n, flagged.get((feed_id, day), 0)) for feed_id, day, n in rows]


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


class EntryFeed(msgspec.Struct, frozen=True):
    """Which feed brought an entry, and whether it was flagged."""

    feed_id: str
    flagged: bool


def feeds_of(views: Views, entry_ids: Sequence[str]) -> dict[str, EntryFeed]:
    """Return each entry's feed."""
    rows = views.db.execute(
        """SELECT entry_id, feed_id, flagged_position IS NOT NULL FROM entries
           WHERE entry_id IN (SELECT value FROM json_each(?))""",
        (json.dumps(list(entry_ids)),),
    )
    return {str(entry_id): EntryFeed(str(feed_id), bool(flagged)) for entry_id, feed_id, flagged in rows}
