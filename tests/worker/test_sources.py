"""Sources that are not feeds, through whole ticks: the same entries, schedule, health and proof of coverage."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from monitor.config.load import Config
from monitor.config.values import FeedConfig
from monitor.poll.coverage import coverage
from monitor.surfaces.condition import condition_of
from monitor.views.fold import open_views
from monitor.worker.tick import run_tick
from monitor.worker.workspace import Workspace
from tests.parse.test_sitemap import url, urlset
from tests.worker.conftest import Clock, Site


def watch(workspace: Workspace, site: Site, **fields: object) -> None:
    """Let the workspace watch one source of the site."""
    source = FeedConfig(feed_id="alpha", url=site.url("map.xml"), name="Alpha", publisher="alpha press", **fields)  # type: ignore[arg-type]
    workspace.config = Config(feeds=[source], settings=workspace.config.settings)


def index(*parts: tuple[str, str]) -> bytes:
    items = "".join(f"<sitemap><loc>{name}</loc>{lastmod}</sitemap>" for name, lastmod in parts)
    return f"<sitemapindex>{items}</sitemapindex>".encode()


def titles(workspace: Workspace) -> int:
    return sum(1 for _ in workspace.log.read(types=("entry-seen",)))


def test_a_sitemap_is_watched_like_a_feed(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: new pages are entries, flagged and linked; an unchanged sitemap costs a 304; the log proves coverage."""
    watch(workspace, site, kind="sitemap")
    start = clock()
    site.pages["map.xml"] = (200, urlset(url("1", start, "Alleged plot foiled"), url("2", start, "Chess")))
    report = run_tick(workspace)
    assert (report.n_new, report.n_flagged) == (2, 1)
    clock.forward(hours=2)
    assert run_tick(workspace).n_not_modified == 1
    site.pages["map.xml"] = (200, urlset(url("3", clock(), "Ferry late"), url("1", start, "Alleged plot foiled")))
    clock.forward(hours=2)
    assert run_tick(workspace).n_new == 1
    (proof,) = coverage(workspace.log, start, clock())
    assert (proof.share, proof.holes) == (1.0, [])
    assert open_views(None, workspace.log).dump() == workspace.views.dump()


def test_a_quiet_sitemap_is_proven_though_it_lists_nothing_of_the_last_days(
    workspace: Workspace, site: Site, clock: Clock
) -> None:
    """Promise: a list that reaches back over the poll before proves that nothing was missed, even an empty one."""
    watch(workspace, site, kind="sitemap")
    start = clock()
    site.pages["map.xml"] = (200, urlset(url("1", start - timedelta(days=40), "Old")))
    run_tick(workspace)
    clock.forward(days=3)
    site.pages["map.xml"] = (200, urlset(url("1", start - timedelta(days=39), "Old")))
    run_tick(workspace)
    (proof,) = coverage(workspace.log, start, clock())
    assert (proof.share, titles(workspace)) == (1.0, 0)
    assert condition_of(workspace).feeds[0].state == "ok"


def test_an_index_is_read_with_its_parts_and_each_part_is_asked_conditionally(
    workspace: Workspace, site: Site, clock: Clock
) -> None:
    """Promise: an index that never changes does not hide that its parts do; a part that did not change is a 304."""
    watch(workspace, site, kind="sitemap")
    site.pages = {
        "map.xml": (200, index((site.url("a.xml"), ""), (site.url("b.xml"), ""))),
        "a.xml": (200, urlset(url("1", clock(), "Alleged plot foiled"))),
        "b.xml": (200, urlset(url("2", clock(), "Chess"))),
    }
    assert run_tick(workspace).n_new == 2
    clock.forward(hours=2)
    site.pages["b.xml"] = (200, urlset(url("2", clock(), "Chess"), url("3", clock(), "Ferry")))
    site.requests.clear()
    report = run_tick(workspace)
    assert (report.n_new, report.n_fetched) == (1, 1)
    assert {path: bool(tag) for path, tag in site.requests} == {"map.xml": False, "a.xml": True, "b.xml": True}
    clock.forward(hours=2)
    assert run_tick(workspace).n_not_modified == 1


def test_an_index_in_an_index_is_followed_once_and_a_circle_ends(workspace: Workspace, site: Site) -> None:
    watch(workspace, site, kind="sitemap")
    site.pages = {
        "map.xml": (200, index((site.url("years.xml"), ""), (site.url("map.xml"), ""))),
        "years.xml": (200, index((site.url("2026.xml"), ""), (site.url("map.xml"), ""), (site.url("years.xml"), ""))),
        "2026.xml": (200, urlset(url("1", datetime.fromisoformat("2026-01-31T11:00:00Z"), "Alleged plot"))),
    }
    assert run_tick(workspace).n_new == 1
    assert [path for path, _ in site.requests] == ["map.xml", "years.xml", "2026.xml"]


@pytest.mark.parametrize(
    ("body", "reason"), [(b"<html><body>Sorry</body></html>", "not-a-sitemap"), (urlset(url("1")), "no-dates")]
)
def test_what_is_no_sitemap_is_a_failure_with_a_reason(
    workspace: Workspace, site: Site, body: bytes, reason: str
) -> None:
    watch(workspace, site, kind="sitemap")
    site.pages["map.xml"] = (200, body)
    assert run_tick(workspace).problems[0].startswith(f"Alpha: {reason}: ")
    assert condition_of(workspace).feeds[0].state == "not-a-feed"
