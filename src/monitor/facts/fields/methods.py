"""How the plot was or was to be carried out: assassination, shooting, bombing, abduction and so on.

Owns the choice of methods from the marks. Several are allowed: the aim (assassination) and the means (shooting).
"""

from __future__ import annotations

from monitor.facts.reading.sentences import Sentence
from monitor.facts.values import METHODS, Value

ENOUGH = 1.2  # a method named once in the lead; methods named only later count when the lead names none
OVERVIEW_ENOUGH = 0.5
_IMPERSONAL = {"bombing", "arson", "sabotage"}  # people who die in these are not thereby the aim


def read_methods(sentences: list[Sentence], *, overview: bool) -> tuple[Value, ...]:
    """Return the methods, the most named first."""
    weights: dict[str, float] = {}
    evidence: dict[str, Value] = {}
    for sentence in sentences:
        if sentence.old:
            continue
        for mark in sentence.of("method"):
            weights[mark.code] = weights.get(mark.code, 0.0) + sentence.weight
            if mark.code not in evidence:
                quote, offset = sentence.span(mark.first, mark.last)
                evidence[mark.code] = Value(
                    mark.code, quote, sentence.field, offset, round(min(0.9, 0.4 + sentence.weight / 4), 2)
                )
    weights.pop("attack", None)
    if "explosives" in weights:  # found or carried: it says less than a bomb
        weights["bombing"] = weights.get("bombing", 0.0) + weights.pop("explosives") * 0.5
        evidence.setdefault("bombing", _renamed(evidence["explosives"], "bombing"))
    _settle_killing(weights, evidence)
    floor = OVERVIEW_ENOUGH if overview else ENOUGH
    chosen = [code for code, weight in weights.items() if weight >= floor] or [
        code for code, weight in weights.items() if weight >= OVERVIEW_ENOUGH
    ][:1]
    return tuple(evidence[code] for code in sorted(chosen, key=lambda code: (-weights[code], METHODS.index(code))))


def _settle_killing(weights: dict[str, float], evidence: dict[str, Value]) -> None:
    """Count deaths as assassination unless a bomb or fire may have caused them."""
    weight = weights.pop("killing", 0.0)
    if not weight:
        return
    if "assassination" in weights or not _IMPERSONAL & set(weights):
        weights["assassination"] = weights.get("assassination", 0.0) + weight
        evidence.setdefault("assassination", _renamed(evidence["killing"], "assassination"))


def _renamed(value: Value, code: str) -> Value:
    return Value(code, value.quote, value.field, value.offset, value.confidence * 0.8)
