"""Entries to stories: one pass, bounded memory, no model and no clock.

Owns the decision which story an entry belongs to. An entry joins the story whose words (a decaying sum of its entries'
TF-IDF vectors) are nearest; a copy joins its original; stories that grow alike are merged. Rarity of words is terms.py,
copies are fingerprint.py, what the open stories say is index.py, cases across weeks are cases.py. Nothing here is
written to the log: callers do that.

Why this and not something else: docs/decisions/ (stories). Every constant was tuned on the dev halves named there.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable

import msgspec

from monitor.stories.fingerprint import Copies, fingerprint
from monitor.stories.index import OpenStories
from monitor.stories.terms import Frequencies, count_terms, stem
from monitor.text.plain import plain_words

WINDOW_S = 72 * 3600.0
WINDOW_ENTRIES = 10_000
TERMS_PER_ENTRY = 32
JOIN = 0.20
MERGE = 0.19
MERGE_AT = frozenset({2, 3, 5, 8, 12, 20, 40, 80, 160, 320, 640})  # sizes at which a story looks for its twin


class Linkable(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as the linker needs it; `story_id` is set where the log has placed it already."""

    entry_id: str
    published_at: float
    title: str
    text: str = ""
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
        self._stories = OpenStories(window_s)
        self._live: deque[tuple[float, str]] = deque()
        self._copies = Copies(window_entries)
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
        return self.add(entry.entry_id, entry.published_at, entry.title, entry.text)

    def place(self, entry: Linkable) -> None:
        """Add an entry to the story it is known to belong to."""
        at = self._advance(entry.published_at)
        title, text = plain_words(entry.title), plain_words(entry.text)
        print_ = fingerprint(title, text)
        _, own = self._copies.find(print_, title, text)
        vector = self._vector(title, own)
        serial = self._stories.number(entry.story_id)
        if serial is None:
            serial = self._stories.open(entry.story_id, at)
        self._take(serial, entry.entry_id, at, vector)
        self._copies.add(entry.entry_id, print_, title, text)

    def add(self, entry_id: str, published_at: float | None, title: str, text: str = "") -> Link:
        """Link one entry (times in seconds, oldest first; None: as of the newest) and remember it.

        A story's id is `s` + the id of its first entry.
        """
        at = self._advance(published_at)
        title, text = plain_words(title), plain_words(text)
        print_ = fingerprint(title, text)
        copy, own = self._copies.find(print_, title, text)
        vector = self._vector(title, own)
        self._copies.add(entry_id, print_, title, text)
        original = self._stories.holding(copy[0]) if copy is not None else None
        if copy is not None and original is not None:
            serial, similarity, why = original, copy[1], f"copy of {copy[0]}"
        else:
            serial, similarity = self._stories.nearest(vector, at)
            if similarity < self.join:
                serial, similarity, why = self._stories.open(f"s{entry_id}", at), 1.0, "opened"
            else:
                why = self._shared(serial, vector, title, text)
        self._take(serial, entry_id, at, vector)
        merged: list[tuple[str, str, float]] = []
        if self._stories[serial].n in MERGE_AT:
            serial = self._merge_twins(serial, at, merged)
        return Link(self._stories[serial].story_id, round(similarity, 4), why, tuple(merged))

    def _take(self, serial: int, entry_id: str, at: float, vector: dict[str, float]) -> None:
        """Add an entry to its story and to the window."""
        self._stories.join(serial, entry_id, at, vector)
        self._live.append((at, entry_id))

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
            self._stories.forget(self._live.popleft()[1])
        return at

    def _vector(self, title: str, text: str) -> dict[str, float]:
        """Return the entry's strongest terms, rarest first, as a unit vector; count them in the stream."""
        weighted = self.frequencies.add(count_terms(title, text))
        weighted.sort(reverse=True)
        del weighted[TERMS_PER_ENTRY:]
        norm = math.sqrt(sum([weight * weight for weight, _ in weighted])) or 1.0
        return {term: weight / norm for weight, term in weighted}

    def _merge_twins(self, serial: int, at: float, merged: list[tuple[str, str, float]]) -> int:
        """Merge a story that has grown with its nearest one while they are alike; the older id stays."""
        for _ in range(3):
            twin, likeness = self._stories.twin(serial, self.merge)
            if twin < 0:
                break
            kept, gone = min(serial, twin), max(serial, twin)
            merged.append((self._stories[kept].story_id, self._stories[gone].story_id, round(likeness, 4)))
            self._stories.absorb(kept, gone)
            serial = kept
        return serial

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
