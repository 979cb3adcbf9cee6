"""Faults of the disk and of people: I/O errors at every call, power loss at any moment, changes behind the log's back.

Each function makes its faults, looks at what is left, and returns counts; bench/kill.py holds them to their targets and
tests/log/test_faults.py runs a few of each. The disk is faked by iofault.c (an LD_PRELOAD library, so a C compiler is
needed); only files of a temporary folder are touched.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench._victim import AT, batch
from monitor.log.payloads import DEFLATED, WORDS, ZLIB
from monitor.log.proof.anchors import anchors_path, read_anchors
from monitor.log.proof.checkpoints import sign_checkpoint
from monitor.log.proof.judgement import Verification
from monitor.log.sqlite.store import open_log
from monitor.log.sqlite.verify import verify_log

ROOT = Path(__file__).resolve().parent.parent
MODES = ("eio", "enospc", "short", "kill")


def have_compiler() -> bool:
    return shutil.which("cc") is not None and sys.platform == "linux"


def library() -> Path:
    """Return the compiled shim, compiling it where it is missing or older than its source."""
    source, target = ROOT / "bench" / "iofault.c", Path(tempfile.gettempdir()) / f"monitor_iofault_{os.getuid()}.so"
    if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-w", "-o", str(target), str(source), "-ldl"], check=True)
    return target


def run_victim(folder: Path, n_batches: int, **faults: object) -> subprocess.CompletedProcess[str]:
    env = {**os.environ}
    if faults:
        env |= {"LD_PRELOAD": str(library()), "IOFAULT_DIR": f"{folder.resolve()}/"}
        env |= {f"IOFAULT_{name.upper()}": str(value) for name, value in faults.items()}
    command = [sys.executable, "-m", "bench._victim", str(folder), str(n_batches)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, cwd=ROOT, check=False)


def judge(folder: Path, acked: set[int] | None = None) -> dict[str, int]:
    """Return what is wrong with a victim's log: 1 for unverified, lost acknowledgements, half batches, double flags."""
    if acked is None:
        lines = (folder / "acks").read_text().split("\n")[:-1] if (folder / "acks").exists() else []
        acked = {int(line) for line in lines}
    found = {"unverified": 0, "lost": 0, "half": 0, "double": 0}
    if not (folder / "log.db").exists() or not _has_events(folder / "log.db"):
        return {**found, "lost": len(acked)}
    report = verify_log(folder / "log.db", read_anchors(anchors_path(folder / "log.db")))
    if not report.ok:
        return {**found, "unverified": 1}
    log = open_log(folder / "log.db", read_only=True)
    kinds: dict[int, list[str]] = {}
    for event in log.read():
        kinds.setdefault(int(event.data.entry_id[1:]), []).append(event.type)  # type: ignore[attr-defined]
    log.close()
    found["lost"] = len(acked - set(kinds))
    found["half"] = sum(len(types) != 3 for types in kinds.values())
    found["double"] = sum(types.count("entry-flagged") > 1 for types in kinds.values())
    return found


def _has_events(path: Path) -> bool:
    try:
        return bool(sqlite3.connect(path).execute("SELECT 1 FROM sqlite_master WHERE name = 'events'").fetchone())
    except sqlite3.DatabaseError:
        return True


def sweep(mode: str, *, sticky: bool, most: int, n_batches: int = 6) -> dict[str, int]:
    """Fail every call (or `most` of them) of a run once or for good; the next run must recover."""
    with tempfile.TemporaryDirectory() as temporary:
        count, empty, folder = (Path(temporary) / name for name in ("count", "empty", "whole"))
        open_log(empty / "log.db", create=True).close()  # one for all: making tables is not what is tested
        shutil.copytree(empty, folder)
        whole = run_victim(folder, n_batches, count=count)
        if whole.returncode:
            raise RuntimeError(whole.stderr)
        n_calls = int(count.read_text())
        points = list(range(1, n_calls + 1))
        if n_calls > most:
            points = sorted(random.Random(1).sample(points, most))
        total = dict.fromkeys(("unverified", "lost", "half", "double", "unclear", "not_recovered"), 0)
        for point in points:
            folder = Path(temporary) / f"p{point}"
            shutil.copytree(empty, folder)
            faults = {"nth": point, "mode": mode, **({"sticky": 1} if sticky else {})}
            done = run_victim(folder, n_batches, **faults)
            _add(total, judge(folder))
            total["unclear"] += mode != "kill" and done.returncode != 0 and not _clear(done.stderr)
            again = run_victim(folder, n_batches)
            bad = judge(folder)
            total["not_recovered"] += again.returncode != 0 or any(bad.values())
            _add(total, bad)
            shutil.rmtree(folder)
    return {"calls": n_calls, "points": len(points), **total}


def _clear(message: str) -> bool:
    """Tell one line that names the trouble from a traceback or silence."""
    lines = message.strip().splitlines()
    return len(lines) == 1 and lines[0].startswith("error: ")


def _add(total: dict[str, int], more: dict[str, int]) -> None:
    for name, value in more.items():
        total[name] += value


Record = tuple[str, str, int, bytes]


def _trace(path: Path) -> Iterator[Record]:
    raw, at = path.read_bytes(), 0
    while at + 15 <= len(raw):
        kind, (name_length, offset, length) = chr(raw[at]), struct.unpack_from("<HQI", raw, at + 1)
        at += 15
        name = raw[at : at + name_length].decode()
        at += name_length
        yield kind, name, offset, raw[at : at + length]
        at += length


def _apply(content: bytearray, record: Record) -> None:
    kind, _, offset, data = record
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    if kind == "W":
        content[offset : offset + len(data)] = data
    else:
        del content[offset:]


def power_loss(points: int, *, n_batches: int = 120, seed: int = 1) -> dict[str, int]:
    """Cut the power at random moments of a run: unsynced writes are lost, cut short, torn in sectors or reordered."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as temporary:
        folder, trace = Path(temporary) / "run", Path(temporary) / "trace"
        folder.mkdir()
        open_log(folder / "log.db", create=True).close()
        start = (folder / "log.db").read_bytes()
        done = run_victim(folder, n_batches, trace=trace)
        if done.returncode:
            raise RuntimeError(done.stderr)
        records = list(_trace(trace))
        disk = _Disk(str(folder.resolve()), start)
        total = dict.fromkeys(("unverified", "lost", "half", "double"), 0)
        moments = sorted(rng.randint(1, len(records)) for _ in range(points))
        after = Path(temporary) / "after"
        for number, moment in enumerate(moments):
            disk.go_on(records[disk.done : moment])
            shutil.rmtree(after, ignore_errors=True)
            after.mkdir()
            disk.write(after, rng.choice(("none", "prefix", "subset", "torn")), rng)
            _add(total, judge(after, disk.acked))
            if number % 500 == 499:
                print(f"    {number + 1} power losses", flush=True)
    return {"writes": len(records), "points": points, "acked": len(disk.acked), **total}


class _Disk:
    """What a disk surely holds, and what it may hold, at a moment of a trace."""

    def __init__(self, folder: str, log: bytes) -> None:
        self.sure: dict[str, bytearray] = {f"{folder}/log.db": bytearray(log)}
        self.pending: dict[str, list[Record]] = {}
        self.acked: set[int] = set()
        self.done = 0

    def go_on(self, records: list[Record]) -> None:
        for record in records:
            kind, path = record[:2]
            if path.endswith("/acks"):
                self.acked.add(int(record[3]))
            elif kind == "S":
                content = self.sure.setdefault(path, bytearray())
                for write in self.pending.pop(path, []):
                    _apply(content, write)
            elif kind == "U":
                self.sure.pop(path, None)
                self.pending.pop(path, None)
            else:
                self.sure.setdefault(path, bytearray())
                self.pending.setdefault(path, []).append(record)
        self.done += len(records)

    def write(self, folder: Path, how: str, rng: random.Random) -> None:
        for path, base in self.sure.items():
            content, pending = bytearray(base), self.pending.get(path, [])
            if how in ("none", "prefix"):
                pending = pending[: rng.randint(0, len(pending)) if how == "prefix" else 0]
            else:
                pending = [record for record in pending if rng.random() < 0.5]
            for kind, name, offset, data in pending:
                cut = 512 * rng.randint(0, len(data) // 512) if how == "torn" and len(data) > 512 else len(data)
                _apply(content, (kind, name, offset, data[:cut]))
            (folder / Path(path).name).write_bytes(content)


def make_log(folder: Path, n_batches: int = 80) -> Path:
    """Make a closed log with texts, two checkpoints and anchors; beside it, older copies of itself (old-*.db)."""
    log = open_log(folder / "log.db", create=True)
    for n in range(n_batches):
        events, payloads = batch(n)
        log.append(events, recorded_at=AT, payloads=payloads)
        if n % (n_batches // 2) == n_batches // 4:
            sign_checkpoint(log, recorded_at=AT)
        if n % 10 == 5:
            log.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            shutil.copy(folder / "log.db", folder / f"old-{n}.db")
    log.close()
    return folder / "log.db"


def tamper(counts: dict[str, int], *, seed: int = 1) -> dict[str, dict[str, int]]:
    """Change copies of a log in every way of `counts`; return per way: made, found, harmless, missed.

    `harmless` is a flipped bit after which the log still says exactly the same: every event, every text and the schema
    equal the original's (a byte of free space, or a padding bit of zlib). Any other change that passes is missed.
    """
    rng = random.Random(seed)
    result = {}
    with tempfile.TemporaryDirectory() as temporary:
        path = make_log(Path(temporary))
        original, rows = path.read_bytes(), _rows(path)
        old = [copy.read_bytes() for copy in sorted(Path(temporary).glob("old-*.db"))]
        for way, count in counts.items():
            tally = {"made": count, "found": 0, "harmless": 0, "missed": 0}
            for _ in range(count):
                path.write_bytes(old[rng.randrange(len(old))] if way == "old copy" else original)
                _WAYS[way](path, rng)
                report = _verify(path)
                if not report.ok:
                    tally["found"] += 1
                elif way.endswith("flip") and _rows(path) == rows:
                    tally["harmless"] += 1
                else:
                    tally["missed"] += 1
            result[way] = tally
    return result


def _verify(path: Path) -> Verification:
    return verify_log(path, read_anchors(anchors_path(path)))


def _rows(path: Path) -> list[object]:
    db = sqlite3.connect(path)
    try:
        # sqlite-utils' own notes hold nothing of ours, and guards that were put back stand in another order.
        schema = "sqlite_master WHERE tbl_name <> '_sqlite_migrations' ORDER BY type, name"
        texts = [(sha, form, _text(form, body)) for _, sha, form, body in db.execute("SELECT * FROM payloads")]
        return [db.execute(f"SELECT * FROM {name}").fetchall() for name in ("events", schema)] + [texts]
    except (sqlite3.Error, zlib.error, TypeError) as error:
        return [str(error)]
    finally:
        db.close()


def _text(form: int, body: bytes) -> bytes:
    """Return what a stored text says; a flipped bit behind the end of a deflated one changes nothing of it."""
    if form == DEFLATED:
        return zlib.decompressobj(-zlib.MAX_WBITS, zdict=WORDS).decompress(body)
    return zlib.decompress(body) if form == ZLIB else body


def _flip(path: Path, rng: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


def _edit(path: Path, statement: str, *values: object) -> None:
    """Run a statement with the guards taken down and put back, as someone with write access would."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN")
        guards = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            db.execute(f"DROP TRIGGER {name}")
        for part in statement.split(";"):
            db.execute(part, values if "?" in part else ())
        for _, sql in guards:
            db.execute(sql)
        db.execute("COMMIT")


def _flip_value(path: Path, rng: random.Random) -> None:
    """Flip one bit of one stored value of an event or a text."""
    table, column = rng.choice([("events", name) for name in ("head", "key", "data", "hash")] + [("payloads", "body")])
    db = sqlite3.connect(path)
    (count,) = db.execute(f"SELECT count(*) FROM {table}").fetchone()
    row = rng.randint(1, count)
    value = db.execute(f"SELECT CAST({column} AS BLOB) FROM {table} WHERE rowid = ?", (row,)).fetchone()[0]
    db.close()
    changed = bytearray(value)
    changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(7)
    kind = "TEXT" if column in ("head", "key") else "BLOB"
    try:
        _edit(path, f"UPDATE {table} SET {column} = CAST(? AS {kind}) WHERE rowid = {row}", bytes(changed))
    except sqlite3.IntegrityError:  # the flipped key is another event's
        _flip_value(path, rng)


def _delete(path: Path, rng: random.Random) -> None:
    n = _head(path)
    table = rng.choice(("events", "events", "payloads"))
    row = rng.randint(1, n if table == "events" else n // 4)
    _edit(path, f"DELETE FROM {table} WHERE rowid = {row}")


def _reorder(path: Path, rng: random.Random) -> None:
    one, two = rng.sample(range(1, _head(path) + 1), 2)
    swap = "UPDATE events SET position = {} WHERE position = {}"
    _edit(path, ";".join((swap.format(-1, one), swap.format(one, two), swap.format(two, -1))))


def _cut_tail(path: Path, rng: random.Random) -> None:
    _edit(path, f"DELETE FROM events WHERE position > {rng.randint(0, _head(path) - 1)}")


def _head(path: Path) -> int:
    db = sqlite3.connect(path)
    (head,) = db.execute("SELECT max(position) FROM events").fetchone()
    db.close()
    return int(head)


def _nothing(path: Path, rng: random.Random) -> None:
    """The copy itself is the change."""


_WAYS = {
    "byte flip": _flip,
    "value flip": _flip_value,
    "row deleted": _delete,
    "rows swapped": _reorder,
    "tail cut": _cut_tail,
    "old copy": _nothing,
}
