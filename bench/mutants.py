"""Change the code in small ways and see whether a test notices: how well the guards of each room are held.

    python3 dev.py bench mutants [ROOM …] [--most 40] [--seed 1] [--all] [--only FILE:LINE] [--noticed]

Each room has a sample of its mutants (bench/_mutate.py says what they are; --all: every one) tried in a copy of the
tree, one at a time, against those of its tests that run the changed line, the quickest first, until one fails. A line
that no test runs is a survivor without a run. Survivors are printed with their line: each wants a test of the promise
that it breaks, or is a change that means nothing. --noticed prints the others too, with what noticed them; --only tries
the mutants of a line again. Exits 1 where a room is below its floor.

ROOMS holds the floors, and beside each what was last measured, with its seed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench._mutate import Mutant, mutants_of
from bench._warm import Warm

ROOT = Path(__file__).resolve().parent.parent
SOURCE = Path("src/monitor")


@dataclass(frozen=True)
class Room:
    """Where a room's code is, which tests answer for it, the share that they must notice, and what it was last."""

    files: tuple[str, ...]
    tests: tuple[str, ...]
    floor: float
    last: str = "never"


ROOMS = {
    "log": Room(
        ("log/*.py", "log/*/*.py"), ("tests/log", "tests/surfaces/test_witness.py"), 0.85, last="34 of 40, seed 13"
    ),
    "worker": Room(
        ("worker/*.py", "worker/*/*.py"),
        ("tests/worker", "tests/learn/test_retrain.py", "tests/log/test_commands.py"),
        0.85,
        last="24 of 40, seed 931",
    ),
    "fetch": Room(
        ("fetch/guard.py", "fetch/transfer.py", "fetch/outcome.py"), ("tests/fetch",), 0.85, last="36 of 40, seed 2"
    ),
    "triage": Room(("triage/*.py",), ("tests/triage", "tests/surfaces/test_reports.py"), 0.85, last="34 of 40, seed 5"),
    "gate": Room(("learn/gate.py",), ("tests/learn/test_gate.py",), 0.85, last="35 of 40, seed 1"),
    "learn": Room(("learn/*.py", "learn/*/*.py"), ("tests/learn",), 0.70, last="25 of 30, seed 818"),
    "stories": Room(("stories/*.py",), ("tests/stories",), 0.70, last="23 of 30, seed 5503"),
    "facts": Room(("facts/*.py", "facts/*/*.py"), ("tests/facts",), 0.70, last="27 of 30, seed 707"),
    "classify": Room(("classify/*.py",), ("tests/classify",), 0.70, last="26 of 30, seed 5501"),
    "text": Room(("text/*.py",), ("tests/text", "tests/archive"), 0.70, last="25 of 30, seed 5504"),
    "poll": Room(("poll/*.py",), ("tests/poll",), 0.70, last="23 of 30, seed 903"),
    "parse": Room(("parse/*.py",), ("tests/parse",), 0.70, last="26 of 30, seed 5506"),
    "config": Room(("config/*.py",), ("tests/config",), 0.70, last="23 of 30, seed 1"),
    "views": Room(("views/*.py", "views/*/*.py"), ("tests/views",), 0.70, last="24 of 30, seed 5502"),
    "surfaces": Room(
        ("surfaces/*.py", "surfaces/*/*.py", "surfaces/*/*/*.py"), ("tests/surfaces",), 0.70, last="19 of 30, seed 977"
    ),
}


@dataclass
class Tally:
    """What became of a room's mutants."""

    found: int
    tried: int = 0
    noticed: int = 0
    untouched: int = 0  # no test runs the line
    hung: int = 0  # noticed, because the tests did not end

    @property
    def share(self) -> float:
        """The share that was noticed, from 0 to 1."""
        return self.noticed / self.tried if self.tried else 1.0

    def words(self, floor: float) -> str:
        """Say it in a line."""
        below = ", BELOW" if self.share < floor else ""
        return (
            f"{self.noticed} of {self.tried} noticed ({self.share:.0%}, floor {floor:.0%}{below}); "
            f"{self.hung} by hanging, {self.untouched} in lines that no test runs; {self.found} in all"
        )


class Tree:
    """A copy of the project in which a room's mutants are tried, one after the other."""

    def __init__(self, folder: Path, tests: list[str]) -> None:
        self.folder = folder
        for name in ("src", "tests", "tools", "bench", "fixtures", "docs", "packaging"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "dev.py", "README.md", "CONTRIBUTING.md", "feeds.yaml", "requirements.lock"):
            shutil.copy(ROOT / name, folder / name)
        self.tests = tests
        self.warm = Warm(folder)
        self.touched: dict[str, list[str]] = {}
        self.seconds: dict[str, float] = {}
        self.modules: dict[str, None] = {}  # what to load before, once

    def learn(self) -> list[str]:
        """Follow and time each test, unless its file and the code are as they were; return what fails as it is."""
        files = [path for path in sorted(ROOT.rglob("tests/**/test_*.py")) if self._asked(path)]
        keep = ROOT / ".bench" / "mutants"
        keep.mkdir(parents=True, exist_ok=True)
        common = self._digest(path for path in (self.folder / "src").rglob("*") if path.suffix != ".so")
        common += self._digest(path for path in (self.folder / "tests").rglob("*.py") if path.name[:5] != "test_")
        kept = {path: keep / f"{path.stem}-{self._digest([path], common)}.json" for path in files}
        if missing := [str(path.relative_to(ROOT)) for path in files if not kept[path].exists()]:
            self._follow(missing, kept)
        failed = []
        for path in files:
            known = json.loads(kept[path].read_text(encoding="utf-8"))
            self.seconds |= known["seconds"]
            self.modules |= dict.fromkeys(known["modules"])
            failed += known["failed"]
            for line, tests in known["lines"].items():
                self.touched.setdefault(line, []).extend(tests)
        for test in failed:  # left out
            self.seconds.pop(test, None)
        return failed

    def _asked(self, path: Path) -> bool:
        name = path.relative_to(ROOT)
        return any(name.is_relative_to(test) for test in self.tests)

    @staticmethod
    def _digest(paths: Iterable[Path], seed: str = "") -> str:
        digest = hashlib.sha256(seed.encode())
        for path in sorted(paths):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.name}\0".encode() + path.read_bytes())
        return digest.hexdigest()[:16]

    def _follow(self, tests: list[str], kept: dict[Path, Path]) -> None:
        """Run the test files, followed and timed, and keep what was learned of each."""
        lines, times = self.folder / "lines.json", self.folder / "times.json"
        self.warm.run(3600, paths=tests, touched=str(lines), timed=str(times))
        if not lines.exists():
            raise SystemExit(self.warm.said.read_text(errors="replace")[-3000:])
        found = json.loads(lines.read_text(encoding="utf-8"))
        timed = json.loads(times.read_text(encoding="utf-8"))
        for path in (ROOT / test for test in tests):
            mine = f"{path.relative_to(ROOT)}::"
            known = {
                "seconds": {test: took for test, took in timed["seconds"].items() if test.startswith(mine)},
                "failed": [test for test in timed["failed"] if test.startswith(mine)],
                "lines": {
                    line: [test for test in tests if test.startswith(mine)] for line, tests in found["lines"].items()
                },
                "modules": found["modules"],
            }
            kept[path].write_text(json.dumps(known), encoding="utf-8")

    def tests_of(self, mutant: Mutant) -> list[str]:
        """Return the tests that run its line, the quickest first."""
        name = mutant.path.relative_to(ROOT / SOURCE)
        near = {test for line in mutant.lines for test in self.touched.get(f"{name}:{line}", ())}
        return sorted(near & self.seconds.keys(), key=lambda test: (self.seconds[test], test))

    def exit_code(self, mutant: Mutant, tests: list[str]) -> int | None:
        """Return how the tests end with the mutant in place; None where they hang."""
        place = self.folder / mutant.path.relative_to(ROOT)
        kept, when = place.read_bytes(), place.stat().st_mtime_ns
        place.write_text(mutant.text(), encoding="utf-8")
        os.utime(place, ns=(when, when + 10_000_000_000))  # or what was compiled of the whole file might still hold
        try:
            timeout_s = 30 + 5 * sum(self.seconds[test] for test in tests)
            load = {"modules": list(self.modules)} if self.modules else {}
            self.modules = {}
            code: int | None = self.warm.run(timeout_s, tests=tests, **load)["code"]
        finally:
            place.write_bytes(kept)
            os.utime(place, ns=(when, when))
        if code in (3, 4):
            raise SystemExit(f"{mutant.path}:{mutant.line}:\n{self.warm.said.read_text(errors='replace')[-3000:]}")
        return code

    def noticed_by(self) -> str:
        """Return the test that failed in the last run."""
        said = self.warm.said.read_text(errors="replace")
        return next((line[:150] for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))), "")


def mutants_in(room: Room) -> list[Mutant]:
    """Return all mutants of a room, in the order of its files."""
    paths = sorted({path for pattern in room.files for path in (ROOT / SOURCE).glob(pattern)})
    return [mutant for path in paths for mutant in mutants_of(path)]


def try_room(name: str, room: Room, found: list[Mutant], chosen: list[Mutant], *, noticed: bool) -> Tally:
    """Try some of a room's mutants; print the survivors, and with `noticed` the others."""
    tally = Tally(len(found))
    with tempfile.TemporaryDirectory() as folder:
        tree = Tree(Path(folder), [test for test in room.tests if (ROOT / test).exists()])
        began = time.monotonic()
        for test in tree.learn():
            print(f"  {name}: left out, fails without a mutant: {test}", flush=True)
        print(f"  {name}: {len(tree.seconds)} tests followed in {time.monotonic() - began:.0f} s", flush=True)
        for mutant in chosen:
            place = f"{mutant.place}: {mutant.what}"
            tests = tree.tests_of(mutant)
            code = tree.exit_code(mutant, tests) if tests else 0
            tally.tried += 1
            tally.untouched += not tests
            tally.hung += code is None
            if code in (0, 5):
                print(f"  survived {place}   [{len(tests)} tests]", flush=True)
            else:
                tally.noticed += 1
                if noticed:
                    print(f"  noticed {place}   by {tree.noticed_by()}", flush=True)
        tree.warm.close()
    return tally


def main(args: list[str]) -> int:
    """Try the rooms asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=", ".join(ROOMS))
    parser.add_argument("--most", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--only", action="append", metavar="FILE:LINE", help="mutants of such places alone")
    parser.add_argument("--noticed", action="store_true")
    given = parser.parse_args(args)
    if unknown := set(given.rooms) - set(ROOMS):
        parser.error(f"no room {', '.join(sorted(unknown))}; there are {', '.join(ROOMS)}")
    below = False
    for name in given.rooms or ROOMS:
        room = ROOMS[name]
        began = time.monotonic()
        found = mutants_in(room)
        if given.only:
            found = [mutant for mutant in found if any(one in mutant.place for one in given.only)]
        most = len(found) if given.all else min(given.most, len(found))
        chosen = random.Random(given.seed).sample(found, most)
        tally = try_room(name, room, found, chosen, noticed=given.noticed)
        below |= tally.share < room.floor
        print(f"{name}: {tally.words(room.floor)}, seed {given.seed}, {time.monotonic() - began:.0f} s")
        print(f"  {name}: measured before: {room.last}", flush=True)
    return int(below)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
