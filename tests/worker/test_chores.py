"""What a tick does beside collecting, and what it says of itself: each once, on its day, by its rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

import msgspec
import pytest

from monitor.config.settings import Settings
from monitor.errors import NotFoundError
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.values import FetchRequest, FetchResult
from monitor.log.events import ClockJumped, SampleDrawn
from monitor.worker.jobs.chores import draw_yesterday
from monitor.worker.tick import CLOCK_LEAP, CLOCK_SLACK, RECENTLY, TickProgress, nothing_due, run_tick
from monitor.worker.workspace import Workspace
from tests.worker.conftest import Clock, Site, rss


@pytest.fixture
def day_old(workspace: Workspace, site: Site, clock: Clock) -> Workspace:
    """A workspace with three entries of yesterday, one of them flagged, and one of today."""
    workspace.config = msgspec.structs.replace(workspace.config, settings=Settings(audit_per_day=5))
    entries = [("1", "Alleged plot"), ("2", "Chess"), ("3", "Ferry resumes")]
    site.pages = {"alpha": (200, rss(*entries)), "beta": (200, rss())}
    run_tick(workspace)
    clock.forward(days=1)
    site.pages["alpha"] = (200, rss(*entries, ("4", "Bridge closed")))
    return workspace


def drawn(workspace: Workspace) -> list[SampleDrawn]:
    return [event.data for event in workspace.log.read(types=("sample-drawn",))]  # type: ignore[misc]


def test_the_audit_draws_from_what_yesterday_was_seen_and_not_flagged(day_old: Workspace, clock: Clock) -> None:
    """Promise: once a day, never what a person sees anyway, and nothing of the day that is still going on."""
    for _ in range(2):
        run_tick(day_old, force=True)
    (sample,) = drawn(day_old)
    yesterday = (clock() - timedelta(days=1)).date().isoformat()
    assert (sample.day, sample.n_population, len(sample.entries)) == (yesterday, 2, 2)


def test_who_wants_no_audit_gets_none(day_old: Workspace, clock: Clock) -> None:
    day_old.config = msgspec.structs.replace(day_old.config, settings=Settings(audit_per_day=0))
    run_tick(day_old, force=True)
    draw_yesterday(day_old, clock() + timedelta(days=5))
    assert drawn(day_old) == []


@pytest.mark.parametrize(
    ("later", "jumped"),
    [(-CLOCK_SLACK, False), (-CLOCK_SLACK - timedelta(seconds=1), True), (CLOCK_LEAP, False),
     (CLOCK_LEAP + timedelta(seconds=1), True)],
)  # fmt: skip
def test_a_clock_that_leapt_is_told_from_one_that_is_a_little_off(
    workspace: Workspace, site: Site, clock: Clock, later: timedelta, jumped: bool
) -> None:
    """Promise: minutes back and days of rest are no leap; what is, is recorded with both times and how far."""
    site.pages = {"alpha": (200, rss()), "beta": (200, rss())}
    run_tick(workspace)
    clock.at += later
    run_tick(workspace, force=True)
    found = [event.data for event in workspace.log.read(types=("clock-jumped",))]
    assert len(found) == jumped
    for data in found:
        assert isinstance(data, ClockJumped)
        assert data.seconds == later.total_seconds()


def test_a_feed_that_feeds_yaml_does_not_have_is_named(workspace: Workspace, site: Site) -> None:
    """Promise: a slip of the pen asks nobody; the feeds that are named are the ones asked."""
    site.pages = {"alpha": (200, rss()), "beta": (200, rss())}
    with pytest.raises(NotFoundError, match="no feed gamma in"):
        run_tick(workspace, only=["alpha", "gamma"])
    assert site.requests == []
    assert run_tick(workspace, only=["alpha"]).n_due == 1
    assert [path for path, _ in site.requests] == ["alpha"]


def test_no_network_is_told_from_a_dead_feed(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: where nobody answers, a host heard an hour ago is dead; of one heard before nobody knows."""
    site.pages = {"alpha": (200, rss()), "beta": (200, rss())}
    assert not run_tick(workspace).offline
    workspace.fetcher = Silent()
    clock.at += RECENTLY
    report = run_tick(workspace, force=True)
    assert (report.n_unheard, report.offline) == (2, False)
    clock.forward(seconds=1)
    assert run_tick(workspace, force=True).offline
    elsewhere = msgspec.structs.replace(workspace.config.feeds[1], url="https://elsewhere.test/feed")
    workspace.config = msgspec.structs.replace(workspace.config, feeds=[workspace.config.feeds[0], elsewhere])
    clock.forward(seconds=-1)
    assert run_tick(workspace, force=True).offline


class Silent:
    """A network without anybody in it."""

    def fetch(self, requests: Iterable[FetchRequest], policy: FetchPolicy) -> Iterator[FetchResult]:
        """Answer that nobody answered."""
        for request in requests:
            yield FetchResult(request_id=request.request_id, url=request.url, error="dns", detail="no such host")


def test_a_tick_tells_where_it_stands_and_counts_what_it_did(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: a line for each feed as it is done, and counts that add up: new, revised, unchanged, failed."""
    site.pages = {"alpha": (200, rss(("1", "Alleged plot"), ("2", "Chess"))), "beta": (200, rss(("3", "Ferry")))}
    said: list[TickProgress] = []
    report = run_tick(workspace, progress=said.append)
    assert [(item.done, item.total) for item in said] == [(1, 2), (2, 2)]
    assert {item.line for item in said} == {"Alpha: 2 new, 0 revised, 1 flagged", "Beta: 1 new, 0 revised"}
    assert (report.n_fetched, report.n_new, report.n_flagged, report.n_failed) == (2, 3, 1, 0)
    site.pages |= {"alpha": (200, rss(("1", "Alleged plot"), ("2", "Chess of late"))), "beta": (500, b"")}
    clock.forward(hours=3)
    report = run_tick(workspace, force=True, progress=said.append)
    assert (report.n_fetched, report.n_revised, report.n_failed, report.n_unheard) == (1, 1, 1, 0)
    assert (report.n_not_modified, len(report.problems)) == (0, 1)
    clock.forward(hours=3)
    assert run_tick(workspace, force=True, only=["alpha"], progress=said.append).n_not_modified == 1
    assert said[-1].line == "Alpha: nothing new"


def test_nothing_is_due_until_a_feed_or_its_list_says_so(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: the short way of a quiet tick is taken only where the long way would do nothing."""
    site.pages = {"alpha": (200, rss()), "beta": (200, rss())}
    assert not nothing_due(workspace)
    run_tick(workspace)
    assert nothing_due(workspace)
    feeds = workspace.config.feeds
    workspace.config = msgspec.structs.replace(workspace.config, feeds=feeds[:1])
    assert not nothing_due(workspace)
    workspace.config = msgspec.structs.replace(workspace.config, feeds=feeds)
    clock.forward(days=2)
    assert not nothing_due(workspace)
