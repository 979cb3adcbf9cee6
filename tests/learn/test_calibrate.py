"""Calibration: from answers to a probability that keeps its word, the same every time, and not at all from too few."""

from __future__ import annotations

import math
import random

import pytest

from monitor.learn.calibrate import AnsweredScore, bands, calibrate, likely, promised


def drawn(n: int, seed: int = 1, slope: float = 1.5, offset: float = -0.7) -> list[AnsweredScore]:
    """Answers to rows whose true probability is a sigmoid of their score's log-odds."""
    chance = random.Random(seed)
    found = []
    for _ in range(n):
        score = chance.uniform(0.3, 0.99)
        truth = 1 / (1 + math.exp(-(slope * math.log(score / (1 - score)) + offset)))
        found.append(AnsweredScore(score, chance.random() < truth))
    return found


def test_a_probability_keeps_its_word() -> None:
    """Promise: fitted on some answers, the words hold on others: of each word's rows its share is plot."""
    calibration = calibrate(drawn(2_000))
    assert calibration is not None
    said = [(calibration.probability(answer.score), answer.plot) for answer in drawn(20_000, seed=2)]
    for band in bands(said):
        low, high = next((low, high) for low, high, word in STEPS if word == band.word)
        assert low - 0.05 <= band.n_plots / band.n_answers <= high + 0.05, band


STEPS = (
    (0, 0.05, "almost no chance"), (0.05, 0.2, "very unlikely"), (0.2, 0.45, "unlikely"),
    (0.45, 0.55, "roughly even chance"), (0.55, 0.8, "likely"), (0.8, 0.95, "very likely"), (0.95, 1, "almost certain"),
)  # fmt: skip


def test_the_words_are_those_of_icd_203() -> None:
    """Promise: seven words with the published limits; a limit belongs to the step above it."""
    assert [likely((low + high) / 2) for low, high, _ in STEPS] == [word for _, _, word in STEPS]
    assert [likely(at) for at in (0.2, 0.45, 0.55, 0.8, 0.95, 0.0, 1.0)] == [
        "unlikely", "roughly even chance", "likely", "very likely", "almost certain", "almost no chance",
        "almost certain",
    ]  # fmt: skip


def test_the_same_answers_give_the_same_fit_in_any_order() -> None:
    """Promise: deterministic to the last bit, and a higher score is never less likely."""
    answers = drawn(200)
    assert calibrate(answers) == calibrate(list(answers))
    calibration = calibrate(answers)
    assert calibration is not None
    found = [calibration.probability(score / 100) for score in range(101)]
    assert found == sorted(found)


@pytest.mark.parametrize(
    "answers",
    [
        [],
        drawn(50 - 1),
        [AnsweredScore(0.9, True)] * 200,
        [AnsweredScore(0.9, False)] * 60 + [AnsweredScore(0.3, True)] * 60,
        [AnsweredScore(0.5, True)] * 7 + [AnsweredScore(0.4, False)] * 80,
    ],
)
def test_too_few_or_contrary_answers_give_no_probability(answers: list[AnsweredScore]) -> None:
    """Promise: below fifty answers, without enough of each, or where the score misleads, nothing is named."""
    assert calibrate(answers) is None


@pytest.mark.parametrize(("n_plots", "n_others"), [(8, 42), (42, 8)])
def test_fifty_answers_with_eight_of_each_kind_give_a_probability(n_plots: int, n_others: int) -> None:
    """Promise: what docs/triage.md says is enough is enough; one answer or one of a kind less is not."""
    plots, others = [AnsweredScore(0.9, True)] * n_plots, [AnsweredScore(0.1, False)] * n_others
    assert calibrate([*plots, *others]) is not None
    more_plots = n_plots > n_others
    assert calibrate([*plots[more_plots:], *others[not more_plots :]]) is None  # 49
    assert calibrate([*plots[not more_plots :], *others[more_plots:], *(plots if more_plots else others)]) is None  # 7


def test_scores_at_the_edges_are_no_trouble() -> None:
    """Promise: 0 and 1, and answers that a score separates without exception, give finite numbers."""
    calibration = calibrate([AnsweredScore(1.0, True)] * 40 + [AnsweredScore(0.0, False)] * 40)
    assert calibration is not None
    assert 0 < calibration.probability(0.0) < 0.1 < 0.9 < calibration.probability(1.0) < 1


def test_words_are_judged_by_answers_that_came_after_them() -> None:
    """Promise: a calibration that answers keep to holds for every word, and none is judged before there is one."""
    assert promised(drawn(50)) == []
    found = promised(drawn(3_000))
    assert sum(band.n_answers for band in found) == 3_000 - 50
    assert len(found) >= 5
    assert [band.word for band in found if not band.holds] == []


def test_a_promise_that_is_broken_is_seen() -> None:
    """Promise: where the world changes, so that high scores are plots no more, the words that promised it are named."""
    before = drawn(400, seed=3)
    after = [AnsweredScore(answer.score, plot=False) for answer in drawn(400, seed=4)]
    broken = [band.word for band in promised([*before, *after]) if not band.holds]
    assert "almost certain" in broken or "very likely" in broken


def test_the_interval_of_a_band_is_the_exact_one() -> None:
    """Promise: a word with few answers is not called broken: the range that chance allows meets its promise."""
    (band,) = bands([(0.97, True), (0.97, False)])
    assert (band.word, band.n_answers, band.n_plots) == ("almost certain", 2, 1)
    assert band.least < 0.02
    assert band.most > 0.98
    assert band.holds
    (band,) = bands([(0.97, False)] * 20)
    assert not band.holds
