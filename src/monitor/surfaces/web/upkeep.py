"""The thread beside the pages of a machine on a shared log: what visitors look things up in is kept, whoever collects.

Erased words leave the search index of such a machine in this way too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing, suppress

from monitor.errors import MonitorError
from monitor.worker.jobs.upkeep import keep_up
from monitor.worker.workspace import Workspace

EVERY_S = 60.0
PAUSE_S = 0.2  # between two pieces of a large log: about as long as a piece takes


class Upkeep(threading.Thread):
    """Keeps up until it is stopped. A log that cannot be reached is tried again: pages say what is wrong with it."""

    def __init__(self, open_workspace: Callable[[], Workspace], every_s: float = EVERY_S) -> None:
        super().__init__(name="upkeep", daemon=True)
        self._open = open_workspace
        self._every_s = every_s
        self._stop_asked = threading.Event()

    def run(self) -> None:
        """Keep up, at once and then every minute."""
        pause = 0.0
        while not self._stop_asked.wait(pause):
            pause = self._every_s
            with suppress(MonitorError), closing(self._open()) as workspace:
                pause = PAUSE_S if keep_up(workspace, serves=True) else self._every_s

    def stop(self) -> None:
        """End after the piece in hand."""
        self._stop_asked.set()
        self.join(10)
