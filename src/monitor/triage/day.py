"""The day's rows of the queue: hands what waits to the rule that `simulate` uses too (learn/rows.pick_rows).

A function of the views, the log's titles and `now`: asked for an earlier moment it answers as it did then. Titles are
read for as many rows as the day needs, and for the newest answers; nothing is left out of the order it returns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import msgspec

from monitor.learn.rows import OLDER, QUEUE_DAYS, RECENT_DAYS, Candidate, pick_rows, rank, topic_words
from monitor.log.store import EventStore
from monitor.triage.entries import load_text
from monitor.views.fold import Views

MAX_ANSWERS = 200  # the newest answers whose topics and sources are looked at

_SOURCE = "coalesce(nullif(s.publisher, ''), nullif(e.source_name, ''), nullif(f.publisher, ''), e.feed_id)"
_FROM = """entries e LEFT JOIN story_entries s ON s.entry_id = e.entry_id
    LEFT JOIN feeds f ON f.feed_id = e.feed_id"""
_ROW = f"SELECT e.text_sha, {_SOURCE} FROM {_FROM} WHERE e.entry_id = ?"  # noqa: S608 - our own text
# Answers to rows of this queue: not to audit rows (never flagged), not a second reading, not what was imported.
_ANSWERS = f"""SELECT l.at, coalesce(s.story_id, 's' || e.entry_id), e.text_sha, {_SOURCE}
    FROM labels l CROSS JOIN {_FROM}
    WHERE e.entry_id = l.entry_id AND l.withdrawn_position IS NULL AND l.blind = 0 AND l.source = ''
      AND e.flagged_position IS NOT NULL
    ORDER BY l.position DESC LIMIT {MAX_ANSWERS}"""  # noqa: S608 - our own text


class Waiting(msgspec.Struct):
    """A story on its way to a row: its leading entry, its score, and when it was last flagged."""

    story_id: str
    lead: str
    lead_position: int
    score: float
    band: str
    flagged_at: str
    behind: str = ""


def day_first(log: EventStore, views: Views, now: datetime, waiting: Sequence[Waiting], n_day: int) -> list[Waiting]:
    """Return what waits (best score first) with the day's rows before the rest; `behind` says what was put behind why.

    A story is as old as its newest flag: an entry that joins one makes it new again.
    """
    today = now.date()
    ranked = sorted(
        rank(number, item.score, older=_is_older(item, today), alert=item.band == "alert")
        for number, item in enumerate(waiting)
    )
    answered, read = _answers(log, views, today)
    choice = pick_rows(_candidates(log, views, waiting, (number for _, _, number in ranked)), n_day, answered, read)
    first = [row.entry for row in choice.rows]
    chosen = set(first)
    order = first + [number for number in range(len(waiting)) if number not in chosen]
    furthest = -1
    for number in order:
        if number < furthest:  # a lower-scored row stands before it
            waiting[number].behind = choice.behind.get(number, OLDER)
        furthest = max(furthest, number)
    return [waiting[number] for number in order]


def _is_older(item: Waiting, today: date) -> bool:
    return (today - date.fromisoformat(item.flagged_at[:10])).days >= QUEUE_DAYS


def _candidates(
    log: EventStore, views: Views, waiting: Sequence[Waiting], numbers: Iterator[int]
) -> Iterator[Candidate]:
    """Yield candidates in order, reading a title only when asked for the next."""
    for number in numbers:
        item = waiting[number]
        sha, source = views.db.execute(_ROW, (item.lead,)).fetchone()
        words = topic_words(load_text(log, sha).title)
        yield Candidate(number, item.story_id, item.score, source, words, alert=item.band == "alert")


def _answers(log: EventStore, views: Views, today: date) -> tuple[set[frozenset[str]], list[Candidate]]:
    """Return the topics answered lately, and the rows read today (UTC), oldest first, one for each story."""
    since = (today - timedelta(days=RECENT_DAYS)).isoformat()
    topics: set[frozenset[str]] = set()
    read: dict[str, Candidate] = {}
    for at, story_id, sha, source in views.db.execute(_ANSWERS):
        if at[:10] < since:
            break
        words = topic_words(load_text(log, sha).title)
        topics.add(words)
        if at[:10] == today.isoformat() and story_id not in read:
            read[story_id] = Candidate(-1, story_id, 0.0, source, words)
    return topics, list(read.values())[::-1]
