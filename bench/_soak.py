"""What a soak runs side by side, each in a process of its own: see bench/soak.py.

A worker calls the product as people and cron do, and counts what it saw; what was acknowledged is written down at once,
so that a judge can look for it afterwards.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from pathlib import Path

from bench._kills import Installation
from bench._traces import traces
from monitor import app
from monitor.errors import LogError, MonitorError, StaleViewError
from monitor.log.codec import iso
from monitor.log.events import EntrySeen
from monitor.log.keep.erasure import drop_expired
from monitor.log.payloads import read_entry_payload
from monitor.log.proof.judgement import DOES_NOT_HOLD, UNCHECKED
from monitor.log.sqlite.store import open_log
from monitor.log.sqlite.verify import verify_with_anchors
from monitor.triage.decide import label_entry

Work = Callable[[Installation, Counter[str], Path], None]
LABELS_A_SECOND = 2.0


def _opened(place: Installation) -> app.Workspace:
    return app.open_workspace(str(place.folder / "feeds.yaml"), str(place.folder / "data"))


def _command(*args: str, may: tuple[int, ...] = (0,)) -> Work:
    """Return a worker's step that runs a command and notes what it should not have said."""

    def step(place: Installation, seen: Counter[str], _notes: Path) -> None:
        code, output = place.run(*args)
        seen["commands"] += 1
        seen["traceback"] += "Traceback" in output or "TRACEBACK" in output
        if code not in may:
            seen["failed"] += 1
            if seen["failed"] <= 3:
                print(f"    {args}: exit {code}: {output.strip()[-300:]}", flush=True)
        seen["false_alarms"] += "the log is broken" in output or "does not verify" in output

    return step


def _review(place: Installation, seen: Counter[str], notes: Path) -> None:
    """Decide one entry, as a request of the page does, and write the answer down once it is acknowledged."""
    began = time.monotonic()
    workspace = _opened(place)
    try:
        head = workspace.log.head()[0]
        events = list(workspace.log.read(after=max(0, head - 400), types=("entry-seen",)))
        if events:
            entry = random.choice(events).data
            assert isinstance(entry, EntrySeen)
            by = f"r{os.getpid()}"
            made = label_entry(workspace.log, workspace.views, entry.entry_id, random.choice(("plot", "not-plot")),
                               by=by, now=workspace.clock(), whole_story=False)  # fmt: skip
            if made is not None:
                with notes.open("a") as file:
                    file.write(f"{made.position} {by}\n")
                seen["labels"] += 1
    except StaleViewError:
        seen["stale"] += 1
    except LogError as error:
        seen["refused"] += 1
        print(f"    a decision was refused: {error}", flush=True)
    finally:
        workspace.close()
    time.sleep(max(0.0, 1 / LABELS_A_SECOND - (time.monotonic() - began)))


def _verify(place: Installation, seen: Counter[str], _notes: Path) -> None:
    report = verify_with_anchors(place.database)
    seen["looks"] += 1
    seen["false_alarms"] += report.verdict == DOES_NOT_HOLD
    seen["unchecked"] += report.verdict == UNCHECKED
    if not report.ok:
        print(f"    verify: {report.verdict}: {report.problems[:2]} {report.unchecked}", flush=True)
    time.sleep(0.2)


def _erase(place: Installation, seen: Counter[str], notes: Path) -> None:
    """Erase an entry nobody erased yet, and write down its words, which are to be nowhere afterwards."""
    log = open_log(place.database, read_only=True)
    try:
        recent = list(log.read(after=max(0, log.head()[0] - 3_000), types=("entry-seen",)))
        entry = next((event.data for event in recent if log.payload(event.data.text_sha) is not None), None)  # type: ignore[attr-defined]
        payload = log.payload(entry.text_sha) if isinstance(entry, EntrySeen) else None
        text = read_entry_payload(payload)
    finally:
        log.close()
    if not isinstance(entry, EntrySeen) or text is None or payload is None:
        time.sleep(0.2)
        return
    code, output = place.run("erase", entry.entry_id, "--reason", "soak", "--yes", "--json")
    if code == 0 and json.loads(output)["erased"]:
        with notes.open("a") as file:
            file.write("".join(f"{trace.hex()}\n" for trace in traces(payload, text.title)))
        seen["erased"] += 1
        seen["pending"] += not json.loads(output)["finished"]
    elif code:
        seen["failed"] += 1
        print(f"    erase: exit {code}: {output.strip()[-300:]}", flush=True)


def _retain(place: Installation, seen: Counter[str], _notes: Path) -> None:
    """Do what retention does on an old log: erase what nobody flagged or labelled, here after some seconds."""
    workspace = _opened(place)
    try:
        now = workspace.clock()
        seen["retained"] += drop_expired(workspace.log, now, 1, iso(now - timedelta(seconds=20)))
    except LogError as error:
        seen["refused"] += 1
        print(f"    retention was refused: {error}", flush=True)
    finally:
        workspace.close()
    time.sleep(2)


def _pack(place: Installation, seen: Counter[str], _notes: Path) -> None:
    """Pack old events as ticks do on a log of years, here after a few hundred: what others read moves under them."""
    log = open_log(place.database)
    try:
        seen["packed"] += log.compact(64, keep=128, size=32)
    finally:
        log.close()
    time.sleep(0.5)


def _as_of(place: Installation, seen: Counter[str], notes: Path) -> None:
    log = open_log(place.database, read_only=True)
    position = random.randint(1, max(1, log.head()[0]))
    log.close()
    _command("status", "--as-of", str(position))(place, seen, notes)


WORKERS: dict[str, tuple[int, Work]] = {
    "tick": (2, _command("tick", "--force", may=(0, 5, 10))),
    "review": (3, _review),
    "backup": (1, _command("backup")),
    "rebuild": (1, _command("rebuild")),
    "erase": (1, _erase),
    "retention": (1, _retain),
    "pack": (1, _pack),
    "train": (1, _command("train", may=(0, 1))),
    "as-of": (2, _as_of),
    "verify": (2, _verify),
}


def loop(place: Installation, name: str, number: int, seconds: float) -> dict[str, int]:
    """Do one worker's step again and again until the time is over; return what it counted."""
    seen: Counter[str] = Counter()
    random.seed(f"{name}{number}")
    notes = place.folder / f"{name}-{number}.notes"
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            WORKERS[name][1](place, seen, notes)
        except MonitorError as error:
            seen["failed"] += 1
            print(f"    {name}: {error}", flush=True)
    return dict(seen)


def service(place: Installation) -> int:
    """Start `monitor run` in a child and return its process id."""
    from monitor.surfaces.cli.main import run

    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.chdir(place.folder)
            with (place.folder / "service.out").open("w") as out, redirect_stdout(out), redirect_stderr(out):
                code = run(["run", "--every", "2"])
        finally:
            os._exit(code)
    return child
