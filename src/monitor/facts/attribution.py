"""What one mention of a state says: it had a hand in the plot, it accuses, or its people are the target.

Owns the weights of what stands beside a state's name, a service or a proxy: an agent word, a verb of blame, a denial,
an exile's home; police and courts that speak for it; victims named by nationality. Adding up is left to states.py.
"""

from __future__ import annotations

from monitor.facts.sentences import Mark, Sentence, cut

# How much each kind of neighbour says; tuned on the cards for writing and the states of the uncoded items.
AGENT, BLAMED, ACTS, DENIES, HOME, SERVICE, PROXY, BARE = 2.4, 2.4, 2.0, 2.2, 1.2, 2.0, 1.6, 0.15
SUSPECT = 0.9
NEAR = 0.9
CLAIMS, VICTIM = -1.6, -0.6
_OFFICES = {"diplomat", "diplomats", "envoy", "envoys", "official", "officials", "officer", "officers", "ambassador",
               "embassy", "consulate", "ministry", "government", "authorities", "leaders", "leader", "state",
               "soldiers", "military",
               "aide", "threat", "threats", "response", "interest", "role", "generals", "general",
               "mission"}  # fmt: skip
_PASSIVE = {"jailed", "charged", "convicted", "sentenced", "detained", "arrested", "sanctioned", "expelled",
            "suspected", "wanted",
            "indicted", "designated", "held", "remanded"}  # fmt: skip
_VERBS = {"links", "plots", "hands", "orders"}  # after a name ("Ankara links") they are verbs, after an adjective nouns
_DEEDS = {"attack", "attacks", "strike", "raid", "sabotage", "campaign"}  # "Israeli attack": by or on them
_JOINTS = {
    "after",
    "over",
    "in",
    "on",
    "of",
    "for",
    "with",
    "and",
    "by",
    "to",
    "from",
    "as",
    "against",
    "at",
    "behind",
    "amid",
    "or",
}
_SIDES = {"east", "west", "north", "south", "central", "eastern", "western", "northern", "southern", "the"}
_AUXILIARY = {"was", "were", "are", "is", "been", "being", "be", "have", "has", "who", "spies", "men", "nationals"}
_STOPS = {"foil", "foils", "thwart", "thwarts", "disrupt", "disrupts", "dismantle", "dismantles", "uncover", "uncovers"}
_PUNISHED = {"expelled", "sanctioned", "charged", "convicted", "arrested", "suspected", "on-trial"}


_STATE_KINDS = ("state", "capital", "service", "proxy")


def evidence(sentence: Sentence, mark: Mark) -> float:
    """Return how much one mention says for the state having a hand in the plot; below zero speaks against it."""
    if mark.kind == "service":
        return _of_service(sentence, mark)
    if mark.kind == "proxy":
        return BARE if _attacked(sentence, mark) else PROXY
    if sentence.loose:
        return _loose(sentence, mark)
    if sentence.lowers[mark.last : mark.last + 1] == ["based"]:
        return 0.0
    if any(m.first == mark.last and m.last - m.first > 2 for m in sentence.of("acts")):
        return ACTS  # "says it captured him": the state says itself that it acted
    noun = _noun(sentence, mark, "agent")
    claims = _claims(sentence, mark, noun)
    found = _signs(sentence, mark, noun, claims=claims)
    best = max(found)
    if claims and best < DENIES:
        return CLAIMS
    if best <= BARE * 3 and (_attacked(sentence, mark) or _noun(sentence, mark, "victimlike")):
        return VICTIM
    return best if best > BARE else min(found)


def _signs(sentence: Sentence, mark: Mark, noun: Mark | None, *, claims: bool) -> list[float]:
    """Return what each neighbour of a state's name says."""
    found = [BARE]
    if _denies(sentence, mark):
        found.append(DENIES)
    if noun:
        found.append(_of_agent(sentence, mark, noun))
    if _noun(sentence, mark, "homelike") or _left_home(sentence, mark):
        found.append(HOME)
    if mark.extra == "adj" and _punished(sentence, mark, mark):
        found.append(SUSPECT)
    if _done_by(sentence, mark) or (not claims and _before(sentence, mark, "blame", 4)):
        found.append(BLAMED)
    elif _before(sentence, mark, "near", 1) and sentence.has("method") and not _noun(sentence, mark, "victimlike"):
        found.append(NEAR)
    if mark.extra != "adj" and not claims and not _in_place(sentence, mark) and _clear_after(sentence, mark, "acts", 3):
        found.append(ACTS)
    return found


def _loose(sentence: Sentence, mark: Mark) -> float:
    """Return the evidence where word order is free: by what stands within three words on either side."""
    near = {m.kind: m for m in sentence.marks if -3 <= m.first - mark.last < 3 or 0 <= mark.first - m.last < 3}
    if near.keys() & {"service", "agent", "blame", "deny", "proxy"}:
        return CLAIMS * 0.5 if "claims" in near and "agent" not in near else AGENT
    if "homelike" in near:
        return HOME
    return CLAIMS if "claims" in near else BARE * 3


def _noun(sentence: Sentence, mark: Mark, kind: str) -> Mark | None:
    """Return the mark of a kind beside a state name: at most one word after it, or right before it."""
    for other in sentence.of(kind):
        if (
            mark.last <= other.first <= mark.last + (not sentence.noun_first)
            and not cut(sentence, mark.last, other.first)
            and (mark.extra == "adj" or sentence.lowers[other.first] not in _VERBS)
            and not (
                other.first > mark.last and (sentence.lowers[mark.last] in _JOINTS or _is_person(sentence, mark.last))
            )
        ):
            return other
    if mark.extra == "adj" and sentence.noun_first:
        return next((m for m in sentence.of(kind) if m.last == mark.first), None)
    return None


def _done_by(sentence: Sentence, mark: Mark) -> bool:
    """Return whether an act stands right before "by" and the state: "kidnapped by the X government"."""
    words = sentence.lowers
    by = next((at for at in (mark.first - 1, mark.first - 2) if at > 0 and words[at] == "by"), 0)
    return bool(by) and any(m.last == by and m.kind in ("method", "done", "plan") for m in sentence.marks)


def _is_person(sentence: Sentence, at: int) -> bool:
    """Return whether the word at a place names people or a mission, so that what follows is done to them."""
    return any(m.first <= at < m.last and m.kind in ("victimlike", "homelike", "target") for m in sentence.marks)


def _before(sentence: Sentence, mark: Mark, kind: str, reach: int) -> Mark | None:
    for other in reversed(sentence.of(kind)):
        if other.last <= mark.first <= other.last + reach:
            inside = [m for m in sentence.marks if other.last <= m.first and m.last <= mark.first]
            return None if any(m.kind in (*_STATE_KINDS, "method") for m in inside) else other
    return None


def _clear_after(sentence: Sentence, mark: Mark, kind: str, reach: int) -> Mark | None:
    for other in sentence.of(kind):
        if kind == "acts" and sentence.lowers[other.last : other.last + 1] == ["by"]:
            continue  # "ordered by": done to it
        if mark.last <= other.first <= mark.last + reach:
            return None if cut(sentence, mark.last, other.first) else other
    return None


def _in_place(sentence: Sentence, mark: Mark) -> bool:
    """Return whether the mention is a place ("in Ankara"), not the seat of those who act ("officials in Ankara")."""
    if any(m.last == mark.first - 1 and m.kind in ("government", "agent") for m in sentence.marks):
        return False
    first = mark.first
    while first > 1 and sentence.lowers[first - 1] in _SIDES:
        first -= 1
    return first > 0 and sentence.lowers[first - 1] in (
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
    claim = _clear_after(sentence, mark, "claims", 2)
    act = _clear_after(sentence, mark, "acts", 2)
    return claim is not None and (act is None or act.first > claim.first)


def _attacked(sentence: Sentence, mark: Mark) -> bool:
    """Return whether an act of violence stands shortly before the mention: its people are the target."""
    for other in sentence.of("method"):
        if other.last <= mark.first <= other.last + 5:
            between = range(other.last, mark.first)
            if not any(
                m.first in between and m.kind in ("blame", "near", "legal", *_STATE_KINDS) for m in sentence.marks
            ):
                return True
    return False


def _of_agent(sentence: Sentence, mark: Mark, noun: Mark) -> float:
    last = max(mark.last, noun.last)
    if mark.first == 0 and sentence.after(last) == ":":
        return CLAIMS  # "Dutch intelligence: …"
    punished = _punished(sentence, mark, noun)
    said = any(last <= m.first <= last + 2 and not cut(sentence, last, m.first) for m in sentence.of("claims"))
    helped = any(-6 <= mark.first - m.last <= 8 for m in sentence.of("aide"))
    stops = any(0 <= m.first - last <= 1 and sentence.lowers[m.first] in _STOPS for m in sentence.of("foil"))
    if (said or helped or stops) and not punished and not _denies(sentence, mark):
        return CLAIMS
    if sentence.lowers[noun.first] in _DEEDS:
        return ACTS * 0.6
    if sentence.lowers[noun.first] not in _OFFICES or punished or _before(sentence, mark, "blame", 4):
        return AGENT
    acts = any(last <= m.first <= last + 2 for m in sentence.of("acts"))
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
        and (0 <= mark.first - m.last <= 4 or _suffers_law(sentence, m, last))
        and not any(
            min(m.last, mark.last) <= o.first < max(m.first, mark.first) for o in sentence.of("state", "capital")
        )
        for m in sentence.marks
    )


def _suffers_law(sentence: Sentence, law: Mark, last: int) -> bool:
    between = sentence.lowers[last : law.first]
    near = 0 <= law.first - last <= 2 and sentence.lowers[law.first] in _PASSIVE
    return near and all(word in _AUXILIARY for word in between) and not cut(sentence, last, law.first)


def _left_home(sentence: Sentence, mark: Mark) -> bool:
    before = sentence.lowers[max(0, mark.first - 3) : mark.first]
    former = mark.extra == "adj" and bool(before) and before[-1] in ("former", "ex", "exiled")
    return former or any(word in ("fled", "flee", "fleeing", "critic", "critics") for word in before)


def _of_service(sentence: Sentence, mark: Mark) -> float:
    if _before(sentence, mark, "blame", 4):
        return SERVICE
    said = any(0 <= m.first - mark.last <= 3 for m in sentence.of("claims"))
    helped = any(-6 <= mark.first - m.last <= 5 for m in sentence.of("aide"))
    stops = any(0 <= m.first - mark.last <= 1 for m in sentence.of("foil"))
    if (helped or stops) and not _denies(sentence, mark):
        return CLAIMS
    return SERVICE * 0.4 if said else SERVICE
