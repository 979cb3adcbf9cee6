"""Runs tests over and over without starting anew: a pytest that has loaded what we depend on, and forks for each run.

The fork imports our own code and the tests itself, so a mutant is seen wherever it is: in constants made at import, in
what is cached, in child processes. `Warm` is the side that asks, the hooks below are the side that runs (`pytest -p
bench._warm`); they speak JSON lines through two pipes. Nothing but one run at a time.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bench._lines import Children, Lines, begin_child

_HERE = ("monitor", "tests", "bench", "tools", "conftest", "__main__")


class Warm:
    """The side that asks: a server in a copy of the tree."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = folder / "said.txt"
        self.n_runs = 0
        asks, self._to = os.pipe()
        self._back, answers = os.pipe()
        hooks = folder / "hooks"
        hooks.mkdir(exist_ok=True)
        (hooks / "sitecustomize.py").write_text(
            f"import os\nif os.environ.get('MONITOR_TOUCHED'):\n    import sys\n    sys.path.append({str(folder)!r})\n"
            "    from bench._lines import begin_child\n    begin_child()\n",
            encoding="utf-8",
        )
        env = os.environ | {
            "PYTHONPATH": os.pathsep.join((str(folder / "src"), str(hooks))),
            "MONITOR_WARM": f"{asks} {answers}",
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "bench._warm"]
        with self.said.open("ab") as out:
            self.process = subprocess.Popen(
                [*command, "-m", "not browser"],
                cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, pass_fds=(asks, answers),
            )  # fmt: skip
        os.close(asks)
        os.close(answers)

    def run(self, timeout_s: float, **wanted: object) -> dict[str, Any]:
        """Have one run made, of `tests` in this order until one fails, or of all below `paths`.

        touched, timed: files to write; modules: to load before. Return the exit code (None where it hung) and seconds.
        """
        os.truncate(self.said, 0)
        self.n_runs += 1
        place = self.folder / "runs" / str(self.n_runs)
        place.parent.mkdir(exist_ok=True)
        os.write(self._to, json.dumps({"timeout_s": timeout_s, "basetemp": str(place), **wanted}).encode() + b"\n")
        answer = _read_line(self._back)
        if not answer:
            raise SystemExit(f"the tests could not be started:\n{self.said.read_text(errors='replace')[-3000:]}")
        subprocess.run(["rm", "-rf", str(place)], check=False)
        done: dict[str, Any] = json.loads(answer)
        return done

    def close(self) -> None:
        """End the server."""
        os.close(self._to)
        os.close(self._back)
        self.process.wait(30)


def _read_line(pipe: int) -> bytes:
    """Return a line, or nothing at the end; without a file object, which would want to be closed in each fork."""
    line = b""
    while not line.endswith(b"\n"):
        part = os.read(pipe, 65536)
        if not part:
            return b""
        line += part
    return line


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Answer one ask after the other; only a fork for a run ever returns from here."""
    asks, answers = (int(part) for part in os.environ["MONITOR_WARM"].split())
    while line := _read_line(asks):
        ask = json.loads(line)
        if "modules" in ask:
            _load(ask["modules"])
        assert not [name for name in sys.modules if name.partition(".")[0] == "monitor"], "a mutant would not be seen"
        child = os.fork()
        if child == 0:
            os.setpgid(0, 0)
            _prepare(session, ask)
            return
        began = time.monotonic()
        code = _wait(child, ask["timeout_s"])
        answer = {"code": code, "seconds": time.monotonic() - began}
        os.write(answers, json.dumps(answer).encode() + b"\n")
    os._exit(0)


def _load(names: list[str]) -> None:
    sys.dont_write_bytecode = True  # what was compiled so far is of the tree without a mutant
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            try:
                importlib.import_module(name)
            except Exception:
                continue
    gc.collect()
    gc.freeze()


def _wait(child: int, timeout_s: float) -> int | None:
    """Return the exit code, or None where it hung; whatever it left running is ended."""
    watched = os.pidfd_open(child)
    ended = bool(select.select([watched], [], [], timeout_s)[0])
    os.close(watched)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) if ended else None


def _prepare(session: pytest.Session, ask: dict[str, Any]) -> None:
    config = session.config
    config._tmp_path_factory._given_basetemp = Path(ask["basetemp"])  # noqa: SLF001
    config.option.maxfail = 1 if "tests" in ask else 0
    config.args = ask.get("paths", [])
    if "tests" in ask:
        config.args = list(dict.fromkeys(test.partition("::")[0] for test in ask["tests"]))
        config.pluginmanager.register(_Chosen(ask["tests"]))
    if "touched" in ask:
        config.pluginmanager.register(_Touched(Path(ask["touched"])))
    if "timed" in ask:
        config.pluginmanager.register(_Timed(Path(ask["timed"])))


class _Chosen:
    def __init__(self, tests: list[str]) -> None:
        self.order = {test: place for place, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self.order), key=lambda item: self.order[item.nodeid]
        )


class _Timed:
    """Writes what each test took, the set-up included, and which failed."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.seconds: dict[str, float] = defaultdict(float)
        self.failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        found = {"seconds": self.seconds, "failed": sorted(self.failed)}
        self.out.write_text(json.dumps(found), encoding="utf-8")


class _Touched:
    """Writes which lines each test runs. What a shared fixture runs counts for every test
    that has it, what a function with a cache runs for every test that uses it."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.lines = Lines()
        self.tests: dict[str, set[tuple[str, int]]] = {}
        self.fixtures: dict[str, set[tuple[str, int]]] = defaultdict(set)
        self.names: dict[str, tuple[str, ...]] = {}
        self.uses: dict[str, set[str]] = {}  # functions with a cache
        self.children = Children(pipe := out.with_suffix(f".{os.getpid()}"))
        os.environ["MONITOR_TOUCHED"] = str(pipe)
        os.register_at_fork(after_in_child=begin_child)
        self.lines.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.lines.take()
        try:
            return (yield)
        finally:
            self.uses[item.nodeid] = self.lines.names()
            self.tests[item.nodeid] = self.lines.take()
            self.names[item.nodeid] = tuple(getattr(item, "fixturenames", ()))

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[object]:
        if fixturedef.scope == "function":
            return (yield)
        before = self.lines.take()
        try:
            return (yield)
        finally:
            seen = self.lines.take()
            self.fixtures[fixturedef.argname] |= seen
            self.lines.seen = before | seen

    def pytest_sessionfinish(self) -> None:
        sys.settrace(None)
        children = self.children.end()
        found: dict[str, list[str]] = defaultdict(list)
        for test, lines in self.tests.items():
            shared = [self.fixtures[name] for name in self.names[test] if name in self.fixtures]
            shared += [self.lines.cached[name] for name in self.uses[test] if name in self.lines.cached]
            for name, line in lines.union(children.get(test, set()), *shared):
                found[f"{name.rpartition('src/monitor/')[2]}:{line}"].append(test)
        modules = [name for name in sys.modules if name.partition(".")[0] not in _HERE]
        self.out.write_text(json.dumps({"lines": found, "modules": modules}), encoding="utf-8")
