"""What continues a confirmed case: by rare names and matter (cases.py), or near the threshold by matter alone.

Owns the rule and its second measure, the cosine of an entry with each recent report of a case. That one is weak
evidence by itself, asked only of entries that nearly reached the threshold. Which reports count is the caller's matter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta

from monitor.stories.cases import CaseMatch, Cases
from monitor.stories.terms import Frequencies, count_terms

ALIKE = 0.18  # 2023q1, docs/classifier.md: at 0.20 one entry less and seven wrong ones less, at 0.15 thirty more

NEAR = 0.35  # a score from which likeness to a recent report of a case is enough; the floor of the flow is 0.42
RECENT = timedelta(days=14)
MOST_REPORTS = 24  # of a confirmed story, the newest, that an entry is compared with


class ConfirmedCases:
    """The confirmed cases at a moment, to ask of an entry which of them it continues."""

    def __init__(self) -> None:
        self._cases, self._followed = Cases(), Followed()
        self.any = False

    def add(self, story_id: str, case_id: str, title: str, words: str, *, recent: bool) -> None:
        """Add a report of a case; `recent`: its story was opened within RECENT."""
        self.any = True
        self._cases.add(story_id, case_id, [(title, words)])
        if recent:
            self._followed.add(case_id, title, words)

    def continued(self, score: float, title: str, words: str) -> CaseMatch | None:
        """Return the case an entry continues: by rare names and matter, or by matter alone where its score is near."""
        found = self._cases.find([(title, words)])
        if found is not None or score < NEAR:
            return found
        alike = self._followed.find(title, words)
        return CaseMatch(alike[0], alike[1], ()) if alike else None


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
