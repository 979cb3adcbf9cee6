"""One tick as the only worker, and what must not wait: what cron, the service and `monitor tick` all run."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from monitor.worker.lock import LOCK_NAME, worker_lock
from monitor.worker.tick import TickProgress, TickReport, run_tick
from monitor.worker.workspace import Workspace


def collect(
    workspace: Workspace,
    *,
    alert: Callable[[Workspace, TickReport], list[str]],
    only: Iterable[str] = (),
    force: bool = False,
    progress: Callable[[TickProgress], None] = lambda _: None,
) -> TickReport:
    """Run one tick under the lock and send what must not wait; `alert` returns a line for each channel that failed.

    Raises what run_tick and worker_lock raise.
    """
    with worker_lock(workspace.data_dir / LOCK_NAME):
        report = run_tick(workspace, only=only, force=force, progress=progress)
        report.unsent += alert(workspace, report)
    return report
