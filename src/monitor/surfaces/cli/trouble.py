"""Cron mails what a quiet tick prints, so it prints when something begins to need a person, and when that is over.

What is going on is remembered as empty marker files in the data folder: on a full disk a name can still be written
where a byte cannot. Where not even that is possible, each run speaks: better twice than never.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from monitor.surfaces.cli.ending import complain, ended

PREFIX = ".trouble-"
ALREADY_RUNNING = 5
# A tick may be overtaken by the next one on a slow line; only one that holds the lock for longer needs a person.
SLOW_TICK_S = 3600.0
LOCK = "tick.lock"


class Watch:
    """One quiet run: `folder` is the data folder as soon as it is known, `problems` what went wrong beside the work."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[str] = []

    def run(self, work: Callable[[], int], now_s: Callable[[], float] = time.time) -> int:  # noqa: TID251 - of files' times
        """Do the work and return its exit code; say what began or ended with it, and nothing that merely goes on."""
        lines: list[str] = []
        code = ended(work, lines.append)
        if code == ALREADY_RUNNING and self._lock_age_s(now_s()) < SLOW_TICK_S:
            return code
        going_on = {name: lines for name in [f"exit-{code}"] if code}
        if self.problems:
            going_on["alerts"] = [f"warning: {problem}" for problem in self.problems]
        before = self._markers()
        for name in sorted(going_on.keys() - before):
            for line in going_on[name]:
                complain(line)
            self._mark(name)
        over = before - going_on.keys()
        if over and not going_on:
            complain("monitor tick works again")
        self._forget(over)
        return code

    def _lock_age_s(self, now_s: float) -> float:
        try:
            return now_s - (self.folder / LOCK).stat().st_mtime
        except OSError:
            return 0.0

    def _markers(self) -> set[str]:
        try:
            return {path.name.removeprefix(PREFIX) for path in self.folder.glob(PREFIX + "*")}
        except OSError:
            return set()

    def _mark(self, name: str) -> None:
        try:
            (self.folder / (PREFIX + name)).touch()
        except OSError:
            return

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            try:
                (self.folder / (PREFIX + name)).unlink(missing_ok=True)
            except OSError:
                return
