"""Figures about a ranking: average precision, recall curves, WSS, loss, intervals. Pure arithmetic on lists.

Sources: average precision as in scikit-learn's `average_precision_score` (ties share a threshold); WSS@r from Cohen et
al. 2006 (JAMIA 13:206); loss as ASReview Insights defines it (normalised area between the perfect and the actual recall
curve); Wilson's interval 1927.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def average_precision(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """Return the average precision of the ranking by score, 0.0 where nothing is positive."""
    n_positive = sum(labels)
    if not n_positive:
        return 0.0
    hits = seen = found = 0
    area = 0.0
    previous: float | None = None
    for score, label in sorted(zip(scores, labels, strict=True), key=lambda pair: -pair[0]):
        if previous is not None and score != previous:
            area += hits * found / seen
            hits = 0
        seen += 1
        hits += label
        found += label
        previous = score
    return (area + hits * found / seen) / n_positive


def labels_needed(answers: Sequence[bool], n_positive: int, recall: float) -> int | None:
    """Return how many answers it took to find this share of the positives, None where it was not reached."""
    wanted = math.ceil(recall * n_positive - 1e-9)
    found = 0
    if wanted == 0:
        return 0
    for place, answer in enumerate(answers, 1):
        found += answer
        if found >= wanted:
            return place
    return None


def wss(answers: Sequence[bool], n_positive: int, n_total: int, recall: float = 0.95) -> float | None:
    """Return the work saved over sampling at a recall: (1 - reading share) - (1 - recall)."""
    needed = labels_needed(answers, n_positive, recall)
    return None if needed is None else recall - needed / n_total


def loss(answers: Sequence[bool]) -> float:
    """Return the loss of a complete ranking: 0 is perfect, 1 is all positives last.

    With N answers of which P are positive, the sums of the found-so-far curve are: best P N - P (P - 1) / 2, worst
    P (P + 1) / 2; loss = (best - actual) / (best - worst). 0.0 where all answers are alike.
    """
    n, n_positive = len(answers), sum(answers)
    if not 0 < n_positive < n:
        return 0.0
    found, area = 0, 0
    for answer in answers:
        found += answer
        area += found
    best = n_positive * n - n_positive * (n_positive - 1) / 2
    worst = n_positive * (n_positive + 1) / 2
    return (best - area) / (best - worst)


def wilson(successes: float, trials: float, z: float = 1.959964) -> tuple[float, float]:
    """Return Wilson's interval for a share (95 % with the default `z`); (0, 1) without trials."""
    if trials <= 0:
        return 0.0, 1.0
    share = successes / trials
    centre = share + z * z / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
