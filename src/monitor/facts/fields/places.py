"""Where the plot took place or was to: country and place with its precision.

Owns the choice among the places a report names. The scene stands with the act ("shot in", "embassy in", "ambassador
to"); a dateline, a capital that stands for its government and the linked state itself count little.
"""

from __future__ import annotations

from monitor.facts.reading.sentences import Mark, Sentence
from monitor.facts.values import Value

ENOUGH = 0.7
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
_CANADIAN = {"BC", "NS", "NB", "ON", "AB", "QC", "MB", "SK", "NL"}
_AMERICAN = {"DC", "NY", "NJ", "NC", "SC", "NM", "NH", "ND", "SD", "WV", "RI", "VA", "CA", "TX", "FL", "MA", "PA", "IL"}
_LOCAL = {
    "police",
    "court",
    "courts",
    "prosecutors",
    "prosecutor",
    "magistrate",
    "security",
    "judge",
    "judges",
}  # they act at home
_OWN = {"its", "own", "their", "our", "his", "her"}
_STEPS = ("arrested", "charged", "on-trial", "convicted")
_PRECISION = {"city": "city", "capital": "city", "region": "region", "state": "country"}
_PAPERS = {"times", "post", "journal", "herald", "tribune", "gazette", "mail", "telegraph", "observer", "globe", "star"}
# Beginnings of words that a state speaks by: they say nothing of where the act was.
_SPEECH = (
    "sa", "tell", "told", "announc", "accus", "blam", "warn", "believ", "report", "claim", "call", "urg", "expel",
    "sanction", "penalis", "declassified", "media", "newspaper", "confirm", "links", "condemn", "demand", "vowed",
    "seeks", "sees", "summon", "experts", "recalled", "suspect", "lists", "orders", "tribunal", "correspondent",
    "broadcaster", "publishes", "parliament", "cabinet", "treasury", "law", "troops",
)  # fmt: skip
_SIDES = {"north", "south", "east", "west", "northern", "southern", "eastern", "western", "central", "downtown"}
BASED, RESIDENT, BLAMES, OWN_OFFICIAL = 0.7, 0.6, 0.5, 0.8
_ORIGINS = {"originated", "originating", "hatched", "ordered", "directed", "masterminded", "conceived"}
_THINGS = {"facility", "site", "plant", "compound", "factory", "base", "installation", "depot", "town", "city", "port"}
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
        marks = [
            _settled(sentence, m, cities) for m in sentence.of(*_PLACE_KINDS) if m.kind != "city" or m.extra in cities
        ]
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


def _settled(sentence: Sentence, mark: Mark, cities: dict[str, str]) -> Mark:
    """Return the mark with the country its town or region lies in here."""
    code = _province(sentence, mark) if mark.kind == "region" else cities.get(mark.extra) if mark.kind == "city" else ""
    return mark._replace(code=code) if code else mark


def place_weight(sentence: Sentence, mark: Mark) -> float:
    """Return how much a mention says for the plot's scene being there."""
    if _own_soil(sentence, mark):
        return SCENE
    if _named_otherwise(sentence, mark):
        return 0.0
    if sentence.lowers[mark.last : mark.last + 1] == ["based"]:
        targets = any(m.first in range(mark.last, mark.last + 5) for m in sentence.of("target"))
        return BASED if targets else 0.0
    if mark.extra == "adj":
        return _adjective(sentence, mark)
    before = _preposition(sentence, mark)
    missions = [m for m in sentence.of("target") if m.code == "diplomat"]
    if any(m.first == mark.last for m in missions):
        return 0.0  # whose mission it is, not where
    if before in _TOWARDS and any(1 <= mark.first - m.last <= 2 for m in missions):
        return OFFICE
    if before in _PREPOSITIONS:
        return _in_place(sentence, mark)
    return _bare_place(sentence, mark)


def _near_act(sentence: Sentence, mark: Mark) -> bool:
    return any(-9 <= m.first - mark.first <= 12 for m in sentence.of("method", "done"))


def _named_otherwise(sentence: Sentence, mark: Mark) -> bool:
    """Return whether the name is part of another ("New York Times", "pro-X") or tells where it was only planned."""
    words = sentence.lowers
    paper = mark.last < len(words) and words[mark.last] in _PAPERS and sentence.words[mark.last][0].isupper()
    sided = mark.first > 0 and words[mark.first - 1] in ("pro", "anti")
    return paper or sided or (mark.first > 1 and words[mark.first - 2] in _ORIGINS)


def _preposition(sentence: Sentence, mark: Mark) -> str:
    """Return the word that the place hangs on, across an article, a quarter ("southern X") or a town ("near Y, X")."""
    words = sentence.lowers
    before = words[mark.first - 1] if mark.first else ""
    further = words[mark.first - 2] if mark.first > 1 else ""
    if before in _SIDES or (before in _ARTICLES and further in _PREPOSITIONS):
        return further
    if further in _PREPOSITIONS and sentence.after(mark.first - 1) == ",":
        return further
    return before


def _adjective(sentence: Sentence, mark: Mark) -> float:
    """Return the weight of an adjective: with a piece of the country, its leader, its people, its police."""
    if _on_ground(sentence, mark):
        return SCENE
    if _of_leader(sentence, mark):
        return OFFICE
    if _own_official(sentence, mark):
        return OWN_OFFICIAL
    if any(m.first == mark.last and m.code == "jewish-or-israeli" for m in sentence.of("target")):
        return RESIDENT
    return AUTHORITY if _acts_as_authority(sentence, mark, 1) else 0.0


def _in_place(sentence: Sentence, mark: Mark) -> float:
    """Return the weight of a place after a preposition."""
    words = sentence.lowers
    if _of_speaker(sentence, mark) or _other_case(words, mark):
        return 0.0  # "officials in X said", "in the X case"
    if any(m.code == "arrested" and 1 <= mark.first - m.last <= 3 for m in sentence.of("legal")):
        return AUTHORITY  # where a suspect was caught
    moves = any(word in _MOVES for word in words[max(0, mark.first - 5) : mark.first])
    if not moves and _near_act(sentence, mark):
        return SCENE
    return NAMED if moves else NEAR_ACT


def _bare_place(sentence: Sentence, mark: Mark) -> float:
    """Return the weight of a place without a preposition: a dateline, an authority, a name before its act."""
    if mark.first == 0 and mark.kind in ("capital", "city") and sentence.field == "text":
        return NAMED * 0.5  # a dateline
    if _acts_as_authority(sentence, mark, 1):
        return AUTHORITY
    if _of_leader(sentence, mark):
        return OFFICE
    if _own_official(sentence, mark):
        return OWN_OFFICIAL
    if mark.last < len(sentence.words) and sentence.lowers[mark.last].startswith(_SPEECH):
        return _speaking(sentence, mark)
    if _is_office(sentence, mark):
        return 0.0
    if mark.first == 0 and sentence.after(mark.last) == ":":
        return NEAR_ACT  # "Berlin: …"
    if any(m.first == mark.last for m in sentence.of("method", "legal")):
        return SCENE if mark.kind != "state" else NEAR_ACT
    near = _near_act(sentence, mark)
    if near and sentence.loose:
        return NAMED  # no prepositions are known in these languages
    return NAMED * 0.75 if near else NAMED * 0.25


def _on_ground(sentence: Sentence, mark: Mark) -> bool:
    """Return whether an adjective goes with a piece of the country: "Polish railway", "Turkish soil"."""
    if any(m.first == mark.last for m in sentence.of("ground")):
        return True
    nouns = sentence.lowers[mark.last : mark.last + 3]
    if sentence.has("method") and any(noun in _THINGS for noun in nouns):
        return not any(m.first in range(mark.last, mark.last + 3) for m in sentence.of("state", "capital"))
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
            local = word in _LOCAL or _acts(sentence)
            return not tried and not word.startswith(_SPEECH) and local
    return False


def _own_soil(sentence: Sentence, mark: Mark) -> bool:
    """Return whether the state that opens the sentence speaks of its own ground: "X accuses Y of plots on its soil"."""
    if mark.extra == "adj" or mark.first > 1:
        return False
    if _OWN.isdisjoint(sentence.lowers):
        return False
    infra = [m for m in sentence.of("target") if m.code == "infrastructure" and sentence.has("method")]
    own = [*sentence.of("ground"), *infra]
    return any(m.first > mark.last and _OWN & set(sentence.lowers[m.first - 2 : m.first]) for m in own)


def _speaking(sentence: Sentence, mark: Mark) -> float:
    """Return the weight of a state that speaks: one that stopped a plot, blames or expels is mostly the scene."""
    stopped = any(m.first - mark.last <= 4 for m in sentence.of("foil") if m.first >= mark.last)
    if stopped:
        return AUTHORITY
    if mark.first > 1:
        return 0.0
    verb = sentence.lowers[mark.last]
    return BLAMES if verb.startswith(("blam", "accus", "expel", "link", "confirm")) else 0.0


def _is_office(sentence: Sentence, mark: Mark) -> bool:
    """Return whether the name goes with an office that speaks from anywhere: "US officials", "US intelligence"."""
    beside = any(m.first == mark.last for m in sentence.of(*_SEATED))
    return beside and not _acts(sentence)


def _acts(sentence: Sentence) -> bool:
    """Return whether the law or a service does something there: an arrest, a charge, a plot stopped."""
    return sentence.has("foil") or any(m.code in _STEPS for m in sentence.of("legal"))


def _of_leader(sentence: Sentence, mark: Mark) -> bool:
    """Return whether a head of state is the one killed: leaders are at home where the report does not say otherwise."""
    leads = sentence.lowers[mark.last : mark.last + 1]
    if leads not in (["president"], ["leader"], ["premier"]):
        return False
    return any(0 < mark.first - m.last + 1 <= 4 for m in sentence.of("done", "method"))


def _own_official(sentence: Sentence, mark: Mark) -> bool:
    """Return whether an act is aimed at an official of the state: "to kill X's defence minister"."""
    officials = [m for m in sentence.of("target") if m.code == "official" and 0 <= m.first - mark.last <= 2]
    return bool(officials) and any(0 <= mark.first - m.last <= 2 for m in sentence.of("method"))


def _of_speaker(sentence: Sentence, mark: Mark) -> bool:
    """Return whether "in X" tells where a speaker sits; a diplomat in X may be the target there."""
    before = [m for m in sentence.marks if m.last == mark.first - 1]
    if any(m.code in _STEPS and m.first == mark.last for m in sentence.of("legal")):
        return False  # "minister in X charged": the law acts there
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
    across: dict[str, str] = {}  # towns told apart by the province or state that follows them
    for sentence in sentences:
        for mark in sentence.of("city"):
            codes = candidates.setdefault(mark.extra, [])
            if mark.code not in codes:
                codes.append(mark.code)
            province = _province(sentence, mark)
            if province:
                across[mark.extra] = province
    return {
        name: across.get(name) or next((c for c in codes if c in known), codes[0])
        for name, codes in candidates.items()
        if len(codes) == 1 or set(codes) & known or name in across
    }


def _province(sentence: Sentence, mark: Mark) -> str:
    """Return the country that an abbreviated province or state after a town gives ("Surrey, B.C."), or ""."""
    if mark.last >= len(sentence.words) or sentence.after(mark.last) != ",":
        return ""
    letters = "".join(word for word in sentence.words[mark.last : mark.last + 2] if len(word) < 3 and word.isupper())
    return "CA" if letters in _CANADIAN else "US" if letters in _AMERICAN else ""


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
