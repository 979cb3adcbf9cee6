"""Where the plot took place or was to: country and place with its precision.

Owns the choice among the places a report names. The scene stands with the act ("shot in", "embassy in", "ambassador
to"); a dateline, a capital that stands for its government and the linked state itself count little.
"""

from __future__ import annotations

from monitor.facts.sentences import Mark, Sentence
from monitor.facts.values import Value

ENOUGH = 0.6
SCENE, NEAR_ACT, NAMED, AUTHORITY, OFFICE = 2.0, 0.8, 0.4, 0.9, 2.0
LINKED_FACTOR = 0.3
_ARTICLES = {"the", "a", "an"}
_PREPOSITIONS = {
    "on",
    "into",
    "in",
    "at",
    "near",
    "outside",
    "inside",
    "off",
    "over",
    "around",
    "en",
    "à",
    "bei",
    "nahe",
}
_TOWARDS = {"to", "of"}
_SEATED = ("source", "government")
_PLACE_KINDS = ("state", "capital", "region", "city")
_PRECISION = {"city": "city", "capital": "city", "region": "region", "state": "country"}
_MOVES = {"flew", "fled", "arrived", "travelled", "traveled", "returned", "lives", "lived", "living",
          "trained", "training", "born", "poste", "accredited", "stationed",
          "based", "hide", "left", "moved", "back", "trip", "camps", "ambassador", "grew", "died"}  # fmt: skip


def read_places(
    sentences: list[Sentence], linked: list[str], *, overview: bool
) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """Return the countries and the places."""
    known = {m.code for s in sentences for m in s.of("state", "capital")}
    cities = _resolve(sentences, known)
    weights: dict[str, float] = {}
    best: dict[str, tuple[float, Value]] = {}
    spots: dict[str, tuple[float, str, Value]] = {}
    pairs: set[frozenset[str]] = set()
    for sentence in sentences:
        if sentence.old:
            continue
        marks = [m for m in sentence.of(*_PLACE_KINDS) if m.kind != "city" or cities.get(m.extra) == m.code]
        rates = [place_weight(sentence, mark) for mark in marks]
        for mark, rate in zip(marks, _joined(sentence, marks, rates, pairs), strict=True):
            amount = rate * sentence.weight
            if mark.code in linked:
                amount *= LINKED_FACTOR
            if amount <= 0:
                continue
            quote, offset = sentence.span(mark.first, mark.last)
            confidence = round(min(0.9, 0.3 + amount / 6), 2)
            weights[mark.code] = weights.get(mark.code, 0.0) + amount
            if amount > best.get(mark.code, (0.0,))[0]:
                best[mark.code] = (amount, Value(mark.code, quote, sentence.field, offset, confidence))
            if mark.extra != "adj" and amount > spots.get(quote, (0.0,))[0]:
                spots[quote] = (
                    amount,
                    mark.code,
                    Value(quote, quote, sentence.field, offset, confidence, _PRECISION[mark.kind]),
                )
    chosen = _choose(weights, pairs, overview=overview)
    return tuple(best[code][1] for code in chosen), _spots(spots, chosen)


def place_weight(sentence: Sentence, mark: Mark) -> float:
    """Return how much a mention says for the plot's scene being there."""
    words = sentence.lowers
    before = words[mark.first - 1] if mark.first else ""
    near = any(-9 <= m.first - mark.first <= 12 for m in sentence.of("method", "done"))
    if mark.extra == "adj":
        if _on_ground(sentence, mark):
            return SCENE
        return AUTHORITY if _acts_as_authority(sentence, mark, 1) else 0.0
    missions = [m for m in sentence.of("target") if m.code == "diplomat"]
    if any(m.first == mark.last for m in missions):
        return 0.0  # whose mission it is, not where
    if before in _TOWARDS and any(1 <= mark.first - m.last <= 2 for m in missions):
        return OFFICE
    if before in _PREPOSITIONS or (before in _ARTICLES and mark.first > 1 and words[mark.first - 2] in _PREPOSITIONS):
        return _in_place(sentence, mark, near=near)
    return _bare_place(sentence, mark, near=near)


def _in_place(sentence: Sentence, mark: Mark, *, near: bool) -> float:
    """Return the weight of a place after a preposition."""
    words = sentence.lowers
    if _of_speaker(sentence, mark) or _other_case(words, mark):
        return 0.0  # "officials in X said", "in the X case"
    if any(m.code == "arrested" and 1 <= mark.first - m.last <= 3 for m in sentence.of("legal")):
        return AUTHORITY  # where a suspect was caught
    moves = any(word in _MOVES for word in words[max(0, mark.first - 5) : mark.first])
    if near and not moves:
        return SCENE
    return NAMED if moves else NEAR_ACT


def _bare_place(sentence: Sentence, mark: Mark, *, near: bool) -> float:
    """Return the weight of a place without a preposition: a dateline, an authority, a name before its act."""
    if mark.first == 0 and mark.kind in ("capital", "city") and sentence.field == "text":
        return NAMED * 0.5  # a dateline
    if _acts_as_authority(sentence, mark, 1):
        return AUTHORITY
    if mark.first == 0 and sentence.after(mark.last) == ":":
        return NEAR_ACT  # "Berlin: …"
    if any(m.first == mark.last for m in sentence.of("method", "legal")):
        return SCENE if mark.kind != "state" else NEAR_ACT
    return NAMED * 0.75 if near else NAMED * 0.25


def _on_ground(sentence: Sentence, mark: Mark) -> bool:
    """Return whether an adjective goes with a piece of the country: "Polish railway", "Turkish soil"."""
    if any(m.first == mark.last for m in sentence.of("ground")):
        return True
    return any(m.first == mark.last and m.code == "infrastructure" for m in sentence.of("target"))


def _acts_as_authority(sentence: Sentence, mark: Mark, reach: int) -> bool:
    """Return whether police or courts of the country act there; sanctions and expulsions are done from anywhere."""
    for claim in sentence.of("claims"):
        if 0 <= claim.first - mark.last <= reach:
            word = sentence.lowers[claim.first]
            tried = mark.extra == "adj" and word in (
                "convicted",
                "charged",
                "arrested",
                "jailed",
                "sentenced",
                "detained",
            )
            return not tried and not word.startswith(("sanction", "penalis", "expel", "blame", "accus", "declassified"))
    return False


def _of_speaker(sentence: Sentence, mark: Mark) -> bool:
    """Return whether "in X" tells where a speaker sits; a diplomat in X may be the target there."""
    before = [m for m in sentence.marks if m.last == mark.first - 1]
    return any(m.kind in _SEATED for m in before) and not any(m.code == "diplomat" for m in before)


def _joined(sentence: Sentence, marks: list[Mark], rates: list[float], pairs: set[frozenset[str]]) -> list[float]:
    """Let "in X and Y" make both places scenes, and remember the pair."""
    result = list(rates)
    for at in range(1, len(marks)):
        left, right = marks[at - 1], marks[at]
        between = sentence.lowers[left.last : right.first]
        if between in (["and"], ["y"], ["und"], ["et"]) and result[at - 1] >= SCENE and left.extra != "adj":
            result[at] = max(result[at], result[at - 1])
            pairs.add(frozenset((left.code, right.code)))
    return result


def _other_case(words: list[str], mark: Mark) -> bool:
    return mark.last < len(words) and words[mark.last] in (
        "case",
        "affair",
        "inquiry",
        "killing",
        "poisoning",
        "bombing",
    )


def _resolve(sentences: list[Sentence], known: set[str]) -> dict[str, str]:
    """Return one country for each city named: the one the report names otherwise, else the only or first candidate."""
    candidates: dict[str, list[str]] = {}
    for sentence in sentences:
        for mark in sentence.of("city"):
            codes = candidates.setdefault(mark.extra, [])
            if mark.code not in codes:
                codes.append(mark.code)
    return {
        name: next((c for c in codes if c in known), codes[0])
        for name, codes in candidates.items()
        if len(codes) == 1 or set(codes) & known
    }


def _choose(weights: dict[str, float], pairs: set[frozenset[str]], *, overview: bool) -> list[str]:
    ranked = sorted(weights, key=lambda code: -weights[code])
    if not ranked or weights[ranked[0]] < ENOUGH:
        return []
    top = weights[ranked[0]]
    if overview:
        return [code for code in ranked if weights[code] >= ENOUGH]
    return [
        ranked[0],
        *[code for code in ranked[1:] if frozenset((ranked[0], code)) in pairs and weights[code] >= 0.5 * top][:1],
    ]


def _spots(spots: dict[str, tuple[float, str, Value]], chosen: list[str]) -> tuple[Value, ...]:
    order = {"city": 0, "region": 1, "country": 2}
    rows = sorted(
        (row for row in spots.values() if row[1] in chosen), key=lambda row: (order[row[2].precision], -row[0])
    )
    return tuple(value for _, _, value in rows[:3])
