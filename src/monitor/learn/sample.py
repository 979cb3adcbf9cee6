"""Draw the audit sample: a few random unflagged entries a day, each with a known probability of being drawn.

Pure and repeatable: the draw depends on the day, the seed and the entries alone, so a tick cut short draws the same
entries again. Estimating from the answers is quality.py's job.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

BAND_SHARE = 0.5  # half of the sample from where misses are likelier: just below the line, or noticed by plain words


class Unflagged(msgspec.Struct, frozen=True):
    """An entry that was scored and not flagged; `noticed` where plain words in its headline speak of a plot."""

    entry_id: str
    score: float
    noticed: bool = False


class Draw(msgspec.Struct, frozen=True):
    """The drawn entries with their probability, and how many they stand for."""

    day: str
    entries: tuple[tuple[str, float], ...]
    n_population: int


def draw_sample(day: str, unflagged: Sequence[Unflagged], n: int, look_again: float, *, salt: str = "") -> Draw:
    """Draw `n` of the day's unflagged entries, in two strata: scores from `look_again` up or noticed, and the rest.

    Within a stratum every entry has the same probability (its share drawn); simple random sampling without
    replacement by the order of SHA-256(salt, day, entry id).
    """
    band = [entry for entry in unflagged if entry.score >= look_again or entry.noticed]
    rest = [entry for entry in unflagged if not (entry.score >= look_again or entry.noticed)]
    n_band = min(len(band), round(n * BAND_SHARE))
    n_rest = min(len(rest), n - n_band)
    n_band = min(len(band), n - n_rest)
    drawn = [*_draw(day, band, n_band, salt), *_draw(day, rest, n_rest, salt)]
    return Draw(day, tuple(sorted(drawn)), len(unflagged))


def _draw(day: str, entries: Sequence[Unflagged], n: int, salt: str) -> list[tuple[str, float]]:
    def place(entry: Unflagged) -> bytes:
        return hashlib.sha256(f"{salt}\0{day}\0{entry.entry_id}".encode()).digest()

    return [(entry.entry_id, n / len(entries)) for entry in sorted(entries, key=place)[:n]] if n else []
