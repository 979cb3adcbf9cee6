"""A server that takes no writes for a while: its disk is full, or it is set to read only. Nothing kept is lost."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from monitor.errors import StorageError
from monitor.log.events import Event
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.postgres.setup import init_postgres
from monitor.log.postgres.snapshot import verify_postgres
from monitor.log.postgres.store import PostgresLog, open_postgres
from monitor.surfaces.condition import condition_of
from monitor.worker.tick import run_tick
from tests.fetch.memory import Site
from tests.log.conftest import AT, label
from tests.postgres import WORD, Server, programs
from tests.worker.conftest import Clock
from tests.worker.fleet import feeds_of, machines

MB = 1 << 20
SETTINGS = {"max_connections": "20", "shared_buffers": "16MB", "max_wal_size": "32MB", "min_wal_size": "32MB"}


@pytest.fixture
def small() -> Iterator[Server]:
    """A server whose disk has room for some 20 MB more."""
    programs_at = programs()
    if programs_at is None:
        pytest.skip(WORD)
    with TemporaryDirectory(prefix="small-") as name:
        mount = ["mount", "-t", "tmpfs", "-o", "size=112m,mode=0755", "small", name]
        if subprocess.run(mount, capture_output=True).returncode:
            pytest.skip("needs the right to mount a small disk")
        try:
            server = Server(programs_at, Path(name), SETTINGS)
            server.start()
            yield server
            server.stop()
        finally:
            subprocess.run(["umount", "-l", name], check=True)


def fill(log: PostgresLog, n: int) -> Event:
    """Append a text that cannot be packed."""
    text = entry_payload(str(n), os.urandom(MB // 2).hex())
    return log.append([label(n)], recorded_at=AT, payloads={payload_sha(text): text})[0]


def fill_up(log: PostgresLog, start: int) -> tuple[list[Event], str]:
    """Append until it is refused; return what was acknowledged, and what was said."""
    kept: list[Event] = []
    while len(kept) < 200:
        try:
            kept.append(fill(log, start + len(kept)))
        except StorageError as error:
            return kept, str(error)
    raise AssertionError("the disk is not full")


def until_it_works(server: Server, work: Callable[[], Event]) -> Event:
    """Try again as a service does, each minute, only faster; a server that has ended is started, as operators do."""
    end = time.monotonic() + 60
    while True:
        try:
            return work()
        except StorageError:
            if server.process is not None and server.process.poll() is not None:
                server.start()
            assert time.monotonic() < end, "it does not work again"
            time.sleep(0.1)


def test_a_full_disk_keeps_what_was_acknowledged_and_nothing_else(small: Server, tmp_path: Path) -> None:
    """Filled to its end, refused with one line, given room: the same log goes on, whole, without a gap."""
    init_postgres(small.address, writer="monitor_writer", reader="monitor_reader")
    log = open_postgres(small.of("monitor_writer"), tmp_path / "log.db")
    ballast = small.folder / "ballast"
    with ballast.open("wb") as file:
        while os.statvfs(small.folder).f_bavail * os.statvfs(small.folder).f_frsize > 12 * MB:
            file.write(bytes(MB))
            file.flush()
    kept, said = fill_up(log, 0)
    assert 0 < len(kept) < 40
    assert "disk full at" in said or "cannot be reached" in said  # PostgreSQL may end itself over its own log
    fill_up(log, 200)
    ballast.unlink()
    more = until_it_works(small, lambda: fill(log, 999))
    events = list(log.read())
    assert [event.position for event in events] == list(range(1, len(events) + 1))
    assert {event.hash for event in (*kept, more)} <= {event.hash for event in events}
    assert verify_postgres(log, []).problems == []
    log.close()


def test_a_server_set_to_read_only_is_read_and_not_written(
    database: str, tmp_path: Path, site: Site, clock: Clock
) -> None:
    """A tick says so before it asks any feed; the queue and status are there; it goes on when it may."""
    with machines(database, tmp_path, site, clock) as machine:
        one = machine(feeds_of(site, 3))
        name = database.rsplit("/", 1)[1]

        def set_to(value: str) -> None:
            with psycopg.connect(database, autocommit=True, options="-c default_transaction_read_only=off") as owner:
                owner.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {value}')
                owner.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                    " WHERE usename = 'monitor_writer' AND datname = current_database()"
                )
            with pytest.raises(StorageError, match="cannot be reached"):
                one.log.head()

        set_to("on")
        with pytest.raises(StorageError, match="takes no writes now"):
            run_tick(one.workspace)
        assert one.fetcher.asked == []
        assert condition_of(one.workspace).position == 0
        set_to("off")
        assert run_tick(one.workspace).n_new == 3
        assert verify_postgres(one.log, []).problems == []
