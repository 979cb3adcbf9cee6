"""Measure what grows with the log: rebuild, a look back, a page, a search, a first tick, an erasure, and its bytes.

    python3 dev.py bench growth [--sizes 10000,100000,1000000] [--keep]

Writes a log of so many events, a year for each million as 73 feeds make it (polls, entries with their texts, scores,
flags, stories, revisions, labels, re-scored weeks), packing old events as ticks do; then measures each command in a
fresh process: CPU seconds and peak MiB. Exits 1 where a target is missed. Files go to .bench/growth.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import process_time

from monitor.log.codec import iso
from monitor.log.events import (
    EntryFlagged,
    EntryLabelled,
    EntryRevised,
    EntryScored,
    EntrySeen,
    EventData,
    FeedFetched,
    ModelPromoted,
    NewEvent,
    StoryOpened,
    TickFinished,
    TickStarted,
)
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.sqlite.store import open_log
from monitor.stories.cases import Cases
from monitor.worker.intake.casing import MOST_STORIES, TEXTS_PER_STORY
from monitor.worker.jobs.chores import PACKED_PER_TICK

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".bench" / "growth"
N_FEEDS, PER_YEAR = 73, 1_000_000
TODAY = datetime(2026, 11, 1, tzinfo=UTC)
# (what, most CPU seconds at 1 M and below, at 5 M, most MiB). A row's reasons take the model and its lexicon, 0.25 s at
# any size, which a log without a model (as this bench had until December 2026) does not need.
TARGETS = {
    "as of a day ago": (1.0, 3.0, 256), "as of a month ago": (1.0, 3.0, 256), "show": (0.5, 0.5, 128),
    "story": (0.7, 0.7, 160), "search, rare word": (0.6, 0.6, 128), "search, everywhere": (0.8, 0.8, 128),
    "coverage": (1.0, 1.0, 128), "tick of a new feed": (2.0, 2.0, 256), "rebuild": (None, None, 256),
    "views import": (None, None, 256), "idle tick": (1.0, 1.0, 256), "erase": (0.5, 0.5, 128),
}  # fmt: skip
results: list[dict[str, object]] = []


def say(text: str) -> None:
    print(text, flush=True)


def texts(seed: int = 7) -> Iterator[tuple[str, str]]:
    """Yield titles and summaries of the length that feeds give, words in Zipf's proportions."""
    rng = random.Random(seed)
    words = ["".join(rng.choices("abcdefghijklmnoprstuvw", k=rng.randint(2, 10))) for _ in range(30_000)]
    words[0] = "the"
    weights = [1 / (rank + 1) for rank in range(len(words))]
    while True:
        many = rng.choices(words, weights, k=48 * 500)
        for start in range(0, len(many), 48):
            yield " ".join(many[start : start + 9]).capitalize(), " ".join(many[start + 9 : start + 48])


def events(n: int, model_id: str) -> Iterator[tuple[datetime, list[tuple[str, EventData]], dict[str, bytes]]]:
    """Yield ticks: when, what they append, and the texts. Deterministic; the last event is of the bench's own today."""
    rng, source, made = random.Random(3), texts(), 0
    span = timedelta(days=365 * n / PER_YEAR)
    recent: list[str] = []
    while made < n:
        at = TODAY - span * (1 - made / n)
        new: list[tuple[str, EventData]] = [(f"tick-started:{at}", TickStarted(tick_id=iso(at), n_due=20))]
        bodies: dict[str, bytes] = {}
        for feed in rng.sample(range(N_FEEDS), 20):
            new += _poll(rng, f"f{feed}", at, source, recent, bodies, model_id)
        if rng.random() < 0.02:  # a second look over some weeks, once in some days
            for start in range(0, len(recent), 500):
                scores = [(entry_id, 0, 0.1) for entry_id in recent[start : start + 500]]
                new.append(
                    (
                        f"again:{at}:{start}",
                        EntryScored(model_id=model_id, threshold=0.5, scores=scores, why="second-look"),
                    )
                )
        new.append((f"tick-finished:{at}", TickFinished(tick_id=iso(at), n_due=20, n_fetched=20, duration_ms=900)))
        yield at, new[: n - made], bodies
        made += len(new)
        del recent[:-4_000]


def _poll(
    rng: random.Random,
    feed: str,
    at: datetime,
    source: Iterator[tuple[str, str]],
    recent: list[str],
    bodies: dict[str, bytes],
    model_id: str,
) -> list[tuple[str, EventData]]:
    n_new = rng.choice((0, 2, 4, 8))
    due = iso(at + timedelta(minutes=30))
    poll = FeedFetched(
        feed_id=feed, status=200 if n_new else 304, n_entries=40, n_new=n_new, next_due_at=due, overlap=True
    )
    found: list[tuple[str, EventData]] = [(f"feed-fetched:{feed}:{at}", poll)]
    scores = []
    for _ in range(n_new):
        title, summary = next(source)
        entry_id = hashlib.blake2b(f"{feed}{at}{title}".encode(), digest_size=8).hexdigest()
        payload = entry_payload(title, summary)
        bodies[payload_sha(payload)] = payload
        link = f"https://outlet{feed}.example/2026/{entry_id}"
        seen = EntrySeen(
            entry_id=entry_id, feed_id=feed, guid=link, link=link, text_sha=payload_sha(payload), lang="en",
            published_at=iso(at - timedelta(minutes=20)),
        )  # fmt: skip
        found.append((f"entry-seen:{entry_id}", seen))
        scores.append((entry_id, 0, round(rng.random() ** 6, 6)))
        recent.append(entry_id)
    if scores:
        found.append(
            (f"entry-scored:{feed}:{at}", EntryScored(model_id=model_id, threshold=0.5, scores=scores, feed_id=feed))
        )
    for entry_id, _, score in scores:
        if score > 0.8:
            flag = EntryFlagged(entry_id=entry_id, revision=0, model_id=model_id, score=score, threshold=0.5)
            found.append((f"entry-flagged:{entry_id}", flag))
            found.append((f"story:{entry_id}", StoryOpened(story_id="s" + entry_id, entry_id=entry_id, publisher=feed)))
            if rng.random() < 0.9:
                label = EntryLabelled(entry_id=entry_id, story_id="s" + entry_id, label="not-plot", by="ana")
                found.append((f"label:{entry_id}", label))
    if scores and rng.random() < 0.1:
        title, summary = next(source)
        payload = entry_payload(title, summary)
        bodies[payload_sha(payload)] = payload
        revised = EntryRevised(
            entry_id=scores[0][0], feed_id=feed, revision=1, link="", text_sha=payload_sha(payload), changed=["title"]
        )
        found.append((f"entry-revised:{scores[0][0]}", revised))
        again = EntryScored(
            model_id=model_id, threshold=0.5, scores=[(scores[0][0], 1, 0.2)], feed_id=feed, why="revised"
        )
        found.append((f"again:{scores[0][0]}", again))
    return found


def build(folder: Path, n: int) -> None:
    """Write the log of `n` events, its feeds.yaml and its model."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "feeds.yaml").write_text(_feeds())
    start = TODAY - timedelta(days=365 * n / PER_YEAR + 1)
    command(folder, "init", now=iso(start))
    log = open_log(folder / "log.db")
    promoted = log.last_keyed("model-promoted")
    assert promoted is not None and isinstance(promoted.data, ModelPromoted)  # noqa: PT018
    for at, new, bodies in events(n - log.head()[0], promoted.data.model_id):
        log.append([NewEvent(key, data) for key, data in new], recorded_at=iso(at), payloads=bodies)
        log.compact(PACKED_PER_TICK)
    log.close()


def _feeds(more: str = "", private: str = "127.0.0.1:9") -> str:
    """Return a feeds.yaml of 73 feeds at a port that nobody answers at, and what is added."""
    feeds = [f"  - url: http://127.0.0.1:9/{i}\n    id: f{i}\n    name: Outlet {i}\n" for i in range(N_FEEDS)]
    settings = f"settings:\n  contact: a@example.org\n  allow_private: [{private}]\n"
    return f"{settings}feeds:\n{''.join(feeds)}{more}"


@contextmanager
def new_feeds(n_feeds: int, n_entries: int) -> Iterator[str]:
    """Serve feeds that the log has not seen, on the loopback interface; yield a feeds.yaml that lists them too."""
    source = texts(99)

    def body(number: int) -> bytes:
        items = [
            f"<item><title>{title}</title><link>http://127.0.0.1/{number}/{i}</link><description>{words}</description>"
            f"<guid>new-{number}-{i}</guid></item>"
            for i, (title, words) in zip(range(n_entries), source, strict=False)
        ]
        head = f'<rss version="2.0"><channel><title>New {number}</title><link>http://127.0.0.1/</link>'
        return f"{head}{''.join(items)}</channel></rss>".encode()

    bodies = {f"/new/{number}": body(number) for number in range(n_feeds)}

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = bodies.get(self.path, b"")
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(found)))
            self.end_headers()
            self.wfile.write(found)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_port
    more = "".join(
        f"  - url: http://127.0.0.1:{port}/new/{i}\n    id: new{i}\n    name: New {i}\n" for i in range(n_feeds)
    )
    try:
        yield _feeds(more, f"127.0.0.1:9, 127.0.0.1:{port}")
    finally:
        server.shutdown()
        server.server_close()


def command(folder: Path, *args: str, now: str = iso(TODAY)) -> tuple[float, float, str]:
    """Run `monitor …` in a fresh process; return (CPU seconds, peak MiB, output)."""
    code = (  # as the installed command starts, which sets the collector too
        "import sys\nsys.path.insert(0, sys.argv.pop(1))\nfrom bench._peak import peak_mib\n"
        "from monitor.__main__ import main\ntry:\n    main()\nfinally:\n    print('peak', peak_mib())"
    )
    start = [sys.executable, "-c", code, str(ROOT), "--config", str(folder / "feeds.yaml"), "--data", str(folder)]
    env = {**os.environ, "MONITOR_NOW": now, "PAGER": ""}
    process = subprocess.Popen([*start, *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if (
        process.returncode and not {"coverage", "tick"} & {*args}
    ) or "peak" not in output:  # both say by it what they met
        raise SystemExit(f"monitor {' '.join(args)} failed: {output[-2000:]}")
    return usage.ru_utime + usage.ru_stime, float(output.rsplit("peak", 1)[1]), output


def measure(folder: Path, n: int, what: str, *args: str, rounds: int = 3) -> str:
    """Run a command some times and hold its middle CPU time and its highest peak against their targets."""
    runs = [command(folder, *args) for _ in range(rounds)]
    spent, peak = statistics.median(run[0] for run in runs), max(run[1] for run in runs)
    small, large, most_mib = TARGETS[what]
    most_s = small if n <= 1_000_000 else large
    ok = (most_s is None or spent <= most_s) and peak <= most_mib
    results.append({"n": n, "what": what, "cpu_s": round(spent, 2), "mib": round(peak), "ok": ok})
    target = f"<= {most_s} s, " if most_s is not None else ""
    say(f"  {'ok    ' if ok else 'MISSED'} {what:<22} {spent:7.2f} CPU s {peak:7.0f} MiB   ({target}<= {most_mib} MiB)")
    return runs[0][2]


def sizes(folder: Path, n: int) -> None:
    """Print what each file takes, and what five years of 73 feeds would."""
    taken = {
        name: sum(path.stat().st_size for path in folder.glob(f"{name}*"))
        for name in ("log.db", "views.db", "search.db")
    }
    taken["together"] = sum(taken.values())
    for name, size in taken.items():
        results.append({"n": n, "what": f"bytes per event, {name}", "value": round(size / n)})
        five_years = size / n * 5 * PER_YEAR / 1e9
        say(f"    {name:<10} {size / 1e6:9.1f} MB   {size / n:6.0f} bytes an event   5 years: {five_years:5.2f} GB")


def bench(n: int) -> None:
    folder = WORK / str(n)
    if not (folder / "feeds.yaml").exists():
        build(folder, n)
    say(f"{n:,} events ({n / PER_YEAR:g} years of {N_FEEDS} feeds)")
    measure(folder, n, "rebuild", "rebuild", rounds=1)
    sizes(folder, n)
    measure(folder, n, "as of a day ago", "status", "--as-of", iso(TODAY - timedelta(days=1)))
    measure(folder, n, "as of a month ago", "queue", "--as-of", iso(TODAY - timedelta(days=30)))
    rows = json.loads(command(folder, "queue", "--json")[2].rsplit("peak", 1)[0])
    measure(folder, n, "show", "show", rows[-1]["entry_id"])
    measure(folder, n, "story", "stories", "show", rows[-1]["story_id"])
    measure(folder, n, "search, rare word", "search", rows[0]["title"].split()[-1])
    measure(folder, n, "search, everywhere", "search", "the")
    day = (TODAY - timedelta(days=7)).date().isoformat()
    measure(folder, n, "coverage", "coverage", "--from", day)
    grow(folder, n, rows[-1]["entry_id"])


def grow(folder: Path, n: int, entry_id: str) -> None:
    """Measure what changes the log: ticks, of which one meets new feeds, an erasure, and views from another machine."""
    command(folder, "tick", "--quiet")  # signs a log that nobody signed before, all of it
    measure(folder, n, "idle tick", "tick", "--quiet")
    with new_feeds(5, 40) as feeds:
        (folder / "feeds.yaml").write_text(feeds)
        said = measure(folder, n, "tick of a new feed", "tick", "--force", rounds=1)
        if "5 fetched" not in said or "200 new entries" not in said:
            raise SystemExit(f"the new feeds were not read: {said[:500]}")
    (folder / "feeds.yaml").write_text(_feeds())
    measure(folder, n, "erase", "erase", entry_id, "--reason", "bench", "--yes", rounds=1)
    copy = folder / "views-copy.db"
    command(folder, "views", "export", str(copy))
    measure(folder, n, "views import", "views", "import", str(copy), rounds=1)
    copy.unlink()


def link_cases() -> None:
    """Measure the most that case linking may do in one tick, whatever the log's size: its bound of earlier stories.

    Each has three texts of 300 words in which six names stand, of 2,000 in all; 50 new stories open in the tick.
    """
    rng, source = random.Random(5), texts(17)
    names = [f"{rng.choice('BDFGKLMNPRSTV')}{''.join(rng.choices('aeiorlnst', k=6))}" for _ in range(2_000)]

    def told() -> tuple[str, str]:
        six = rng.sample(names, 6)
        words = " ".join(next(source)[1] for _ in range(8)).split()
        for name in six:
            words.insert(rng.randrange(1, len(words)), name)
        return f"the {six[0]} and {six[1]}", " ".join(words)

    stories = [[told() for _ in range(TEXTS_PER_STORY)] for _ in range(MOST_STORIES)]
    new = [told() for _ in range(50)]
    start = process_time()
    cases = Cases()
    for number, story in enumerate(stories):
        cases.add(f"s{number}", f"c{number}", story)
    loaded = process_time()
    for text in new:
        cases.find([text])
    done = process_time()
    results.append({"n": MOST_STORIES, "what": "case linking", "cpu_s": round(done - start, 2)})
    say(
        f"case linking, at its bound of {MOST_STORIES:,} earlier stories: {loaded - start:.2f} CPU s to read them, "
        f"{(done - loaded) / len(new) * 1000:.0f} ms for each new one"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument(
        "--keep", action="store_true", help="leave the data folders in .bench/growth, and use them again"
    )
    args = parser.parse_args()
    for size in args.sizes.split(","):
        bench(int(float(size)))
    link_cases()
    (ROOT / ".bench" / "growth.json").write_text(json.dumps(results, indent=1))
    if not args.keep:
        shutil.rmtree(WORK, ignore_errors=True)
    missed = [f"{result['what']} at {result['n']}" for result in results if result.get("ok") is False]
    say(f"MISSED: {'; '.join(missed)}" if missed else "every target held")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
