"""The ways of accusing of one language, as data/roles-LANGUAGE.txt lists them, made ready for matching.

Owns the small pattern language and reading it: classes of words, and patterns of elements around one mention of a
state. A pattern is tried only where its first element can begin, so that a sentence costs little more than its words.
Elements: `@X` a word of a class, `a|b` words (`*` ends a stem), `G A N H I S O T U` the accused mention by kind, `#`
another mention, `_3` up to three words without a stop, `-3` none of them opening a clause, `~3` with stops, `.` any
word, `?` optional, `!x` not followed by x, `!_3:x` nor within three words, `<` the window's beginning, `>` the end of
the clause.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from monitor.facts.lexicon import DATA, data_lines
from monitor.text.tokens import fold

NEVER = "never"  # what a mention can stand in without being accused, whatever else matches
ANCHORS = {"G": "ngso", "A": "a", "N": "n", "H": "h", "I": "i", "S": "s", "O": "so", "T": "ngs", "U": "ngsoa"}
OTHER = "#"
_MOST_KNOWN = 50_000
_LONGEST = 24  # letters of a stem
_GAP = r"(?:[^ ,:;]+ ){0,%d}?"
_WITHIN = r"(?:(?!(?:after|following|amid|since|because|despite|while|before)/)[^ ,:;]+ ){0,%d}?"
_ANY = r"(?:[^ ]+ ){0,%d}?"
_ENDERS = (
    "and but as in on at with after over against or because when while to says? said who which that amid before during "
    "inside since last this"
)  # words that close the clause a name stands in
_RULE_WORD = re.compile(r"@[A-Z]+|[^\s|;?!@<>:,.*~]+")
_END_MARK = "\0"  # stands for the end of a clause until the language's own words for it are known
_ANCHOR_ELEMENT = re.compile(rf"[{''.join(ANCHORS)}](?:\|[{''.join(ANCHORS)}])*\Z")


# Languages whose words are compared folded (case, accents, letter variants), as sentences of them are.
FOLDED = frozenset({"ar", "fa", "he", "it", "nl", "pl", "pt", "ru", "sv", "tr", "uk"})
COMMON = "ways-common.txt"  # of a language whose own file lists words alone


class Way:
    """One way of accusing: the claim's verb, the kinds of mention it takes, and its pattern.

    `match` tries the pattern at a place of a text; it is compiled for the first text that asks, and most are not asked.
    """

    __slots__ = ("kinds", "match", "pattern", "verb")

    def __init__(self, verb: str, kinds: str, pattern: str) -> None:
        self.verb = verb
        self.kinds = kinds
        self.pattern = pattern
        self.match: Callable[[str, int], re.Match[str] | None] = self._first_match

    def _first_match(self, text: str, at: int) -> re.Match[str] | None:
        self.match = re.compile(self.pattern).match
        return self.match(text, at)


class Known(NamedTuple):
    """What the rules know of a word: its classes, the ways it can open, and the item it makes."""

    classes: str
    ways: tuple[int, ...]
    item: str


class Rules(NamedTuple):
    """The rules of one language: word classes, the ways, and which of them a word or a class can open."""

    words: dict[str, str]
    stems: dict[str, str]
    endings: dict[str, str]
    ways: tuple[Way, ...]
    anchored: tuple[int, ...]  # ways that begin with the mention itself
    opened: dict[str, tuple[int, ...]]  # `@X`, a word, `stem*` or OTHER -> the ways it can begin
    prefixes: tuple[str, ...]
    known: dict[str, Known]
    needed: tuple[str, ...]  # classes: a report whose head holds no word of them accuses nobody
    marked: dict[str, str]  # kind of mark -> the class that its words get
    anchored_by: dict[str, tuple[int, ...]]  # the anchored ways that take a kind of mention

    def look_up(self, word: str) -> Known:
        """Return a word's classes, the ways it can open, and its item; remembered within a bound."""
        found = self.known.get(word)
        if found is None:
            found = self._looked_up(word)
            if len(self.known) >= _MOST_KNOWN:
                self.known.clear()
            self.known[word] = found
        return found

    def _looked_up(self, word: str) -> Known:
        plain = word.replace("i\u0307", "i")  # a capital I with a dot, in lower case, carries it apart
        forms = [plain, *(plain[len(p) :] for p in self.prefixes if plain.startswith(p) and len(plain) > len(p) + 2)]
        classes = "".join(self._classes(form) for form in forms)
        keys = [plain, *(f"{plain[:cut]}*" for cut in range(2, min(len(plain), _LONGEST) + 1))]
        keys += [f"@{name}" for name in classes.split("/") if name]
        ways = sorted({way for key in keys for way in self.opened.get(key, ())})
        return Known(classes, tuple(ways), f"{word}/{classes}")

    def _classes(self, word: str) -> str:
        stems = (self.stems.get(word[:cut], "") for cut in range(min(len(word), _LONGEST), 1, -1))
        endings = (self.endings.get(word[cut:], "") for cut in range(len(word))) if self.endings else ()
        return self.words.get(word, "") + "".join(stems) + "".join(endings)


class _Reading:
    """The lines of one language's file as they are read: classes first, then the ways that use them."""

    def __init__(self) -> None:
        self.words: dict[str, set[str]] = {}
        self.stems: dict[str, set[str]] = {}
        self.endings: dict[str, set[str]] = {}
        self.ways: list[Way] = []
        self.opened: dict[str, list[int]] = {}
        self.anchored: list[int] = []
        self.end = _end(_ENDERS.split())
        self.needed: tuple[str, ...] = ()
        self.marked: dict[str, str] = {}

    def add_class(self, line: str) -> None:
        """Add one class of words; ENDS lists words that close a clause, NEEDED classes that a report must hold.

        MARKED gives a class to the words that carry a mark: `method HARM`.
        """
        name, _, listed = line.partition("=")
        name = name.strip()[1:]
        words = [word for word in (part.strip() for part in listed.split(";")) if word]
        if name == "NEEDED":
            self.needed = tuple(f"{part.strip()}/" for part in listed.split(";"))
            return
        if name == "MARKED":
            self.marked = {kind: f"{of}/" for kind, of in (part.split() for part in listed.split(";"))}
            return
        if name == "ENDS":
            self.end = _end(words)
            return
        for word in words:
            table = self.stems if word.endswith("*") else self.endings if word.startswith("*") else self.words
            table.setdefault(word.strip("*"), set()).add(name)

    def add_way(self, line: str) -> None:
        """Add one way of accusing."""
        verb, _, rest = line.partition(":")
        elements = rest.split()
        for opener in _openers(elements):
            if opener == "":
                self.anchored.append(len(self.ways))
            else:
                self.opened.setdefault(opener, []).append(len(self.ways))
        pattern = _compiled(elements).replace(_END_MARK, self.end)
        self.ways.append(Way(verb.strip(), _kinds(elements), pattern))


@lru_cache(maxsize=32)
def rules_for(language: str) -> Rules | None:
    """Return the rules of a language, or None where there are none."""
    if not language.isalpha() or not (DATA / f"roles-{language}.txt").is_file():
        return None
    reading = _Reading()
    lines = data_lines(f"roles-{language}.txt")
    if all(line.startswith("@") for line in lines):
        lines = [*lines, *data_lines(COMMON)]
    for written in lines:
        line = fold_rule(written) if language in FOLDED else written
        (reading.add_class if line.startswith("@") else reading.add_way)(line)
    return Rules(
        _joined(reading.words),
        _joined(reading.stems),
        _joined(reading.endings),
        tuple(reading.ways),
        tuple(dict.fromkeys(reading.anchored)),
        {key: tuple(dict.fromkeys(ids)) for key, ids in reading.opened.items()},
        tuple(word for word, names in reading.words.items() if "PREFIX" in names),
        {},
        reading.needed,
        reading.marked,
        {
            kind: tuple(way for way in dict.fromkeys(reading.anchored) if kind in reading.ways[way].kinds)
            for kind in "ngsoahixlp"
        },
    )


def fold_rule(line: str) -> str:
    """Return a line of a file with its words folded as a sentence's are; signs, names of classes and kinds stay."""
    if line.startswith("@"):
        name, _, listed = line.partition("=")
        return line if name.strip() in ("@NEEDED", "@MARKED") else f"{name}={_RULE_WORD.sub(_folded, listed)}"
    verb, _, rest = line.partition(":")
    return f"{verb}:{_RULE_WORD.sub(_folded, rest)}"


def _folded(match: re.Match[str]) -> str:
    word = match.group()
    return word if word.startswith("@") or word in ANCHORS else fold(word)


def _joined(table: dict[str, set[str]]) -> dict[str, str]:
    return {word: "".join(f"{name}/" for name in sorted(names)) for word, names in table.items()}


def _end(words: list[str]) -> str:
    return rf"(?=[,:;] |$|(?:{'|'.join(map(re.escape, words))})/)"


def _kinds(elements: list[str]) -> str:
    anchor = next((element for element in elements if _ANCHOR_ELEMENT.match(element.rstrip("?"))), "")
    assert anchor, elements  # noqa: S101 - our own data: a way without the accused mention
    return "".join(ANCHORS[part] for part in anchor.rstrip("?").split("|"))


def _openers(elements: list[str]) -> list[str]:
    """Return what a pattern can begin with: `@X`, words, stems, OTHER, or "" for the mention itself."""
    found: list[str] = []
    for element in elements:
        if element == "<" or element.startswith("!"):
            continue
        parts = element.rstrip("?").split("|")
        found += ["" if part in ANCHORS else OTHER if part.startswith(OTHER) else part for part in parts]
        if not element.endswith("?"):
            break
    return found


def _compiled(elements: list[str]) -> str:
    parts = []
    for element in elements:
        body = element.rstrip("?")
        if re.fullmatch(r"[_~-]\d+", body):
            parts.append({"_": _GAP, "~": _ANY, "-": _WITHIN}[body[0]] % int(body[1:]))
        elif body == "<":
            parts.append("^")
        elif body.startswith("!_"):
            reach, _, rest = body[2:].partition(":")
            parts.append(f"(?!{_GAP % int(reach)}{_choice(rest)})")
        elif body.startswith("!"):
            parts.append(f"(?!{_choice(body[1:])})")
        else:
            parts.append(_choice(body) + ("?" if element.endswith("?") else ""))
    return "".join(parts)


def _choice(body: str) -> str:
    return "(?:" + "|".join(_one(part) for part in body.split("|")) + ")"


def _one(part: str) -> str:
    if part == ">":
        return _END_MARK
    if part in (",", ":"):
        return part + " "
    if part == ".":
        return r"[^ ,:;]+ "
    if part.startswith("@"):
        return rf"[^ ]*/{part[1:]}/[^ ]* "
    if part in ANCHORS:
        return rf"§[{ANCHORS[part]}][^ ]* "
    if part.startswith(OTHER):
        return rf"#{part[1:]}[^ ]* "
    if part.endswith("*"):
        return rf"{re.escape(part[:-1])}[^ ]* "
    return rf"{re.escape(part)}/[^ ]* "
