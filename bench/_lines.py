"""Which test runs which lines of ours: as a pytest plugin in the process of the tests, and in the children they start.

`begin` follows the own process. A child that is started with MONITOR_TOUCHED (a folder) in its environment and this
file's `begin_child` in its sitecustomize writes what it calls there, by whole functions, as it calls them: it may be
killed. Functions called often in one test count with all their lines too, or following would cost too much.
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
    """Write down the functions that this child of a test calls, each once."""
    folder, test = os.environ.get("MONITOR_TOUCHED"), os.environ.get("PYTEST_CURRENT_TEST")
    if not folder or not test:
        return
    out = (Path(folder) / f"{os.getpid()}-{threading.get_native_id()}.txt").open("a", buffering=1, encoding="utf-8")
    out.write(f"{test.rpartition(' (')[0]}\n")
    met: set[CodeType] = set()

    def called(frame: FrameType, event: str, arg: Any) -> None:
        code = frame.f_code
        if event == "call" and code not in met:
            met.add(code)
            if OURS in code.co_filename:
                lines = sorted({line for _, _, line in code.co_lines() if line is not None})
                out.write(f"{code.co_filename}\t{' '.join(map(str, lines))}\n")

    threading.setprofile(called)
    sys.setprofile(called)


def read_children(folder: Path) -> dict[str, set[Line]]:
    """Return (file, line) by test, of all children that wrote into the folder."""
    found: dict[str, set[Line]] = defaultdict(set)
    for path in folder.glob("*.txt"):
        test, *rows = path.read_text(encoding="utf-8").split("\n")
        for row in rows:
            name, _, lines = row.partition("\t")
            found[test].update((name, int(line)) for line in lines.split())
    return found
