"""Words to weighted terms: what of a title and a text counts when two entries are compared.

Owns tokens, the light stem, the boost of names, and rarity (document frequency). Which story an entry belongs to is
link.py's business. Plain Python, no model; the background counts are read on first use, not on import.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

MAX_CHARS = 2_500  # a report's lead names the happening; 5,000 characters scored no better on full texts
STEM_LETTERS = 8  # cutting words at 6-8 letters costs English nothing and joins the forms of inflected languages
TITLE_WEIGHT = 2.0
NAME_BOOST = 1.3  # 1.0 confuses like happenings to different people; 2.0 makes one name a story
RARITY_FLOOR = 1.5  # ln(documents / documents with the word): commoner words say nothing
NUMBER_WEIGHT = 0.6  # headlines count the same thing differently ("3 held", "four arrests")

MAX_KNOWN = 60_000
MAX_COUNTED = 200_000  # words counted at a time, about 20 MB

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_DATA = Path(__file__).parent / "data"


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


@lru_cache(maxsize=1)
def _unspaced() -> re.Pattern[str]:
    """Compile the scripts written without spaces when first met: so many letters take 5 ms."""
    return re.compile("[぀-ヿ㐀-鿿豈-﫿฀-๿]")


def _words(text: str) -> list[str]:
    """Return the words; a run of a script written without spaces gives its pairs of letters."""
    words = _TOKEN.findall(text)
    if text.isascii() or not _unspaced().search(text):
        return words
    out: list[str] = []
    for word in words:
        if _unspaced().search(word) and len(word) > 2:
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
        words = [_known[word] if word in _known else _know(word) for word in _words(passage)]
        n_capitals = [kind for _, kind in words].count(_CAPITAL)
        boost = NAME_BOOST if n_capitals <= 0.6 * len(words) else 1.0
        factors = (weight, weight * boost, weight * NUMBER_WEIGHT)
        first = weight  # a capital opens every sentence
        for term, kind in words:
            if term:
                factor = first or factors[kind]
                counts[term] = counts[term] + factor if term in counts else factor
            first = 0.0
    return counts


def names_in(passage: str) -> dict[str, str]:
    """Return stem -> spelling of the words that look like names: a capital inside a sentence."""
    words = _words(passage[:MAX_CHARS])
    if sum(word[0].isupper() for word in words) > 0.6 * len(words):
        return {}
    return {stem(word.lower()): word for word in words[1:] if word[0].isupper() and len(word) > 2}


_PLAIN, _CAPITAL, _DIGIT = range(3)
_known: dict[str, tuple[str, int]] = {}  # word as written -> (stem, kind); emptied when it grows beyond MAX_KNOWN


def _know(word: str) -> tuple[str, int]:
    """Return a word's stem (empty for a letter and for words like `the`) and kind, and remember them."""
    if len(_known) > MAX_KNOWN:
        _known.clear()
    kind = _CAPITAL if word[0].isupper() else _DIGIT if word[0].isdigit() else _PLAIN
    term = stem(word.lower()) if len(word) > 1 else ""
    _known[word] = "" if term in _everywhere() else term, kind
    return _known[word]


@lru_cache(maxsize=1)
def _everywhere() -> frozenset[str]:
    """Return the stems that stand in so many background entries that no stream could make them rare."""
    counts, n_documents = _background()
    return frozenset(term for term, count in counts.items() if count > n_documents * math.exp(-RARITY_FLOOR))


_N_LOGS = 4_096
_LOGS = [math.log(n + 0.5) for n in range(_N_LOGS)]
_damped: dict[float, float] = {}  # weighted count -> damped; counts are sums of a few weights, so there are few


def _damp(count: float) -> float:
    if len(_damped) > _N_LOGS:
        _damped.clear()
    _damped[count] = 1.0 + math.log(count) if count > 1.0 else count
    return _damped[count]


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

    def add(self, terms: Mapping[str, float]) -> list[tuple[float, str]]:
        """Count one more document and weigh it."""
        self.n_documents += 1
        weighted = self.weigh(terms, count_it=True)
        if len(self.counts) > MAX_COUNTED:
            self._forget_rare()
        return weighted

    def weigh(self, terms: Mapping[str, float], *, count_it: bool = False) -> list[tuple[float, str]]:
        """Return (weighted count x rarity, term) of a document, without what is too common to tell.

        Rarity is ln(documents / documents with the term); counts are damped as 1 + ln(count).
        """
        counts, ceiling = self.counts, math.log(self.n_documents)
        lowest = _N_LOGS - 1 if ceiling - RARITY_FLOOR >= _LOGS[-1] else 0
        weighted = []
        for term, count in terms.items():
            seen = counts.get(term, 0)
            if count_it:
                seen += 1
                counts[term] = seen
            if seen <= lowest:
                rarity = ceiling - _LOGS[seen]
            else:
                rarity = ceiling - math.log(seen + 0.5)
                if rarity < RARITY_FLOOR:
                    continue
            weighted.append(((_damped[count] if count in _damped else _damp(count)) * rarity, term))
        return weighted

    def rarity(self, term: str) -> float:
        """Return ln(documents / documents with the term)."""
        return math.log(self.n_documents / (self.counts.get(term, 0) + 0.5))

    def _forget_rare(self) -> None:
        """Keep memory bounded: a word met once in a long stream is as good as new when it is met again."""
        floor = 1
        while len(self.counts) > MAX_COUNTED // 2:
            self.counts = {term: count for term, count in self.counts.items() if count > floor}
            floor *= 2


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
