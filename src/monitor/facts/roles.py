"""Which state a sentence accuses, and by which words: ways of accusing, written down per language in data/roles-*.txt.

Owns the encoding of a sentence into items, the small pattern language and its matching. A state named in any other
role (accuser, foiler, victim's side, place, nationality, reporter) matches nothing and is not accused. Every pattern
looks at a bounded window around one mention, so that the cost grows with the mentions alone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from monitor.facts.lexicon import DATA, data_lines
from monitor.facts.sentences import Mark, Sentence

_MOST_KNOWN = 50_000
_MOTIVE_REACH = 8  # items between "in revenge for" and what it explains
_TIES = "ties"  # ways that link, back or trace rather than accuse of the act
_AND = frozenset({"and", "or", "y", "und", "et", "и", "و", "ve"})
_NEVER = "never"  # what a mention can stand in without being accused, whatever else matches
_UNSHAKEN = ("denies", "suspects")  # ways whose own words hold a negation
BEFORE, AFTER = 16, 16  # items of the window on either side of a mention
_GAP = r"(?:[^ ,:;]+ ){0,%d}?"
_ANY = r"(?:[^ ]+ ){0,%d}?"
_ANCHOR = {"G": "[ngso]", "A": "[ap]", "N": "n", "H": "h", "I": "i", "S": "s", "O": "[so]", "U": "[ngsoap]"}
_ENDERS = (
    "and but as in on at with after over against or because when while to says? said who which that amid before during "
    "inside since last this"
)  # words that close the clause a name stands in
_END = rf"(?=[,:;] |$|(?:{_ENDERS.replace(' ', '|')})/)"


class Unit(NamedTuple):
    """One mention of a state with what belongs to it: its code, the tokens it covers, what it stands for.

    `kind`: n a bare name, a an adjective or a name before a noun, h a name joined by a hyphen, i a place, g a
    government, s a service, o its officers and agents, l police, prosecutors or a court, p people of that nationality.
    """

    code: str
    first: int
    last: int
    kind: str
    mark: Mark


class Accusation(NamedTuple):
    """A state accused in a sentence: the verb of the claim, and the tokens the pattern covers."""

    unit: Unit
    verb: str
    tied: bool = False


class Rules(NamedTuple):
    """The ways of accusing of one language: classes by word and by stem, one pattern per verb."""

    words: dict[str, str]
    stems: dict[str, str]
    ways: tuple[tuple[str, re.Pattern[str]], ...]
    negation: re.Pattern[str]
    motive: re.Pattern[str]
    never: re.Pattern[str] | None
    prefixes: tuple[str, ...]
    known: dict[str, str]


@lru_cache(maxsize=8)
def rules_for(language: str) -> Rules | None:
    """Return the rules of a language, or None where there are none."""
    if not (DATA / f"roles-{language}.txt").is_file():
        return None
    classes: dict[str, set[str]] = {}
    stems: dict[str, set[str]] = {}
    ways: dict[str, list[str]] = {}
    for line in data_lines(f"roles-{language}.txt"):
        if line.startswith("@"):
            name, _, words = line.partition("=")
            for word in filter(None, (part.strip() for part in words.split(";"))):
                (stems if word.endswith("*") else classes).setdefault(word.rstrip("*"), set()).add(name.strip()[1:])
        else:
            verb, _, elements = line.partition(":")
            ways.setdefault(verb.strip(), []).append(_compiled(elements.split()))
    joined = {word: "".join(f"{name}/" for name in sorted(names)) for word, names in classes.items()}
    return Rules(
        joined,
        {word: "".join(f"{name}/" for name in sorted(names)) for word, names in stems.items()},
        tuple((verb, _joined(patterns)) for verb, patterns in ways.items() if verb != _NEVER),
        re.compile(r"/NOT/"),
        re.compile(r"/MOTIVE/"),
        _joined(ways[_NEVER]) if _NEVER in ways else None,
        tuple(word for word, names in classes.items() if "PREFIX" in names),
        {},
    )


def _joined(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("(?:^|(?<= ))(?:" + "|".join(patterns) + ")")


def _compiled(elements: list[str]) -> str:
    parts = []
    for element in elements:
        optional = element.endswith("?")
        body = element.rstrip("?")
        if re.fullmatch(r"_\d+", body):
            parts.append(_GAP % int(body[1:]))
        elif re.fullmatch(r"~\d+", body):
            parts.append(_ANY % int(body[1:]))
        elif body == ">":
            parts.append(_END)
        elif body == "<":
            parts.append("^")
        elif body.startswith("!_"):
            reach, _, rest = body[2:].partition(":")
            parts.append(f"(?!{_GAP % int(reach)}{_choice(rest)})")
        elif body.startswith("!"):
            parts.append(f"(?!{_choice(body[1:])})")
        else:
            parts.append(_choice(body) + ("?" if optional else ""))
    return "".join(parts)


def _choice(body: str) -> str:
    return "(?:" + "|".join(_one(part) for part in body.split("|")) + ")"


def _one(part: str) -> str:
    if part == ">":
        return _END
    if part in (",", ":"):
        return part + " "
    if part.startswith("@"):
        return rf"[^ ]*/{part[1:]}/[^ ]* "
    if part in _ANCHOR:
        return rf"§{_ANCHOR[part]}[^ ]* "
    if part.startswith("#"):
        return rf"#{part[1:]}[^ ]* "
    if part.endswith("*"):
        return rf"{re.escape(part[:-1])}[^ ]* "
    return rf"{re.escape(part)}/[^ ]* "


def accusations(sentence: Sentence, units: list[Unit], rules: Rules) -> list[Accusation]:
    """Return the states that a sentence accuses, each with the verb of the claim."""
    if not units:
        return []
    items, places = encode(sentence, units, rules)
    found: dict[int, str] = {}
    for at, unit in enumerate(units):
        verb = _verb(items, places[at], unit, rules)
        if verb:
            found[at] = verb
    _join(sentence, units, found)
    return [
        Accusation(units[at], "alleges" if found[at] == _TIES else found[at], found[at] == _TIES)
        for at in sorted(found)
    ]


def tells_tale(sentences: list[Sentence], rules: Rules) -> bool:
    """Return whether the head reports an accusation as a tale (a hoax, a hateful myth, fiction), not as a claim."""
    return any("TALE/" in classes_of(word, rules) for sentence in sentences for word in sentence.lowers)


def encode(sentence: Sentence, units: list[Unit], rules: Rules) -> tuple[list[str], list[int]]:
    """Return the items of a sentence (words with their classes, stops, units) and where each unit stands in them."""
    items: list[str] = []
    places: list[int] = []
    starts = {unit.first: unit for unit in units}
    at, end = 0, 0
    words, lowers = sentence.words, sentence.lowers
    while at < len(words):
        gap = sentence.text[end : sentence.starts[at]] if at else ""
        stop = _stop(gap)
        if stop and items:
            items.append(stop)
        unit = starts.get(at)
        if unit:
            places.append(len(items))
            items.append(f"#{unit.kind}/")
            at = unit.last
        else:
            items.append(f"{lowers[at]}/{classes_of(lowers[at], rules)}")
            at += 1
        end = sentence.starts[at - 1] + len(words[at - 1])
    return items, places


def classes_of(word: str, rules: Rules) -> str:
    """Return the classes of a word as they stand in an item, its own and those of its stems."""
    known = rules.known.get(word)
    if known is None:
        plain = word.replace("i\u0307", "i")  # a Turkish capital in lower case carries its dot apart
        forms = [plain, *(plain[len(p) :] for p in rules.prefixes if plain.startswith(p) and len(plain) > len(p) + 2)]
        known = "".join(_listed(form, rules) for form in forms)
        if len(rules.known) >= _MOST_KNOWN:
            rules.known.clear()
        rules.known[word] = known
    return known


def _listed(word: str, rules: Rules) -> str:
    stems = (rules.stems.get(word[:cut], "") for cut in range(len(word), 1, -1))
    return rules.words.get(word, "") + "".join(stems)


def _stop(gap: str) -> str:
    if ":" in gap:
        return ":"
    return "," if any(sign in gap for sign in ",;()–—") or " - " in gap else ""


def _verb(items: list[str], place: int, unit: Unit, rules: Rules) -> str:
    window = [*items[max(0, place - BEFORE) : place], f"§{unit.kind}/", *items[place + 1 : place + AFTER]]
    text = " ".join(window) + " "
    if rules.never and rules.never.search(text):
        return ""
    for verb, pattern in rules.ways:
        for match in pattern.finditer(text):
            if verb in _UNSHAKEN or not _negated(text, match, rules):
                return verb
    return ""


def _negated(text: str, match: re.Match[str], rules: Rules) -> bool:
    """Return whether a word of negation stands in what matched, or within three items before it."""
    before = text[: match.start()].split(" ")[-_MOTIVE_REACH - 1 :]
    if rules.motive.search(" ".join(before)):
        return True
    return bool(rules.negation.search(" ".join(before[-4:]) + " " + match.group()))


def _join(sentence: Sentence, units: list[Unit], found: dict[int, str]) -> None:
    """Let members of one list ("X and Y", "X, Y") share an accusation."""
    for at in range(1, len(units)):
        before, unit = units[at - 1], units[at]
        between = sentence.lowers[before.last : unit.first]
        gap = sentence.text[sentence.starts[before.last - 1] : sentence.starts[unit.first]]
        alike = len(between) == 1 and between[0] in _AND and before.kind == unit.kind and "," not in gap
        if alike and (at in found) != (at - 1 in found):
            found[at] = found[at - 1] = found.get(at) or found[at - 1]
