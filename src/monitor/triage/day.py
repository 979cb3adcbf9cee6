"""The day's rows of the queue: hands what waits to the rule that `simulate` uses too (learn/rows.pick_rows).

A function of the views, the log's titles and `now`: asked for an earlier moment it answers as it did then. Titles are
read for as many rows as the day needs, and for the newest answers; nothing is left out of the order it returns.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta

import msgspec

from monitor.learn.rows import (
    ARCHIVE,
    KNOWN,
    OLDER,
    QUEUE_DAYS,
    RECENT_DAYS,
    WaitingRow,
    pick_rows,
    rank,
    topic_words,
)
from monitor.log.store import EventStore
from monitor.views.fold import Views
from monitor.views.queries import labels
from monitor.views.queries.texts import read_text, read_texts

ARCHIVE_DAYS = 14
MAX_ANSWERS = 200  # the newest answers whose topics and sources are looked at


class Waiting(msgspec.Struct):
    """A story on its way to a row: its leading entry, whose score, text and source these are, and its newest flag."""

    story_id: str
    lead: str
    lead_position: int
    score: float
    band: str
    flagged_at: str
    text_sha: str
    source: str
    case_id: str
    from_archive: bool = False
    behind: str = ""


def is_from_archive(flagged_at: str, published_at: str) -> bool:
    """Tell whether an entry was published so long before its flag that a feed must have listed its archive."""
    if not published_at:
        return False
    age = datetime.fromisoformat(flagged_at) - datetime.fromisoformat(published_at)
    return age >= timedelta(days=ARCHIVE_DAYS)


def day_first(
    log: EventStore,
    views: Views,
    now: datetime,
    waiting: Sequence[Waiting],
    n_day: int,
    known: Collection[str] = (),
) -> list[Waiting]:
    """Return what waits (best score first) with the day's rows before the rest; `behind` says what was put behind why.

    A story is as old as its newest flag: an entry that joins one makes it new again. One that holds nothing but what a
    feed listed from its archive stands behind everything else, alerts too. Last come the stories `known`, which are
    shown today among the known cases that moved.
    """
    apart = [item for item in waiting if item.story_id in known]
    for item in apart:
        item.behind = KNOWN
    return [*_ordered(log, views, now, [item for item in waiting if item.story_id not in known], n_day), *apart]


def _ordered(log: EventStore, views: Views, now: datetime, waiting: Sequence[Waiting], n_day: int) -> list[Waiting]:
    today = now.date()
    ranked = sorted(
        rank(
            number,
            item.score,
            older=item.from_archive or _is_older(item, today),
            alert=item.band == "alert" and not item.from_archive,
        )
        for number, item in enumerate(waiting)
    )
    answered, read = _answers(log, views, today)
    choice = pick_rows(_candidates(log, waiting, (number for _, _, number in ranked)), n_day, answered, read)
    first = [row.entry for row in choice.rows]
    chosen = set(first)
    order = first + [number for number in range(len(waiting)) if number not in chosen]
    for item in waiting:
        item.behind = ARCHIVE if item.from_archive else ""
    furthest = -1
    for number in order:
        if number < furthest:  # a lower-scored row stands before it
            waiting[number].behind = waiting[number].behind or choice.behind.get(number, OLDER)
        furthest = max(furthest, number)
    return [waiting[number] for number in order]


def _is_older(item: Waiting, today: date) -> bool:
    return (today - date.fromisoformat(item.flagged_at[:10])).days >= QUEUE_DAYS


def _candidates(log: EventStore, waiting: Sequence[Waiting], numbers: Iterator[int]) -> Iterator[WaitingRow]:
    """Yield candidates in order, reading a title only when asked for the next."""
    for number in numbers:
        item = waiting[number]
        words = topic_words(read_text(log, item.text_sha).headline)
        alert = item.band == "alert" and not item.from_archive
        yield WaitingRow(number, item.story_id, item.score, item.source, words, alert=alert, case_id=item.case_id)


def _answers(log: EventStore, views: Views, today: date) -> tuple[set[frozenset[str]], list[WaitingRow]]:
    """Return the topics answered lately, and the rows read today (UTC), oldest first, one for each story."""
    since = (today - timedelta(days=RECENT_DAYS)).isoformat()
    topics: set[frozenset[str]] = set()
    read: dict[str, WaitingRow] = {}
    lately = [answer for answer in labels.newest_answers(views, MAX_ANSWERS) if answer.at[:10] >= since]
    for answer, text in zip(lately, read_texts(log, (each.text_sha for each in lately)), strict=True):
        words = topic_words(text.headline)
        topics.add(words)
        if answer.at[:10] == today.isoformat() and answer.story_id not in read:
            read[answer.story_id] = WaitingRow(-1, answer.story_id, 0.0, answer.source, words)
    return topics, list(read.values())[::-1]
