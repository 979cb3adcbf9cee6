"""Machines on one log in PostgreSQL, in one process: what the tests of the fleet's workers have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from monitor.config.load import Config
from monitor.config.settings import Settings
from monitor.config.values import FeedConfig
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.values import FetchRequest, FetchResult
from monitor.log.postgres.store import open_postgres
from monitor.views.fold import open_views
from monitor.worker.sync import sync_feeds
from monitor.worker.workspace import Workspace
from tests.fetch.memory import Site
from tests.log.conftest import new_postgres
from tests.worker.conftest import Clock, WordModel, rss

N_HOSTS = 40


class Interrupted:
    """A site that lets something else happen before its first answer."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.meanwhile: Callable[[], object] = lambda: None
        self.asked: list[str] = []

    def fetch(self, requests: Iterable[FetchRequest], policy: FetchPolicy) -> Iterator[FetchResult]:
        """Answer as the site does."""
        requests = list(requests)
        if requests:
            meanwhile, self.meanwhile = self.meanwhile, lambda: None
            meanwhile()
        self.asked += [request.url for request in requests]
        yield from self.site.fetch(requests, policy)


class Machine:
    """One worker: its own folder and views, the log it shares."""

    def __init__(
        self, address: str, folder: Path, site: Site, clock: Clock, feeds: list[FeedConfig],
        model: WordModel | None = None,
    ) -> None:  # fmt: skip
        folder.mkdir()
        self.fetcher = Interrupted(site)
        self.log = open_postgres(address, folder / "log.db")
        self.workspace = Workspace(
            config=Config(feeds=feeds, settings=Settings(audit_per_day=0)), data_dir=folder, log=self.log,
            views=open_views(folder / "views.db", self.log), clock=clock, load_model=lambda _: model or WordModel(),  # type: ignore[arg-type,return-value]
            fetcher=self.fetcher,
        )  # fmt: skip

    def edit(self, feeds: list[FeedConfig]) -> None:
        """Give this machine another feeds.yaml."""
        self.workspace.config = msgspec.structs.replace(self.workspace.config, feeds=feeds)
        self.workspace.own_feeds = feeds
        self.workspace.views.catch_up()
        sync_feeds(self.workspace)


def feeds_of(site: Site, n: int = N_HOSTS) -> list[FeedConfig]:
    """Feeds of many hosts, each with one entry about a plot."""
    feeds = []
    for number in range(n):
        url = f"https://h{number}.test/feed"
        site.pages[url] = (200, rss((f"g{number}", f"plot of the {number}th kind"), host=f"h{number}.test"))
        feeds.append(FeedConfig(feed_id=f"f{number}", url=url, name=f"F{number}"))
    return feeds


@contextmanager
def machines(database: str, folder: Path, site: Site, clock: Clock) -> Iterator[Callable[..., Machine]]:
    """Make a log in an empty database, and machines on it."""
    first = new_postgres(database, folder)
    with ExitStack() as stack:
        stack.callback(first.close)
        n = iter(range(9))

        def machine(feeds: list[FeedConfig], model: WordModel | None = None) -> Machine:
            made = Machine(first.address, folder / f"m{next(n)}", site, clock, feeds, model)
            stack.callback(made.workspace.close)
            return made

        yield machine
