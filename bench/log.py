"""Measure the event log against plain SQLite and its peers, side by side in interleaved rounds, per CPU second.

    python3 dev.py bench log [--sizes 10000,100000,1000000] [--rounds N] [--keep]

Ratios, not levels, are held: a shared machine moves levels by half. A ratio is the median over the rounds of
(subject / reference) within one round. Exits 1 where a target is missed. Peers go to .bench/peers, files to .bench/log.
Single appends are timed by the wall (lower quartile), in turns with a bare 4 kB write + fdatasync.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench._log_subjects import AT, SUBJECTS, decode_entry, records, use_peers
from monitor.log.events import EntryFlagged, EntryScored, FeedAdded, NewEvent, StoryOpened
from monitor.log.proof.judgement import Verification, check_chain
from monitor.log.sqlite.store import open_log
from monitor.log.sqlite.verify import SqliteSnapshot, verify_log
from monitor.views.fold import open_views

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".bench" / "log"
ROUNDS = {10_000: 9, 100_000: 3, 1_000_000: 1}
# (subject, reference, target): subject's rate must be at least target x the reference's
APPEND_TARGETS = (("floor", 0.85), ("recorder", 1.1), ("application", 2.5), ("sqlite-utils", 1.3))
SINGLE_TARGET = 1.5
REBUILD_TARGET, VERIFY_TARGET = 0.5, 0.7
MEMORY_MIB, QUEUE_CPU_S = 256.0, 0.3
N_FLAGGED = 1_000

results: list[dict[str, object]] = []


def say(text: str) -> None:
    print(text, flush=True)


def hold(name: str, value: float, target: float, *, at_most: bool = False, unit: str = "x") -> None:
    """Note a figure against its target and print it."""
    ok = value <= target if at_most else value >= target
    results.append({"name": name, "value": round(value, 3), "target": target, "at_most": at_most, "ok": ok})
    sign = "<=" if at_most else ">="
    say(f"  {'ok    ' if ok else 'MISSED'} {name}: {value:.2f} {unit} (target {sign} {target:g})")


def fresh(name: str) -> Path:
    """Return a path without a database."""
    path = WORK / name
    for suffix in ("", "-wal", "-shm"):
        path.with_name(name + suffix).unlink(missing_ok=True)
    (WORK / "anchors.jsonl").unlink(missing_ok=True)
    return path


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds of this process that `work` takes, collector off."""
    gc.collect()
    gc.disable()
    began = time.process_time()
    try:
        work()
    finally:
        gc.enable()
    return time.process_time() - began


def append_round(names: list[str], n: int) -> dict[str, float]:
    """Append n records with every subject, batch by batch in turns; return events per CPU second.

    Records are made outside the clock; closing (the last WAL checkpoint) is inside.
    """
    subjects = {name: SUBJECTS[name](fresh(file_of(name))) for name in names}
    spent = dict.fromkeys(names, 0.0)
    gc.collect()
    gc.disable()
    for number, batch in enumerate(records(n)):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            append = subjects[name].append
            began = time.process_time()
            append(batch)
            spent[name] += time.process_time() - began
        if number % 200 == 199:
            gc.collect()
    for name in names:
        began = time.process_time()
        subjects[name].close()
        spent[name] += time.process_time() - began
    gc.enable()
    return {name: n / seconds for name, seconds in spent.items()}


def file_of(name: str) -> str:
    return name.replace(", ", "-").replace(" ", "-") + ".db"


def bench_append(n: int, rounds: int, names: list[str]) -> None:
    say(f"append, {n:,} events, batches of 500 in turns, {rounds} round(s) (events per CPU second)")
    rates: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        for name, rate in append_round(names, n).items():
            rates[name].append(rate)
    for name in names:
        ratio = statistics.median(a / b for a, b in zip(rates["monitor"], rates[name], strict=True))
        low, high = min(rates[name]), max(rates[name])
        median = statistics.median(rates[name])
        say(f"    {name:<16} {median:>9,.0f}  ({low:,.0f} to {high:,.0f})   monitor / this: {ratio:.2f}")
        results.append({"name": f"append {n} {name} per CPU s", "value": round(median)})
        for reference, target in APPEND_TARGETS:
            if reference == name:
                hold(f"append {n:,} against {name}", ratio, target)


def bench_single(n: int = 400) -> None:
    """Time one durable append against one 4 kB write + fdatasync, taken in turns."""
    log = open_log(fresh("single.db"), create=True)
    handle = os.open(WORK / "single.raw", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    ours, bare, block = [], [], os.urandom(4096)
    for (record,) in ([one] for batch in records(n) for one in batch):
        began = time.perf_counter()
        os.write(handle, block)
        os.fdatasync(handle)
        middle = time.perf_counter()
        log.append([NewEvent(*record)], recorded_at=AT)
        ours.append(time.perf_counter() - middle)
        bare.append(middle - began)
    os.close(handle)
    log.close()
    us = [statistics.quantiles(values, n=4)[0] * 1e6 for values in (ours, bare)]  # the quarter least disturbed
    say(f"one durable append, {n} in turns with a bare 4 kB write + fdatasync: {us[0]:.0f} and {us[1]:.0f} us (wall)")
    hold("single append against write + fdatasync", us[0] / us[1], SINGLE_TARGET, at_most=True)


def decode_only(path: Path) -> None:
    db = sqlite3.connect(path)
    state = {}
    for seq, _type, data, _hash in db.execute("SELECT seq, type, data, hash FROM events ORDER BY seq"):
        entry = decode_entry(data)
        state[entry.entry_id] = (seq, entry.link, entry.feed_id)
    db.close()


def chain_only(path: Path) -> None:
    db = sqlite3.connect(path)
    prev = bytes(32)
    for _seq, _type, data, hash_ in db.execute("SELECT seq, type, data, hash FROM events ORDER BY seq"):
        prev = hashlib.sha256(prev + data).digest()
        if prev != hash_:
            raise SystemExit("the floor's chain is broken")
    db.close()


def read_all(path: Path) -> None:
    log = open_log(path, read_only=True)
    state = {}
    for event in log.read():
        state[event.data.entry_id] = (event.position, event.data.link, event.data.feed_id)  # type: ignore[attr-defined]
    log.close()


def rebuild(path: Path) -> None:
    log = open_log(path, read_only=True)
    views_path = path.with_name("views.db")
    for suffix in ("", "-wal", "-shm"):
        views_path.with_name("views.db" + suffix).unlink(missing_ok=True)
    open_views(views_path, log).close()
    log.close()


def verify_chain(path: Path) -> None:
    report = Verification()
    db = sqlite3.connect(path)
    check_chain(SqliteSnapshot(db), report)
    db.close()
    if not report.ok:
        raise SystemExit(str(report.problems))


def verify_full(path: Path) -> None:
    verify_log(path)


def bench_read(n: int, rounds: int) -> None:
    say(f"read back, {n:,} events, {rounds} rounds (events per CPU second)")
    monitor, floor = WORK / "monitor.db", WORK / "floor.db"
    works: dict[str, Callable[[], None]] = {
        "floor: decode only": lambda: decode_only(floor),
        "read": lambda: read_all(monitor),
        "rebuild": lambda: rebuild(monitor),
        "floor: chain only": lambda: chain_only(floor),
        "verify: chain": lambda: verify_chain(monitor),
        "verify: all": lambda: verify_full(monitor),
    }
    rates: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            rates[name].append(n / cpu(work))
    for name, values in rates.items():
        say(f"    {name:<20} {statistics.median(values):>9,.0f}  ({min(values):,.0f} to {max(values):,.0f})")
        results.append({"name": f"{name} {n} per CPU s", "value": round(statistics.median(values))})
    for name, reference, target in (
        ("read", "floor: decode only", REBUILD_TARGET),
        ("rebuild", "floor: decode only", REBUILD_TARGET),
        ("verify: chain", "floor: chain only", VERIFY_TARGET),
    ):
        ratio = statistics.median(a / b for a, b in zip(rates[name], rates[reference], strict=True))
        hold(f"{name} {n:,} against {reference}", ratio, target)


def child(code: str, *args: str) -> tuple[float, float, str]:
    """Run Python code in a fresh process; return (CPU seconds, peak MiB, output)."""
    peak = "\nfrom bench._peak import peak_mib; print('peak', peak_mib())"
    process = subprocess.Popen([sys.executable, "-c", code + peak, *args], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"a child failed: {output}")
    return usage.ru_utime + usage.ru_stime, float(output.rsplit("peak", 1)[1]), output


def bench_memory(n: int) -> None:
    say(f"memory and start, {n:,} events (fresh processes)")
    code = "import sys; from pathlib import Path; import bench.log as b; b.{}(Path(sys.argv[1]))"
    _, base, _ = child("import bench.log")
    for name in ("rebuild", "verify_full"):
        _, peak, _ = child(code.format(name), str(WORK / "monitor.db"))
        say(f"    {name}: peak {peak:.0f} MiB, of which imports of this bench {base:.0f}")
        hold(f"memory of {name} at {n:,}", peak, MEMORY_MIB, at_most=True, unit="MiB")


def bench_queue(n: int) -> None:
    """Show the queue of a log with 1,000 flagged entries, views up to date, in a fresh process."""
    folder = WORK / "data"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    log = open_log(WORK / "monitor.db")
    flags: list[NewEvent] = [NewEvent("feed-added:feed-0", FeedAdded(feed_id="feed-0", url="http://x/", name="X"))]
    known = (record for batch in records(2 * N_FLAGGED) for record in batch)
    for _, data in list(known)[:N_FLAGGED]:
        scored = EntryScored(model_id="m", threshold=0.5, scores=[(data.entry_id, 0, 0.9)])
        flags.append(NewEvent(f"entry-scored:{data.entry_id}", scored))
        flag = EntryFlagged(entry_id=data.entry_id, revision=0, model_id="m", score=0.9, threshold=0.5)
        flags.append(NewEvent(f"entry-flagged:{data.entry_id}", flag))
        story = StoryOpened(story_id="s" + data.entry_id, entry_id=data.entry_id)
        flags.append(NewEvent(f"story-opened:{data.entry_id}", story))
    log.append(flags, recorded_at=AT)
    log.close()
    os.link(WORK / "monitor.db", folder / "log.db")
    (folder / "feeds.yaml").write_text(
        "settings:\n  contact: a@example.org\nfeeds:\n  - url: http://127.0.0.1:9/f\n    name: X\n"
    )
    code = "from monitor.__main__ import main\ntry:\n    main()\nexcept SystemExit as ended:\n    assert not ended.code"
    args = ("--config", str(folder / "feeds.yaml"), "--data", str(folder), "queue")
    child(code, *args)  # folds the views once
    runs = [child(code, *args) for _ in range(5)]
    if f"{N_FLAGGED} waiting" not in runs[0][2]:
        raise SystemExit(f"the queue was not shown: {runs[0][2][:300]}")
    spent = statistics.median(run[0] for run in runs)
    hold(f"open {n:,} events and show the queue", spent, QUEUE_CPU_S, at_most=True, unit="CPU s")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--rounds", type=int, help="rounds at every size [9, 3, 1]")
    parser.add_argument("--keep", action="store_true", help="leave the databases in .bench/log")
    args = parser.parse_args()
    sizes = [int(float(size)) for size in args.sizes.split(",")]
    WORK.mkdir(parents=True, exist_ok=True)
    names = list(SUBJECTS)
    if not use_peers(ROOT / ".bench" / "peers"):
        say("eventsourcing could not be installed: its rows are missing, and so are their targets")
        names = [name for name in names if name not in {"recorder", "application"}]
    append_round(names, 1_000)  # warms every import and code path
    load = os.getloadavg()[0]
    say(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} CPUs, load {load:.1f}")
    bench_single()
    for n in sizes:
        rounds = args.rounds or ROUNDS.get(n, 3)
        bench_append(n, rounds, names)
        bench_read(n, max(3, rounds))
    bench_memory(max(sizes))
    bench_queue(max(sizes))
    (ROOT / ".bench" / "log.json").write_text(json.dumps(results, indent=1))
    if not args.keep:
        shutil.rmtree(WORK)
    missed = [str(result["name"]) for result in results if result.get("ok") is False]
    say(f"{'MISSED: ' + '; '.join(missed) if missed else 'every target held'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
