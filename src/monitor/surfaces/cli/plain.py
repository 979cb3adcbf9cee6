"""The tick as cron runs it, without the command-line library, and what every tick does around the worker's.

Cron asks every few minutes and the answer is nearly always "nothing due"; importing click costs more than finding that
out. Whatever is not as plain as that is left to the command itself (collect/tick.py).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import NoFeedWorkedError
from monitor.surfaces.cli.ending import complain

if TYPE_CHECKING:
    from monitor.surfaces.digest.send import Notify
    from monitor.worker.tick import TickReport
    from monitor.worker.workspace import Workspace

QUIET = frozenset({"-q", "--quiet"})
OPTIONS = QUIET | {"--force"}


def plain_tick(args: list[str]) -> int | None:
    """Run a tick that needs no library to read its options; return its exit code, or None where the command must.

    A tick that shows what it does is left to the command, unless it finds nothing due.
    """
    options = set(args[1:])
    if args[:1] != ["tick"] or not options <= OPTIONS or ("--force" in options and not options & QUIET):
        return None
    if not options & QUIET:
        return _idle()
    from monitor import app

    return quietly(app.data_folder(), app.closing_workspace, force="--force" in options)


def _idle() -> int | None:
    """Say that nothing is due; None where something is, or where there is any trouble to tell."""
    import sqlite3

    from monitor import app
    from monitor.errors import MonitorError
    from monitor.worker.tick import nothing_due

    try:
        with app.closing_workspace() as workspace:
            idle = nothing_due(workspace)
    except (MonitorError, OSError, sqlite3.Error):
        return None
    if not idle:
        return None
    sys.stdout.write("nothing due\n")
    return 0


def quietly(
    folder: Path,
    opened: Callable[[], AbstractContextManager[Workspace]],
    *,
    only: Iterable[str] = (),
    force: bool = False,
) -> int:
    """Run a tick for cron and return its exit code; it says what began or ended to need a person (trouble.py)."""
    from monitor.surfaces.cli.trouble import Watch

    watch = Watch(folder)

    def work() -> int:
        from monitor.worker.alone import collect
        from monitor.worker.tick import nothing_due

        with opened() as workspace:
            watch.folder = workspace.data_dir
            if not (force or only) and nothing_due(workspace):
                return 0
            report = collect(workspace, alert=alert, only=only, force=force)
        watch.problems = report.unsent
        check(report)
        return 0

    return watch.run(work)


def alert(workspace: Workspace, report: TickReport, notify_by: Notify | None = None) -> list[str]:
    """Send what reached the second threshold at once; return one line for each channel that failed."""
    if not (report.n_flagged and workspace.config.settings.alert_score):
        return []
    from monitor.surfaces.digest.send import send_alerts

    return [f"alert: {line}" for line in send_alerts(workspace, notify_by) if ": failed" in line]


def warn(report: TickReport) -> None:
    """Say what failed, a line each."""
    for problem in report.problems + report.unsent:
        from monitor.surfaces import safe

        complain(f"warning: {safe.line(problem, 300)}")


def check(report: TickReport) -> None:
    """Raise NoFeedWorkedError where it looks as if there is no network."""
    if report.offline:
        raise NoFeedWorkedError(f"none of the {report.n_due} feeds that were due could be reached; is the network up?")
