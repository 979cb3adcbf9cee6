"""What `status` and `health` say comes from what happened, not from how a feed is called."""

from __future__ import annotations

import msgspec

from monitor.config.load import Config
from monitor.surfaces.cli.serve.doctor import unread_check
from monitor.surfaces.cli.serve.status import text_of
from monitor.surfaces.condition import condition_of
from monitor.surfaces.digest.content import DAY, gather
from monitor.surfaces.health import health_of
from monitor.triage.unread import newest_unread
from monitor.worker.tick import run_tick
from monitor.worker.workspace import Workspace
from tests.worker.conftest import Clock, Site, clock, rss, site, workspace

__all__ = ["clock", "site", "workspace"]


def test_a_feed_that_fails_is_no_missing_tick_whatever_its_name(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: one bad feed in a group that works is a warning, even if it is called `tick`."""
    named = msgspec.structs.replace(workspace.config.feeds[0], name="Biotick tick: news")
    workspace.config = Config(feeds=[named, *workspace.config.feeds[1:]], settings=workspace.config.settings)
    third = msgspec.structs.replace(workspace.config.feeds[1], feed_id="gamma", url=site.url("gamma"), name="Gamma")
    workspace.config.feeds.append(third)
    site.pages = {"beta": (200, rss(("1", "Chess"))), "gamma": (200, rss(("2", "Chess")))}
    run_tick(workspace)
    health = health_of(workspace)
    assert (health.ok, health.reasons) == (True, [])
    assert any(warning.startswith("Biotick tick: news") for warning in health.warnings)
    clock.forward(days=1)
    late = health_of(workspace)
    assert [reason for reason in late.reasons if "last tick" in reason] == condition_of(workspace).tick_warnings
    assert not late.ok


def test_a_group_that_falls_silent_is_not_well_though_every_feed_answers(
    workspace: Workspace, site: Site, clock: Clock
) -> None:
    """Promise: feeds that answer and say the same for weeks give nothing, and `health` says so by its exit code."""
    site.pages = {"alpha": (200, rss(("1", "Chess"))), "beta": (200, rss(("2", "Chess")))}
    run_tick(workspace)
    assert health_of(workspace).ok
    clock.forward(days=30)
    run_tick(workspace)
    health = health_of(workspace)
    assert {feed.state for feed in condition_of(workspace).feeds} == {"stale"}
    assert (health.ok, health.reasons) == (False, ["feeds: 2 of 2 in group 'default' give nothing"])


def test_a_language_that_is_not_read_is_said_on_every_screen(workspace: Workspace, site: Site) -> None:
    """Promise: `status`, the digest and `doctor` name the languages without word lists, from the entries themselves."""
    czech = "Policie zadržela muže, který podle soudu připravoval útok na novináře v Praze"
    site.pages = {"alpha": (200, rss(("1", czech))), "beta": (200, rss(("2", "The police said they arrested a man")))}
    run_tick(workspace)
    unread = newest_unread(workspace.log, workspace.views)
    assert unread.languages == {"cs": 1}
    assert f"reading  {unread.sentence}" in text_of(condition_of(workspace), unread)
    assert unread.sentence in gather(workspace, DAY).warnings
    assert unread_check(unread).say.startswith("not read: cs (50% of the newest 2 entries)")


def test_a_silence_of_long_ago_is_no_habit(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: a feed is held to the silences among its last 40 entries; an older pause excuses nothing."""
    site.pages = {"alpha": (200, rss(("old", "Chess"))), "beta": (200, rss(("2", "Chess")))}
    run_tick(workspace)
    clock.forward(days=60)
    site.pages["alpha"] = (200, rss(*((str(i), f"Chess, round {i}") for i in range(41))))
    run_tick(workspace)
    clock.forward(hours=30)
    run_tick(workspace)
    states = {feed.feed_id: feed.state for feed in condition_of(workspace).feeds}
    assert states["alpha"] == "stale"
