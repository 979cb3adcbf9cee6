"""The house's rules about imports and sizes, as functions that read the source; nothing of it is imported.

tests/test_architecture.py holds them, and `python3 dev.py bench house` prints them as figures.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
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
    "files",
    "errors",
)
FORMER = "feeds"  # the address four rooms had once; nothing of ours may import from it
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50
MAX_FOLDER_FILES = 20
# What a tick with nothing to do must not pay for; each costs more to import than the tick itself.
HEAVY = ("sklearn", "scipy", "numpy", "apscheduler", "sqlite_utils", "asyncio", "feedparser", "trafilatura", "lxml")
LIGHT_ROOMS = ("app", "log", "views", "untrusted", "config", "fetch", "parse", "sources", "poll", "text", "facts")
LIGHT_FILES = ("classify/model.py", "stories/link.py", "stories/publishers.py", "worker/tick.py", "worker/lock.py")
# Known above their rooms by a protocol; the class behind it is named in its room and in app.py.
DOORS = {
    "SqliteLog": "log",
    "MemoryLog": "log",
    "PostgresLog": "log",
    "PostgresClaims": "log",
    "psycopg": "log",
    "CurlFetcher": "fetch",
    "fetch_all": "fetch",
    "pycurl": "fetch",
}


def source_files() -> list[Path]:
    """Every Python file of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def module_of(path: Path) -> tuple[str, ...]:
    """The dotted path of a file below `monitor`, without the package's own name."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


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


def strangers_that_name(name: str) -> list[str]:
    """The files outside its room, and not app.py, that name the class behind a protocol (see DOORS)."""
    named = (path for path in source_files() if re.search(rf"\b{name}\b", path.read_text(encoding="utf-8")))
    places = sorted(path.relative_to(PACKAGE).as_posix() for path in named)
    return [where for where in places if not where.startswith(f"{DOORS[name]}/") and where != "app.py"]


def is_light(path: Path) -> bool:
    """Say whether a tick imports this file."""
    inside = path.relative_to(PACKAGE)
    return inside.parts[0].removesuffix(".py") in LIGHT_ROOMS or inside.as_posix() in LIGHT_FILES


def function_lengths(path: Path, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield (lines, where and what) of every function of a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            n_lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield n_lines, f"{path.relative_to(ROOT)}:{node.lineno}: {node.name}"


def folder_sizes() -> dict[str, int]:
    """How many Python files lie in each folder, its `__init__.py` not counted."""
    sizes: dict[str, int] = defaultdict(int)
    for path in source_files():
        if path.name != "__init__.py":
            sizes[path.parent.relative_to(PACKAGE).as_posix()] += 1
    return dict(sizes)


def calls_between_files() -> dict[str, set[str]]:
    """Which files of ours each file imports, inside functions too."""
    names = {".".join(("monitor", *module_of(path))): path.relative_to(PACKAGE).as_posix() for path in source_files()}
    arrows: dict[str, set[str]] = {}
    for path in source_files():
        own = path.relative_to(PACKAGE).as_posix()
        targets = (names.get(name) or names.get(name.rpartition(".")[0]) for _, name in imports(parsed(path)))
        arrows[own] = {target for target in targets if target and target != own and not target.endswith("__init__.py")}
    return arrows


def circles(arrows: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """The groups of two and more names that reach each other (strongly connected, by who reaches whom)."""
    reach = {name: _reached(name, arrows) for name in arrows}
    groups = {tuple(sorted(other for other in reach[name] if name in reach.get(other, ()))) for name in arrows}
    return sorted(list(group) for group in groups if len(group) > 1)


def _reached(start: str, arrows: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    todo = list(arrows.get(start, ()))
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(arrows.get(name, ()))
    return found


def words_of_several_meanings() -> dict[str, list[str]]:
    """The names of public classes that more than one file defines, with the files."""
    homes: dict[str, list[str]] = defaultdict(list)
    for path in source_files():
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(path.relative_to(PACKAGE).as_posix())
    return {name: files for name, files in sorted(homes.items()) if len(files) > 1}
