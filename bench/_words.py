"""News-like text for the farm: a Zipf vocabulary of common words and built ones, with habitual successions.

Everything depends on the seed and the order of calls only. No outside text: the vocabulary grows roughly as news does,
which is what a reader's and a scorer's cost depends on. Words of our own subject are left out: drawn at random they
would make every tenth entry look like a report to flag, where in real news it is one in hundreds.
"""

from __future__ import annotations

import bisect
import itertools
import random

_FUNCTION_TEXT = """
the of to and a in for is on that by this with i you it not or be are from at as your all have new more an was
we will can us about if has but our one other do no they he up may what which their out use any there see only
so his when who also now get been would how were some these its like than find had just over into two after
before
"""
FUNCTION = _FUNCTION_TEXT.split()
_NEWS_TEXT = """
government minister president police court official report statement attack security country people week month
day city national state party election vote parliament leader opposition protest law budget bank market price
oil gas energy trade company economy growth inflation rate profit deal agreement talks summit visit border army
troops war ceasefire strike hospital doctor health virus study university school student climate storm flood
fire earthquake rescue victim crash train plane airport port road water power plant worker union pay job housing
tax reform project investment festival film music museum author football match team player final tennis phone
data software privacy social video journalist newspaper arrested detained judge source told reuters said
announced warned confirmed denied claimed according authorities agency interior ministry service unit officers
man woman family home village district north south east west central international european asian american
"""
NEWS = _NEWS_TEXT.split()
_PLACES_TEXT = """
Lima Ankara London Paris Berlin Vienna Stockholm Tirana Athens Madrid Kyiv Yerevan Doha Baghdad Karachi Delhi
"""
PLACES = _PLACES_TEXT.split()
_NAMES_TEXT = """
Hernández Müller Sørensen Öztürk Əliyev Karimi Smith Dubois Rossi Novák Petrov Tanaka Nguyen Khan Okafor Silva
"""
NAMES = _NAMES_TEXT.split()
_ONSETS_TEXT = """
b br c ch d dr f g gr h j k l m n p pl r s sh st t tr v w z
"""
_ONSETS = _ONSETS_TEXT.split()
_NUCLEI_TEXT = """
a e i o u ai ea ou
"""
_NUCLEI = _NUCLEI_TEXT.split()
_CODAS = ["", "", "n", "r", "s", "t", "l", "nd", "st", "ng"]


class Words:
    """Draws words, sentences and titles."""

    def __init__(self, seed: int, tail: int = 40_000) -> None:
        rng = random.Random(seed * 7919 + 13)
        built: dict[str, None] = {}
        while len(built) < tail:
            parts = rng.choice((1, 2, 2, 3))
            word = "".join(rng.choice(_ONSETS) + rng.choice(_NUCLEI) for _ in range(parts)) + rng.choice(_CODAS)
            built[word + ("" if len(built) < 4000 else rng.choice(_NUCLEI) + rng.choice("nrst"))] = None
        self.vocabulary = FUNCTION + NEWS + list(built)
        self.totals = list(itertools.accumulate(1.0 / (rank + 2.7) ** 1.05 for rank in range(len(self.vocabulary))))
        self.habits: dict[int, list[int]] = {}
        self.rng = random.Random(seed)

    def _draw(self, rng: random.Random) -> int:
        return bisect.bisect_left(self.totals, rng.random() * self.totals[-1])

    def _next(self, current: int) -> int:
        """Two times in three, one of a word's twelve habitual successors: bigrams recur as in real text."""
        if self.rng.random() >= 0.66:
            return self._draw(self.rng)
        if current not in self.habits:
            own = random.Random(current * 2654435761 % (1 << 32))
            self.habits[current] = [self._draw(own) for _ in range(12)]
        return self.habits[current][int(self.rng.random() ** 2 * 12)]

    def sentence(self, n: int) -> list[str]:
        """Return n words, some of them places and names."""
        current, words = self._draw(self.rng), []
        for _ in range(n):
            chance = self.rng.random()
            word = self.rng.choice(PLACES) if chance < 0.03 else self.rng.choice(NAMES) if chance < 0.06 else None
            words.append(word or self.vocabulary[current])
            current = self._next(current)
        words[0] = words[0].capitalize()
        return words

    def text(self, n: int) -> str:
        """Return about n words in sentences."""
        sentences = []
        while n > 0:
            length = min(max(n, 5), self.rng.randint(10, 24))
            sentences.append(" ".join(self.sentence(length)) + ".")
            n -= length
        return " ".join(sentences)

    def title(self) -> str:
        """Return a headline."""
        words = self.sentence(self.rng.randint(6, 11))
        return " ".join(words) + (f" & {self.rng.choice(PLACES)}" if self.rng.random() < 0.05 else "")
