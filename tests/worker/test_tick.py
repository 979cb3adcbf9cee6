"""A tick: everything new seen once, flags with reasons, one bad feed harming no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from monitor.config.load import Config
from monitor.errors import LogBrokenError
from monitor.fetch.values import FetchResult
from monitor.log.events import Event, FeedFailed
from monitor.log.store import EventStore
from monitor.poll.values import FeedState
from monitor.triage.queue import list_queue
from monitor.views.fold import open_views
from monitor.worker.intake.collect import Collector
from monitor.worker.tick import run_tick
from monitor.worker.workspace import Workspace
from tests.worker.conftest import Clock, Site, rss


def types(workspace: Workspace) -> list[str]:
    """Return the types of all events, in order."""
    return [event.type for event in workspace.log.read()]


def test_a_new_entry_is_seen_scored_flagged_and_queued(workspace: Workspace, site: Site) -> None:
    """Promise: one tick takes an entry from the feed to the queue, with its reasons."""
    site.pages = {"alpha": (200, rss(("1", "Alleged plot foiled"), ("2", "Football"))), "beta": (200, rss())}
    report = run_tick(workspace)
    assert (report.n_due, report.n_new, report.n_flagged, report.n_failed) == (2, 2, 1, 0)
    (row,) = list_queue(workspace.log, workspace.views, workspace.clock())
    assert (row.title, row.score, row.publisher, row.terms_for[0].words) == (
        "Alleged plot foiled", 0.9, "alpha press", "plot",
    )  # fmt: skip


def test_a_second_tick_asks_conditionally_and_appends_no_entry(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: nothing is seen twice, and an unchanged feed costs a 304."""
    site.pages = {"alpha": (200, rss(("1", "Alleged plot foiled"))), "beta": (200, rss(("9", "Chess")))}
    run_tick(workspace)
    clock.forward(hours=2)
    report = run_tick(workspace)
    assert (report.n_not_modified, report.n_new, report.n_flagged) == (2, 0, 0)
    assert types(workspace).count("entry-seen") == 2
    assert all(tag for _, tag in site.requests[2:])


def test_nothing_due_writes_nothing(workspace: Workspace, site: Site) -> None:
    """Promise: cron may call every minute; the log grows only when there is something to say."""
    site.pages = {"alpha": (200, rss(("1", "A"))), "beta": (200, rss(("2", "B")))}
    run_tick(workspace)
    before = workspace.log.head()
    assert run_tick(workspace).n_due == 0
    assert workspace.log.head() == before


def test_a_changed_title_is_a_revision_and_is_scored_again(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: an edited entry is the same entry; an edit that brings the words in brings the flag."""
    site.pages = {"alpha": (200, rss(("1", "Incident at embassy"))), "beta": (200, rss())}
    run_tick(workspace)
    site.pages["alpha"] = (200, rss(("1", "Alleged plot at embassy")))
    clock.forward(hours=2)
    report = run_tick(workspace)
    assert (report.n_new, report.n_revised, report.n_flagged) == (0, 1, 1)
    site.pages["alpha"] = (200, rss(("1", "Alleged plot at embassy, officials say")))
    clock.forward(hours=2)
    assert run_tick(workspace).n_flagged == 0
    assert types(workspace).count("entry-flagged") == 1


def test_a_piece_of_a_feed_keeps_no_validator_and_is_asked_again_in_full(
    workspace: Workspace, site: Site, clock: Clock
) -> None:
    """Promise: an answer that was cut off hides nothing, though its server stands by the ETag."""
    whole = rss(("1", "Harbour fire"), ("2", "Alleged plot foiled"))
    site.tags = {"alpha": "same"}
    site.pages = {"alpha": (200, whole[: whole.index(b"Alleged") + 4]), "beta": (200, rss())}
    assert run_tick(workspace).n_new == 1
    site.pages["alpha"] = (200, whole)
    clock.forward(hours=2)
    assert run_tick(workspace).n_flagged == 1
    clock.forward(hours=2)
    assert run_tick(workspace).n_not_modified == 2


def test_a_server_whose_etag_never_changes_is_asked_in_full_from_then_on(
    workspace: Workspace, site: Site, clock: Clock
) -> None:
    """Promise: a lying validator hides entries until the daily full answer once, and never again."""
    site.tags = {"alpha": "for ever"}
    site.pages = {"alpha": (200, rss(("1", "A"))), "beta": (200, rss())}
    run_tick(workspace)
    seen = []
    for n in range(2, 40):
        site.pages["alpha"] = (200, rss(*[(str(k), f"Report {k}") for k in range(n, 0, -1)]))
        clock.forward(hours=2)
        run_tick(workspace, force=True)
        seen.append(types(workspace).count("entry-seen"))
    told = seen.index(next(n for n in seen if n > 1))
    assert told * 2 <= 30
    assert seen[told:] == list(range(told + 2, 40))
    assert open_views(None, workspace.log).dump() == workspace.views.dump()


@pytest.mark.parametrize(
    ("page", "reason"),
    [((404, b"gone"), "http-404"), ((200, b"<html><body>Sorry</body></html>"), ""), ((500, b""), "http-500")],
)
def test_one_bad_feed_is_an_event_and_its_neighbour_is_done(
    workspace: Workspace, site: Site, page: tuple[int, bytes], reason: str
) -> None:
    """Promise: a feed that fails is recorded and tried again; the others never notice."""
    site.pages = {"alpha": page, "beta": (200, rss(("2", "Alleged plot")))}
    report = run_tick(workspace)
    assert (report.n_failed, report.n_new, report.n_flagged) == (1, 1, 1)
    assert report.problems[0].startswith("Alpha: " + reason)
    failed = [event.data for event in workspace.log.read(types=("feed-failed",))]
    assert (failed[0].feed_id, failed[0].n_failures, bool(failed[0].next_due_at)) == ("alpha", 1, True)


def test_copies_of_one_report_are_one_row(workspace: Workspace, site: Site) -> None:
    """Promise: two feeds that carry the same report make one row."""
    title = "Police say alleged plot against exiled editor was foiled in harbour town"
    site.pages = {"alpha": (200, rss(("1", title))), "beta": (200, rss(("7", title), host="other.test"))}
    run_tick(workspace)
    rows = list_queue(workspace.log, workspace.views, workspace.clock())
    assert [(row.n_entries, row.n_publishers) for row in rows] == [(2, 2)]


def test_a_removed_feed_is_an_event_and_is_asked_no_more(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: what feeds.yaml says is what happens, and the log tells since when."""
    site.pages = {"alpha": (200, rss()), "beta": (200, rss())}
    run_tick(workspace)
    workspace.config = type(workspace.config)(feeds=workspace.config.feeds[:1], settings=workspace.config.settings)
    clock.forward(hours=2)
    assert run_tick(workspace).n_due == 1
    assert types(workspace).count("feed-removed") == 1


def test_rebuilt_views_equal_the_kept_ones(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: the views can be deleted at any time."""
    site.pages = {"alpha": (200, rss(("1", "Alleged plot"), ("2", "B"))), "beta": (500, b"")}
    run_tick(workspace)
    clock.forward(hours=5)
    site.pages["alpha"] = (200, rss(("1", "Alleged plot, denied"), ("3", "C")))
    run_tick(workspace)
    assert open_views(None, workspace.log).dump() == workspace.views.dump()


class CountingLog:
    """A log that counts how often it is read from its beginning."""

    def __init__(self, log: EventStore) -> None:
        self.log, self.n_whole = log, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.log, name)

    def read(self, **asked: Any) -> Iterator[Event]:
        """Count, and read."""
        self.n_whole += not asked.get("after")
        return self.log.read(**asked)


def test_old_texts_are_dropped_after_the_first_tick_of_a_day(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: retention is kept every day, and the whole log is read for it no oftener."""
    settings = msgspec.structs.replace(workspace.config.settings, retain_unflagged_days=2, audit_per_day=0)
    workspace.config = Config(feeds=workspace.config.feeds, settings=settings)
    site.pages = {"alpha": (200, rss(("1", "Alleged plot"), ("2", "Chess"))), "beta": (200, rss())}
    began = clock.at = clock.at.replace(hour=1)
    log = workspace.log = CountingLog(workspace.log)
    days: list[int] = []
    for hour in (0, 1, 2, 24, 25, 48, 72, 80):
        clock.at, before = began + timedelta(hours=hour), log.n_whole
        run_tick(workspace, force=True)
        days += [clock.at.day] if log.n_whole > before else []
    assert days == [(began + timedelta(days=n)).day for n in range(4)]
    assert types(workspace).count("payload-erased") == 1
    assert open_views(None, workspace.log).dump() == workspace.views.dump()


def test_a_clock_set_back_is_recorded(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: order is by position; a clock that jumped back is an event, not a crash."""
    site.pages = {"alpha": (200, rss()), "beta": (200, rss())}
    run_tick(workspace)
    clock.forward(days=-2)
    run_tick(workspace, force=True)
    assert "clock-jumped" in types(workspace)


def test_a_leap_of_more_than_three_days_is_recorded(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: a weekend off is no leap; a clock that ran ahead, or a long pause, can be found in the log."""
    site.pages = {"alpha": (200, rss()), "beta": (200, rss())}
    run_tick(workspace)
    clock.forward(days=2, hours=23)
    run_tick(workspace, force=True)
    assert "clock-jumped" not in types(workspace)
    clock.forward(days=3, hours=1)
    run_tick(workspace, force=True)
    assert "clock-jumped" in types(workspace)


def test_a_broken_log_refuses_the_tick_before_anything_is_fetched(workspace: Workspace, site: Site) -> None:
    """Promise: nothing is appended to a log that does not verify, and nobody's server is asked in vain."""
    site.pages = {"alpha": (200, rss(("1", "A"))), "beta": (200, rss())}
    run_tick(workspace)
    n_requests = len(site.requests)
    connection = workspace.log.connection
    connection.execute("PRAGMA writable_schema = ON")
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("UPDATE events SET data = CAST(replace(data, 'alpha', 'gamma') AS BLOB) WHERE position = 1")
    workspace.log.close()
    with pytest.raises(LogBrokenError):
        run_tick(workspace, force=True)
    assert len(site.requests) == n_requests


def test_the_views_know_all_that_a_tick_wrote(workspace: Workspace, site: Site) -> None:
    """Promise: what a tick's chores append last, such as a signed checkpoint, is known when it ends."""
    site.pages = {"alpha": (200, rss(("1", "Alleged plot"))), "beta": (200, rss())}
    run_tick(workspace)
    assert "checkpoint-signed" in types(workspace)
    assert workspace.views.position == workspace.log.head()[0]


def test_an_entry_under_a_new_guid_is_the_entry_it_was(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: a feed that hands out new guids for what it lists brings nothing twice."""
    old = rss(("1", "Alleged plot"), ("2", "Chess"))
    site.pages = {"alpha": (200, old), "beta": (200, rss())}
    run_tick(workspace)
    clock.forward(hours=3)
    site.pages["alpha"] = (200, old.replace(b"<guid>1<", b"<guid>new-1<").replace(b"<guid>2<", b"<guid>new-2<"))
    assert run_tick(workspace).n_new == 0
    assert types(workspace).count("entry-seen") == 2


def test_a_server_that_talks_on_swells_no_log(workspace: Workspace, clock: Clock) -> None:
    """Promise: of what a failing server says, 500 characters at most are kept for ever."""
    feed = workspace.config.feeds[0]
    result = FetchResult(request_id=feed.feed_id, url=feed.url, error="refused", detail="no " * 1_000)
    commit = Collector(workspace, "t1", clock()).take(feed, FeedState(feed_id=feed.feed_id), result)
    data = commit.events[-1].data
    assert isinstance(data, FeedFailed)
    assert len(data.detail) == 500
