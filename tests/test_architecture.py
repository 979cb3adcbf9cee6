"""The house's rules about imports and sizes, held by reading the source; nothing is imported from it here."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "src" / "monitor"
# A room may import only the rooms to its right.
ROOMS = (
    "surfaces",
    "app",
    "worker",
    "triage",
    "learn",
    "facts",
    "stories",
    "classify",
    "archive",
    "text",
    "poll",
    "sources",
    "parse",
    "fetch",
    "config",
    "views",
    "log",
    "untrusted",
    "errors",
)
FORMER = "feeds"  # the address four rooms had once; nothing of ours may import from it
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50
# What a tick with nothing to do must not pay for; each costs more to import than the tick itself.
HEAVY = ("sklearn", "scipy", "numpy", "apscheduler", "sqlite_utils", "asyncio", "feedparser", "trafilatura", "lxml")
LIGHT_ROOMS = ("app", "log", "views", "untrusted", "config", "fetch", "parse", "sources", "poll", "text", "facts")
LIGHT_FILES = ("classify/model.py", "stories/link.py", "stories/publishers.py", "worker/tick.py", "worker/lock.py")


def source_files() -> list[Path]:
    """Every Python file of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def module_of(path: Path) -> tuple[str, ...]:
    """The dotted path of a file below `monitor`, without the package's own name."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def is_typing_block(node: ast.AST) -> bool:
    """Say whether this is `if TYPE_CHECKING:`, which no run executes."""
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def imports(tree: ast.AST, *, inside_functions: bool = True) -> Iterator[tuple[int, str]]:
    """Yield (line, absolute dotted name) of every import; names imported from a package count as its modules."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif is_typing_block(node) and not inside_functions:
            continue
        elif inside_functions or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from imports(node, inside_functions=inside_functions)


def room_of(name: str) -> str | None:
    """The room a dotted name lies in: None outside the package, "" for the package itself."""
    parts = name.split(".")
    if parts[0] != "monitor":
        return None
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else ""


def wrong_arrows(path: Path, tree: ast.AST) -> list[str]:
    """Imports of a file that point up or outside the list of rooms."""
    own = module_of(path)
    if not own or own[0] not in ROOMS:
        return []
    allowed = ROOMS[ROOMS.index(own[0]) :]
    found = ((line, name, room_of(name)) for line, name in imports(tree))
    return [
        f"{path.relative_to(ROOT)}:{line}: {own[0]} imports {name}"
        for line, name, room in found
        if room is not None and room and room not in allowed
    ]


def heavy_imports(path: Path, tree: ast.AST) -> list[str]:
    """Module-level imports of a light file that a tick must not pay for."""
    return [
        f"{path.relative_to(ROOT)}:{line}: imports {name} at module level"
        for line, name in imports(tree, inside_functions=False)
        if name.split(".")[0] in HEAVY
    ]


def reaches_into_views(path: Path, tree: ast.AST) -> list[str]:
    """Uses of a database in a file outside the rooms that own one: views answer questions (views/queries)."""
    if module_of(path)[:1] in {("log",), ("views",)}:
        return []
    return [
        f"{path.relative_to(ROOT)}:{node.lineno}: uses a database"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"db", "execute", "executemany"}
    ]


def is_light(path: Path) -> bool:
    """Say whether a tick imports this file."""
    inside = path.relative_to(PACKAGE)
    return inside.parts[0].removesuffix(".py") in LIGHT_ROOMS or inside.as_posix() in LIGHT_FILES


def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def test_every_folder_is_a_room() -> None:
    """The tree holds the rooms and nothing beside them, at most two folders deep."""
    top = {path.relative_to(PACKAGE).with_suffix("").parts[0] for path in source_files()}
    assert set() == top - set(ROOMS) - {"__init__", "__main__", FORMER}
    assert [] == [str(p) for p in source_files() if len(module_of(p)) > 3]


def test_arrows_point_down() -> None:
    """A room imports only rooms below it, also inside functions; so no two rooms import each other."""
    assert [] == [fault for path in source_files() for fault in wrong_arrows(path, parsed(path))]


def test_the_former_address_leads_to_the_rooms_and_is_not_used() -> None:
    """Scripts written for the earlier layout still find what they import; our own code does not go that way."""
    from monitor.feeds.guard import read_target

    assert read_target("https://one.example/feed").host == "one.example"
    used = [
        path for path in source_files() for _, name in imports(parsed(path)) if name.startswith(f"monitor.{FORMER}")
    ]
    assert used == []


@pytest.mark.parametrize(
    ("name", "home"),
    [
        ("SqliteLog", "log"),
        ("MemoryLog", "log"),
        ("PostgresLog", "log"),
        ("PostgresClaims", "log"),
        ("psycopg", "log"),
        ("CurlFetcher", "fetch"),
        ("fetch_all", "fetch"),
        ("pycurl", "fetch"),
    ],
)
def test_doors_are_protocols(name: str, home: str) -> None:
    """Stores and the network are known by their protocols; the class behind one is named in its room and in app.py."""
    named = {path for path in source_files() if re.search(rf"\b{name}\b", path.read_text(encoding="utf-8"))}
    strangers = sorted(path.relative_to(PACKAGE).as_posix() for path in named)
    assert [] == [where for where in strangers if not where.startswith(f"{home}/") and where != "app.py"]


def test_what_a_tick_imports_is_light() -> None:
    """Training, scheduling and fallback parsers are imported where they are used, not when a module loads."""
    assert [] == [fault for path in source_files() if is_light(path) for fault in heavy_imports(path, parsed(path))]


def test_views_answer_questions() -> None:
    """No SQL above views: rows and tables stay there, values come out."""
    assert [] == [fault for path in source_files() for fault in reaches_into_views(path, parsed(path))]


def test_files_and_functions_stay_small() -> None:
    """No file past 400 lines, no function past 50."""
    faults = []
    for path in source_files():
        text = path.read_text(encoding="utf-8")
        n_lines = len(text.splitlines())
        if n_lines > MAX_FILE_LINES and path.name != "events.py":  # the closed set of events is one list by design
            faults.append(f"{path.relative_to(ROOT)}: {n_lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                n_lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if n_lines > MAX_FUNCTION_LINES:
                    faults.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.name} has {n_lines} lines")
    assert [] == faults


def test_every_module_says_what_it_owns() -> None:
    """Each file opens with a docstring, and no file has a name that says nothing."""
    silent = [str(p.relative_to(ROOT)) for p in source_files() if not ast.get_docstring(parsed(p))]
    assert [] == silent
    vague = {"utils", "util", "helpers", "helper", "manager", "common", "misc", "base"}
    assert [] == [str(p.relative_to(ROOT)) for p in source_files() if p.stem in vague]


@pytest.mark.parametrize(
    ("file", "source", "fault"),
    [
        ("log/chain.py", "from monitor.views import fold", "log imports monitor.views.fold"),
        ("fetch/robots.py", "from monitor.poll import schedule", "fetch imports monitor.poll.schedule"),
        ("text/mask.py", "def f():\n    import monitor.classify.model", "text imports monitor.classify.model"),
        ("parse/feed.py", "from monitor import text", "parse imports monitor.text"),
        ("stories/link.py", "if 1:\n    from monitor.app import now", "stories imports monitor.app.now"),
    ],
)
def test_a_wrong_arrow_is_found(file: str, source: str, fault: str) -> None:
    """The check sees planted violations, whatever form the import takes."""
    assert [fault] == [f.split(": ", 1)[1] for f in wrong_arrows(PACKAGE / file, ast.parse(source))]


def test_a_statement_above_views_is_found() -> None:
    """A planted query is found, by the connection's name and by what it does; in views it is allowed."""
    tree = ast.parse("rows = views.db.execute('SELECT 1')\nconnection.executemany('', [])")
    assert 3 == len(reaches_into_views(PACKAGE / "triage" / "queue.py", tree))
    assert [] == reaches_into_views(PACKAGE / "views" / "queries" / "queue.py", tree)


def test_a_heavy_import_is_found() -> None:
    """A planted module-level import is found; one inside a function or for types alone is allowed."""
    path = PACKAGE / "classify" / "model.py"
    allowed = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy\ndef f():\n    import sklearn.svm\n"
    )
    assert [] == heavy_imports(path, ast.parse(allowed))
    assert 1 == len(
        heavy_imports(path, ast.parse("try:\n    from scipy.sparse import csr_matrix\nexcept ImportError:\n    pass"))
    )


def test_loading_the_tick_loads_nothing_heavy() -> None:
    """Importing what `monitor tick` imports leaves the heavy packages unloaded, those behind dependencies too."""
    modules = [name for name in ("worker/tick.py", "app.py", "surfaces/cli/tick.py") if (PACKAGE / name).is_file()]
    if not modules:
        pytest.skip("no tick yet")
    names = ", ".join("monitor." + name.removesuffix(".py").replace("/", ".") for name in modules)
    program = f"import sys, {names}\nprint(*sorted({set(HEAVY)!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert "" == done.stdout.strip()
