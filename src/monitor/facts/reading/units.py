"""Mentions of states as units: a name with the government, service, police, person or thing that belongs to it.

Owns where such a phrase begins and ends and what it stands for (roles.Unit). The words that make a phrase (@GOV,
@AGENCY, @OFFICER, @POLICE, @PERSON, @THING, @INNER, @IN) stand in data/roles-*.txt. What is said of a unit is left to
roles.py.
"""

from __future__ import annotations

from monitor.facts.reading.roles import Rules, Unit, classes_of
from monitor.facts.reading.sentences import Mark, Sentence

_KINDS = ("state", "capital", "service", "home", "proxy", "north")
PROXY = "proxy:"  # before the code of an armed group that is accused itself, with no state
_HEADS = (("AGENCY", "s"), ("POLICE", "l"), ("OFFICER", "o"), ("GOV", "g"))
_POSSESSIVE = ("'s", "’s", "s'", "s’", "' ", "’ ")
_MOST_INNER = 3  # words between a name and the head it belongs to
_OF = frozenset({"of", "in", "de", "du", "des", "del", "von", "la", "der", "el", "l", "d", "en", "à"})
_SEATS = frozenset({"BE"})  # capitals that stand for a union of states more often than for their own
_TROUBLES = frozenset({"war", "conflict", "crisis", "deal", "talks", "protests", "earthquake"})
_TOWARDS = frozenset(
    "north south east west northern southern eastern western central northeast northwest southeast southwest "
    "north-east north-west south-east south-west neighbouring neighboring nearby occupied".split()
)
_ATTACKS = frozenset(
    "attack attacks bombing bombings blast blasts explosion explosions shooting shootings siege massacre killings "
    "murders murder arson terror stabbing stabbings knife car truck bomb".split()
)
_DOER_AFTER = frozenset({"on", "against", "to"})
_PAPERS = frozenset(
    "Post Times Daily Herald Tribune Independent Insider Observer Review Journal Gazette Mail Today International "
    "Telegraph Standard Chronicle Examiner".split()
)
_SIDE_WITH = frozenset({"pro", "anti", "non", "ex"})
SUBJECT_OF = {"HK": "CN", "MO": "CN"}  # territories that run no services of their own


def units_of(sentence: Sentence, rules: Rules, named: frozenset[str] = frozenset()) -> list[Unit]:
    """Return the mentions of states in order, none over another; `named`: states that the report names anywhere."""
    found: list[Unit] = []
    for mark in sorted(sentence.of(*_KINDS), key=lambda mark: (mark.first, -mark.last)):
        if (found and mark.first < found[-1].last) or (mark.kind == "north" and "KR" not in named):
            continue
        if _names_a_paper(sentence, mark):
            continue
        found.append(_unit(sentence, mark, rules, named, found[-1].last if found else 0))
    return found


def _unit(sentence: Sentence, mark: Mark, rules: Rules, named: frozenset[str], floor: int) -> Unit:
    code = code_of(mark, named)
    if mark.kind == "proxy":
        return Unit(PROXY + mark.code, mark.first, mark.last, "s", mark)
    if mark.kind in ("service", "home"):
        kind = "s" if mark.kind == "service" else "l"
        head, last = _head_after(sentence, mark.last, rules)
        return Unit(code, mark.first, last if head else mark.last, head if head in ("o", "l") else kind, mark)
    if _sides(sentence, mark.first):
        return Unit(code, mark.first, mark.last, "x", mark)
    gap = _gap(sentence, mark.last - 1)
    if gap.lstrip(".").startswith(("-", "\u2010", "\u2011")) and mark.last < len(sentence.words):
        return Unit(code, mark.first, mark.last, "p" if _names_state(sentence, mark.last) else "h", mark)
    if not sentence.loose and _is_site(sentence, mark):
        return Unit(code, mark.first, mark.last, "i", mark)
    modifies = mark.extra == "adj" or gap.startswith(_POSSESSIVE)
    head, last = _head_after(sentence, mark.last, rules)
    if head:
        owns = _gap(sentence, last - 1).startswith(_POSSESSIVE)  # "X's minister's killing": not the one who acts
        return Unit(code, mark.first, last, "a" if owns else head, mark)
    before = _head_before(sentence, mark, rules, floor)
    if before:
        return Unit(code, before[1], mark.last, before[0], mark)
    if sentence.loose:
        return Unit(code, mark.first, mark.last, _loose_kind(sentence, mark, rules), mark)
    if modifies:
        if mark.extra == "adj" and not sentence.noun_first and _is_people(sentence, mark):
            return Unit(code, mark.first, mark.last, "p", mark)
        person = mark.last >= len(sentence.words) or _is(sentence, mark.last, "PERSON", rules)
        return Unit(code, mark.first, mark.last, "p" if person and mark.extra == "adj" else "a", mark)
    if mark.last < len(sentence.words) and _joined(sentence, mark.last) and _is(sentence, mark.last, "PERSON", rules):
        return Unit(code, mark.first, mark.last, "p", mark)
    before = mark.first - 1
    while before > 0 and sentence.lowers[before] in _TOWARDS:
        before -= 1
    place = before >= 0 and _is(sentence, before, "IN", rules)
    return Unit(code, mark.first, mark.last, "i" if place else "n", mark)


def _names_a_paper(sentence: Sentence, mark: Mark) -> bool:
    """Return whether the name is the first word of a paper's or a channel's: "Washington Post", "Iran International"."""
    if mark.kind not in ("state", "capital") or mark.extra == "adj" or mark.last >= len(sentence.words):
        return False
    alone = mark.last + 1 >= len(sentence.words) or not sentence.words[mark.last + 1].istitle()
    in_title = sentence.field == "title" and sentence.words[mark.last] in ("Today", "Review", "Standard", "International")
    return sentence.words[mark.last] in _PAPERS and _joined(sentence, mark.last) and (alone or not in_title)


def _is_site(sentence: Sentence, mark: Mark) -> bool:
    """Return whether a name only tells where: "the Moscow attack", "the Ukraine war"; a seat of others is no actor."""
    if mark.extra == "adj" or mark.last >= len(sentence.words) or not _joined(sentence, mark.last):
        return mark.kind == "capital" and mark.code in _SEATS
    following = sentence.lowers[mark.last]
    if following in _TROUBLES and _gap(sentence, mark.last - 1) == " ":
        return True
    if mark.kind != "capital":
        return False
    after = next((word for word in sentence.lowers[mark.last + 1 : mark.last + 3] if word not in _ATTACKS), "")
    return mark.code in _SEATS or (following in _ATTACKS and after not in _DOER_AFTER)


def _is_people(sentence: Sentence, mark: Mark) -> bool:
    """Return whether an adjective stands for people of that nationality: "four Americans"."""
    word = sentence.words[mark.last - 1]
    return word.endswith("s") and word[0].isupper() and not word.endswith("ss") and len(word) > 4


def _loose_kind(sentence: Sentence, mark: Mark, rules: Rules) -> str:
    """Return what a name stands for where adjectives and names are not told apart: by the word it belongs to."""
    beside = mark.first - 1 if sentence.noun_first else mark.last
    if 0 <= beside < len(sentence.words) and _joined(sentence, max(beside, mark.first)):
        if _is(sentence, beside, "PERSON", rules):
            return "p"
        if _is(sentence, beside, "THING", rules):
            return "a"
    if mark.first and _is(sentence, mark.first - 1, "IN", rules):
        return "i"
    return "n"


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
            kind, last = found, at + 1
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
    while at >= floor and steps < 3 and _joined(sentence, at + 1) and sentence.lowers[at] in _OF:
        at, steps = at - 1, steps + 1
    if steps == 0 and not (sentence.noun_first and (sentence.loose or mark.extra == "adj")):
        return None
    inner = 0
    while at >= floor and inner < 2 and _joined(sentence, at + 1):
        kind = _head_at(sentence, at, rules)
        if kind:
            return None if at and sentence.lowers[at - 1] in _SIDE_WITH else (kind, at)
        if not (sentence.noun_first and _is(sentence, at, "INNER", rules)):
            return None
        at, inner = at - 1, inner + 1
    return None


def _head_at(sentence: Sentence, at: int, rules: Rules) -> str:
    classes = classes_of(sentence.lowers[at], rules)
    return next((kind for name, kind in _HEADS if f"{name}/" in classes), "")


def _is(sentence: Sentence, at: int, name: str, rules: Rules) -> bool:
    return f"{name}/" in classes_of(sentence.lowers[at], rules)


def _gap(sentence: Sentence, at: int) -> str:
    """Return the text between token `at` and the next."""
    starts, words = sentence.starts, sentence.words
    end = starts[at] + len(words[at])
    return sentence.text[end : starts[at + 1]] if at + 1 < len(words) else sentence.text[end:]


def _joined(sentence: Sentence, at: int) -> bool:
    """Return whether no stop stands before token `at`."""
    gap = _gap(sentence, at - 1) if at else ","
    return gap == " " or not any(sign in gap for sign in ",;:()–—")


def _sides(sentence: Sentence, at: int) -> bool:
    """Return whether the name is the second half of "pro-X", "anti-X" or "Y-X"."""
    if not at or "-" not in _gap(sentence, at - 1):
        return at > 0 and sentence.lowers[at - 1] in _SIDE_WITH
    return sentence.lowers[at - 1] in _SIDE_WITH or any(m.last == at for m in sentence.of("state", "capital"))


def _names_state(sentence: Sentence, at: int) -> bool:
    return any(m.first == at for m in sentence.of("state", "capital"))
