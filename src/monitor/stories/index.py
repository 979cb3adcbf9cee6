"""The stories of the window by their words: what each says, faded with time, and which of them is nearest.

Owns the inverted index and its arithmetic. Which entry joins what is link.py's decision.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from heapq import nlargest
from itertools import islice
from operator import itemgetter

SEARCH_TERMS = 6  # the entry's strongest words find the candidates
INDEX_TERMS = 10  # the entry's strongest words by which its story is found
SEARCH_BUDGET = 60  # stories that the rarest words may name as candidates
LENGTH_SLOPE = 0.18  # long texts share more words by chance: the bar to merge rises with ln(words an entry)
SHORT_ENTRY_TERMS = 8.0
MERGE_TERMS = 8
SILENCE = 2 / 3  # of the window: likeness to a story fades as exp(-silence / that); 48 h in a window of 72 h
TWIN_GAP = 1 / 3  # the same between two stories, which is weaker evidence
AGE_S = 7 * 86_400.0  # what a story said a week ago counts 37 %
STORY_TERMS = 400


class Story:
    """A story's words; `weights` is the sum of its entries' unit vectors, faded with time."""

    __slots__ = ("at", "entries", "faded_at", "n", "n_terms", "norm2", "story_id", "weights")

    def __init__(self, story_id: str, at: float) -> None:
        self.story_id = story_id
        self.weights: dict[str, float] = {}
        self.norm2 = 0.0
        self.entries: set[str] = set()  # those in the window; a story goes with its last one
        self.n = 0
        self.n_terms = 0
        self.at = at
        self.faded_at = at


class OpenStories:
    """The open stories, each under a number; the number of an older story is smaller."""

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._known: dict[int, Story] = {}
        self._by_id: dict[str, int] = {}
        self._index: dict[str, dict[int, float]] = {}  # term -> story -> the story's weight of the term
        self._scales: dict[int, float] = {}  # story -> 1 / length of its weights
        self._where: dict[str, int] = {}
        self._serial = 0

    def __len__(self) -> int:
        return len(self._known)

    def __getitem__(self, serial: int) -> Story:
        return self._known[serial]

    def number(self, story_id: str) -> int | None:
        """Return the number of a story by its id, or by that of one that became part of it."""
        return self._by_id.get(story_id)

    def holding(self, entry_id: str) -> int | None:
        """Return the number of the story that an entry of the window is in."""
        return self._where.get(entry_id)

    def open(self, story_id: str, at: float) -> int:
        """Add a story without words, and return its number."""
        self._serial += 1
        self._known[self._serial] = Story(story_id, at)
        self._by_id[story_id] = self._serial
        return self._serial

    def join(self, serial: int, entry_id: str, at: float, vector: dict[str, float]) -> None:
        """Add an entry's vector to a story and index the terms that are new to it."""
        story = self._known[serial]
        if at - story.faded_at > AGE_S / 7:
            self._fade(serial, story, at)
        weights, index, dot = story.weights, self._index, 0.0
        if weights:
            for term, weight in vector.items():
                if term in weights:
                    dot += weight * weights[term]
                    weights[term] += weight
                else:
                    weights[term] = weight
        else:
            weights = story.weights = vector
        for term in islice(vector, INDEX_TERMS):
            if term in index:
                index[term][serial] = weights[term]
            else:
                index[term] = {serial: weights[term]}
        self._measure(serial, story, story.norm2 + 2.0 * dot + (1.0 if vector else 0.0))
        story.n += 1
        story.n_terms += len(vector)
        story.at = max(story.at, at)
        story.entries.add(entry_id)
        self._where[entry_id] = serial
        if len(weights) > 2 * STORY_TERMS:
            self._shorten(serial, story)

    def nearest(self, vector: dict[str, float], at: float) -> tuple[int, float]:
        """Return the story nearest to an entry, and the cosine, faded by the story's silence."""
        best, best_serial = 0.0, -1
        for serial in self._search(list(vector.items())[:SEARCH_TERMS]):
            story = self._known[serial]
            weights = story.weights
            dot = math.fsum([vector[term] * weights[term] for term in vector.keys() & weights.keys()])
            likeness = dot * self._scales[serial] * math.exp(-abs(at - story.at) / (SILENCE * self._window_s))
            if likeness > best:
                best, best_serial = likeness, serial
        return best_serial, best

    def twin(self, serial: int, bar: float) -> tuple[int, float]:
        """Return the story alike enough to be the same one, and the cosine; (-1, 0) where there is none."""
        story = self._known[serial]
        strongest = nlargest(MERGE_TERMS, story.weights.items(), key=itemgetter(1))
        best, found = 0.0, -1
        for other_serial in self._search(strongest, leave_out=serial):
            other = self._known[other_serial]
            common = story.weights.keys() & other.weights.keys()
            dot = math.fsum([story.weights[term] * other.weights[term] for term in common])
            gap = abs(other.at - story.at) / (TWIN_GAP * self._window_s)
            likeness = dot * self._scales[serial] * self._scales[other_serial] * math.exp(-gap)
            if likeness > best and likeness >= _bar_to_merge(story, other, bar):
                best, found = likeness, other_serial
        return found, best

    def absorb(self, kept: int, gone: int) -> None:
        """Move everything of one story to another."""
        story, other = self._known[kept], self._known[gone]
        for term, weight in other.weights.items():
            story.weights[term] = story.weights.get(term, 0.0) + weight
            holders = self._index.get(term)
            if holders is not None and holders.pop(gone, None) is not None:
                holders[kept] = story.weights[term]
        self._measure(kept, story, sum(weight * weight for weight in story.weights.values()))
        story.n += other.n
        story.entries |= other.entries
        story.n_terms += other.n_terms
        story.at = max(story.at, other.at)
        self._where.update(dict.fromkeys(other.entries, kept))
        del self._known[gone], self._scales[gone]
        self._by_id[other.story_id] = kept

    def forget(self, entry_id: str) -> None:
        """Take an entry out of the window."""
        serial = self._where.pop(entry_id, None)
        if serial is None:
            return
        story = self._known[serial]
        story.entries.discard(entry_id)
        if not story.entries:
            self._drop(serial, story)

    def _search(self, terms: Iterable[tuple[str, float]], leave_out: int = -1) -> list[int]:
        """Return the two stories that share most weight with these terms, best first.

        The rarest terms name the candidates, as many as SEARCH_BUDGET allows; the others only rank them.
        """
        index, scales = self._index, self._scales
        found = [(len(index[term]), weight, index[term]) for term, weight in terms if term in index]
        found.sort(key=itemgetter(0))
        shared: dict[int, float] = {}
        budget = SEARCH_BUDGET
        for n_holders, weight, holders in found:
            if n_holders <= budget or not shared:
                budget -= n_holders
                for serial, held in holders.items():
                    if serial in shared:
                        shared[serial] += weight * held
                    else:
                        shared[serial] = weight * held
            elif n_holders < len(shared):
                for serial in holders.keys() & shared.keys():
                    shared[serial] += weight * holders[serial]
            else:
                for serial in shared:
                    if serial in holders:
                        shared[serial] += weight * holders[serial]
        shared.pop(leave_out, None)
        best = second = 0.0
        found_best = found_second = -1
        for serial, value in shared.items():
            likeness = value * scales[serial]
            if likeness > second:
                if likeness > best:
                    second, found_second = best, found_best
                    best, found_best = likeness, serial
                else:
                    second, found_second = likeness, serial
        return [serial for serial in (found_best, found_second) if serial >= 0]

    def _drop(self, serial: int, story: Story) -> None:
        """Take a story out of the index."""
        for term in story.weights:
            self._unindex(term, serial)
        del self._known[serial], self._scales[serial]
        self._by_id.pop(story.story_id, None)

    def _unindex(self, term: str, serial: int) -> None:
        holders = self._index.get(term)
        if holders is not None:
            holders.pop(serial, None)
            if not holders:
                del self._index[term]

    def _measure(self, serial: int, story: Story, norm2: float) -> None:
        """Set the squared length of a story's weights."""
        story.norm2 = norm2
        self._scales[serial] = 1.0 / math.sqrt(norm2) if norm2 > 0.0 else 0.0

    def _fade(self, serial: int, story: Story, at: float) -> None:
        """Let what a story said long ago count less."""
        factor = math.exp(-(at - story.faded_at) / AGE_S)
        for term in story.weights:
            story.weights[term] *= factor
            holders = self._index.get(term)
            if holders is not None and serial in holders:
                holders[serial] = story.weights[term]
        self._measure(serial, story, story.norm2 * factor * factor)
        story.faded_at = at

    def _shorten(self, serial: int, story: Story) -> None:
        """Keep a story's strongest terms."""
        ranked = sorted(story.weights.items(), key=lambda pair: (-pair[1], pair[0]))
        for term, _ in ranked[STORY_TERMS:]:
            del story.weights[term]
            self._unindex(term, serial)
        self._measure(serial, story, sum(weight * weight for weight in story.weights.values()))


def _bar_to_merge(one: Story, other: Story, base: float) -> float:
    """Return the cosine two stories need: higher where entries are long texts."""
    terms = min(one.n_terms / max(one.n, 1), other.n_terms / max(other.n, 1))
    return base + LENGTH_SLOPE * math.log(max(1.0, terms / SHORT_ENTRY_TERMS))
