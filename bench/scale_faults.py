"""What befalls a fleet: workers killed, backends ended, the server stopped as by a power cut, commits cut off.

    python3 dev.py bench scale-faults [--kills 30] [--backends 10] [--stops 3] [--cuts 10] [--seed 1]

Exit code 1 where anything acknowledged was lost, anything is there twice, or a worker did not go on by itself.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench._fleet import Cutter, Fleet, judge, running
from tests.postgres import WORD, Server
from tests.postgres import running as postgres

RESUMES_S = 120.0


def end_backend(server: Server, rng: random.Random) -> bool:
    """End one of the server's processes that serves a worker."""
    import psycopg

    with psycopg.connect(server.address, autocommit=True) as owner:
        query = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'monitor %'"
        pids = [pid for (pid,) in owner.execute(query).fetchall()]
        return bool(pids) and bool(owner.execute("SELECT pg_terminate_backend(%s)", (rng.choice(pids),)).fetchone())


def befall(what: str, fleet: Fleet, server: Server, cutter: Cutter, rng: random.Random) -> None:
    """Let one thing happen."""
    if what == "kill":
        number = rng.randrange(len(fleet.folders))
        fleet.kill(number)
        fleet.start(number)
    elif what == "backend":
        end_backend(server, rng)
    elif what == "stop":
        server.stop(signal.SIGQUIT)
        time.sleep(rng.uniform(0.1, 1.0))
        server.start()
    else:
        cutter.wanted += 1


def run(kills: int, backends: int, stops: int, cuts: int, seed: int) -> tuple[list[str], dict[str, int]]:
    """Let it all happen in a random order; return what is wrong, and counts. None of it without PostgreSQL."""
    rng = random.Random(seed)
    plan = ["kill"] * kills + ["backend"] * backends + ["stop"] * stops + ["cut"] * cuts
    rng.shuffle(plan)
    with tempfile.TemporaryDirectory(prefix="fleet-") as name, postgres() as server:
        if server is None:
            raise SystemExit(WORD)
        with running(Path(name), server, rng) as (fleet, farm, cutter):
            workers = range(len(fleet.folders))
            faults = [f"worker {n} never began" for n in workers if not fleet.wait(n, 1, RESUMES_S)]
            for what in plan:
                befall(what, fleet, server, cutter, rng)
                time.sleep(rng.uniform(0.05, 1.5))
            faults += [f"worker {n} did not go on" for n in workers if not fleet.wait(n, 2, RESUMES_S)]
        told = [line for each in fleet.folders for line in (each / "troubles").read_text().splitlines()]
        for line, n in Counter(line[:300] for line in told).most_common(6):
            print(f"{n:5} x {line}")
        faults += judge(fleet, farm, server)
        counts = {
            "faults injected": len(plan), "cuts made": cutter.made, "troubles told": len(told),
            "ticks acknowledged": sum(len(fleet.acknowledged(n)) for n in workers),
            "requests served": farm.newest.total(),
        }  # fmt: skip
        return faults, counts


def main() -> int:
    """Run and say what came of it."""
    parser = argparse.ArgumentParser(prog="bench scale-faults")
    for name, default in (("kills", 30), ("backends", 10), ("stops", 3), ("cuts", 10), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    faults, counts = run(**vars(options))
    for name, n in counts.items():
        print(f"{name}: {n}")
    for fault in faults:
        print(f"FAULT {fault}")
    print("0 acknowledged lost, 0 doubled, the log verifies, every worker went on" if not faults else "not well")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
