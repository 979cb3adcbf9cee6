"""Several workers on one log: hosts shared out, nothing twice, and what an edit of one machine's feeds.yaml means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from monitor.log.postgres.snapshot import verify_postgres
from monitor.views.queries.feeds import watched_feeds
from monitor.worker.jobs.searching import INDEX_NAME, open_index, search
from monitor.worker.shares import just_asked
from monitor.worker.states import feed_states
from monitor.worker.tick import run_tick
from tests.fetch.memory import Site
from tests.log.test_claims import end_connection
from tests.worker.conftest import Clock, WordModel, rss
from tests.worker.fleet import N_HOSTS, Machine, feeds_of


def test_two_workers_share_the_hosts_out(fleet: Callable[..., Machine], site: Site) -> None:
    """While one is at its share the other takes the rest: every feed is asked once, every entry is there once."""
    feeds = feeds_of(site)
    one, other = fleet(feeds), fleet(feeds)
    one.fetcher.meanwhile = lambda: run_tick(other.workspace)
    reports = [run_tick(one.workspace), run_tick(other.workspace)]
    assert [report.n_due for report in reports] == [32, 0]
    assert len(other.fetcher.asked) == 8
    assert Counter(one.fetcher.asked + other.fetcher.asked) == Counter(feed.url for feed in feeds)
    events = list(one.log.read())
    assert Counter(event.type for event in events)["entry-seen"] == N_HOSTS
    assert {event.type for event in events} >= {"tick-started", "tick-finished", "entry-flagged"}
    assert len({event.key for event in events if event.type == "tick-started"}) == 2
    assert verify_postgres(one.log, []).problems == []
    one.workspace.views.catch_up()
    other.workspace.views.catch_up()
    assert one.workspace.views.dump() == other.workspace.views.dump()


def test_a_tick_of_many_shares_is_one_tick(fleet: Callable[..., Machine], site: Site) -> None:
    """Promise: however many shares a worker takes one after the other, its tick begins once and ends once."""
    machine = fleet(feeds_of(site))
    assert run_tick(machine.workspace).n_due == N_HOSTS
    counts = Counter(event.type for event in machine.log.read())
    assert (counts["tick-started"], counts["tick-finished"], counts["feed-fetched"]) == (1, 1, N_HOSTS)


def test_a_worker_that_loses_its_claims_writes_nothing_on_them(
    database: str, fleet: Callable[..., Machine], site: Site
) -> None:
    """Its connection ends in the middle of a fetch, another worker does the work, and nothing is there twice."""
    feeds = feeds_of(site, 10)
    one, other = fleet(feeds), fleet(feeds)

    def cut() -> None:
        end_connection(database, one.log)
        run_tick(other.workspace)

    one.fetcher.meanwhile = cut
    report = run_tick(one.workspace)
    assert report.n_fetched == 0
    assert "10 feeds were in hand" in report.problems[0]
    counts = Counter(event.type for event in other.log.read())
    assert (counts["feed-fetched"], counts["entry-seen"], counts["entry-flagged"]) == (10, 10, 10)
    assert verify_postgres(other.log, []).problems == []
    assert run_tick(one.workspace).n_due == 0


def test_what_another_worker_linked_meanwhile_is_built_on(fleet: Callable[..., Machine], site: Site) -> None:
    """The same report at two hosts, read by two workers at the same time, is one story."""
    words = "plot to bomb the embassy of Ruritania in the old harbour foiled, prosecutors say"
    feeds = feeds_of(site, N_HOSTS)
    for number in (0, N_HOSTS - 1):  # in different shares
        site.pages[f"https://h{number}.test/feed"] = (200, rss((f"s{number}", words), host=f"h{number}.test"))
    order = sorted(feeds, key=lambda feed: feed.url)
    one, other = fleet(order), fleet(order)
    one.fetcher.meanwhile = lambda: run_tick(other.workspace)
    run_tick(one.workspace)
    run_tick(other.workspace)
    stories: dict[str, str] = {}
    for event in one.log.read(types=("story-opened", "story-joined")):
        stories[event.data.entry_id] = event.data.story_id  # type: ignore[attr-defined]
    titles = {
        event.data.entry_id: event.data.guid  # type: ignore[attr-defined]
        for event in one.log.read(types=("entry-seen",))
    }
    found = {stories[entry] for entry, guid in titles.items() if guid in ("s0", f"s{N_HOSTS - 1}")}
    assert len(found) == 1


class CountingModel(WordModel):
    """Counts how often it is asked for each headline."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def score(self, title: str, summary: str = "", text: str = "", lang: str = "") -> float:
        """Score."""
        self.asked[title] += 1
        return super().score(title, summary, text, lang)


def test_what_builds_on_no_story_is_not_done_again(fleet: Callable[..., Machine], site: Site) -> None:
    """Another worker flagged something meanwhile: of ours only the answer that flags too is read and scored anew."""
    feeds = feeds_of(site, N_HOSTS)
    for number in range(1, N_HOSTS - 1):
        site.pages[f"https://h{number}.test/feed"] = (
            200,
            rss((f"g{number}", f"Chess {number}"), host=f"h{number}.test"),
        )
    model = CountingModel()
    order = sorted(feeds, key=lambda feed: feed.url)
    one, other = fleet(order, model), fleet(order)
    first, last = (f"https://h{number}.test/feed" for number in (0, N_HOSTS - 1))
    one.fetcher.meanwhile = lambda: run_tick(other.workspace)
    run_tick(one.workspace)
    run_tick(other.workspace)
    assert (first in one.fetcher.asked, last in other.fetcher.asked) == (True, True)
    assert model.asked.pop("plot of the 0th kind") == 4  # twice with its reasons
    assert set(model.asked.values()) == {1}
    assert len(model.asked) == len(one.fetcher.asked) - 1


def test_only_an_edit_speaks(fleet: Callable[..., Machine], site: Site) -> None:
    """The newest edit wins; a file that has fallen behind undoes nothing, and a new machine takes the log's list."""
    feeds = feeds_of(site, 3)
    one = fleet(feeds[:2])
    run_tick(one.workspace)
    new = fleet(feeds[2:])  # a machine that joins with another list
    run_tick(new.workspace)

    def watched() -> list[str]:
        one.workspace.views.catch_up()
        return sorted(row.feed_id for row in watched_feeds(one.workspace.views))

    assert watched() == ["f0", "f1"]
    assert [feed.feed_id for feed in new.workspace.config.feeds] == ["f0", "f1"]
    new.edit(feeds[1:])
    assert watched() == ["f1", "f2"]
    one.edit(feeds[:2])  # the same file as before: it has spoken already
    assert watched() == ["f1", "f2"]
    assert [feed.feed_id for feed in one.workspace.config.feeds] == ["f1", "f2"]
    one.edit(feeds)
    assert watched() == ["f0", "f1", "f2"]


def test_spacing_holds_over_the_fleet(fleet: Callable[..., Machine], site: Site, clock: Clock) -> None:
    """A host another worker asked less than its delay ago is left for the next tick."""
    machine = fleet(feeds_of(site, 2))
    run_tick(machine.workspace)
    states = list(feed_states(machine.workspace.views).values())
    clock.forward(seconds=4)
    assert just_asked(states, 5.0, clock()) == {"h0.test", "h1.test"}
    clock.forward(seconds=2)
    assert just_asked(states, 5.0, clock()) == just_asked(states, 0, clock()) == set()


def test_only_a_machine_that_is_searched_on_keeps_an_index(fleet: Callable[..., Machine], site: Site) -> None:
    """A worker nobody searches on is spared the work; after a first search its ticks keep the index up."""
    feeds = feeds_of(site, 2)
    machine = fleet(feeds[:1])
    run_tick(machine.workspace)
    assert not (machine.workspace.data_dir / INDEX_NAME).exists()
    assert len(search(machine.workspace, "kind").hits) == 1
    machine.edit(feeds)
    run_tick(machine.workspace)
    index = open_index(machine.workspace)
    assert index.catch_up(0) == 0
    index.close()
    assert len(search(machine.workspace, "kind").hits) == 2
