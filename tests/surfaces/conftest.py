"""A running triage page over a small log: the ASGI application, spoken to without a socket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from monitor.config.load import Config
from monitor.config.settings import Settings
from monitor.log.codec import iso
from monitor.log.events import (
    EntryFlagged,
    EntryScored,
    EntrySeen,
    EventData,
    FeedAdded,
    NewEvent,
    StoryJoined,
    StoryOpened,
)
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.sqlite.store import open_log
from monitor.surfaces.web.door.reviewers import Reviewers
from monitor.surfaces.web.server import create_app
from monitor.views.fold import open_views
from monitor.worker.workspace import Workspace
from tests.fetch.memory import Site
from tests.worker.conftest import WordModel

HOST = "127.0.0.1:8765"


@dataclass
class House:
    """A data folder with a log, and the page over it."""

    folder: Path
    now: datetime
    reviewers: Reviewers
    settings: Settings = field(default_factory=Settings)

    def open(self) -> Workspace:
        """Open the workspace as a request would."""
        log = open_log(self.folder / "log.db", create=True)
        return Workspace(
            config=Config(feeds=[], settings=self.settings), data_dir=self.folder, log=log,
            views=open_views(self.folder / "views.db", log), clock=lambda: self.now, load_model=lambda _: WordModel(),
            fetcher=Site(),
        )  # fmt: skip

    def append(self, key: str, data: EventData, payloads: dict[str, bytes] | None = None) -> None:
        """Append one event."""
        workspace = self.open()
        workspace.log.append([NewEvent(key, data)], recorded_at=iso(self.now), payloads=payloads)
        workspace.close()

    def entry(
        self,
        entry_id: str,
        title: str,
        summary: str = "",
        link: str = "",
        score: float = 0.9,
        band: str = "flag",
        publisher: str = "",
        reasons: tuple[tuple[str, float], ...] = (),
        lang: str = "",
        story: StoryJoined | None = None,
    ) -> None:
        """Add a flagged entry in a story of its own; what is not given is the title, so that payloads go everywhere."""
        payload = entry_payload(title, summary)
        sha = payload_sha(payload)
        link = link or f"https://news.test/{entry_id}"
        self.append(
            f"entry-seen:{entry_id}",
            EntrySeen(entry_id=entry_id, feed_id="wire", guid=entry_id, link=link, text_sha=sha, author=title[:200],
                      source_name=publisher or title[:200], published_at=iso(self.now), lang=lang),
            {sha: payload},
        )  # fmt: skip
        scores = [(entry_id, 0, score)]
        self.append(
            f"entry-scored:{entry_id}", EntryScored(model_id="m1", threshold=0.5, scores=scores, feed_id="wire")
        )
        flag = EntryFlagged(
            entry_id=entry_id, revision=0, model_id="m1", score=score, threshold=0.5, band=band,
            nearest="seed 2" if publisher else title[:60],
            terms_for=[("w:" + words, weight, words) for words, weight in reasons or ((title[:40], 1.0),)],
        )  # fmt: skip
        self.append(f"entry-flagged:{entry_id}", flag)
        opened = StoryOpened(story_id="s" + entry_id, entry_id=entry_id, publisher=publisher or title[:100])
        self.append(f"story-entry:{entry_id}", story or opened)

    def client(self) -> TestClient:
        """Return a browser that is not signed in."""
        app = create_app(self.open, self.reviewers, frozenset({HOST}), self.now.timestamp)
        return TestClient(app, base_url=f"http://{HOST}", follow_redirects=False)

    def signed_in(self, name: str = "ana") -> TestClient:
        """Return a browser with a session."""
        client = self.client()
        client.headers["Origin"] = f"http://{HOST}"
        client.cookies.set("monitor_session", self.reviewers.sign_in(name, self.now.timestamp()))
        return client


@pytest.fixture
def house(tmp_path: Path, now: datetime) -> Iterator[House]:
    """A house with one feed and two reviewers, ana and ben."""
    house = House(tmp_path, now, Reviewers(tmp_path))
    for name in ("ana", "ben"):
        house.reviewers.add(name, iso(now))
    house.append(
        "feed-added:wire:0", FeedAdded(feed_id="wire", url="https://x.test/f", name="Wire", publisher="Wire Co")
    )
    return house
