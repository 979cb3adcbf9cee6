"""Questions that the queue asks of several views at once: flagged and not answered, put off, drawn for the audit."""

from __future__ import annotations

import msgspec

from monitor.views.entries import SEEN_SINCE
from monitor.views.fold import Views
from monitor.views.queries.cases import FOLLOW_UP
from monitor.views.queries.entries import COVERED, OVERTAKEN, SELECT, SOURCE, STORY, UNLABELLED, EntryRow, entry_row
from monitor.views.queries.rows import with_truths
from monitor.views.queries.stories import alone


class Flagged(msgspec.Struct, frozen=True):
    """A flagged entry on its way to a row: its story, where its flag lies in the log, and its score.

    `backfill`: it came from an archive. `source` is its publisher, or its feed where none is known.
    """

    story_id: str
    entry_id: str
    position: int
    score: float
    band: str
    flagged_at: str
    backfill: bool
    published_at: str
    text_sha: str
    source: str
    case_id: str


_FLAGGED = f"""SELECT {STORY}, e.entry_id, e.flagged_position, e.score, coalesce(e.band, ''), e.flagged_at, e.backfill,
        e.published_at, lower(hex(e.text_sha)), {SOURCE}, coalesce(c.case_id, {STORY})
    FROM entries e LEFT JOIN story_entries s ON s.entry_id = e.entry_id LEFT JOIN feeds f ON f.feed_id = e.feed_id
        LEFT JOIN stories c ON c.story_id = {STORY}
    WHERE e.flagged_position IS NOT NULL"""
# What no label speaks of: the same labels as labels.covering finds (tests/triage/test_standing.py).
_OPEN = f"""{_FLAGGED.replace("FROM entries e", "FROM unanswered u CROSS JOIN entries e ON e.entry_id = u.entry_id")}
  AND {UNLABELLED} AND coalesce(e.why, '') NOT LIKE '{FOLLOW_UP}%'
  AND NOT EXISTS (SELECT 1 FROM labels l WHERE l.story_id = {STORY} AND l.story_id <> ''
                  AND l.withdrawn_position IS NULL AND NOT {OVERTAKEN}
                  AND {COVERED})
  AND NOT EXISTS (SELECT 1 FROM skips k WHERE k.story_id = {STORY} AND k.by = ? AND k.until > ?)
ORDER BY e.score DESC, e.flagged_position"""


def open_flags(views: Views, now: str, by: str) -> list[Flagged]:
    """Return the flagged entries that no label answers, best score first.

    Stories that `by` put off beyond `now` are left out; nobody else's queue lacks them.
    """
    return [Flagged(*with_truths(row, 6)) for row in views.db.execute(_OPEN, (by, now))]


def flagged_since(views: Views, seen: str, since: str) -> list[tuple[float, str]]:
    """Return (score, text_sha) of entries flagged since a moment, best first, of those first seen since `seen`.

    Follow-ups and archives are left out: they take no row of the day.
    """
    query = f"""SELECT e.score, lower(hex(e.text_sha)) FROM entries e
        WHERE {SEEN_SINCE} AND e.flagged_at >= ?2 AND e.backfill = 0
        AND coalesce(e.why, '') NOT LIKE '{FOLLOW_UP}%' ORDER BY e.score DESC, e.position"""
    return [(row[0], row[1]) for row in views.db.execute(query, (seen, since))]


# By the ids of its entries, of which an entry alone has none but its own: all flags of a year are many.
_BEST = f"""{_FLAGGED} AND {STORY} = ?1
    AND e.entry_id IN (SELECT entry_id FROM story_entries WHERE story_id = ?1 UNION ALL SELECT ?2)
ORDER BY e.score DESC, e.flagged_position LIMIT 1"""


def best_flag(views: Views, story_id: str) -> Flagged | None:
    """Return a story's highest-scored flagged entry, answered or not; None where none was flagged."""
    row = views.db.execute(_BEST, (story_id, story_id.removeprefix(alone("")))).fetchone()
    return Flagged(*with_truths(row, 6)) if row else None


class Drawn(msgspec.Struct, frozen=True):
    """An entry drawn for the audit sample of a day, with the chance it had."""

    entry_id: str
    day: str
    probability: float


_ONE = f"{SELECT} WHERE e.entry_id = ?"


def waiting_samples(views: Views, limit: int) -> list[tuple[Drawn, EntryRow]]:
    """Return the drawn entries nobody answered, newest day first; erased ones are left out."""
    # CROSS JOIN: the samples first, which are few; the planner would rather walk all entries.
    rows = views.db.execute(
        f"""SELECT s.entry_id, s.day, s.probability FROM samples s CROSS JOIN entries e ON e.entry_id = s.entry_id
            WHERE {UNLABELLED} AND e.erased = 0 ORDER BY s.day DESC, s.entry_id LIMIT ?""",
        (limit,),
    ).fetchall()
    return [(Drawn(*row), entry_row(views.db.execute(_ONE, (row[0],)).fetchone())) for row in rows]


def sample(views: Views, entry_id: str) -> tuple[Drawn, EntryRow] | None:
    """Return one drawn entry, answered or not; None where it was not drawn."""
    row = views.db.execute("SELECT entry_id, day, probability FROM samples WHERE entry_id = ?", (entry_id,)).fetchone()
    return (Drawn(*row), entry_row(views.db.execute(_ONE, (entry_id,)).fetchone())) if row else None


def drawn_since(views: Views, day: str) -> list[Drawn]:
    """Return what was drawn for `day` or later."""
    return [
        Drawn(*row) for row in views.db.execute("SELECT entry_id, day, probability FROM samples WHERE day >= ?", (day,))
    ]


def n_population(views: Views, day: str) -> int:
    """Return how many entries the samples of `day` or later were drawn from."""
    row = views.db.execute("SELECT sum(n_population) FROM sample_days WHERE day >= ?", (day,)).fetchone()
    return int(row[0] or 0)


def was_drawn(views: Views, day: str) -> bool:
    """Tell whether the sample of a day was drawn."""
    return views.db.execute("SELECT 1 FROM sample_days WHERE day = ?", (day,)).fetchone() is not None


def flagged_unsampled(views: Views, since: str) -> list[tuple[str, str]]:
    """Return (entry_id, story_id) of the flagged entries seen since `since` that no sample drew; no archives."""
    return [
        (row[1], row[0])
        for row in views.db.execute(
            f"""{_FLAGGED} AND e.backfill = 0 AND e.seen_at >= ?
                AND NOT EXISTS (SELECT 1 FROM samples p WHERE p.entry_id = e.entry_id)""",
            (since,),
        )
    ]
