"""The day's rows: the most likely first, no happening twice, no story, topic or source in bulk, new before old.

The one rule by which the queue of triage and the replay of `simulate` choose what is read first; a pure function of the
candidates. It hides nothing: what is put behind today, with a word that says why, is a candidate again tomorrow.
Stories decide which entries stand together; titles keep a story that has grown too wide (a war, a campaign) from hiding
a new happening inside it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import islice

import msgspec

from monitor.text.plain import plain_words

QUEUE_DAYS = 3  # a row that has waited for so many days stands behind newer ones
RECENT_DAYS = 3  # a topic answered is put behind for this many days
LOOKED_AT = 200  # candidates a day that are looked at, best first
SOURCE_SHARE = 0.5  # one source fills at most this share of a day's rows while others wait
STORY_ROWS = 2  # one story fills at most this many rows of a day while others wait
SAME_TOPIC = 0.5  # titles that share this share of the shorter one's content words are about one topic
MAX_TITLE = 400  # characters of a title that are read
REASONS = TOPIC, ANSWERED, OLDER, SOURCE, STORY, ARCHIVE, KNOWN = (
    "same topic", "answered lately", "older", "source", "story", "archive", "known case",
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]{4,}")


class WaitingRow(msgspec.Struct, frozen=True):
    """A row that could be read today; `entry` is the caller's name for its leading entry.

    `alert` marks one that reached the score of immediate alerts; `case_id` is empty where cases are not known.
    """

    entry: int
    story_id: str
    score: float
    source: str
    words: frozenset[str]
    alert: bool = False
    case_id: str = ""


class Choice(msgspec.Struct, frozen=True):
    """The day's rows in order, and why those that were put behind were."""

    rows: tuple[WaitingRow, ...]
    behind: dict[int, str]


def topic_words(title: str) -> frozenset[str]:
    """Return a title's words of four letters or more, cut to six letters as a crude stem."""
    return frozenset(word[:6] for word in _WORD.findall(plain_words(title[:MAX_TITLE]).lower()))


def same_topic(first: frozenset[str], second: frozenset[str]) -> bool:
    """Tell whether two titles share half of the shorter one's words, and two words at least."""
    shared = len(first & second)
    return shared >= 2 and shared >= SAME_TOPIC * min(len(first), len(second))


def rank(entry: int, score: float, *, older: bool = False, alert: bool = False) -> tuple[bool, float, int]:
    """Return the key of the order `pick_rows` wants: best first, but older ones, unless alerts, behind the newer."""
    return (older and not alert, -score, entry)


def pick_rows(
    ranked: Iterable[WaitingRow],
    n_rows: int,
    answered: Collection[frozenset[str]] = (),
    read: Sequence[WaitingRow] = (),
) -> Choice:
    """Return the day's rows, at most `n_rows` with those already `read` today, from candidates in the order of `rank`.

    A row about the topic or the case of a better one, or of one read today, waits for another day. One about a topic
    answered lately (`answered`: the words of titles; alerts excepted), and one whose source or story has had its share
    of the day, is put behind the rest. Only as many candidates are taken from `ranked` as the day needs, LOOKED_AT at
    most. After `n_rows` answers the next day's worth of rows begins.
    """
    read = read[len(read) - len(read) % n_rows :]
    room = n_rows - len(read)
    rows: list[WaitingRow] = []
    later: list[WaitingRow] = []
    behind: dict[int, str] = {}
    for candidate in islice(ranked, LOOKED_AT):
        reason = _reason(candidate, rows, read, n_rows, answered)
        if reason:
            behind[candidate.entry] = reason
            later.append(candidate)
            continue
        rows.append(candidate)
        if len(rows) == room:
            break
    for candidate in later:
        if len(rows) < room and not _told_by_one_of(candidate, (*read, *rows)):
            rows.append(candidate)
    return Choice(tuple(rows), behind)


def _reason(
    candidate: WaitingRow,
    rows: Sequence[WaitingRow],
    read: Sequence[WaitingRow],
    n_rows: int,
    answered: Iterable[frozenset[str]],
) -> str:
    """Return why a candidate is put behind; empty where it is one of the day's rows."""
    day = (*read, *rows)
    if _told_by_one_of(candidate, day):
        return TOPIC
    if not candidate.alert and _about_one_of(candidate.words, answered):
        return ANSWERED
    if sum(row.source == candidate.source for row in day) >= max(1, int(n_rows * SOURCE_SHARE)):
        return SOURCE
    if sum(row.story_id == candidate.story_id for row in day) >= STORY_ROWS:
        return STORY
    return ""


def _told_by_one_of(candidate: WaitingRow, rows: Sequence[WaitingRow]) -> bool:
    """Tell whether one of the rows is about the candidate's topic, or another story of its case."""
    if candidate.case_id and any(row.case_id == candidate.case_id for row in rows):
        return True
    return _about_one_of(candidate.words, (row.words for row in rows))


def _about_one_of(words: frozenset[str], others: Iterable[frozenset[str]]) -> bool:
    return any(same_topic(words, other) for other in others)


def entries_of(row: WaitingRow, ranked: Iterable[WaitingRow]) -> tuple[int, ...]:
    """Return a row's entries: its own, then every candidate of the same story and topic, best first."""
    others = (
        c.entry
        for c in ranked
        if c.entry != row.entry and c.story_id == row.story_id and same_topic(c.words, row.words)
    )
    return (row.entry, *others)
