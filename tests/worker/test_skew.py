"""Machines whose clocks differ: nothing is asked early, nothing is lost, times go forwards, and the log says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from monitor import app
from monitor.log.events import ClockDiffered
from monitor.surfaces.condition import condition_of
from monitor.worker.states import feed_states
from monitor.worker.tick import run_tick
from tests.fetch.memory import Site
from tests.worker.fleet import Machine, feeds_of


def put_right(machine: Machine, hours: float = 0) -> Machine:
    """Give a machine a clock of its own that is so many hours ahead, as app.py hands it in."""
    own = lambda: datetime.now(UTC) + timedelta(hours=hours)  # noqa: E731
    machine.workspace.clock, machine.workspace.ahead_s = app.clock_on(machine.log, own)
    return machine


@pytest.mark.parametrize("hours", [-1, 1, 30 * 24])
def test_a_wrong_clock_asks_nothing_early_and_loses_nothing(
    fleet: Callable[..., Machine], site: Site, hours: float
) -> None:
    """By its own clock one behind would think that time was set back, and one ahead that all is due: both would ask."""
    feeds = feeds_of(site, 10)
    right, wrong = put_right(fleet(feeds)), put_right(fleet(feeds), hours)
    run_tick(right.workspace)
    wrong.workspace.views.catch_up()
    assert run_tick(wrong.workspace).n_due == 0
    more = feeds_of(site, 20)
    wrong.edit(more)
    right.edit(more)
    run_tick(wrong.workspace)
    right.workspace.views.catch_up()
    assert run_tick(right.workspace).n_due == 0
    assert Counter(right.fetcher.asked + wrong.fetcher.asked) == Counter(feed.url for feed in more)
    events = list(right.log.read())
    assert Counter(event.type for event in events)["entry-seen"] == 20
    assert (times := [event.recorded_at for event in events]) == sorted(times)
    due = [state.next_due_at for state in feed_states(right.workspace.views).values()]
    assert all(abs(at - datetime.now(UTC)) < timedelta(hours=1) for at in due if at)
    said = [event.data for event in events if isinstance(event.data, ClockDiffered)]
    assert said == [ClockDiffered(seconds=int(hours * 3600))]
    assert "clock-jumped" not in {event.type for event in events}
    assert any("minutes" in line and "clock" in line for line in condition_of(wrong.workspace).warnings)
    assert not any("clock" in line for line in condition_of(right.workspace).warnings)


def test_a_small_difference_is_not_worth_a_word(fleet: Callable[..., Machine], site: Site) -> None:
    """Two minutes are put right in silence; a log of one machine and a fixed time keep their own clock."""
    machine = put_right(fleet(feeds_of(site, 2)), 2 / 60)
    run_tick(machine.workspace)
    assert "clock-differed" not in {event.type for event in machine.log.read()}
    assert abs((machine.workspace.clock() - datetime.now(UTC)).total_seconds()) < 60
