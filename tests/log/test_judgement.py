"""A sound log is never called broken, whoever works on it meanwhile; what cannot be judged is called just that."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.log.events import EntrySeen, NewEvent
from monitor.log.keep.erasure import erase_entry
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.proof.anchors import anchors_path, read_marker
from monitor.log.proof.checkpoints import sign_checkpoint
from monitor.log.proof.judgement import DOES_NOT_HOLD, HOLDS, UNCHECKED
from monitor.log.sqlite.pending import put_in_place
from monitor.log.sqlite.store import SqliteLog, open_log
from monitor.log.sqlite.verify import verify_log, verify_with_anchors
from tests.log.conftest import AT, label

N_LOOKS = 60


def see(log: SqliteLog, n: int) -> None:
    text = entry_payload(f"Title {n}", "summary " * 40, "word " * 600)
    data = EntrySeen(entry_id=f"e{n}", feed_id="f", guid=f"g{n}", link="", text_sha=payload_sha(text))
    log.append([NewEvent(f"entry-seen:{n}", data)], recorded_at=AT, payloads={payload_sha(text): text})


def beside(work: Callable[[int], None], look: Callable[[], None], n_looks: int = N_LOOKS) -> int:
    """Call `look` so often while another thread calls `work` with 0, 1, 2, …; return how often it did."""
    done, count, failed = threading.Event(), 0, []

    def loop() -> None:
        nonlocal count
        try:
            while not done.is_set():
                work(count)
                count += 1
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        for _ in range(n_looks):
            look()
    finally:
        done.set()
        thread.join()
    assert not failed, failed
    return count


def test_two_writers_that_come_and_go_never_see_a_cut_tail(tmp_path: Path) -> None:
    """Promise: an append and an anchor of another process between two looks is no cut tail."""
    open_log(tmp_path / "log.db", create=True).close()

    def append(n: int) -> None:
        log = open_log(tmp_path / "log.db")
        log.append([label(n)], recorded_at=AT)
        log.close()

    number = iter(range(100_000, 200_000))
    assert beside(append, lambda: append(next(number)), 400) > 10


def test_verification_beside_erasing_and_appending_holds_each_time(log: SqliteLog) -> None:
    for n in range(300):
        see(log, n)
    writer = open_log(log.path)

    def erase(n: int) -> None:
        see(writer, 1_000 + n)
        erase_entry(writer, f"e{n}", reason="asked", actor="ana", recorded_at=AT, wait_s=0.01)

    verdicts = []
    beside(erase, lambda: verdicts.append(verify_with_anchors(log.path)), 25)
    writer.close()
    assert [report.problems for report in verdicts if report.verdict != HOLDS] == []


def test_a_machine_that_refuses_is_no_finding_and_leaves_no_mark(log: SqliteLog) -> None:
    """Promise: where file handles run out, nothing is called damaged and nothing is refused afterwards."""
    see(log, 1)
    log.close()
    code = (
        "import os, resource, sys; from pathlib import Path; from monitor.log.sqlite.verify import verify_log;"
        "verify_log(Path(sys.argv[1]));"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir('/proc/self/fd')) - 1, 4096));"
        "print(verify_log(Path(sys.argv[1])).verdict)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(log.path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == UNCHECKED
    assert read_marker(log.path) == ""


@pytest.mark.parametrize(
    ("damage", "verdict"),
    [
        (lambda path: path.write_bytes(b"not a database at all" * 500), DOES_NOT_HOLD),
        (lambda path: path.write_bytes(b""), DOES_NOT_HOLD),
        (lambda path: path.unlink(), UNCHECKED),
        (lambda path: sqlite3.connect(path).execute("PRAGMA user_version = 99"), UNCHECKED),
    ],
)
def test_damage_is_told_from_what_cannot_be_read(
    log: SqliteLog, damage: Callable[[Path], object], verdict: str
) -> None:
    see(log, 1)
    log.close()
    damage(log.path)
    assert verify_log(log.path).verdict == verdict


def as_nobody(work: Callable[[], object], meanwhile: Callable[[], None]) -> str:
    """Run `work` in a child without root's rights, `meanwhile` here until it ends; return what it came to, as text."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgid(65534)
            os.setuid(65534)
            os.write(writer, repr(work()).encode())
        except BaseException as error:
            os.write(writer, repr(error).encode())
        os._exit(0)
    os.close(writer)
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        meanwhile()
    with os.fdopen(reader) as handle:
        return handle.read()


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to become somebody who may not write")
def test_a_reader_without_write_permission_sees_a_sound_log_beside_a_writer() -> None:
    """Promise: a folder that may only be read is read as it is, also while somebody else writes to it."""
    folder = Path(tempfile.mkdtemp(prefix="monitor-test-"))
    numbers = iter(range(1_000, 100_000))

    def write() -> None:
        log = open_log(folder / "log.db")
        see(log, next(numbers))
        log.close()

    def look() -> list[str]:
        reports = [verify_with_anchors(folder / "log.db") for _ in range(30)]
        wrong = [str(report.problems) for report in reports if report.problems]
        return sorted({report.verdict for report in reports}) + wrong

    try:
        folder.chmod(0o755)
        log = open_log(folder / "log.db", create=True)
        for n in range(200):
            see(log, n)
        log.close()
        (folder / "log.db").chmod(0o644)
        anchors_path(folder / "log.db").chmod(0o644)
        assert as_nobody(look, lambda: None) == f"['{HOLDS}']"
        verdicts = as_nobody(look, write)
        assert HOLDS in verdicts
        assert DOES_NOT_HOLD not in verdicts
    finally:
        shutil.rmtree(folder)


def test_a_log_that_was_checkpointed_and_has_no_anchors_could_not_be_checked(log: SqliteLog) -> None:
    see(log, 1)
    sign_checkpoint(log, recorded_at=AT)
    log.close()
    assert verify_with_anchors(log.path).verdict == HOLDS
    anchors_path(log.path).unlink()
    report = verify_with_anchors(log.path)
    assert report.verdict == UNCHECKED
    assert "anchors.jsonl" in report.unchecked


def test_a_writer_goes_on_in_the_file_that_took_the_place_of_its_own(log: SqliteLog, tmp_path: Path) -> None:
    """Promise: a label given while a backup is put back is in the log that is there afterwards."""
    see(log, 1)
    other = open_log(tmp_path / "other" / "log.db", create=True)
    other.append([label(n) for n in range(5)], recorded_at=AT)
    other.close()
    shutil.copy(other.path, tmp_path / "coming")
    put_in_place(tmp_path / "coming", log.path)
    anchors_path(log.path).unlink(missing_ok=True)
    log.append([label(77)], recorded_at=AT)
    assert log.head()[0] == 6
    assert verify_log(log.path).ok
