"""Who makes a claim: the authority or the state that speaks in a sentence, never the one accused in it.

Owns choosing the speaker: a state's own (a unit before a verb of speech, or after "according to"), else police,
prosecutors, a court, a service, unnamed officials or media. What is accused is roles.py.
"""

from __future__ import annotations

from typing import NamedTuple

from monitor.facts.reading.bystanders import gap_after
from monitor.facts.reading.roles import Rules, Unit, classes_of
from monitor.facts.reading.sentences import Mark, Sentence
from monitor.facts.values import CLAIMANTS

REACH = 5  # words between a speaker and the verb
_LAST_WORDS = 4  # of a sentence that ends with its verb: "suçladı", "متهم کرد"
_ARTICLE = 3  # letters of a word before a name that opens a sentence
_ACCORDING = frozenset({
    "according", "laut", "según", "segun", "selon", "citing", "per", "secondo", "segundo", "volgens", "enligt",
    "według", "wedlug", "zdaniem", "данным", "словам", "мнению", "версии", "даними", "بحسب", "وفق", "وفقا",
})  # fmt: skip
_ACCORDING_AFTER = frozenset({"zufolge", "göre", "gore"})
# What follows these words is not said by the one before them.
_LEADS_AWAY = frozenset(
    {
        "for", "to", "that", "of", "with", "against", "by", "after", "as", "when", "while", "and", "over", "amid",
        "from", "not", "never", "following", "because", "but", "where", "pour", "para", "für", "gegen", "nach", "après",
        "tras",
    }
)  # fmt: skip
_HANGS_ON = frozenset({"with", "of", "by", "against", "to", "for", "from", "about", "over", "near", "into", "between"})
_ROUGH = frozenset({  # people of a state who do not speak for it
    "hackers", "hacker", "saboteurs", "mercenaries", "assassins", "hitmen", "soldiers", "soldier", "agents",
    "spies", "staff",
})  # fmt: skip
_BLAMING = frozenset({"blaming", "accusing"})
_CLOSING = frozenset({"say", "says", "said", "claims", "alleges", "believes", "reports", "warns"})
_VERB_FIRST = frozenset({
    "say", "says", "said", "report", "reports", "diz", "dice", "dicen", "afirma", "asegura", "dit", "sagt", "zegt",
    "säger", "sager",
})  # fmt: skip
_PARTS = frozenset({"while", "whereas", "but", "although", "mais", "pero", "aber", "während", "а", "но"})
_HEARING = frozenset({"told", "hears", "heard"})  # a court that is told something accuses nobody
# What belongs to an office and speaks for it; for anything else another speaks: "the police chief's widow".
_SPEAKS_FOR = frozenset({
    "office", "statement", "report", "spokesman", "spokeswoman", "spokesperson", "announcement", "assessment",
    "findings", "verdict", "ruling", "indictment", "lawyers", "chief", "head", "director", "own", "investigators",
    "prosecutors",
})  # fmt: skip
_NO_LONGER = frozenset({"ex", "former", "retired", "ancien", "ehemaliger", "бывший", "экс", "eski"})
_KIND_OF = {"g": "ministry", "s": "intelligence", "l": "police", "o": "anonymous-officials", "n": "ministry"}
_UNNAMED = frozenset({"officials", "officers", "funcionarios", "responsables", "beamte", "sources"})


class Accuser(NamedTuple):
    """A speaker: a code of CLAIMANTS, the state it belongs to, and its verb in lower case; each may be empty."""

    kind: str = ""
    state: str = ""
    verb: str = ""


def accuser_of(sentence: Sentence, units: list[Unit], accused: set[str], rules: Rules) -> Accuser | None:
    """Return who speaks in a sentence, or None.

    In other languages than English nobody where a word denies: who calls a report a fake accuses nobody.
    """
    if rules.needed and (sentence.has("deny") or any("DENY/" in classes_of(word, rules) for word in sentence.lowers)):
        return None
    last = units[-1] if units else None
    if last and last.code not in accused and last.kind in _KIND_OF and says_at_the_end(sentence, last):
        return Accuser(_kind(sentence, last, rules), last.code, sentence.lowers[last.last])
    for unit in units:
        if _no_longer(sentence, unit.first):
            continue
        rough = unit.kind == "o" and not _ROUGH.isdisjoint(sentence.lowers[unit.first : unit.last])
        if unit.kind in _KIND_OF and not rough and unit.code not in accused and ":" not in unit.code:
            verb = _verb_of(sentence, unit.first, unit.last, rules)
            if verb:
                return Accuser(_kind(sentence, unit, rules), unit.code, verb)
    if sentence.loose and (opening := _opening(sentence, units, accused, rules)):
        return opening
    for mark in sentence.of("source"):
        if _owns(sentence, mark) or _no_longer(sentence, mark.first):
            continue
        inside = any(unit.first <= mark.first < unit.last and unit.code in accused for unit in units)
        verb = "" if inside else _verb_of(sentence, mark.first, mark.last, rules)
        if mark.code == "court" and verb in _HEARING:
            continue
        if verb and not _of_accused(sentence, units, mark, accused):
            kind = "anonymous-officials" if mark.code == "officials" else mark.code
            return Accuser(kind if kind in CLAIMANTS else "", "", verb)
    return None


def _opening(sentence: Sentence, units: list[Unit], accused: set[str], rules: Rules) -> Accuser | None:
    """Return the state that opens a sentence of free word order, where a verb of speech follows: "X Y'yi suçladı"."""
    unit = units[0] if units else None
    if unit is None or unit.first > 1 or unit.kind not in _KIND_OF or unit.code in accused or ":" in unit.code:
        return None
    if unit.first and not sentence.has("source") and len(sentence.lowers[0]) > _ARTICLE:
        return None
    named = next((other.first for other in units[1:] if other.code in accused), None)
    if named is None:
        return None
    if sentence.verb_last:
        said = sentence.lowers[unit.last :][-_LAST_WORDS:]
    else:
        said = [] if _stop_before(sentence, unit.last) else sentence.lowers[unit.last : named]
    verb = next((word for word in said if _speaks(word, rules)), "")
    return Accuser(_kind(sentence, unit, rules), unit.code, verb) if verb else None


def _no_longer(sentence: Sentence, first: int) -> bool:
    """Return whether a word before a speaker says that the office was left: a former spy speaks for nobody."""
    return bool(first) and sentence.lowers[first - 1] in _NO_LONGER


def _speaks(word: str, rules: Rules) -> bool:
    classes = classes_of(word, rules)
    return any(f"{name}/" in classes for name in ("SAYS", "BLAME", "ATTRIBUTE", "LAW"))


def _owns(sentence: Sentence, mark: Mark) -> bool:
    """Return whether an office is named as the owner of somebody who speaks: "the spy chief's suit"."""
    if not gap_after(sentence, mark.last - 1).startswith(("'s", "’s", "' ", "’ ")):
        return False
    following = [word for word in sentence.lowers[mark.last : mark.last + 2] if word != "s"]
    return bool(following) and following[0] not in _SPEAKS_FOR


def says_at_the_end(sentence: Sentence, unit: Unit) -> bool:
    """Return whether a sentence closes with its speaker: "..., Peru says"."""
    closing = sentence.lowers[unit.last :]
    return len(closing) == 1 and closing[0] in _CLOSING and _stop_before(sentence, unit.first)


def another_speaks(sentence: Sentence, speaker: Accuser | None, accused_at: int, rules: Rules) -> bool:
    """Return whether the accusation stands after a semicolon or "while", in a clause that has its own word of blame.

    "Police suspect murder; his group accuses Chile" is not said by the police.
    """
    start = 0
    for at in range(1, accused_at):
        if ";" in gap_after(sentence, at - 1) or sentence.lowers[at] in _PARTS:
            start = at
    clause = sentence.lowers[start:accused_at]
    if not start or (speaker and speaker.verb in clause):
        return False
    return any("BLAME/" in classes_of(word, rules) for word in clause)


def _of_accused(sentence: Sentence, units: list[Unit], mark: Mark, accused: set[str]) -> bool:
    """Return whether a state accused in the sentence stands right beside the office: its own voice is no accuser."""
    for unit in units:
        seated = unit.first - mark.last == 1 and sentence.lowers[mark.last] in ("in", "of", "de", "en")
        beside = 0 <= mark.first - unit.last <= 1 and not _stop_before(sentence, mark.first)
        if unit.code in accused and (beside or seated):
            return True
    return False


def _verb_of(sentence: Sentence, first: int, last: int, rules: Rules) -> str:
    """Return the verb of speech that belongs to the words [first, last), or ""."""
    words = sentence.lowers
    before = words[max(0, first - 3) : first]
    if _ACCORDING & set(before) or _ACCORDING_AFTER & set(words[last : last + 2]):
        return "said"
    if sentence.field == "title" and sentence.after(last) == ":" and first == 0:
        return "" if _is_dateline(sentence, last) else "said"
    if before[-1:] and before[-1] in _VERB_FIRST:
        return before[-1]
    if before[-1:] and before[-1] in _HANGS_ON:
        return ""
    inside = next((word for word in words[first:last] if "SAYS/" in classes_of(word, rules)), "")
    return inside if last - first > 1 and inside else _verb_after(sentence, first, last, rules)


def _is_dateline(sentence: Sentence, last: int) -> bool:
    """Return whether a name before a colon may be the place alone: "Lima: two men convicted of a plot"."""
    names = any(mark.first == 0 and mark.last == last for mark in sentence.of("state", "capital"))
    return names and sentence.has("legal")


def _verb_after(sentence: Sentence, first: int, last: int, rules: Rules) -> str:
    """Return the verb of speech within a few words after a speaker, before anything that leads away from it."""
    states = {mark.first for mark in sentence.of("state", "capital")}
    stops = 0
    for at in range(last, min(len(sentence.lowers), last + REACH)):
        stops += _stop_before(sentence, at)
        word, classes = sentence.lowers[at], classes_of(sentence.lowers[at], rules)
        named = sentence.field != "title" and sentence.words[at][0].isupper()  # "on America Reports"
        blaming = stops == 1 and word in _BLAMING  # "Peru, blaming Chile, calls for talks"
        if blaming:
            return word
        if "SAYS/" in classes and not word.endswith("ing") and not named:
            if stops == 1 and not sentence.loose:
                return ""  # of two stops the words between are the speaker's name; after one another speaks
            passive = at and sentence.lowers[at - 1] in ("was", "were", "is", "are", "been", "being")
            return "" if passive else word
        if word in _LEADS_AWAY or at in states or ("ACT/" in classes and at == last):
            return ""
    return ""


def _stop_before(sentence: Sentence, at: int) -> bool:
    start = sentence.starts[at - 1] + len(sentence.words[at - 1]) if at else 0
    return any(sign in sentence.text[start : sentence.starts[at]] for sign in ",;–—")


def _kind(sentence: Sentence, unit: Unit, rules: Rules) -> str:
    """Return the kind of claimant a unit is: its own office where one is named, else by what it stands for."""
    apart = sentence.noun_first or sentence.after(unit.last) == ":"
    inside = [m for m in sentence.of("source") if unit.first <= m.first and m.last <= unit.last + (not apart)]
    for mark in inside:
        if mark.code in CLAIMANTS:
            return mark.code
    if _UNNAMED & set(sentence.lowers[unit.first : unit.last]):
        return "anonymous-officials"
    if unit.kind == "l" and any(
        "MEDIA/" in classes_of(word, rules) for word in sentence.lowers[unit.first : unit.last]
    ):
        return "media"
    return "ministry" if unit.kind == "o" else _KIND_OF[unit.kind]
