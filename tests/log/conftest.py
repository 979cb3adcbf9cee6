"""Every store there is, for the contract tests; and short ways to make events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from monitor.log.events import EntryLabelled, Event, NewEvent
from monitor.log.memory import MemoryLog
from monitor.log.postgres.setup import init_postgres
from monitor.log.postgres.store import PostgresLog, open_postgres
from monitor.log.sqlite.store import SqliteLog, open_log
from monitor.log.store import EventStore

AT = "2026-01-31T12:00:00.000000Z"


def label(n: int, verdict: str = "plot") -> NewEvent:
    """Return the n-th label event."""
    return NewEvent(f"label:{n}", EntryLabelled(entry_id=f"e{n}", label=verdict, by="ana"), "ana")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    """An empty SQLite log."""
    store = open_log(tmp_path / "log.db", create=True)
    yield store
    store.close()


class PackedLog(SqliteLog):
    """A log.db that packs all but its newest event after each append, two and two."""

    def append(self, *args: Any, **kwargs: Any) -> Sequence[Event]:
        """Append, then pack."""
        added = super().append(*args, **kwargs)
        self.compact(1 << 20, keep=1, size=2)
        return added


def packed_log(path: Path) -> PackedLog:
    """A new log whose events are packed as soon as can be."""
    open_log(path, create=True).close()
    return PackedLog(path)


@pytest.fixture(params=["memory", "sqlite", "packed", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventStore]:
    """Each implementation of the protocol in turn."""
    opened: EventStore
    if request.param == "memory":
        opened = MemoryLog()
    elif request.param == "sqlite":
        opened = open_log(tmp_path / "log.db", create=True)
    elif request.param == "packed":
        opened = packed_log(tmp_path / "log.db")
    else:
        opened = new_postgres(request.getfixturevalue("database"), tmp_path)
    yield opened
    opened.close()


def new_postgres(owner: str, folder: Path) -> PostgresLog:
    """A new log in an empty database, opened as its writer."""
    init_postgres(owner, writer="monitor_writer", reader="monitor_reader")
    return open_postgres(owner.replace("owner@", "monitor_writer@"), folder / "log.db")
