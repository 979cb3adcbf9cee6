"""Exact intervals of a count and of a share.

Of a count, as a Poisson mean: Garwood 1936 (Biometrika 28:437). Of a share: Clopper and Pearson 1934 (Biometrika
26:404). Both are found by halving on the distribution itself, so that they hold for one answer and for thousands.
"""

from __future__ import annotations

import math
from collections.abc import Callable


def poisson_interval(n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a Poisson mean after `n` events."""
    tail = (1 - confidence) / 2
    most = n + 10 * math.sqrt(n + 1) + 10
    low = 0.0 if n == 0 else _solve(lambda mean: 1 - _poisson_cdf(n - 1, mean), tail, most, rising=True)
    high = _solve(lambda mean: _poisson_cdf(n, mean), tail, most, rising=False)
    return low, high


def binomial_interval(hits: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a share after `hits` of `n`."""
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _solve(lambda p: 1 - _binomial_cdf(hits - 1, n, p), tail, 1.0, rising=True)
    high = 1.0 if hits == n else _solve(lambda p: _binomial_cdf(hits, n, p), tail, 1.0, rising=False)
    return low, high


def _poisson_cdf(n: int, mean: float) -> float:
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(n + 1)) if mean else 1.0


def _binomial_cdf(hits: int, n: int, p: float) -> float:
    if p in (0.0, 1.0):
        return float(p == 0.0 or hits >= n)
    one, other = math.log(p), math.log1p(-p)
    ways = (math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in range(hits + 1))
    return math.fsum(math.exp(way + k * one + (n - k) * other) for k, way in enumerate(ways))


def _solve(function: Callable[[float], float], target: float, most: float, *, rising: bool) -> float:
    """Halve a monotone function's range, 0 to `most`, until the argument that gives `target` is found."""
    low, high = 0.0, most
    for _ in range(100):
        middle = (low + high) / 2
        if (function(middle) < target) is rising:
            low = middle
        else:
            high = middle
    return (low + high) / 2
