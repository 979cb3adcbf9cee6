"""A workspace for learning: the cold model in use, entries put into the log directly, a clock the test moves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from monitor.app import current_model
from monitor.classify.modelstore import COLD_MODEL, save_model
from monitor.config.load import Config
from monitor.config.settings import Settings
from monitor.log.events import EntryFlagged, EntryLabelled, EntryScored, EntrySeen, ModelPromoted, NewEvent
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.sqlite.store import open_log
from monitor.views.fold import open_views
from monitor.worker.workspace import Workspace
from tests.fetch.memory import Site


class Desk:
    """A data folder with the cold model, and short ways to see, flag and label entries."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self._open(folder, now, create=True)
        model_id = save_model(folder / "models", COLD_MODEL.read_bytes())
        self.workspace.append([NewEvent("model-promoted:0", ModelPromoted(model_id=model_id, threshold=0.5))])

    @classmethod
    def reopen(cls, folder: Path, now: datetime) -> Desk:
        """Open a data folder another desk made."""
        desk = cls.__new__(cls)
        desk._open(folder, now, create=False)
        return desk

    def _open(self, folder: Path, now: datetime, *, create: bool) -> None:
        self.folder, self.at = folder, now
        log = open_log(folder / "log.db", create=create)
        self.workspace = Workspace(
            config=Config(feeds=[], settings=Settings()),
            data_dir=folder,
            log=log,
            views=open_views(folder / "views.db", log),
            clock=lambda: self.at,
            load_model=current_model,
            fetcher=Site(),
        )

    def see(self, title: str, summary: str = "", *, feed: str = "f1", flag: bool = True, backfill: bool = False) -> str:
        """Put an entry into the log, scored, and flagged if asked; return its id."""
        entry_id = sha256(f"{feed}{title}{summary}".encode()).hexdigest()[:16]
        payload = entry_payload(title, summary)
        sha, model = payload_sha(payload), self.workspace.model
        score = round(model.score(title, summary), 6)
        events = [
            NewEvent(
                f"entry-seen:{entry_id}",
                EntrySeen(entry_id=entry_id, feed_id=feed, guid=entry_id, link="", text_sha=sha, backfill=backfill),
            ),
            NewEvent(
                f"entry-scored:{entry_id}",
                EntryScored(model_id=model.model_id, threshold=0.5, scores=[(entry_id, 0, score)]),
            ),
        ]
        if flag:
            flagged = EntryFlagged(entry_id=entry_id, revision=0, model_id=model.model_id, score=score, threshold=0.5)
            events.append(NewEvent(f"entry-flagged:{entry_id}", flagged))
        self.workspace.append(events, {sha: payload})
        return entry_id

    def say(self, entry_id: str, label: str, by: str = "ana", *, sample: bool = False) -> int:
        """Label an entry and return the position."""
        n = self.workspace.log.head()[0]
        data = EntryLabelled(entry_id=entry_id, label=label, by=by, sample=sample)
        return self.workspace.append([NewEvent(f"entry-labelled:{entry_id}:{by}:{n}", data, actor=by)])[0].position

    def pass_days(self, days: float) -> None:
        """Move the clock on."""
        self.at += timedelta(days=days)

    def events(self, kind: str) -> list[object]:
        """Return the data of every event of one type."""
        return [event.data for event in self.workspace.log.read(types=[kind])]

    def in_use(self) -> str:
        """Return the id of the model in use."""
        return current_model(self.workspace).model_id


@pytest.fixture
def desk(tmp_path: Path, now: datetime) -> Iterator[Desk]:
    """An open desk."""
    made = Desk(tmp_path, now)
    yield made
    made.workspace.close()
    shutil.rmtree(tmp_path / "models", ignore_errors=True)
