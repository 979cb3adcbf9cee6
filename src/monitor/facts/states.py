"""Which state a report links the plot to, and through which service or proxy.

Owns attribution: every mention of a state is weighed by what stands beside it. An agent word, a service, a verb of
blame or a denial speaks for it; police, courts and officials who speak for a state, and victims named by their
nationality, speak against it. Knows nothing of where the plot took place: that is places.py.
"""

from __future__ import annotations

from monitor.facts.attribution import BARE, evidence
from monitor.facts.sentences import Mark, Sentence
from monitor.facts.values import Value

MINIMUM = 0.5  # evidence the first state needs: a weak sign in a title will do, for the reader sees the confidence
MINIMUM_BARE = 1.0  # the same where the state is only named: it must be named again and again
SECOND_SHARE = 0.8  # a second state needs this share of the first one's evidence, and two clear attributions
CLEAR = 1.5  # evidence of a plain attribution
MOST_AGAINST = -3.0  # a host is named often as the one who investigates
NO_ACT = 0.3  # the share of what a sentence of the text without any act says
_STATE_KINDS = ("state", "capital", "service", "proxy")
# Where a proxy is at home: "the Lebanese group" names the proxy, not the state it sits in.
_HOME_OF = {"HEZBOLLAH": "LB", "HOUTHIS": "YE", "KATAIB-HEZBOLLAH": "IQ", "PIJ": "PS"}
_SUBJECT_OF = {"HK": "CN", "MO": "CN"}  # territories that run no services of their own
_GENERIC = {
    ("intelligence-ministry", "IR"): "MOIS",
    ("military-intelligence", "RU"): "GRU",
}  # what a plain name means there


class Tally:
    """The evidence for one state: its sum, how often it was clear, and the mention that says most."""

    __slots__ = ("against", "best", "clear", "most", "total")

    def __init__(self) -> None:
        self.total = 0.0
        self.against = 0.0
        self.clear = 0
        self.most = 0.0
        self.best: tuple[float, Sentence, Mark] | None = None

    def add(self, amount: float, sentence: Sentence, mark: Mark) -> None:
        """Add one mention's evidence; what speaks against is capped: a host named often cannot bury one fact."""
        weighed = amount * sentence.weight
        if weighed < 0:
            weighed = max(weighed, MOST_AGAINST - self.against)
            self.against += weighed
        if mark.kind == "service" and amount > 0 and self.against:
            self.total -= self.against  # a state that tries its own service is no mere host
            self.against = MOST_AGAINST
        self.total += weighed
        self.clear += amount >= CLEAR and not sentence.old
        self.most = max(self.most, amount)
        if self.best is None or weighed > self.best[0]:
            self.best = (weighed, sentence, mark)


def read_states(sentences: list[Sentence], *, overview: bool) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """Return the linked states and the services or proxies named with them."""
    tallies: dict[str, Tally] = {}
    named = {mark.code for sentence in sentences for mark in sentence.of("state", "capital")}
    homes = {_HOME_OF[m.code] for s in sentences for m in s.of("proxy") if m.code in _HOME_OF}
    for sentence in sentences:
        if sentence.old:
            continue
        marks = sentence.of(*_STATE_KINDS, "north") if "KR" in named else sentence.of(*_STATE_KINDS)
        bearing = 1.0 if sentence.field != "text" or _bears(sentence) else NO_ACT
        amounts = _shared(sentence, marks, [evidence(sentence, mark) * bearing for mark in marks])
        amounts = [
            a * NO_ACT if m.kind == "state" and m.code in homes else a for m, a in zip(marks, amounts, strict=True)
        ]
        for mark, amount in zip(marks, amounts, strict=True):
            tallies.setdefault(state_of(mark, named), Tally()).add(amount, sentence, mark)
    ranked = sorted(tallies.items(), key=lambda row: -row[1].total)
    chosen = [state for state, tally in ranked if _enough(tally, ranked[0][1], overview=overview)]
    return tuple(_value(state, tallies[state]) for state in chosen), read_services(sentences, chosen, named)


def _bears(sentence: Sentence) -> bool:
    """Return whether a sentence speaks of an act, a plan, the law or a denial at all."""
    return any(
        mark.kind in ("method", "plan", "foil", "done", "legal", "deny", "denyword", "service")
        for mark in sentence.marks
    )


def state_of(mark: Mark, named: set[str]) -> str:
    """Return the state code that a mark stands for; a service of several states takes the one the report names."""
    if mark.kind in ("state", "capital", "north"):
        return _SUBJECT_OF.get(mark.code, mark.code)
    states = mark.extra.split("|")
    return next((state for state in states if state in named), states[0])


def _shared(sentence: Sentence, marks: list[Mark], amounts: list[float]) -> list[float]:
    """Let the members of one list ("Russia, Iran and Rwanda") share the best evidence among them."""
    result = list(amounts)
    for at in range(1, len(marks)):
        before, mark = marks[at - 1], marks[at]
        between = sentence.lowers[before.last : mark.first]
        joined = not between or (len(between) == 1 and between[0] in ("and", "or", "y", "und", "et"))
        if joined and before.kind == mark.kind and before.extra == mark.extra and before.last <= mark.first:
            most = max(result[at], result[at - 1])
            if most > CLEAR * 0.5:
                result[at - 1] = result[at] = most
    return result


def _enough(tally: Tally, top: Tally, *, overview: bool) -> bool:
    if tally is top:
        return tally.total >= (MINIMUM if tally.most > BARE else MINIMUM_BARE)
    if overview and tally.clear >= 1:
        return tally.total >= CLEAR
    return tally.clear >= 2 and tally.total >= SECOND_SHARE * top.total


def _value(state: str, tally: Tally) -> Value:
    assert tally.best is not None  # noqa: S101 - a tally is made by adding
    _, sentence, mark = tally.best
    quote, offset = sentence.span(mark.first, mark.last)
    confidence = min(0.95, 0.35 + tally.total / 16)
    return Value(state, quote, sentence.field, offset, round(confidence, 2))


def read_services(sentences: list[Sentence], states: list[str], named: set[str]) -> tuple[Value, ...]:
    """Return the services and proxies of the linked states that the report names, the most named first."""
    found: dict[str, tuple[float, Value]] = {}
    for sentence in sentences:
        if sentence.old:
            continue
        for mark in sentence.of("service", "proxy", "generic"):
            mark = (
                mark._replace(code=_GENERIC.get((mark.code, states[0]), ""))
                if mark.kind == "generic" and states
                else mark
            )
            if mark.code and (mark.kind == "generic" or state_of(mark, named) in states):
                quote, offset = sentence.span(mark.first, mark.last)
                weight, value = found.get(mark.code, (0.0, Value(mark.code, quote, sentence.field, offset, 0.8)))
                found[mark.code] = (weight + sentence.weight, value)
    if "IRGC-QF" in found and found["IRGC-QF"][0] >= found.get("IRGC", (0.0,))[0]:
        found.pop("IRGC", None)  # the arm is named: its parent says no more
    return tuple(value for _, value in sorted(found.values(), key=lambda row: -row[0]))
