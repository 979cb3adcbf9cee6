"""A link by hand: read as carefully as the pages behind feeds, in the log once, ready to label and learnt from."""

from __future__ import annotations

import pytest

from monitor.errors import InputError
from monitor.triage.decide import label_entry
from monitor.triage.queue import list_queue
from monitor.triage.standing import verdicts
from monitor.worker.intake.byhand import (
    ADDED,
    FAILED,
    KNOWN,
    MAX_TITLE,
    MAX_URL,
    MAX_URLS,
    ByHand,
    add_links,
)
from monitor.worker.tick import fetch_policy, run_tick
from monitor.worker.workspace import Workspace
from tests.worker.conftest import Site, rss
from tests.worker.fleet import Interrupted
from tests.worker.test_pages import HARMLESS, TELLING

pytest.importorskip("trafilatura")

URL = "https://gazette.test/politics/4711"
ROBOTS = {"https://gazette.test/robots.txt": (404, b"")}


def add(workspace: Workspace, *urls: str, title: str = "") -> list[ByHand]:
    """Add links as ana."""
    now = workspace.clock()
    policy = fetch_policy(workspace.config.settings, now)
    return add_links(workspace, urls, by="ana", now=now, policy=policy, title=title)


@pytest.mark.parametrize(("page", "flagged"), [(TELLING, True), (HARMLESS, False)])
def test_a_page_is_read_scored_and_ready_to_be_labelled(
    workspace: Workspace, site: Site, page: str, flagged: bool
) -> None:
    """Promise: it stands in the log under its finder's name, waits if it is flagged, and its label is learnt from."""
    site.pages |= {**ROBOTS, URL: (200, page.encode())}
    (found,) = add(workspace, URL)
    assert (found.state, found.flagged) == (ADDED, flagged)
    rows = list_queue(workspace.log, workspace.views, workspace.clock())
    assert [row.entry_id for row in rows] == [found.entry_id] * flagged
    label_entry(workspace.log, workspace.views, found.entry_id, "plot", by="ana", now=workspace.clock())
    assert [item.entry_id for item in verdicts(workspace.views)[0]] == [found.entry_id]
    (seen,) = workspace.log.read(types=("entry-seen",))
    assert (seen.actor, seen.data.feed_id) == ("ana", "added-by-hand")  # type: ignore[attr-defined]


def test_what_the_log_holds_is_named_and_not_fetched_again(workspace: Workspace, site: Site) -> None:
    """Promise: a page of a feed, or one added before, leads to its entry, also with another spelling."""
    site.pages["alpha"] = (200, rss(("1", "Council meets")))
    run_tick(workspace)
    site.pages |= {**ROBOTS, URL: (200, TELLING.encode())}
    add(workspace, URL)
    head = workspace.log.head()
    found = add(workspace, "https://news.test/1", URL, URL + "?utm_source=mail")
    assert [item.state for item in found] == [KNOWN] * 3
    assert workspace.log.head() == head


def test_a_page_that_cannot_be_read_is_said_and_entered_by_its_title(workspace: Workspace, site: Site) -> None:
    """Promise: robots.txt and errors are respected; a title enters the page all the same, without a text."""
    site.pages |= {
        "https://gazette.test/robots.txt": (200, b"User-agent: *\nDisallow: /"),
        URL: (200, TELLING.encode()),
    }
    (refused,) = add(workspace, URL)
    assert (refused.state, "robots.txt" in refused.why) == (FAILED, True)
    assert list(workspace.log.read(types=("entry-seen",))) == []
    (entered,) = add(workspace, URL, title="An alleged plot, as the Gazette calls it")
    assert (entered.state, entered.flagged) == (ADDED, True)


def test_the_next_tick_leaves_the_source_alone(workspace: Workspace, site: Site) -> None:
    """Promise: what was added by hand is no feed: it is never asked, and never taken for removed from feeds.yaml."""
    site.pages |= {**ROBOTS, URL: (200, TELLING.encode()), "alpha": (200, rss(("1", "Council meets")))}
    add(workspace, URL)
    run_tick(workspace)
    assert list(workspace.log.read(types=("feed-removed",))) == []
    failed = {event.data.feed_id for event in workspace.log.read(types=("feed-failed",))}  # type: ignore[attr-defined]
    assert "added-by-hand" not in failed


def test_as_many_links_are_taken_as_a_person_pastes_and_no_more(workspace: Workspace, site: Site) -> None:
    """Promise: none and more than the most are refused before anything is fetched; the most are taken."""
    many = [f"https://gazette.test/{number}" for number in range(MAX_URLS + 1)]
    for wrong in ([], many):
        with pytest.raises(InputError, match="addresses"):
            add(workspace, *wrong)
    assert site.requests == []
    assert [item.state for item in add(workspace, *many[1:])] == [FAILED] * MAX_URLS


def test_a_long_address_and_a_long_title_have_an_end(workspace: Workspace, site: Site) -> None:
    """Promise: an address of the greatest length is fetched, a longer one refused; a title is cut."""
    url = "https://gazette.test/".ljust(MAX_URL, "x")
    (found,) = add(workspace, url, title="t" * (MAX_TITLE + 1))
    assert (found.state, len(found.title)) == (ADDED, MAX_TITLE)
    with pytest.raises(InputError, match="no http"):
        add(workspace, url + "x")


def test_a_link_that_leads_to_what_the_log_holds_is_that(workspace: Workspace, site: Site) -> None:
    """Promise: a short address of a known page adds nothing; what is known is told with its score and day."""
    site.pages |= {**ROBOTS, URL: (200, TELLING.encode()), "https://short.test/robots.txt": (404, b"")}
    (first,) = add(workspace, URL)
    site.moved["https://short.test/a"] = URL
    (found,) = add(workspace, "https://short.test/a")
    assert (found.state, found.entry_id, found.score, found.flagged) == (KNOWN, first.entry_id, first.score, True)
    assert found.why == f"in the log since {workspace.clock():%Y-%m-%d}"


def test_a_link_that_somebody_adds_in_the_same_moment_is_there_once(workspace: Workspace, site: Site) -> None:
    """Promise: two who add one page under two titles meet without an error, and the first one's entry stays."""
    fetcher = Interrupted(site)
    workspace.fetcher = fetcher
    site.pages |= {**ROBOTS, URL: (200, TELLING.encode())}
    add(workspace, "https://gazette.test/other", title="Another")

    def meanwhile() -> None:
        fetcher.meanwhile = lambda: add(workspace, URL, title="As ben calls it")

    fetcher.meanwhile = meanwhile
    (found,) = add(workspace, URL, title="As ana calls it")
    assert (found.state, "same moment" in found.why) == (KNOWN, True)
    assert len(list(workspace.log.read(types=("entry-seen",)))) == 2


@pytest.mark.parametrize(
    "url", ["", "gazette.test/4711", "ftp://gazette.test/", "https://a.test/ b", "file:///etc/passwd"]
)
def test_what_is_no_address_is_refused(workspace: Workspace, url: str) -> None:
    """Promise: one clear line, nothing fetched, nothing written."""
    with pytest.raises(InputError):
        add(workspace, url)
