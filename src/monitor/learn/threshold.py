"""The threshold that follows a deployment's own flow: a cap on a usual day's rows, and a floor of likelihood.

A pure function of the last day's scores, so that it can be worked out again from the log. The cap: of the entries seen
in the last 24 hours the best rows, topics counted once, are what a day has room for; the last of them is where the
threshold stands. A burst fills the window with high scores and lifts the threshold within hours; a quiet day lowers it,
but not below the floor, under which almost nothing is a plot; nor does a burst lift it above the ceiling, so that what
stands out is never hidden. What was passed over and stands above the threshold within its day is flagged then.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import msgspec

from monitor.classify.bands import Thresholds
from monitor.classify.model import sigmoid
from monitor.learn.rows import LOOKED_AT, same_topic, topic_words

WINDOW_S = 86_400  # of the flow that is looked at, and the first span of a deployment that has no flow yet
FLOOR, CEILING = 0.42, 0.95  # docs/classifier.md: what the floor costs and spares
MOST, MOST_BURST = 2, 3  # times its rows that any 24 hours flag, and those of a burst
LEAST_MOVE = 0.02  # of the threshold; less is not worth an event
START, BURST, CAP, QUIET = "no day of entries yet", "more rows than a day has room for", "the day's rows", "a quiet day"


class Seen(msgspec.Struct, frozen=True):
    """An entry of the last 24 hours: its score, and its title (empty where it was erased)."""

    score: float
    title: str


class Flow(msgspec.Struct, frozen=True):
    """The last 24 hours: how many entries were scored, the best of them (best first), and how long scores go back."""

    n_entries: int
    best: tuple[Seen, ...]
    known_s: float


class BandPlacement(msgspec.Struct, frozen=True):
    """Where both bands stand, why, and on what evidence: entries looked at, rows that reach the floor."""

    thresholds: Thresholds
    why: str
    n_entries: int = 0
    n_rows: int = 0


def follow(own: Thresholds, flow: Flow, rows_per_day: float) -> BandPlacement:
    """Return where the thresholds stand after this flow; `own` are the model's, which hold until there is a day of it.

    Both bands move together: the distance between them, in log-odds, stays the model's.
    """
    if flow.known_s < WINDOW_S:
        return BandPlacement(own, START, flow.n_entries)
    rows = best_rows(flow.best, FLOOR)
    n_room = max(1, round(rows_per_day))
    if len(rows) < n_room:
        flag, why = FLOOR, QUIET
    else:
        flag, why = min(rows[n_room - 1], CEILING), BURST if rows[n_room - 1] > own.flag else CAP
    look = sigmoid(_log_odds(flag) - (_log_odds(own.flag) - _log_odds(own.look_again)))
    return BandPlacement(Thresholds(round(flag, 6), round(look, 6)), why, flow.n_entries, len(rows))


def most_rows(threshold: float, own: float, rows_per_day: float) -> int:
    """Return how many rows 24 hours may flag: a burst, in which the threshold stands above the model's own, some more.

    In scores that rise all day each new entry is the best so far, and where a burst ends the window lets go of it.
    """
    return (MOST_BURST if threshold > own else MOST) * max(1, round(rows_per_day))


def within_day(waiting: Sequence[Seen], flagged: Sequence[Seen], most: int) -> list[int]:
    """Return the places in `waiting` (best first) of what may be flagged beside what 24 hours flagged already.

    An entry on a topic that was flagged takes no row; what stands above the ceiling needs no room.
    """
    topics: list[frozenset[str]] = []
    for seen in flagged:
        _is_new(topics, topic_words(seen.title))
    chosen = []
    for place, seen in enumerate(waiting):
        if len(topics) < most or seen.score >= CEILING:
            _is_new(topics, topic_words(seen.title))
            chosen.append(place)
        elif _is_known(topics, topic_words(seen.title)):
            chosen.append(place)
    return chosen


def n_topics(flagged: Iterable[Seen]) -> int:
    """Return how many rows flagged entries make."""
    topics: list[frozenset[str]] = []
    return sum(_is_new(topics, topic_words(seen.title)) for seen in flagged)


def has_moved(before: float, after: float) -> bool:
    """Tell whether a threshold's move is worth an event."""
    return abs(before - after) >= LEAST_MOVE


def best_rows(best: Iterable[Seen], floor: float) -> list[float]:
    """Return the scores of the rows at or above `floor`, best first: a topic counts once, by its best entry."""
    scores: list[float] = []
    topics: list[frozenset[str]] = []
    for seen in best:
        if seen.score < floor or len(scores) == LOOKED_AT:
            break
        if _is_new(topics, topic_words(seen.title)):
            scores.append(seen.score)
    return scores


def _is_new(topics: list[frozenset[str]], words: frozenset[str]) -> bool:
    """Tell whether a topic is none of the known ones, and add it then."""
    if _is_known(topics, words):
        return False
    topics.append(words)
    return True


def _is_known(topics: Sequence[frozenset[str]], words: frozenset[str]) -> bool:
    return bool(words) and any(words == other or same_topic(words, other) for other in topics)


def _log_odds(score: float) -> float:
    return math.log(score / (1 - score))
