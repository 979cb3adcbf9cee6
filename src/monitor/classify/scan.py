"""The compiled scorer's other half: a model's terms and a lexicon's words, handed to _scan.c as it asks for them.

_scan.c takes text/ and features.py's steps in one pass, at a seventh of their cost and to the same last bit. It is
there where installation found a C compiler, and left alone where MONITOR_PLAIN_PYTHON is set. Owns the way from words,
entries and terms to the numbers it counts in; no rule of reading or weighing is here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from monitor.classify import features
from monitor.text import mask
from monitor.text.language import LANGUAGES, ballot, points_of, prior, voices
from monitor.text.tokens import fold_token

VERSION = 5  # of what the two halves say to each other
_NONE, _MANY_STATES = -1, -2
_WORDS, _CONCEPTS, _PATTERNS = range(3)

# A view: its terms with (idf squared, idf times weight), the pad and the unknown idf, both squared.
View = tuple[Mapping[str, tuple[float, float]], float, float]


@cache
def compiled() -> Any:
    """Return the compiled module, or None where the plain scorer must do."""
    if os.environ.get("MONITOR_PLAIN_PYTHON"):
        return None
    try:
        from monitor.classify import _scan  # type: ignore[attr-defined]
    except ImportError:
        return None
    return _scan if getattr(_scan, "VERSION", None) == VERSION else None


class Scan:
    """One model's terms as numbers, and the words met; when `crowded` it has met enough, and another must be made.

    `views` stand in the order of features.VIEWS; unknown words must weigh nothing.
    """

    def __init__(self, bias: float, views: Sequence[View]) -> None:
        (words, _, _), (concepts, _, _), (patterns, _, unknown_pattern) = views
        self._nodes: dict[mask.Form | mask.Branch, int] = {}
        self._concepts: dict[str, int] = {"": _NONE}
        self._core = compiled().Scan(
            fold=_fold, lexicon=_lexicon, number=self._node, votes=_votes, cased=mask.CASED,
            n_languages=len(LANGUAGES), n_voices=len(voices()), bias=bias,
            pads=tuple(view[1] for view in views), unknowns=tuple(view[2] for view in views),
            title_counts=features.TITLE_COUNTS, lead_sentences=features.LEAD_SENTENCES,
            seed=int.from_bytes(os.urandom(8)),
        )  # fmt: skip
        for word in features.SILENT:
            self._core.bind_silent(word)
        for term, weights in words.items():
            self._bind_words(term, self._core.add_term(_WORDS, *weights, True))
        for term, weights in concepts.items():
            one, _, two = term.partition(" ")
            number = self._core.add_term(_CONCEPTS, *weights, True)
            self._core.bind_concepts(self._concept(one), self._concept(two), number)
        for name, needed, barred in features.patterns():
            for place, prefix in enumerate(features.PLACES):
                known = patterns.get(prefix + name)
                if known or unknown_pattern:
                    number = self._core.add_term(_PATTERNS, *(known or (unknown_pattern, 0.0)), known is not None)
                    self._core.bind_pattern(place, needed, barred, number)
        self._core.begin()

    @property
    def crowded(self) -> bool:
        """Whether so many words were met that it is time for a new one."""
        return bool(self._core.crowded)

    def log_odds(self, head: str, body: str, lang: str) -> float | None:
        """Return the log-odds of a text as features.cleaned gave it; None while another thread's text is under way."""
        text = "" if head.isascii() and body.isascii() else f"{head}\n{body}"  # ASCII has no telling letters
        total: float | None = self._core.log_odds(head, body, prior(text, lang).ballot)
        return total

    def _bind_words(self, term: str, number: int) -> None:
        one, blank, two = term.partition(" ")
        if blank:
            self._core.bind_pair(one, two, number)
        else:
            self._core.bind_word(one, number)

    def _concept(self, name: str) -> int:
        return self._concepts.setdefault(name, len(self._concepts))

    def _node(self, found: mask.Form | mask.Branch) -> int:
        number = self._nodes.get(found)
        if number is None:
            number = self._add_branch(found) if isinstance(found, mask.Branch) else self._add_entry(found)
            self._nodes[found] = number
        return number

    def _add_branch(self, branch: mask.Branch) -> int:
        entry = _NONE if branch.entry is None else self._node(branch.entry)
        following, stems = (
            {word: self._node(onward) for word, onward in words.items()} for words in (branch.following, branch.stems)
        )
        number: int = self._core.add_branch(entry, following, stems)
        return number

    def _add_entry(self, entry: mask.Form) -> int:
        states = entry.bits >> mask.KINDS_WIDTH
        state = _MANY_STATES if states.bit_count() > 1 else states.bit_length() - 1
        kinds = entry.bits & ((1 << mask.KINDS_WIDTH) - 1)
        number: int = self._core.add_entry(kinds, state, self._concept(entry.concept), entry.mask)
        return number


def _fold(token: str) -> str:
    return mask.CASED.get(token) or fold_token(token)


def _votes(word: str) -> bytes:
    """Return a word's points for each language, nothing where it has none."""
    points = points_of(word)
    return ballot(points) if points else b""


def _lexicon(language: int) -> tuple[mask.Lexicon, dict[str, list[int]], int, bool]:
    """Return a lexicon with what tells at a glance that it holds nothing for a word."""
    lexicon = mask.lexicon_for(LANGUAGES[language])
    return lexicon, lexicon.lengths, mask.HEAD, lexicon.asks_always
