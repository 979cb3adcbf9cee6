"""The threshold follows the flow: capped by the day's rows, floored by likelihood, the same from the same scores."""

from __future__ import annotations

import math

import pytest

from monitor.learn.threshold import (
    BURST,
    CAP,
    CEILING,
    FLOOR,
    QUIET,
    START,
    WINDOW_S,
    Flow,
    Seen,
    Thresholds,
    best_rows,
    follow,
)

OWN = Thresholds(0.48, 0.31)


def flow(scores: list[float], known_s: float = WINDOW_S) -> Flow:
    """A day of entries on different topics with these scores."""
    titles = [f"{chr(97 + i // 26)}{chr(97 + i % 26)}day" for i in range(len(scores))]
    best = sorted((Seen(s, t) for s, t in zip(scores, titles, strict=True)), key=lambda seen: -seen.score)
    return Flow(len(scores), tuple(best), known_s)


def log_odds(score: float) -> float:
    """Return a score's log-odds."""
    return math.log(score / (1 - score))


def test_without_a_day_of_flow_the_models_own_thresholds_hold() -> None:
    """A start-up uses the shipped constant and says so."""
    stands = follow(OWN, flow([0.9] * 50, known_s=WINDOW_S - 1), 3)
    assert (stands.thresholds, stands.why) == (OWN, START)


def test_a_day_brings_as_many_rows_as_it_has_room_for() -> None:
    """The threshold is the score of the last row there is room for."""
    stands = follow(OWN, flow([0.44 + i / 1000 for i in range(30)]), 10)
    assert stands.thresholds.flag == pytest.approx(0.46)
    assert (stands.why, stands.n_rows) == (CAP, 30)


def test_a_quiet_day_is_not_padded() -> None:
    """Below the floor nothing is flagged, however empty the day."""
    stands = follow(OWN, flow([0.9, 0.3, 0.2]), 10)
    assert (stands.thresholds.flag, stands.why, stands.n_rows) == (FLOOR, QUIET, 1)


def test_a_burst_lifts_the_threshold_but_never_hides_what_stands_out() -> None:
    """A war fills the day with high scores; above the ceiling everything is still flagged."""
    stands = follow(OWN, flow([0.7] * 40 + [0.8] * 9 + [0.9]), 10)
    assert (stands.thresholds.flag, stands.why) == (0.8, BURST)
    assert follow(OWN, flow([0.99] * 50), 10).thresholds.flag == CEILING


def test_both_bands_move_together() -> None:
    """The distance in log-odds stays the model's."""
    for scores in ([0.9, 0.2], [0.7] * 40):
        to = follow(OWN, flow(scores), 10).thresholds
        assert log_odds(to.flag) - log_odds(to.look_again) == pytest.approx(log_odds(0.48) - log_odds(0.31), abs=1e-4)


def test_a_topic_is_one_row() -> None:
    """Thirty reports of one happening do not fill the day."""
    same = [Seen(0.9, "Police foil plot against journalist"), Seen(0.8, "Police foil plot against a journalist")]
    assert best_rows([*same, Seen(0.7, "Harbour festival opens")], FLOOR) == [0.9, 0.7]


@pytest.mark.parametrize("rows", [3, 10])
def test_one_entry_more_moves_it_by_one_rank_at_most(rows: int) -> None:
    """No leap: between the thresholds before and after, at most one row lies."""
    scores = [0.43 + 0.004 * i for i in range(100)]
    before = follow(OWN, flow(scores), rows).thresholds.flag
    after = follow(OWN, flow([*scores, 0.94]), rows).thresholds.flag
    assert sum(before <= score < after for score in scores) <= 1
