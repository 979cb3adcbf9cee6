"""Change the code in small ways and see whether a test notices: how well the guards of each room are held.

    python3 dev.py bench mutants [ROOM …] [--most 40] [--seed 1] [--all] [--whole]

A mutant is one change at a point of decision: a comparison turned or moved by one, `and` for `or`, a guard that always
or never holds, a number one more, a raise or a return left out. Each room has a sample of its mutants (--all: every
one) tried in a copy of the tree against those of its tests that call the changed function; where none does, and with
--whole for every survivor, against all of them (what tests run in child processes is seen only then). Survivors are
printed with their line: each wants a test of the promise that it breaks, or is a change that means nothing. Exits 1
where a room is below its floor (FLOORS).
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = Path("src/monitor")


@dataclass(frozen=True)
class Room:
    """Where a room's code is, which tests answer for it, and the share of mutants that they must notice."""

    files: tuple[str, ...]
    tests: tuple[str, ...]
    floor: float


FLOORS = {
    "log": Room(("log/*.py", "log/*/*.py"), ("tests/log",), 0.85),
    "worker": Room(("worker/*.py", "worker/*/*.py"), ("tests/worker", "tests/e2e"), 0.85),
    "fetch": Room(("fetch/guard.py", "fetch/transfer.py", "fetch/outcome.py"), ("tests/fetch",), 0.85),
    "triage": Room(("triage/*.py",), ("tests/triage", "tests/surfaces"), 0.85),
    "gate": Room(("learn/gate.py",), ("tests/learn/test_gate.py",), 0.85),
    "learn": Room(("learn/*.py", "learn/*/*.py"), ("tests/learn",), 0.70),
    "stories": Room(("stories/*.py",), ("tests/stories",), 0.70),
    "facts": Room(("facts/*.py", "facts/*/*.py"), ("tests/facts",), 0.70),
    "classify": Room(("classify/*.py",), ("tests/classify",), 0.70),
    "text": Room(("text/*.py",), ("tests/text",), 0.70),
    "poll": Room(("poll/*.py",), ("tests/poll",), 0.70),
    "parse": Room(("parse/*.py",), ("tests/parse",), 0.70),
    "config": Room(("config/*.py",), ("tests/config",), 0.70),
    "views": Room(("views/*.py", "views/*/*.py"), ("tests/views",), 0.70),
    "surfaces": Room(("surfaces/*.py", "surfaces/*/*.py", "surfaces/*/*/*.py"), ("tests/surfaces", "tests/e2e"), 0.70),
}
_TURNED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: in which file and line, what it does, and the whole text with it."""

    path: Path
    line: int
    what: str
    text: str
    function: int  # the first line of the function it is in


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Yield every mutant of a file; the file itself is not touched."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function, node in list(_decisions(tree)):
        for what, change, undo in _changes(node):
            before = ast.unparse(node).splitlines()[0]
            change()
            yield Mutant(path, node.lineno, f"{before[:90]}   ->   {what}", ast.unparse(tree), function)
            undo()


def _decisions(tree: ast.Module) -> Iterator[tuple[int, ast.stmt | ast.expr]]:
    """Yield (first line of the function, node) of what is decided inside functions."""
    kinds = (ast.Compare, ast.BoolOp, ast.BinOp, ast.If, ast.Raise, ast.UnaryOp, ast.Constant)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
            for statement in function.body:
                yield from ((first, node) for node in ast.walk(statement) if isinstance(node, kinds))


def _changes(node: ast.AST) -> Iterator[tuple[str, object, object]]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _TURNED:
        old, new = node.ops[0], _TURNED[type(node.ops[0])]()
        yield type(new).__name__, lambda: node.ops.__setitem__(0, new), lambda: node.ops.__setitem__(0, old)
    elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in _TURNED:
        was, turned = node.op, _TURNED[type(node.op)]()
        yield type(turned).__name__, lambda: setattr(node, "op", turned), lambda: setattr(node, "op", was)
    elif isinstance(node, ast.If):
        test = node.test
        for value in (True, False):
            constant = ast.copy_location(ast.Constant(value), test)
            yield f"if {value}", lambda c=constant: setattr(node, "test", c), lambda: setattr(node, "test", test)
    elif isinstance(node, ast.Raise):
        exc, cause = node.exc, node.cause
        quiet = ast.copy_location(ast.Constant(None), node)

        def drop() -> None:
            node.__class__, node.value = ast.Expr, quiet  # type: ignore[assignment,attr-defined]

        def put_back() -> None:
            node.__class__, node.exc, node.cause = ast.Raise, exc, cause  # type: ignore[assignment]

        yield "no raise", drop, put_back
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        operator = node.op
        yield "without not", lambda: setattr(node, "op", ast.UAdd()), lambda: setattr(node, "op", operator)
    elif isinstance(node, ast.Constant) and type(node.value) in (int, bool):
        value = node.value
        new_value = (not value) if isinstance(value, bool) else value + 1
        yield repr(new_value), lambda: setattr(node, "value", new_value), lambda: setattr(node, "value", value)


class Tree:
    """A copy of the project in which mutants are tried, one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = ""  # by the last run
        for name in ("src", "tests", "tools", "bench", "fixtures", "docs", "packaging"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "dev.py", "README.md", "CONTRIBUTING.md", "feeds.yaml", "requirements.lock"):
            shutil.copy(ROOT / name, folder / name)

    def passes(self, tests: list[str], timeout_s: float, *options: str) -> bool:
        """Say whether the tests pass; those that hang do not."""
        env = os.environ | {
            "PYTHONPATH": str(self.folder / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HYPOTHESIS_PROFILE": "fast",
            "MONITOR_TOUCHED": str(self.folder / "touched.json"),
        }
        (self.folder / "chosen.txt").write_text("\n".join(tests), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", "not browser", *options]
        try:
            done = subprocess.run(
                [*command, "@chosen.txt"], cwd=self.folder, env=env, capture_output=True, timeout=timeout_s
            )
        except subprocess.TimeoutExpired:
            return False
        self.said = done.stdout.decode(errors="replace")
        return done.returncode == 0

    def touched(self, tests: list[str]) -> dict[str, list[str]] | None:
        """Run the tests and return which call each function (FILE:LINE below src/monitor); None where one fails."""
        if not self.passes(tests, 3600, "-p", "bench._touched"):
            return None
        found: dict[str, list[str]] = json.loads((self.folder / "touched.json").read_text(encoding="utf-8"))
        return found

    def survives(self, mutant: Mutant, tests: list[str], timeout_s: float) -> bool:
        """Say whether the tests pass with the mutant in place."""
        place = self.folder / mutant.path.relative_to(ROOT)
        kept = place.read_bytes()
        place.write_text(mutant.text, encoding="utf-8")
        try:
            return self.passes(tests, timeout_s)
        finally:
            place.write_bytes(kept)


def try_room(name: str, room: Room, tree: Tree, most: int | None, seed: int, *, whole: bool) -> tuple[int, int]:
    """Try a room's mutants; print the survivors; return (noticed, tried)."""
    paths = sorted({path for pattern in room.files for path in (ROOT / SOURCE).glob(pattern)})
    found = [mutant for path in paths for mutant in mutants_of(path)]
    chosen = found if most is None else random.Random(seed).sample(found, min(most, len(found)))
    began = time.monotonic()
    tests = [test for test in room.tests if (ROOT / test).exists()]
    touched = tree.touched(tests)
    if touched is None:
        raise SystemExit(f"{tree.said[-2000:]}\n{name}: its tests do not pass without any mutant")
    timeout_s = 3 * (time.monotonic() - began) + 20
    n_noticed = 0
    for mutant in chosen:
        place = f"{mutant.path.relative_to(ROOT / SOURCE)}:{mutant.function}"
        near = touched.get(place, tests)
        survived = tree.survives(mutant, near, timeout_s)
        if survived and whole and near is not tests:
            survived = tree.survives(mutant, tests, timeout_s)
        if survived:
            print(f"  survived {mutant.path.relative_to(ROOT)}:{mutant.line}: {mutant.what}", flush=True)
        else:
            n_noticed += 1
    share = n_noticed / len(chosen) if chosen else 1.0
    verdict = "" if share >= room.floor else "   BELOW"
    found_so = f"{n_noticed} of {len(chosen)} noticed ({share:.0%}, floor {room.floor:.0%}; {len(found)} in all)"
    print(f"{name}: {found_so}{verdict}")
    return n_noticed, len(chosen)


def main(args: list[str]) -> int:
    """Try the rooms asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=", ".join(FLOORS))
    parser.add_argument("--most", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--whole", action="store_true")
    given = parser.parse_args(args)
    if unknown := set(given.rooms) - set(FLOORS):
        parser.error(f"no room {', '.join(sorted(unknown))}; there are {', '.join(FLOORS)}")
    below = False
    with tempfile.TemporaryDirectory() as folder:
        tree = Tree(Path(folder))
        for name in given.rooms or FLOORS:
            room = FLOORS[name]
            noticed, tried = try_room(
                name, room, tree, None if given.all else given.most, given.seed, whole=given.whole
            )
            below |= noticed < room.floor * tried
    return int(below)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
