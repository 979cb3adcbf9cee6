"""Words to weighted terms: what of a title and a text counts when two entries are compared.

Owns tokens, the light stem, the boost of names, and rarity (document frequency). Which story an entry belongs to is
link.py's business. Plain Python, no model; the background counts are read on first use, not on import.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

MAX_CHARS = 2_500  # a report's lead names the happening; 5,000 characters scored no better on full texts
STEM_LETTERS = 8  # cutting words at 6-8 letters costs English nothing and joins the forms of inflected languages
TITLE_WEIGHT = 2.0
NAME_BOOST = 1.3  # 1.0 confuses like happenings to different people; 2.0 makes one name a story
NUMBER_WEIGHT = 0.6  # headlines count the same thing differently ("3 held", "four arrests")

MAX_COUNTED = 200_000  # words counted at a time, about 20 MB

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_UNSPACED = re.compile("[぀-ヿ㐀-鿿豈-﫿฀-๿]")
_DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=60_000)
def stem(word: str) -> str:
    """Return a word's stem: English endings off, then cut to STEM_LETTERS; `word` is lower case."""
    if word.endswith(("'s", "’s")):
        word = word[:-2]
    if word.startswith("ال") and len(word) > 4:  # the Arabic article
        word = word[2:]
    if len(word) > 4:
        if word.endswith("ies"):
            return word[:-3][:STEM_LETTERS] + "y"
        if word.endswith("s") and not word.endswith("ss"):
            word = word[:-1]
    if len(word) > 6 and word.endswith("ing"):
        word = word[:-3]
    elif len(word) > 5 and word.endswith("ed"):
        word = word[:-2]
    if len(word) > 4 and word.endswith("e"):
        word = word[:-1]
    return word[:STEM_LETTERS]


def _words(text: str) -> list[str]:
    """Return the words; a run of a script written without spaces gives its pairs of letters."""
    words = _TOKEN.findall(text)
    if not _UNSPACED.search(text):
        return words
    out: list[str] = []
    for word in words:
        if _UNSPACED.search(word) and len(word) > 2:
            out.extend(word[i : i + 2] for i in range(len(word) - 1))
        else:
            out.append(word)
    return out


def count_terms(title: str, text: str) -> dict[str, float]:
    """Return each stem's weighted count: title words and names count more, numbers less.

    A capital letter marks a name only where the passage does not capitalise most of its words.
    """
    counts: dict[str, float] = {}
    for passage, weight in ((title, TITLE_WEIGHT), (text[:MAX_CHARS], 1.0)):
        if not passage:
            continue
        words = _words(passage)
        capitals = [word[0].isupper() for word in words]
        names_show = sum(capitals) <= 0.6 * len(words)
        for i, word in enumerate(words):
            if len(word) < 2:
                continue
            factor = weight
            if capitals[i]:
                if names_show and i:
                    factor *= NAME_BOOST
            elif word[0].isdigit():
                factor *= NUMBER_WEIGHT
            term = stem(word.lower())
            counts[term] = counts.get(term, 0.0) + factor
    return counts


class Frequencies:
    """In how many documents a stem occurs: the background's count plus the stream's own."""

    def __init__(self, counts: dict[str, int], n_documents: int) -> None:
        self.counts = counts
        self.n_documents = n_documents

    @classmethod
    def background(cls) -> Frequencies:
        """Return a copy of the counts shipped with the package, to add a stream to."""
        counts, n_documents = _background()
        return cls(dict(counts), n_documents)

    def add(self, terms: Iterable[str]) -> None:
        """Count one more document."""
        self.n_documents += 1
        counts = self.counts
        for term in terms:
            counts[term] = counts.get(term, 0) + 1
        if len(counts) > MAX_COUNTED:
            self._forget_rare()

    def _forget_rare(self) -> None:
        """Keep memory bounded: a word met once in a long stream is as good as new when it is met again."""
        floor = 1
        while len(self.counts) > MAX_COUNTED // 2:
            self.counts = {term: count for term, count in self.counts.items() if count > floor}
            floor *= 2

    def rarity(self, term: str) -> float:
        """Return ln(documents / documents with the term)."""
        return math.log(self.n_documents / (self.counts.get(term, 0) + 0.5))


@lru_cache(maxsize=1)
def _background() -> tuple[dict[str, int], int]:
    """Read data/frequencies.txt (word, count; the first line is the number of documents) and data/common.txt."""
    counts: dict[str, int] = {}
    with (_DATA / "frequencies.txt").open(encoding="utf-8") as file:
        n_documents = int(next(file))
        for line in file:
            word, _, count = line.rstrip("\n").partition(" ")
            term = stem(word)
            counts[term] = counts.get(term, 0) + int(count)
    with (_DATA / "common.txt").open(encoding="utf-8") as file:
        common = {stem(word) for line in file if not line.startswith("#") for word in line.split()}
    for term in common:  # function words of other languages: as good as in every tenth document
        counts[term] = max(counts.get(term, 0), n_documents // 10)
    return counts, n_documents
