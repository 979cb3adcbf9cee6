"""How far the plot got (planned, foiled, attempted, executed) and where the law stands.

Owns the reading of what really happened: an act named after "to", "plot" or "attempted" has not happened. The
stage follows GTD's idea of success: an attempt on a life is executed when the target died, attempted when not; an
abduction, a bomb or a fire is executed when it took place. Codes: docs/plot-card.md.
"""

from __future__ import annotations

from itertools import pairwise

from monitor.facts.reading.focus import is_lead
from monitor.facts.reading.legal import has_happened
from monitor.facts.reading.sentences import Mark, Sentence
from monitor.facts.values import LEGAL_STAGES, Value

_NOT_YET = ("plan", "try", "foil")
_DEEDS = ("kill", "abduct", "hit", "poison", "wound")
_WOUNDS = ("stab", "shot", "shoot", "hammer", "rammed", "knif", "wound", "opened", "fired")
_FELL_SHORT = frozenset({"unsuccessful", "unsuccessfully", "downed", "minor", "intercepted", "repelled"})
TITLE_ACT = 1.4  # an act in a title that calls it neither planned, tried nor stopped
_AIMS = frozenset({"mission", "task", "aim", "goal", "purpose", "intention", "intent", "plan", "hope", "job"})
_TIED_TO = frozenset({"linked", "tied", "related", "connected", "relation", "links", "link", "ties", "due", "response"})
_MEANT_FOR = (["для"], ["чтобы"], ["ради"])
_INFINITIVES = ("ить", "ать", "ять", "еть")  # Russian: what somebody is to do
_NOUNS_IN_T = frozenset({"смерть", "нить", "печать"})
_TURNING = frozenset({"as", "after", "while", "when", "amid", "following", "but", "because", "since", "and"})
# The last word of phrases for whoever was to do it, or with what: nobody has been killed by a squad that was sent.
_DOERS = frozenset({
    "hitman", "hitmen", "killer", "killers", "gunman", "gunmen", "sniper", "squad", "squads", "team", "gun", "poisons",
})  # fmt: skip
_LADDER = LEGAL_STAGES[:5]
_IMPOSE = ("impos", "announc", "slap", "place", "under", "hit")
_IN_COURT = LEGAL_STAGES[:3]


class Weights:
    """The evidence for each stage, and the mention that says most for it."""

    __slots__ = ("best", "of")

    def __init__(self) -> None:
        self.of: dict[str, float] = {}
        self.best: dict[str, tuple[float, Sentence, Mark]] = {}

    def add(self, code: str, amount: float, sentence: Sentence, mark: Mark) -> None:
        """Add one mention."""
        weighed = amount * sentence.weight
        self.of[code] = self.of.get(code, 0.0) + weighed
        if weighed > self.best.get(code, (0.0,))[0]:
            self.best[code] = (weighed, sentence, mark)

    def get(self, code: str) -> float:
        """Return the evidence for a code."""
        return self.of.get(code, 0.0)


def read_stage(sentences: list[Sentence], *, overview: bool) -> tuple[Value, ...]:
    """Return the stage; several for a report of several plots."""
    weights = Weights()
    law = acts = 0.0
    for sentence in sentences:
        if sentence.old:
            continue
        _weigh(sentence, weights)
        acts += sentence.weight * (sentence.field == "title") * _names_deed(sentence)
        if sentence.field == "title" and _plain_act(sentence):
            weights.of["hit"] = weights.get("hit") + TITLE_ACT
        if not _FELL_SHORT.isdisjoint(sentence.lowers) and sentence.field != "text":
            weights.of["short"] = weights.get("short") + sentence.weight
        law += is_lead(sentence) * any(m.code in _LADDER for m in sentence.of("legal"))
    codes = _several(weights, law) if overview else _one(weights, law)
    if not codes and acts:
        codes = ["executed"]  # an act in the title that nothing calls planned, tried or stopped
    return tuple(_value(code, weights) for code in codes)


def _plain_act(sentence: Sentence) -> bool:
    """Return whether a title tells of an act as done: it has one and no word of planning, trying or stopping."""
    return _names_deed(sentence) and not any(
        m.kind in _NOT_YET or (m.kind == "legal" and m.code in _LADDER) for m in sentence.marks
    )


def _names_deed(sentence: Sentence) -> bool:
    """Return whether a sentence has a word for an act itself, not only for those who were to do it."""
    return any(sentence.lowers[mark.last - 1] not in _DOERS for mark in sentence.of("method"))


def _in_doers(sentence: Sentence, mark: Mark) -> bool:
    """Return whether a word is part of a phrase for doers: the death in "death squad"."""
    return any(
        m.first <= mark.first and mark.last < m.last and sentence.lowers[m.last - 1] in _DOERS
        for m in sentence.of("method")
    )


def _weigh(sentence: Sentence, weights: Weights) -> None:
    acts = sentence.has("method")
    for mark in sentence.marks:
        if mark.kind == "done" and _in_doers(sentence, mark):
            continue
        if mark.kind == "done":
            weights.add(*_done(sentence, mark), sentence, mark)
        elif mark.kind in _NOT_YET and _elsewhere(sentence, mark):
            continue
        elif mark.kind == "try":
            word = sentence.lowers[mark.first]
            weights.add(
                "try" if word.startswith(("attempt", "tr")) or "attempt" in word else "hurt", 1.0, sentence, mark
            )
        elif mark.kind == "foil" and (acts or sentence.has("plan")):
            weights.add("foil", 1.0, sentence, mark)
        elif mark.kind == "plan":
            weights.add("plan", 1.0, sentence, mark)
        elif mark.kind == "method" and _is_infinitive(sentence, mark.first):
            weights.add("plan", 0.7, sentence, mark)  # "paid to kill", "told to attack"


def _is_infinitive(sentence: Sentence, at: int) -> bool:
    """Return whether an act is one that somebody was to do: "paid to kill", not "linked to letter bombs"."""
    before = sentence.lowers[max(0, at - 2) : at]
    if sentence.loose and (before[-1:] in _MEANT_FOR or sentence.lowers[at].endswith(_INFINITIVES)):
        return sentence.lowers[at] not in _NOUNS_IN_T
    if before[-1:] == ["of"] and sentence.lowers[at].endswith("ing"):
        return before[0] in _AIMS  # "the mission of killing"
    return before[-1:] == ["to"] and not (len(before) == 2 and before[0] in _TIED_TO)


def _elsewhere(sentence: Sentence, mark: Mark) -> bool:
    """Return whether a word of planning, trying or stopping is about something else than an act."""
    following = range(mark.last, mark.last + 7)
    near = [m for m in sentence.marks if m.first in following and m.kind in ("method", "done", "plan", "target")]
    act = bool(near)
    word = sentence.lowers[mark.first]
    after = sentence.lowers[mark.last : mark.last + 1]
    if mark.kind == "try" and (after == ["to"] or word in ("trying", "tried", "tries", "try")):
        return not act
    if mark.kind == "foil" and word.startswith(("disrupt", "halt", "stop", "prevent", "avert")):
        passive = mark.first and sentence.lowers[mark.first - 1] in ("was", "were", "been", "being")
        return not passive and not any(m.kind != "target" and not _turns(sentence, mark.last, m.first) for m in near)
    return mark.kind == "plan" and word == "wanted" and after in (["by"], ["for"], ["over"], ["in"])


def _turns(sentence: Sentence, first: int, last: int) -> bool:
    """Return whether a word between two tokens opens another clause: "disrupts flights as attacks go on"."""
    return not _TURNING.isdisjoint(sentence.lowers[first:last])


def _to_have(sentence: Sentence, at: int) -> bool:
    """Return whether a deed is one that somebody wanted done: "conspired to have the envoy murdered"."""
    before = sentence.lowers[max(0, at - 6) : at]
    return any(pair in (("to", "have"), ("to", "get"), ("to", "see")) for pair in pairwise(before))


def _done(sentence: Sentence, mark: Mark) -> tuple[str, float]:
    """Return what a word for a deed says: it happened, or it was tried or planned only."""
    for other in reversed(sentence.marks):
        if other.kind in _NOT_YET and other.first <= mark.first < other.last:
            return other.kind, 0.5  # "murder-for-hire"
        if other.kind in _NOT_YET and 0 <= mark.first - other.last <= 4:
            return ("try", 1.0) if other.kind == "try" else (other.kind, 0.5)
        if other.kind in _NOT_YET and mark.last == other.first:
            return (other.kind, 0.5)
    if sentence.loose and _is_infinitive(sentence, mark.first):
        return "plan", 0.5
    before = sentence.lowers[mark.first - 1] if mark.first else ""
    tied = mark.first > 1 and sentence.lowers[mark.first - 2] in _TIED_TO  # "linked to a letter-bomb campaign"
    if (before in ("to", "would", "could", "should") and not tied) or _to_have(sentence, mark.first):
        return "plan", 0.5
    if mark.code == "hit" and sentence.lowers[mark.first].startswith(_WOUNDS):
        return "wound", 1.0
    return mark.code, 1.0


def _one(weights: Weights, law: float) -> list[str]:
    kill, abduct, hit = weights.get("kill"), weights.get("abduct"), weights.get("hit")
    tried, hurt, foiled, planned = weights.get("try"), weights.get("hurt"), weights.get("foil"), weights.get("plan")
    poison, wound = weights.get("poison"), weights.get("wound")
    if poison >= 1.2 and not kill + abduct:
        return ["attempted"]  # whoever was poisoned and is not said to have died
    if wound >= 1.2 and wound >= hit and not kill + abduct + foiled:
        return ["attempted"]  # shot or stabbed, and not said to have died
    happened = kill + abduct + hit + poison + wound
    if foiled and weights.get("short") >= 1.0:
        return ["attempted"]
    if foiled >= 1.2 and foiled >= 0.7 * max(kill, abduct):
        return ["foiled"]
    if tried + hurt >= 1.2 and tried + hurt >= kill + abduct and (tried >= 1.0 or not kill):
        return ["attempted"]
    if happened >= 1.2 and happened >= 0.6 * planned:
        return ["executed"]
    if planned:
        return ["foiled"] if law or foiled else ["planned"]
    if tried:
        return ["attempted"]
    return ["executed"] if happened else []


def _several(weights: Weights, law: float) -> list[str]:
    found = []
    if sum(weights.get(part) for part in _DEEDS) >= 2.0:
        found.append("executed")
    if weights.get("try") + weights.get("hurt") >= 1.0:
        found.append("attempted")
    if weights.get("foil") >= 0.5:
        found.append("foiled")
    elif weights.get("plan") >= 1.0:
        found.append("planned")
    return found or _one(weights, law)


def _value(code: str, weights: Weights) -> Value:
    parts = {
        "executed": _DEEDS,
        "attempted": ("try", "hurt", "poison", "wound"),
        "foiled": ("foil", "plan"),
        "planned": ("plan",),
    }
    rows = [weights.best[part] for part in parts[code] if part in weights.best]
    if not rows:
        return Value(code, confidence=0.3)
    if code == "foiled" and "foil" in weights.best:
        rows = rows[:1]  # the word that says it was stopped, before those of the plan
    weight, sentence, mark = max(rows, key=lambda row: row[0])
    quote, offset = sentence.span(mark.first, mark.last)
    return Value(code, quote, sentence.field, offset, round(min(0.9, 0.4 + weight / 5), 2))


def read_legal(sentences: list[Sentence], *, overview: bool) -> tuple[Value, ...]:
    """Return where the law stands: the highest step of the criminal ladder, then sanctions and expulsions.

    The ladder is read from the lead; sanctions and expulsions often follow late in a report and are read everywhere. An
    arrest is kept beside a charge; an overview keeps every step from the charge on.
    """
    weights = Weights()
    for sentence in sentences:
        if not sentence.old:
            for mark in sentence.of("legal"):
                if _counts(sentence, mark, anywhere=overview):
                    weights.add(mark.code, 1.0, sentence, mark)
    steps = [code for code in _LADDER if code in weights.best]
    kept = [code for code in steps if code in _IN_COURT] if overview else steps[:1]
    if steps[:1] == ["charged"] and _arrested(sentences):
        weights = _with_arrest(weights, sentences)
        kept = [*kept, "arrested"] if not overview else kept
    others = [code for code in LEGAL_STAGES if code in weights.best and code not in _LADDER]
    return tuple(_legal_value(code, weights) for code in (kept or steps[:1]) + others)


def _counts(sentence: Sentence, mark: Mark, *, anywhere: bool) -> bool:
    """Return whether a legal word says what has happened to the accused: the ladder in the lead, sanctions imposed."""
    if mark.code in _LADDER and not (anywhere or is_lead(sentence)):
        return False
    if not has_happened(sentence, mark):
        return False
    if mark.code in _LADDER:
        return True
    if sentence.lowers[mark.first] in ("sanctions", "sanction") and sentence.field == "text":
        return any(word.startswith(_IMPOSE) for word in sentence.lowers[max(0, mark.first - 3) : mark.first])
    return True


def _arrested(sentences: list[Sentence]) -> bool:
    return any(m.code == "arrested" and not s.old and has_happened(s, m) for s in sentences for m in s.of("legal"))


def _with_arrest(weights: Weights, sentences: list[Sentence]) -> Weights:
    for sentence in sentences:
        for mark in sentence.of("legal"):
            if mark.code == "arrested" and not sentence.old:
                weights.add("arrested", 1.0, sentence, mark)
    return weights


def _legal_value(code: str, weights: Weights) -> Value:
    weight, sentence, mark = weights.best[code]
    quote, offset = sentence.span(mark.first, mark.last)
    return Value(code, quote, sentence.field, offset, round(min(0.9, 0.4 + weight / 4), 2))
