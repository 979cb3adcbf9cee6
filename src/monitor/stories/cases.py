"""Stories to cases: a charge, a trial or a denial weeks later belongs to the happening it follows.

Owns the evidence for it: the same rare names and places, and the same matter. Time does not fade it; a link is made
only where the evidence is strong, and people can make or undo links. Which stories are compared is the caller's choice.

Tried on the stories of a labelled quarter of news (docs/stories.md): the nearest earlier story by cosine alone is often
the right one from 0.3 on, but without shared rare names it is as often another matter of the same country.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from monitor.stories.terms import Frequencies, count_terms, names_in

MATTER = 0.36  # cosine that needs one shared rare name
MATTER_WITH_NAMES = 0.30  # cosine that needs two
BESIDE_NAMES = 0.20  # cosine of the other words
RARE = 5.0  # ln(documents / documents with the name): in fewer than one of 150
MAX_TEXTS = 6


class Profile(msgspec.Struct, frozen=True):
    """What a story is about: unit weights of its terms, and the names its entries write."""

    story_id: str
    case_id: str
    weights: Mapping[str, float]
    names: Mapping[str, str]


class CaseMatch(msgspec.Struct, frozen=True):
    """The case a story continues, and why."""

    case_id: str
    similarity: float
    names: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Say it in one line."""
        names = f"same names ({', '.join(self.names)}) and matter" if self.names else "like a recent report of it"
        return f"{names} ({self.similarity:.2f})"


class Cases:
    """Compares stories. Rarity comes from the background and from every story added, so add all before asking."""

    def __init__(self, frequencies: Frequencies | None = None) -> None:
        self._frequencies = frequencies or Frequencies.background()
        self._stories: list[tuple[str, str, list[dict[str, float]], dict[str, str]]] = []
        self._by_name: dict[str, list[int]] = {}  # a name's stem -> the stories that write it

    def add(self, story_id: str, case_id: str, texts: Sequence[tuple[str, str]]) -> None:
        """Add an earlier story: (title, text) of its entries, of which the first few count."""
        counts, names = _read(texts)
        for count in counts:
            self._frequencies.add(count)
        for name in names:
            self._by_name.setdefault(name, []).append(len(self._stories))
        self._stories.append((story_id, case_id, counts, names))

    def find(self, texts: Sequence[tuple[str, str]]) -> CaseMatch | None:
        """Return the case that a new story continues, or None where the evidence is weak."""
        counts, names = _read(texts)
        for count in counts:
            self._frequencies.add(count)
        new = self._profile("", "", counts, names)
        matches = (self._match(new, self._profile(*self._stories[number])) for number in self.candidates(names))
        return max((match for match in matches if match), key=lambda match: match.similarity, default=None)

    def candidates(self, names: Iterable[str]) -> list[int]:
        """Return the numbers of the stories that share a rare name, in the order added: no other one can match.

        A rare name stands in fewer than one document of 150, so that they are few however many stories there are.
        """
        rare = [name for name in names if name in self._by_name and self._frequencies.rarity(name) >= RARE]
        return sorted({number for name in rare for number in self._by_name[name]})

    def _profile(
        self, story_id: str, case_id: str, counts: Iterable[Mapping[str, float]], names: Mapping[str, str]
    ) -> Profile:
        weights: dict[str, float] = {}
        for count in counts:
            for weight, term in self._frequencies.weigh(count):
                weights[term] = weights.get(term, 0.0) + weight
        norm = math.sqrt(math.fsum(weight * weight for weight in weights.values())) or 1.0
        return Profile(story_id, case_id, {term: weight / norm for term, weight in weights.items()}, names)

    def _match(self, new: Profile, old: Profile) -> CaseMatch | None:
        common = new.weights.keys() & old.weights.keys()
        similarity = math.fsum(new.weights[term] * old.weights[term] for term in common)
        if similarity < MATTER_WITH_NAMES or _beside_names(new, old) < BESIDE_NAMES:
            return None
        shared = sorted(name for name in new.names.keys() & old.names.keys() if self._frequencies.rarity(name) >= RARE)
        if len(shared) < (1 if similarity >= MATTER else 2):
            return None
        return CaseMatch(old.case_id, round(similarity, 3), tuple(new.names[name] for name in shared[:4]))


def _beside_names(new: Profile, old: Profile) -> float:
    """Return the cosine of what the two say beside the names: a person met again in another matter is no case."""
    ones, others = (
        {term: weight for term, weight in profile.weights.items() if term not in new.names and term not in old.names}
        for profile in (new, old)
    )
    norms = [math.sqrt(math.fsum(weight * weight for weight in weights.values())) for weights in (ones, others)]
    shared = math.fsum(ones[term] * others[term] for term in ones.keys() & others.keys())
    return shared / (norms[0] * norms[1]) if all(norms) else 0.0


def _read(texts: Sequence[tuple[str, str]]) -> tuple[list[dict[str, float]], dict[str, str]]:
    """Return each text's term counts, and stem -> spelling of the names in all of them."""
    names: dict[str, str] = {}
    for title, text in texts[:MAX_TEXTS]:
        for passage in (title, text):
            names.update(names_in(passage))
    return [count_terms(title, text) for title, text in texts[:MAX_TEXTS]], names
