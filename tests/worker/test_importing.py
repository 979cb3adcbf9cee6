"""Archives in the log: their own dates and queue, nothing twice, nothing lost, and no word in what a day brings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.archive.values import Refused
from monitor.config.values import FeedConfig
from monitor.errors import InputError
from monitor.parse.raw import RawEntry
from monitor.poll.coverage import coverage
from monitor.surfaces.condition import condition_of
from monitor.triage.queue import count_queue, list_queue
from monitor.views.fold import open_views
from monitor.worker.intake.importing import Imported, Importer
from monitor.worker.jobs import chores
from monitor.worker.sync import feed_changes
from monitor.worker.tick import run_tick
from monitor.worker.workspace import Workspace
from tests.worker.conftest import Clock, Site, rss

ARCHIVE = FeedConfig(feed_id="old", url="archive:old", name="Old paper", kind="archive", language="en")
DAY = timedelta(days=1)


def entry(n: int, title: str = "", at: datetime | None = None) -> RawEntry:
    return RawEntry(
        link=f"https://old.test/{n}", title=title or f"Chess column {n}", published=at.isoformat() if at else "",
    )  # fmt: skip


def take(workspace: Workspace, pieces: list[RawEntry | Refused], sha: str = "1") -> Imported:
    importer = Importer(workspace, ARCHIVE, workspace.clock())
    importer.begin()
    return importer.take("file", sha, pieces)


def n_events(workspace: Workspace, *types: str) -> int:
    return sum(1 for _ in workspace.log.read(types=types))


def test_an_archive_is_scored_flagged_and_queued_apart(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: what happened a year ago is found, with its date, and stands in no day's queue."""
    site.pages = {"alpha": (200, rss(("1", "Alleged plot of today"))), "beta": (200, rss())}
    run_tick(workspace)
    old = clock() - 365 * DAY
    done = take(workspace, [entry(1, "Alleged plot foiled a year ago", old), entry(2), Refused("x:3", "no")])
    assert (done.n_read, done.n_new, done.n_flagged, done.n_refused) == (2, 2, 1, 1)
    titles = [row.title for row in list_queue(workspace.log, workspace.views, clock())]
    assert (titles, count_queue(workspace.views, clock())) == (["Alleged plot of today"], 1)
    (row,) = list_queue(workspace.log, workspace.views, clock(), backfill=True)
    assert (row.title, row.published_at[:10]) == ("Alleged plot foiled a year ago", old.date().isoformat())
    assert row.publisher == "old.test"  # its own site, not what the archive is called
    assert count_queue(workspace.views, clock(), backfill=True) == 1
    assert open_views(None, workspace.log).dump() == workspace.views.dump()


def test_reading_again_changes_nothing(workspace: Workspace) -> None:
    """Promise: the same bytes are passed over; the same pages in other bytes are known, edits and all."""
    pages = [entry(1, "First words"), entry(2), entry(1, "Other words"), entry(2)]
    assert (take(workspace, pages).n_new, n_events(workspace, "entry-revised")) == (2, 1)
    before = n_events(workspace, "entry-seen", "entry-revised", "entry-scored", "entry-flagged")
    assert take(workspace, pages).done_before
    again = take(workspace, [*pages, entry(3)], sha="2")
    assert (again.n_new, again.n_revised) == (1, 0)
    assert n_events(workspace, "entry-seen", "entry-revised", "entry-scored", "entry-flagged") == before + 2


def test_what_comes_before_a_damage_is_kept_and_the_rest_follows(workspace: Workspace) -> None:
    """Promise: a file that breaks off leaves whole batches; its mended form brings what is missing, and only that."""

    def cut() -> Iterator[RawEntry]:
        yield from (entry(n) for n in range(2_000 + 5))
        raise InputError("file: damaged")

    importer = Importer(workspace, ARCHIVE, workspace.clock())
    importer.begin()
    with pytest.raises(InputError):
        importer.take("file", "1", cut())
    assert n_events(workspace, "entry-seen") == 2_000 + 5
    assert n_events(workspace, "archive-imported") == 0
    done = take(workspace, [entry(n) for n in range(2_000 + 9)], sha="2")
    assert (done.n_read, done.n_new) == (2_000 + 9, 4)


def test_an_archive_is_no_source_that_fails_and_draws_no_sample(workspace: Workspace, clock: Clock) -> None:
    """Promise: it is never asked, never late, in no proof of coverage, and feeds.yaml does not remove it."""
    take(workspace, [entry(n, at=clock() - DAY) for n in range(50)])
    assert [event.data.feed_id for event in feed_changes(workspace.views, [])] == []  # type: ignore[attr-defined]
    assert condition_of(workspace).feeds == []
    assert coverage(workspace.log, clock() - DAY, clock() + DAY) == []
    clock.forward(days=1)
    chores.draw_yesterday(workspace, clock())
    assert n_events(workspace, "sample-drawn") == 0


def test_reports_of_one_old_happening_are_one_row(workspace: Workspace, clock: Clock) -> None:
    """Promise: entries of an archive are linked at the times they were published, not at the time of the import."""
    title = "Police say alleged plot against exiled editor was foiled in harbour town"
    old = clock() - 300 * DAY
    follow_up = RawEntry(link="https://other.test/1", title=title, published=(old + DAY).isoformat())
    much_later = RawEntry(link="https://third.test/1", title=title, published=(old + 200 * DAY).isoformat())
    take(workspace, [entry(1, title, old), follow_up, much_later])
    rows = list_queue(workspace.log, workspace.views, clock(), backfill=True)
    assert sorted(row.n_entries for row in rows) == [1, 2]


def test_a_day_s_report_does_not_join_a_row_of_the_archive(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: importing a year does not draw today's news into last year's rows."""
    title = "Police say alleged plot against exiled editor was foiled in harbour town"
    take(workspace, [entry(1, title, clock() - 300 * DAY)])
    site.pages = {"alpha": (200, rss(("1", title))), "beta": (200, rss())}
    run_tick(workspace)
    (row,) = list_queue(workspace.log, workspace.views, clock())
    assert row.n_entries == 1


def test_no_alert_is_sent_for_what_is_old(workspace: Workspace) -> None:
    from msgspec.structs import replace

    from monitor.config.load import Config

    workspace.config = Config(feeds=[], settings=replace(workspace.config.settings, alert_score=0.5))
    take(workspace, [entry(1, "Alleged plot")])
    (flag,) = workspace.log.read(types=("entry-flagged",))
    assert flag.data.band == "flag"  # type: ignore[attr-defined]


def test_the_command_says_what_each_file_came_to(tmp_path: Path, monkeypatch, capsys) -> None:  # type: ignore[no-untyped-def]
    """Promise: files in, counts out, refused lines named; again, nothing; a file without entries is an error."""
    from monitor.surfaces.cli.main import run

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MONITOR_NOW", "2026-01-31T12:00:00Z")
    Path("feeds.yaml").write_text("feeds:\n")
    assert run(["init"]) == 0
    Path("a.jsonl").write_text(json.dumps({"url": "https://n.test/1", "title": "Chess"}) + "\nno\n")
    assert run(["import", "entries", "a.jsonl", "--as", "Old paper"]) == 0
    out = capsys.readouterr()
    assert "a.jsonl: 1 new, 0 revised, 0 known, 0 flagged, 1 refused" in out.out
    assert "refused a.jsonl:2: not a JSON object" in out.err
    assert run(["import", "entries", "a.jsonl", "--as", "Old paper", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"][0]["done_before"] is True
    Path("b.jsonl").write_text("no\n")
    assert run(["import", "entries", "b.jsonl"]) == 9
    assert run(["import", "entries", "none.jsonl"]) == 4
    assert run(["queue", "--backfill"]) == 0
