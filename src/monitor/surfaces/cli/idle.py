"""The plain tick that finds nothing due, without the command-line library.

Cron asks every few minutes and the answer is nearly always "nothing due"; importing click costs more than finding that
out. Whatever is not as plain as that (options, something due, any trouble) is left to the command itself.
"""

from __future__ import annotations

import sqlite3
import sys

from monitor.errors import MonitorError

PLAIN = (["tick"], ["tick", "-q"], ["tick", "--quiet"])


def idle_tick(args: list[str]) -> bool:
    """Say whether this was a plain tick with nothing due; then it has been said and is done."""
    if args not in PLAIN:
        return False
    from monitor import app
    from monitor.worker.tick import nothing_due

    try:
        with app.closing_workspace() as workspace:
            idle = nothing_due(workspace)
    except (MonitorError, OSError, sqlite3.Error):
        return False
    if idle and args == ["tick"]:
        sys.stdout.write("nothing due\n")
    return idle
