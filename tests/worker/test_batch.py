"""A batch: many feeds in one commit, and a feed that cannot be recorded keeping no other from being recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
import pytest

from monitor.config.load import Config
from monitor.config.values import FeedConfig
from monitor.errors import StorageError
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.values import FetchRequest, FetchResult
from monitor.log.events import JobMissed, NewEvent
from monitor.log.store import EventStore
from monitor.parse.values import ParsedEntry
from monitor.poll.identity import entry_id_of
from monitor.triage.queue import list_queue
from monitor.views.fold import open_views
from monitor.worker.tick import run_tick
from monitor.worker.workspace import Workspace
from tests.worker.conftest import Clock, Site, WordModel, rss

COPY = "Police say alleged plot against exiled editor was foiled in harbour town"


class StumblingModel(WordModel):
    """A model that cannot bear one word."""

    def score(self, title: str, summary: str = "", text: str = "", lang: str = "") -> float:
        """Return the score. Raises ZeroDivisionError for that word."""
        return 1 / 0 if "quicksand" in title else super().score(title, summary, text, lang)


class BrokenDisk(WordModel):
    """A model read from a disk that fails."""

    def score(self, title: str, summary: str = "", text: str = "", lang: str = "") -> float:
        """Raise what such a disk raises."""
        raise StorageError("no space left")


def take_key(workspace: Workspace, key: str) -> None:
    """Let another event hold a key, as a fault of ours might."""
    workspace.append([NewEvent(key, JobMissed(job="test", scheduled_at="2026-01-01T00:00:00Z", reason="holds a key"))])


def states(workspace: Workspace) -> dict[str, tuple[str, int]]:
    """Return each feed's last error and failures in a row."""
    rows = workspace.views.db.execute("SELECT feed_id, last_error, n_failures FROM feeds").fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}


FIELDS = {
    "title": "<title>{}</title><description>Words.</description>",
    "summary": "<title>Harbour news</title><description>{}</description>",
    "full text": "<title>Harbour news</title><description>Words.</description><content:encoded xmlns:content="
    '"http://purl.org/rss/1.0/modules/content/">{}</content:encoded>',
    "link": "<title>Harbour news</title><link>https://news.test/{}</link>",
}


@pytest.mark.parametrize("field", FIELDS)
def test_an_edit_taken_back_any_number_of_times_is_a_revision_each_time(
    workspace: Workspace, site: Site, clock: Clock, field: str
) -> None:
    """Promise: the third version may equal the first; the neighbour's plot of the same tick is in the queue."""
    versions = ("one", "two", "one", "two", "one")
    for n, word in enumerate(versions):
        item = f"<item><guid>g</guid>{FIELDS[field].format(word)}</item>"
        site.pages["alpha"] = (200, f'<rss version="2.0"><channel>{item}</channel></rss>'.encode())
        site.pages["beta"] = (200, rss(*[(str(k), f"Alleged plot {k}") for k in range(n + 1)]))
        report = run_tick(workspace, force=True)
        assert (report.n_failed, report.n_revised, report.n_flagged) == (0, int(n > 0), 1)
        clock.forward(hours=1)
    revisions = [event.data.revision for event in workspace.log.read(types=("entry-revised",))]
    assert revisions == [1, 2, 3, 4]
    assert open_views(None, workspace.log).dump() == workspace.views.dump()


class Watched(Site):
    """A site beside which somebody counts the answers that are in the log."""

    def __init__(self, log: EventStore) -> None:
        super().__init__()
        self.log = log
        self.committed: list[int] = []

    def fetch(self, requests: Iterable[FetchRequest], policy: FetchPolicy) -> Iterator[FetchResult]:
        """Answer as a site does; before each answer, look at the log."""
        for result in super().fetch(requests, policy):
            self.committed.append(sum(1 for _ in self.log.read(types=("feed-fetched",))))
            yield result


def test_what_has_come_is_committed_128_feeds_at_a_time(workspace: Workspace) -> None:
    """Promise: a kill costs at most the last 128 answers; all the others are in the log while the rest is fetched."""
    watched = Watched(workspace.log)
    names = [f"feed{n}" for n in range(130)]
    watched.pages = {name: (200, rss((name, "Chess"))) for name in names}
    feeds = [FeedConfig(feed_id=name, url=watched.url(name), name=name) for name in names]
    workspace.config = Config(feeds=feeds, settings=workspace.config.settings)
    workspace.fetcher = watched
    run_tick(workspace)
    assert watched.committed == [*[0] * 128, *[128] * 2]


def test_a_text_the_model_stumbles_over_fails_its_feed_alone(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: an exception in the work on one answer is that feed's failure, said by status, and tried again."""
    workspace._load_model = lambda _: StumblingModel()
    site.pages = {"alpha": (200, rss(("1", "Into quicksand"))), "beta": (200, rss(("2", "Alleged plot")))}
    report = run_tick(workspace)
    assert (report.n_fetched, report.n_failed, report.n_flagged) == (1, 1, 1)
    assert "ZeroDivisionError" in report.problems[0]
    assert states(workspace) == {"alpha": ("internal-error", 1), "beta": ("", 0)}
    site.pages["alpha"] = (200, rss(("1", "Onto firm ground")))
    clock.forward(hours=1)
    assert run_tick(workspace, force=True).n_new == 1
    assert states(workspace)["alpha"] == ("", 0)


def test_an_event_the_log_refuses_fails_its_feed_alone(workspace: Workspace, site: Site) -> None:
    """Promise: a key that is taken stops one feed of a batch, and both its neighbours' entries are recorded."""
    refused = entry_id_of("alpha", ParsedEntry(guid="1", link="", title="", summary=""))
    take_key(workspace, f"entry-flagged:{refused}")
    site.pages = {"alpha": (200, rss(("1", "Alleged plot"))), "beta": (200, rss(("2", "Another alleged plot")))}
    report = run_tick(workspace)
    assert (report.n_fetched, report.n_failed, report.n_new, report.n_flagged) == (1, 1, 1, 1)
    assert states(workspace) == {"alpha": ("internal-error", 1), "beta": ("", 0)}
    assert [row.title for row in list_queue(workspace.log, workspace.views, workspace.clock())] == [
        "Another alleged plot"
    ]
    assert open_views(None, workspace.log).dump() == workspace.views.dump()


def test_nothing_is_built_on_the_story_of_a_feed_that_was_refused(workspace: Workspace, site: Site) -> None:
    """Promise: a copy of a report whose own commit was refused opens a story of its own."""
    refused = entry_id_of("alpha", ParsedEntry(guid="1", link="", title="", summary=""))
    take_key(workspace, f"story-entry:{refused}")
    site.pages = {"alpha": (200, rss(("1", COPY))), "beta": (200, rss(("7", COPY), host="other.test"))}
    run_tick(workspace, only=["alpha", "beta"])
    rows = list_queue(workspace.log, workspace.views, workspace.clock())
    assert [(row.publisher, row.n_entries) for row in rows] == [("beta press", 1)]
    opened = {event.data.story_id for event in workspace.log.read(types=("story-opened",))}
    joined = {event.data.story_id for event in workspace.log.read(types=("story-joined",))}
    assert joined <= opened


def test_what_concerns_all_feeds_stops_the_tick(workspace: Workspace, site: Site) -> None:
    """Promise: a disk that fails is not recorded as the fault of the feeds."""
    workspace._load_model = lambda _: BrokenDisk()
    site.pages = {"alpha": (200, rss(("1", "A"))), "beta": (200, rss(("2", "B")))}
    with pytest.raises(StorageError):
        run_tick(workspace)
    assert {error for error, _ in states(workspace).values()} == {""}


def test_ticks_of_one_moment_are_told_apart(workspace: Workspace, site: Site) -> None:
    """Promise: a clock that stands still stops no tick."""
    for n in range(3):
        site.pages = {"alpha": (200, rss(("1", f"A {n}"))), "beta": (200 if n else 500, rss(("2", "B")))}
        run_tick(workspace, force=True, only=["alpha"] if n == 1 else [])
    ids = [event.data.tick_id for event in workspace.log.read(types=("tick-finished",))]
    assert len(set(ids)) == 3


def test_a_page_the_model_stumbles_over_is_a_failure_of_its_own(workspace: Workspace, site: Site) -> None:
    """Promise: the tick ends, the neighbour's page is read, and the page is asked for again."""

    class Stumbling(WordModel):
        def score(self, title: str, summary: str = "", text: str = "", lang: str = "") -> float:
            return 1 / 0 if "quicksand" in text else super().score(title, summary, text, lang)

    workspace._load_model = lambda _: Stumbling()
    feeds = [msgspec.structs.replace(feed, full_text=True) for feed in workspace.config.feeds]
    workspace.config = type(workspace.config)(feeds=feeds, settings=workspace.config.settings)
    words = "Officials of the harbour town said on Monday that the men had been followed for weeks. " * 20
    site.pages = {"alpha": (200, rss(("1", "Harbour news"))), "beta": (200, rss(("2", "Harbour town"), host="b.test"))}
    for host, guid, more in (("news.test", "1", "quicksand"), ("b.test", "2", "firm ground")):
        page = (
            f"<html><body><article><h1>Harbour</h1><p>Harbour news and town. {words} {more}</p></article></body></html>"
        )
        site.pages[f"https://{host}/{guid}"] = (200, page.encode())
        site.pages[f"https://{host}/robots.txt"] = (404, b"")
    report = run_tick(workspace)
    failed = [event.data for event in workspace.log.read(types=("page-failed",))]
    assert report.n_pages == 1
    assert [(data.reason, bool(data.retry_at)) for data in failed] == [("internal-error", True)]
    assert [event.type for event in workspace.log.read(types=("tick-finished",))] == ["tick-finished"]
