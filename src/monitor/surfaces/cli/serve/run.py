"""`monitor run`: the service for those who do not use cron. Jobs and their times come from feeds.yaml."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from monitor import app
from monitor.config.settings import WEEKDAYS, Settings
from monitor.errors import AlreadyRunningError, MonitorError, StorageError
from monitor.log.codec import iso, parse_iso
from monitor.log.events import EventData, JobFinished, JobMissed, NewEvent
from monitor.surfaces import safe
from monitor.surfaces.cli.collect.tick import summary
from monitor.surfaces.cli.plain import alert
from monitor.views.queries.ticks import last_runs
from monitor.worker.alone import collect
from monitor.worker.lock import worker_lock
from monitor.worker.service import Job, Service, Turn
from monitor.worker.workspace import Workspace

TICK_EVERY_S = 60
T = TypeVar("T")


@click.command()
@click.option("--every", type=click.IntRange(1), default=TICK_EVERY_S, show_default=True, help="Seconds between ticks.")
@click.option(
    "--log-format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="How lines are written: for people, or one JSON object each.",
)  # fmt: skip
@click.pass_context
def run(ctx: click.Context, every: int, form: str) -> None:
    """Run as a service: tick, digest, retrain and backup, one at a time; stop with SIGTERM or Ctrl-C.

    A tick fetches only what is due. A daily job whose time passed while the service was down runs when it starts. One
    that fails is tried again after 10 minutes, one hour and three hours. The log has each run that was late, skipped or
    failed (job-missed) and each end of a daily job (job-finished). New times in feeds.yaml take effect within half a
    minute.

    \b
    Example:
      monitor run

    Exit codes: 0 stopped cleanly, 3 configuration, 5 another service or tick is running.
    """
    config, data = ctx.obj["config"], ctx.obj["data"]
    with app.closing_workspace(config, data) as workspace:
        folder = workspace.data_dir
    say = Voice(form, app.now)
    with worker_lock(folder / "service.lock"):
        jobs = Jobs(config, data, say)
        Service(lambda: jobs.all(jobs.settings(), every), record=jobs, say=say, clock=app.now).run()


class Voice:
    """The service's own log: one line an act, with its time (UTC), level and job; text for people or JSON lines."""

    def __init__(self, form: str, clock: Callable[[], datetime]) -> None:
        self._form = form
        self._clock = clock

    def __call__(self, level: str, job: str, text: str) -> None:
        """Write one line."""
        at, text = f"{iso(self._clock())[:19]}Z", safe.line(text, 400)
        if self._form == "json":
            click.echo(msgspec.json.encode({"at": at, "level": level, "job": job, "text": text}).decode())
        else:
            click.echo(f"{at} {level:<7} {job}: {text}")


class Jobs:
    """The service's jobs; each opens the workspace anew, in its own thread, and closes it. Also their record."""

    def __init__(self, config: str | None, data: str | None, say: Callable[[str, str, str], None]) -> None:
        self._config = config
        self._data = data
        self._say = say

    def settings(self) -> Settings:
        """Return the settings as feeds.yaml has them now. Raises ConfigError."""
        return app.read_config(self._config, self._data)[0].settings

    def all(self, settings: Settings, every_s: int) -> list[Job]:
        """Return the jobs with their times."""
        times = settings.schedule
        daily = [
            Job(name="digest", run=self.digest, at=times.digest_at),
            Job(name="retrain", run=self.retrain, at=times.retrain_at),
            Job(name="backup", run=self.backup, at=times.backup_at),
        ]
        return [Job(name="tick", run=self.tick, every_s=every_s), *(job for job in daily if job.at)]

    def missed(self, job: str, scheduled_at: datetime, reason: str) -> None:
        """Append a job-missed event; a log that refuses is said aloud instead."""
        self._record(job, JobMissed(job=job, scheduled_at=iso(scheduled_at), reason=reason))

    def finished(self, job: str, scheduled_at: datetime, ok: bool, detail: str, duration_ms: int) -> None:
        """Append a job-finished event; a log that refuses is said aloud instead."""
        at = iso(scheduled_at)
        self._record(job, JobFinished(job=job, scheduled_at=at, ok=ok, detail=detail, duration_ms=duration_ms))

    @contextmanager
    def turn(self, job: str, scheduled_at: datetime) -> Iterator[Turn]:
        """Hold a daily job; on a shared log one worker runs it, and those that come after it see that it is done."""
        with app.closing_workspace(self._config, self._data) as workspace, workspace.alone(f"daily {job}") as mine:
            run = last_runs(workspace.views).get(job) if workspace.log.claims.shared else None
            done = run is not None and run.ok and parse_iso(run.scheduled_at) >= scheduled_at
            yield "theirs" if not mine else "done" if done else "mine"

    def last_run(self, job: str) -> datetime | None:
        """Return for which time a job last ran; the log's beginning where it never did."""

        def look(workspace: Workspace) -> datetime | None:
            run = last_runs(workspace.views).get(job)
            first = workspace.log.get(1)
            if run:
                return parse_iso(run.scheduled_at)
            return parse_iso(first.recorded_at) if first else None

        return self._with(look)

    def tick(self) -> str:
        """Collect once; a tick of cron that is under way goes first."""
        try:
            return self._with(self._tick)
        except AlreadyRunningError as error:
            return str(error)

    def digest(self) -> str:
        """Write and send the daily digest, and on its day the weekly report.

        Raises MonitorError where a channel did not take it.
        """
        lines = self._with(send_due)
        if failed := [line for line in lines if ": failed" in line]:
            raise MonitorError("; ".join(failed))
        return "; ".join(lines) or "no channel is configured"

    def retrain(self) -> str:
        """Train, compare, and promote if the gate holds: in a process of its own, whose memory ends with it."""
        options = [
            *(("--config", self._config) if self._config else ()),
            *(("--data", self._data) if self._data else ()),
        ]
        command = [sys.executable, "-m", "monitor", *options, "train"]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", start_new_session=True)
        lines = (done.stdout if done.returncode <= 1 else done.stderr).strip().splitlines()
        if done.returncode not in (0, 1) or not lines:
            raise MonitorError(lines[-1].removeprefix("error: ") if lines else f"ended with {done.returncode}")
        refused = [line.strip() for line in lines if line.startswith("  refused because")]
        return "; ".join([*refused, lines[-1]])

    def backup(self) -> str:
        """Back the log up, verify the copy, and show its signed head to the witnesses feeds.yaml names.

        Raises MonitorError where one of them did not take it; the backup is there all the same.
        """
        from monitor.surfaces.cli.keep.keeping import write_backup

        if app.log_address(self._config, self._data):
            return "left to PostgreSQL, where the log is"
        made = self._with(write_backup)
        said = f"copied and verified {made.position} events to {Path(made.path).name}"
        if failed := self._with(_unwitnessed):
            raise MonitorError(f"{said}; {'; '.join(failed)}")
        return said

    def _tick(self, workspace: Workspace) -> str:
        report = collect(workspace, alert=alert)
        for problem in report.problems + report.unsent:
            self._say("warning", "tick", problem)
        return summary(report) if report.n_due else ""

    def _record(self, job: str, data: EventData) -> None:
        def write(workspace: Workspace) -> None:
            workspace.append([NewEvent(f"{data.type}:{job}:{workspace.log.head()[0]}", data)])

        try:
            self._with(write)
        except StorageError:
            pass  # the job itself says so: it could not write either
        except MonitorError as error:
            self._say("error", job, f"{data.type} could not be recorded: {error}")

    def _with(self, work: Callable[[Workspace], T]) -> T:
        with app.closing_workspace(self._config, self._data) as workspace:
            return work(workspace)


def send_due(workspace: Workspace) -> list[str]:
    """Send the day's digest, and on the day that feeds.yaml names the weekly report; one line per channel."""
    from monitor.surfaces.digest.content import WEEK
    from monitor.surfaces.digest.send import send_digest

    lines = send_digest(workspace)
    wanted = workspace.config.settings.schedule.weekly_on
    if wanted and WEEKDAYS[workspace.clock().weekday()] == wanted:
        lines += send_digest(workspace, WEEK)
    return lines


def _unwitnessed(workspace: Workspace) -> list[str]:
    """Send the newest head to the configured witnesses; return one line for each that did not take it."""
    settings = workspace.config.settings
    if not settings.witness:
        return []
    from monitor.surfaces.witness import mailer, send_head

    failed = []
    for place in settings.witness:
        try:
            send_head(workspace.log, place, mailer(settings.digest))
        except (MonitorError, OSError) as error:
            failed.append(f"{place}: not witnessed: {error}")
    return failed
