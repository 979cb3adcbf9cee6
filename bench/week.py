"""Live through a simulated week of edits, outages, moved hosts, cut bodies, sleep, a full disk and new clocks.

    python3 dev.py bench week [--feeds 73] [--every 10] [--through cron|service|both]

A made-up world serves the feeds on the loopback interface (bench/_world.py); the product runs with its clock set,
through cron's commands, each a process, or through the service's own jobs. The week holds: headlines edited and
edited back, feeds that are down for four days, three hours without network, hosts that move, bodies that are cut
once, two nights in which the machine sleeps, six hours of a full disk (where root may mount one), and clocks that go
forward.

Exits 1 unless every entry that was served is in the log once, every change of a headline is a revision, every plot was
shown on its day, at most six mails were sent, and the log verifies.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench._world import Hosts, World
from monitor.log.codec import iso
from monitor.worker.service import Service

MONITOR = Path(sys.executable).with_name("monitor")
START = datetime(2026, 3, 25, tzinfo=UTC)  # Wednesday; Europe's clocks go forward on the Sunday
MAX_MAILS = 6
TIMES = {"02:00": ("backup",), "03:00": ("train",), "06:00": ("digest", "--send")}
ASLEEP = ((44, 54), (116, 126))  # hours of the week in which nothing runs
FULL = (100, 106)


@dataclass
class Week:
    """One run of the week: the folder, the world, what was mailed and shown."""

    folder: Path
    world: World
    can_fill: bool
    mails: list[str] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)

    def run(self, *args: str, mail: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command at the world's time, as cron would: what it prints is a mail."""
        env = os.environ | {"MONITOR_NOW": iso(self.world.now), "MONITOR_REVIEWER": "ana"}
        done = subprocess.run(
            [str(MONITOR), *args], cwd=self.folder, env=env, capture_output=True, text=True, timeout=300
        )
        if mail and done.stderr.strip():
            self.mails.append(f"{self.world.now:%a %H:%M} {' '.join(args)}: {done.stderr.strip()}")
        return done

    def disk(self) -> None:
        """Fill the disk, and make room again."""
        ballast = self.folder / "data" / "ballast"
        if self.can_fill and FULL[0] <= self.world.hours() < FULL[1]:
            with suppress(OSError), ballast.open("ab", buffering=0) as file:
                while file.write(b"\0" * 65536):
                    pass
        elif ballast.exists():
            ballast.unlink()

    def look(self) -> None:
        """Look at the queue as an analyst does, and note what it shows."""
        for row in json.loads(self.run("queue", "--json", mail=False).stdout or "[]"):
            self.shown.setdefault(row["title"], f"{self.world.now:%Y-%m-%d}")


def awake(world: World) -> bool:
    """Say whether the machine runs now."""
    return not any(begin <= world.hours() < end for begin, end in ASLEEP)


def through_cron(week: Week, every: timedelta) -> None:
    """Run the crontab: a tick every so often, the daily commands at their times."""
    end = week.world.start + timedelta(days=7)
    done_upto = week.world.now
    while week.world.now < end:
        week.disk()
        if awake(week.world):
            week.run("tick", "--quiet")
            for clock, command in TIMES.items():
                if _passed(clock, done_upto, week.world.now):
                    week.run(*command)
            if _passed("17:00", done_upto, week.world.now):
                week.look()
        done_upto = week.world.now
        week.world.now += every


def through_service(week: Week, every: timedelta) -> None:
    """Run the service's own jobs by its own rules, the clock set by us; a sleeping machine misses what passes."""
    from monitor.surfaces.cli.serve.run import Jobs

    os.chdir(week.folder)

    def say(level: str, job: str, text: str) -> None:
        if level == "error":
            week.mails.append(f"{week.world.now:%a %H:%M} {job}: {text}")

    jobs = Jobs(None, None, say)
    service = Service(lambda: jobs.all(jobs.settings(), 60), record=jobs, say=say, clock=lambda: week.world.now)
    plan = Plan()
    service.plan_with(plan)
    end, done_upto = week.world.start + timedelta(days=7), week.world.now
    while week.world.now < end:
        os.environ["MONITOR_NOW"] = iso(week.world.now)
        week.disk()
        if awake(week.world):
            if week.world.now - done_upto > every:  # woken: started anew by the system
                service.make_up(jobs.all(jobs.settings(), 60))
            for job in jobs.all(jobs.settings(), 60):
                if job.every_s or _passed(job.at, done_upto, week.world.now):
                    service.attempt(job, week.world.now, 0)
            for work, args in plan.take(week.world.now):
                work(*args)
            if _passed("17:00", done_upto, week.world.now):
                week.look()
            done_upto = week.world.now
        week.world.now += every


class Plan:
    """Stands in for the scheduler: what was planned once, for when."""

    def __init__(self) -> None:
        self._once: dict[str, tuple[datetime, Callable[..., None], list[object]]] = {}

    def add_job(self, work: Callable[..., None], *, args: list[object], run_date: datetime, **options: object) -> None:
        self._once[str(options["id"])] = (run_date, work, args)

    def take(self, now: datetime) -> list[tuple[Callable[..., None], list[object]]]:
        due = [name for name, (at, _, _) in self._once.items() if at <= now]
        return [self._once.pop(name)[1:] for name in due]


def _passed(clock: str, before: datetime, now: datetime) -> bool:
    """Say whether a time of day lies in (before, now]."""
    hour, minute = map(int, clock.split(":"))
    at = now.replace(hour=hour, minute=minute)
    return before < at <= now


def live(folder: Path, n_feeds: int, every: timedelta, through: str, can_fill: bool) -> list[str]:
    """Live one week and return what is not as promised."""
    world = World(n_feeds, START)
    week = Week(folder, world, can_fill)
    began = time.monotonic()
    with Hosts(world):
        hosts = [host for feed in world.feeds for host in (feed.host, feed.host.replace("127.0.1.", "127.0.2."))]
        allowed = ", ".join(f'"{host}:{world.port}"' for host in hosts)
        lines = [f"settings:\n  allow_private: [{allowed}]\n  digest: {{file: digest.txt}}\nfeeds:\n"]
        lines += [
            f"- url: http://{f.host}:{world.port}/feed.xml\n  id: {f.name}\n  name: {f.name}\n" for f in world.feeds
        ]
        (folder / "feeds.yaml").write_text("".join(lines))
        week.run("init")
        {"cron": through_cron, "service": through_service}[through](week, every)
        week.disk()
        week.run("tick", "--quiet", "--force", mail=False)  # a last look, so that what is listed now is known
    return report(week, through, time.monotonic() - began)


def report(week: Week, through: str, seconds: float) -> list[str]:
    """Compare the log with what was served, print the figures, return the faults."""
    events = [json.loads(line) for line in week.run("log", "export", mail=False).stdout.splitlines()]
    events = [event.get("event", event) for event in events]
    kinds = Counter(event.get("type", "") for event in events)
    served = sum(len(feed.given) for feed in week.world.feeds)
    edits = sum(feed.n_edits for feed in week.world.feeds)
    verify = week.run("log", "verify", mail=False)
    plots = {item.titles[0][1]: item.at for feed in week.world.feeds for item in feed.items if item.plot}
    late = [title for title, at in plots.items() if week.shown.get(title) != f"{at:%Y-%m-%d}"]
    print(f"{through}: {len(week.world.feeds)} feeds, {kinds['tick-finished']} working ticks, {seconds:.0f} s")
    print(f"  entries: {served} served, {kinds['entry-seen']} in the log")
    print(f"  edits: {edits} served, {kinds['entry-revised']} revisions")
    print(f"  plots: {len(plots)}, shown on their day {len(plots) - len(late)}; mails: {len(week.mails)}")
    print(f"  {(verify.stdout + verify.stderr).splitlines()[0]}")
    for mail in week.mails:
        print(f"  mail: {mail[:300]}")
    faults = [f"{served} entries were served, {kinds['entry-seen']} are in the log"] * (served != kinds["entry-seen"])
    faults += [f"{edits} edits were served, {kinds['entry-revised']} are revisions"] * (edits != kinds["entry-revised"])
    faults += [f"not shown on its day: {title}" for title in late]
    faults += [f"{len(week.mails)} mails, more than {MAX_MAILS}"] * (len(week.mails) > MAX_MAILS)
    faults += [f"log verify: {verify.stdout}{verify.stderr}"] * (verify.returncode != 0)
    return [f"{through}: {fault}" for fault in faults]


def main(args: list[str]) -> int:
    """Live the week in each way asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--feeds", type=int, default=73)
    parser.add_argument("--every", type=int, default=10, help="minutes between ticks")
    parser.add_argument("--through", choices=["cron", "service", "both"], default="both")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    given = parser.parse_args(args)
    if given.inside is None and can_mount():  # once more with mounts of our own, to have a disk that fills
        return subprocess.call(["unshare", "-m", sys.executable, "-m", "bench.week", *args, "--inside", "1"])
    faults = []
    for through in ["cron", "service"] if given.through == "both" else [given.through]:
        with tempfile.TemporaryDirectory() as name, small_disk(Path(name) / "data", mount=bool(given.inside)):
            faults += live(Path(name), given.feeds, timedelta(minutes=given.every), through, bool(given.inside))
    if not given.inside:
        print("the disk was not filled: that needs root and a mount namespace")
    for fault in faults:
        print(f"MISSED {fault}")
    return int(bool(faults))


@contextmanager
def small_disk(folder: Path, *, mount: bool) -> Iterator[None]:
    """Make the data folder, on a disk of its own if asked; it is gone with our mounts."""
    folder.mkdir()
    if not mount:
        yield
        return
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        os.chdir("/")
        subprocess.run(["umount", "-l", str(folder)], check=True)


def can_mount() -> bool:
    """Say whether this process may make mounts of its own."""
    return os.geteuid() == 0 and shutil.which("unshare") is not None and not subprocess.call(["unshare", "-m", "true"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
