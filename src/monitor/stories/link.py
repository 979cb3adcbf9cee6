"""Entries to stories: one pass, bounded memory, no model and no clock.

Owns the decision which story an entry belongs to. An entry joins the story whose words (a decaying sum of its entries'
TF-IDF vectors) are nearest; a copy joins its original; stories that grow alike are merged. Rarity of words is terms.py,
copies are fingerprint.py, cases across weeks are cases.py. Nothing here is written to the log: callers do that.

Why this and not something else: docs/decisions/ (stories). Every constant was tuned on the dev halves named there.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from heapq import nlargest
from itertools import islice
from operator import itemgetter

import msgspec

from monitor.stories.fingerprint import Copies, fingerprint
from monitor.stories.terms import Frequencies, count_terms, stem
from monitor.text.plain import plain_words

WINDOW_S = 72 * 3600.0
WINDOW_ENTRIES = 10_000
TERMS_PER_ENTRY = 32
SEARCH_TERMS = 6  # the entry's strongest words find the candidates
INDEX_TERMS = 10  # the entry's strongest words by which its story is found
SEARCH_BUDGET = 60  # stories that the rarest words may name as candidates
JOIN = 0.20
MERGE = 0.19
LENGTH_SLOPE = 0.18  # long texts share more words by chance: the bar to merge rises with ln(words an entry)
SHORT_ENTRY_TERMS = 8.0
MERGE_AT = frozenset({2, 3, 5, 8, 12, 20, 40, 80, 160, 320, 640})  # sizes at which a story looks for its twin
MERGE_TERMS = 8
SILENCE = 2 / 3  # of the window: likeness to a story fades as exp(-silence / that); 48 h in a window of 72 h
TWIN_GAP = 1 / 3  # the same between two stories, which is weaker evidence
AGE_S = 7 * 86_400.0  # what a story said a week ago counts 37 %
STORY_TERMS = 400


class Linkable(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as the linker needs it; `story_id` is set where the log has placed it already."""

    entry_id: str
    published_at: float
    title: str
    text: str = ""
    lang: str = ""
    story_id: str = ""


class Link(msgspec.Struct, frozen=True):
    """Where an entry went. `merged` lists (kept story, story that became part of it, cosine), mostly none."""

    story_id: str
    similarity: float
    why: str
    merged: tuple[tuple[str, str, float], ...] = ()

    @property
    def opened(self) -> bool:
        """Tell whether the entry began a story of its own."""
        return self.why == "opened"


class _Story:
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


class Linker:
    """Links entries to the stories of the last `window_s` seconds and `window_entries` entries."""

    def __init__(
        self,
        *,
        window_s: float = WINDOW_S,
        window_entries: int = WINDOW_ENTRIES,
        frequencies: Frequencies | None = None,
        reasons: bool = True,
        join: float = JOIN,
        merge: float = MERGE,
    ) -> None:
        self.window_s = window_s
        self.window_entries = window_entries
        self.frequencies = frequencies or Frequencies.background()
        self.reasons = reasons
        self.join = join
        self.merge = merge
        self._stories: dict[int, _Story] = {}
        self._by_id: dict[str, int] = {}
        self._index: dict[str, dict[int, float]] = {}  # term -> story -> the story's weight of the term
        self._scales: dict[int, float] = {}  # story -> 1 / length of its weights
        self._live: deque[tuple[float, str]] = deque()
        self._where: dict[str, int] = {}
        self._copies = Copies(window_entries)
        self._serial = 0
        self._clock = -math.inf
        self._ahead: float | None = None

    @classmethod
    def from_entries(cls, entries: Iterable[Linkable], **options: object) -> Linker:
        """Return a linker that knows these entries, oldest first; those with a `story_id` stay where they are."""
        linker = cls(**options)  # type: ignore[arg-type]
        for entry in entries:
            linker.place(entry) if entry.story_id else linker.link(entry)
        return linker

    def link(self, entry: Linkable) -> Link:
        """Add an entry; see `add`."""
        return self.add(entry.entry_id, entry.published_at, entry.title, entry.text, entry.lang)

    def place(self, entry: Linkable) -> None:
        """Add an entry to the story it is known to belong to."""
        at = self._advance(entry.published_at)
        title, text = plain_words(entry.title), plain_words(entry.text)
        print_ = fingerprint(title, text)
        _, own = self._copies.find(print_, title, text)
        vector = self._vector(title, own)
        serial = self._by_id.get(entry.story_id)
        if serial is None:
            serial = self._open(entry.story_id, at)
        self._join(serial, entry.entry_id, at, vector)
        self._copies.add(entry.entry_id, print_, title, text)

    def add(self, entry_id: str, published_at: float | None, title: str, text: str = "", lang: str = "") -> Link:
        """Link one entry (times in seconds, oldest first; None: as of the newest) and remember it.

        A story's id is `s` + the id of its first entry.
        """
        del lang  # stems and rarity serve every language; kept so that callers need not change
        at = self._advance(published_at)
        title, text = plain_words(title), plain_words(text)
        print_ = fingerprint(title, text)
        copy, own = self._copies.find(print_, title, text)
        vector = self._vector(title, own)
        self._copies.add(entry_id, print_, title, text)
        if copy is not None and copy[0] in self._where:
            serial, similarity, why = self._where[copy[0]], copy[1], f"copy of {copy[0]}"
        else:
            serial, similarity = self._nearest(vector, at)
            if similarity < self.join:
                serial, similarity, why = self._open(f"s{entry_id}", at), 1.0, "opened"
            else:
                why = self._shared(serial, vector, title, text)
        self._join(serial, entry_id, at, vector)
        merged: list[tuple[str, str, float]] = []
        if self._stories[serial].n in MERGE_AT:
            serial = self._merge_twins(serial, at, merged)
        return Link(self._stories[serial].story_id, round(similarity, 4), why, tuple(merged))

    def _advance(self, published_at: float | None) -> float:
        """Return the entry's time and drop what has left the window.

        One entry dated far ahead must not empty the window: the clock leaps only when a second one agrees.
        """
        at = self._clock if published_at is None else published_at
        if not math.isfinite(at):
            at = 0.0
        if at > self._clock + self.window_s and math.isfinite(self._clock):
            if self._ahead is None:
                self._ahead, at = at, self._clock
            else:
                self._clock, self._ahead = min(at, self._ahead), None
        elif at > self._clock:
            self._clock, self._ahead = at, None
        oldest = self._clock - self.window_s
        while self._live and (self._live[0][0] < oldest or len(self._live) >= self.window_entries):
            self._forget(self._live.popleft()[1])
        return at

    def _forget(self, entry_id: str) -> None:
        """Take an entry out of the window."""
        serial = self._where.pop(entry_id, None)
        if serial is None:
            return
        story = self._stories[serial]
        story.entries.discard(entry_id)
        if not story.entries:
            self._drop(serial, story)

    def _drop(self, serial: int, story: _Story) -> None:
        """Take a story out of the index."""
        for term in story.weights:
            self._unindex(term, serial)
        del self._stories[serial], self._scales[serial]
        self._by_id.pop(story.story_id, None)

    def _unindex(self, term: str, serial: int) -> None:
        holders = self._index.get(term)
        if holders is not None:
            holders.pop(serial, None)
            if not holders:
                del self._index[term]

    def _vector(self, title: str, text: str) -> dict[str, float]:
        """Return the entry's strongest terms, rarest first, as a unit vector; count them in the stream."""
        weighted = self.frequencies.add(count_terms(title, text))
        weighted.sort(reverse=True)
        del weighted[TERMS_PER_ENTRY:]
        norm = math.sqrt(sum([weight * weight for weight, _ in weighted])) or 1.0
        return {term: weight / norm for weight, term in weighted}

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

    def _nearest(self, vector: dict[str, float], at: float) -> tuple[int, float]:
        """Return the story nearest to an entry, and the cosine, faded by the story's silence."""
        best, best_serial = 0.0, -1
        for serial in self._search(list(vector.items())[:SEARCH_TERMS]):
            story = self._stories[serial]
            weights = story.weights
            dot = math.fsum([vector[term] * weights[term] for term in vector.keys() & weights.keys()])
            likeness = dot * self._scales[serial] * math.exp(-abs(at - story.at) / (SILENCE * self.window_s))
            if likeness > best:
                best, best_serial = likeness, serial
        return best_serial, best

    def _open(self, story_id: str, at: float) -> int:
        self._serial += 1
        self._stories[self._serial] = _Story(story_id, at)
        self._by_id[story_id] = self._serial
        return self._serial

    def _join(self, serial: int, entry_id: str, at: float, vector: dict[str, float]) -> None:
        """Add an entry's vector to a story and index the terms that are new to it."""
        story = self._stories[serial]
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
        self._live.append((at, entry_id))
        if len(weights) > 2 * STORY_TERMS:
            self._shorten(serial, story)

    def _measure(self, serial: int, story: _Story, norm2: float) -> None:
        """Set the squared length of a story's weights."""
        story.norm2 = norm2
        self._scales[serial] = 1.0 / math.sqrt(norm2) if norm2 > 0.0 else 0.0

    def _fade(self, serial: int, story: _Story, at: float) -> None:
        """Let what a story said long ago count less."""
        factor = math.exp(-(at - story.faded_at) / AGE_S)
        for term in story.weights:
            story.weights[term] *= factor
            holders = self._index.get(term)
            if holders is not None and serial in holders:
                holders[serial] = story.weights[term]
        self._measure(serial, story, story.norm2 * factor * factor)
        story.faded_at = at

    def _shorten(self, serial: int, story: _Story) -> None:
        """Keep a story's strongest terms."""
        ranked = sorted(story.weights.items(), key=lambda pair: (-pair[1], pair[0]))
        for term, _ in ranked[STORY_TERMS:]:
            del story.weights[term]
            self._unindex(term, serial)
        self._measure(serial, story, sum(weight * weight for weight in story.weights.values()))

    def _merge_twins(self, serial: int, at: float, merged: list[tuple[str, str, float]]) -> int:
        """Merge a story that has grown with its nearest one while they are alike; the older id stays."""
        for _ in range(3):
            twin, likeness = self._twin(serial)
            if twin < 0:
                break
            kept, gone = min(serial, twin), max(serial, twin)
            merged.append((self._stories[kept].story_id, self._stories[gone].story_id, round(likeness, 4)))
            self._absorb(kept, gone)
            serial = kept
        return serial

    def _twin(self, serial: int) -> tuple[int, float]:
        """Return the story alike enough to be the same one, and the cosine; (-1, 0) where there is none."""
        story = self._stories[serial]
        strongest = nlargest(MERGE_TERMS, story.weights.items(), key=itemgetter(1))
        best, found = 0.0, -1
        for other_serial in self._search(strongest, leave_out=serial):
            other = self._stories[other_serial]
            common = story.weights.keys() & other.weights.keys()
            dot = math.fsum([story.weights[term] * other.weights[term] for term in common])
            gap = abs(other.at - story.at) / (TWIN_GAP * self.window_s)
            likeness = dot * self._scales[serial] * self._scales[other_serial] * math.exp(-gap)
            if likeness > best and likeness >= _bar_to_merge(story, other, self.merge):
                best, found = likeness, other_serial
        return found, best

    def _absorb(self, kept: int, gone: int) -> None:
        """Move everything of one story to another."""
        story, other = self._stories[kept], self._stories[gone]
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
        del self._stories[gone], self._scales[gone]
        self._by_id[other.story_id] = kept

    def _shared(self, serial: int, vector: dict[str, float], title: str, text: str) -> str:
        """Return the words that the entry and the story share most, as the entry writes them."""
        if not self.reasons:
            return "words"
        weights = self._stories[serial].weights
        common = sorted(
            ((weight * weights[term], term) for term, weight in vector.items() if term in weights), reverse=True
        )
        wanted = {term for _, term in common[:3]}
        found: dict[str, str] = {}
        for word in f"{title} {text}".split():
            bare = word.strip(".,:;!?\"'“”‘’()[]«»—-")
            term = stem(bare.lower())
            if term in wanted and term not in found:
                found[term] = bare
        return "words: " + ", ".join(found.get(term, term) for _, term in common[:3])


def _bar_to_merge(one: _Story, other: _Story, base: float) -> float:
    """Return the cosine two stories need: higher where entries are long texts."""
    terms = min(one.n_terms / max(one.n, 1), other.n_terms / max(other.n, 1))
    return base + LENGTH_SLOPE * math.log(max(1.0, terms / SHORT_ENTRY_TERMS))
