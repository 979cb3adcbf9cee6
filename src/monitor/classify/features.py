"""A text's term counts, one mapping per view: what training fits and scoring reads.

Owns the order clean → language → split → mask → count, and the views:

words     masked words and their pairs ("#state plot"), empty words left out; as good as the texts trained on
concepts  concepts and their pairs, the same tokens in every language ("STATE ACCUSE")
patterns  kinds that stand together in one sentence or in the lead ("s:STATE+ACT+FOIL")

Owns no weight: model.py does. The lists behind the masks are data in text/lexicon/.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from monitor.text import mask
from monitor.text.clean import clean
from monitor.text.language import EMPTY_WORDS, guess_language
from monitor.text.plain import plain_words
from monitor.text.tokens import split

FEATURES_VERSION = 1
VIEWS = ("words", "concepts", "patterns")
TITLE_COUNTS = 2  # a title's terms count twice: measured, docs/classifier.md
TEXT_WORDS = 300  # of a full text the first words are read; fewer cost quality, more gain none (docs/classifier.md)
MAX_CHARS = 50_000  # of a title, summary or text; what follows is not read, so that no entry costs seconds
OUTLET_WORDS, TITLE_WORDS = 5, 4  # a title's tail of so few words behind so many is its outlet's name
LEAD_SENTENCES = 3  # the title and two more: where a report says what it reports

_CASED = frozenset(mask.CASED)  # a dict's keys would scan the list of words once for each of theirs
SILENT = EMPTY_WORDS | {"", "."}  # and letters alone
PLACES = SENTENCE, TITLE, LEAD = "s:", "t:", "d:"  # of a pattern

Counts = tuple[Mapping[str, float], Mapping[str, float], Mapping[str, float]]


class KnownWords(NamedTuple):
    """The words view's terms a model weighs, and the first words of those that are pairs."""

    terms: Set[str]
    firsts: Set[str]


class Passage(NamedTuple):
    """One stretch of text after the walk, with what explaining needs: the tokens as written."""

    tokens: list[str]
    marked: mask.Marked


Passages = tuple[Passage, Passage]  # the title, the rest


class Features:
    """Turn texts into term counts. Stateless but for the lexicon's memory; deterministic."""

    version = FEATURES_VERSION
    views = VIEWS

    def counts(self, title: str, summary: str = "", text: str = "", lang: str = "") -> Counts:
        """Return the counts of each view, in the order of VIEWS; every count is at least 1."""
        return count(read(title, summary, text, lang))

    def tokens(self, title: str, summary: str = "", text: str = "", lang: str = "") -> dict[str, float]:
        """Return all views' counts in one mapping, each term with its view's prefix ("words:", "concepts:", …)."""
        counts = self.counts(title, summary, text, lang)
        return {f"{view}:{term}": n for view, terms in zip(VIEWS, counts, strict=True) for term, n in terms.items()}


def read(title: str, summary: str = "", text: str = "", lang: str = "") -> Passages:
    """Clean, cut and mask a text: its title and the rest."""
    head, body = cleaned(title, summary, text)
    whole = f"{head}\n{body}"
    words, folded = split(whole)
    if not _CASED.isdisjoint(words):
        folded = [mask.CASED.get(word, plain) for word, plain in zip(words, folded, strict=True)]
    lexicon = mask.lexicon_for(guess_language(whole, lang, folded))
    cut = words.index("\n")
    return (
        Passage(words[:cut], mask.mark(folded[:cut], lexicon)),
        Passage(words[cut + 1 :], mask.mark(folded[cut + 1 :], lexicon)),
    )


def cleaned(title: str, summary: str, text: str) -> tuple[str, str]:
    """Return what of a text is read, in plain letters: its title on one line, and the rest."""
    title, summary, text = (
        plain_words(title[:MAX_CHARS]),
        plain_words(summary[:MAX_CHARS]),
        plain_words(text[:MAX_CHARS]),
    )
    head = clean(title) if "<" in title or "&" in title else title  # a title has no furniture around it
    body = clean(summary)
    if text:
        opening = head_of(clean(text))
        body = f"{body}\n{opening}" if body else opening
    if "\n" in head:
        head = head.replace("\n", " ")
    return unsigned(head), body


def unsigned(title: str) -> str:
    """Return a title without the outlet's name that search feeds put behind it: "… - Example News France"."""
    report, dash, outlet = title.rpartition(" - ")
    signed = dash and len(outlet.split()) <= OUTLET_WORDS and len(report.split()) >= TITLE_WORDS
    return report if signed else title


def head_of(text: str) -> str:
    """Return a text's first TEXT_WORDS words, with the rest of their paragraph's spacing as it was."""
    words = text.split(None, TEXT_WORDS)
    return text[: len(text) - len(words[TEXT_WORDS])] if len(words) > TEXT_WORDS else text


def count(passages: Passages, known: KnownWords | None = None) -> Counts:
    """Count each view's terms; the title's words and concepts count TITLE_COUNTS times.

    With `known`, words and pairs outside it are left out of the words view: most of a text's words weigh nothing.
    """
    (_, head), (_, body) = passages
    if known is None:
        words = _word_terms(head.words) * TITLE_COUNTS + _word_terms(body.words)
    else:
        words = _known_terms(head.words, known) * TITLE_COUNTS + _known_terms(body.words, known)
    concepts = _concept_terms(head.concepts) * TITLE_COUNTS + _concept_terms(body.concepts)
    return Counter(words), Counter(concepts), pattern_counts(head.sentences, body.sentences)


def _word_terms(words: list[str]) -> list[str]:
    kept = [word for word in words if len(word) > 1 and word not in SILENT]
    return [*kept, *map(" ".join, pairwise(kept))]


def _known_terms(words: list[str], known: KnownWords) -> list[str]:
    """Return what `_word_terms` returns, in the same order, as far as it is known."""
    terms, firsts = known
    kept = [word for word in words if len(word) > 1 and word not in SILENT]
    found = [word for word in kept if word in terms]
    found += [pair for one, two in pairwise(kept) if one in firsts and (pair := f"{one} {two}") in terms]
    return found


def _concept_terms(sentences: list[list[tuple[str, int, int, int]]]) -> list[str]:
    terms: list[str] = []
    for sentence in sentences:
        names = [part[0] for part in sentence]
        terms += names
        terms += map(" ".join, pairwise(names))
    return terms


def counts_as_word(word: str) -> bool:
    """Tell whether a masked word counts in the words view."""
    return len(word) > 1 and word not in SILENT


def pattern_counts(head: list[int], body: list[int]) -> Counter[str]:
    """Count the patterns of each sentence ("s:"), of the title ("t:") and of the lead ("d:")."""
    found: list[str] = []
    lead = 0
    for bits in head:
        found += patterns_in(_narrow(bits), TITLE)
        lead |= bits
    for place, bits in enumerate(body):
        found += patterns_in(_narrow(bits), SENTENCE)
        if place < LEAD_SENTENCES:
            lead |= bits
    found += patterns_in(_narrow(lead), LEAD)
    return Counter(found)


_KINDS = (1 << mask.KINDS_WIDTH) - 1
_TWO_STATES = 1 << (mask.KINDS_WIDTH - 1)


def _narrow(bits: int) -> int:
    """Forget which states a sentence names; remember whether there are two."""
    kinds = bits & _KINDS
    return kinds | _TWO_STATES if bits >> mask.KINDS_WIDTH and mask.n_states(bits) > 1 else kinds


@lru_cache(maxsize=100_000)
def patterns_in(kinds: int, prefix: str) -> tuple[str, ...]:
    """Return the patterns whose kinds are all among `kinds`."""
    return tuple(
        prefix + name for name, needed, barred in patterns() if kinds & needed == needed and not kinds & barred
    )


@cache
def patterns() -> tuple[tuple[str, int, int], ...]:
    """Return (name, kinds needed, kinds that must be absent) of each pattern."""
    table = mask.kinds() | {"STATES": _TWO_STATES}
    names = [name for line in mask.data_lines("patterns.txt") for name in line.split("#")[0].split()]
    rows = []
    for name in dict.fromkeys(names):
        needed, *barred = name.split("-")
        rows.append((name, sum(table[kind] for kind in needed.split("+")), sum(table[kind] for kind in barred)))
    return tuple(rows)


@cache
def pattern_kinds(name: str) -> int:
    """Return the bits of the kinds a pattern needs, by its name without place."""
    return next(needed for known, needed, _ in patterns() if known == name) & ~_TWO_STATES
