"""Estimate what was missed: recall from the audit sample, without bias, with an interval.

Horvitz and Thompson 1952 (JASA 47:663): each answered sample entry stands for 1 / p entries, so the sum of 1 / p over
the plots found in the sample estimates the plots never flagged without bias, whatever p was on its day. The interval is
a parametric one that stays honest when no miss was drawn: the number of sampled plots is treated as Poisson, its exact
95 % limits (Garwood 1936, Biometrika 28:437) are scaled by the mean weight of the plots drawn (of the largest weight
where none was drawn, which errs to the wide side).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from monitor.learn.intervals import poisson_interval


class SampleAnswer(msgspec.Struct, frozen=True):
    """An answered audit entry: its probability of being drawn and the verdict."""

    probability: float
    plot: bool


class Quality(msgspec.Struct, frozen=True):
    """Recall of the flags in the stretch the sample covers. Counts are of entries; `missed` is an estimate."""

    n_found: int
    n_drawn: int
    n_answered: int
    n_plots_in_sample: int
    n_population: int
    missed: float
    missed_low: float
    missed_high: float
    recall: float
    recall_low: float
    recall_high: float


def estimate(n_found: int, answers: Sequence[SampleAnswer], n_drawn: int, n_population: int) -> Quality:
    """Return recall = found / (found + missed), entries flagged and labelled plot being `n_found`.

    Unanswered draws are taken as missing at random: weights are raised by drawn / answered.
    """
    raised = n_drawn / len(answers) if answers else 0.0
    weights = [raised / answer.probability for answer in answers]
    hits = [weight for weight, answer in zip(weights, answers, strict=True) if answer.plot]
    missed = sum(hits)
    per_hit = missed / len(hits) if hits else max(weights, default=float(n_population))
    low, high = poisson_interval(len(hits))
    missed_high = min(high * per_hit, float(n_population)) if answers else float(n_population)
    missed_low = low * per_hit
    return Quality(
        n_found=n_found,
        n_drawn=n_drawn,
        n_answered=len(answers),
        n_plots_in_sample=len(hits),
        n_population=n_population,
        missed=missed,
        missed_low=missed_low,
        missed_high=max(missed_high, missed),
        recall=_recall(n_found, missed),
        recall_low=_recall(n_found, max(missed_high, missed)),
        recall_high=_recall(n_found, missed_low),
    )


def _recall(found: int, missed: float) -> float:
    return found / (found + missed) if found + missed else 1.0
