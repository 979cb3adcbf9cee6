"""The service: APScheduler runs tick, digest, retrain and backup, one at a time, and the log hears of every run missed.

Owns when things run in the long-running mode; what they do is handed in as functions. cron with `monitor tick` is the
other way to run the product, and the lock keeps the two from running at once.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any, Literal, Protocol

import msgspec

from monitor.errors import MonitorError

# Later than this a run counts as missed its time: it still runs (once), and the log says so.
LATE_S = 90.0
# A daily job that failed is tried again after these many seconds, then left until its next time.
RETRY_AFTER_S = (600, 3600, 10800)
# How often the times are read again from feeds.yaml.
RELOAD_EVERY_S = 30
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RELOAD = "reload"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job of the service: every `every_s` seconds, or daily at `at` ("HH:MM", UTC), on `weekday` ("mon") if given.

    What `run` returns is said in the service's log; what it raises is a failure.
    """

    name: str
    run: Callable[[], str]
    every_s: int = 0
    at: str = ""
    weekday: str = ""

    @property
    def time(self) -> tuple[str, int, str, str]:
        """What decides when it runs."""
        return self.name, self.every_s, self.at, self.weekday


Turn = Literal["mine", "theirs", "done"]


class Record(Protocol):
    """Where the service writes what happened to its jobs; the log, but for tests."""

    def missed(self, job: str, scheduled_at: datetime, reason: str) -> None:
        """A run did not start on time, was left out, or failed."""

    def finished(self, job: str, scheduled_at: datetime, ok: bool, detail: str, duration_ms: int) -> None:
        """A daily job ended."""

    def turn(self, job: str, scheduled_at: datetime) -> AbstractContextManager[Turn]:
        """Hold a daily job for the length of a `with` block, where no other worker does or has done it."""

    def last_run(self, job: str) -> datetime | None:
        """Say for which time a daily job last ran; the beginning of the log where it never did; None without one."""


class Say(Protocol):
    """Where the service tells people what it does: a level (info, warning, error), the job, one line."""

    def __call__(self, level: str, job: str, text: str) -> None:
        """Say one line."""


def last_time(job: Job, now: datetime) -> datetime:
    """Return the latest time at or before `now` (aware UTC) at which a daily or weekly job was to run."""
    hour, minute = (int(part) for part in job.at.split(":"))
    found = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    while found > now or (job.weekday and _DAYS[found.weekday()] != job.weekday):
        found -= timedelta(days=1)
    return found


class Service:
    """Runs jobs until told to stop. `jobs` is asked again every RELOAD_EVERY_S, so that an edit of the times counts."""

    def __init__(
        self, jobs: Callable[[], Sequence[Job]], *, record: Record, say: Say, clock: Callable[[], datetime]
    ) -> None:
        self._jobs = jobs
        self._record = record
        self._say = say
        self._clock = clock
        self._stop = threading.Event()
        self._due: dict[str, datetime] = {}
        self._times: dict[str, tuple[str, int, str, str]] = {}
        self._complaint = ""
        self._trouble: dict[str, str] = {}  # job -> the failure said last
        self._scheduler: Any = None

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Ask the service to end after the job in hand."""
        self._stop.set()

    def plan_with(self, scheduler: Any) -> None:
        """Plan jobs with this scheduler (APScheduler's add_job and remove_job)."""
        self._scheduler = scheduler

    def run(self) -> None:
        """Run until SIGTERM, SIGINT or `stop`; the job in hand is finished first."""
        self.plan_with(self._make_scheduler())
        jobs = list(self._jobs())
        for job in jobs:
            self._add(job)
        previous = {name: signal.signal(name, self.stop) for name in (signal.SIGTERM, signal.SIGINT)}
        self._say("info", "service", "running; stop with SIGTERM or Ctrl-C")
        self.make_up(jobs)
        self._scheduler.start()
        try:
            self._stop.wait()
        finally:
            self._say("info", "service", "stopping: finishing the job in hand")
            self._scheduler.shutdown(wait=True)
            for name, handler in previous.items():
                signal.signal(name, handler)
        self._say("info", "service", "stopped")

    def make_up(self, jobs: Sequence[Job]) -> list[Job]:
        """Plan at once, and record, each daily job whose time passed while nobody ran; return those jobs."""
        now, found = self._clock(), []
        for job in jobs:
            if not job.at:
                continue
            due, last = last_time(job, now), self._record.last_run(job.name)
            if last is not None and last < due and (now - due).total_seconds() > LATE_S:
                self._record.missed(job.name, due, "the service was down; it runs now")
                self._say(
                    "warning", job.name, f"missed at {due:%Y-%m-%d %H:%M} UTC, when the service was down; runs now"
                )
                self._once(job, now, due, 0)
                found.append(job)
        return found

    def reload(self) -> None:
        """Read the times again; a faulty feeds.yaml is said once, and the times stay as they are."""
        try:
            jobs = {job.name: job for job in self._jobs()}
        except Exception as error:  # whatever the file holds must not end the service
            if str(error) != self._complaint:
                self._complaint = str(error)
                self._say("error", "service", f"the times stay as they were: {error}")
            return
        self._complaint = ""
        for name in [name for name in self._times if name not in jobs]:
            self._scheduler.remove_job(name)
            del self._times[name]
            self._say("info", name, "is no longer planned")
        for job in jobs.values():
            if self._times.get(job.name) != job.time:
                self._add(job)
                self._say("info", job.name, f"now planned {_when(job)}")

    def _make_scheduler(self) -> Any:
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
        scheduler.add_job(self.reload, id=_RELOAD, trigger="interval", seconds=RELOAD_EVERY_S)
        return scheduler

    def _add(self, job: Job) -> None:
        self._times[job.name] = job.time
        trigger = _trigger(job, self._clock())
        self._scheduler.add_job(self._planned, id=job.name, args=[job], replace_existing=True, **trigger)

    def _once(self, job: Job, at: datetime, due: datetime, n_tries: int) -> None:
        self._scheduler.add_job(
            self.attempt, id=f"{job.name}:again", args=[job, due, n_tries], trigger="date", run_date=at,
            replace_existing=True,
        )  # fmt: skip

    def _planned(self, job: Job) -> None:
        """Run a job at its time, or say by how much it is late."""
        due = self._due.get(job.name, self._clock())
        if (late := (self._clock() - due).total_seconds()) > LATE_S:
            reason = f"started {late:.0f} s late; runs missed in between were made up by this one"
            self._record.missed(job.name, due, reason)
            self._say("warning", job.name, reason)
        self.attempt(job, due, 0)

    def attempt(self, job: Job, due: datetime, n_tries: int) -> None:
        """Run one job; a failure is recorded and said, and a daily job is tried again a little later.

        A daily job that another worker on the log has in hand is looked at again later: that one may die of it.
        """
        if self._stop.is_set():
            return
        if not job.at:
            self._run(job, due, n_tries)
            return
        try:
            with self._record.turn(job.name, due) as turn:
                if turn == "mine":
                    self._run(job, due, n_tries)
        except MonitorError as error:  # nobody can be asked whose turn it is: the log cannot be reached
            self._tell(job, ok=False, detail=str(error))
            turn = "theirs"
        if turn == "theirs":
            self._once(job, self._clock() + timedelta(seconds=RETRY_AFTER_S[0]), due, n_tries)

    def _run(self, job: Job, due: datetime, n_tries: int) -> None:
        began = self._clock()
        try:
            detail, ok = job.run(), True
        except Exception as error:  # a job must not end the service, whatever it raised
            detail, ok = f"failed: {error or type(error).__name__}"[:500], False
        duration_ms = max(0, round((self._clock() - began).total_seconds() * 1000))
        self._tell(job, ok, detail)
        if job.at:
            self._record.finished(job.name, due, ok, detail, duration_ms)
        if not ok:
            self._record.missed(job.name, due, detail)
            if job.at and n_tries < len(RETRY_AFTER_S):
                again = self._clock() + timedelta(seconds=RETRY_AFTER_S[n_tries])
                self._once(job, again, due, n_tries + 1)

    def _tell(self, job: Job, ok: bool, detail: str) -> None:
        """Say how a job ended; the same trouble is said when it begins and when it ends, not every minute between."""
        before = self._trouble.pop(job.name, "")
        if not ok:
            self._trouble[job.name] = detail
            if detail != before:
                self._say("error", job.name, detail)
        elif before:
            self._say("info", job.name, f"works again; {detail}" if detail else "works again")
        elif detail:
            self._say("info", job.name, detail)

    def _on_submitted(self, event: Any) -> None:
        self._due[event.job_id] = event.scheduled_run_times[0].astimezone(UTC)

    def _on_skipped(self, event: Any) -> None:
        """Record a run the scheduler left out because the one before it is still going."""
        if event.job_id == _RELOAD:
            return
        times = getattr(event, "scheduled_run_times", None) or [event.scheduled_run_time]
        self._record.missed(event.job_id, times[0].astimezone(UTC), "skipped: the run before it was still going")


def _when(job: Job) -> str:
    day = f" on {job.weekday}" if job.weekday else ""
    return f"every {job.every_s} s" if job.every_s else f"at {job.at} UTC{day}"


def _trigger(job: Job, now: datetime) -> Mapping[str, Any]:
    if job.every_s:
        return {"trigger": "interval", "seconds": job.every_s, "next_run_time": now}
    hour, minute = job.at.split(":")
    days = {"day_of_week": job.weekday} if job.weekday else {}
    return {"trigger": "cron", "hour": int(hour), "minute": int(minute), **days}
