"""Capture and recapture: what the flags miss, checked against plots that somebody found without them.

Of the plots found elsewhere, the share the flags had too estimates recall whatever their number, as long as finding
them elsewhere has nothing to do with the flags (Petersen 1896; Chapman 1951 for the total without bias in small
numbers). The interval of the share is the exact one.
"""

from __future__ import annotations

import math

import msgspec

from monitor.learn.intervals import binomial_interval


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
