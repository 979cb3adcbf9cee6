"""Why a text scored what it did: terms for and against, shown in the text's own words, and the nearest example.

Owns the reasons and how a term is found again in the text. The weights are model.py's.
"""

from __future__ import annotations

import heapq
from operator import itemgetter
from typing import TYPE_CHECKING

import msgspec

from monitor.classify import features

if TYPE_CHECKING:
    from monitor.classify.model import Example, Model

N_TERMS = 6  # reasons shown for and against


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
    """Score a text and say why. Without `nearest` the examples are not searched (a fifth of the time)."""
    from monitor.classify.model import sigmoid

    passages = features.read(title, summary, text, lang)
    counts = features.count(passages)
    parts = model.contributions(counts)
    weighed = [(w, term, view) for view, part in enumerate(parts) for term, w in part.items()]
    top = [row for row in heapq.nlargest(N_TERMS, weighed) if row[0] > 0]
    low = [row for row in heapq.nsmallest(N_TERMS, weighed) if row[0] < 0]
    total = sum(map(itemgetter(0), weighed))
    shown = sum(map(itemgetter(0), (*top, *low)))
    ref, name, similarity = nearest_example(model.data.examples, counts) if nearest else ("", "", 0.0)
    return Explanation(
        score=sigmoid(model.margin(counts)),
        bias=model.bias,
        terms_for=tuple(_reason(passages, *row) for row in top),
        terms_against=tuple(_reason(passages, *row) for row in low),
        rest=total - shown,
        nearest=ref,
        nearest_title=name,
        nearest_similarity=similarity,
    )


def nearest_example(examples: tuple[Example, ...], counts: features.Counts) -> tuple[str, str, float]:
    """Return (ref, title, cosine) of the example whose concepts are most like the text's."""
    terms = counts[1]
    length = sum(n * n for n in terms.values()) ** 0.5
    best, ref, title = 0.0, "", ""
    for example in examples:
        common = terms.keys() & example.terms.keys()
        likeness = sum(terms[t] * example.terms[t] for t in common) / length if common else 0.0
        if likeness > best:
            best, ref, title = likeness, example.ref, example.title
    return ref, title, round(best, 4)


def _reason(passages: features.Passages, weight: float, term: str, view: int) -> Reason:
    return Reason(_shown(passages, term, view), term, features.VIEWS[view], weight)


def _shown(passages: features.Passages, term: str, view: int) -> str:
    """Return the words of the text that made a term count, the first time they stand there."""
    find = (_find_words, _find_concepts, _find_pattern)[view]
    for passage in passages:
        found = find(passage, term)
        if found:
            return found
    return term


def _find_words(passage: features.Passage, term: str) -> str:
    kept = [(word, at) for at, word in enumerate(passage.marked.words) if word and word != "."]
    words, n = [word for word, _ in kept], term.count(" ") + 1
    for i, word in enumerate(words):
        if term.startswith(word) and " ".join(words[i : i + n]) == term:
            end = kept[i + n][1] if i + n < len(kept) else len(passage.tokens)
            return " ".join(t for t in passage.tokens[kept[i][1] : end] if t not in ".!?…\n")
    return ""


def _find_concepts(passage: features.Passage, term: str) -> str:
    wanted = term.split(" ")
    for sentence in passage.marked.concepts:
        names = [name for name, _, _, _ in sentence]
        for i in range(len(names) - len(wanted) + 1):
            if names[i : i + len(wanted)] == wanted:
                return " … ".join(_span(passage, part) for part in sentence[i : i + len(wanted)])
    return ""


def _find_pattern(passage: features.Passage, term: str) -> str:
    needed = features.pattern_kinds(term)
    for sentence in passage.marked.concepts:
        said: list[str] = []
        left = needed
        for part in sentence:
            if part[3] & left:
                left &= ~part[3]
                said.append(_span(passage, part))
        if not left:
            return " … ".join(said)
    return ""


def _span(passage: features.Passage, part: tuple[str, int, int, int]) -> str:
    return " ".join(passage.tokens[part[1] : part[2]])
