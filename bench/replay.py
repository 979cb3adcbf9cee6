"""Replay successive polls of real feeds through `monitor tick` and compare the log with an independent reading.

    python3 dev.py bench replay [--polls N] [ARCHIVE]

ARCHIVE holds NAME/NN_YYYY-MM-DDTHHMMSS.xml, one file per poll (default: ../shared/data/feeds/successive-polls.tar.gz).
Each poll is served on the loopback interface with the clock set to its time. The independent reading is feedparser's
alone: an entry is known by its id or link, and revised when the words of its title or summary differ from the last
sighting. What was flagged is listed, and what scored best and was not. Exits 1 when an entry is missing, recorded
twice, unscored or flagged twice, or when the log does not verify.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import feedparser

from tools.feed_server import Answer, FeedServer

ROOT = Path(__file__).resolve().parent.parent
MONITOR = Path(sys.executable).with_name("monitor")
SHARED = Path(os.environ.get("MONITOR_SHARED", ROOT.parent / "shared"))
DEFAULT = SHARED / "data" / "feeds" / "successive-polls.tar.gz"
N_POLLS = 60
N_PASSED_OVER = 10


@dataclass
class Poll:
    """One moment: when, and each feed's bytes."""

    at: str
    bodies: dict[str, bytes]


@dataclass
class Reading:
    """What an independent reader finds over the polls."""

    seen: set[tuple[str, str]] = field(default_factory=set)
    words: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    titles: dict[tuple[str, str], str] = field(default_factory=dict)
    n_revised: int = 0

    def take(self, feed: str, body: bytes) -> None:
        """Read one poll of one feed."""
        in_poll = set()
        for entry in feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False).entries:
            key = (feed, entry.get("id") or entry.get("link") or entry.get("title", ""))
            words = (plain(entry.get("title", "")), plain(entry.get("summary", "")))
            if key in self.seen and key not in in_poll and words != self.words[key]:
                self.n_revised += 1
            self.seen.add(key)
            in_poll.add(key)
            self.words[key] = words
            self.titles[key] = entry.get("title", "")


def plain(text: str) -> str:
    """Return letters and digits alone: what is left is a change of words, not of markup."""
    return "".join(re.findall(r"\w+", re.sub(r"<[^>]*>", " ", text)))


def read_archive(path: Path, n_polls: int) -> list[Poll]:
    """Return `n_polls` polls spread over the archive, oldest first."""
    files: dict[int, dict[str, tuple[str, bytes]]] = {}
    with tarfile.open(path) as archive:
        for member in archive:
            if not member.isfile():
                continue
            feed, name = member.name.split("/")[-2:]
            number, moment = name.removesuffix(".xml").split("_", 1)
            stream = archive.extractfile(member)
            assert stream is not None
            files.setdefault(int(number), {})[feed] = (moment, stream.read())
    step = max(1, len(files) // n_polls)
    chosen = sorted(files)[::step][:n_polls]
    polls = []
    for number in chosen:
        day, clock = max(moment for moment, _ in files[number].values()).split("T")
        at = f"{day}T{clock[:2]}:{clock[2:4]}:{clock[4:6]}Z"
        polls.append(Poll(at, {feed: body for feed, (_, body) in files[number].items()}))
    return sorted(polls, key=lambda poll: poll.at)


def monitor(folder: Path, at: str, *args: str) -> str:
    """Run `monitor …` with the clock at `at`; a feed that fails does not count, an exit code does."""
    env = {**os.environ, "MONITOR_NOW": at}
    done = subprocess.run([str(MONITOR), *args], cwd=folder, env=env, text=True, capture_output=True)
    if done.returncode:
        raise SystemExit(f"monitor {' '.join(args)} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def replay(polls: Iterable[Poll], folder: Path) -> Reading:
    """Tick once per poll in `folder`; return the independent reading."""
    reading = Reading()
    with FeedServer({}) as server:
        lines = ["settings:", f'  allow_private: ["{server.host}"]', "feeds:"]
        polls = list(polls)
        for feed in sorted({feed for poll in polls for feed in poll.bodies}):
            lines += [f"- url: {server.url('/' + feed)}", f"  id: {feed}", f"  name: {feed}"]
        (folder / "feeds.yaml").write_text("\n".join(lines) + "\n")
        for number, poll in enumerate(polls, 1):
            if number == 1:
                monitor(folder, poll.at, "init")
            server.answers = {"/" + feed: Answer(body, content_type="text/xml") for feed, body in poll.bodies.items()}
            report = monitor(folder, poll.at, "tick", "--force")
            print(f"[{number}/{len(polls)}] {poll.at} {report.strip()}", flush=True)
            for feed, body in poll.bodies.items():
                reading.take(feed, body)
        monitor(folder, poll.at, "log", "verify")
    return reading


def recorded(folder: Path) -> dict[str, list[dict[str, object]]]:
    """Return the data of the log's events by type, from `monitor log export`."""
    found: dict[str, list[dict[str, object]]] = {}
    for line in monitor(folder, "2030-01-01T00:00:00Z", "log", "export").splitlines():
        event = json.loads(line)
        if "type" in event:
            found.setdefault(event["type"], []).append(event["data"])
    return found


def faults(reading: Reading, events: dict[str, list[dict[str, object]]]) -> list[str]:
    """Compare the log with the reading; return what does not hold."""
    seen = Counter((str(e["feed_id"]), str(e["guid"] or e["link"])) for e in events.get("entry-seen", []))
    flagged = Counter(str(e["entry_id"]) for e in events.get("entry-flagged", []))
    scored = {row[0] for e in events.get("entry-scored", []) for row in e["scores"]}  # type: ignore[attr-defined]
    return [
        *(f"missing: {key}" for key in sorted(reading.seen - set(seen))),
        *(f"not in the feeds: {key}" for key in sorted(set(seen) - reading.seen)),
        *(f"recorded {n} times: {key}" for key, n in seen.items() if n > 1),
        *(f"flagged {n} times: {key}" for key, n in flagged.items() if n > 1),
        *(f"seen and not scored: {e['entry_id']}" for e in events.get("entry-seen", []) if e["entry_id"] not in scored),
    ]


def ranked(reading: Reading, events: dict[str, list[dict[str, object]]]) -> list[str]:
    """Return a line for each entry flagged, and for the best that were not, best score first."""
    titles = {str(e["entry_id"]): reading.titles.get((str(e["feed_id"]), str(e["guid"] or e["link"])), "")
              for e in events.get("entry-seen", [])}  # fmt: skip
    scores: dict[str, float] = {}
    for event in events.get("entry-scored", []):
        for entry_id, _, score in event["scores"]:  # type: ignore[attr-defined]
            scores[entry_id] = max(score, scores.get(entry_id, 0.0))
    flags = {str(e["entry_id"]): e for e in events.get("entry-flagged", [])}
    best = sorted(scores, key=lambda entry_id: -scores[entry_id])
    shown = [*flags, *[entry_id for entry_id in best if entry_id not in flags][:N_PASSED_OVER]]
    lines = []
    for entry_id in sorted(shown, key=lambda entry_id: -scores[entry_id]):
        flag = flags.get(entry_id)
        how = f"flagged, threshold {flag['threshold']:.3f}, {flag.get('why', 'new')}" if flag else "passed over"
        lines.append(f"  {scores[entry_id]:.3f} {how}: {titles.get(entry_id, '')}")
    return lines


def main() -> int:
    """Replay and compare."""
    parser = argparse.ArgumentParser(description="Replay polls of real feeds through tick.")
    parser.add_argument("archive", type=Path, nargs="?", default=DEFAULT)
    parser.add_argument("--polls", type=int, default=N_POLLS)
    args = parser.parse_args()
    if not args.archive.is_file():
        raise SystemExit(f"no archive at {args.archive}; name one (see --help)")
    began = time.process_time()
    with tempfile.TemporaryDirectory() as name:
        reading = replay(read_archive(args.archive, args.polls), Path(name))
        events = recorded(Path(name))
    found = faults(reading, events)
    n = {kind: len(events.get(kind, [])) for kind in ("entry-seen", "entry-revised", "entry-flagged")}
    print("\n".join(found[:40]), end="\n" if found else "")
    print(f"{len(reading.seen)} distinct entries in the feeds, {n['entry-seen']} in the log")
    print(f"{reading.n_revised} changes of words in the feeds, {n['entry-revised']} revisions in the log")
    moves = ", ".join(f"{e['previous']:.3f} to {e['threshold']:.3f}" for e in events.get("threshold-moved", []))
    print(f"{n['entry-flagged']} flagged; threshold moved: {moves or 'never'}")
    print("\n".join(ranked(reading, events)))
    print(f"{len(found)} faults; {time.process_time() - began:.1f} s CPU in the server and the comparison")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
