"""The queue: stories with a flagged entry and no decision yet, the day's rows first, then the rest by score.

Which rows are the day's is the rule of learn/rows, as in `simulate`; day.py applies it.
A pure reading of the views; deciding is in decide.py. A label given to a story answers the entries it had, and copies
that join later; `plot` also answers everything else that joins, `not-plot` and `unsure` do not, so that a wrong join
cannot hide a plot. An entry's own label goes before the story's.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import msgspec

from monitor.config.settings import Settings
from monitor.log.codec import iso
from monitor.log.events import EntryFlagged
from monitor.log.store import EventStore
from monitor.triage.agreement import read_units, second_readings
from monitor.triage.day import Waiting, day_first
from monitor.triage.entries import load_text
from monitor.triage.rows import QueueRow, Term
from monitor.views.fold import Views

_OPEN = """
SELECT e.entry_id, coalesce(s.story_id, 's' || e.entry_id) AS story, e.flagged_position, e.score, e.band, e.flagged_at
FROM entries e LEFT JOIN story_entries s ON s.entry_id = e.entry_id
WHERE e.flagged_position IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM labels l WHERE l.entry_id = e.entry_id AND l.withdrawn_position IS NULL)
  AND NOT EXISTS (SELECT 1 FROM labels l WHERE l.story_id = coalesce(s.story_id, 's' || e.entry_id)
                  AND l.story_id <> '' AND l.withdrawn_position IS NULL
                  AND (l.label = 'plot' OR s.position IS NULL OR s.position < l.position OR s.similarity >= 0.5))
  AND NOT EXISTS (SELECT 1 FROM skips k WHERE k.entry_id = e.entry_id AND k.until > ? AND (? = '' OR k.by = ?))
ORDER BY e.score DESC, e.flagged_position
"""


SECOND = "second reading"
SECOND_ROWS = 5
ROWS_PER_DAY = Settings().rows_per_day


def count_queue(views: Views, now: datetime, by: str = "") -> int:
    """Return how many stories wait."""
    return len(_open_stories(views, now, by))


def list_queue(
    log: EventStore,
    views: Views,
    now: datetime,
    *,
    n_day: int = ROWS_PER_DAY,
    limit: int | None = None,
    by: str = "",
    second_share: float = 0.0,
) -> list[QueueRow]:
    """Return the waiting stories, at most `limit`: the day's `n_day` rows first, then the rest by score.

    Rows that `by` (everybody where empty) put off beyond `now` are left out. With `second_share`, stories of that share
    which one other reviewer has decided come last, for `by` to read without seeing that label.
    """
    return waiting_queue(log, views, now, n_day=n_day, limit=limit, by=by, second_share=second_share)[0]


def waiting_queue(
    log: EventStore,
    views: Views,
    now: datetime,
    *,
    n_day: int = ROWS_PER_DAY,
    limit: int | None = None,
    by: str = "",
    second_share: float = 0.0,
) -> tuple[list[QueueRow], int]:
    """Return what `list_queue` returns, and how many stories wait in all."""
    waiting = day_first(log, views, now, _open_stories(views, now, by), n_day)
    rows = [_row(log, views, item) for item in waiting[:limit]]
    if by and second_share:
        for unit in second_readings(read_units(views), by, second_share)[:SECOND_ROWS]:
            row = queue_row(log, views, unit)
            if row is not None:
                rows.append(msgspec.structs.replace(row, why=SECOND))
    return rows, len(waiting)


def queue_row(log: EventStore, views: Views, story_id: str) -> QueueRow | None:
    """Return one story as a row, decided or not; None where none of its entries was flagged."""
    row = views.db.execute(
        """SELECT e.entry_id, e.flagged_position, e.score, e.band, e.flagged_at
           FROM entries e LEFT JOIN story_entries s ON s.entry_id = e.entry_id
           WHERE e.flagged_position IS NOT NULL AND coalesce(s.story_id, 's' || e.entry_id) = ?
           ORDER BY e.score DESC, e.flagged_position LIMIT 1""",
        (story_id,),
    ).fetchone()
    return None if row is None else _row(log, views, Waiting(story_id, *row))


def _open_stories(views: Views, now: datetime, by: str) -> list[Waiting]:
    """Return what waits, best score first: each story with its best entry and the time of its newest flag."""
    stories: dict[str, Waiting] = {}
    for entry_id, story_id, position, score, band, flagged_at in views.db.execute(_OPEN, (iso(now), by, by)):
        story = stories.get(story_id)
        if story is None:
            stories[story_id] = Waiting(story_id, entry_id, position, score, band, flagged_at)
        elif flagged_at > story.flagged_at:
            story.flagged_at = flagged_at
    return list(stories.values())


def _row(log: EventStore, views: Views, item: Waiting) -> QueueRow:
    lead = _lead(views, item.lead)
    event = log.get(item.lead_position)
    assert event is not None  # noqa: S101 - the views hold only positions of this log
    flag = cast(EntryFlagged, event.data)
    text = load_text(log, lead["text_sha"])
    members = _members(views, item)
    story = views.db.execute(
        "SELECT case_id, changed_position FROM stories WHERE story_id = ?", (item.story_id,)
    ).fetchone() or (item.story_id, item.lead_position)
    publishers = {row[1] for row in members if row[1]}
    origins = {row[2] or row[1] for row in members if row[1] or row[2]}
    return QueueRow(
        story_id=item.story_id, case_id=story[0], entry_id=item.lead, title=text.title, summary=text.summary,
        link=lead["link"], feed=lead["name"] or "", publisher=lead["source_name"] or lead["publisher"] or "",
        score=lead["score"], threshold=flag.threshold, model_id=lead["model_id"], band=lead["band"], why=lead["why"],
        published_at=lead["published_at"], flagged_at=lead["flagged_at"], lang=lead["lang"], n_entries=len(members),
        n_publishers=max(1, len(publishers)), n_independent=max(1, len(origins)),
        terms_for=[Term(*term) for term in flag.terms_for], terms_against=[Term(*term) for term in flag.terms_against],
        nearest=flag.nearest, entry_ids=[row[0] for row in members],
        changed_position=max(story[1], item.lead_position), erased=text.erased,
        behind=item.behind,
    )  # fmt: skip


def _lead(views: Views, entry_id: str) -> dict[str, Any]:
    cursor = views.db.execute(
        """SELECT e.text_sha, e.link, e.score, e.model_id, e.band, e.why, e.published_at, e.flagged_at, e.lang,
               e.source_name, f.name, f.publisher
           FROM entries e LEFT JOIN feeds f ON f.feed_id = e.feed_id WHERE e.entry_id = ?""",
        (entry_id,),
    )
    return dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True))


def _members(views: Views, item: Waiting) -> list[tuple[str, str, str]]:
    """Return (entry_id, publisher, origin) of a story's entries."""
    rows = views.db.execute(
        "SELECT entry_id, publisher, origin FROM story_entries WHERE story_id = ? ORDER BY position, entry_id",
        (item.story_id,),
    ).fetchall()
    return rows or [(item.lead, "", "")]
