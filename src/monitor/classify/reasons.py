"""Reasons that people understand: what a text says, in a phrase, with the words that say it.

Owns the way from the terms of a flag (explain.py) to a handful of phrases: every word is looked up for what it means,
terms about the same words are one reason, and what speaks for and against the same meaning is set off. The phrases are
data/meanings.txt. The numbers stay in the terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec

from monitor.classify.features import SILENT
from monitor.text import mask
from monitor.text.language import guess_language
from monitor.text.tokens import split

MEANINGS = Path(__file__).parent / "data" / "meanings.txt"
N_FOR, N_AGAINST = 5, 3
MAX_WORDS = 3  # of one meaning are shown
SMALLEST = 0.02  # log-odds below which a meaning is no reason
OTHER = "words like those of earlier plots"
OTHER_AGAINST = "words like those of other news"
GAP = " … "  # between the words of one term that stand apart
# Words that say nothing by themselves, whatever they weigh; the rest of such words is never counted (features.SILENT).
_EMPTY_WORDS = """
have having during while against between under both since until because very many much made make get got going come came
take took including according officials people country national international public group week month january february
march april june july august september october november december monday tuesday wednesday thursday friday saturday
sunday europe european details statement report reports reporting reuters news photo video live percent million thousand
part well even still back down off without within several among around such own same
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())

Term = tuple[str, float, str]  # the model's term, its part of the log-odds, the words it matched


class Reason(msgspec.Struct, frozen=True):
    """A phrase, the words of the text that say it, and its part of the log-odds."""

    meaning: str
    words: tuple[str, ...]
    weight: float

    @property
    def text(self) -> str:
        """The phrase with its words: `names a secret or security service: Revolutionary Guards`."""
        return f"{self.meaning}: {', '.join(self.words)}"


class Reasons(msgspec.Struct, frozen=True):
    """At most five reasons for and three against, the strongest first."""

    for_it: tuple[Reason, ...] = ()
    against: tuple[Reason, ...] = ()


class _Meaning(msgspec.Struct):
    weight: float = 0.0
    words: dict[str, float] = {}


def reasons_of(terms: Sequence[Term], lang: str = "") -> Reasons:
    """Return the reasons behind a flag's terms, those for and those against in one list.

    `lang` is the entry's declared language, "" where it has none.
    """
    lexicon = mask.lexicon_for(guess_language(" ".join(words for _, _, words in terms), lang))
    found: dict[str, _Meaning] = {}
    for _, weight, shown in terms:
        spans = [span for span in shown.split(GAP) if span.strip()]
        for span in spans:
            for concept, words in _meanings(span, lexicon):
                meaning = found.setdefault(concept, _Meaning())
                meaning.weight += weight / len(spans)
                meaning.words[words] = meaning.words.get(words, 0.0) + abs(weight)
    ranked = sorted(found.items(), key=lambda item: (-abs(item[1].weight), item[0]))
    reasons = [_reason(concept, meaning) for concept, meaning in ranked if abs(meaning.weight) >= SMALLEST]
    return Reasons(
        tuple([reason for reason in reasons if reason.weight > 0][:N_FOR]),
        tuple([reason for reason in reasons if reason.weight < 0][:N_AGAINST]),
    )


def _meanings(span: str, lexicon: mask.Lexicon) -> list[tuple[str, str]]:
    """Return (concept, words) of what a stretch of text says; "" is the concept of words that no list holds."""
    words, folded = split(span)
    folded = [mask.CASED.get(word, plain) for word, plain in zip(words, folded, strict=True)]
    parts = [part for sentence in mask.mark(folded, lexicon).concepts for part in sentence]
    if parts:
        return [(concept, " ".join(words[start:end])) for concept, start, end, _ in parts[:1]]
    telling = [w for w, plain in zip(words, folded, strict=True) if len(plain) > 3 and plain not in SILENT | _EMPTY]
    return [("", word) for word in telling[:1]]


def _reason(concept: str, meaning: _Meaning) -> Reason:
    phrase = meanings().get(concept) or (OTHER if meaning.weight > 0 else OTHER_AGAINST)
    return Reason(phrase, tuple(_distinct(sorted(meaning.words, key=lambda w: -meaning.words[w]))), meaning.weight)


def _distinct(words: Sequence[str]) -> list[str]:
    """Return the first few words of which none stands inside another, however written: of "plot", "plots" one."""
    kept: list[str] = []
    for word in words:
        plain = word.lower()
        inside = next((at for at, other in enumerate(kept) if plain in other.lower() or other.lower() in plain), None)
        if inside is None:
            kept.append(word)
        elif len(word.split()) > len(kept[inside].split()):
            kept[inside] = word
    return kept[:MAX_WORDS]


@cache
def meanings() -> dict[str, str]:
    """Return each concept's phrase."""
    lines = MEANINGS.read_text(encoding="utf-8").splitlines()
    rows = (line.split(": ", 1) for line in lines if line and not line.startswith("#"))
    return {concept: phrase.strip() for concept, phrase in rows}
