"""The service: nothing it planned is lost by a stop, an edit, a failure or a sleep, and every oddity is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from monitor.errors import StorageError
from monitor.worker.service import Job, Service, Turn, last_time

NOW = datetime(2026, 2, 4, 7, 30, tzinfo=UTC)  # a Wednesday


class Diary:
    """A record in memory."""

    def __init__(self, last: datetime | None = None) -> None:
        self.last = last
        self.missed_runs: list[tuple[str, datetime, str]] = []
        self.ends: list[tuple[str, bool, str]] = []
        self.turns: list[Turn] = []
        self.durations_ms: list[int] = []

    def missed(self, job: str, scheduled_at: datetime, reason: str) -> None:
        self.missed_runs.append((job, scheduled_at, reason))

    def finished(self, job: str, scheduled_at: datetime, ok: bool, detail: str, duration_ms: int) -> None:
        self.ends.append((job, ok, detail))
        self.durations_ms.append(duration_ms)

    @contextmanager
    def turn(self, job: str, scheduled_at: datetime) -> Iterator[Turn]:
        yield self.turns.pop(0) if self.turns else "mine"

    def last_run(self, job: str) -> datetime | None:
        return self.last


class Plan:
    """A scheduler that only remembers what it was asked for."""

    def __init__(self) -> None:
        self.jobs: dict[str, dict[str, object]] = {}

    def add_job(self, work: Callable[..., object], **options: object) -> None:
        self.jobs[str(options["id"])] = options

    def remove_job(self, name: str) -> None:
        del self.jobs[name]


def service_of(jobs: Callable[[], list[Job]], diary: Diary) -> tuple[Service, Plan, list[tuple[str, str, str]]]:
    """A service whose plan can be looked at, and what it says."""
    said: list[tuple[str, str, str]] = []
    service = Service(jobs, record=diary, say=lambda *line: said.append(line), clock=lambda: NOW)
    plan = Plan()
    service.plan_with(plan)
    return service, plan, said


def job(run: Callable[[], str] = lambda: "done", **times: str) -> Job:
    return Job(name="digest", run=run, **(times or {"at": "06:00"}))


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"at": "06:00"}, datetime(2026, 2, 4, 6, 0, tzinfo=UTC)),
        ({"at": "07:30"}, NOW),
        ({"at": "08:00"}, datetime(2026, 2, 3, 8, 0, tzinfo=UTC)),
        ({"at": "06:00", "weekday": "wed"}, datetime(2026, 2, 4, 6, 0, tzinfo=UTC)),
        ({"at": "08:00", "weekday": "wed"}, datetime(2026, 1, 28, 8, 0, tzinfo=UTC)),
        ({"at": "06:00", "weekday": "thu"}, datetime(2026, 1, 29, 6, 0, tzinfo=UTC)),
    ],
)
def test_the_last_time_a_job_was_to_run(times: dict[str, str], expected: datetime) -> None:
    """Today's if it has passed, else the day's or week's before."""
    assert last_time(job(**times), NOW) == expected


@pytest.mark.parametrize(
    ("last", "made_up"),
    [
        (datetime(2026, 2, 3, 6, 0, tzinfo=UTC), True),  # yesterday's ran, today's did not
        (datetime(2026, 2, 4, 6, 0, tzinfo=UTC), False),
        (datetime(2026, 2, 4, 7, 0, tzinfo=UTC), False),  # set up after today's time: nothing was missed
        (datetime(2026, 1, 20, 6, 0, tzinfo=UTC), True),  # down for two weeks: one digest, not fifteen
        (None, False),
    ],
)
def test_a_time_that_passed_while_down_is_made_up_for_once(last: datetime | None, made_up: bool) -> None:
    """It runs at once when the service starts, and the log says that it was missed."""
    diary = Diary(last)
    service, plan, said = service_of(lambda: [job()], diary)
    assert [item.name for item in service.make_up([job(), Job(name="tick", run=str, every_s=60)])] == [
        "digest"
    ] * made_up
    due = datetime(2026, 2, 4, 6, 0, tzinfo=UTC)
    assert diary.missed_runs == [("digest", due, "the service was down; it runs now")] * made_up
    assert [options["run_date"] for options in plan.jobs.values()] == [NOW] * made_up
    assert [level for level, *_ in said] == ["warning"] * made_up


def test_a_failed_job_is_recorded_said_and_tried_again() -> None:
    """Three more tries, ever later; then the next planned time. Each failure stands in the log."""

    def fail() -> str:
        raise OSError("the mail server did not answer")

    diary = Diary()
    service, plan, said = service_of(lambda: [job(fail)], diary)
    for n_tries, after_s in enumerate((600, 3600, 10800, None)):
        plan.jobs.clear()
        service.attempt(job(fail), NOW, n_tries)
        planned = [options["run_date"] for options in plan.jobs.values()]
        assert planned == ([] if after_s is None else [NOW + timedelta(seconds=after_s)])
        told = [options["args"][1:] for options in plan.jobs.values()]  # type: ignore[index]
        assert told == ([] if after_s is None else [[NOW, n_tries + 1]])
    assert diary.ends == [("digest", False, "failed: the mail server did not answer")] * 4
    assert [reason for _, _, reason in diary.missed_runs] == ["failed: the mail server did not answer"] * 4
    assert said == [("error", "digest", "failed: the mail server did not answer")]  # said when it begins, once


def test_trouble_is_said_when_it_begins_when_it_changes_and_when_it_ends() -> None:
    """A line a minute for eight hours would hide the line that matters."""
    ends: list[str | Exception] = [OSError("disk full")] * 3 + [OSError("read-only"), "", "2 due", OSError("disk full")]

    def work() -> str:
        end = ends.pop(0)
        if isinstance(end, Exception):
            raise end
        return end

    service, _, said = service_of(list, Diary())
    while ends:
        service.attempt(Job(name="tick", run=work, every_s=60), NOW, 0)
    assert [text for *_, text in said] == [
        "failed: disk full", "failed: read-only", "works again", "2 due", "failed: disk full",
    ]  # fmt: skip


def test_what_a_job_did_is_said() -> None:
    """A line for each daily job that ended, a tick with nothing to do says nothing."""
    diary = Diary()
    service, _, said = service_of(list, diary)
    service.attempt(job(lambda: "mail: sent"), NOW, 0)
    service.attempt(Job(name="tick", run=lambda: "", every_s=60), NOW, 0)
    assert said == [("info", "digest", "mail: sent")]
    assert diary.ends == [("digest", True, "mail: sent")]


def test_new_times_count_while_it_runs() -> None:
    """An edit of the times is taken over, said once; what is no longer planned is dropped."""
    times = ["06:00"]
    service, plan, said = service_of(lambda: [job(at=at) for at in times], Diary())
    service.reload()
    assert (plan.jobs["digest"]["hour"], plan.jobs["digest"]["minute"]) == (6, 0)
    times[:] = ["18:45"]
    service.reload()
    service.reload()
    assert (plan.jobs["digest"]["hour"], plan.jobs["digest"]["minute"]) == (18, 45)
    times.clear()
    service.reload()
    assert plan.jobs == {}
    assert [text for *_, text in said] == [
        "now planned at 06:00 UTC",
        "now planned at 18:45 UTC",
        "is no longer planned",
    ]


def test_a_faulty_file_changes_no_times() -> None:
    """While feeds.yaml is being edited the plan stays, and the fault is said once, not every half minute."""
    broken = False

    def jobs() -> list[Job]:
        if broken:
            raise ValueError("feeds.yaml:3: no such setting")
        return [job()]

    service, plan, said = service_of(jobs, Diary())
    service.reload()
    broken = True
    service.reload()
    service.reload()
    assert list(plan.jobs) == ["digest"]
    assert [text for level, _, text in said if level == "error"] == [
        "the times stay as they were: feeds.yaml:3: no such setting"
    ]


def test_a_stopped_service_begins_nothing() -> None:
    """After the signal the job in hand is the last one."""
    ran = threading.Event()
    service, _, _ = service_of(list, Diary())
    service.stop()
    service.attempt(job(lambda: str(ran.set())), NOW, 0)
    assert not ran.is_set()


def test_a_daily_job_in_other_hands_is_looked_at_again() -> None:
    """Another worker on the log has it: it is not run here, not recorded, and asked for until it is done there."""
    diary, ran = Diary(), []
    service, plan, said = service_of(list, diary)
    daily = job(lambda: str(ran.append("digest")))
    diary.turns = ["theirs", "done", "theirs", "mine"]
    service.attempt(daily, NOW, 0)
    again = plan.jobs.pop("digest:again")
    assert (again["args"], again["run_date"]) == ([daily, NOW, 0], NOW + timedelta(seconds=600))
    service.attempt(daily, NOW, 0)
    assert (plan.jobs, ran, diary.ends, diary.missed_runs, said) == ({}, [], [], [], [])
    service.attempt(daily, NOW, 0)
    assert "digest:again" in plan.jobs
    service.attempt(daily, NOW, 0)  # the other one died of it
    assert ran == ["digest"]
    assert [name for name, _, _ in diary.ends] == ["digest"]


@pytest.mark.parametrize(("moved_s", "duration_ms"), [(2.5, 2_500), (0, 0), (-3_600, 0)])
def test_how_long_a_job_took_is_recorded_in_milliseconds(moved_s: float, duration_ms: int) -> None:
    """Promise: never less than nothing, though the clock be set back meanwhile."""
    moments = [NOW]

    def work() -> str:
        moments.append(NOW + timedelta(seconds=moved_s))
        return "done"

    diary = Diary()
    service = Service(lambda: [job(work)], record=diary, say=lambda *_: None, clock=lambda: moments[-1])
    service.plan_with(Plan())
    service.attempt(job(work), NOW, 0)
    assert diary.durations_ms == [duration_ms]


def test_each_kind_of_time_is_planned_and_said_as_it_is() -> None:
    """Promise: a weekly job runs on its day, one of an interval at once and then at it."""
    service, plan, said = service_of(
        lambda: [job(at="06:05", weekday="mon"), Job(name="tick", run=lambda: "", every_s=60)], Diary()
    )
    service.reload()
    weekly, often = plan.jobs["digest"], plan.jobs["tick"]
    assert (weekly["trigger"], weekly["hour"], weekly["minute"], weekly["day_of_week"]) == ("cron", 6, 5, "mon")
    assert (often["trigger"], often["seconds"], often["next_run_time"]) == ("interval", 60, NOW)
    assert [text for *_, text in said] == ["now planned at 06:05 UTC on mon", "now planned every 60 s"]


@pytest.mark.parametrize(("late_s", "told"), [(0, False), (90, False), (91, True)])
def test_a_run_that_starts_late_is_recorded(late_s: int, told: bool) -> None:
    """Promise: a minute and a half is no delay; what starts later runs once, and the log says how late."""
    diary = Diary()
    service, _, said = service_of(lambda: [job(lambda: "")], diary)
    service.reload()
    event = SimpleNamespace(job_id="digest", scheduled_run_times=[NOW - timedelta(seconds=late_s)])
    service._on_submitted(event)
    service._planned(job(lambda: ""))
    assert [reason for *_, reason in diary.missed_runs] == (
        [f"started {late_s} s late; runs missed in between were made up by this one"] if told else []
    )
    assert [level for level, *_ in said] == ["info", *["warning"] * told]
    assert len(diary.ends) == 1


def test_a_run_left_out_because_the_one_before_goes_on_is_recorded() -> None:
    """Promise: nothing that was planned is missing without a word; looking at the times again is no job."""
    diary = Diary()
    service, *_ = service_of(list, diary)
    service._on_skipped(SimpleNamespace(job_id="tick", scheduled_run_times=[NOW]))
    service._on_skipped(SimpleNamespace(job_id="digest", scheduled_run_time=NOW))
    service._on_skipped(SimpleNamespace(job_id="reload", scheduled_run_time=NOW))
    assert [(name, at) for name, at, _ in diary.missed_runs] == [("tick", NOW), ("digest", NOW)]


def test_a_tick_that_fails_waits_for_its_next_time() -> None:
    """Promise: what comes every minute is not planned besides; its failure is recorded all the same."""
    diary = Diary()
    service, plan, _ = service_of(list, diary)
    service.attempt(Job(name="tick", run=lambda: str(1 // 0), every_s=60), NOW, 0)
    assert (plan.jobs, len(diary.missed_runs), diary.ends) == ({}, 1, [])


def test_a_log_that_cannot_be_reached_puts_a_daily_job_off() -> None:
    """Promise: where nobody can say whose turn it is, the job is not run, and looked at again."""
    diary = Diary()
    service, plan, said = service_of(list, diary)
    diary.turn = unreachable  # type: ignore[method-assign]
    service.attempt(job(), NOW, 0)
    assert (diary.ends, [level for level, *_ in said]) == ([], ["error"])
    assert plan.jobs["digest:again"]["run_date"] == NOW + timedelta(seconds=600)


def unreachable(job: str, scheduled_at: datetime) -> None:
    """A log nobody reaches."""
    raise StorageError("no route to the log")
