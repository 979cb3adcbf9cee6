"""Marks for the languages without a phrase list of their own here, from the concepts that the text room knows in them.

Owns the table from concepts to the card reader's kinds. These languages have no phrase list of their own here, and
their word order differs: their sentences are `loose`, and a state is judged by what stands on either side of it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from monitor.facts.lexicon import data_lines
from monitor.facts.reading.sentences import Mark, Sentence

if TYPE_CHECKING:
    from monitor.text.mask import Lexicon

LANGUAGES = ("ar", "az", "fa", "he", "hi", "it", "nl", "pl", "pt", "ru", "sv", "tr", "uk")
# A word with the signs over and under its letters, which Python takes for no letters.
WORD = re.compile(
    r"(?:[^\W\d_][\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963]*)+"
    r"|\d[\d.,]*\d|\d"
)
# concept of text/lexicon/concepts.txt -> kind.code of the card reader
_NAMING = ("STATE", "CAPITAL", "SERVICE", "PROXY")
# How words for prosecutors begin, with what may stand before them.
_PROSECUTORS = (
    "прокур", "генпрокур", "savcı", "başsavcı", "دادستان", "دادسرا", "النيابة", "نيابة", "والنيابة", "المدعي",
    "المدعون", "الادعاء", "prokurat", "prokurator", "procur", "åklag", "openbaar", "officier", "aanklag", "ministério",
    "פרקליט", "התביעה", "прокуратур",
)  # fmt: skip
_MEANS = frozenset({  # that there is poison says not that anybody was poisoned
    "яд", "яда", "яду", "ядом", "рицин", "рицина", "рицином", "zehir", "zehri", "سم", "السم", "سمی",
})  # fmt: skip
_PATRONS = {"LB": "IR", "YE": "IR"}  # armed groups that the text room files under their home country
_TABLE = """
ASSASSIN method.assassination done.kill
KILL method.killing done.kill
TOKILL method.assassination plan.x
POISON method.poisoning done.poison
ABDUCT method.abduction done.abduct
BOMB method.bombing done.hit
PARCELBOMB method.bombing done.hit
ARSON method.arson done.hit
SABOTAGE method.sabotage
STAB method.stabbing done.hit
SHOOT method.shooting done.hit
ATTACK method.attack
PLOT plan.x agent.x
PLAN plan.x
FOIL foil.x
ALIVE try.x
ARREST legal.arrested
CHARGE legal.charged
TRIAL legal.on-trial source.court claims.x
CONVICT legal.convicted
EXPEL legal.expelled
SANCTION legal.sanctioned
POLICE source.police claims.x
ACCUSE blame.x say.x
ALLEGED hedge.alleged
SUSPECT hedge.suspected legal.suspected
DENY deny.x
REGIME agent.x government.x
SERVICE agent.x source.intelligence
AGENT agent.x
CELL agent.x
LINK blame.x
HITMAN method.assassination agent.x
LEADER target.official
OFFICIAL government.x source.ministry say.x
DISSIDENT target.dissident homelike.x
ACTIVIST target.dissident homelike.x
DEFECTOR target.defector homelike.x
JOURNALIST target.journalist homelike.x
DIPLOMAT target.diplomat
EMBASSY target.diplomat government.x
JEWISH target.jewish-or-israeli
SCIENTIST target.other
BUSINESS target.other
TOURIST target.other
INFRA target.infrastructure
"""


@lru_cache(maxsize=1)
def _kinds() -> dict[str, tuple[tuple[str, str], ...]]:
    table = {}
    for line in _TABLE.split("\n"):
        concept, *names = line.split() or [""]
        table[concept] = tuple((name.partition(".")[0], name.partition(".")[2]) for name in names)
    return table


@lru_cache(maxsize=32)
def _aliases(language: str) -> Lexicon | None:
    """Return the names of states in data/aliases.tsv for a language as a lexicon of their own, or None."""
    from monitor.text.mask import Form, Lexicon, state_bit
    from monitor.text.tokens import fold

    forms = []
    for line in data_lines("aliases.tsv"):
        of, kind, code, names = line.split("\t")
        if of in (language, "*"):
            form = Form(kind, state_bit(code), "")
            forms += [(fold(name.strip()), form) for name in names.split(",")]
    return Lexicon(language, forms) if forms else None


def mark_foreign(sentence: Sentence, language: str) -> None:
    """Mark one sentence's tokens by the text room's concepts, and by the names of states that it does not hold."""
    from monitor.text.mask import lexicon_for, mark
    from monitor.text.tokens import fold

    sentence.lowers = [fold(word) for word in sentence.words]
    aliases = _aliases(language)
    named = [row for found in mark(sentence.lowers, aliases).concepts for row in found] if aliases else []
    taken = {at for _, first, last, _ in named for at in range(first, last)}
    lexicon = lexicon_for(language)
    rows = [row for found in mark(sentence.lowers, lexicon).concepts for row in found]
    for concept, first, last, _ in [*rows]:  # "agenti iraniani" is one phrase; the state in it is wanted too
        if concept not in _NAMING and last - first > 1:
            for at in range(first, last):
                inner = [row for found in mark([sentence.lowers[at]], lexicon).concepts for row in found]
                rows += [(name, at, at + 1, bits) for name, _, _, bits in inner if name in ("STATE", "CAPITAL")]
    kept = [row for row in rows if row[0] not in _NAMING or taken.isdisjoint(range(row[1], row[2]))]
    for concept, first, last, bits in sorted([*named, *kept], key=lambda row: row[1]):
        marks = [_office(sentence.lowers, mark) for mark in _marks_of(concept, _state_of(bits), first, last)]
        sentence.marks += [m for m in marks if m.kind != "done" or sentence.lowers[first] not in _MEANS]


def _office(lowers: list[str], mark: Mark) -> Mark:
    """Return the mark of police, as one of prosecutors where its word is theirs: the text room files both together."""
    if mark.kind == "source" and mark.code == "police" and lowers[mark.first].startswith(_prosecutors()):
        return mark._replace(code="prosecutors")
    return mark


@lru_cache(maxsize=1)
def _prosecutors() -> tuple[str, ...]:
    from monitor.text.tokens import fold

    return tuple(fold(word) for word in _PROSECUTORS)


def _marks_of(concept: str, state: str, first: int, last: int) -> list[Mark]:
    """Return the marks of one concept, or of one name in aliases.tsv ("service:GRU")."""
    kind, _, code = concept.partition(":")
    if kind.lower() in ("state", "capital"):
        return [Mark(kind.lower(), state, "name", first, last)]
    if code:
        return [Mark(kind, code, state, first, last)]
    if state and concept in ("SERVICE", "PROXY"):
        patron = _PATRONS.get(state, state) if concept == "PROXY" else state
        return [Mark(concept.lower(), f"{concept}-{patron}", patron, first, last)]
    return [Mark(kind, code, "", first, last) for kind, code in _kinds().get(concept, ())]


def _state_of(bits: int) -> str:
    """Return the code of the state in a mask of the text room, or ""."""
    from monitor.text.mask import KINDS_WIDTH

    position = (bits >> KINDS_WIDTH).bit_length() - 1
    return chr(65 + position // 26) + chr(65 + position % 26) if position >= 0 else ""
