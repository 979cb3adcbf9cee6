"""A pytest plugin: which test calls which function of ours, written as JSON for the mutation check.

Calls in child processes are not seen. Functions are named FILE:LINE, by the first line of theirs (a decorator counts).
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType

import pytest

_calls: dict[str, set[str]] = defaultdict(set)
_met: set[CodeType] = set()


def _note(frame: FrameType, event: str, _: object) -> None:
    if event == "call":
        _met.add(frame.f_code)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Note what a test calls, its fixtures included."""
    _met.clear()
    threading.setprofile(_note)
    sys.setprofile(_note)
    try:
        return (yield)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
        for code in list(_met):
            if "/src/monitor/" in code.co_filename:
                _calls[f"{code.co_filename.rpartition('/src/monitor/')[2]}:{code.co_firstlineno}"].add(item.nodeid)


def pytest_sessionfinish() -> None:
    """Write down what was noted."""
    found = {name: sorted(tests) for name, tests in _calls.items()}
    Path(os.environ["MONITOR_TOUCHED"]).write_text(json.dumps(found), encoding="utf-8")
