"""Sources that are not feeds, through whole ticks: the same entries, schedule, health and proof of coverage."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from monitor.config.load import Config
from monitor.config.values import FeedConfig, Select
from monitor.poll.coverage import coverage
from monitor.surfaces.condition import condition_of
from monitor.views.fold import open_views
from monitor.worker.tick import run_tick
from monitor.worker.workspace import Workspace
from tests.sources.test_sitemap import url, urlset
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


def test_indexes_of_indexes_cost_twelve_requests_at_most(workspace: Workspace, site: Site) -> None:
    """Promise: a site of hundreds of sitemaps in indexes within an index is asked for twelve documents a poll."""
    watch(workspace, site, kind="sitemap")
    inner = [f"year{n}.xml" for n in range(20)]
    site.pages = {"map.xml": (200, index(*((site.url(name), "") for name in inner)))}
    site.pages |= {name: (200, index(*((site.url(f"{n}-{name}"), "") for n in range(20)))) for name in inner}
    run_tick(workspace)
    assert len(site.requests) == 12


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


def listing(n: int) -> bytes:
    rows = "".join(f"<li><a href='/item/{k}'>Press release number {k}</a></li>" for k in range(n, 0, -1))
    return f"<ul class='press'>{rows}</ul>".encode()


def test_a_page_whose_layout_changes_is_said_the_same_day(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: nothing found is a failure, ten times fewer a warning; the warning stays until the list is back."""
    watch(workspace, site, kind="page", select=Select(rows="ul.press > li"))
    site.pages["map.xml"] = (200, listing(30))
    assert run_tick(workspace).n_new == 30
    clock.forward(hours=2)
    site.pages["map.xml"] = (200, listing(30).replace(b"press", b"press-v2"))
    assert run_tick(workspace).problems[0].startswith("Alpha: nothing-found: ")
    for _ in range(3):
        clock.forward(hours=7)
        site.pages["map.xml"] = (200, listing(3).replace(b"number", b"no. " + str(clock().hour).encode()))
        run_tick(workspace)
        (feed,) = condition_of(workspace).feeds
        assert (feed.state, "lists 3 entries where it usually lists 30" in feed.what) == ("fewer", True)
    clock.forward(hours=7)
    site.pages["map.xml"] = (200, listing(31))
    run_tick(workspace)
    assert condition_of(workspace).feeds[0].state == "ok"
    assert open_views(None, workspace.log).dump() == workspace.views.dump()


def test_new_selectors_are_an_event_and_end_the_comparison(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: what feeds.yaml says of a source is what the log knows, selectors too."""
    watch(workspace, site, kind="page", select=Select(rows="li"))
    site.pages["map.xml"] = (200, listing(30))
    run_tick(workspace)
    watch(workspace, site, kind="page", select=Select(rows="li:first-child"))
    clock.forward(hours=2)
    run_tick(workspace, force=True)
    changed = [event.data for event in workspace.log.read(types=("feed-changed",))]
    assert [data.select["rows"] for data in changed] == ["li:first-child"]  # type: ignore[attr-defined]
    assert run_tick(workspace).n_due == 0


def test_a_list_in_json_is_watched_like_a_feed(workspace: Workspace, site: Site) -> None:
    watch(workspace, site, kind="json")
    post = {"link": "https://news.test/1", "title": {"rendered": "Alleged plot"}, "date_gmt": "2026-01-31T10:00:00"}
    site.pages["map.xml"] = (200, json.dumps([post]).encode())
    report = run_tick(workspace)
    assert (report.n_new, report.n_flagged) == (1, 1)


@pytest.mark.parametrize(
    ("kind", "robots", "asked"),
    [
        ("page", (200, b"User-agent: *\nDisallow: /"), False),
        ("page", (503, b""), False),
        ("page", (404, b""), True),
        ("json", (200, b"User-agent: monitor\nDisallow: /map"), False),
        ("sitemap", (200, b"User-agent: *\nDisallow: /"), True),
    ],
)
def test_a_site_is_asked_before_its_pages_are_read_as_a_source(
    workspace: Workspace, site: Site, kind: str, robots: tuple[int, bytes], asked: bool
) -> None:
    """Promise: what is not offered to programs is read only where robots.txt lets us; a refusal is a failure."""
    watch(workspace, site, kind=kind, select=Select(rows="li") if kind == "page" else None)
    site.pages |= {"robots.txt": robots, "map.xml": (200, listing(3))}
    report = run_tick(workspace)
    assert ("map.xml" in [path for path, _ in site.requests]) == asked
    assert report.problems[:1] == [] if kind == "page" and asked else report.problems[0].startswith("Alpha: ")
    assert asked != any(": robots: " in problem for problem in report.problems)
