"""The house's rules about imports and sizes, held by reading the source; nothing is imported from it here."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from bench import house
from bench._house import (
    DOORS,
    FORMER,
    HEAVY,
    MAX_FILE_LINES,
    MAX_FUNCTION_LINES,
    PACKAGE,
    ROOMS,
    ROOT,
    circles,
    function_lengths,
    heavy_imports,
    imports,
    is_light,
    module_of,
    parsed,
    reaches_into_views,
    source_files,
    strangers_that_name,
    wrong_arrows,
)


def test_every_folder_is_a_room() -> None:
    """The tree holds the rooms and nothing beside them, at most two folders deep, and three where people meet it."""
    top = {path.relative_to(PACKAGE).with_suffix("").parts[0] for path in source_files()}
    assert set() == top - set(ROOMS) - {"__init__", "__main__", FORMER}
    assert [] == [str(p) for p in source_files() if len(module_of(p)) > (4 if "surfaces" in module_of(p) else 3)]


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


@pytest.mark.parametrize("name", DOORS)
def test_doors_are_protocols(name: str) -> None:
    """Stores and the network are known by their protocols; the class behind one is named in its room and in app.py."""
    assert [] == strangers_that_name(name)


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
        n_lines = len(path.read_text(encoding="utf-8").splitlines())
        if n_lines > MAX_FILE_LINES:
            faults.append(f"{path.relative_to(ROOT)}: {n_lines} lines")
        lengths = function_lengths(path, parsed(path))
        faults += [f"{where} has {n_lines} lines" for n_lines, where in lengths if n_lines > MAX_FUNCTION_LINES]
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
    """Importing what `monitor tick` imports leaves the heavy packages unloaded, those behind dependencies too.

    So it leaves the classifier and the words of languages: a tick with nothing due scores nothing.
    """
    modules = [
        name for name in ("worker/tick.py", "app.py", "surfaces/cli/collect/tick.py") if (PACKAGE / name).is_file()
    ]
    if not modules:
        pytest.skip("no tick yet")
    names = ", ".join("monitor." + name.removesuffix(".py").replace("/", ".") for name in modules)
    unwanted = {*HEAVY, "monitor.classify.model", "monitor.text.language"}
    program = f"import sys, {names}\nprint(*sorted({unwanted!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert "" == done.stdout.strip()


@pytest.mark.parametrize("name", ["queue", "stories", "review", "search", "label"])
def test_loading_what_reads_the_queue_loads_no_numbers(name: str) -> None:
    """Commands that show and decide leave the numeric packages unloaded: these took a third of the command's time."""
    unwanted = {"numpy", "scipy", "sklearn"}
    program = f"import sys, monitor.surfaces.cli.decide.{name}\nprint(*sorted({unwanted!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert "" == done.stdout.strip()


def test_a_circle_is_found_and_a_line_is_none() -> None:
    """Two files that reach each other, however far round, are one circle; those that lead there only are not in it."""
    assert [["a", "b", "c"]] == circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})
    assert [] == circles({"a": {"b", "c"}, "b": {"c"}, "c": set()})


def test_the_bench_says_what_is_missed_and_fails_by_it(capsys: pytest.CaptureFixture[str]) -> None:
    """`dev.py bench house` ends with 1 exactly where a figure is missed, and names what misses it."""
    figures = [
        house.Figure("files in a folder", 21, 20, ("log: 21",)),
        house.Figure("upward arrows", 0, 0),
        house.Figure("lines of src", 9, None),
    ]
    assert 1 == house.show(figures)
    assert [line for line in capsys.readouterr().out.splitlines() if "MISSED" in line or "log" in line] == [
        "files in a folder                21   at most 20   MISSED",
        "    log: 21",
    ]
    assert 0 == house.show(figures[1:])


def test_what_the_tests_hold_is_met_in_figures_too() -> None:
    """The rules that no file may break stand at their figure in the bench as well."""
    held = {
        "files in a folder",
        "circles of files",
        "upward arrows",
        "uses of a database outside views",
        "store classes above log",
        "lines of the longest function",
        "words of several meanings",
    }
    met = {figure.name for figure in house.figures() if not figure.missed}
    assert set() == held - met
