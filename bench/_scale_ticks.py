"""Ticks of one to four workers over a farm, for bench/scale.py: what a feed costs, and whether anything went wrong.

The log knows `n_feeds` feeds on `n_hosts` hosts, of which `n_due` are due: those of the first hosts, as many on each.
What leads there is done once and copied: each measurement begins with the same log and the same folded views.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from bench._farm import generate
from bench._scale_farm import ScaleFarm, cpu_s
from monitor.log.codec import iso, parse_iso
from monitor.log.events import FeedFetched, NewEvent
from monitor.log.keep.moving import move_log
from monitor.log.postgres.setup import init_postgres
from monitor.log.postgres.store import open_postgres
from monitor.log.sqlite.store import open_log

if TYPE_CHECKING:
    from monitor.log.store import LogStore
    from tests.postgres import Server

MONITOR = Path(sys.executable).with_name("monitor")
PORT = 8611
BEGIN = "2026-11-02T05:00:00Z"
MOMENTS = ("2026-11-02T06:00:00Z", "2026-11-02T18:00:00Z")  # after the farm's newest entry; when the same are due again
NOT_DUE = "2026-11-03T04:00:00.000000Z"  # a feed waits no longer than a day
DELAY_S = 0.1  # between two requests to a host
ITEMS = 8
TICK_S = 1800


def new_log(server: Server, name: str) -> str:
    """Make a database with an empty log; return the writer's address."""
    import psycopg

    with psycopg.connect(server.address, autocommit=True) as owner:
        owner.execute(f'CREATE DATABASE "{name}"')
    init_postgres(server.of("owner", name), writer="monitor_writer", reader="monitor_reader")
    return server.of("monitor_writer", name)


class Ground:
    """The installation every measurement begins with: a data folder, and the same log in PostgreSQL."""

    def __init__(self, folder: Path, server: Server, n_feeds: int, n_hosts: int, n_due: int) -> None:
        self.server, self.folder, self.farm = server, folder / "ground", folder / "farm"
        due_hosts = max(1, n_hosts * n_due // n_feeds)
        feeds = [(number, number % n_hosts < due_hosts) for number in range(n_feeds)]
        self.n_due = sum(due for _, due in feeds)
        generate(self.farm, self.n_due, ITEMS)
        self._env = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
        self.folder.mkdir()
        files = iter(range(self.n_due))
        listed = "".join(
            f"- url: http://{_host(number % n_hosts)}:{PORT}/{next(files, 0) if due else number:05d}.xml\n"
            f"  id: f{number}\n  name: F{number}\n  allow_private: true\n"
            for number, due in feeds
        )
        (self.folder / "feeds.yaml").write_text(_settings(0) + listed)
        self.run("init", self.folder, {"MONITOR_NOW": BEGIN})
        with closing(open_log(self.folder / "data/log.db")) as log:
            events = [_fetched(number) for number, due in feeds if not due]
            for start in range(0, len(events), 5_000):
                log.append(events[start : start + 5_000], recorded_at=iso(parse_iso(BEGIN)))
            self.run("search", self.folder, {"MONITOR_NOW": BEGIN}, "nothing")  # who is searched on keeps an index
            with closing(open_postgres(new_log(server, "ground"), folder / "ground.db")) as to:
                move_log(log, to)

    def run(self, command: str, folder: Path, more: dict[str, str], *args: str) -> None:
        """Run one command of monitor."""
        env = {**self._env, **more}
        subprocess.run([str(MONITOR), command, *args], cwd=folder, env=env, check=False, stdout=subprocess.DEVNULL)

    def machines(self, n: int, into: Path) -> tuple[list[Path], dict[str, str]]:
        """Make the folders of `n` workers, 0 for one with log.db; return them and their environment."""
        import psycopg

        env = dict(self._env)
        if n:
            with psycopg.connect(self.server.address, autocommit=True) as owner:
                owner.execute(f'CREATE DATABASE "w{n}" TEMPLATE ground')
            env["MONITOR_LOG"] = self.server.of("monitor_writer", f"w{n}")
        made = []
        for number in range(max(1, n)):
            made.append(into / f"of{n}" / f"machine{number}")
            shutil.copytree(self.folder, made[-1])
            if n:
                (made[-1] / "data/log.db").unlink()
                (made[-1] / "data/feeds.recorded").unlink(missing_ok=True)
                own = f"- url: http://127.0.0.1:{PORT}/own.xml\n"  # a machine that joins takes the list of the log
                (made[-1] / "feeds.yaml").write_text(_settings(number) + own)
            if number:
                for path in (made[-1] / "data").glob("search.db*"):
                    path.unlink()
            self.run("status", made[-1], {**env, "MONITOR_NOW": BEGIN})
        return made, env


def _host(number: int) -> str:
    return f"127.{1 + number // 62_500}.{1 + number // 250 % 250}.{1 + number % 250}"


def _settings(number: int) -> str:
    return (
        f"settings:\n  audit_per_day: 0\n  user_agent: worker-{number}\n  per_host_delay_s: {DELAY_S}\n"
        "  per_host: 1\n  concurrency: 64\nfeeds:\n"
    )


def _fetched(number: int) -> NewEvent:
    data = FeedFetched(feed_id=f"f{number}", status=200, n_entries=ITEMS, next_due_at=NOT_DUE, interval_s=86_400)
    return NewEvent(f"feed-fetched:ground:f{number}", data)


def together(folders: Sequence[Path], env: dict[str, str], *command: str) -> tuple[float, float]:
    """Run a command on every machine at once; return seconds and the CPU seconds of all of them."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    running = [
        subprocess.Popen([str(MONITOR), *command], cwd=each, env=env, stdout=subprocess.DEVNULL) for each in folders
    ]
    for process in running:
        process.wait(TICK_S)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic() - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ticks(ground: Ground, into: Path, workers: Sequence[int]) -> list[str]:
    """Measure a first tick, the catching up with others, a tick in which nothing changed; return what went wrong."""
    print(f"{'':10} {'first tick':>49} {'catching up':>12} {'nothing new':>43}  CPU a feed to log.db")
    alone: list[float] = []
    faults = []
    for n in (0, *workers):
        made, env = ground.machines(n, into)
        farm = ScaleFarm(ground.farm, into, PORT, DELAY_S)
        with farm:
            cells, costs, folding = [], [], 0.0
            for moment in MOMENTS:
                server_cpu, farm_cpu = cpu_s(ground.server.process.pid), cpu_s(farm.process.pid)  # type: ignore[union-attr]
                seconds, cpu = together(made, {**env, "MONITOR_NOW": moment}, "tick", "--json")
                server_cpu, farm_cpu = cpu_s(ground.server.process.pid) - server_cpu, cpu_s(farm.process.pid) - farm_cpu  # type: ignore[union-attr]
                each = 1000 / ground.n_due
                cells.append(
                    f"{ground.n_due / seconds:6.0f}/s {cpu * each:6.2f} ms + {server_cpu * each:5.2f} server "
                    f"+ {farm_cpu * each:4.2f} farm"
                )
                costs.append(cpu)
                if moment == MOMENTS[0]:
                    folding = together(made, {**env, "MONITOR_NOW": moment}, "status")[1]
        alone = alone or costs
        ratios = "  ".join(f"{cpu / one:.2f} x" for cpu, one in zip(costs, alone, strict=True))
        name = f"{n} workers" if n else "log.db"
        print(f"{name:10} {cells[0]:>49} {folding * each:9.2f} ms {cells[1]:>43}  {ratios}", flush=True)
        faults += [f"{name}: {fault}" for fault in wrong(made[0], env, farm.seen, ground)]
    return faults


def wrong(folder: Path, env: dict[str, str], seen: dict[str, int], ground: Ground) -> list[str]:
    """Return what is lost, doubled or impolite after both ticks."""
    expected = {"at_once": 0, "early": 0, "whole": ground.n_due, "twice": 0, "unchanged": ground.n_due}
    faults = [f"{name}: {seen[name]} in place of {n}" for name, n in expected.items() if seen[name] != n]
    log: LogStore
    address = env.get("MONITOR_LOG", "")
    log = open_postgres(address, folder / "data/log.db") if address else open_log(folder / "data/log.db")
    with closing(log):
        entries = [(event.data.feed_id, event.data.guid) for event in log.read(types=("entry-seen",))]  # type: ignore[attr-defined]
    if len(entries) != len(set(entries)) or len(entries) != ITEMS * ground.n_due:
        faults.append(f"{len(entries)} entries, {len(set(entries))} different, of {ITEMS * ground.n_due}")
    return faults
