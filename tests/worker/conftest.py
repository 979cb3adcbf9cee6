"""A tick's surroundings: a site in memory whose feeds change, a workspace on it, and a model that reads one word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from monitor.classify.explain import Explanation, TermPart
from monitor.config.load import Config
from monitor.config.settings import Settings
from monitor.config.values import FeedConfig
from monitor.log.sqlite.store import open_log
from monitor.views.fold import open_views
from monitor.worker.workspace import Workspace
from tests.fetch.memory import Site

if TYPE_CHECKING:
    from tests.worker.fleet import Machine


class WordModel:
    """Scores 0.9 where a text says `plot`, 0.1 elsewhere."""

    model_id = "m0123456789ab"
    threshold = 0.5
    look_again = 0.3

    def score(self, title: str, summary: str = "", text: str = "", lang: str = "") -> float:
        """Return the score."""
        return 0.9 if "plot" in f"{title} {summary} {text}" else 0.1

    def explain(self, title: str, summary: str = "", text: str = "", lang: str = "") -> Explanation:
        """Return one reason."""
        score = self.score(title, summary, text, lang)
        return Explanation(score, 0.0, (TermPart("plot", "w:plot", "words", 2.2),), (), 0.0)


def rss(*items: tuple[str, str], host: str = "news.test") -> bytes:
    """Return an RSS feed of (guid, title)."""
    entries = "".join(
        f"<item><guid>{guid}</guid><title>{title}</title><link>https://{host}/{guid}</link>"
        f"<description>About {title}</description></item>"
        for guid, title in items
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{entries}</channel></rss>'.encode()


@pytest.fixture
def site() -> Site:
    """A site in memory, with ETags."""
    return Site()


@dataclass
class Clock:
    """A clock the test moves."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **amount: float) -> None:
        """Move on."""
        self.at += timedelta(**amount)


@pytest.fixture
def clock(now: datetime) -> Clock:
    """A clock that stands still until moved."""
    return Clock(now)


@pytest.fixture
def workspace(tmp_path: Path, site: Site, clock: Clock) -> Iterator[Workspace]:
    """A workspace watching two feeds of the site."""
    feeds = [
        FeedConfig(feed_id=name, url=site.url(name), name=name.title(), publisher=f"{name} press")
        for name in ("alpha", "beta")
    ]
    log = open_log(tmp_path / "log.db", create=True)
    made = Workspace(
        config=Config(feeds=feeds, settings=Settings()),
        data_dir=tmp_path,
        log=log,
        views=open_views(tmp_path / "views.db", log),
        clock=clock,
        load_model=lambda _: WordModel(),
        fetcher=site,
    )
    yield made
    made.close()


@pytest.fixture
def fleet(database: str, tmp_path: Path, site: Site, clock: Clock) -> Iterator[Callable[..., Machine]]:
    """Makes machines on one log in PostgreSQL."""
    from tests.worker.fleet import machines

    with machines(database, tmp_path, site, clock) as machine:
        yield machine
