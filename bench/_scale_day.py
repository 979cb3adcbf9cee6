"""A day of a million entries through append and fold, and the same log moved house both ways; for bench/scale.py.

An entry is its `entry-seen`, its text and its line in an `entry-scored`; 128 answers of 8 entries are a commit, as in a
tick. One machine appends and folds; another only folds, asking every second as its page would. Simulated is that the
day's commits follow each other at once.
"""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from bench._log_subjects import AT
from bench._scale_append import _wal
from bench._scale_ticks import new_log
from bench._words import Words
from monitor.log.events import EntryScored, EntrySeen, FeedAdded, FeedFetched, NewEvent
from monitor.log.keep.moving import move_log
from monitor.log.keep.transfer import export_log, import_log
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.postgres.snapshot import verify_postgres
from monitor.log.postgres.store import open_postgres
from monitor.log.sqlite.store import open_log
from monitor.views.fold import open_views

if TYPE_CHECKING:
    from tests.postgres import Server

FEEDS, ANSWERS, ITEMS = 20_000, 128, 8
DAY_S = 86_400
Commit = tuple[list[NewEvent], dict[str, bytes]]


def commit(number: int, words: Words) -> Commit:
    """Return the events and texts of one commit."""
    rng = words.rng = random.Random(number)
    events, payloads = [], {}
    for answer in range(ANSWERS):
        feed, scores = f"f{rng.randrange(FEEDS)}", []
        for item in range(ITEMS):
            payload = entry_payload(words.title(), words.text(60))
            sha, entry = payload_sha(payload), f"{number:08x}{answer:04x}{item:04x}"
            payloads[sha] = payload
            link = f"https://{feed}.example/2026/11/02/report-{entry}"
            seen = EntrySeen(entry, feed, f"g{entry}", link, sha, "2026-11-02T05:00:00.000000Z", "", "feed", "en")
            events.append(NewEvent(f"entry-seen:{entry}", seen))
            scores.append((entry, 0, round(rng.random() / 3, 6)))
        key = f"{number}:{answer}"
        events.append(
            NewEvent(f"entry-scored:{key}", EntryScored(model_id="m", threshold=0.9, scores=scores, feed_id=feed))
        )
        events.append(
            NewEvent(f"feed-fetched:{key}", FeedFetched(feed_id=feed, status=200, n_entries=ITEMS, n_new=ITEMS))
        )
    return events, payloads


class Follower(threading.Thread):
    """Another machine: folds what is new once a second, and keeps how far behind it was when it had."""

    def __init__(self, address: str, folder: Path) -> None:
        super().__init__(daemon=True)
        self._address, self._folder = address, folder
        self.ended = threading.Event()
        self.lags: list[float] = []

    def run(self) -> None:
        with closing(open_postgres(self._address, self._folder / "log.db", read_only=True)) as log:
            views = open_views(self._folder / "views.db", log)
            while not self.ended.wait(1.0):
                began = time.monotonic()
                views.catch_up()
                self.lags.append(1.0 + time.monotonic() - began)
            views.catch_up()
            self.position = views.position
            views.close()


def day(folder: Path, server: Server, n_entries: int) -> str:
    """Append and fold a day of entries; return the address of the log."""
    words, n_commits = Words(3), -(-n_entries // (ANSWERS * ITEMS))
    address = new_log(server, "day")
    for name in ("one", "other"):
        (folder / name).mkdir()
    follower = Follower(address, folder / "other")
    with closing(open_postgres(address, folder / "one" / "log.db")) as log:
        feeds = [
            NewEvent(f"feed-added:f{n}", FeedAdded(feed_id=f"f{n}", url=f"https://f{n}.example/feed", name=f"F{n}"))
            for n in range(FEEDS)
        ]
        log.append(feeds, recorded_at=AT)
        views = open_views(folder / "one" / "views.db", log)
        follower.start()
        wal, made, append, fold, began = _wal(server), 0.0, 0.0, 0.0, time.monotonic()
        for number in range(n_commits):
            cpu = time.thread_time()
            events, payloads = commit(number, words)
            made += time.thread_time() - cpu
            cpu = time.thread_time()
            appended = log.append(events, recorded_at=AT, payloads=payloads)
            append += time.thread_time() - cpu
            cpu = time.thread_time()
            views.fold(appended)
            fold += time.thread_time() - cpu
        seconds, wal, head = time.monotonic() - began, _wal(server) - wal, log.head()[0]
        views.close()
    follower.ended.set()
    follower.join()
    n = n_commits * ANSWERS * ITEMS
    size, lags, rate = _size(server, "day"), sorted(follower.lags), DAY_S * n / 1e6 / seconds
    us = [f"{name} {1e6 * cpu / n:.0f} us" for name, cpu in (("append", append), ("fold", fold), ("invent it", made))]
    middle, most = (round(lags[at], 1) for at in (len(lags) // 2, -1))
    print(f"a day of {n:,} entries ({head:,} events) in {seconds:,.0f} s: {rate:,.0f} x a million a day")
    print(
        f"  CPU an entry: {', '.join(us)}; another machine, folding every second: {middle} s behind, at most {most} s"
    )
    print(
        f"  a million entries with texts: {size / n:,.2f} GB with indexes, {wal / n / 1000:,.2f} GB of write-ahead log"
    )
    assert follower.position == head
    return address


def _size(server: Server, database: str) -> float:
    """Return the size of a database in kilobytes."""
    import psycopg

    with psycopg.connect(server.of("owner", database)) as owner:
        row = owner.execute("SELECT pg_database_size(current_database())").fetchone()
        return float(row[0]) / 1000 if row else 0.0


def moved_house(folder: Path, server: Server, address: str) -> list[str]:
    """Move the log to a file and back by copying and by export, verify each with the lone verifier; return faults."""
    faults = []
    with closing(open_postgres(address, folder / "one" / "log.db", read_only=True)) as source:
        head = source.head()
        began = time.monotonic()
        with closing(open_log(folder / "copied.db", create=True)) as to:
            move_log(source, to)
        _said("copied to a file", began, head[0])
        began = time.monotonic()
        with (folder / "export.jsonl").open("wb") as file:
            file.writelines(export_log(source))
        _said("exported", began, head[0])
    began = time.monotonic()
    with (folder / "export.jsonl").open("rb") as file:
        import_log(file, folder / "imported.db")
    _said("imported into a file", began, head[0])
    for name in ("copied.db", "imported.db", "export.jsonl"):
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "tools/verify_log.py", str(folder / name)], capture_output=True, text=True
        )
        _said(f"tools/verify_log.py {name}", began, head[0])
        faults += [f"{name}: {done.stdout}{done.stderr}"] if done.returncode else []
    (folder / "back").mkdir()
    began = time.monotonic()
    with (
        closing(open_log(folder / "imported.db")) as file_log,
        closing(open_postgres(new_log(server, "back"), folder / "back" / "log.db")) as back,
    ):
        move_log(file_log, back)
        _said("copied back into PostgreSQL", began, head[0])
        faults += [str(problem) for problem in verify_postgres(back, []).problems]
        faults += [f"{back.head()} in place of {head}"] if not head == back.head() == file_log.head() else []
        with (folder / "again.jsonl").open("wb") as file:
            file.writelines(export_log(back))
    same = subprocess.run(
        ["cmp", str(folder / "export.jsonl"), str(folder / "again.jsonl")], capture_output=True, text=True
    )
    faults += [f"the exports differ: {same.stdout}"] if same.returncode else []
    return faults


def _said(what: str, began: float, n: int) -> None:
    print(f"  {what}: {time.monotonic() - began:,.0f} s for {n:,} events", flush=True)
