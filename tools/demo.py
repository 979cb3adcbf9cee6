"""The main job in one sitting, over fixtures/feeds/ on the loopback interface: `python3 dev.py demo`.

Owns the order of the commands and the analyst's part; everything else is done by the `monitor` commands it prints, each
run as a person would run it. Data goes to .demo/ (or the folder named), which is emptied first.
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
MONITOR = ROOT / ".venv" / "bin" / "monitor"
# The fixtures' newest entry is of 13:00 that day; a fixed clock makes every run print the same.
FIRST_TICK = "2026-01-23T14:00:00Z"
SECOND_TICK = "2026-01-23T15:00:00Z"
WRITTEN_HOST = "127.0.0.1:8099"
N_MOVES = 5
SPYING = "3d6e3c07"  # "Two accused of passing shipyard drawings …": an id depends on the feed's id and the guid alone


class Demo:
    """Runs commands in the demo's folder and shows them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {**os.environ, "MONITOR_REVIEWER": "ana", "COLUMNS": "120"}

    def say(self, text: str) -> None:
        """Say what comes next."""
        print(f"\n{text}", flush=True)

    def clock(self, moment: str) -> None:
        """Set the clock of the commands that follow."""
        self.env["MONITOR_NOW"] = moment
        print(f"$ export MONITOR_NOW={moment}", flush=True)

    def run(self, *args: str, codes: tuple[int, ...] = (0,)) -> None:
        """Run `monitor …` and show the command and its output as it comes; another exit code than these ends all."""
        print(f"$ monitor {' '.join(quoted(arg) for arg in args)}", flush=True)
        code = subprocess.run([str(MONITOR), *args], cwd=self.folder, env=self.env).returncode
        if code not in codes:
            raise SystemExit(f"demo: `monitor {args[0]}` ended with exit code {code}")

    def filter(self, command: str) -> list[dict[str, Any]]:
        """Run a shell line, show it without its output, and return the JSON lines it wrote (here or to a file)."""
        print(f"$ {command}", flush=True)
        paths = f"{MONITOR.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        line = command.replace(" > entries.jsonl", " | tee entries.jsonl")
        env = {**self.env, "PATH": paths}
        done = subprocess.run(
            ["bash", "-c", line], cwd=self.folder, env=env, text=True, capture_output=True, check=True
        )
        return [json.loads(row) for row in done.stdout.splitlines()]

    def ask(self, *args: str) -> Any:
        """Run `monitor … --json` without showing it and return what it says."""
        command = [str(MONITOR), *args, "--json"]
        return json.loads(
            subprocess.run(command, cwd=self.folder, env=self.env, capture_output=True, check=True).stdout
        )


def quoted(arg: str) -> str:
    """Return an argument as a person would type it."""
    return f'"{arg}"' if " " in arg else arg


def prepare(folder: Path, server: FeedServer) -> None:
    """Empty the demo's folder and put the fixtures' feeds.yaml there, with the server's address."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    config = (FEEDS / "feeds.yaml").read_text(encoding="utf-8")
    (folder / "feeds.yaml").write_text(config.replace(WRITTEN_HOST, server.host), encoding="utf-8")


def decide(rows: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Return two entries with the analyst's verdicts: the first row that reports a plot, and one that does not.

    Where every waiting row reports a plot, the second is a look-alike that the machine rightly left out.
    """
    plots = {entry["title"] for source in sources() for entry in source["entries"] if entry.get("kind") == "plot"}
    first = next(row["entry_id"] for row in rows if row["title"] in plots)
    wrong = next((row["entry_id"] for row in rows if row["title"] not in plots), SPYING)
    return [(first, "plot", "officials name a state"), (wrong, "not-plot", "no violence is alleged")]


def show_changes(demo: Demo, models: list[str]) -> None:
    """Score every entry with both models and print those whose score moved most."""
    demo.say("6. What changed: every entry scored with both models; the largest moves.")
    feeds = os.path.relpath(FEEDS, demo.folder)
    entries = demo.filter(f"monitor parse {feeds}/*.{{xml,atom,rdf,json}} > entries.jsonl")
    before, after = (
        demo.filter(f"monitor score --no-reasons --model data/models/{model}.json entries.jsonl") for model in models
    )
    moved = sorted(zip(before, after, entries, strict=True), key=lambda row: -abs(row[1]["score"] - row[0]["score"]))
    for old, new, entry in moved[:N_MOVES]:
        print(f"  {old['score']:.2f} → {new['score']:.2f}  {entry['title'][:90]}")


def main(args: list[str]) -> int:
    """Run the demo; a command that fails ends it with its output."""
    began = time.monotonic()
    demo = Demo(Path(args[0]).resolve() if args else ROOT / ".demo")
    n_entries = sum(len(source["entries"]) for source in sources())
    with FeedServer.of_folder(FEEDS) as server:
        prepare(demo.folder, server)
        print(f"{server.url('/')} serves {len(sources())} invented feeds with {n_entries} entries.")
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
        for entry_id, label, note in decide(rows):
            demo.run("label", entry_id[:8], label, "--note", note)
        demo.say("5. Training on the two labels; the candidate is promoted only if it is no worse.")
        demo.run("train", codes=(0, 1))
        demo.run("models")
        show_changes(demo, [model["model_id"] for model in demo.ask("models", "list")][:2])
        demo.say("7. Nothing was lost or altered.")
        demo.run("log", "verify")
        demo.run("status")
    took = time.monotonic() - began
    print(f"\nDone in {took:.0f} s. Look around: cd {demo.folder} && {MONITOR} queue")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
