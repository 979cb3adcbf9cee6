"""Marks for Arabic, Persian, Hebrew, Russian and Turkish, from the concepts that the text room knows in them.

Owns the table from concepts to the card reader's kinds. These languages have no phrase list of their own here, and
their word order differs: their sentences are `loose`, and a state is judged by what stands on either side of it.
"""

from __future__ import annotations

from functools import lru_cache

from monitor.facts.reading.sentences import Mark, Sentence

LANGUAGES = ("ar", "fa", "he", "ru", "tr")
# concept of text/lexicon/concepts.txt -> kind.code of the card reader
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


def mark_foreign(sentence: Sentence, language: str) -> None:
    """Mark one sentence's tokens by the text room's concepts."""
    from monitor.text.mask import lexicon_for, mark
    from monitor.text.tokens import fold

    marked = mark([fold(word) for word in sentence.words], lexicon_for(language))
    for found in marked.concepts:
        for concept, first, last, bits in found:
            state = _PATRONS.get(_state_of(bits), _state_of(bits)) if concept == "PROXY" else _state_of(bits)
            if concept in ("STATE", "CAPITAL"):
                sentence.marks.append(Mark(concept.lower(), state, "name", first, last))
            elif state and concept in ("SERVICE", "PROXY"):
                sentence.marks.append(Mark(concept.lower(), f"{concept}-{state}", state, first, last))
            else:
                sentence.marks += [Mark(kind, code, "", first, last) for kind, code in _kinds().get(concept, ())]


def _state_of(bits: int) -> str:
    """Return the code of the state in a mask of the text room, or ""."""
    from monitor.text.mask import KINDS_WIDTH

    position = (bits >> KINDS_WIDTH).bit_length() - 1
    return chr(65 + position // 26) + chr(65 + position % 26) if position >= 0 else ""
