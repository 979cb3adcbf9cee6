"""Many workers on one log: what a feed costs them, how it is shared out, what an append, a day and a move cost.

    python3 dev.py bench scale [--feeds 2000] [--hosts 500] [--due 400] [--events 40000] [--entries 40000]
    python3 dev.py bench scale ticks --feeds 100000 --hosts 25000 --due 20000      as large as the page speaks of
    python3 dev.py bench scale day --entries 1000000                               a day, then moved house both ways

CPU is the workers' own unless it says otherwise; server and farm share the machine with them, so feeds per second say
little on two cores. Exit code 1 where an entry was lost or doubled, a host asked by two at once or too early, or hashes
differ.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench._log_subjects import use_peers
from tests.postgres import WORD
from tests.postgres import running as postgres

PARTS = ("ticks", "append", "day")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench scale")
    parser.add_argument("parts", nargs="*", default=PARTS, help="ticks, append, day [all]")
    for name, default in (("feeds", 2_000), ("hosts", 500), ("due", 400), ("events", 40_000), ("entries", 40_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--workers", type=int, nargs="*", default=(1, 2, 4))
    options = parser.parse_args()
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="scale-") as name, postgres(max_wal_size="2GB") as server:
        if server is None:
            print(WORD)
            return 1
        if "append" in options.parts:
            from bench._scale_append import appends

            peers = use_peers(Path(name) / "peers")
            for batch in (2_000, 200):
                appends(Path(name), server, options.events, batch, peers=peers)
            if not peers:
                print("eventsourcing could not be installed: its rows are missing")
        if "ticks" in options.parts:
            from bench._scale_ticks import Ground, ticks

            ground = Ground(Path(name), server, options.feeds, options.hosts, options.due)
            faults += ticks(ground, Path(name), options.workers)
        if "day" in options.parts:
            from bench._scale_day import day, moved_house

            faults += moved_house(Path(name), server, day(Path(name), server, options.entries))
    for fault in faults:
        print(f"FAULT {fault}")
    print("nothing lost, nothing doubled, no host asked by two at once or too early" if not faults else "not well")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
