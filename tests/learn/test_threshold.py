"""The threshold follows the flow: capped by the day's rows, floored by likelihood, the same from the same scores."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest

from monitor.classify.bands import Thresholds
from monitor.learn.threshold import (
    BURST,
    CAP,
    CEILING,
    QUIET,
    START,
    WINDOW_S,
    Flow,
    Seen,
    best_rows,
    follow,
    has_moved,
    most_rows,
    n_topics,
    within_day,
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
    assert (stands.thresholds.flag, stands.why, stands.n_rows) == (0.42, QUIET, 1)


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


def test_the_second_band_never_stands_above_the_first() -> None:
    """A model whose bands are one stays so wherever the flow moves them: what is flagged was worth a second look."""
    one = Thresholds(0.48, 0.48)
    for n in range(2_000):
        to = follow(one, flow([0.48 + n * 1.05e-4] * 10), 10).thresholds
        assert to.look_again <= to.flag


def test_a_topic_is_one_row() -> None:
    """Thirty reports of one happening do not fill the day."""
    same = [Seen(0.9, "Police foil plot against journalist"), Seen(0.8, "Police foil plot against a journalist")]
    assert best_rows([*same, Seen(0.7, "Harbour festival opens")], 0.42) == [0.9, 0.7]


@pytest.mark.parametrize("rows", [3, 10])
def test_one_entry_more_moves_it_by_one_rank_at_most(rows: int) -> None:
    """No leap: between the thresholds before and after, at most one row lies."""
    scores = [0.43 + 0.004 * i for i in range(100)]
    before = follow(OWN, flow(scores), rows).thresholds.flag
    after = follow(OWN, flow([*scores, 0.94]), rows).thresholds.flag
    assert sum(before <= score < after for score in scores) <= 1


TICKS = 144  # of a day, one every ten minutes
DAYS = 4


def topic(number: int) -> str:
    """Return a title like no other."""
    return "".join(chr(97 + int(digit)) for digit in f"{number:05d}")


def ticked(scores: Callable[[int, random.Random], list[float]], rows: int) -> list[list[tuple[int, Seen]]]:
    """Return (tick, entry) of what is flagged on each of some days after the first, by the order of a tick.

    Above the threshold as it stands new entries are flagged as they come while the tick has room; then the threshold
    moves, and what stands above it is flagged, best first.
    """
    dice = random.Random(rows)
    seen: list[tuple[int, Seen]] = []
    flagged: list[tuple[int, Seen]] = []
    threshold = OWN.flag
    for tick in range(DAYS * TICKS):
        new = [Seen(score, topic(len(seen) + i)) for i, score in enumerate(scores(tick, dice))]
        seen += [(tick, entry) for entry in new]
        window = sorted((e for at, e in seen if at > tick - TICKS), key=lambda e: -e.score)
        lately = [e for at, e in flagged if at > tick - TICKS]
        room = min(rows, most_rows(threshold, OWN.flag, rows) - n_topics(lately)) if tick >= TICKS else 0
        at_once = [e for e in new if e.score >= threshold][: max(0, room)]
        stands = follow(OWN, Flow(len(window), tuple(window), WINDOW_S if tick >= TICKS else 0.0), rows)
        threshold = stands.thresholds.flag if has_moved(threshold, stands.thresholds.flag) else threshold
        flagged += [(tick, e) for e in at_once]
        known = {id(e) for _, e in flagged}
        waiting = [e for e in window if e.score >= threshold and id(e) not in known]
        places = within_day(waiting, [*lately, *at_once], most_rows(threshold, OWN.flag, rows))
        flagged += [(tick, waiting[place]) for place in places if tick >= TICKS]
    return [[one for one in flagged if one[0] // TICKS == day] for day in range(1, DAYS)]


def even(tick: int, dice: random.Random) -> list[float]:
    """One hundred and forty-four entries a day, like any other day."""
    return [0.9 * dice.random()]


def rising(tick: int, dice: random.Random) -> list[float]:
    """Each entry better than all before it in its day: what no rule of a rank alone can hold."""
    return [0.45 + 0.45 * (tick % TICKS) / TICKS]


def quiet(tick: int, dice: random.Random) -> list[float]:
    """Five entries a day reach the floor."""
    return [0.45 if tick % 29 == 0 else 0.2]


def ordinary(tick: int, dice: random.Random) -> list[float]:
    """Most entries score low; fewer than ten a day reach the model's own threshold."""
    return [0.52 * dice.random() ** 3]


@pytest.mark.parametrize("rows", [1, 3, 10])
@pytest.mark.parametrize(("scores", "times"), [(ordinary, 2), (quiet, 2), (even, 3), (rising, 3)])
def test_a_day_of_many_ticks_flags_no_more_than_its_rows_allow(
    scores: Callable[[int, random.Random], list[float]], times: int, rows: int
) -> None:
    """Promise: no day of 144 ticks flags more than twice its rows, in a burst three times."""
    days = ticked(scores, rows)
    assert 0 < max(map(len, days)) <= times * rows


def test_what_has_no_room_waits_but_not_a_known_topic_nor_what_stands_out() -> None:
    """Promise: the limit of 24 hours holds for new topics below the ceiling, best first, and for nothing else."""
    flagged = [Seen(0.6, "Harbour festival opens"), Seen(0.6, "Minister visits bridge")]
    waiting = [Seen(0.96, "Envoy hired gunmen"), Seen(0.8, "Courier found abroad"), Seen(0.7, "Harbour festival opens")]
    assert within_day(waiting, flagged, 2) == [0, 2]
    assert within_day(waiting[1:], flagged, 3) == [0, 1]
    assert (n_topics([*flagged, waiting[2]]), most_rows(0.5, 0.48, 3), most_rows(0.48, 0.48, 3)) == (2, 9, 6)


def test_a_burst_inside_a_day_shows_its_best_within_the_day() -> None:
    """Promise: what comes last of a rising burst and stands above the ceiling is flagged in the tick it comes in."""
    (first, *_) = ticked(lambda tick, dice: [0.97] if tick == 2 * TICKS - 1 else rising(tick, dice), 3)
    assert (2 * TICKS - 1, 0.97) in [(tick, seen.score) for tick, seen in first]
