"""Choose the rows of one day's queue: the most likely stories first, none twice, no source and no topic in bulk.

A pure function of the candidates; the queue of triage and the replay of `simulate` both call it. It hides nothing for
good: what is put behind today is a candidate again tomorrow.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

SOURCE_SHARE = 0.5  # one source fills at most this share of a day's rows while others wait
SAME_TOPIC = 0.5  # titles sharing this share of their content words are about one topic
_WORD = re.compile(r"[^\W\d_]{4,}")


class Candidate(msgspec.Struct, frozen=True):
    """A story that waits for a decision: its best score, where it came from and its title."""

    story_id: str
    score: float
    source: str
    title: str


def topic_words(title: str) -> frozenset[str]:
    """Return a title's words of four letters or more, cut to six letters as a crude stem."""
    return frozenset(word[:6] for word in _WORD.findall(title.lower()))


def same_topic(first: frozenset[str], second: frozenset[str]) -> bool:
    """Tell whether two titles share at least half of the shorter one's words (and two words)."""
    shared = len(first & second)
    return shared >= 2 and shared >= SAME_TOPIC * min(len(first), len(second))


def pick_rows(candidates: Iterable[Candidate], n_rows: int, recent: Sequence[frozenset[str]] = ()) -> list[Candidate]:
    """Return at most `n_rows` candidates, best score first (ties by id).

    A candidate about the topic of a better one, or of a row answered lately (`recent`), and one whose source has had
    its share, is put behind the rest.
    """
    ranked = sorted(candidates, key=lambda c: (-c.score, c.story_id))
    picked: list[Candidate] = []
    behind: list[Candidate] = []
    topics = list(recent)
    per_source: Counter[str] = Counter()
    limit = max(1, int(n_rows * SOURCE_SHARE))
    for candidate in ranked:
        if len(picked) == n_rows:
            break
        words = topic_words(candidate.title)
        if per_source[candidate.source] >= limit or any(same_topic(words, topic) for topic in topics):
            behind.append(candidate)
            continue
        picked.append(candidate)
        topics.append(words)
        per_source[candidate.source] += 1
    return picked + behind[: n_rows - len(picked)]
