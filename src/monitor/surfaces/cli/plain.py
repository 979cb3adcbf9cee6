"""The tick as cron runs it, without the command-line library, and what every tick does around the worker's.

Cron asks every few minutes and the answer is nearly always "nothing due"; importing click costs more than finding that
out. Whatever is not as plain as that is left to the command itself (tick.py).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from monitor.errors import NoFeedWorkedError
from monitor.surfaces.cli.outcome import complain, ended

if TYPE_CHECKING:
    from monitor.worker.tick import Progress, TickReport
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
    return ended(lambda: _quiet("--force" in options))


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


def _quiet(force: bool) -> int:
    from monitor import app
    from monitor.worker.tick import nothing_due

    with app.closing_workspace() as workspace:
        if not force and nothing_due(workspace):
            return 0
        report = collect(workspace, force=force)
    warn(report)
    check(report)
    return 0


def collect(
    workspace: Workspace,
    *,
    only: Iterable[str] = (),
    force: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
) -> TickReport:
    """Run one tick as the only worker and send what must not wait. Raises what run_tick and worker_lock raise."""
    from monitor import app
    from monitor.worker.lock import worker_lock
    from monitor.worker.tick import run_tick

    with worker_lock(workspace.data_dir / app.LOCK_NAME):
        report = run_tick(workspace, only=only, force=force, progress=progress)
        report.problems += alert(workspace, report)
    return report


def alert(workspace: Workspace, report: TickReport) -> list[str]:
    """Send what reached the second threshold at once; return one line for each channel that failed."""
    if not (report.n_flagged and workspace.config.settings.alert_score):
        return []
    from monitor.surfaces.digest.send import send_alerts

    return [f"alert: {line}" for line in send_alerts(workspace) if ": failed" in line]


def warn(report: TickReport) -> None:
    """Say what failed, a line each."""
    for problem in report.problems:
        from monitor.surfaces import safe

        complain(f"warning: {safe.line(problem, 300)}")


def check(report: TickReport) -> None:
    """Raise NoFeedWorkedError where every feed that was due failed."""
    if report.n_due and report.n_failed == report.n_due:
        raise NoFeedWorkedError(f"all {report.n_due} feeds that were due failed; is the network up?")
