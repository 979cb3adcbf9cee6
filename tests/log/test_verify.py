"""Every change made behind the log's back is found and named, by both verifiers."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.errors import LogBrokenError
from monitor.log.events import EntrySeen, NewEvent, PayloadErased
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.proof.anchors import anchors_path, read_anchors
from monitor.log.proof.checkpoints import sign_checkpoint
from monitor.log.proof.judgement import HOLDS, Verification
from monitor.log.sqlite.store import SqliteLog, open_log
from monitor.log.sqlite.verify import verify_log
from tests.conftest import ROOT
from tests.log.conftest import AT, label

N_EVENTS = 31  # 20 labels, 10 entries with texts, 1 checkpoint


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """The path of a closed log with labels, texts, a signed checkpoint and anchors."""
    log = open_log(tmp_path / "log.db", create=True)
    log.append([label(n) for n in range(20)], recorded_at=AT)
    for n in range(10):
        text = entry_payload(f"Title {n}", "A summary", "word " * 400 * (n % 2))
        data = EntrySeen(entry_id=f"e{n}", feed_id="f", guid=f"g{n}", link="", text_sha=payload_sha(text))
        log.append([NewEvent(f"entry-seen:{n}", data)], recorded_at=AT, payloads={payload_sha(text): text})
    sign_checkpoint(log, recorded_at=AT)
    log.close()
    return log.path


def verify(path: Path) -> Verification:
    return verify_log(path, read_anchors(anchors_path(path)))


def independent(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / "verify_log.py"), str(path), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def tamper(path: Path, *statements: str) -> None:
    """Change the log as someone with write access would: guards dropped, then put back."""
    db = sqlite3.connect(path)
    guards = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in guards:
        db.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        db.execute(statement)
    for _, sql in guards:
        db.execute(sql)
    db.commit()
    db.close()


def test_an_untouched_log_verifies_with_both_verifiers(full: Path) -> None:
    report = verify(full)
    assert (report.problems, report.n_events, report.n_payloads, report.n_checkpoints) == ([], N_EVENTS, 10, 1)
    assert len(report.public_keys) == 1
    other = independent(full, "--anchors", str(anchors_path(full)), "--key", report.public_keys[0])
    assert other.returncode == 0, other.stdout
    assert f"holds: {N_EVENTS} event(s)" in other.stdout


@pytest.mark.parametrize(
    ("statement", "position", "what"),
    [
        ("UPDATE events SET data = CAST(replace(data, 'plot', 'unsure') AS BLOB) WHERE position = 7", 7, "changed"),
        ("UPDATE events SET head = head || 'x' WHERE position = 7", 7, "changed"),
        ("UPDATE events SET head = replace(head, '2026', '2025') WHERE position = 7", 7, "changed"),
        ("UPDATE events SET key = 'label:x' WHERE position = 7", 7, "changed"),
        ("UPDATE events SET head = replace(head, ' 1 ', ' 2 ') WHERE position = 7", 7, "changed"),
        ("UPDATE events SET hash = zeroblob(32) WHERE position = 7", 7, "changed"),
        ("UPDATE events SET hash = x'00' WHERE position = 7", 7, "not a hash"),
        ("DELETE FROM events WHERE position = 7", 7, "event 7 missing"),
        ("DELETE FROM events WHERE position BETWEEN 7 AND 9", 7, "event 7 to 9 missing"),
        ("DELETE FROM events WHERE position = 1", 1, "event 1 missing"),
        ("DELETE FROM events WHERE position > 25", 26, "its tail was cut"),
        ("DELETE FROM payloads WHERE id = 4", 24, "missing"),
        ("UPDATE payloads SET body = x'00' WHERE id = 4", 0, "changed on disk"),
        ("UPDATE payloads SET form = 0, body = x'' WHERE id = 4", 24, "without a payload-erased event"),
    ],
)
def test_a_change_is_found_and_its_first_position_named(full: Path, statement: str, position: int, what: str) -> None:
    tamper(full, statement)
    first = verify(full).first()
    assert first is not None
    assert first.position == position
    assert what in first.what
    if "payloads" not in statement or "changed" in what:
        assert independent(full, "--anchors", str(anchors_path(full))).returncode == 1


def test_reordered_events_are_found(full: Path) -> None:
    swap = "UPDATE events SET position = {} WHERE position = {}"
    tamper(full, swap.format(-1, 5), swap.format(5, 9), swap.format(9, -1))
    assert verify(full).first().position == 5  # type: ignore[union-attr]
    assert independent(full).returncode == 1


def test_a_log_rewritten_with_matching_hashes_is_found_by_its_anchors(full: Path, tmp_path: Path) -> None:
    forged = open_log(tmp_path / "forged" / "log.db", create=True)
    forged.append([label(n, "not-plot") for n in range(N_EVENTS)], recorded_at=AT)
    forged.close()
    shutil.copy(forged.path, full)
    assert verify_log(full).ok
    assert "rewritten" in verify(full).problems[0].what
    assert independent(full, "--anchors", str(anchors_path(full))).returncode == 1


def test_an_old_copy_put_back_is_found(full: Path, tmp_path: Path) -> None:
    shutil.copy(full, tmp_path / "old.db")
    log = open_log(full)
    log.append([label(n) for n in range(100, 105)], recorded_at=AT)
    log.close()
    shutil.copy(tmp_path / "old.db", full)
    first = verify(full).first()
    assert first is not None
    assert first.position == N_EVENTS + 1
    assert "old copy" in first.what


def test_a_forged_signature_is_found(full: Path) -> None:
    anchors = anchors_path(full)
    lines = anchors.read_text().splitlines()
    signed = next(index for index, line in enumerate(lines) if "signature" in line)
    fields = json.loads(lines[signed])
    fields["signature"] = "A" * 86 + "=="
    lines[signed] = json.dumps(fields)
    anchors.write_text("\n".join(lines) + "\n")
    assert any("signature" in problem.what for problem in verify(full).problems)
    assert "signature does not hold" in independent(full, "--anchors", str(anchors)).stdout


def test_a_missing_guard_is_found(full: Path) -> None:
    db = sqlite3.connect(full)
    db.execute("DROP TRIGGER events_no_update")
    db.commit()
    db.close()
    assert "events_no_update" in verify(full).problems[0].what


def test_an_erasure_an_older_version_left_unfinished_is_told_and_is_no_fault(full: Path) -> None:
    log = open_log(full)
    sha = next(log.read(types=["entry-seen"])).data.text_sha  # type: ignore[attr-defined]
    log.append([NewEvent("erased", PayloadErased(text_sha=sha, reason="asked"))], recorded_at=AT)
    log.close()
    report = verify(full)
    assert (report.verdict, report.n_unfinished) == (HOLDS, 1)
    assert "the next tick completes it" in report.notes[0]


def test_a_file_that_is_no_database_is_reported_not_raised(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    path.write_bytes(b"not a database at all" * 500)
    assert "damaged" in verify_log(path).problems[0].what


def break_event(path: Path, position: int) -> None:
    tamper(path, f"UPDATE events SET head = head || 'x' WHERE position = {position}")


def test_nothing_is_appended_to_a_log_broken_near_its_end(full: Path) -> None:
    break_event(full, 15)
    log = open_log(full)
    with pytest.raises(LogBrokenError, match="broken at event 15") as caught:
        log.append([label(99)], recorded_at=AT)
    assert caught.value.position == 15
    assert "monitor log verify" in str(caught.value)
    assert len(list(log.read())) == N_EVENTS, "what can be read is still shown"
    log.close()


def test_nothing_is_appended_to_a_log_shorter_than_its_anchor(full: Path) -> None:
    tamper(full, "DELETE FROM events WHERE position > 25")
    log = open_log(full)
    with pytest.raises(LogBrokenError, match="tail was cut"):
        log.append([label(99)], recorded_at=AT)
    log.close()


def test_a_change_under_an_open_log_stops_the_next_append(log: SqliteLog) -> None:
    log.append([label(n) for n in range(5)], recorded_at=AT)
    other = open_log(log.path)
    other.append([label(n) for n in range(5, 9)], recorded_at=AT)
    other.close()
    break_event(log.path, 7)
    with pytest.raises(LogBrokenError, match="event 7"):
        log.append([label(99)], recorded_at=AT)
