"""Who works on a shared log now, as `monitor status` lists them: what the server knows, gone with a connection."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from monitor.surfaces.cli.serve.status import others_on, text_of
from monitor.surfaces.condition import condition_of
from monitor.triage.unread import newest_unread
from tests.fetch.memory import Site
from tests.worker.fleet import Machine, feeds_of

WORK = """
import sys, time
from pathlib import Path
from monitor.log.postgres.store import open_postgres
log = open_postgres(sys.argv[1], Path(sys.argv[2]) / "w.db")
log.claims.take(["h0.test", "h1.test", "h2.test", "h3.test", "of.another.list"])
with log.claims.alone("chores"), log.claims.alone("shard x"):
    print("at work", flush=True)
    time.sleep(60)
"""


def test_status_lists_who_is_at_work(fleet: Callable[..., Machine], site: Site, tmp_path: Path) -> None:
    """Machine, process, hosts by name, jobs in words, the rest as a number; nobody once the process is killed."""
    machine = fleet(feeds_of(site, 5))
    assert others_on(machine.workspace) == []
    command = [sys.executable, "-c", WORK, machine.log.address, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        worker.stdout.readline()
        (other,) = others_on(machine.workspace)
        unread = newest_unread(machine.log, machine.workspace.views)
        (line,) = (
            line
            for line in text_of(condition_of(machine.workspace), unread, [other]).splitlines()
            if line.startswith("worker")
        )
        worker.kill()
    assert (other.pid, other.address) == (str(worker.pid), "127.0.0.1")
    assert (other.hosts, other.jobs, other.n_more) == ([f"h{n}.test" for n in range(4)], ["chores"], 2)
    assert "4 hosts in hand: h0.test, h1.test, h2.test, …; the chores of a tick; 2 shards or other turns" in line
    until = time.monotonic() + 20
    while others_on(machine.workspace):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_log_of_one_machine_has_nobody_else(workspace: object) -> None:
    """On log.db there is nothing to list."""
    assert others_on(workspace) == []  # type: ignore[arg-type]
