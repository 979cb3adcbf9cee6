"""Many workers on one log: what a feed costs them, how it is shared out, what an append and a million events cost.

    python3 dev.py bench scale [--feeds 600] [--hosts 150] [--events 40000]

Ticks run over a loopback farm, with log.db and with 1, 2 and 4 workers on a PostgreSQL made for the purpose. CPU is the
workers' own; server and farm share the machine with them, so feeds per second say little on two cores.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench._farm import FarmProcess, generate, urls
from bench._log_subjects import AT, records
from monitor.log.events import NewEvent
from tests.postgres import WORD, Server
from tests.postgres import running as postgres

if TYPE_CHECKING:
    import psycopg

    from monitor.log.chain import Row

MONITOR = Path(sys.executable).with_name("monitor")
PORT = 8611
MOMENTS = ("2026-11-02T06:00:00Z", "2026-11-02T18:00:00Z")  # after the farm's newest entry, and when all are due again
ROUNDS = 3


def children_cpu_s() -> float:
    """CPU seconds of every child that has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def tick(folders: Sequence[Path], env: dict[str, str]) -> tuple[float, float]:
    """Run one tick on every machine at once; return seconds and the CPU seconds of all of them."""
    cpu, began = children_cpu_s(), time.monotonic()
    command = [str(MONITOR), "tick", "--json"]
    running = [subprocess.Popen(command, cwd=each, env=env, stdout=subprocess.DEVNULL) for each in folders]
    for process in running:
        process.wait(900)
    return time.monotonic() - began, children_cpu_s() - cpu


def machines(folder: Path, n: int, feeds: list[str], env: dict[str, str]) -> list[Path]:
    """Make folders for n workers and initialise them."""
    hosts = ", ".join(sorted({f'"{url.split("/")[2]}"' for url in feeds}))
    text = f"settings:\n  allow_private: [{hosts}]\n  audit_per_day: 0\nfeeds:\n"
    text += "".join(f"- url: {url}\n  id: f{number}\n  name: F{number}\n" for number, url in enumerate(feeds))
    made = []
    for number in range(n):
        made.append(folder / f"machine{number}")
        made[-1].mkdir(parents=True)
        (made[-1] / "feeds.yaml").write_text(text)
        subprocess.run([str(MONITOR), "init"], cwd=made[-1], env=env, check=True, stdout=subprocess.DEVNULL)
    return made


def new_log(server: Server, name: str) -> str:
    """Make a database with an empty log; return the writer's address."""
    import psycopg

    from monitor.log.postgres.setup import init_postgres

    with psycopg.connect(server.address, autocommit=True) as owner:
        owner.execute(f'CREATE DATABASE "{name}"')
    init_postgres(server.of("owner", name), writer="monitor_writer", reader="monitor_reader")
    return server.of("monitor_writer", name)


def ticks(folder: Path, server: Server, feeds: list[str]) -> None:
    """Measure a first tick and one in which nothing changed."""
    base = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
    print(f"{'':12} {'first tick':>24} {'nothing new':>24}")
    alone: tuple[float, ...] = ()
    for n in (0, 1, 2, 4):
        env = {**base, "MONITOR_LOG": new_log(server, f"w{n}")} if n else base
        made = machines(folder / f"of{n}", max(1, n), feeds, env)
        cells, cpus = [], []
        for moment in MOMENTS:  # forced, each worker would ask every feed
            seconds, cpu = tick(made, {**env, "MONITOR_NOW": moment})
            cells.append(f"{len(feeds) / seconds:7.0f}/s {1000 * cpu / len(feeds):6.1f} ms CPU")
            cpus.append(cpu)
        alone = alone or tuple(cpus)
        ratios = "  ".join(f"{cpu / one:.2f}x" for cpu, one in zip(cpus, alone, strict=True))
        print(f"{f'{n} workers' if n else 'log.db':12} {cells[0]:>24} {cells[1]:>24}  CPU a feed to log.db: {ratios}")


def appends(folder: Path, server: Server, n_events: int, batch: int) -> None:
    """Measure append against plain COPY of the same chain, in turns, by the client's CPU; and what an event takes."""
    import psycopg

    from monitor.log.chain import ZERO, chain_rows
    from monitor.log.codec import encode_all
    from monitor.log.postgres.store import open_postgres

    events = [NewEvent(key, data) for part in records(n_events) for key, data in part]
    parts = [events[start : start + batch] for start in range(0, n_events, batch)]
    ratios, size, wal = [], 0, 0
    for number in range(ROUNDS):
        name = f"a{batch}-{number}"
        log = open_postgres(new_log(server, name), folder / name / "log.db")
        (folder / name).mkdir()  # anchors lie there: those of another log would be missed in this one
        before = _wal(server)
        began = time.process_time()
        for part in parts:
            log.append(part, recorded_at=AT)
        ours = time.process_time() - began
        log.close()
        wal = _wal(server) - before
        with psycopg.connect(server.of("owner", name), autocommit=True) as plain:
            row = plain.execute("SELECT pg_total_relation_size('monitor.events')").fetchone()
            size = row[0] if row else 0
            plain.execute(
                "CREATE TABLE floor (position int8 PRIMARY KEY, head text, key text UNIQUE, data bytea, hash bytea)"
            )
            position, prev = 0, ZERO
            began = time.process_time()
            for part in parts:
                rows = chain_rows(part, encode_all([event.data for event in part]), AT, position, prev)
                position, prev = rows[-1][0], rows[-1][4]
                _copy(plain, rows)
            theirs = time.process_time() - began
        ratios.append(theirs / ours)
    ratio = statistics.median(ratios)
    print(f"append, {batch} events a commit: {n_events / ours:,.0f} events per CPU second, {ratio:.2f} x of plain COPY")
    million = 1_000_000 / n_events / 1e6
    print(f"  a million such events: {size * million:,.0f} MB with indexes, {wal * million:,.0f} MB of write-ahead log")


def _copy(plain: psycopg.Connection[Any], rows: Sequence[Row]) -> None:
    statement = "COPY floor FROM STDIN (FORMAT BINARY)"
    with plain.transaction(), plain.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["int8", "text", "text", "bytea", "bytea"])
        for row in rows:
            copy.write_row(row)


def _wal(server: Server) -> int:
    import psycopg

    with psycopg.connect(server.address) as owner:
        row = owner.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone()
        return int(row[0]) if row else 0


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench scale")
    for name, default in (("feeds", 600), ("hosts", 150), ("events", 40_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="scale-") as name, postgres() as server:
        if server is None:
            print(WORD)
            return 1
        for batch in (2_000, 200):
            appends(Path(name), server, options.events, batch)
        root = Path(name) / "farm"
        generate(root, options.feeds, 20)
        with FarmProcess(root, Path(name), port=PORT, n_hosts=options.hosts, server="asyncio"):
            ticks(Path(name), server, urls(options.feeds, PORT, options.hosts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
