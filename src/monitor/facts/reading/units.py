"""Mentions of states as units: a name with the government, service, police, person or thing that belongs to it.

Owns where such a phrase begins and ends and what it stands for (roles.Unit). The words that make a phrase (@GOV,
@AGENCY, @OFFICER, @POLICE, @PERSON, @THING, @INNER, @IN) stand in data/roles-*.txt. What is said of a unit is left to
roles.py.
"""

from __future__ import annotations

from monitor.facts.reading.bystanders import gap_after, is_paper, is_patrol, is_people, is_site, place_word
from monitor.facts.reading.roles import Rules, Unit, classes_of
from monitor.facts.reading.sentences import Mark, Sentence

_KINDS = ("state", "capital", "service", "home", "proxy", "north")
PROXY = "proxy:"  # before the code of an armed group that is accused itself, with no state
_HEADS = (("AGENCY", "s"), ("POLICE", "l"), ("OFFICER", "o"), ("GOV", "g"))
_POSSESSIVE = ("'s", "’s", "s'", "s’", "' ", "’ ")
_MOST_INNER = 3  # words between a name and the head it belongs to
_OF = frozenset({"of", "in", "de", "du", "des", "del", "von", "la", "der", "el", "l", "d", "en", "à"})
_CALLED = frozenset({"service", "agency", "intelligence", "police", "the", "unit", "bureau", "corps"})
_SIDE_WITH = frozenset({"pro", "anti", "non", "ex"})
SUBJECT_OF = {"HK": "CN", "MO": "CN"}  # territories that run no services of their own


def units_of(sentence: Sentence, rules: Rules, named: frozenset[str] = frozenset()) -> list[Unit]:
    """Return the mentions of states in order, none over another; `named`: states that the report names anywhere."""
    found: list[Unit] = []
    for mark in sorted(sentence.of(*_KINDS), key=lambda mark: (mark.first, -mark.last)):
        if (found and mark.first < found[-1].last) or (mark.kind == "north" and "KR" not in named):
            continue
        if is_paper(sentence, mark):
            continue
        unit = _unit(sentence, mark, rules, named, found[-1].last if found else 0)
        if found and _owns(sentence, found[-1], unit):
            unit = unit._replace(first=found.pop().first)  # "Russia's GRU" is one mention
        found.append(unit)
    return found


def _owns(sentence: Sentence, state: Unit, service: Unit) -> bool:
    """Return whether a state's name and a service of its own stand as one: "Russia's GRU", "Israeli agency Mossad"."""
    if state.code != service.code or service.mark.kind != "service" or state.mark.kind == "service":
        return False
    between = sentence.lowers[state.last : service.first]
    apart = sentence.text[sentence.starts[state.last - 1] : sentence.starts[service.first]]
    return (
        len(between) <= _MOST_INNER
        and not any(sign in apart for sign in ",;:()")
        and state.kind in "asng"
        and (not between or between[-1] in _CALLED)
    )


def _unit(sentence: Sentence, mark: Mark, rules: Rules, named: frozenset[str], floor: int) -> Unit:
    code = code_of(mark, named)
    if mark.kind == "proxy":
        return Unit(PROXY + mark.code, mark.first, mark.last, "s", mark)
    if mark.kind in ("service", "home"):
        return _service(sentence, mark, code, rules, floor)
    if _sides(sentence, mark.first) or _takes_side(sentence, mark, rules):
        return Unit(code, mark.first, mark.last, "x", mark)
    gap = gap_after(sentence, mark.last - 1)
    if gap.lstrip(".").startswith(("-", "\u2010", "\u2011")) and mark.last < len(sentence.words):
        return Unit(code, mark.first, mark.last, "p" if _names_state(sentence, mark.last) else "h", mark)
    if not sentence.loose and is_site(sentence, mark):
        return Unit(code, mark.first, mark.last, "i", mark)
    owner = sentence.owner_last and not _adjective(sentence, mark, rules)
    head, last = ("", mark.last) if owner else _head_after(sentence, mark.last, rules)
    if head == "o" and is_patrol(sentence, mark, last):
        head = "l"
    if head:
        owns = gap_after(sentence, last - 1).startswith(_POSSESSIVE)  # "X's minister's killing": not the one who acts
        return Unit(code, mark.first, last, "a" if owns else head, mark)
    before = _head_before(sentence, mark, rules, floor)
    if before:
        return Unit(code, before[1], mark.last, before[0], mark)
    if sentence.loose:
        return Unit(code, mark.first, mark.last, _loose_kind(sentence, mark, rules), mark)
    return Unit(code, mark.first, mark.last, _bare_kind(sentence, mark, rules, gap), mark)


def _service(sentence: Sentence, mark: Mark, code: str, rules: Rules, floor: int) -> Unit:
    """Return the mention of a service: itself, its officers and agents, its man ("CIA-Mann"), or police."""
    kind = "s" if mark.kind == "service" else "l"
    if gap_after(sentence, mark.last - 1) == "-" and _is(sentence, mark.last, "PERSON", rules):
        return Unit(code, mark.first, mark.last, "p", mark)  # "CIA-Mann"
    head, last = _head_after(sentence, mark.last, rules)
    if sentence.owner_last and mark.first > floor and _head_at(sentence, mark.first - 1, rules) == "o":
        return Unit(code, mark.first - 1, mark.last, "o", mark)
    before = _head_before(sentence, mark, rules, floor) if sentence.noun_first else None
    if before and before[0] == "o":
        return Unit(code, before[1], mark.last, "o", mark)
    return Unit(code, mark.first, last if head else mark.last, head if head in ("o", "l") else kind, mark)


def _bare_kind(sentence: Sentence, mark: Mark, rules: Rules, gap: str) -> str:
    """Return what a name without a head stands for: people, what it modifies, a place, or the state."""
    person = mark.last >= len(sentence.words) or _is(sentence, mark.last, "PERSON", rules)
    if mark.extra == "adj" or gap.startswith(_POSSESSIVE):
        return "p" if is_people(sentence, mark) or (person and mark.extra == "adj") else "a"
    if mark.last < len(sentence.words) and person and _joined(sentence, mark.last):
        return "p"
    before, spot = place_word(sentence, mark.first)
    return "i" if spot or (before >= 0 and _is(sentence, before, "IN", rules)) else "n"


def _loose_kind(sentence: Sentence, mark: Mark, rules: Rules) -> str:
    """Return what a name stands for where the marks do not tell names from adjectives: by its ending and its neighbour.

    The endings of adjectives (@ADJ) and of names for people (@DEMONYM), and names that end alike (@NAME), are data.
    """
    last = mark.last - 1
    if _is(sentence, last, "DEMONYM", rules):
        return "p"
    adjective = _adjective(sentence, mark, rules)
    owned = sentence.noun_first or (sentence.owner_last and not adjective)
    beside = mark.first - 1 if owned else mark.last
    if 0 <= beside < len(sentence.words) and _joined(sentence, max(beside, mark.first)):
        if _is(sentence, beside, "PERSON", rules):
            return "p"
        if _is(sentence, beside, "THING", rules):
            return "a"
    elif adjective:
        return "p"  # an adjective with no noun: somebody of that nationality
    if adjective:
        return "a"
    placed = mark.last < len(sentence.words) and _is(sentence, mark.last, "LOC", rules)  # "-da" after an apostrophe
    return "i" if placed or (mark.first and _is(sentence, mark.first - 1, "IN", rules)) else "n"


def code_of(mark: Mark, named: frozenset[str]) -> str:
    """Return the state of a mark; a service of several states takes the one the report names."""
    if mark.kind in ("state", "capital", "north"):
        return SUBJECT_OF.get(mark.code, mark.code)
    states = mark.extra.split("|")
    return next((state for state in states if state in named), states[0])


def _head_after(sentence: Sentence, at: int, rules: Rules) -> tuple[str, int]:
    """Return the kind of head that follows a name within a few words, and where it ends."""
    kind, last = "", at
    if sentence.noun_first:
        return kind, last  # the head stands before its name
    inner = 0
    while at < len(sentence.words) and inner <= _MOST_INNER and (at == 0 or _joined(sentence, at)):
        found = _head_at(sentence, at, rules)
        if found:
            kind, last = ("l" if kind == "l" and found == "s" else found), at + 1  # a police service is police
        elif not _is(sentence, at, "INNER", rules):
            break
        else:
            inner += 1
        at += 1
    if kind and last < len(sentence.words) and _joined(sentence, last) and _is(sentence, last, "THING", rules):
        return "", 0
    return kind, last


def _head_before(sentence: Sentence, mark: Mark, rules: Rules, floor: int) -> tuple[str, int] | None:
    """Return the head that a name belongs to ("government of X", "officials in X", "gobierno iraní")."""
    at = mark.first - 1
    steps = 0
    while at >= floor and steps < 3 and _joined(sentence, at + 1) and _is_of(sentence, at, rules):
        at, steps = at - 1, steps + 1
    owner = sentence.owner_last and not _adjective(sentence, mark, rules)
    if steps == 0 and not owner and not (sentence.noun_first and (sentence.loose or mark.extra == "adj")):
        return None
    inner = 0
    while at >= floor and inner < 2 and _joined(sentence, at + 1):
        kind = _head_at(sentence, at, rules)
        if kind and sentence.noun_first:
            kind, at = _outermost(sentence, at, kind, rules, floor)
        if kind:
            return None if at and sentence.lowers[at - 1] in _SIDE_WITH else (kind, at)
        if not ((sentence.noun_first or owner) and _is(sentence, at, "INNER", rules)):
            return None
        at, inner = at - 1, inner + 1
    return None


def _is_of(sentence: Sentence, at: int, rules: Rules) -> bool:
    return sentence.lowers[at] in _OF or _is(sentence, at, "OF", rules)


def _outermost(sentence: Sentence, at: int, kind: str, rules: Rules, floor: int) -> tuple[str, int]:
    """Return the head that a head belongs to in turn ("agents des services de renseignement"), and where it stands."""
    place = at - 1
    while place > floor and _joined(sentence, place + 1):
        if _is_of(sentence, place, rules):
            place -= 1
            continue
        outer = _head_at(sentence, place, rules)
        if not outer:
            break
        kind, at, place = outer, place, place - 1
    return kind, at


def _head_at(sentence: Sentence, at: int, rules: Rules) -> str:
    classes = classes_of(sentence.lowers[at], rules)
    if at and sentence.lowers[at - 1] == "secret" and "POLICE/" in classes:
        return "s" if sentence.lowers[at] == "police" else "o"
    return next((kind for name, kind in _HEADS if f"{name}/" in classes), "")


def _is(sentence: Sentence, at: int, name: str, rules: Rules) -> bool:
    return f"{name}/" in classes_of(sentence.lowers[at], rules)


def _joined(sentence: Sentence, at: int) -> bool:
    """Return whether no stop stands before token `at`."""
    gap = gap_after(sentence, at - 1) if at else ","
    return gap == " " or not any(sign in gap for sign in ",;:()–—")


def _sides(sentence: Sentence, at: int) -> bool:
    """Return whether the name is the second half of "pro-X", "anti-X" or "Y-X"."""
    if not at or "-" not in gap_after(sentence, at - 1):
        return at > 0 and sentence.lowers[at - 1] in _SIDE_WITH
    return sentence.lowers[at - 1] in _SIDE_WITH or any(m.last == at for m in sentence.of("state", "capital"))


def _adjective(sentence: Sentence, mark: Mark, rules: Rules) -> bool:
    """Return whether a mention of one word ends as adjectives do; a capital or a name of several words is none.

    In the Slavic languages those have adjectives of their own.
    """
    if (mark.last - mark.first > 1 or mark.kind == "capital") and not sentence.owner_last:
        return False
    return _is(sentence, mark.last - 1, "ADJ", rules) and not _is(sentence, mark.last - 1, "NAME", rules)


def _takes_side(sentence: Sentence, mark: Mark, rules: Rules) -> bool:
    """Return whether a word for somebody's friends or enemies (@SIDE) belongs to the name: it stands where nouns do."""
    at = mark.first - 1 if sentence.noun_first else mark.last
    return 0 <= at < len(sentence.words) and _is(sentence, at, "SIDE", rules)


def _names_state(sentence: Sentence, at: int) -> bool:
    return any(m.first == at for m in sentence.of("state", "capital"))
