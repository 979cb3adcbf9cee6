"""Which state a report links the plot to, and through which service or proxy.

Owns attribution: every mention of a state is weighed by what stands beside it. An agent word, a service, a verb of
blame or a denial speaks for it; police, courts and officials who speak for a state, and victims named by their
nationality, speak against it. Knows nothing of where the plot took place: that is places.py.
"""

from __future__ import annotations

from monitor.facts.sentences import Mark, Sentence
from monitor.facts.values import Value

MINIMUM = 0.5  # evidence the first state needs: a weak sign in a title will do, for the reader sees the confidence
SECOND_SHARE = 0.8  # a second state needs this share of the first one's evidence, and two clear attributions
CLEAR = 1.5
# How much each kind of neighbour says; tuned on the cards for writing and the states of the uncoded items.
AGENT, BLAMED, ACTS, DENIES, HOME, SERVICE, PROXY, BARE = 2.4, 2.4, 2.0, 2.2, 1.2, 2.0, 1.6, 0.15
SUSPECT = 0.9
CLAIMS, VICTIM = -1.6, -0.6
MOST_AGAINST = -3.0
_OFFICES = {"diplomat", "diplomats", "envoy", "envoys", "official", "officials", "officer", "officers", "ambassador",
               "embassy", "consulate", "ministry", "government", "authorities", "leaders", "leader", "state",
               "soldiers", "military",
               "aide", "threat", "threats", "response", "interest", "role", "generals", "general",
               "mission"}  # fmt: skip
_STATE_KINDS = ("state", "capital", "service", "proxy")
_SUBJECT_OF = {"HK": "CN", "MO": "CN"}  # territories that run no services of their own
_PASSIVE = {"jailed", "charged", "convicted", "sentenced", "detained", "arrested", "sanctioned", "expelled",
            "suspected", "wanted",
            "indicted", "designated", "held", "remanded"}  # fmt: skip
_VERBS = {"links", "plots", "hands", "orders"}  # after a name ("Ankara links") they are verbs, after an adjective nouns
_STOPS = {"foil", "foils", "thwart", "thwarts", "disrupt", "disrupts", "dismantle", "dismantles", "uncover", "uncovers"}
_PUNISHED = {"expelled", "sanctioned", "charged", "convicted", "arrested", "suspected", "on-trial"}


class Tally:
    """The evidence for one state: its sum, how often it was clear, and the mention that says most."""

    __slots__ = ("against", "best", "clear", "total")

    def __init__(self) -> None:
        self.total = 0.0
        self.against = 0.0
        self.clear = 0
        self.best: tuple[float, Sentence, Mark] | None = None

    def add(self, amount: float, sentence: Sentence, mark: Mark) -> None:
        """Add one mention's evidence; what speaks against is capped: a host named often cannot bury one fact."""
        weighed = amount * sentence.weight
        if weighed < 0:
            weighed = max(weighed, MOST_AGAINST - self.against)
            self.against += weighed
        self.total += weighed
        self.clear += amount >= CLEAR and not sentence.old
        if self.best is None or weighed > self.best[0]:
            self.best = (weighed, sentence, mark)


def read_states(sentences: list[Sentence], *, overview: bool) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """Return the linked states and the services or proxies named with them."""
    tallies: dict[str, Tally] = {}
    named = {mark.code for sentence in sentences for mark in sentence.of("state", "capital")}
    for sentence in sentences:
        marks = sentence.of(*_STATE_KINDS, "north") if "KR" in named else sentence.of(*_STATE_KINDS)
        amounts = _shared(sentence, marks, [evidence(sentence, mark) for mark in marks])
        for mark, amount in zip(marks, amounts, strict=True):
            tallies.setdefault(state_of(mark, named), Tally()).add(amount, sentence, mark)
    ranked = sorted(tallies.items(), key=lambda row: -row[1].total)
    chosen = [state for state, tally in ranked if _enough(tally, ranked[0][1], overview=overview)]
    return tuple(_value(state, tallies[state]) for state in chosen), read_services(sentences, chosen, named)


def state_of(mark: Mark, named: set[str]) -> str:
    """Return the state code that a mark stands for; a service of several states takes the one the report names."""
    if mark.kind in ("state", "capital", "north"):
        return _SUBJECT_OF.get(mark.code, mark.code)
    states = mark.extra.split("|")
    return next((state for state in states if state in named), states[0])


def evidence(sentence: Sentence, mark: Mark) -> float:
    """Return how much one mention says for the state having a hand in the plot; below zero speaks against it."""
    if mark.kind == "service":
        return _of_service(sentence, mark)
    if mark.kind == "proxy":
        return BARE if _attacked(sentence, mark) else PROXY
    found = [BARE]
    noun = _noun(sentence, mark, "agent")
    claims = _claims(sentence, mark, noun)
    if _denies(sentence, mark):
        found.append(DENIES)
    if noun:
        found.append(_of_agent(sentence, mark, noun))
    if _noun(sentence, mark, "homelike") or _left_home(sentence, mark):
        found.append(HOME)
    if mark.extra == "adj" and _punished(sentence, mark, mark):
        found.append(SUSPECT)
    if _before(sentence, mark, "blame", 4) and not claims:
        found.append(BLAMED)
    elif _before(sentence, mark, "near", 1) and sentence.has("method") and not _noun(sentence, mark, "victimlike"):
        found.append(CLEAR * 0.6)
    if mark.extra != "adj" and not claims and not _in_place(sentence, mark) and _clear_after(sentence, mark, "acts", 3):
        found.append(ACTS)
    best = max(found)
    if claims and best < DENIES:
        return CLAIMS
    if best <= BARE * 3 and (_attacked(sentence, mark) or _noun(sentence, mark, "victimlike")):
        return VICTIM
    return best if best > BARE else min(found)


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
        return tally.total >= MINIMUM
    if overview and tally.clear >= 1:
        return tally.total >= CLEAR
    return tally.clear >= 2 and tally.total >= SECOND_SHARE * top.total


def _value(state: str, tally: Tally) -> Value:
    assert tally.best is not None  # noqa: S101 - a tally is made by adding
    _, sentence, mark = tally.best
    quote, offset = sentence.span(mark.first, mark.last)
    confidence = min(0.95, 0.35 + tally.total / 16)
    return Value(state, quote, sentence.field, offset, round(confidence, 2))


def _noun(sentence: Sentence, mark: Mark, kind: str) -> Mark | None:
    """Return the mark of a kind beside a state name: at most one word after it, or right before it."""
    for other in sentence.marks:
        if (
            other.kind == kind
            and mark.last <= other.first <= mark.last + 1
            and not _cut(sentence, mark.last, other.first)
            and (mark.extra == "adj" or sentence.lowers[other.first] not in _VERBS)
        ):
            return other
    if mark.extra == "adj" and sentence.noun_first:
        return next((m for m in sentence.marks if m.kind == kind and m.last == mark.first), None)
    return None


def _before(sentence: Sentence, mark: Mark, kind: str, reach: int) -> Mark | None:
    for other in reversed(sentence.marks):
        if other.kind == kind and other.last <= mark.first <= other.last + reach:
            inside = [m for m in sentence.marks if other.last <= m.first and m.last <= mark.first]
            return None if any(m.kind in (*_STATE_KINDS, "method") for m in inside) else other
    return None


def _clear_after(sentence: Sentence, mark: Mark, kind: str, reach: int) -> Mark | None:
    for other in sentence.marks:
        if other.kind == kind and mark.last <= other.first <= mark.last + reach:
            return None if _cut(sentence, mark.last, other.first) else other
    return None


def _cut(sentence: Sentence, first: int, last: int) -> bool:
    """Return whether punctuation or another state stands between token `first` - 1 and token `last`."""
    if any(first <= m.first < last and m.kind in ("state", "capital") for m in sentence.marks):
        return True
    start = sentence.starts[first - 1] + len(sentence.words[first - 1])
    text = sentence.text[start : sentence.starts[last]] if last < len(sentence.starts) else ""
    return any(sign in text for sign in ",;:()")


def _in_place(sentence: Sentence, mark: Mark) -> bool:
    """Return whether the mention is a place ("in Ankara"), not the seat of those who act ("officials in Ankara")."""
    if any(m.last == mark.first - 1 and m.kind in ("government", "agent") for m in sentence.marks):
        return False
    return mark.first > 0 and sentence.lowers[mark.first - 1] in (
        "in",
        "at",
        "near",
        "to",
        "of",
        "from",
        "en",
        "à",
        "au",
    )


def _denies(sentence: Sentence, mark: Mark) -> bool:
    if sentence.has("denynot"):
        return False
    if _clear_after(sentence, mark, "deny", 6):
        return True
    word = next((m for m in sentence.of("denyword") if mark.last <= m.first <= mark.last + 20), None)
    if word is None or any(mark.last <= m.first < word.first for m in sentence.of("state", "capital")):
        return False
    return any(mark.last <= m.first <= mark.last + 7 for m in sentence.of("calls"))


def _claims(sentence: Sentence, mark: Mark, noun: Mark | None) -> bool:
    """Return whether the state speaks or acts as the one who accuses, arrests or tries."""
    if noun or _in_place(sentence, mark) or _denies(sentence, mark):
        return False
    return _clear_after(sentence, mark, "claims", 2) is not None


def _attacked(sentence: Sentence, mark: Mark) -> bool:
    """Return whether an act of violence stands shortly before the mention: its people are the target."""
    for other in sentence.marks:
        if other.kind == "method" and other.last <= mark.first <= other.last + 5:
            between = range(other.last, mark.first)
            if not any(
                m.first in between and m.kind in ("blame", "near", "legal", *_STATE_KINDS) for m in sentence.marks
            ):
                return True
    return False


def _of_agent(sentence: Sentence, mark: Mark, noun: Mark) -> float:
    last = max(mark.last, noun.last)
    punished = _punished(sentence, mark, noun)
    said = any(m.kind == "claims" and last <= m.first <= last + 2 for m in sentence.marks)
    helped = any(m.kind == "aide" and -6 <= mark.first - m.last <= 8 for m in sentence.marks)
    stops = any(0 <= m.first - last <= 1 and sentence.lowers[m.first] in _STOPS for m in sentence.of("foil"))
    if (said or helped or stops) and not punished and not _denies(sentence, mark):
        return CLAIMS
    if sentence.lowers[noun.first] not in _OFFICES or punished or _before(sentence, mark, "blame", 4):
        return AGENT
    acts = any(m.kind == "acts" and last <= m.first <= last + 2 for m in sentence.marks)
    if acts:
        return ACTS
    return VICTIM if _attacked(sentence, mark) else BARE * 3


def _punished(sentence: Sentence, mark: Mark, noun: Mark) -> bool:
    """Return whether people of the state are said to be charged, tried, wanted, sanctioned or expelled."""
    if any(word.startswith("retaliat") for word in sentence.lowers):
        return False
    last = max(mark.last, noun.last)
    return any(
        m.kind == "legal"
        and m.code in _PUNISHED
        and (0 <= mark.first - m.last <= 4 or (0 <= m.first - last <= 2 and sentence.lowers[m.first] in _PASSIVE))
        and not any(
            min(m.last, mark.last) <= o.first < max(m.first, mark.first) for o in sentence.of("state", "capital")
        )
        for m in sentence.marks
    )


def _left_home(sentence: Sentence, mark: Mark) -> bool:
    before = sentence.lowers[max(0, mark.first - 3) : mark.first]
    former = mark.extra == "adj" and bool(before) and before[-1] in ("former", "ex", "exiled")
    return former or any(word in ("fled", "flee", "fleeing", "critic", "critics") for word in before)


def _of_service(sentence: Sentence, mark: Mark) -> float:
    said = any(m.kind == "claims" and 0 <= m.first - mark.last <= 3 for m in sentence.marks)
    helped = any(m.kind == "aide" and -6 <= mark.first - m.last <= 5 for m in sentence.marks)
    if helped and not _denies(sentence, mark):
        return CLAIMS
    return SERVICE * 0.4 if said else SERVICE


def read_services(sentences: list[Sentence], states: list[str], named: set[str]) -> tuple[Value, ...]:
    """Return the services and proxies of the linked states that the report names, the most named first."""
    found: dict[str, tuple[float, Value]] = {}
    for sentence in sentences:
        if sentence.old:
            continue
        for mark in sentence.of("service", "proxy"):
            if state_of(mark, named) in states:
                quote, offset = sentence.span(mark.first, mark.last)
                weight, value = found.get(mark.code, (0.0, Value(mark.code, quote, sentence.field, offset, 0.8)))
                found[mark.code] = (weight + sentence.weight, value)
    return tuple(value for _, value in sorted(found.values(), key=lambda row: -row[0]))
