"""Which part of a found text to show, and what to mark in it. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import msgspec

from monitor.views.search.query import Query, SearchTerm
from monitor.views.search.words import Token, tokens_of

SNIPPET_CHARS = 240
_READ_CHARS = 60_000  # a match behind that shows the text's beginning instead


class Highlighted(msgspec.Struct, frozen=True):
    """A text to show, and the (start, end) of what fits the query in it, in order and apart."""

    text: str
    marks: list[tuple[int, int]] = []


def terms_to_mark(query: Query, *, title: bool) -> list[SearchTerm]:
    """Return the terms a reader looks for in a headline, or in what stands below it."""
    return [term for any_of in query.wanted for term in any_of if title or not term.title]


def mark(text: str, terms: Sequence[SearchTerm]) -> Highlighted:
    """Return the whole text with its marks."""
    return Highlighted(text, _places(tokens_of(text[:_READ_CHARS]), terms))


def snippet(text: str, terms: Sequence[SearchTerm], n_chars: int = SNIPPET_CHARS) -> Highlighted:
    """Return the stretch of a text where most marks stand, cut at words, its breaks as spaces; else its beginning."""
    marks = _places(tokens_of(text[:_READ_CHARS]), terms)
    start = max(0, _densest(marks, n_chars) - n_chars // 4)
    end = min(len(text), start + n_chars)
    while start and not text[start - 1].isspace() and start > end - n_chars - 20:
        start -= 1
    while end < len(text) and not text[end].isspace() and end < start + n_chars + 40:
        end += 1
    before, after = "… " if start else "", " …" if end < len(text) else ""
    shift = len(before) - start
    inside = [(a + shift, b + shift) for a, b in marks if start <= a and b <= end]
    body = "".join(" " if char.isspace() else char for char in text[start:end])
    return Highlighted(f"{before}{body}{after}", inside)


def _densest(marks: Sequence[tuple[int, int]], n_chars: int) -> int:
    """Return the start of the first mark from which most others are in reach; 0 where there is none."""
    starts = [start for start, _ in marks]
    reach = [bisect_left(starts, start + n_chars * 3 // 4) - at for at, start in enumerate(starts)]
    return starts[reach.index(max(reach))] if reach else 0


def _places(tokens: Sequence[Token], terms: Sequence[SearchTerm]) -> list[tuple[int, int]]:
    at: dict[str, list[int]] = {}
    for number, token in enumerate(tokens):
        at.setdefault(token.word, []).append(number)
    found = [(tokens[first].start, tokens[last].end) for term in terms for first, last in _runs(tokens, at, term)]
    return _apart(sorted(set(found)))


def _runs(tokens: Sequence[Token], at: dict[str, list[int]], term: SearchTerm) -> list[tuple[int, int]]:
    """Return (first, last) token of each place where a term's words stand in a row."""
    *front, last = term.words
    firsts = at.get(front[0], []) if front else _fitting(at, last, term)
    runs = []
    for first in firsts:
        end = first + len(term.words) - 1
        if (
            end < len(tokens)
            and [token.word for token in tokens[first:end]] == front
            and _fits(tokens[end], last, term)
        ):
            runs.append((first, end))
    return runs


def _fitting(at: dict[str, list[int]], word: str, term: SearchTerm) -> list[int]:
    if not term.prefix:
        return at.get(word, [])
    return sorted(number for known, numbers in at.items() if known.startswith(word) for number in numbers)


def _fits(token: Token, word: str, term: SearchTerm) -> bool:
    return token.word.startswith(word) if term.prefix else token.word == word


def _apart(places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the places with those that touch or overlap made one."""
    joined: list[tuple[int, int]] = []
    for start, end in places:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
