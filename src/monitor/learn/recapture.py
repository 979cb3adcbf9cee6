"""Capture and recapture: what the flags miss, checked against plots that somebody found without them.

Of the plots found elsewhere, the share the flags had too estimates recall whatever their number, as long as finding
them elsewhere has nothing to do with the flags (Petersen 1896; Chapman 1951 for the total without bias in small
numbers). The interval of the share is the exact one of Clopper and Pearson (1934, Biometrika 26:404).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec


class Recapture(msgspec.Struct, frozen=True):
    """Counts are of cases. `total` estimates all plots there were; `recall` is the flags' share. Limits are 95 %."""

    n_flagged: int
    n_elsewhere: int
    n_both: int
    recall: float
    recall_low: float
    recall_high: float
    total: float
    total_low: float
    total_high: float


def recapture(n_flagged: int, n_elsewhere: int, n_both: int) -> Recapture | None:
    """Return the estimate from cases flagged, found elsewhere, and both; None where nothing was found elsewhere."""
    if not n_elsewhere:
        return None
    low, high = binomial_interval(n_both, n_elsewhere)
    total = all_there_were(n_flagged, n_elsewhere, n_both)
    known = n_flagged + n_elsewhere - n_both
    return Recapture(
        n_flagged=n_flagged, n_elsewhere=n_elsewhere, n_both=n_both, recall=n_both / n_elsewhere, recall_low=low,
        recall_high=high, total=total, total_low=max(known, n_flagged / high if high else 0.0),
        total_high=n_flagged / low if low else math.inf,
    )  # fmt: skip


def all_there_were(n_one: int, n_other: float, n_both: int) -> float:
    """Return Chapman's estimate of all there were, from what one list has, another has, and both have."""
    return (n_one + 1) * (n_other + 1) / (n_both + 1) - 1


def binomial_interval(hits: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a share after `hits` of `n`."""
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _solve(lambda p: 1 - _cdf(hits - 1, n, p), tail, rising=True)
    high = 1.0 if hits == n else _solve(lambda p: _cdf(hits, n, p), tail, rising=False)
    return low, high


def _cdf(hits: int, n: int, p: float) -> float:
    if p in (0.0, 1.0):
        return float(p == 0.0 or hits >= n)
    one, other = math.log(p), math.log1p(-p)
    ways = (math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in range(hits + 1))
    return math.fsum(math.exp(way + k * one + (n - k) * other) for k, way in enumerate(ways))


def _solve(function: Callable[[float], float], target: float, *, rising: bool) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if (function(middle) < target) is rising:
            low = middle
        else:
            high = middle
    return (low + high) / 2
