"""Fingerprints: which entries are copies of one text, changed little or not at all.

Owns the fingerprint of a text and the resemblance of two. A rewritten report is no copy (link.py finds those); a wire
report printed by twelve papers is; two reports that share a press office's closing words are none (boilerplate.py).
Deterministic: no per-process hash seed.

Method: the smallest hashes of a text's runs of five words stand for all of them (Broder 1997, bottom-k sketch), so the
share of common values estimates the share of common runs.
"""

from __future__ import annotations

import re
from collections import deque
from heapq import nsmallest
from itertools import accumulate
from zlib import crc32

from monitor.stories.boilerplate import own_text, tell_different_news

SKETCH = 16
RUN_WORDS = 5
MIN_WORDS = 5  # a shorter title ("Morning briefing") is repeated by other entries
SHORT_TEXT_WORDS = 25
MAX_WORDS = 160  # the lead; papers cut wire reports from the end
COPY = 0.5  # of the sketch; a paper that rewrites the lead falls below
SOME = 0.2  # less in common is too little to look for boilerplate

_WORD = re.compile(rb"[0-9A-Za-z\x80-\xff]+")  # bytes of UTF-8: any letter beyond ASCII

Fingerprint = tuple[int, ...]


def fingerprint(title: str, text: str) -> Fingerprint:
    """Return the sketch of an entry's text; empty where it is too short.

    The title counts only beside a short text: papers give a wire report their own title, and some feeds put the same
    sentence under every title.
    """
    words = _WORD.findall(text[: MAX_WORDS * 8].lower().encode())[:MAX_WORDS]
    if len(words) < SHORT_TEXT_WORDS:
        words = _WORD.findall(title.lower().encode()) + words
    if len(words) < MIN_WORDS:
        return ()
    joined = b" ".join(words)
    starts = list(accumulate(map(len, words), _after, initial=0))
    runs = zip(starts, starts[RUN_WORDS:], strict=False)
    return tuple(sorted({crc32(joined[start:end]) for start, end in runs})[:SKETCH])


def _after(start: int, length: int) -> int:
    """Return where the word after one of `length` bytes begins."""
    return start + length + 1


def resemblance(one: Fingerprint, other: Fingerprint) -> float:
    """Return the estimated share of common word runs, 0 to 1."""
    if not one or not other:
        return 0.0
    smallest = nsmallest(SKETCH, {*one, *other})
    common = set(one) & set(other)
    return sum(value in common for value in smallest) / len(smallest)


class Copies:
    """Finds the earlier entry that a new one copies, among the last `size` entries added."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._held: dict[int, str] = {}
        self._order: deque[str] = deque()
        self._known: dict[str, tuple[Fingerprint, str, str]] = {}

    def add(self, entry_id: str, print_: Fingerprint, title: str, text: str) -> None:
        """Remember an entry; forget the oldest one beyond `size`."""
        if not print_:
            return
        self._known[entry_id] = (print_, title, text[: MAX_WORDS * 8])
        self._order.append(entry_id)
        for value in print_[:4]:
            self._held[value] = entry_id
        if len(self._order) > self.size:
            self.forget_oldest()

    def forget_oldest(self) -> None:
        """Drop the entry added first."""
        entry_id = self._order.popleft()
        print_, _, _ = self._known.pop(entry_id, ((), "", ""))
        for value in print_[:4]:
            if self._held.get(value) == entry_id:
                del self._held[value]

    def find(self, print_: Fingerprint, title: str, text: str) -> tuple[tuple[str, float] | None, str]:
        """Return (entry id, resemblance) of the copied entry, or None, and the text without boilerplate.

        What the entry shares with one that reports something else is boilerplate; without such an entry the text comes
        back as it is.
        """
        best: tuple[str, float] | None = None
        own = text
        for entry_id in sorted({self._held[value] for value in print_[:4] if value in self._held}):
            other, other_title, other_text = self._known[entry_id]
            share = resemblance(print_, other)
            if share < SOME:
                continue
            if tell_different_news(title, text, other_title, other_text):
                own = own_text(own, other_text)
            elif share >= COPY and (best is None or (share, entry_id) > (best[1], best[0])):
                best = (entry_id, share)
        return best, own
