"""Whom or what the plot was aimed at: several types are allowed, as in the Washington Institute's map.

Owns the roles: a minister who speaks, a diplomat who is expelled and a journalist who reports are no targets. Types
whose words hardly ever speak for the accusers (dissident, journalist, Jewish, defector) count by being named; the
others only next to an act against them.
"""

from __future__ import annotations

from monitor.facts.reading.sentences import Mark, Sentence, cut
from monitor.facts.values import Value

ENOUGH = 1.1
SHARE = 0.42  # a further type needs this share of the first one's weight
SHARE_NAMED = 0.25  # less where the word alone says it
OBJECT, SUFFERER, NAMED = 2.0, 1.5, 0.7
WEAK = 0.3  # enough when nothing else is there
REACH = 7
_BY_NAME = {"dissident", "journalist", "jewish-or-israeli", "defector"}
_BY_ACT = {"diplomat", "official", "military"}
_SPEAKERS = {"official", "diplomat", "military", "other", "journalist", "dissident", "defector"}
_ASKS = frozenset({"spoke", "speaks", "speaking", "interview", "interviewed", "joined", "tells"})
_HOUSES = ("embass", "consulate", "mission", "compound")
_AT_HOUSES = {"from", "in", "inside", "into", "within"}
_TAKEN = {"abduction", "assassination", "killing", "stabbing", "poisoning"}  # not done to a house
_LEFT = {"former", "ex", "exiled", "opposition", "senior", "top", "retired", "prominent", "leading"}


def read_targets(
    sentences: list[Sentence], linked: list[str], *, overview: bool
) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """Return the target types, and a short description from the text."""
    weights: dict[str, float] = {}
    best: dict[str, tuple[float, Value, Value]] = {}
    for sentence in sentences:
        if sentence.old:
            continue
        for code, mark in _candidates(sentence, linked):
            amount = _weight(sentence, mark, code, linked) * sentence.weight
            if amount <= 0:
                continue
            weights[code] = weights.get(code, 0.0) + amount
            if amount > best.get(code, (0.0,))[0]:
                best[code] = (amount, *_values(sentence, mark, code))
    other = weights.pop("other", 0.0)
    top = max(weights.values(), default=0.0)
    share = 0.0 if overview else top
    chosen = [
        code
        for code in sorted(weights, key=lambda code: -weights[code])
        if weights[code] >= max(ENOUGH, share * (SHARE_NAMED if code in _BY_NAME else SHARE))
    ]
    if not chosen and top >= WEAK and other < ENOUGH:
        chosen = [max(weights, key=lambda code: weights[code])]
    if not chosen and other >= ENOUGH:
        chosen = ["other"]
    return tuple(best[code][1] for code in chosen), tuple(best[code][2] for code in chosen[:1])


def _candidates(sentence: Sentence, linked: list[str]) -> list[tuple[str, Mark]]:
    found = [(mark.code, mark) for mark in sentence.of("target")]
    if "IL" not in linked:
        israelis = [m for m in sentence.of("state") if m.code == "IL" and _people_of(sentence, m)]
        found += [("jewish-or-israeli", mark) for mark in israelis]
    return found


def _people_of(sentence: Sentence, mark: Mark) -> bool:
    """Return whether "Israel" stands for its people or missions: "Israeli tourists", "an Israeli"."""
    speaks = any(m.kind in ("claims", "say", "agent") and 0 <= m.first - mark.last <= 2 for m in sentence.marks)
    noun = any(0 <= m.first - mark.last <= 2 for m in sentence.of("victimlike"))
    if noun:
        return not any(m.kind in ("claims", "say", "deny") and 1 <= m.first - mark.last <= 3 for m in sentence.marks)
    return mark.extra == "adj" and not speaks


def _weight(sentence: Sentence, mark: Mark, code: str, linked: list[str]) -> float:
    if code in _SPEAKERS and (_speaks(sentence, mark) or _is_suspect(sentence, mark)):
        return 0.0
    if code in _BY_ACT and not _acted_on(sentence, mark) and _of_linked_state(sentence, mark, linked):
        return 0.0
    if _is_setting(sentence, mark, code):
        return 0.0
    amount = NAMED if code in _BY_NAME else 0.0
    if _acted_on(sentence, mark):
        return amount + OBJECT
    if _suffers(sentence, mark):
        return amount + SUFFERER
    return amount


def _is_setting(sentence: Sentence, mark: Mark, code: str) -> bool:
    """Return whether the word tells where or what sort: "on a bridge", "military wing", "opposition politician"."""
    before = sentence.lowers[max(0, mark.first - 3) : mark.first]
    after = sentence.lowers[mark.last : mark.last + 1]
    if code == "diplomat" and sentence.lowers[mark.last - 1].startswith("mission"):
        return any(m.last == mark.first for m in sentence.of("method", "agent"))  # "a sabotage mission"
    if code == "diplomat" and sentence.lowers[mark.last - 1].startswith(_HOUSES):
        return bool(_AT_HOUSES & set(before)) and any(m.code in _TAKEN for m in sentence.of("method"))
    if code == "infrastructure":
        far = not any(m.last in range(mark.first - 3, mark.first) for m in sentence.of("method"))
        return far and any(word in ("on", "near", "outside", "under") for word in before)
    if code == "military":
        return after in (["wing"], ["intelligence"], ["court"], ["service"], ["laboratory"], ["spy"])
    return code == "official" and before[-1:] == ["opposition"]


def _acted_on(sentence: Sentence, mark: Mark) -> bool:
    """Return whether an act stands before the word, with no verb of speech between them."""
    for other in reversed(sentence.of("method")):
        if other.last <= mark.first <= other.last + REACH:
            inside = [m for m in sentence.marks if other.last <= m.first and m.last <= mark.first]
            return not any(m.kind in ("say", "legal") for m in inside)
    return False


def _suffers(sentence: Sentence, mark: Mark) -> bool:
    for other in sentence.of("method"):
        if 0 <= other.first - mark.last <= 4:
            return mark.code in _BY_NAME or not cut(sentence, mark.last, other.first)
    return False


def _speaks(sentence: Sentence, mark: Mark) -> bool:
    after = any(m.kind in ("say", "claims", "deny") and 0 <= m.first - mark.last <= 2 for m in sentence.marks)
    after = after or (mark.first == 0 and sentence.after(mark.last) == ":")
    before = any(0 <= mark.first - m.last <= 1 and m.code for m in sentence.of("say"))
    asked = not _ASKS.isdisjoint(sentence.lowers[max(0, mark.first - 5) : mark.first]) and not _acted_on(sentence, mark)
    after = after or asked
    return after or (before and not _acted_on(sentence, mark))


def _is_suspect(sentence: Sentence, mark: Mark) -> bool:
    return any(
        m.kind == "legal" and (0 <= mark.first - m.last <= 3 or 0 <= m.first - mark.last <= 3) for m in sentence.marks
    ) and not _acted_on(sentence, mark)


def _of_linked_state(sentence: Sentence, mark: Mark, linked: list[str]) -> bool:
    return any(
        m.kind in ("state", "capital", "service")
        and (m.code in linked or m.extra in linked)
        and 0 <= mark.first - m.last <= 1
        for m in sentence.marks
    )


def _values(sentence: Sentence, mark: Mark, code: str) -> tuple[Value, Value]:
    quote, offset = sentence.span(mark.first, mark.last)
    first = mark.first
    while first and (sentence.lowers[first - 1] in _LEFT or _is_adjective(sentence, first - 1)):
        first -= 1
    last = mark.last
    while last < len(sentence.words) and any(
        m.kind in ("target", "victimlike") and m.first == last for m in sentence.marks
    ):
        last += 1
    words, at = sentence.span(first, last)
    confidence = round(min(0.9, 0.4 + sentence.weight / 5), 2)
    return Value(code, quote, sentence.field, offset, confidence), Value(words, words, sentence.field, at, confidence)


def _is_adjective(sentence: Sentence, at: int) -> bool:
    return any(m.first <= at < m.last for m in sentence.of("state"))
