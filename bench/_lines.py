"""Which test runs which lines of ours: as a pytest plugin in the process of the tests, and in the children they start.

`Lines` follows the own process. A child that is started with MONITOR_TOUCHED (a pipe) in its environment and this
file's `begin_child` in its sitecustomize tells what it calls, by whole functions, as it calls them: it may be killed.
Functions called often in one test count with all their lines too, or following would cost too much.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import defaultdict
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

OURS = f"src{os.sep}monitor{os.sep}"
OFTEN = 8  # calls of one function within one test
LONG = 60  # lines in one call that were seen before


Line = tuple[str, int]  # file, number


class Lines:
    """Follows this process; `seen` holds the lines since it was last emptied.

    What a function with a cache runs the first time, it would run in every test: `cached` holds it by the function's
    name, and `names` the names of cached functions that the functions called so far use.
    """

    def __init__(self) -> None:
        self.seen: set[Line] = set()
        self.cached: dict[str, set[Line]] = defaultdict(set)
        self._cached_code: dict[CodeType, str] = {}
        self._left: dict[CodeType, set[int]] = {}
        self._calls: dict[CodeType, int] = defaultdict(int)

    def take(self) -> set[Line]:
        """Return what was seen and begin anew."""
        seen, self.seen = self.seen, set()
        self._left.clear()
        self._calls.clear()
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] == "monitor":
                for found in vars(module).values():
                    if hasattr(found, "cache_clear") and hasattr(found, "__wrapped__"):
                        self._cached_code[found.__wrapped__.__code__] = found.__name__
        return seen

    def names(self) -> set[str]:
        """Return the names of functions with a cache that the functions called since `take` use."""
        known = set(self._cached_code.values())
        return {name for code in self._left for name in code.co_names if name in known}

    def start(self) -> None:
        """Follow this thread and those to come."""
        threading.settrace(self._called)
        sys.settrace(self._called)

    def _called(self, frame: FrameType, event: str, arg: Any) -> Any:
        code = frame.f_code
        left = self._left.get(code)
        if left is None:
            if OURS not in code.co_filename:
                return None
            left = self._left[code] = {line for _, _, line in code.co_lines() if line is not None}
        if not left:
            return None
        self._calls[code] += 1
        if self._calls[code] > OFTEN:
            self._all(code, left)
            return None
        left.discard(frame.f_lineno)
        self.seen.add((code.co_filename, frame.f_lineno))
        stale = 0
        cached = self._cached_code.get(code)
        before = self.seen
        if cached:
            self.seen = {(code.co_filename, frame.f_lineno)}

        def ran(frame: FrameType, event: str, arg: Any) -> Any:
            nonlocal stale
            if event == "return" and cached:
                self.cached[cached] |= self.seen
                self.seen |= before
            if event == "line" and frame.f_lineno in left:
                left.discard(frame.f_lineno)
                self.seen.add((code.co_filename, frame.f_lineno))
                frame.f_trace_lines = bool(left)
            elif event == "line":
                stale += 1
                if stale > LONG:
                    self._all(code, left)
                    frame.f_trace_lines = False
            return ran

        return ran

    def _all(self, code: CodeType, left: set[int]) -> None:
        self.seen.update((code.co_filename, line) for line in left)
        left.clear()


def begin_child() -> None:
    """Tell the test's process, through its pipe, of the functions that this child calls, each once."""
    pipe, test = os.environ.get("MONITOR_TOUCHED"), os.environ.get("PYTEST_CURRENT_TEST")
    if not pipe or not test or not Path(pipe).exists():
        return
    out = os.open(pipe, os.O_WRONLY)
    met: set[CodeType] = set()

    def called(frame: FrameType, event: str, arg: Any) -> None:
        code = frame.f_code
        if event == "call" and code not in met:
            met.add(code)
            if OURS in code.co_filename:
                lines = [line for _, _, line in code.co_lines() if line is not None]
                row = f"{test.rpartition(' (')[0]}\t{code.co_filename}\t{min(lines)}\t{max(lines)}\n"
                os.write(out, row.encode())  # at most PIPE_BUF bytes: rows of several children do not mix

    threading.setprofile(called)
    sys.setprofile(called)


class Children:
    """What children of tests tell; a pipe, because a child may have been forbidden to write files."""

    def __init__(self, pipe: Path) -> None:
        os.mkfifo(pipe)
        self._pipe = os.open(pipe, os.O_RDWR)
        self._told = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while not self._told.endswith(b"\n\n"):
            self._told += os.read(self._pipe, 65536)

    def end(self) -> dict[str, set[Line]]:
        """Return the lines by test."""
        os.write(self._pipe, b"\n\n")
        self._reader.join(30)
        found: dict[str, set[Line]] = defaultdict(set)
        for row in filter(None, self._told.decode().split("\n")):
            test, name, first, last = row.split("\t")
            found[test].update((name, line) for line in range(int(first), int(last) + 1))
        return found
