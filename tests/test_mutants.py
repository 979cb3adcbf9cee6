"""The mutation check: what it changes, what it never changes, and which lines it looks for tests of."""

from __future__ import annotations

import ast
from pathlib import Path

from bench._mutate import Mutant, mutants_of


def made(tmp_path: Path, source: str) -> list[Mutant]:
    """Every mutant of a file."""
    path = tmp_path / "room.py"
    path.write_text(source, encoding="utf-8")
    return list(mutants_of(path))


def test_each_point_of_decision_is_turned(tmp_path: Path) -> None:
    """Promise: comparisons, words between them, guards, raises and numbers are changed, one at a time."""
    source = (
        "def f(a, b):\n    if not a or a < 2:\n        raise ValueError\n    return [x for x in b if x] if a else b[1]"
    )
    found = {mutant.what.split("   ->   ")[1] for mutant in made(tmp_path, source)}
    assert found == {"And", "without not", "LtE", "if True", "if False", "no raise", "without if", "2", "3"}
    for mutant in made(tmp_path, source):
        assert ast.dump(ast.parse(mutant.text())) != ast.dump(ast.parse(source))


def test_what_nobody_could_notice_is_not_changed(tmp_path: Path) -> None:
    """Promise: names, types, caches, asserts, the words of a message and how long to wait are left alone."""
    source = '''
__all__ = ["f", "g"][:2]
if 1 < 2:
    LIMIT = 3

@lru_cache(maxsize=8)
def f(a: Literal[1] = 1) -> Literal[2]:
    """Return 1."""
    n: Literal[3]
    assert a < 4
    kept = sha256(a).hexdigest()[:16]
    ask(f"{a:>10} of {5}", timeout=6, strict=True, indent=7)
    raise ValueError("more than", 8)
'''
    assert [mutant.what.split("   ->   ")[1] for mutant in made(tmp_path, source)] == ["no raise"]


def test_a_nested_function_is_changed_once(tmp_path: Path) -> None:
    """Promise: no change is drawn twice."""
    source = "def f(a):\n    def g(b):\n        return b < 1\n    return g(a)\n"
    assert sorted(mutant.what for mutant in made(tmp_path, source)) == ["1   ->   2", "b < 1   ->   LtE"]


def test_the_lines_of_a_change_are_those_that_run_it(tmp_path: Path) -> None:
    """Promise: a guard is tried by whoever reaches it, not only by whoever passes it."""
    source = "def f(a):\n    if (\n        a\n        and a > 1\n    ):\n        return a + 2\n    return 0\n"
    lines = {mutant.what.split("   ->   ")[0].splitlines()[0]: list(mutant.lines) for mutant in made(tmp_path, source)}
    assert lines["a > 1"] == lines["a and a > 1"] == [3, 4]
    assert lines["a + 2"] == [6]
    assert lines["0"] == [7]
