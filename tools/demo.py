"""The main job in one sitting, over fixtures/feeds/ on the loopback interface: `python3 dev.py demo`.

Owns the order of the commands and the analyst's part; everything else is done by the `monitor` commands it prints, each
run as a person would run it. Data goes to .demo/, which is emptied first.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tools.build_fixtures import FEEDS, sources
from tools.feed_server import FeedServer

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / ".demo"
# The fixtures' newest entry is of 13:00 that day; a fixed clock makes every run print the same.
FIRST_TICK = "2026-01-23T14:00:00Z"
SECOND_TICK = "2026-01-23T15:00:00Z"
WRITTEN_HOST = "127.0.0.1:8099"
MUST_TAKE_LESS_S = 60


class Demo:
    """Runs commands in the demo's folder and shows them."""

    def __init__(self) -> None:
        self.env = {**os.environ, "MONITOR_REVIEWER": "ana", "COLUMNS": "120"}

    def say(self, text: str) -> None:
        """Say what comes next."""
        print(f"\n{text}", flush=True)

    def clock(self, moment: str) -> None:
        """Set the clock of the commands that follow."""
        self.env["MONITOR_NOW"] = moment
        print(f"$ export MONITOR_NOW={moment}", flush=True)

    def run(self, *args: str) -> str:
        """Run `monitor …`, show the command and its output as it comes, and return its standard output."""
        print(f"$ monitor {' '.join(quoted(arg) for arg in args)}", flush=True)
        lines = []
        command = [str(ROOT / ".venv" / "bin" / "monitor"), *args]
        with subprocess.Popen(command, cwd=DEMO, env=self.env, text=True, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            for line in child.stdout:
                print(line, end="", flush=True)
                lines.append(line)
        if child.returncode:
            raise SystemExit(f"demo: `monitor {args[0]}` ended with exit code {child.returncode}")
        return "".join(lines)

    def ask(self, *args: str) -> Any:
        """Run `monitor … --json` without showing it and return what it says."""
        command = [str(ROOT / ".venv" / "bin" / "monitor"), *args, "--json"]
        return json.loads(subprocess.run(command, cwd=DEMO, env=self.env, capture_output=True, check=True).stdout)


def quoted(arg: str) -> str:
    """Return an argument as a person would type it."""
    return f'"{arg}"' if " " in arg else arg


def write_config(server: FeedServer) -> None:
    """Empty the demo's folder and write its feeds.yaml: the fixtures' feeds at the server's address."""
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir()
    config = (FEEDS / "feeds.yaml").read_text(encoding="utf-8")
    (DEMO / "feeds.yaml").write_text(config.replace(WRITTEN_HOST, server.host), encoding="utf-8")


def decide(rows: list[dict[str, Any]]) -> list[tuple[dict[str, Any], str, str]]:
    """Return two rows with the analyst's verdicts, taken from what the fixtures' author wrote about the entries."""
    plots = {entry["title"] for source in sources() for entry in source["entries"] if entry.get("kind") == "plot"}
    found = [row for row in rows if row["title"] in plots]
    others = [row for row in rows if row["title"] not in plots]
    first = (found[0], "plot", "a charge, and officials name a state")
    if others:
        return [first, (others[0], "not-plot", "no covert operation is reported")]
    return [first, (found[1], "plot", "officials name a state service")]


def show_changes(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    """Print how the waiting rows' scores moved."""
    scores = {row["entry_id"]: row["score"] for row in before}
    for row in after:
        was = scores.get(row["entry_id"])
        print(f"  {'new ' if was is None else f'{was:.2f}'} → {row['score']:.2f}  {row['title'][:90]}")


def main() -> int:
    """Run the demo; a command that fails ends it with its output."""
    began = time.monotonic()
    demo = Demo()
    n_entries = sum(len(source["entries"]) for source in sources())
    with FeedServer.of_folder(FEEDS) as server:
        write_config(server)
        print(f"{server.url('/')} serves {len(sources())} invented feeds with {n_entries} entries. Working in .demo/.")
        demo.say("1. A log, a first model made from four seed articles, and a first tick.")
        demo.clock(FIRST_TICK)
        demo.run("init")
        demo.run("tick")
        demo.say("2. An hour later nothing is new: every feed answers 304 and nothing is read twice.")
        demo.clock(SECOND_TICK)
        demo.run("tick")
        print(f"  (the server sent {server.sent[200]} feeds, then {server.sent[304]} times 304 Not Modified)")
        demo.say("3. What was flagged, and why.")
        demo.run("queue")
        rows = demo.ask("queue", "--all")
        demo.say("4. The analyst decides on two rows.")
        for row, label, note in decide(rows):
            demo.run("label", row["entry_id"][:8], label, "--note", note)
        demo.say("5. Training on the two labels; the candidate is promoted only if it is no worse.")
        before = demo.ask("queue", "--all")
        demo.run("train")
        demo.run("models")
        demo.say("6. What changed for the rows that wait.")
        show_changes(before, demo.ask("queue", "--all"))
        demo.say("7. Nothing was lost or altered.")
        demo.run("log", "verify")
        demo.run("status")
    took = time.monotonic() - began
    print(f"\nDone in {took:.0f} s. Look around: cd .demo && ../.venv/bin/monitor queue")
    return 0 if took < MUST_TAKE_LESS_S else 1


if __name__ == "__main__":
    sys.exit(main())
