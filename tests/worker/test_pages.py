"""Pages behind entries: read where the site lets us, scored again, and never counted as what they are not."""

from __future__ import annotations

import msgspec
import pytest

from monitor.config.load import Config
from monitor.log.events import PageFailed
from monitor.worker.tick import run_tick
from monitor.worker.workspace import Workspace
from tests.worker.conftest import Clock, Site, rss

pytest.importorskip("trafilatura")

PLAIN = "The harbour council met on Monday to speak about the ferry, its timetable and the price of a ticket. "
PAGE = "<html><body><article><h1>Council</h1>" + "".join(f"<p>{PLAIN} Part {n}.</p>" for n in range(6))
TELLING = PAGE + "<p>Police said an alleged plot against an exiled editor had been stopped.</p></article></body></html>"
HARMLESS = PAGE + "</article></body></html>"
ARTICLE = "https://news.test/1"


@pytest.fixture
def reading(workspace: Workspace, site: Site) -> Workspace:
    """A workspace whose feed asks for the pages behind its entries."""
    feed = msgspec.structs.replace(workspace.config.feeds[0], full_text=True)
    workspace.config = Config(feeds=[feed], settings=workspace.config.settings)
    site.pages["alpha"] = (200, rss(("1", "Council meets")))
    return workspace


def failures(workspace: Workspace) -> list[PageFailed]:
    return [event.data for event in workspace.log.read(types=("page-failed",))]  # type: ignore[misc]


@pytest.mark.parametrize(("page", "n_flagged"), [(TELLING, 1), (HARMLESS, 0)])
def test_a_page_that_is_read_is_scored_and_flags_only_what_it_gives_away(
    reading: Workspace, site: Site, page: str, n_flagged: int
) -> None:
    """Promise: the article decides; a page that says nothing of a plot is read and not flagged."""
    site.pages |= {"https://news.test/robots.txt": (404, b""), ARTICLE: (200, page.encode())}
    report = run_tick(reading)
    assert (report.n_pages, report.n_flagged) == (1, n_flagged)
    assert len(list(reading.log.read(types=("page-read",)))) == 1
    assert len(list(reading.log.read(types=("entry-flagged",)))) == n_flagged


def test_a_page_robots_txt_forbids_is_never_asked_for(reading: Workspace, site: Site, clock: Clock) -> None:
    """Promise: the site's word is final: the page is not fetched, now or later."""
    site.pages |= {
        "https://news.test/robots.txt": (200, b"User-agent: *\nDisallow: /"),
        ARTICLE: (200, TELLING.encode()),
    }
    run_tick(reading)
    (failed,) = failures(reading)
    assert (failed.reason, failed.retry_at) == ("robots", "")
    clock.forward(hours=30)
    run_tick(reading, force=True)
    assert ARTICLE not in [url for url, _ in site.requests]


def test_a_robots_txt_that_cannot_be_read_is_asked_again(reading: Workspace, site: Site, clock: Clock) -> None:
    """Promise: a site that could not say is asked again; its page waits until then."""
    site.pages |= {"https://news.test/robots.txt": (503, b""), ARTICLE: (200, TELLING.encode())}
    assert run_tick(reading).n_pages == 0
    assert failures(reading)[0].retry_at
    site.pages["https://news.test/robots.txt"] = (404, b"")
    clock.forward(hours=2)
    assert run_tick(reading, force=True).n_pages == 1


@pytest.mark.parametrize(("status", "again"), [(404, False), (410, False), (403, False), (500, True), (429, True)])
def test_a_page_that_is_gone_is_not_asked_again_and_one_that_failed_is(
    reading: Workspace, site: Site, status: int, again: bool
) -> None:
    """Promise: what cannot come back costs one request; what may come back is tried again."""
    site.pages |= {"https://news.test/robots.txt": (404, b""), ARTICLE: (status, b"")}
    run_tick(reading)
    assert [bool(failed.retry_at) for failed in failures(reading)] == [again]
