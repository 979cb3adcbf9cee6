"""Choose the rows of one day's queue: the most likely first, no happening twice, no story, topic or source in bulk.

A pure function of the candidates; the replay of `simulate` runs it day by day. It hides nothing for good: what is put
behind today is a candidate again tomorrow. Stories decide which entries stand together; titles keep a story that has
grown too wide (a war, a campaign) from hiding a new happening inside it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

SOURCE_SHARE = 0.5  # one source fills at most this share of a day's rows while others wait
STORY_ROWS = 2  # one story fills at most this many rows of a day while others wait
SAME_TOPIC = 0.5  # titles that share this share of the shorter one's content words are about one topic
_WORD = re.compile(r"[^\W\d_]{4,}")


class Candidate(msgspec.Struct, frozen=True):
    """An entry that waits for a decision; `entry` is the caller's name for it."""

    entry: int
    story_id: str
    score: float
    source: str
    words: frozenset[str]


class PickedRow(msgspec.Struct, frozen=True):
    """A row: its best entry, and every waiting entry of the same story and topic, best first."""

    lead: Candidate
    entries: tuple[int, ...]


def topic_words(title: str) -> frozenset[str]:
    """Return a title's words of four letters or more, cut to six letters as a crude stem."""
    return frozenset(word[:6] for word in _WORD.findall(title.lower()))


def same_topic(first: frozenset[str], second: frozenset[str]) -> bool:
    """Tell whether two titles share half of the shorter one's words, and two words at least."""
    shared = len(first & second)
    return shared >= 2 and shared >= SAME_TOPIC * min(len(first), len(second))


def pick_rows(candidates: Iterable[Candidate], n_rows: int, answered: Sequence[frozenset[str]] = ()) -> list[PickedRow]:
    """Return at most `n_rows` rows, best score first (ties by entry).

    An entry about the topic of a better row joins it or waits for another day. One about a topic answered lately
    (`answered`), or whose source or story has had its share of the day, is put behind the rest.
    """
    ranked = sorted(candidates, key=lambda c: (-c.score, c.entry))
    leads: list[Candidate] = []
    behind: list[Candidate] = []
    per_source: Counter[str] = Counter()
    per_story: Counter[str] = Counter()
    limit = max(1, int(n_rows * SOURCE_SHARE))
    for candidate in ranked:
        if len(leads) == n_rows:
            break
        if any(same_topic(candidate.words, lead.words) for lead in leads):
            continue
        if (
            per_source[candidate.source] >= limit
            or per_story[candidate.story_id] >= STORY_ROWS
            or any(same_topic(candidate.words, words) for words in answered)
        ):
            behind.append(candidate)
            continue
        leads.append(candidate)
        per_source[candidate.source] += 1
        per_story[candidate.story_id] += 1
    leads += behind[: n_rows - len(leads)]
    return [PickedRow(lead, _members(lead, ranked)) for lead in leads]


def _members(lead: Candidate, ranked: Sequence[Candidate]) -> tuple[int, ...]:
    others = (
        c.entry
        for c in ranked
        if c.entry != lead.entry and c.story_id == lead.story_id and same_topic(c.words, lead.words)
    )
    return (lead.entry, *others)
