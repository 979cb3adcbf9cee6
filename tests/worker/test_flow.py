"""The threshold in a tick: events with their evidence, flags that the day has room for, the same from the log."""

from __future__ import annotations

import msgspec
import pytest

from monitor.classify.explain import Explanation
from monitor.config.load import Config
from monitor.log.events import EntryFlagged, ThresholdMoved
from monitor.views.fold import open_views
from monitor.views.queries.models import moved
from monitor.worker.intake.flow import follow_flow, room_at_once, stand
from monitor.worker.tick import run_tick
from monitor.worker.workspace import Workspace
from tests.fetch.memory import Site
from tests.worker.conftest import Clock, rss


class NumberModel:
    """Scores a title that ends in `at 62` by 0.62."""

    model_id = "m0123456789ab"

    def __init__(self) -> None:
        self.threshold, self.look_again = 0.5, 0.3

    def score(self, title: str, summary: str = "", text: str = "", lang: str = "") -> float:
        """Return the score."""
        return int(title.split()[-1]) / 100

    def explain(self, title: str, summary: str = "", text: str = "", lang: str = "") -> Explanation:
        """Return no reasons."""
        return Explanation(self.score(title), 0.0, (), (), 0.0)


def titles(first: int, scores: list[int]) -> list[tuple[str, str]]:
    """Return (guid, title) of entries on different topics with these scores."""
    return [
        (f"g{first + i}", f"{chr(97 + (first + i) // 26)}{chr(97 + (first + i) % 26)}day at {score}")
        for i, score in enumerate(scores)
    ]


def of_rows(workspace: Workspace, rows: int) -> Config:
    """The workspace's configuration with so many rows a day."""
    settings = msgspec.structs.replace(workspace.config.settings, rows_per_day=rows)
    return msgspec.structs.replace(workspace.config, settings=settings)


@pytest.fixture
def flowing(workspace: Workspace, site: Site, clock: Clock) -> Workspace:
    """A workspace whose first day is over."""
    workspace._load_model = lambda _: NumberModel()  # type: ignore[assignment, return-value]
    site.pages["alpha"] = (200, rss(*titles(0, [10, 20])))
    site.pages["beta"] = (200, rss())
    run_tick(workspace, force=True)
    clock.forward(hours=30)
    return workspace


def flags(workspace: Workspace) -> list[EntryFlagged]:
    """The flags in the log, in order."""
    return [e.data for e in workspace.log.read() if isinstance(e.data, EntryFlagged)]


def moves(workspace: Workspace) -> list[ThresholdMoved]:
    """The moves in the log, in order."""
    return [e.data for e in workspace.log.read() if isinstance(e.data, ThresholdMoved)]


def test_a_burst_flags_the_best_and_says_why(flowing: Workspace, site: Site) -> None:
    """Forty high scores in one tick: no more than twice the day's rows are flagged, the best among them."""
    site.pages["alpha"] = (200, rss(*titles(100, [60 + i % 30 for i in range(40)])))
    run_tick(flowing, force=True)
    found = flags(flowing)
    assert len(found) <= 2 * flowing.config.settings.rows_per_day
    assert {0.89, 0.88, 0.87} <= {flag.score for flag in found}
    (move,) = moves(flowing)
    assert (move.previous, move.why) == (0.5, "more rows than a day has room for")
    assert move.threshold == 0.8
    assert move.n_rows == 40
    assert move.look_again > move.previous_look_again


def test_a_quiet_day_shows_what_stands_above_the_floor(flowing: Workspace, site: Site) -> None:
    """A first report at .48 on an empty day is not passed over; what is almost surely nothing is."""
    site.pages["alpha"] = (200, rss(*titles(100, [48, 30])))
    run_tick(flowing, force=True)
    assert [flag.score for flag in flags(flowing)] == [0.48]
    assert moves(flowing)[-1].threshold == 0.42


def test_the_same_log_gives_the_same_threshold(flowing: Workspace, site: Site, clock: Clock) -> None:
    """Worked out again it is what was logged; a second time nothing moves and nothing is flagged."""
    site.pages["alpha"] = (200, rss(*titles(100, [60 + i % 30 for i in range(40)])))
    run_tick(flowing, force=True)
    before = len(flags(flowing))
    assert stand(flowing, clock()).thresholds.flag == moves(flowing)[-1].threshold
    assert follow_flow(flowing, clock()) == 0
    assert (len(flags(flowing)), len(moves(flowing))) == (before, 1)


def test_as_of_knows_the_threshold_of_the_time(flowing: Workspace, site: Site) -> None:
    """Up to the event before a move the views know nothing of it; a model loaded anew stands where the log says."""
    site.pages["alpha"] = (200, rss(*titles(100, [48, 30])))
    run_tick(flowing, force=True)
    position = next(e.position for e in flowing.log.read() if isinstance(e.data, ThresholdMoved))
    assert moved(open_views(None, flowing.log, upto=position - 1)) is None
    stands = moved(open_views(None, flowing.log, upto=position))
    assert stands is not None
    assert stands.threshold == 0.42
    flowing.forget_model()
    assert flowing.model.threshold == 0.42


def test_a_small_move_that_makes_room_is_made(flowing: Workspace, site: Site) -> None:
    """Promise: on a day with empty rows nothing at or above the threshold's place is passed over, be it .01 below."""
    flowing.config = of_rows(flowing, 2)
    site.pages["alpha"] = (200, rss(*titles(100, [60, 49])))
    run_tick(flowing, force=True)
    assert [flag.score for flag in flags(flowing)] == [0.6, 0.49]
    assert moves(flowing)[-1].threshold == 0.49


def test_a_rising_day_flags_at_most_three_times_its_rows(flowing: Workspace, site: Site, clock: Clock) -> None:
    """Promise: each tick brings a better entry than all before; the day's limit holds, but not for what stands out."""
    flowing.config = of_rows(flowing, 1)
    for number in range(8):
        site.pages["alpha"] = (200, rss(*titles(100 + number, [60 + 4 * number])))
        clock.forward(minutes=10)
        run_tick(flowing, force=True)
    assert [flag.score for flag in flags(flowing)] == [0.6, 0.64, 0.68]
    site.pages["alpha"] = (200, rss(*titles(200, [97])))
    clock.forward(minutes=10)
    run_tick(flowing, force=True)
    assert flags(flowing)[-1].score == 0.97


def test_a_tick_flags_no_more_at_once_than_the_day_has_rows_and_room(
    flowing: Workspace, site: Site, clock: Clock
) -> None:
    """Promise: as many as the day's rows, fewer where the day is nearly full, none where it is."""
    flowing.config = of_rows(flowing, 2)
    assert room_at_once(flowing, clock()) == 2
    for number in range(6):
        site.pages["alpha"] = (200, rss(*titles(100 + number, [60 + 4 * number])))
        clock.forward(minutes=10)
        run_tick(flowing, force=True)
    n_flagged = len(flags(flowing))
    assert room_at_once(flowing, clock()) == max(0, min(2, 3 * 2 - n_flagged))
    flowing.config = of_rows(flowing, 1)
    assert room_at_once(flowing, clock()) == 0


def test_a_log_without_a_day_behind_it_sets_no_limit(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: on the first day everything above the threshold is shown."""
    assert room_at_once(workspace, clock()) is None
    site.pages = {"alpha": (200, rss(("1", "Ferry resumes"))), "beta": (200, rss())}
    run_tick(workspace)
    clock.forward(hours=23, minutes=59)
    assert room_at_once(workspace, clock()) is None
    clock.forward(minutes=1)
    assert room_at_once(workspace, clock()) == workspace.config.settings.rows_per_day
