"""Questions to the entries view: one entry, a feed's newest, those of the last days. Rows come back as frozen values.

Where an entry stands in no story yet, its story is one of its own (stories.alone); STORY says so in SQL.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec

from monitor.views.entries import SEEN_SINCE
from monitor.views.fold import Views
from monitor.views.queries.rows import with_truths

# For a SELECT from entries `e` with story_entries `s` joined: the story an entry stands in, one of its own where none.
STORY = "coalesce(s.story_id, 's' || e.entry_id)"
# With feeds `f` joined too: whose report an entry is, as EntryRow.source says.
SOURCE = "coalesce(nullif(s.publisher, ''), nullif(e.source_name, ''), nullif(f.publisher, ''), e.feed_id)"
JOINED = """entries e LEFT JOIN story_entries s ON s.entry_id = e.entry_id
    LEFT JOIN feeds f ON f.feed_id = e.feed_id LEFT JOIN samples p ON p.entry_id = e.entry_id"""
# Label `l` was given to words that entry `e` no longer has: it was flagged for others since. What was a plot is one
# still, unless the whole text is another.
OVERTAKEN = """coalesce(e.flagged_position > l.position
    AND (e.why = 'replaced' OR (e.why IN ('revised', 'page') AND l.label <> 'plot')), 0)"""
UNLABELLED = f"""NOT EXISTS (SELECT 1 FROM labels l WHERE l.entry_id = e.entry_id AND l.withdrawn_position IS NULL
    AND NOT {OVERTAKEN})"""

# Entry `e` scores so far above the best its story had when label `l` was given that it says more: one in log-odds, as
# where an entry's own words changed (worker/intake/reflag.py). As odds, multiplied out: not every SQLite has `ln`.
RISEN = """coalesce((SELECT e.score * (1 - max(x.score)) >= 2.718281828 * max(x.score) * (1 - e.score)
    FROM story_entries m JOIN entries x ON x.entry_id = m.entry_id
    WHERE m.story_id = l.story_id AND m.position < l.position), 0)"""
# For the story of entry `e`, joined as `s`: a story's label `l` answers the entries it had, and copies that join later;
# `plot` also answers everything else that joins, the others do not, so that a wrong join cannot hide a plot; nor do
# they answer a copy that scores much higher than all that was judged.
COVERED = f"""(l.label = 'plot' OR s.position IS NULL OR s.position < l.position
    OR (s.similarity >= 0.5 AND NOT {RISEN}))"""


class EntryRow(msgspec.Struct, frozen=True):
    """One entry as it stands: newest revision, newest score, its flag, its feed and its story.

    `story_id` is the story it stands in; `byline` and `origin` are whose report the story says it is, empty where it
    stands in none. Positions are those of the log.
    """

    entry_id: str
    feed_id: str
    position: int
    seen_at: str
    revision: int
    text_sha: str
    link: str
    published_at: str
    lang: str
    source_name: str
    source_url: str
    score: float | None
    model_id: str
    scored_position: int | None
    flagged_position: int | None
    flagged_at: str
    why: str
    band: str
    erased: bool
    feed: str
    feed_publisher: str
    story_id: str
    byline: str
    origin: str
    probability: float | None
    backfill: bool

    @property
    def flagged(self) -> bool:
        """Whether the entry was ever flagged."""
        return self.flagged_position is not None

    @property
    def publisher(self) -> str:
        """Who published it: as its story says, else as the entry names its source, else as the feed is configured."""
        return self.byline or self.source_name or self.feed_publisher

    @property
    def source(self) -> str:
        """The publisher, or the feed where no publisher is known: what counts as one source."""
        return self.publisher or self.feed_id


_COLUMNS = f"""e.entry_id, e.feed_id, e.position, e.seen_at, e.revision, lower(hex(e.text_sha)), e.link,
    e.published_at, e.lang,
    e.source_name, e.source_url, e.score, coalesce(e.model_id, ''), e.scored_position, e.flagged_position,
    coalesce(e.flagged_at, ''), coalesce(e.why, ''), coalesce(e.band, ''), e.erased, coalesce(f.name, ''),
    coalesce(f.publisher, ''), {STORY}, coalesce(s.publisher, ''), coalesce(s.origin, ''), p.probability, e.backfill"""
SELECT = f"SELECT {_COLUMNS} FROM {JOINED}"
_RECENT = f"{SELECT} WHERE {SEEN_SINCE} AND e.erased = 0"
_UNFLAGGED = "e.flagged_position IS NULL AND e.erased = 0"


def entry_row(row: Sequence[object]) -> EntryRow:
    """Return the value of a row that SELECT found."""
    return EntryRow(*with_truths(row, 18, 25))


def entry(views: Views, entry_id: str) -> EntryRow | None:
    """Return one entry, or None where the log has none of this id."""
    row = views.db.execute(f"{SELECT} WHERE e.entry_id = ?", (entry_id,)).fetchone()
    return entry_row(row) if row else None


def ids_starting(views: Views, prefix: str, limit: int) -> list[str]:
    """Return up to `limit` ids of entries that begin with `prefix`."""
    rows = views.db.execute(
        "SELECT entry_id FROM entries WHERE entry_id >= ? AND entry_id < ? LIMIT ?", (prefix, prefix + "\uffff", limit)
    )
    return [str(row[0]) for row in rows]


def entry_of_link(views: Views, links: Sequence[str]) -> EntryRow | None:
    """Return the first entry under one of these addresses.

    Looks at every entry, which for a million takes half a second: for what a person asks, not for a tick.
    """
    marks = ",".join("?" * len(links))
    query = (
        f"{SELECT} WHERE e.entry_id = (SELECT entry_id FROM entries WHERE link IN ({marks}) ORDER BY position LIMIT 1)"
    )
    row = views.db.execute(query, tuple(links)).fetchone()
    return entry_row(row) if row else None


class KnownEntry(msgspec.Struct, frozen=True):
    """What a feed's next answer is compared with: `feed_sha` names its own text, `page_sha` that with an article."""

    entry_id: str
    revision: int
    feed_sha: str
    link: str
    flagged: bool
    page_sha: str
    published_at: str


_KNOWN = """SELECT entry_id, revision, lower(hex(coalesce(feed_sha, text_sha))), link, flagged_position IS NOT NULL,
    iif(feed_sha IS NULL, '', lower(hex(text_sha))), published_at FROM entries WHERE """


def known_entries(views: Views, entry_ids: Sequence[str]) -> list[KnownEntry]:
    """Return those of `entry_ids` that the log knows."""
    marks = ",".join("?" * len(entry_ids))
    return [KnownEntry(*with_truths(row, 4)) for row in views.db.execute(f"{_KNOWN} entry_id IN ({marks})", entry_ids)]


def newest_known(views: Views, feed_id: str, limit: int) -> list[KnownEntry]:
    """Return a feed's newest entries, newest first."""
    query = f"{_KNOWN} feed_id = ? ORDER BY position DESC LIMIT ?"
    return [KnownEntry(*with_truths(row, 4)) for row in views.db.execute(query, (feed_id, limit))]


def reported_times(views: Views, feed_id: str, limit: int) -> list[str]:
    """Return when a feed's newest entries were published, or first seen where that is earlier or all that is known."""
    rows = views.db.execute(
        """SELECT iif(published_at <> '' AND published_at < seen_at, published_at, seen_at) FROM entries
           WHERE feed_id = ? ORDER BY position DESC LIMIT ?""",
        (feed_id, limit),
    )
    return [str(row[0]) for row in rows]


def seen_since(views: Views, since: str, limit: int) -> list[EntryRow]:
    """Return the newest `limit` entries first seen at or after `since`, in log order.

    Erased ones are left out, and what came from archives: it says nothing of what a day brings.
    """
    rows = views.db.execute(
        f"{_RECENT} AND e.backfill = 0 ORDER BY e.position DESC LIMIT ?2", (since, limit)
    ).fetchall()
    return [entry_row(row) for row in reversed(rows)]


def undecided_since(views: Views, since: str, limit: int) -> list[EntryRow]:
    """Return the newest scored entries since `since` that nobody flagged or labelled, in log order."""
    query = f"{_RECENT} AND {_UNFLAGGED} AND e.score IS NOT NULL AND {UNLABELLED} ORDER BY e.position DESC LIMIT ?2"
    return [entry_row(row) for row in reversed(views.db.execute(query, (since, limit)).fetchall())]


def undecided_between(views: Views, since: str, after: int, upto: int) -> list[EntryRow]:
    """Return those of `undecided_since` that were first seen at after < position <= upto, in log order."""
    query = f"""{_RECENT} AND {_UNFLAGGED} AND e.score IS NOT NULL AND {UNLABELLED}
        AND e.position > ?2 AND e.position <= ?3 ORDER BY e.position"""
    return [entry_row(row) for row in views.db.execute(query, (since, after, upto))]


def undecided_of(views: Views, entry_ids: Sequence[str]) -> list[EntryRow]:
    """Return those of these entries that nobody flagged or labelled, in log order."""
    query = f"""{SELECT} WHERE e.entry_id IN (SELECT value FROM json_each(?)) AND {_UNFLAGGED} AND {UNLABELLED}
        ORDER BY e.position"""
    return [entry_row(row) for row in views.db.execute(query, (json.dumps(entry_ids),))]


def undecided(views: Views, limit: int) -> list[EntryRow]:
    """Return the newest entries that nobody flagged or labelled, in log order."""
    query = f"{SELECT} WHERE {_UNFLAGGED} AND {UNLABELLED} ORDER BY e.position DESC LIMIT ?"
    return [entry_row(row) for row in reversed(views.db.execute(query, (limit,)).fetchall())]


def labelled(views: Views) -> list[EntryRow]:
    """Return the entries that a standing label speaks of, their own or their story's, in log order."""
    query = f"""{SELECT} WHERE EXISTS (SELECT 1 FROM labels l WHERE l.withdrawn_position IS NULL AND
        (l.entry_id = e.entry_id OR (l.story_id <> '' AND l.story_id = s.story_id))) ORDER BY e.position"""
    return [entry_row(row) for row in views.db.execute(query)]


def linked_since(views: Views, since: str) -> list[EntryRow]:
    """Return the entries of stories first seen at or after `since`, in the order they were seen.

    Of archives those alone that were published since then: an old report is not near what happens now.
    """
    query = f"""SELECT {_COLUMNS} FROM story_entries s JOIN entries e ON e.entry_id = s.entry_id
        LEFT JOIN feeds f ON f.feed_id = e.feed_id LEFT JOIN samples p ON p.entry_id = e.entry_id
        WHERE {SEEN_SINCE} AND (e.backfill = 0 OR e.published_at >= ?1) ORDER BY e.seen_at, e.position"""
    return [entry_row(row) for row in views.db.execute(query, (since,))]


def linked_of(views: Views, feed_id: str, since: str, until: str) -> list[EntryRow]:
    """Return the entries of one source that stand in stories and were published in a span, oldest first."""
    query = f"""SELECT {_COLUMNS} FROM story_entries s JOIN entries e ON e.entry_id = s.entry_id
        LEFT JOIN feeds f ON f.feed_id = e.feed_id LEFT JOIN samples p ON p.entry_id = e.entry_id
        WHERE e.feed_id = ? AND e.published_at >= ? AND e.published_at <= ? ORDER BY e.published_at, e.position"""
    return [entry_row(row) for row in views.db.execute(query, (feed_id, since, until))]


def unflagged_between(views: Views, since: str, before: str) -> list[tuple[str, float, str]]:
    """Return (entry_id, score, text_sha) of the unflagged entries first seen in a span, in log order; no archives."""
    query = f"""SELECT e.entry_id, e.score, lower(hex(e.text_sha)) FROM entries e WHERE {SEEN_SINCE} AND e.seen_at < ?2
        AND e.flagged_position IS NULL AND e.score IS NOT NULL AND e.backfill = 0 ORDER BY e.position"""
    return [(row[0], row[1], row[2]) for row in views.db.execute(query, (since, before))]


class FlowEntry(msgspec.Struct, frozen=True):
    """An entry of the last hours with its score; `open` where it was never flagged and nobody judged it."""

    entry_id: str
    score: float
    text_sha: str
    revision: int
    lang: str
    feed_id: str
    link: str
    published_at: str
    source_name: str
    source_url: str
    open: bool


def best_since(views: Views, since: str, least: float, limit: int) -> list[FlowEntry]:
    """Return the best-scored entries first seen since a moment, best first; archives and erased texts are left out."""
    query = f"""SELECT e.entry_id, e.score, lower(hex(e.text_sha)), e.revision, e.lang, e.feed_id, e.link,
        e.published_at,
            e.source_name, e.source_url, {_UNFLAGGED} AND {UNLABELLED} FROM entries e
        WHERE {SEEN_SINCE} AND e.score >= ?2 AND e.backfill = 0 AND e.erased = 0
        ORDER BY e.score DESC, e.position LIMIT ?3"""
    return [FlowEntry(*with_truths(row, 10)) for row in views.db.execute(query, (since, least, limit))]


def n_scored_since(views: Views, since: str) -> int:
    """Return how many entries first seen since a moment have a score; archives are left out."""
    query = f"SELECT count(*) FROM entries e WHERE {SEEN_SINCE} AND e.score IS NOT NULL AND e.backfill = 0"
    return int(views.db.execute(query, (since,)).fetchone()[0])


def first_seen_at(views: Views) -> str:
    """Return when the first entry that is not from an archive was seen; "" before there is one."""
    row = views.db.execute("SELECT seen_at FROM entries WHERE backfill = 0 ORDER BY position LIMIT 1").fetchone()
    return str(row[0]) if row else ""


class WantedPage(msgspec.Struct, frozen=True):
    """An entry whose page is to be read; `attempt` counts the tries so far, `feed_sha` names the feed's own text."""

    entry_id: str
    link: str
    revision: int
    text_sha: str
    lang: str
    feed_id: str
    flagged: bool
    published_at: str
    source_name: str
    source_url: str
    attempt: int
    feed_sha: str


_WANTED = f"""SELECT e.entry_id, e.link, e.revision, lower(hex(e.text_sha)), e.lang, e.feed_id,
        e.flagged_position IS NOT NULL,
        e.published_at, e.source_name, e.source_url, coalesce(p.attempt, 0),
        lower(hex(coalesce(e.feed_sha, e.text_sha)))
    FROM entries e JOIN feeds f ON f.feed_id = e.feed_id LEFT JOIN pages p ON p.entry_id = e.entry_id
    WHERE f.full_text = 1 AND f.removed_at IS NULL AND {SEEN_SINCE} AND e.link LIKE 'http%'
      AND (p.entry_id IS NULL OR (p.retry_at <> '' AND p.retry_at <= ?2))
    ORDER BY e.score DESC, e.position LIMIT ?3"""


def wanted_pages(views: Views, since: str, now: str, limit: int) -> list[WantedPage]:
    """Return the entries first seen since `since` whose pages are wanted `now`, best score first."""
    return [WantedPage(*with_truths(row, 6)) for row in views.db.execute(_WANTED, (since, now, limit))]


def n_entries(views: Views) -> int:
    """Return how many entries were seen."""
    return int(views.db.execute("SELECT count(*) FROM entries").fetchone()[0])


def n_flagged(views: Views) -> int:
    """Return how many entries were flagged."""
    query = "SELECT count(*) FROM entries WHERE flagged_position IS NOT NULL"
    return int(views.db.execute(query).fetchone()[0])


def noted_positions(views: Views, entry_id: str) -> list[int]:
    """Return the positions of the events that name an entry, for everything rarer than seeing and scoring."""
    rows = views.db.execute("SELECT position FROM entry_events WHERE entry_id = ? ORDER BY position", (entry_id,))
    return [int(row[0]) for row in rows]


def page_url(views: Views, entry_id: str) -> str:
    """Return the address an entry's page was last read from; empty where it never was."""
    row = views.db.execute("SELECT url FROM pages WHERE entry_id = ?", (entry_id,)).fetchone()
    return str(row[0]) if row else ""


def second_looks_at(views: Views, position: int) -> list[int]:
    """Return the positions of the second looks that may hold a score of the entry first seen at `position`."""
    query = "SELECT position FROM rescored WHERE first <= ?1 AND last >= ?1 ORDER BY position"
    return [int(row[0]) for row in views.db.execute(query, (position,))]
