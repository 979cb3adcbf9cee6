"""The audit sample is repeatable, its probabilities true; the estimate of misses is unbiased, its interval holds."""

from __future__ import annotations

import random

import pytest

from monitor.learn.intervals import poisson_interval
from monitor.learn.quality import SampleAnswer, estimate
from monitor.learn.sample import Unflagged, draw_sample
from monitor.log.events import NewEvent, SampleDrawn
from monitor.surfaces.cli.learn.quality import read_quality
from tests.learn.conftest import Desk

POPULATION = [Unflagged(f"e{i:04d}", 0.4 if i % 20 == 0 else 0.1) for i in range(400)]


def test_the_same_day_draws_the_same_entries_and_another_day_others() -> None:
    """A tick cut short and run again draws what it drew."""
    first = draw_sample("2026-01-01", POPULATION, 10, 0.3)
    assert first == draw_sample("2026-01-01", list(reversed(POPULATION)), 10, 0.3)
    assert first.entries != draw_sample("2026-01-02", POPULATION, 10, 0.3).entries


def test_half_comes_from_the_look_again_band_and_each_stratum_has_its_probability() -> None:
    """20 of 400 stand in the band: 5 of 20 and 5 of 380 are drawn."""
    drawn = draw_sample("2026-01-01", POPULATION, 10, 0.3)
    assert drawn.n_population == 400
    assert sorted(round(p, 6) for _, p in drawn.entries) == [round(5 / 380, 6)] * 5 + [0.25] * 5


def test_small_days_are_drawn_whole_or_not_at_all() -> None:
    """Nothing is drawn twice, and an empty day draws nothing."""
    assert draw_sample("d", [], 5, 0.3).entries == ()
    assert draw_sample("d", POPULATION[:3], 5, 0.3).entries == (("e0000", 1.0), ("e0001", 1.0), ("e0002", 1.0))


def test_every_entry_is_drawn_as_often_as_its_probability_says() -> None:
    """Over 600 days the band's entries are drawn with probability 1/4, within three standard errors."""
    n = sum(("e0020", 0.25) in draw_sample(f"day {d}", POPULATION, 10, 0.3).entries for d in range(600))
    assert abs(n / 600 - 0.25) < 3 * (0.25 * 0.75 / 600) ** 0.5


def test_garwoods_interval_matches_published_values() -> None:
    """Exact 95 % limits of a Poisson mean: 0 to 3.689, 0.619 to 8.767, 4.795 to 18.390 for 0, 3 and 10 events."""
    assert poisson_interval(0) == pytest.approx((0.0, 3.6889), abs=1e-4)
    assert poisson_interval(3) == pytest.approx((0.6187, 8.7673), abs=1e-4)
    assert poisson_interval(10) == pytest.approx((4.7954, 18.3904), abs=1e-4)


def test_the_estimate_is_unbiased_and_its_interval_holds_the_truth() -> None:
    """20 missed plots among 4,000, 30 found: over 300 audits the mean estimate is 20 and 95 % of intervals hold it."""
    rng = random.Random(4)
    band, rest = [True] * 15 + [False] * 285, [True] * 5 + [False] * 3695
    guesses, held = [], 0
    for _ in range(300):
        answers = [SampleAnswer(60 / 300, plot) for plot in rng.sample(band, 60)]
        answers += [SampleAnswer(400 / 3700, plot) for plot in rng.sample(rest, 400)]
        found = estimate(30, answers, len(answers), 4000)
        guesses.append(found.missed)
        held += found.missed_low <= 20 <= found.missed_high
    assert abs(sum(guesses) / 300 - 20) < 1.5
    assert held / 300 >= 0.93


def test_without_answers_nothing_is_claimed() -> None:
    """No audit answered: recall may be anything."""
    found = estimate(5, [], 10, 1000)
    assert (found.n_answered, found.missed_high) == (0, 1000.0)
    assert found.recall_low < 0.01


def test_a_sample_without_plots_bounds_the_misses() -> None:
    """100 answered of 1,000, none a plot: at most 37 were missed, at 95 %."""
    found = estimate(50, [SampleAnswer(0.1, plot=False)] * 100, 100, 1000)
    assert (found.missed, found.recall, found.recall_high) == (0.0, 1.0, 1.0)
    assert found.missed_high == pytest.approx(36.9, abs=0.1)


def test_quality_is_read_from_the_views(desk: Desk) -> None:
    """Found plots are flagged and labelled plot; a drawn entry speaks for the unflagged alone."""
    flagged = desk.see("Police foil plot to kill exiled editor")
    wrong = desk.see("Derby ends in draw")
    drawn = [desk.see(f"Unflagged {i}", flag=False) for i in range(4)]
    rows = [(entry, 0.5) for entry in drawn]
    desk.workspace.append([NewEvent("s", SampleDrawn(day="2026-01-30", entries=rows, n_population=8))])
    desk.say(flagged, "plot")
    desk.say(wrong, "not-plot")
    desk.say(drawn[0], "plot", sample=True)
    desk.say(drawn[1], "not-plot", sample=True)
    found = read_quality(desk.workspace.views)
    assert (found.n_found, found.n_drawn, found.n_answered, found.n_plots_in_sample) == (1, 4, 2, 1)
    assert found.missed == pytest.approx(4.0)  # one plot x 1/0.5 x 4 drawn / 2 answered
    assert found.recall == pytest.approx(1 / 5)
