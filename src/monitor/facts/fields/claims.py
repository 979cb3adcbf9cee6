"""Who says so: police, prosecutors, a court, a ministry, a service, unnamed officials or media.

Owns the claimants of the report's main plot. A voice of the state that is accused is no claimant; its denials are
read in denials.py. Hedging words are read here too, for they belong to the claim.
"""

from __future__ import annotations

from monitor.facts.reading.focus import is_lead
from monitor.facts.reading.sentences import Mark, Sentence
from monitor.facts.values import CLAIMANTS, Value

ENOUGH, OVERVIEW_ENOUGH = 1.0, 0.5
ACCORDING = 2.0  # "according to" names a source outright
REACH = 6
_GOVERNMENT_ACTS = (
    "accus",
    "blam",
    "say",
    "said",
    "tell",
    "told",
    "expel",
    "sanction",
    "summon",
    "throw",
    "penalis",
    "link",
    "freez",
    "warn",
)


def read_claims(sentences: list[Sentence], linked: list[str], *, overview: bool) -> tuple[Value, ...]:
    """Return who makes the claim, in a fixed order."""
    weights: dict[str, float] = {}
    evidence: dict[str, tuple[float, Value]] = {}
    for sentence in sentences:
        if sentence.old:
            continue
        voices = [m for m in sentence.of("source") if _speaks(sentence, m) and not _accused_voice(sentence, m, linked)]
        for mark in [*voices, *_governments(sentence, linked)]:
            named = ACCORDING if _according(sentence, mark) else 1.0
            weights[mark.code] = weights.get(mark.code, 0.0) + sentence.weight * named
            if sentence.weight > evidence.get(mark.code, (0.0,))[0]:
                quote, offset = sentence.span(mark.first, mark.last)
                confidence = round(min(0.9, 0.4 + sentence.weight / 4), 2)
                evidence[mark.code] = (sentence.weight, Value(mark.code, quote, sentence.field, offset, confidence))
    floor = OVERVIEW_ENOUGH if overview else ENOUGH
    chosen = [code for code in CLAIMANTS if weights.get(code, 0.0) >= floor]
    if not chosen and "officials" in evidence:  # "officials said" says nothing more once somebody is named
        value = evidence["officials"][1]
        return (Value("anonymous-officials", value.quote, value.field, value.offset, value.confidence),)
    return tuple(evidence[code][1] for code in chosen)


def _speaks(sentence: Sentence, mark: Mark) -> bool:
    if mark.last - mark.first > 1 and mark.code in ("anonymous-officials", "officials", "media"):
        return True
    words = sentence.lowers
    if _according(sentence, mark) or (mark.first and words[mark.first - 1] in ("say", "says")):
        return True
    if (
        mark.code == "court"
        and mark.last < len(words)
        and words[mark.last] in ("detained", "charged", "charges", "orders")
    ):
        return False  # a step of the law, not a finding
    return any(0 <= m.first - mark.last <= REACH for m in sentence.of("say"))


def _according(sentence: Sentence, mark: Mark) -> bool:
    before = sentence.lowers[max(0, mark.first - 5) : mark.first]
    return "according" in before or "laut" in before or "según" in before or "selon" in before


def _accused_voice(sentence: Sentence, mark: Mark, linked: list[str]) -> bool:
    """Return whether the voice is the accused state's own: "Iranian ministry", "ministry in Tehran"."""
    for state in sentence.of("state", "capital"):
        if state.code in linked:
            if 0 <= mark.first - state.last <= 1:
                return True
            if state.first - mark.last == 1 and sentence.lowers[mark.last] in ("in", "of"):
                return True
    return False


def _governments(sentence: Sentence, linked: list[str]) -> list[Mark]:
    """Return the states, not accused, that speak or act as such: "Israel says", "Britain expels"."""
    found = []
    for state in sentence.of("state", "capital"):
        if state.extra != "adj" and state.code not in linked and state.last < len(sentence.words):
            verbs = sentence.lowers[state.last : state.last + 2]
            if verbs[0].startswith(_GOVERNMENT_ACTS) or (verbs[0] == "has" and verbs[-1].startswith(_GOVERNMENT_ACTS)):
                found.append(state._replace(kind="source", code="ministry"))
    return found


def read_hedging(sentences: list[Sentence]) -> tuple[Value, ...]:
    """Return the hedging words of the lead, one a kind."""
    found: dict[str, Value] = {}
    for sentence in sentences:
        if sentence.old or not is_lead(sentence):
            continue
        for mark in sentence.of("hedge"):
            if mark.code not in found:
                quote, offset = sentence.span(mark.first, mark.last)
                found[mark.code] = Value(mark.code, quote, sentence.field, offset, 0.8)
    return tuple(found.values())
