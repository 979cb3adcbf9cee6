"""The words the card reader knows: phrases by kind and code, names of states, places and services.

Owns loading data/ into one index per language and looking a token up in it. Knows no rule about what a phrase means in
a sentence: that is the business of the modules that read fields. Tables are read once, on first use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

DATA = Path(__file__).parent / "data"
LATIN_LANGUAGES = ("en", "es", "de", "fr")
# A word of letters, or a number with its signs; the s of a possessive is no word of its own.
WORD = re.compile(r"(?<!['’])[^\W\d_]+|(?!s\b)[^\W\d_]+|\d[\d.,]*\d|\d")
_ASCII_WORD = re.compile(r"(?<!')[A-Za-z]+|(?!s\b)[A-Za-z]+|[0-9][0-9.,]*[0-9]|[0-9]", re.ASCII)
NAME_KINDS = frozenset({"state", "capital", "region", "city", "service", "proxy", "home"})
# Names of states and capitals that are words, first names or other towns in English ("Kharg Island" is not Iceland).
_NOT_ENGLISH = frozenset({
    "Island", "Chili", "Granada", "Maurice", "Dominique", "Reunion", "Jersey", "Salvador", "Malte", "San Martin",
    "Santa Elena", "Sark", "Ascension", "Guadalupe", "Inde", "Man", "Grenade", "Plymouth", "Kingston", "Georgetown",
    "George Town", "Hamilton", "Victoria", "Stanley", "Douglas", "Jamestown", "Male", "The Valley", "Road Town",
    "Saint-Denis", "Saint-Pierre", "Sucre", "San Jose", "San Juan", "Nassau", "Roma", "Rom", "Damas", "Riad", "Vienne",
    "Marigot", "Montserrat",
})  # fmt: skip
_CHOICE = re.compile(r"\(([^)]*)\)")
_MAX_REMEMBERED = 50_000
_LONGEST_STEM = 30  # letters; a longer word is looked up whole


class Meaning(NamedTuple):
    """One sense of a phrase: its kind ("method", "state", …), its code, and the state or role that goes with it."""

    kind: str
    code: str
    extra: str = ""


class Phrase(NamedTuple):
    """A phrase's words after the first, how it must be written, and its senses."""

    rest: tuple[str, ...]
    case: str  # "" any, "cap" first letter upper, "upper" all upper
    meanings: tuple[Meaning, ...]


class Openings(NamedTuple):
    """What begins with a word: entries of one word, and longer ones by their second word, longest first.

    `plain`: the senses of the single word where it is no name and may be written in any way, else None.
    """

    single: list[Phrase]
    longer: dict[str, list[Phrase]]
    plain: tuple[Meaning, ...] | None


class Index(dict[str, Openings | None]):
    """What begins with a lower-case word, or None; it remembers what it looked up, within a bound.

    Of tens of thousands of names a text holds a few: the others are not read, which took longer than most texts.
    """

    def __init__(self) -> None:
        super().__init__()
        self.given: dict[str, list[tuple[str, str, str, str, str]]] = {}  # first word -> (phrase, *meaning, case)
        self.stems: dict[str, list[Phrase]] = {}

    def add(self, phrase: str, meaning: Meaning, case: str = "") -> None:
        """Add one phrase; `*` at its end makes its last word a stem (only for single words)."""
        first = _first_word(phrase)
        if phrase.endswith("*") and len(WORD.findall(phrase)) == 1:
            self.stems.setdefault(first, []).append(Phrase((), case, (meaning,)))
        elif first:
            self.given.setdefault(first, []).append((phrase, *meaning, case))

    def add_names(self, kind: str, code: str, names: Iterable[str]) -> None:
        """Add names that are written with a capital, each with itself as what goes with its code."""
        given = self.given
        for name in names:
            first = name.lower()
            if not first.isalpha():
                first = _first_word(name)
            if first in given:
                given[first].append((name, kind, code, name, "cap"))
            else:
                given[first] = [(name, kind, code, name, "cap")]

    def _phrases(self, word: str) -> list[Phrase]:
        """Return the phrases that begin with a word; those that are written alike are one with several senses."""
        found: dict[tuple[tuple[str, ...], str], list[Meaning]] = {}
        for phrase, kind, code, extra, case in self.given.get(word, ()):
            meaning = Meaning(kind, code, extra)
            meanings = found.setdefault((tuple(WORD.findall(phrase.lower())[1:]), case), [])
            if meaning not in meanings:
                meanings.append(meaning)
        return [Phrase(rest, case, tuple(meanings)) for (rest, case), meanings in found.items()]

    def __missing__(self, word: str) -> Openings | None:
        entries = self._phrases(word)
        for cut in range(min(len(word), _LONGEST_STEM), 2, -1):
            entries += self.stems.get(word[:cut], ())
        entries.sort(key=lambda entry: -len(entry.rest))
        longer: dict[str, list[Phrase]] = {}
        for entry in entries:
            if entry.rest:
                longer.setdefault(entry.rest[0], []).append(entry)
        if len(self) > _MAX_REMEMBERED:
            self.clear()
        single = [entry for entry in entries if not entry.rest]
        self[word] = found = Openings(single, longer, _plain(single)) if entries else None
        return found


def _first_word(phrase: str) -> str:
    match = WORD.search(phrase.lower())
    return match.group() if match else ""


def _plain(single: list[Phrase]) -> tuple[Meaning, ...] | None:
    if any(entry.case or entry.meanings[0].kind in NAME_KINDS for entry in single):
        return None
    return tuple(meaning for entry in single for meaning in entry.meanings)


def word_pattern(text: str) -> re.Pattern[str]:
    """Return WORD, or the same for plain letters alone where a text has no others: it takes half the time."""
    return _ASCII_WORD if text.isascii() else WORD


def spell_out(phrase: str) -> list[str]:
    """Return the phrases that a pattern with (a|b) choices stands for."""
    parts = _CHOICE.split(phrase)
    choices = [part.split("|") if at % 2 else [part] for at, part in enumerate(parts)]
    return [" ".join("".join(pick).split()) for pick in product(*choices)]


def data_lines(name: str) -> list[str]:
    """Return the lines of a data file without comments and blanks."""
    text = (DATA / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


@lru_cache(maxsize=1)
def gazetteer() -> dict[str, Any]:
    """Return the table of country, capital, region and city names."""
    table: dict[str, Any] = msgspec.json.decode((DATA / "gazetteer.json").read_bytes())
    return table


@lru_cache(maxsize=8)
def index_for(language: str) -> Index:
    """Return the index for a language: its own phrases and adjectives, and the names of places and services."""
    index = Index()
    _add_names(index, "s" if language == "de" else "", _NOT_ENGLISH if language == "en" else frozenset())
    for line in data_lines("services.tsv"):
        code, state, role, names = line.split("\t")
        for name in names.split(";"):
            index.add(name, Meaning(role, code, state), _case(name))
    columns = [language] if language in LATIN_LANGUAGES else ["en"]
    for line in data_lines("nationalities.tsv"):
        code, *by_language = line.split("\t")
        for column in columns:
            at = LATIN_LANGUAGES.index(column)
            text = by_language[at] if at < len(by_language) else ""
            for word in filter(None, text.split(",")):
                index.add(word, Meaning("state", code, "adj"), "cap" if word[0].isupper() else "")
    for column in columns:
        for line in data_lines(f"lexicon-{column}.txt"):
            name, _, phrases = line.partition("=")
            kind, _, code = name.strip().partition(".")
            for phrase in phrases.split(";"):
                for spelled in spell_out(phrase.strip()):
                    index.add(spelled, Meaning(kind, code))
    return index


def _add_names(index: Index, genitive: str, left_out: frozenset[str]) -> None:
    """Add the names of places; with `genitive`, states and capitals with that ending too."""
    table = gazetteer()
    for code, row in table["countries"].items():
        for name in row["latin"]:
            if name in left_out:
                continue
            index.add(name, Meaning("state", code, "name"), _case(name))
            if genitive and not name.endswith("s"):
                index.add(name + genitive, Meaning("state", code, "name"), _case(name))
    for kind, singular in (("capitals", "capital"), ("regions", "region")):
        for code, names in table[kind].items():
            for name in names:
                if name in left_out:
                    continue
                index.add_names(singular, code, [name])
                if genitive and kind == "capitals":
                    index.add(name + genitive, Meaning(singular, code, name), "cap")
                    index.add(f"{name}er", Meaning("state", code, "adj"), "cap")  # "Moskauer Agenten"
    for code, names in table["cities"].items():
        index.add_names("city", code, names)


def _case(name: str) -> str:
    if name.isupper() and len(name) < 6:
        return "upper"
    return "cap" if name[0].isupper() else ""
