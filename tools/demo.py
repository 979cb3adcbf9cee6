"""The main job in one sitting, over fixtures/feeds/ on loopback: `python3 dev.py demo [--web] [--postgres]`.

Owns the order of the commands and the analyst's part; everything else is done by the `monitor` commands it prints, each
run as a person would run it. Data goes to .demo/ (or the folder named), which is emptied first. With --web the triage
page is served at the end, until Ctrl-C; with --postgres the log is in a PostgreSQL made for the demo.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
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
MOST_OF_ONE = 4
N_PLOTS, N_OTHERS = 12, 26  # what the colleague labels; the other plots are kept back to see what it helped
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

    def run(self, *args: str, codes: tuple[int, ...] = (0,), quiet: bool = False) -> None:
        """Run `monitor …` and show the command and its output as it comes; another exit code than these ends all.

        With `quiet` the output goes to digest.html.
        """
        print(f"$ monitor {' '.join(quoted(arg) for arg in args)}{' > digest.html' if quiet else ''}", flush=True)
        with (self.folder / "digest.html").open("wb") if quiet else nullcontext() as out:
            code = subprocess.run([str(MONITOR), *args], cwd=self.folder, env=self.env, stdout=out).returncode
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


def two_answers(demo: Demo, models: list[str]) -> None:
    """Say how little two answers change: the largest move of any score."""
    demo.say("   Two answers change little, and should. Every entry scored with both models:")
    before, after, entries = both_scores(demo, models)
    moved = max(zip(before, after, entries, strict=True), key=lambda row: abs(row[1] - row[0]))
    print(f"  the largest move of any score: {moved[0]:.2f} to {moved[1]:.2f}, {moved[2]['title'][:70]}")


def both_scores(demo: Demo, models: list[str]) -> tuple[list[float], list[float], list[dict[str, Any]]]:
    """Score every entry with two models; return both lists of scores and the entries."""
    feeds = os.path.relpath(FEEDS, demo.folder)
    entries = demo.filter(f"monitor parse {feeds}/*.{{xml,atom,rdf,json}} > entries.jsonl")
    before, after = (
        [
            row["score"]
            for row in demo.filter(f"monitor score --no-reasons --model data/models/{model}.json entries.jsonl")
        ]
        for model in models
    )
    return before, after, entries


def colleague(demo: Demo) -> set[str]:
    """Write a file of labels as a colleague would hand it over; return the titles labelled in it."""
    entries = [(source["file"], entry) for source in sources() for entry in source["entries"]]
    plots = [entry["title"] for _, entry in entries if entry.get("kind") == "plot"][:N_PLOTS]
    others: list[str] = []
    of_source: Counter[str] = Counter()
    for name, entry in entries:  # of each feed a few: the gate refuses answers that come from one source
        if entry.get("kind", "") not in ("", "plot") and of_source[name] < MOST_OF_ONE and len(others) < N_OTHERS:
            others.append(entry["title"])
            of_source[name] += 1
    rows = ["entry_id,label"]
    hits = [
        hit for page in "12" for hit in demo.ask("search", "after:2000", "--per-page", "100", "--page", page)["hits"]
    ]
    ids = {hit["title"]["text"]: hit["entry"]["entry_id"] for hit in hits}
    for title in [*plots, *others]:
        rows += [f"{ids[title]},{'plot' if title in plots else 'not-plot'}"] if title in ids else []
    (demo.folder / "answers.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return {*plots, *others}


def forty_answers(demo: Demo, first: str) -> None:
    """Import a colleague's answers, train on forty, and show what it did to entries that nobody labelled."""
    labelled = colleague(demo)
    demo.run("labels", "import", "answers.csv", "--by", "ben")
    demo.run("train", codes=(0, 1))
    newest = demo.ask("models", "list")[-1]["model_id"]
    before, after, entries = both_scores(demo, [first, newest])
    rows = [row for row in zip(before, after, entries, strict=True) if row[2]["title"] not in labelled]
    for old, new, entry in sorted(rows, key=lambda row: -abs(row[1] - row[0]))[:N_MOVES]:
        print(f"  {old:.2f} → {new:.2f}  {entry['title'][:90]}")
    plots = {entry["title"] for source in sources() for entry in source["entries"] if entry.get("kind") == "plot"}
    ranked = (sorted(rows, key=lambda row: -row[0]), sorted(rows, key=lambda row: -row[1]))
    held = [sum(row[2]["title"] in plots for row in order[:10]) for order in ranked]
    n_held = sum(row[2]["title"] in plots for row in rows)
    print(f"  of {n_held} plots among {len(rows)} entries nobody labelled, the ten best held {held[0]}, now {held[1]}")


def serve(demo: Demo) -> None:
    """Serve the triage page until Ctrl-C."""
    demo.run("users", "add", "you")
    print("Open http://127.0.0.1:8765/ and sign in with that name and token. Ctrl-C ends it.")
    demo.run("web", codes=(0, 130))


@contextmanager
def shared_log(demo: Demo, *, wanted: bool) -> Iterator[None]:
    """Let the demo's log live in a PostgreSQL made for it, which is gone when the demo ends."""
    if not wanted:
        yield
        return
    from tests.postgres import WORD, running

    with running() as server:
        if server is None:
            raise SystemExit(f"demo --postgres {WORD}")
        from monitor.log.postgres.setup import init_postgres

        init_postgres(server.address, writer="monitor_writer", reader="monitor_reader")
        demo.env["MONITOR_LOG"] = server.of("monitor_writer")
        print(f"The log is in PostgreSQL ({demo.env['MONITOR_LOG']}) until the demo ends.")
        yield


def main(args: list[str]) -> int:
    """Run the demo; a command that fails ends it with its output."""
    began = time.monotonic()
    web = "--web" in args
    folders = [arg for arg in args if arg not in ("--web", "--postgres")]
    demo = Demo(Path(folders[0]).resolve() if folders else ROOT / ".demo")
    n_entries = sum(len(source["entries"]) for source in sources())
    with FeedServer.of_folder(FEEDS) as server, shared_log(demo, wanted="--postgres" in args):
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
        demo.say("3. What is to read: who alleges what, in one sentence, and how many sources stand behind it.")
        demo.run("queue")
        rows = demo.ask("queue", "--all")
        demo.say("4. The analyst decides on two rows: a label says what the text reports, not that it is true.")
        for entry_id, label, note in decide(rows):
            demo.run("label", entry_id[:8], label, "--note", note)
        demo.say("5. Training on the two labels; the candidate is promoted only if it is no worse.")
        demo.run("train", codes=(0, 1))
        models = [model["model_id"] for model in demo.ask("models", "list")][:2]
        two_answers(demo, models)
        demo.say("6. A colleague sends 38 more. What forty answers change, on entries that nobody labelled:")
        forty_answers(demo, models[0])
        demo.run("models")
        demo.say("7. What goes out: a digest to forward, and a casebook of what reviewers confirmed.")
        demo.run("digest", "--weekly", "--format", "html", quiet=True)
        demo.run("confirm", decide(rows)[0][0][:8])
        demo.run("casebook", "build", "casebook", "--url", "https://casebook.example/")
        demo.say("8. Nothing was lost or altered.")
        demo.run("log", "verify")
        demo.run("status")
    took = time.monotonic() - began
    print(f"\nDone in {took:.0f} s. Look around: cd {demo.folder} && {MONITOR} queue")
    print(f"Open {demo.folder / 'casebook' / 'index.html'} or run `python3 dev.py demo --web` for the triage page.")
    if web:
        serve(demo)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
