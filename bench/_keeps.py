"""SIGKILL at random moments of what keeps a log: erase, retention, restore, import, new key, backup, rebuild, search,
upgrade of an old log, packing.

After each kill the same command is run again and has to go on by itself; the log has to verify each time.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from bench._kills import Installation
from bench._oldlog import as_version_1
from monitor import app
from monitor.log.codec import iso
from monitor.log.keep.erasure import drop_expired
from monitor.log.sqlite.store import open_log

Command = tuple[str, ...]


def kill_keeping(place: Installation, rounds: int, only: str = "") -> dict[str, int]:
    """Kill each command of keeping `rounds` times in all; return what was wrong afterwards."""
    total = Counter(killed=0, finished=0, unverified=0, double=0, traceback=0, stuck=0, torn=0)
    names = [only] if only else list(COMMANDS)
    longest: dict[str, float] = {}
    for number in range(3 * rounds):
        if total["killed"] >= rounds:
            break
        name = names[number % len(names)]
        command = COMMANDS[name](place)
        if name not in longest:
            longest[name] = place.typical_s(*command) * 1.1 if command else 0.3 if name == "packing" else 1.0
            command = COMMANDS[name](place)
        after_s = place.rng.uniform(0, longest[name])
        code, output = place.run(*command, kill_after_s=after_s) if command else WORKS[name](place, after_s)
        total["killed" if code < 0 else "finished"] += 1
        total["traceback"] += "TRACEBACK" in output or "Traceback" in output
        _go_on(place, name, command, total)
        total.update(place.judge(full=number % 10 == 9))
    total.update(place.judge(full=True))
    return dict(total)


def _go_on(place: Installation, name: str, command: Command, total: Counter[str]) -> None:
    """Run the command again, then a tick: both must go through."""
    if name == "import":
        path = place.folder / "imported" / "log.db"
        whole = path.exists() and place.run("log", "verify", str(path))[0] == 0
        code, output = (0, "") if whole else place.run(*command)
    else:
        code, output = place.run(*command) if command else WORKS[name](place, None)
    if code:
        total["stuck"] += 1
        print(f"    {name} again: exit {code}: {output.strip()[-300:]}", flush=True)
    code, output = place.run("tick", "--force")
    if code:
        total["stuck"] += 1
        print(f"    tick after {name}: exit {code}: {output.strip()[-300:]}", flush=True)


def _retain(place: Installation, kill_after_s: float | None) -> tuple[int, str]:
    """Do what retention does, to all that was seen before this second."""

    def work() -> int:
        workspace = app.open_workspace(str(place.folder / "feeds.yaml"), str(place.folder / "data"))
        now = workspace.clock()
        drop_expired(workspace.log, now, 1, iso(now - timedelta(seconds=1)))
        workspace.close()
        return 0

    return place.call(work, kill_after_s=kill_after_s)


def _pack(place: Installation, kill_after_s: float | None) -> tuple[int, str]:
    """Pack all but the newest events, a few at a time, so that a kill falls between two packs or into one."""

    def work() -> int:
        log = open_log(place.database)
        log.compact(1 << 20, keep=8, size=4)
        log.close()
        return 0

    return place.call(work, kill_after_s=kill_after_s)


def _upgrade(place: Installation) -> Command:
    as_version_1(place.database)
    return ("log", "compact")


def _erase(place: Installation) -> Command:
    log = open_log(place.database, read_only=True)
    known = [event.data for event in log.read(types=("entry-seen",))]
    entry = next(data for data in known[::-1] if log.payload(data.text_sha) is not None)  # type: ignore[attr-defined]
    log.close()
    return ("erase", entry.entry_id, "--reason", "asked", "--yes")  # type: ignore[attr-defined]


def _restore(place: Installation) -> Command:
    copy = place.folder / "usb" / "copy.db"
    if not copy.exists() or place.rng.random() < 0.3:
        place.run("backup", str(copy))
    return ("restore", str(copy), "--give-up-events")


def _import(place: Installation) -> Command:
    export, target = place.folder / "out.jsonl", place.folder / "imported"
    if not export.exists():
        place.run("log", "export", str(export))
    for path in target.glob("log.db*") if target.exists() else ():
        os.unlink(path)
    Path(target / "anchors.jsonl").unlink(missing_ok=True)
    return ("--data", str(target), "log", "import", str(export))


def _search(place: Installation) -> Command:
    for path in place.database.parent.glob("search.db*"):
        path.unlink()
    return ("search", "bridge")


COMMANDS: dict[str, Callable[[Installation], Command]] = {
    "erase": _erase,
    "retention": lambda _: (),
    "restore": _restore,
    "import": _import,
    "new-key": lambda _: ("log", "new-key", "--reason", "killed"),
    "backup": lambda _: ("backup",),
    "rebuild": lambda _: ("rebuild",),
    "first search": _search,
    "upgrade": _upgrade,
    "packing": lambda _: (),
}
WORKS = {"retention": _retain, "packing": _pack}  # what no command does by itself
