"""Everything at once on one log, for minutes: does it ever cry wolf, refuse, lose, double or keep what was erased?

    python3 dev.py bench soak [--minutes 5] [--seed 1]

Side by side: the service, two ticks, three reviewers at two labels a second, backups, rebuilds, erasures, retention,
packing of old events, training, readers of earlier moments, and two that verify the whole log again and again.
Afterwards the log is verified in full, every acknowledged label is looked for, flags are counted, and every file is
searched, byte for byte, for the words that were erased. Exits 1 where a count that must be 0 is not.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from bench import _soak
from bench._kills import Installation
from monitor.log.sqlite.store import open_log

MUST_BE_ZERO = (
    "false_alarms", "unchecked", "refused", "failed", "traceback", "service_failed", "lost", "double", "unverified",
    "found",
)  # fmt: skip
# Copies a person asked for; what they hold is named by `erase`, and deleting them is the person's.
NAMED = ("backups",)


def soak(folder: Path, seconds: float, seed: int = 1) -> dict[str, int]:
    """Run every worker for some seconds over an installation in `folder`; return the counts."""
    place = Installation(folder, seed)
    try:
        for _ in range(3):
            place.run("tick", "--force")
        total = _side_by_side(place, seconds)
        total.update(_judge(place))
    finally:
        place.close()
    return dict(total)


def _side_by_side(place: Installation, seconds: float) -> Counter[str]:
    service = _soak.service(place)
    pipes = []
    for name, (count, _) in _soak.WORKERS.items():
        for number in range(count):
            reader, writer = os.pipe()
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    os.write(writer, json.dumps(_soak.loop(place, name, number, seconds)).encode())
                    code = 0
                finally:
                    os._exit(code)
            os.close(writer)
            pipes.append((child, name, reader))
    total: Counter[str] = Counter()
    for child, name, reader in pipes:
        with os.fdopen(reader) as handle:
            answer = handle.read()
        os.waitpid(child, 0)
        if not answer:
            print(f"    {name} died", flush=True)
        total.update(json.loads(answer) if answer else {"failed": 1})
    with suppress(ProcessLookupError):
        os.kill(service, signal.SIGTERM)
    total["service_failed"] += os.waitpid(service, 0)[1] != 0
    return total


def _judge(place: Installation) -> dict[str, int]:
    """Look for what was acknowledged and what was erased, once nobody works any more."""
    place.run("tick", "--force")  # ends what a reader kept an erasure from
    found = place.judge(full=True)
    log = open_log(place.database, read_only=True)
    acked = [line.split() for path in place.folder.glob("review-*.notes") for line in path.read_text().splitlines()]
    events = {int(position): log.get(int(position)) for position, _ in acked}
    log.close()
    lost = sum(getattr(events[int(position)], "actor", "") != by for position, by in acked)
    return {**found, "lost": lost, "acknowledged": len(acked), **_search(place)}


def _search(place: Installation) -> dict[str, int]:
    """Search every byte of the data folder, named copies aside, for what could be left of erased texts."""
    lines = [line for path in place.folder.glob("erase-*.notes") for line in path.read_text().splitlines()]
    erased = {bytes.fromhex(line) for line in lines}
    left: set[bytes] = set()
    data = place.database.parent
    for path in data.rglob("*"):
        if path.is_file() and not any(part in NAMED for part in path.relative_to(data).parts):
            content = path.read_bytes()
            for trace in erased - left:
                if trace in content:
                    print(f"    {path.name} still holds {trace!r}", flush=True)
                    left.add(trace)
    return {"searched": len(erased), "found": len(left)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as temporary:
        total = soak(Path(temporary), args.minutes * 60, args.seed)
    for name, count in sorted(total.items()):
        print(f"{'MISSED' if name in MUST_BE_ZERO and count else 'ok    '} {name}: {count}")
    wrong = [f"{name} = {total[name]}" for name in MUST_BE_ZERO if total.get(name)]
    print(f"{'MISSED: ' + '; '.join(wrong) if wrong else 'all went well'} ({time.perf_counter() - began:.0f} s)")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
