"""SIGKILL at random moments of real commands: tick, label, train and export, over feeds that never stop.

Commands run in children forked from a process that has imported them, so that the kill falls into the work and not
into the start of Python; a few are started as programs. What a command said it did before it died is what is judged.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from monitor.log.proof.anchors import anchors_path, read_anchors
from monitor.log.sqlite.store import open_log
from monitor.log.sqlite.verify import verify_log

ROOT = Path(__file__).resolve().parent.parent
# A feed lists its last 400 entries, so that a row of killed ticks cannot push an entry out unseen.
WINDOW, N_FEEDS = 400, 6
PLOT = "Court charges two men over alleged plot to kill exiled dissident on orders of foreign intelligence service"
DULL = "Council approves budget for the repair of the old bridge and the market hall"


def rss(feed: int, newest: int) -> bytes:
    """Return a feed whose newest entry is number `newest`; every seventh reads like an alleged plot."""
    items = []
    for n in range(max(0, newest - WINDOW + 1), newest + 1):
        title = f"{PLOT if n % 7 == 0 else DULL} ({feed}-{n})"
        link = f"http://feed{feed}.example/{n}"
        items.append(f"<item><guid>{link}</guid><link>{link}</link><title>{title}</title></item>")
    return f"<rss version='2.0'><channel><title>F{feed}</title>{''.join(items[::-1])}</channel></rss>".encode()


def serve() -> None:
    """Serve the feeds on a free port, printed first; each request of a feed finds one more entry. Ends with stdin."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    from threading import Thread

    asked: Counter[int] = Counter()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            feed = int(self.path.rsplit("/", 1)[1])
            asked[feed] += 1
            body = rss(feed, asked[feed])
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("ETag", f'"{asked[feed]}"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


class Installation:
    """A data folder with feeds on the loopback interface, and ways to run and kill commands in it."""

    def __init__(self, folder: Path, seed: int = 1) -> None:
        self.folder, self.rng = folder, random.Random(seed)
        self.database = folder / "data" / "log.db"
        command = [sys.executable, "-c", "import bench._kills as k; k.serve()"]
        quiet = subprocess.DEVNULL  # a killed client resets its connection, which the server would tell at length
        self.server = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=quiet, text=True
        )
        assert self.server.stdout is not None
        port = int(self.server.stdout.readline())
        feeds = "".join(f"- url: http://127.0.0.1:{port}/{n}\n  id: f{n}\n  name: Feed {n}\n" for n in range(N_FEEDS))
        settings = f'settings:\n  contact: a@example.org\n  allow_private: ["127.0.0.1:{port}"]\n  per_host: 6\n'
        (folder / "feeds.yaml").write_text(f"{settings}feeds:\n{feeds}")
        for name in ("collect.tick", "decide.label", "learn.train", "keep.log", "publish.export", "serve.setup"):
            importlib.import_module(f"monitor.surfaces.cli.{name}")
        for name in (
            "monitor.fetch.fetcher",
            "monitor.parse.feed",
            "cryptography.hazmat.primitives.asymmetric.ed25519",
        ):
            importlib.import_module(name)
        if self.run("init")[0]:
            raise SystemExit("init failed")

    def close(self) -> None:
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.server.stdin.close()
        self.server.wait(10)
        self.server.stdout.close()

    def run(self, *args: str, kill_after_s: float | None = None) -> tuple[int, str]:
        """Run a command in a forked child, kill it after so many seconds; return (exit code, what it printed)."""
        from monitor.surfaces.cli.main import run

        return self.call(lambda: run(list(args)), kill_after_s=kill_after_s)

    def call(self, work: Callable[[], int], *, kill_after_s: float | None = None) -> tuple[int, str]:
        """Do some work in a forked child, kill it after so many seconds; return (exit code, what it printed)."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            os.setsid()
            os._exit(self._in_child(writer, work))
        os.close(writer)
        if kill_after_s is not None:
            self._kill(child, kill_after_s)
        with os.fdopen(reader, "rb") as handle:
            output = handle.read().decode(errors="replace")
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status), output

    def _in_child(self, writer: int, work: Callable[[], int]) -> int:
        os.chdir(self.folder)
        os.dup2(writer, 1)
        os.dup2(writer, 2)
        out = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), write_through=True)
        try:
            with redirect_stdout(out), redirect_stderr(out):
                return work()
        except BaseException as error:  # a traceback is a finding, and must not run on in the fork
            os.write(1, f"TRACEBACK {error!r}\n".encode())
            return 99

    def _kill(self, child: int, after_s: float) -> None:
        time.sleep(after_s)
        try:
            os.killpg(child, signal.SIGKILL)
        except ProcessLookupError:
            try:
                os.kill(child, signal.SIGKILL)
            except ProcessLookupError:
                return

    def typical_s(self, *args: str) -> float:
        """Return how long a command takes when left alone."""
        began = time.perf_counter()
        code, output = self.run(*args)
        if code not in (0, 1):
            raise RuntimeError(f"{args}: exit {code}: {output[-500:]}")
        return time.perf_counter() - began

    def judge(self, *, full: bool = False) -> dict[str, int]:
        """Return what is wrong with the log: 1 where it does not verify, and events that are there twice."""
        report = verify_log(self.database, read_anchors(anchors_path(self.database)), quick=not full)
        if not report.ok:
            print("    not verified:", report.problems[:3], report.unchecked, flush=True)
        seen: Counter[tuple[str, str]] = Counter()
        log = open_log(self.database, read_only=True)
        for event in log.read(types=("entry-flagged", "entry-seen")):
            seen[event.type, event.data.entry_id] += 1  # type: ignore[attr-defined]
        log.close()
        return {"unverified": int(not report.ok), "double": sum(count > 1 for count in seen.values())}


def kill_tick(place: Installation, rounds: int) -> dict[str, int]:
    """Kill `rounds` ticks; then every entry ever served must be in the log once, scored, and each plot flagged once."""
    total = Counter(killed=0, finished=0, unverified=0, double=0, traceback=0, lost=0)
    longest = max(place.typical_s("tick", "--force") for _ in range(3)) * 1.1
    acked: set[int] = set()
    while total["killed"] < rounds and total["finished"] < 3 * rounds:
        code, output = place.run("tick", "--force", kill_after_s=place.rng.uniform(0, longest))
        total["killed" if code < 0 else "finished"] += 1
        total["traceback"] += "TRACEBACK" in output or "Traceback" in output
        if code == 0:
            acked.add(_head(place))
        if total["killed"] % 50 == 49:
            total.update(place.judge())
            longest = place.typical_s("tick", "--force") * 1.1  # the machine may have become slower
    place.run("tick", "--force")
    total.update(place.judge(full=True))
    total["lost"] += sum(position > _head(place) for position in acked)
    total.update(_coverage(place))
    return dict(total)


def _head(place: Installation) -> int:
    log = open_log(place.database, read_only=True)
    try:
        return log.head()[0]
    finally:
        log.close()


def _coverage(place: Installation) -> dict[str, int]:
    """Count entries served but missing, and entries without a score, and how many flags there are."""
    log = open_log(place.database, read_only=True)
    numbers: dict[str, set[int]] = {}
    ids, scored, flags = set(), set(), 0
    for event in log.read(types=("entry-seen", "entry-scored", "entry-flagged")):
        data: object = event.data
        if event.type == "entry-seen":
            ids.add(data.entry_id)  # type: ignore[attr-defined]
            numbers.setdefault(data.feed_id, set()).add(int(data.guid.rsplit("/", 1)[1]))  # type: ignore[attr-defined]
        elif event.type == "entry-scored":
            scored |= {row[0] for row in data.scores}  # type: ignore[attr-defined]
        else:
            flags += 1
    log.close()
    missing = sum(len(set(range(max(found) + 1)) - found) for found in numbers.values())
    return {"missing": missing, "unscored": len(ids - scored), "entries": len(ids), "flags": flags}


def kill_label(place: Installation, rounds: int) -> dict[str, int]:
    """Kill labelling; whatever was called saved is in the log, once."""
    total = Counter(killed=0, finished=0, unverified=0, double=0, lost=0, traceback=0)
    log = open_log(place.database, read_only=True)
    entries = [event.data.entry_id for event in log.read(types=("entry-seen",))]  # type: ignore[attr-defined]
    log.close()
    place.rng.shuffle(entries)
    longest = place.typical_s("label", entries[-1], "not-plot", "--by", "ana", "--entry-only", "--json") * 1.5
    saved = []
    number = -1
    while total["killed"] < rounds and total["finished"] < 3 * rounds:
        number += 1
        verdict = ("plot", "not-plot")[number % 2]
        command = ("label", entries[number % len(entries)], verdict, "--by", f"b{number}", "--entry-only", "--json")
        code, output = place.run(*command, kill_after_s=place.rng.uniform(0, longest))
        total["killed" if code < 0 else "finished"] += 1
        total["traceback"] += "TRACEBACK" in output or "Traceback" in output
        if '"position"' in output and output.rstrip().endswith("}"):
            saved.append((json.loads(output)["position"], f"b{number}"))
    log = open_log(place.database, read_only=True)
    for position, by in saved:
        event = log.get(position)
        total["lost"] += event is None or getattr(event.data, "by", "") != by
    log.close()
    total.update(place.judge(full=True), acknowledged=len(saved))
    return dict(total)


def kill_train(place: Installation, rounds: int) -> dict[str, int]:
    """Kill training; the model in use and every model file there is must load."""
    from monitor.classify.modelstore import load_model

    for name in ("sklearn.linear_model", "sklearn.feature_extraction.text", "monitor.learn.candidate"):
        importlib.import_module(name)
    total = Counter(killed=0, finished=0, unverified=0, double=0, bad_models=0, traceback=0)
    longest = place.typical_s("train") * 1.1
    while total["killed"] < rounds and total["finished"] < 3 * rounds:
        code, output = place.run("train", kill_after_s=place.rng.uniform(0, longest))
        total["killed" if code < 0 else "finished"] += 1
        total["traceback"] += "TRACEBACK" in output or "Traceback" in output
    for path in (place.database.parent / "models").glob("m*.json"):
        try:
            load_model(path)
        except Exception as error:
            print(f"    {path.name}: {error!r}", flush=True)
            total["bad_models"] += 1
    total["unusable"] = int(place.run("tick", "--force")[0] != 0)
    total.update(place.judge(full=True))
    return dict(total)


def kill_export(place: Installation, rounds: int) -> dict[str, int]:
    """Kill exports and backups; a file that is there is whole, by the independent verifier."""
    total = Counter(killed=0, finished=0, unverified=0, double=0, torn=0, traceback=0)
    commands = (("log", "export", "out.jsonl"), ("log", "export", "out.jsonl.gz"), ("backup", "copy.db"))
    longest = {command: place.typical_s(*command) * 1.1 for command in commands}
    for command in commands:
        (place.folder / command[-1]).unlink()
    while total["killed"] < rounds and total["finished"] < 3 * rounds:
        command = commands[total["killed"] % 3]
        code, output = place.run(*command, kill_after_s=place.rng.uniform(0, longest[command]))
        total["killed" if code < 0 else "finished"] += 1
        total["traceback"] += "TRACEBACK" in output or "Traceback" in output
        path = place.folder / command[-1]
        if path.exists():
            verifier = [sys.executable, str(ROOT / "tools" / "verify_log.py"), str(path)]
            total["torn"] += subprocess.run(verifier, capture_output=True, check=False).returncode != 0
            path.unlink()
    total.update(place.judge(full=True))
    return dict(total)
