"""Why a text scored what it did: terms for and against, shown in the text's own words, and the nearest example.

Owns the reasons and how a term is found again in the text. The weights are model.py's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from monitor.classify import features

if TYPE_CHECKING:
    from monitor.classify.model import Model

N_FOR, N_AGAINST = 5, 3  # reasons shown; the strongest twice as many are looked at, patterns standing up to three times
PATTERNS = features.VIEWS.index("patterns")


class Reason(msgspec.Struct, frozen=True):
    """One term's part in the log-odds: `shown` is what stands in the text, `term` what it was counted as."""

    shown: str
    term: str
    view: str
    weight: float


class Explanation(msgspec.Struct, frozen=True):
    """A score and what it is made of: bias + weights of all reasons + rest = the score's log-odds."""

    score: float
    bias: float
    terms_for: tuple[Reason, ...]
    terms_against: tuple[Reason, ...]
    rest: float
    nearest: str = ""
    nearest_title: str = ""
    nearest_similarity: float = 0.0


def explain(
    model: Model, title: str, summary: str = "", text: str = "", lang: str = "", *, nearest: bool = True
) -> Explanation:
    """Score a text and say why; without `nearest` the examples are not searched."""
    from monitor.classify.model import sigmoid

    passages = features.read(title, summary, text, lang)
    counts = features.count(passages)
    margin, parts = model.weigh(counts)
    parts.sort()
    top = [part for part in _merged(parts[: -2 * N_FOR - 1 : -1]) if part[0] > 0][:N_FOR]
    bottom = [part for part in _merged(parts[: 2 * N_AGAINST]) if part[0] < 0][:N_AGAINST]
    ref, name, similarity = nearest_example(model, counts) if nearest else ("", "", 0.0)
    return Explanation(
        score=sigmoid(margin),
        bias=model.bias,
        terms_for=tuple(_reason(passages, *part) for part in top),
        terms_against=tuple(_reason(passages, *part) for part in bottom),
        rest=margin - model.bias - sum(part[0] for part in (*top, *bottom)),
        nearest=ref,
        nearest_title=name,
        nearest_similarity=similarity,
    )


def _merged(parts: Sequence[tuple[float, str, int]]) -> list[tuple[float, str, int]]:
    """Add up what one pattern adds in the title, in a sentence and in the lead; leave the other views' terms alone."""
    sums: dict[tuple[str, int], float] = {}
    for weight, term, view in parts:
        key = (term[2:] if view == PATTERNS else term, view)
        sums[key] = sums.get(key, 0.0) + weight
    return [(weight, term, view) for (term, view), weight in sums.items()]


def nearest_example(model: Model, counts: features.Counts) -> tuple[str, str, float]:
    """Return (ref, title, cosine) of the example whose concepts are most like the text's."""
    terms = counts[features.VIEWS.index("concepts")]
    likeness: dict[int, float] = {}
    for n, found in zip(terms.values(), map(model.example_index.get, terms), strict=True):
        for place, value in found or ():
            likeness[place] = likeness.get(place, 0.0) + n * value
    if not likeness:
        return "", "", 0.0
    place = max(likeness, key=lambda p: (likeness[p], -p))
    example = model.data.examples[place]
    length = math.sqrt(sum(n * n for n in terms.values()))
    return example.ref, example.title, round(likeness[place] / length, 4)


def _reason(passages: features.Passages, weight: float, term: str, view: int) -> Reason:
    return Reason(_shown(passages, term, view), term, features.VIEWS[view], weight)


def _shown(passages: features.Passages, term: str, view: int) -> str:
    """Return the words of the text that made a term count, the first time they stand there."""
    if view == PATTERNS:
        return _find_pattern(passages, term)
    find = _find_concepts if view else _find_words
    for passage in passages:
        found = find(passage, term)
        if found:
            return found
    return term


def _find_words(passage: features.Passage, term: str) -> str:
    first, _, second = term.partition(" ")
    words = passage.marked.words
    at = -1
    for _ in range(words.count(first)):
        at = words.index(first, at + 1)
        if not second:
            return _tokens(passage, at)
        there = next((i for i in range(at + 1, len(words)) if features.counts_as_word(words[i])), at)
        if words[there] == second:
            return f"{_tokens(passage, at)} … {_tokens(passage, there)}"
    return ""


def _tokens(passage: features.Passage, at: int) -> str:
    """Return the token at a place with those a phrase's mask took in."""
    end = at + 1
    words = passage.marked.words
    while end < len(words) and not words[end]:
        end += 1
    return " ".join(passage.tokens[at:end])


def _find_concepts(passage: features.Passage, term: str) -> str:
    first, _, second = term.partition(" ")
    for sentence in passage.marked.concepts:
        before = None
        for part in sentence:
            if not second and part[0] == first:
                return _span(passage, part)
            if second and part[0] == second and before is not None and before[0] == first:
                return f"{_span(passage, before)} … {_span(passage, part)}"
            before = part
    return ""


def _find_pattern(passages: features.Passages, name: str) -> str:
    """Return the words of a pattern's kinds: those of one sentence that has them all, else the first of each."""
    needed = features.pattern_kinds(name)
    scattered: list[str] = []
    missing = needed
    for passage in passages:
        for sentence in passage.marked.concepts:
            left, said = needed, []
            for part in sentence:
                word = _span(passage, part)
                if part[3] & left:
                    left &= ~part[3]
                    said.append(word)
                if part[3] & missing:
                    missing &= ~part[3]
                    scattered.append(word)
            if not left:
                return " … ".join(said)
    return " … ".join(scattered)


def _span(passage: features.Passage, part: tuple[str, int, int, int]) -> str:
    return " ".join(passage.tokens[part[1] : part[2]])
