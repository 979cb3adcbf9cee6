"""From a score to a probability: how likely it is that a reviewer labels a row with such a score `plot`. And its word.

Platt's sigmoid over the log-odds of the score, fitted to answers with his corrected targets (Platt 1999, "Probabilistic
outputs for support vector machines"), by the Newton steps with line search of Lin, Lin and Weng 2007 (Machine Learning
68:267). Two numbers are all that some hundred answers can bear; the same answers give the same fit, bit for bit. The
words and their steps are those of Intelligence Community Directive 203 (2015).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import msgspec

from monitor.learn.intervals import binomial_interval

MIN_ANSWERS, MIN_EACH = 50, 8  # answers in all, and of plot and not-plot each, before a probability is named
REFIT = 25  # answers between two fits where the words are checked
_STEPS, _ENOUGH, _RIDGE, _SMALLEST = 100, 1e-5, 1e-12, 1e-10
_EDGE = 1e-6  # scores nearer to 0 or 1 than this are moved there
WORDS = (
    (0.05, "almost no chance"), (0.20, "very unlikely"), (0.45, "unlikely"), (0.55, "roughly even chance"),
    (0.80, "likely"), (0.95, "very likely"), (1.01, "almost certain"),
)  # fmt: skip


class AnsweredScore(msgspec.Struct, frozen=True):
    """One answer: the score its row had when it was read, and whether `plot` stands."""

    score: float
    plot: bool


class Calibration(msgspec.Struct, frozen=True):
    """The fitted sigmoid 1 / (1 + exp(a * logit(score) + b)), and from how many answers."""

    a: float
    b: float
    n_answers: int
    n_plots: int

    def probability(self, score: float) -> float:
        """Return the probability of a score, in (0, 1)."""
        return _sigmoid(self.a * _logit(score) + self.b)


class Band(msgspec.Struct, frozen=True):
    """What became of the rows of one word: how many were answered, and how many of them `plot`.

    `low`, `high`: the range the word promises. `least`, `most`: the exact 95 % interval of the share that were plots.
    """

    word: str
    low: float
    high: float
    n_answers: int
    n_plots: int
    least: float
    most: float

    @property
    def holds(self) -> bool:
        """Whether the answers leave the promise possible: the two ranges meet."""
        return self.least < self.high and self.most >= self.low


def likely(probability: float) -> str:
    """Return the word for a probability."""
    return next(word for limit, word in WORDS if probability < limit)


def calibrate(answers: Sequence[AnsweredScore]) -> Calibration | None:
    """Fit a sigmoid to answers; None where they are too few, or do not rise with the score."""
    n_plots = sum(answer.plot for answer in answers)
    n_not = len(answers) - n_plots
    if len(answers) < MIN_ANSWERS or min(n_plots, n_not) < MIN_EACH:
        return None
    high, low = (n_plots + 1) / (n_plots + 2), 1 / (n_not + 2)
    points = [(_logit(answer.score), high if answer.plot else low) for answer in answers]
    a, b = _fit(points, math.log((n_not + 1) / (n_plots + 1)))
    return Calibration(a, b, len(answers), n_plots) if a < 0 else None


def bands(said: Iterable[tuple[float, bool]]) -> list[Band]:
    """Return for each word, most likely first, what became of its rows: (the probability said, `plot` or not)."""
    by_word: dict[str, list[bool]] = {}
    for probability, plot in said:
        by_word.setdefault(likely(probability), []).append(plot)
    found, low = [], 0.0
    for high, word in WORDS:
        if plots := by_word.get(word):
            interval = binomial_interval(sum(plots), len(plots))
            found.append(Band(word, low, min(high, 1.0), len(plots), sum(plots), *interval))
        low = high
    return found[::-1]


def promised(answers: Sequence[AnsweredScore]) -> list[Band]:
    """Return whether the words keep their promise, from answers in the order they were given.

    Each is judged by the calibration of those before it alone, fitted anew every REFIT answers: what was fitted to an
    answer says nothing about it. Empty while there is no calibration.
    """
    said = []
    for start in range(MIN_ANSWERS, len(answers), REFIT):
        calibration = calibrate(answers[:start])
        if calibration is not None:
            later = answers[start : start + REFIT]
            said += [(calibration.probability(answer.score), answer.plot) for answer in later]
    return bands(said)


def _fit(points: Sequence[tuple[float, float]], b: float) -> tuple[float, float]:
    """Return (a, b) of the least cross-entropy, from a = 0 and a first b."""
    a, value = 0.0, _loss(points, 0.0, b)
    for _ in range(_STEPS):
        g_a, g_b, h_aa, h_ab, h_bb = _slopes(points, a, b)
        if abs(g_a) < _ENOUGH and abs(g_b) < _ENOUGH:
            break
        det = h_aa * h_bb - h_ab * h_ab
        d_a, d_b = -(h_bb * g_a - h_ab * g_b) / det, -(h_aa * g_b - h_ab * g_a) / det
        slope, step = g_a * d_a + g_b * d_b, 1.0
        while step >= _SMALLEST:
            tried = _loss(points, a + step * d_a, b + step * d_b)
            if tried < value + 1e-4 * step * slope:
                a, b, value = a + step * d_a, b + step * d_b, tried
                break
            step /= 2
        else:
            break
    return a, b


def _slopes(points: Sequence[tuple[float, float]], a: float, b: float) -> tuple[float, float, float, float, float]:
    g_a = g_b = h_ab = 0.0
    h_aa = h_bb = _RIDGE
    for x, target in points:
        p = _sigmoid(a * x + b)
        spread, off = p * (1 - p), target - p
        g_a, g_b = g_a + x * off, g_b + off
        h_aa, h_bb, h_ab = h_aa + x * x * spread, h_bb + spread, h_ab + x * spread
    return g_a, g_b, h_aa, h_ab, h_bb


def _loss(points: Sequence[tuple[float, float]], a: float, b: float) -> float:
    """Return the cross-entropy, written so that no exponential overflows."""
    total = 0.0
    for x, target in points:
        z = a * x + b
        total += target * z + math.log1p(math.exp(-z)) if z >= 0 else (target - 1) * z + math.log1p(math.exp(z))
    return total


def _sigmoid(z: float) -> float:
    """Return 1 / (1 + exp(z))."""
    return math.exp(-z) / (1 + math.exp(-z)) if z >= 0 else 1 / (1 + math.exp(z))


def _logit(score: float) -> float:
    inside = min(1 - _EDGE, max(_EDGE, score))
    return math.log(inside / (1 - inside))
