"""How many people are said to be arrested, and how many charged.

Owns number words and the patterns that tie a number to an arrest or a charge. Years, ages, sums and sentences in years
are no counts of people.
"""

from __future__ import annotations

from monitor.facts.reading.legal import has_happened
from monitor.facts.reading.sentences import Mark, Sentence
from monitor.facts.values import Value

BEFORE, AFTER = 9, 4
_HELD = frozenset({"suspect", "suspects", "accused"})  # people, though verbs of speech elsewhere
_TOGETHER = frozenset({"along", "alongside", "together"})
_MORE = frozenset({"further", "additional", "another", "more"})
_UNITS = {
    word: number
    for number, words in enumerate(
        (
            "", "one un una uno ein eine einen", "two dos zwei deux pair couple duo both paar",
            "three tres drei trois trio",
            "four cuatro vier quatre", "five cinco fünf cinq", "six seis sechs", "seven siete sieben sept",
            "eight ocho acht huit", "nine nueve neun neuf", "ten diez zehn dix", "eleven once elf onze",
            "twelve doce zwölf douze dozen", "thirteen trece dreizehn treize", "fourteen catorce vierzehn quatorze",
            "fifteen quince fünfzehn quinze", "sixteen", "seventeen", "eighteen", "nineteen",
            "twenty veinte zwanzig vingt",
        )
    )
    for word in words.split()
}  # fmt: skip
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_MONTH_NAMES = (
    "january february march april may june july august september october november december "
    "januar februar märz mai juni juli oktober dezember "
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre "
    "janvier février mars avril juin juillet août septembre octobre novembre décembre"
)
_MONTHS = frozenset(_MONTH_NAMES.split())
# What is counted is no people: times, sums, things and places, in the languages with number words.
_COUNTED_THINGS = (
    "years year months month days day hours weeks million dollars euros percent times bombs counts years' occasions "
    "attempts kilogrammes kilograms kilometres boxes cars plots attacks countries provinces states regions districts "
    "raids locations towns others buildings drones operations metres miles km weapons houses homes parts separate "
    "devices places cities bullets shots rifles decades tonnes "
    "jahr jahre jahren monat monate monaten tag tage tagen woche wochen stunden euro prozent mal kilo kilogramm "
    "kilometer kilometern meter metern millionen bomben drohnen städte städten länder ländern orte orten wohnungen "
    "häuser häusern objekte objekten waffen schüsse schüssen anschläge anschlägen fälle fällen andere weitere "
    "año años mes meses día días semana semanas horas por kilos kilómetros metros millones bombas ciudades países "
    "provincias viviendas registros armas disparos atentados casos veces cargos delitos otros "
    "an ans année années mois jour jours semaine semaines heures pour kilomètres mètres millions bombes villes pays "
    "perquisitions armes coups attentats cas fois chefs autres"
)
_NOT_PEOPLE = _MONTHS.union(_COUNTED_THINGS.split())
_NAMED = frozenset({"bureau", "section", "group", "unit", "squadron", "article", "block", "brigade", "in"})
_SINGULAR = {"a", "an", "un", "una", "ein", "eine", "einen", "une"}
_PERSON = {"man", "woman", "national", "citizen", "suspect", "person", "resident", "student", "officer",
           "diplomat", "gunman", "traveller",
           "businessman", "official", "agent", "member", "envoy", "teenager", "driver", "lawyer", "cleric",
           "hombre", "mann", "homme"}  # fmt: skip


def read_number(sentences: list[Sentence], legal: str) -> tuple[Value, ...]:
    """Return how many people are "arrested" or "charged", from the first sentence that says it."""
    fallback: tuple[Value, ...] = ()
    for sentence in sentences:
        if sentence.old:
            continue
        for mark in sentence.of("legal"):
            if mark.code != legal or not has_happened(sentence, mark):
                continue
            count, first, last = _explicit(sentence, mark) or _implied(sentence, mark) or (0, 0, 0)
            whole = count > 1 and not _adds_to(sentence, mark)
            if whole or (count and not fallback):
                quote, offset = sentence.span(min(first, mark.first), max(last, mark.last))
                value = (Value(str(count), quote, sentence.field, offset, 0.8 if whole else 0.5),)
                if whole:
                    return value
                fallback = value
    return fallback


def _adds_to(sentence: Sentence, mark: Mark) -> bool:
    """Return whether the number only adds to an earlier one that is not told: "eight further arrests"."""
    around = {*sentence.lowers[max(0, mark.first - 3) : mark.first], *sentence.lowers[mark.last : mark.last + 3]}
    return not _MORE.isdisjoint(around)


def number_at(words: list[str], at: int) -> int:
    """Return the number that a word stands for, or 0: digits below 1,000 or a number word."""
    word = words[at]
    if word.isdigit():
        return int(word) if len(word) < 4 else 0
    if word in _TENS and at + 1 < len(words) and _UNITS.get(words[at + 1], 10) < 10:
        return _TENS[word] + _UNITS[words[at + 1]]
    return _UNITS.get(word, 0) or _TENS.get(word, 0)


def _explicit(sentence: Sentence, mark: Mark) -> tuple[int, int, int] | None:
    words = sentence.lowers
    for at in [
        *range(mark.last, min(len(words), mark.last + AFTER)),
        *range(mark.first - 1, max(-1, mark.first - 1 - BEFORE), -1),
    ]:
        if (
            sentence.words[at].isupper()
            and len(sentence.words[at]) > 1
            and not any(w.islower() for w in sentence.words)
        ):
            continue  # a text in capitals says nothing sure of numbers
        count = number_at(words, at) if not _part_of_name(sentence, at) else 0
        following = words[at + 1] if at + 1 < len(words) else ""
        if count and following not in _NOT_PEOPLE and not _dated(sentence, at):
            if words[at] in ("one", "both", "un", "una", "uno", "ein", "eine", "einen") or _crossed(sentence, mark, at):
                continue
            return count, at, at + 1
    return None


def _part_of_name(sentence: Sentence, at: int) -> bool:
    """Return whether the number belongs to a name or a longer number: "Unit 18", "thirty-three" read from its end."""
    before = sentence.words[at - 1] if at else ""
    tied = at > 0 and sentence.text[sentence.starts[at] - 1] in "-‐‑"
    return tied or before.lower() in _NAMED


def _crossed(sentence: Sentence, mark: Mark, at: int) -> bool:
    """Return whether another verb, or a stop, stands between the number and the legal word."""
    first, last = (mark.last, at) if at >= mark.last else (at + 1, mark.first)
    if any(
        first <= m.first < last
        and (
            (m.kind in ("say", "method", "done") and sentence.lowers[m.first] not in _HELD)
            or (m.kind == "legal" and m.code not in ("suspected", mark.code))
        )
        for m in sentence.marks
    ):
        return True
    start = sentence.starts[min(mark.first, at)]
    return any(sign in sentence.text[start : sentence.starts[max(mark.first, at)]] for sign in ",;:.")


def _dated(sentence: Sentence, at: int) -> bool:
    """Return whether the number is an age, a date or a sum."""
    start = sentence.starts[at]
    end = start + len(sentence.words[at])
    before = sentence.lowers[at - 1] if at else ""
    if sentence.text[max(0, start - 1) : start] in "$€£" and start:
        return True
    age = sentence.text[max(0, start - 2) : start] == ", " and sentence.text[end : end + 1] == ","
    return (
        age
        or before in _MONTHS
        or (sentence.lowers[at + 1 : at + 2] == ["de"] and not _MONTHS.isdisjoint(sentence.lowers[at + 2 : at + 3]))
        or before in ("aged", "unit", "flight", "no", "article", "section")
        or sentence.text[end : end + 1] == "-"
    )


def _implied(sentence: Sentence, mark: Mark) -> tuple[int, int, int] | None:
    """Return a count from "arrested an X and a Y" (2), "a man was arrested" or "Name was arrested" (1)."""
    words = sentence.lowers
    after = words[mark.last : mark.last + 14]
    if after and after[0] in _SINGULAR:
        joined = [
            at for at, word in enumerate(after[:-1]) if word in ("and", "y", "und", "et") and after[at + 1] in _SINGULAR
        ]
        if joined and _people_between(sentence, mark.last, mark.last + joined[0]):
            return 2, mark.last, mark.last + joined[0] + 2
        return (1, mark.last, mark.last + 1) if _people_between(sentence, mark.last, mark.last + 5) else None
    if after and after[0] in ("suspect", "suspected") and not any(word.endswith("s") for word in after[1:3]):
        return 1, mark.last, mark.last + 1
    if not _TOGETHER.isdisjoint(words[mark.last :]):
        return None  # "is charged along with": of more than one
    have_been = words[max(0, mark.first - 2) : mark.first] == ["have", "been"]  # of several, and nobody says how many
    if (
        mark.first
        and not have_been
        and words[mark.first - 1] in ("was", "is", "been")
        and words[mark.first].endswith("ed")
    ):
        return 1, mark.first - 1, mark.last
    return None


def _people_between(sentence: Sentence, first: int, last: int) -> bool:
    inside = range(first, last)
    return any(sentence.lowers[at] in _PERSON for at in inside if at < len(sentence.lowers)) or any(
        m.first in inside and m.extra == "adj" for m in sentence.of("state")
    )
