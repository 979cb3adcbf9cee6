"""`monitor run`: the service for those who do not use cron. Jobs and their times come from feeds.yaml."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import click

from monitor import app
from monitor.config.settings import Settings
from monitor.errors import AlreadyRunningError, MonitorError
from monitor.log.codec import iso
from monitor.log.events import JobMissed, NewEvent
from monitor.surfaces import safe
from monitor.surfaces.cli.plain import collect
from monitor.surfaces.cli.tick import summary
from monitor.worker.lock import worker_lock
from monitor.worker.service import Job, Service
from monitor.worker.workspace import Workspace

TICK_EVERY_S = 60


@click.command()
@click.option("--every", type=click.IntRange(1), default=TICK_EVERY_S, show_default=True, help="Seconds between ticks.")
@click.pass_context
def run(ctx: click.Context, every: int) -> None:
    """Run as a service: tick, digest, retrain and backup, one at a time; stop with SIGTERM or Ctrl-C.

    A tick fetches only what is due. A run that was late, skipped or failed is in the log (job-missed).

    \b
    Example:
      monitor run

    Exit codes: 0 stopped cleanly, 3 configuration, 5 another service or tick is running.
    """
    config, data = ctx.obj["config"], ctx.obj["data"]
    with app.closing_workspace(config, data) as workspace:
        settings, folder = workspace.config.settings, workspace.data_dir
    with worker_lock(folder / "service.lock"):
        jobs = Jobs(config, data)
        service = Service(jobs.all(settings, every), record=jobs.record, say=_say, clock=app.now)
        service.run()


def _say(text: str) -> None:
    click.echo(f"{iso(app.now())[:19]}Z {safe.line(text, 400)}")


class Jobs:
    """The service's jobs; each opens the workspace anew, in its own thread, and closes it."""

    def __init__(self, config: str | None, data: str | None) -> None:
        self._config = config
        self._data = data

    def all(self, settings: Settings, every_s: int) -> list[Job]:
        """Return the jobs with their times."""
        times = settings.schedule
        jobs = [Job(name="tick", run=self.tick, every_s=every_s)]
        if times.digest_at:
            jobs.append(Job(name="digest", run=self.digest, at=times.digest_at))
        if times.retrain_at:
            jobs.append(Job(name="retrain", run=self.retrain, at=times.retrain_at))
        if times.backup_at:
            jobs.append(Job(name="backup", run=self.backup, at=times.backup_at))
        return jobs

    def record(self, job: str, scheduled_at: datetime, reason: str) -> None:
        """Append a job-missed event; a log that refuses is said aloud instead."""
        data = JobMissed(job=job, scheduled_at=iso(scheduled_at), reason=reason)
        try:
            self._with(lambda workspace: workspace.append([NewEvent(f"job-missed:{job}:{iso(app.now())}", data)]))
        except MonitorError as error:
            _say(f"{job}: {reason} (not recorded: {error})")

    def tick(self) -> None:
        """Collect once; a tick of cron that is under way goes first."""
        try:
            self._with(_tick)
        except AlreadyRunningError as error:
            _say(f"tick: {error}")

    def digest(self) -> None:
        """Write and send the daily digest."""
        from monitor.surfaces.digest.send import send_digest

        self._with(send_digest)

    def retrain(self) -> None:
        """Train, compare, and promote if the gate holds."""
        from monitor.worker.retrain import retrain

        self._with(retrain)

    def backup(self) -> None:
        """Back the log up into the data folder's backups and verify the copy."""
        from monitor.surfaces.cli.log import write_backup

        self._with(write_backup)

    def _with(self, work: Callable[[Workspace], object]) -> None:
        with app.closing_workspace(self._config, self._data) as workspace:
            work(workspace)


def _tick(workspace: Workspace) -> None:
    report = collect(workspace)
    if report.n_due:
        _say(summary(report))
    for problem in report.problems:
        _say(f"warning: {problem}")
