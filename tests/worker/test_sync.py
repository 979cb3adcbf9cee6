"""A feed whose address changes in feeds.yaml stays the same feed, where exactly one can be meant."""

from __future__ import annotations

import msgspec
import pytest

from monitor.config.load import Config
from monitor.config.values import FeedConfig, derived_id
from monitor.worker.sync import with_known_ids
from monitor.worker.tick import run_tick
from monitor.worker.workspace import Workspace
from tests.worker.conftest import Clock, Site, rss

OLD = "http://news.test/rss"


def unnamed(url: str) -> FeedConfig:
    return FeedConfig(feed_id=derived_id(url), url=url, name="News")


def configured(workspace: Workspace, *feeds: FeedConfig) -> None:
    """Let feeds.yaml say this, as the program reads it."""
    known = with_known_ids(workspace.views, list(feeds))
    workspace.config = Config(feeds=known, settings=workspace.config.settings)


def served(workspace: Workspace, site: Site, clock: Clock, *feeds: FeedConfig) -> int:
    """Tick with this configuration, each address serving the same report; return how many entries were new."""
    configured(workspace, *feeds)
    site.pages = {feed.url: (200, rss(("1", "Alleged plot foiled"))) for feed in feeds}
    clock.forward(hours=2)
    return run_tick(workspace, force=True).n_new


@pytest.mark.parametrize(
    "new", ["https://news.test/rss", "http://www.news.test/rss", "http://news.test/rss/", "https://www.news.test/rss"]
)
def test_an_address_written_another_way_is_the_same_feed(
    workspace: Workspace, site: Site, clock: Clock, new: str
) -> None:
    """Promise: nothing is new again, at this tick and at the next."""
    assert [served(workspace, site, clock, unnamed(url)) for url in (OLD, new, new, OLD)] == [1, 0, 0, 0]
    assert {event.type for event in workspace.log.read(types=("feed-removed",))} == set()


def test_a_move_that_was_followed_and_then_written_down_is_the_same_feed(
    workspace: Workspace, site: Site, clock: Clock
) -> None:
    """Promise: who does what `status` advises gets no entry twice."""
    new = "https://elsewhere.test/feeds/news"
    served(workspace, site, clock, unnamed(OLD))
    site.moved = {OLD: new}
    site.pages = {new: (200, rss(("1", "Alleged plot foiled")))}
    clock.forward(hours=2)
    run_tick(workspace, force=True)
    site.moved = {}
    assert [served(workspace, site, clock, unnamed(new)) for _ in range(2)] == [0, 0]


def test_another_address_is_another_feed(workspace: Workspace, site: Site, clock: Clock) -> None:
    assert [served(workspace, site, clock, unnamed(url)) for url in (OLD, "http://news.test/other")] == [1, 1]


def test_an_id_that_is_given_is_a_decision(workspace: Workspace, site: Site, clock: Clock) -> None:
    """Promise: a new id makes a new feed, and one that is kept keeps it wherever it moves."""
    named = msgspec.structs.replace(unnamed("https://news.test/rss"), feed_id="afresh")
    kept = msgspec.structs.replace(unnamed("https://elsewhere.test/"), feed_id="afresh")
    assert [served(workspace, site, clock, feed) for feed in (unnamed(OLD), named, kept)] == [1, 1, 0]


def test_both_spellings_at_once_are_two_feeds(workspace: Workspace, site: Site, clock: Clock) -> None:
    served(workspace, site, clock, unnamed(OLD))
    assert served(workspace, site, clock, unnamed(OLD), unnamed("https://news.test/rss")) == 1
