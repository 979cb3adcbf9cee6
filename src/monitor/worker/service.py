"""The service: APScheduler runs tick, digest, retrain and backup, one at a time, and the log hears of every run missed.

Owns when things run in the long-running mode; what they do is handed in as functions. cron with `monitor tick` is the
other way to run the product, and the lock keeps the two from running at once.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import msgspec

# Later than this a run counts as missed its time: it still runs (once), and the log says so.
LATE_S = 90.0


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job of the service: every `every_s` seconds, or daily at `at` ("HH:MM", UTC), on `weekday` ("mon") if given."""

    name: str
    run: Callable[[], object]
    every_s: int = 0
    at: str = ""
    weekday: str = ""


class Service:
    """Runs jobs until told to stop. `record` is called as record(job, scheduled_at, reason) for every irregularity."""

    def __init__(
        self,
        jobs: list[Job],
        *,
        record: Callable[[str, datetime, str], None],
        say: Callable[[str], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._jobs = jobs
        self._record = record
        self._say = say
        self._clock = clock
        self._stop = threading.Event()
        self._due: dict[str, datetime] = {}

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Ask the service to end after the job in hand."""
        self._stop.set()

    def run(self) -> None:
        """Run until SIGTERM, SIGINT or `stop`; the job in hand is finished first."""
        scheduler = self._scheduler()
        previous = {name: signal.signal(name, self.stop) for name in (signal.SIGTERM, signal.SIGINT)}
        scheduler.start()
        self._say("running; stop with SIGTERM or Ctrl-C")
        try:
            self._stop.wait()
        finally:
            self._say("stopping: finishing the job in hand")
            scheduler.shutdown(wait=True)
            for name, handler in previous.items():
                signal.signal(name, handler)
        self._say("stopped")

    def _scheduler(self) -> Any:
        import logging

        from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, EVENT_JOB_SUBMITTED
        from apscheduler.executors.pool import ThreadPoolExecutor
        from apscheduler.schedulers.background import BackgroundScheduler

        # What APScheduler would print of skipped runs, the listeners below record as events.
        logging.getLogger("apscheduler").addHandler(logging.NullHandler())
        scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        scheduler.add_listener(self._on_submitted, EVENT_JOB_SUBMITTED)
        scheduler.add_listener(self._on_skipped, EVENT_JOB_MAX_INSTANCES | EVENT_JOB_MISSED)
        for job in self._jobs:
            scheduler.add_job(self._run_job, id=job.name, args=[job], **_trigger(job, self._clock()))
        return scheduler

    def _run_job(self, job: Job) -> None:
        """Run one job; its failure is recorded and the next run comes all the same."""
        if self._stop.is_set():
            return
        due = self._due.get(job.name)
        if due is not None and (late := (self._clock() - due).total_seconds()) > LATE_S:
            self._record(job.name, due, f"started {late:.0f} s late; runs missed in between were made up by this one")
        try:
            job.run()
        except Exception as error:  # a job must not end the service, whatever it raised
            self._say(f"{job.name} failed: {error}")
            self._record(job.name, due or self._clock(), f"failed: {type(error).__name__}: {error}"[:500])

    def _on_submitted(self, event: Any) -> None:
        self._due[event.job_id] = event.scheduled_run_times[0].astimezone(UTC)

    def _on_skipped(self, event: Any) -> None:
        """Record a run the scheduler left out because the one before it is still going."""
        times = getattr(event, "scheduled_run_times", None) or [event.scheduled_run_time]
        self._record(event.job_id, times[0].astimezone(UTC), "skipped: the run before it was still going")


def _trigger(job: Job, now: datetime) -> Mapping[str, Any]:
    if job.every_s:
        return {"trigger": "interval", "seconds": job.every_s, "next_run_time": now}
    hour, minute = job.at.split(":")
    days = {"day_of_week": job.weekday} if job.weekday else {}
    return {"trigger": "cron", "hour": int(hour), "minute": int(minute), **days}
