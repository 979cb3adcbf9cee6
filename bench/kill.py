"""Break the log in every way there is, and see that nothing acknowledged is lost and every change is found.

    python3 dev.py bench kill [--scale 1.0] [--only tick,label,train,export,keep,power,disk,tamper] [--seed 1]

Full counts: 1,000 killed ticks, 200 each of label, train, export and of keeping the log (erase, retention, restore,
import, a change of key, backup, rebuild, first search, each run again after its kill); 2,000 power losses; an I/O
error, a full disk, a short write and a kill at every I/O call, once and for good; 2,000 flipped bytes, 2,000 flipped
values, 500 each of deleted rows, swapped rows, cut tails and old copies. Exits 1 where a count that must be 0 is not.
Takes about half an hour; --scale 0.02 takes a minute. The disk faults need Linux and a C compiler.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import _faults, _keeps, _kills

# Counts that must be 0, whatever part reports them.
MUST_BE_ZERO = (
    "unverified", "lost", "half", "double", "traceback", "missing", "unscored", "torn", "bad_models", "unusable",
    "unclear", "not_recovered", "missed", "stuck",
)  # fmt: skip
TAMPER = {
    "byte flip": 2_000,
    "value flip": 2_000,
    "row deleted": 500,
    "rows swapped": 500,
    "tail cut": 500,
    "old copy": 500,
}
PARTS = ("power", "disk", "tamper", "tick", "label", "train", "export", "keep")


class Run:
    """The parts run so far and what they found wrong."""

    def __init__(self) -> None:
        self.bad: list[str] = []
        self.results: dict[str, dict[str, int]] = {}

    def part(self, name: str, work: Callable[[], dict[str, int]]) -> None:
        began = time.perf_counter()
        found = work()
        self.results[name] = found
        wrong = [f"{name}: {key} = {found[key]}" for key in MUST_BE_ZERO if found.get(key)]
        self.bad += wrong
        text = ", ".join(f"{key} {value}" for key, value in found.items())
        print(f"{'MISSED' if wrong else 'ok    '} {name}: {text} ({time.perf_counter() - began:.0f} s)", flush=True)


def disk_faults(run: Run, scale: float) -> None:
    most = 100_000 if scale >= 1 else max(2, round(150 * scale))
    for mode in _faults.MODES:
        for sticky in (False, True) if mode != "kill" else (False,):
            name = f"disk: {mode} at every I/O call, {'for good' if sticky else 'once'}"
            run.part(name, lambda mode=mode, sticky=sticky: _faults.sweep(mode, sticky=sticky, most=most))  # type: ignore[misc]


def process_kills(run: Run, parts: list[str], scale: float, seed: int) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        place = _kills.Installation(Path(temporary), seed)
        try:
            run.part("killed ticks", lambda: _kills.kill_tick(place, round((1_000 if "tick" in parts else 20) * scale)))
            if not run.results["killed ticks"]["flags"]:
                run.bad.append("killed ticks: nothing was flagged, so nothing was shown about flags")
            for name, work in (
                ("label", _kills.kill_label),
                ("train", _kills.kill_train),
                ("export", _kills.kill_export),
                ("keep", _keeps.kill_keeping),
            ):
                if name in parts:
                    run.part(f"killed {name}s", lambda work=work: work(place, max(3, round(200 * scale))))  # type: ignore[misc]
        finally:
            place.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    parts, run = args.only.split(","), Run()
    if "tamper" in parts:
        counts = {way: max(2, round(count * args.scale)) for way, count in TAMPER.items()}
        for way in counts:
            run.part(f"tampering: {way}", lambda way=way: _faults.tamper({way: counts[way]}, seed=args.seed)[way])  # type: ignore[misc]
    if not _faults.have_compiler():
        print("skipped: power loss and disk faults need Linux and a C compiler (cc)")
    else:
        if "power" in parts:
            run.part("power loss", lambda: _faults.power_loss(max(20, round(2_000 * args.scale)), seed=args.seed))
        if "disk" in parts:
            disk_faults(run, args.scale)
    if {"tick", "label", "train", "export", "keep"} & set(parts):
        process_kills(run, parts, args.scale, args.seed)
    folder = Path(__file__).resolve().parent.parent / ".bench"
    folder.mkdir(exist_ok=True)
    (folder / "kill.json").write_text(json.dumps(run.results, indent=1))
    print(f"MISSED: {'; '.join(run.bad)}" if run.bad else "nothing acknowledged was lost, and every change was found")
    return 1 if run.bad else 0


if __name__ == "__main__":
    sys.exit(main())
