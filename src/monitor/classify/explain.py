"""Why a text scored what it did: terms for and against, shown in the text's own words, and the nearest example.

Owns the reasons and how a term is found again in the text. The weights are model.py's.
"""

from __future__ import annotations

from itertools import pairwise

import msgspec

from monitor.classify import features

N_FOR, N_AGAINST = 5, 3  # reasons shown; the strongest twice as many are looked at, patterns standing up to three times
PATTERNS = features.VIEWS.index("patterns")

Part = tuple[float, str, int]  # a term's part in the log-odds, the term, its view's place among features.VIEWS
Nearest = tuple[str, str, float]  # the example most like a text: its ref, its title, the cosine


class TermPart(msgspec.Struct, frozen=True):
    """One term's part in the log-odds: `shown` is what stands in the text, `term` what it was counted as."""

    shown: str
    term: str
    view: str
    weight: float


class Explanation(msgspec.Struct, frozen=True):
    """A score and what it is made of: bias + weights of all reasons + rest = the score's log-odds."""

    score: float
    bias: float
    terms_for: tuple[TermPart, ...]
    terms_against: tuple[TermPart, ...]
    rest: float
    nearest: str = ""
    nearest_title: str = ""
    nearest_similarity: float = 0.0


def explained(
    passages: features.Passages, score: float, margin: float, bias: float, parts: list[Part], nearest: Nearest
) -> Explanation:
    """Return a score with its reasons: `margin` is its log-odds, made of `bias` and of more than the `parts`."""
    parts = sorted(parts)
    top = bottom = []
    if parts and parts[-1][0] > 0:
        top = [part for part in _merged(parts[: -2 * N_FOR - 1 : -1]) if part[0] > 0][:N_FOR]
    if parts and parts[0][0] < 0:
        bottom = [part for part in _merged(parts[: 2 * N_AGAINST]) if part[0] < 0][:N_AGAINST]
    rest = margin - bias - sum([part[0] for part in (*top, *bottom)])
    return Explanation(score, bias, _reasons(passages, top), _reasons(passages, bottom), rest, *nearest)


def _merged(parts: list[Part]) -> list[Part]:
    """Add up what one pattern adds in the title, in a sentence and in the lead; leave the other views' terms alone."""
    merged: list[Part] = []
    places: dict[str, int] = {}
    for part in parts:
        weight, term, view = part
        if view != PATTERNS:
            merged.append(part)
        elif (name := term[2:]) in places:
            place = places[name]
            merged[place] = (merged[place][0] + weight, name, view)
        else:
            places[name] = len(merged)
            merged.append((weight, name, view))
    return merged


def _reasons(passages: features.Passages, parts: list[Part]) -> tuple[TermPart, ...]:
    return tuple([TermPart(_FIND[view](passages, term), term, features.VIEWS[view], w) for w, term, view in parts])


def _find_words(passages: features.Passages, term: str) -> str:
    """Return the words of the text that made a word or a pair count, the first time they stand there."""
    if " " in term:
        return _find_pair(passages, term)
    head, body = passages
    if term in head.marked.words:
        return _tokens(head, head.marked.words.index(term))
    return _tokens(body, body.marked.words.index(term))  # it was counted, so it stands in one of them


def _find_pair(passages: features.Passages, term: str) -> str:
    first, _, second = term.partition(" ")
    for passage in passages:
        words = passage.marked.words
        at = -1
        for _ in range(words.count(first) if second in words else 0):
            at = words.index(first, at + 1)
            there = next((i for i in range(at + 1, len(words)) if features.counts_as_word(words[i])), at)
            if words[there] == second:
                return f"{_tokens(passage, at)} … {_tokens(passage, there)}"
    return term


def _tokens(passage: features.Passage, at: int) -> str:
    """Return the token at a place with those a phrase's mask took in."""
    tokens, (words, _, _) = passage
    end = at + 1
    if end == len(words) or words[end]:
        return tokens[at]
    while end < len(words) and not words[end]:
        end += 1
    return " ".join(tokens[at:end])


def _find_concepts(passages: features.Passages, term: str) -> str:
    """Return the words of a concept or of a pair of them, the first time they stand there."""
    if " " in term:
        return _find_concept_pair(passages, term)
    for passage in passages:
        for sentence in passage.marked.concepts:
            for part in sentence:
                if part[0] == term:
                    return _span(passage, part)
    return term


def _find_concept_pair(passages: features.Passages, term: str) -> str:
    first, _, second = term.partition(" ")
    for passage in passages:
        for sentence in passage.marked.concepts:
            for before, part in pairwise(sentence):
                if part[0] == second and before[0] == first:
                    return f"{_span(passage, before)} … {_span(passage, part)}"
    return term


def _find_pattern(passages: features.Passages, name: str) -> str:
    """Return the words of a pattern's kinds: those of one sentence that has them all, else the first of each."""
    needed = features.pattern_kinds(name)
    for passage in passages:
        _, concepts, sentences = passage.marked
        for place, bits in enumerate(sentences):
            if bits & needed == needed:
                return " … ".join(_words_of(passage, concepts[place], needed)[0])
    said: list[str] = []
    for passage in passages:
        for sentence in passage.marked.concepts:
            found, needed = _words_of(passage, sentence, needed)
            said += found
    return " … ".join(said)


def _words_of(
    passage: features.Passage, sentence: list[tuple[str, int, int, int]], needed: int
) -> tuple[list[str], int]:
    """Return the words that first stand for a kind needed, and the kinds still missing after the sentence."""
    said = []
    for part in sentence:
        if part[3] & needed:
            needed &= ~part[3]
            said.append(_span(passage, part))
            if not needed:
                break
    return said, needed


def _span(passage: features.Passage, part: tuple[str, int, int, int]) -> str:
    _, start, end, _ = part
    return passage.tokens[start] if end == start + 1 else " ".join(passage.tokens[start:end])


_FIND = (_find_words, _find_concepts, _find_pattern)  # in the order of features.VIEWS
