"""Likely reports beside a confirmed case: alike in matter, where cases.py's rare names are missing.

Owns one measure, the cosine of an entry with each report of a case. Weak evidence by itself: the caller asks only for
entries that nearly reached the threshold, and only about cases with reports of the last days.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from monitor.stories.terms import Frequencies, count_terms

ALIKE = 0.18  # 2023q1, docs/classifier.md: at 0.20 one entry less and seven wrong ones less, at 0.15 thirty more


class Followed:
    """The reports of confirmed cases, to compare entries with."""

    def __init__(self, frequencies: Frequencies | None = None) -> None:
        self._frequencies = frequencies or Frequencies.background()
        self._reports: list[tuple[str, Mapping[str, float]]] = []

    def add(self, case_id: str, title: str, text: str) -> None:
        """Add a report of a case."""
        self._reports.append((case_id, self._unit(title, text)))

    def find(self, title: str, text: str) -> tuple[str, float] | None:
        """Return the case of the report that is most alike, and the cosine; None where none is alike enough."""
        new = self._unit(title, text)
        best = max(((_dot(new, old), case_id) for case_id, old in self._reports), default=(0.0, ""))
        return (best[1], round(best[0], 3)) if best[0] >= ALIKE else None

    def _unit(self, title: str, text: str) -> dict[str, float]:
        weights = {term: weight for weight, term in self._frequencies.weigh(count_terms(title, text))}
        norm = math.sqrt(math.fsum(weight * weight for weight in weights.values())) or 1.0
        return {term: weight / norm for term, weight in weights.items()}


def _dot(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return math.fsum(weight * other[term] for term, weight in one.items() if term in other)
