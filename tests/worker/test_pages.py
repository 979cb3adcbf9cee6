"""Pages behind entries: read where the site lets us, scored again, and never counted as what they are not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

import msgspec
import pytest

from monitor.config.load import Config
from monitor.config.settings import Settings
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.values import FetchRequest, FetchResult
from monitor.log.codec import parse_iso
from monitor.log.events import PageFailed
from monitor.log.payloads import read_entry_payload
from monitor.triage.queue import list_queue
from monitor.views.queries.entries import seen_since
from monitor.worker.faults import INTERNAL_ERROR
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


def found_at(workspace: Workspace) -> list[tuple[PageFailed, str]]:
    """The failures, each with the moment it was recorded."""
    events = workspace.log.read(types=("page-failed",))
    return [(event.data, event.recorded_at) for event in events]  # type: ignore[misc]


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


@pytest.mark.parametrize(("alert_score", "band"), [(0.9, "alert"), (0.95, "flag"), (0.0, "flag")])
def test_a_page_that_reaches_the_alert_score_is_an_alert(
    reading: Workspace, site: Site, alert_score: float, band: str
) -> None:
    """Promise: what the article gives away is as urgent as what a headline does; 0 means that nothing is."""
    reading.config = Config(feeds=reading.config.feeds, settings=Settings(alert_score=alert_score))
    site.pages |= {"https://news.test/robots.txt": (404, b""), ARTICLE: (200, TELLING.encode())}
    run_tick(reading)
    (flag,) = reading.log.read(types=("entry-flagged",))
    assert flag.data.band == band  # type: ignore[attr-defined]


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


def test_a_page_that_fails_is_asked_for_three_times_more_in_two_days(
    reading: Workspace, site: Site, clock: Clock
) -> None:
    """Promise: after one hour, six and a day; then the entry keeps the feed's words and the site its peace."""
    site.pages |= {"https://news.test/robots.txt": (404, b""), ARTICLE: (500, b"")}
    run_tick(reading)
    for hours in (1, 6, 24, 24):
        clock.forward(hours=hours)
        run_tick(reading, force=True)
    assert [failed.attempt for failed in failures(reading)] == [1, 2, 3, 4]
    assert [bool(failed.retry_at) for failed in failures(reading)] == [True, True, True, False]


class Tripping(Site):
    """A site whose first article is answered with what no reader can read."""

    def fetch(self, requests: Iterable[FetchRequest], policy: FetchPolicy) -> Iterator[FetchResult]:
        """Answer as a site does, and for the one address with a number instead of bytes."""
        for result in super().fetch(requests, policy):
            yield msgspec.structs.replace(result, body=42) if result.url == ARTICLE else result


def test_a_page_that_trips_its_reader_is_tried_again(reading: Workspace, site: Site) -> None:
    """Promise: a fault of ours costs one page one turn: named, and asked for again; its neighbour is read."""
    site.pages |= {
        "alpha": (200, rss(("1", "Council meets"), ("2", "Council adjourns"))),
        "https://news.test/robots.txt": (404, b""),
        ARTICLE: (200, TELLING.encode()),
        "https://news.test/2": (200, HARMLESS.encode()),
    }
    reading.fetcher = Tripping(site.pages)
    assert run_tick(reading).n_pages == 1
    (failed,) = failures(reading)
    assert (failed.url, failed.reason, bool(failed.retry_at)) == (ARTICLE, INTERNAL_ERROR, True)


EDITOR = "Alleged plot against exiled editor foiled in Port Mereth, officers say"
STORY = (
    "<p>Officers in Port Mereth say that they foiled an alleged plot against an exiled editor; two are held.</p>" * 4
)
NOTICE = (
    "<p>We value your privacy. We and our partners store and access information on your device. Reject all.</p>" * 5
)


def html(body: str, title: str = "T") -> bytes:
    return f"<!doctype html><html><head><title>{title}</title></head><body><article>{body}</article></body>".encode()


def texts(workspace: Workspace) -> list[str]:
    """Return the article text that each entry has now."""
    rows = seen_since(workspace.views, "2000-01-01", 100)
    found = [read_entry_payload(workspace.log.payload(row.text_sha)) for row in rows]
    return [words.text if words else "" for words in found]


def one_entry(site: Site, title: str = EDITOR, text: str = "") -> None:
    content = f"<content:encoded>{text}</content:encoded>" if text else ""
    body = (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>T</title>'
        f"<item><guid>1</guid><title>{title}</title><link>{ARTICLE}</link><description>Short.</description>{content}"
        "</item></channel></rss>"
    )
    site.pages |= {"alpha": (200, body.encode()), "https://news.test/robots.txt": (404, b"")}


@pytest.mark.parametrize(
    ("body", "content_type", "moved", "reason"),
    [
        (html(NOTICE, "Your privacy"), "text/html", "", "consent-page"),
        (html(NOTICE, "Your privacy"), "text/html", "https://news.test/consent?next=1", "consent-page"),
        (html("<p>Roses want sun, and water in the morning, gardeners say.</p>" * 9), "text/html",
         "https://news.test/gardens", "other-page"),
        (html("<p>Roses want sun, and water in the morning, gardeners say.</p>" * 9), "text/html", "https://news.test/",
         "not-found"),
        (b"%PDF-1.4\n(" + EDITOR.encode() * 50 + b") Tj endstream", "application/pdf", "", "not-html"),
        (b"\x89PNG\r\n\x1a\n" + b"plot" * 200, "text/html", "", "not-html"),
    ],
    ids=["consent", "consent elsewhere", "elsewhere", "front page", "PDF", "image"],
)  # fmt: skip
def test_what_is_no_article_is_not_stored_as_one(
    reading: Workspace, site: Site, body: bytes, content_type: str, moved: str, reason: str
) -> None:
    """Promise: a page that is not the entry's article is a page-failed; entry and score stay as the feed made them."""
    one_entry(site)
    at = moved or ARTICLE
    site.pages[at] = (200, body)
    site.types[at] = content_type
    if moved:
        site.moved[ARTICLE] = moved
    run_tick(reading)
    assert [failed.reason for failed in failures(reading)] == [reason]
    assert texts(reading) == [""]
    (row,) = list_queue(reading.log, reading.views, reading.clock())
    assert row.score == 0.9


def test_one_answer_to_many_addresses_is_no_article(reading: Workspace, site: Site) -> None:
    """Promise: a wall in words nobody listed is known by standing at several addresses, in any language."""
    site.pages |= {"alpha": (200, rss(("1", EDITOR), ("2", "Alleged plot to burn a ferry"), ("3", "Mayor opens fair")))}
    for number in "123":
        site.pages[f"https://news.test/{number}"] = (
            200,
            html("<p>Lorkel vant, ubri sastel. Omni trebas vulo.</p>" * 9),
        )
    site.pages["https://news.test/3"] = (
        200,
        html("<p>The mayor opens the fair at noon in Castle Square today.</p>" * 9),
    )
    run_tick(reading)
    assert [failed.reason for failed in failures(reading)] == ["other-page", "other-page"]
    assert all(failed.retry_at for failed in failures(reading))
    assert sorted(bool(text) for text in texts(reading)) == [False, False, True]


@pytest.mark.parametrize("length", [3, 9])
def test_the_longer_of_feed_and_page_is_kept(reading: Workspace, site: Site, length: int) -> None:
    """Promise: a page that says less than the feed does not replace its text; one that says more does."""
    own = "Officers in Port Mereth say an alleged plot against an exiled editor was foiled. " * 5
    one_entry(site, text=own)
    said = (
        f"<p>Officers say, we hear, that part {n} of the plot against the editor was foiled.</p>" for n in range(length)
    )
    site.pages[ARTICLE] = (200, html("".join(said)))
    run_tick(reading)
    assert ("we hear" in texts(reading)[0]) == (length > 5)
    assert [failed.reason for failed in failures(reading)] == ([] if length > 5 else ["feed-has-more"])


def test_a_page_is_read_by_its_header_s_charset(reading: Workspace, site: Site) -> None:
    """Promise: letters are read as the server says, where the page says nothing."""
    title = "Суд в порту: двое обвиняются, alleged plot"
    one_entry(site, title)
    site.pages[ARTICLE] = (
        200,
        f"<html><body><p>{'Суд в порту заслушал двоих. ' * 30}</p></body></html>".encode("cp1251"),
    )
    site.types[ARTICLE] = "text/html; charset=windows-1251"
    run_tick(reading)
    assert "Суд в порту заслушал двоих" in texts(reading)[0]


def test_a_headline_edit_keeps_the_article_and_reads_the_page_again(
    reading: Workspace, site: Site, clock: Clock
) -> None:
    """Promise: the article stays beside the new headline, is scored with it, and is replaced when read anew."""
    one_entry(site, "Council of Port Mereth meets officers")
    site.pages[ARTICLE] = (200, html(STORY))
    run_tick(reading)
    one_entry(site, "Council of Port Mereth meets officers (update)")
    site.pages[ARTICLE] = (503, b"")
    clock.forward(hours=2)
    run_tick(reading)
    assert "two are held" in texts(reading)[0]
    scores = [event.data.scores[0][1:] for event in reading.log.read(types=("entry-scored",))]  # type: ignore[attr-defined]
    assert scores == [(0, 0.1), (0, 0.9), (1, 0.9)]
    site.pages[ARTICLE] = (200, html(STORY.replace("two are held", "three are held")))
    clock.forward(hours=2)
    run_tick(reading, force=True)
    assert "three are held" in texts(reading)[0]
    kept = reading.views.fingerprint()
    reading.views.rebuild()
    assert reading.views.fingerprint() == kept


def test_a_page_gives_its_title_to_an_entry_that_has_none_of_its_own(reading: Workspace, site: Site) -> None:
    """Promise: the words of an address stand in for a title only until the page says what it is called."""
    source = msgspec.structs.replace(reading.config.feeds[0], kind="sitemap")
    reading.config = Config(feeds=[source], settings=reading.config.settings)
    link = "https://news.test/council-speaks-about-the-ferry"
    page = HARMLESS.replace("<html>", "<html><head><title>Council: ferry to stay</title></head>")
    site.pages = {
        "alpha": (200, f"<urlset><url><loc>{link}</loc><lastmod>2026-01-31</lastmod></url></urlset>".encode()),
        "https://news.test/robots.txt": (404, b""), link: (200, page.encode()),
    }  # fmt: skip
    assert run_tick(reading).n_pages == 1
    (seen,) = (event.data for event in reading.log.read(types=("entry-seen",)))
    (read,) = (event.data for event in reading.log.read(types=("page-read",)))
    titles = [read_entry_payload(reading.log.payload(data.text_sha)).title for data in (seen, read)]  # type: ignore[union-attr, attr-defined]
    assert titles == ["council speaks about the ferry", "Council: ferry to stay"]


def test_a_feed_is_compared_with_its_own_words_not_with_the_page(reading: Workspace, site: Site, clock: Clock) -> None:
    """Promise: an article beside an entry makes no revision of it, before and after an edit, read once or twice."""
    first, edited = "Council of Port Mereth meets officers", "Council of Port Mereth meets officers (update)"
    site.pages |= {"https://news.test/robots.txt": (404, b""), ARTICLE: (200, html(STORY))}

    def revisions_after(*titles: str) -> int:
        entries = [(str(number), title) for number, title in enumerate(titles, 1)]
        site.pages["alpha"] = (200, rss(*entries))
        clock.forward(hours=2)
        run_tick(reading, force=True)
        return len(list(reading.log.read(types=("entry-revised",))))

    assert revisions_after(first) == 0
    assert revisions_after(first, "Mayor opens fair") == 0
    assert revisions_after(edited, "Mayor opens fair") == 1
    assert revisions_after(edited, "Mayor opens fair", "Ferry sails again") == 1
    assert len(list(reading.log.read(types=("page-read",)))) > 1
    assert revisions_after(first, "Mayor opens fair", "Ferry sails again") == 2
    assert revisions_after(first, "Mayor opens fair", "Ferry sails again", "Bridge shut") == 2


def test_a_page_is_asked_for_four_times_and_then_left(reading: Workspace, site: Site, clock: Clock) -> None:
    """Promise: what may come back is tried after one, six and 24 hours; the last failure names no other time."""
    site.pages |= {"https://news.test/robots.txt": (404, b""), ARTICLE: (500, b"")}
    for hours in (1, 6, 24, 24):
        run_tick(reading, force=True)
        clock.forward(hours=hours, minutes=-1)
        run_tick(reading, force=True)
        clock.forward(minutes=1)
    found = failures(reading)
    assert [item.attempt for item in found] == [1, 2, 3, 4]
    waits = [parse_iso(item.retry_at) - parse_iso(at) if item.retry_at else None for item, at in found_at(reading)]
    assert waits == [timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), None]
