"""Several reviewers: who decided what on the same story, how well they agree, and where they do not.

Units are stories (an entry labelled alone is a unit of its own); of each reviewer the label that counts by standing.py
is compared, and `unsure` is a label like the others. Pure but for reading the labels view.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import combinations

import msgspec

from monitor.learn.labels import NOT_PLOT, PLOT
from monitor.triage.standing import newest
from monitor.views.fold import Views
from monitor.views.queries.labels import LabelRow, standing_labels

Units = dict[str, dict[str, str]]


class ReviewerPair(msgspec.Struct, frozen=True):
    """Two reviewers on the units both decided; `kappa` is None where chance alone explains everything."""

    one: str
    other: str
    n_units: int
    agreed: float
    kappa: float | None


class Agreement(msgspec.Struct, frozen=True):
    """All reviewers together; `alpha` is None where fewer than two decided the same unit."""

    n_units: int
    n_shared: int
    alpha: float | None
    pairs: list[ReviewerPair]


class Conflict(msgspec.Struct, frozen=True):
    """A unit on which reviewers differ."""

    unit: str
    labels: dict[str, str]


def read_units(views: Views) -> Units:
    """Return unit -> reviewer -> the label of theirs that counts (standing.py)."""
    units: dict[str, list[LabelRow]] = defaultdict(list)
    for label in standing_labels(views):
        units[label.story_id or label.entry_id].append(label)
    return {unit: {by: label.label for by, label in newest(labels).items()} for unit, labels in units.items()}


def conflicts(units: Mapping[str, Mapping[str, str]]) -> list[Conflict]:
    """Return the units that one reviewer calls plot and another not-plot; who is unsure contradicts nobody."""
    return [Conflict(unit, dict(labels)) for unit, labels in units.items() if {PLOT, NOT_PLOT} <= set(labels.values())]


def agreement(units: Mapping[str, Mapping[str, str]]) -> Agreement:
    """Return Cohen's kappa of each pair and Krippendorff's alpha of all, both for nominal labels."""
    reviewers = sorted({by for labels in units.values() for by in labels})
    pairs = [pair for one, other in combinations(reviewers, 2) if (pair := _pair(units, one, other)) is not None]
    shared = [list(labels.values()) for labels in units.values() if len(labels) > 1]
    return Agreement(len(units), len(shared), krippendorff_alpha(shared), pairs)


def _pair(units: Mapping[str, Mapping[str, str]], one: str, other: str) -> ReviewerPair | None:
    both = [(labels[one], labels[other]) for labels in units.values() if one in labels and other in labels]
    if not both:
        return None
    return ReviewerPair(one, other, len(both), sum(a == b for a, b in both) / len(both), cohen_kappa(both))


def cohen_kappa(pairs: list[tuple[str, str]]) -> float | None:
    """Return (observed - expected) / (1 - expected) agreement (Cohen 1960, 10.1177/001316446002000104)."""
    n = len(pairs)
    observed = sum(a == b for a, b in pairs) / n
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(first[label] * second[label] for label in first) / n**2
    return None if expected == 1.0 else (observed - expected) / (1.0 - expected)


def krippendorff_alpha(units: list[list[str]]) -> float | None:
    """Return 1 - observed / expected disagreement for nominal data with gaps (Krippendorff 2011, "Computing alpha").

    Each unit lists the labels it was given, two or more. None where there is nothing to compare or only one label.
    """
    totals: Counter[str] = Counter()
    observed = 0.0
    for labels in units:
        counts = Counter(labels)
        totals.update(counts)
        observed += sum(counts[a] * counts[b] for a, b in combinations(counts, 2)) * 2 / (len(labels) - 1)
    n = sum(totals.values())
    expected = sum(totals[a] * totals[b] for a, b in combinations(totals, 2)) * 2 / (n - 1) if n > 1 else 0.0
    return None if expected == 0.0 else 1.0 - observed / expected


def wants_second_reading(unit: str, share: float) -> bool:
    """Tell whether a unit belongs to the share that is read twice: fixed by its id, so that nobody can choose."""
    return int.from_bytes(hashlib.sha256(f"second {unit}".encode()).digest()[:4], "big") < share * 2**32


def second_readings(units: Mapping[str, Mapping[str, str]], by: str, share: float) -> list[str]:
    """Return the units one other reviewer decided and `by` is to read blind."""
    return [
        unit
        for unit, labels in units.items()
        if len(labels) == 1 and by not in labels and wants_second_reading(unit, share)
    ]
