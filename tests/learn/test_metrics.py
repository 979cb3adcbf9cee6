"""Figures about rankings equal their definitions and scikit-learn's."""

from __future__ import annotations

import random

import pytest

from monitor.learn.metrics import average_precision, labels_needed, loss, wilson, wss


def test_average_precision_is_scikit_learns_ties_included() -> None:
    """The figure is the one everybody knows, also where scores tie."""
    from sklearn.metrics import average_precision_score

    rng = random.Random(1)
    for _ in range(50):
        labels = [rng.random() < 0.3 for _ in range(60)] + [True]
        scores = [float(rng.randrange(12)) for _ in labels]
        assert average_precision(scores, labels) == pytest.approx(average_precision_score(labels, scores), abs=1e-12)


def test_average_precision_of_nothing_is_zero() -> None:
    """No positive, no precision; and no division by zero."""
    assert average_precision([0.5, 0.4], [False, False]) == 0.0


def test_loss_is_zero_for_the_best_order_and_one_for_the_worst() -> None:
    """The normalised loss has its two ends where its definition says."""
    assert loss([True, True, False, False, False]) == 0.0
    assert loss([False, False, False, True, True]) == 1.0
    assert loss([False, True]) == 1.0
    assert loss([True, True]) == 0.0


def test_labels_needed_and_wss() -> None:
    """Three of four positives stand in the first five of ten."""
    answers = [True, False, True, False, True, False, False, False, False, True]
    assert labels_needed(answers, 4, 0.75) == 5
    assert labels_needed(answers, 4, 1.0) == 10
    assert labels_needed(answers[:6], 4, 1.0) is None
    assert wss(answers, 4, 10, 0.75) == pytest.approx(0.75 - 0.5)


def test_wilson_interval_matches_published_values() -> None:
    """Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662, 0 of 20 gives 0 to 0.1611."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)
