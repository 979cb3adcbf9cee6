"""Run the suite again and again, shuffled and under load, to find tests that depend on order or on the machine's speed.

    python3 dev.py bench flaky [--times 20] [--load 2] [TESTS…]

Each run has its own seed (printed, for `pytest --shuffle SEED`) while `--load` processes keep the processors busy.
Exits 1 when any run failed, and names the tests that did.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import subprocess
import sys
import time
from collections import Counter


def spin() -> None:
    """Keep one processor busy until ended."""
    while True:
        sum(range(10_000))


def main(args: list[str]) -> int:
    """Run the suite as often as asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--load", type=int, default=2)
    parser.add_argument("tests", nargs="*")
    given = parser.parse_args(args)
    busy = [multiprocessing.Process(target=spin, daemon=True) for _ in range(given.load)]
    for process in busy:
        process.start()
    failed: Counter[str] = Counter()
    n_bad = 0
    for seed in range(1, given.times + 1):
        began = time.monotonic()
        command = [sys.executable, "-m", "pytest", "--shuffle", str(seed), "-p", "no:cacheprovider", *given.tests]
        done = subprocess.run(command, capture_output=True, text=True)
        failed.update(re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, flags=re.MULTILINE))
        n_bad += done.returncode != 0
        last = (done.stdout.strip().splitlines() or [done.stderr.strip()])[-1]
        print(f"seed {seed}: exit {done.returncode}, {time.monotonic() - began:.0f} s, {last}", flush=True)
    for process in busy:
        process.terminate()
    for name, times in failed.most_common():
        print(f"failed {times} of {given.times}: {name}")
    print(f"{given.times - n_bad} of {given.times} runs passed")
    return int(n_bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
