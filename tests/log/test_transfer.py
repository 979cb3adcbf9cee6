"""Export and import keep every hash; backups verify; restoring is never silent."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from monitor.errors import InputError, LogBrokenError, LogError, NotFoundError
from monitor.log.events import EntrySeen, NewEvent
from monitor.log.keep.backup import backup_log
from monitor.log.keep.erasure import erase_entry
from monitor.log.keep.restore import restore_log
from monitor.log.keep.transfer import export_log, import_log
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.proof.anchors import anchors_path, read_anchors
from monitor.log.proof.checkpoints import sign_checkpoint
from monitor.log.sqlite.store import SqliteLog, open_log
from monitor.log.sqlite.verify import verify_log
from tests.log.conftest import AT, label

LATER = "2026-02-01T12:00:00.000000Z"


@pytest.fixture
def full(log: SqliteLog) -> SqliteLog:
    """A log with labels, two texts (one erased), bytes that are no text, and a checkpoint."""
    for n, body in enumerate((entry_payload("ت", "م", "متن " * 600), entry_payload("gone", ""), b"\xff\xfe")):
        data = EntrySeen(entry_id=f"e{n}", feed_id="f", guid="g", link='a",\\"data":{', text_sha=payload_sha(body))
        log.append([NewEvent(f'seen,"data":{n}', data)], recorded_at=AT, payloads={payload_sha(body): body})
    log.append([label(n) for n in range(5)], recorded_at=AT)
    erase_entry(log, "e1", reason="asked", actor="ana", recorded_at=AT)
    sign_checkpoint(log, recorded_at=AT)
    return log


def test_an_export_imports_to_the_same_events_hashes_and_texts(full: SqliteLog, tmp_path: Path) -> None:
    lines = list(export_log(full))
    head = import_log(lines, tmp_path / "new" / "log.db")
    copy = open_log(tmp_path / "new" / "log.db")
    assert head == full.head() == copy.head()
    assert list(copy.read()) == list(full.read())
    assert list(export_log(copy)) == lines
    copy.close()


def test_every_line_is_json_and_says_what_it_is(full: SqliteLog) -> None:
    lines = [json.loads(line) for line in export_log(full)]
    assert lines[0] == {"format": "monitor-log-1", "position": 12}
    assert [line["position"] for line in lines[1:13]] == list(range(1, 13))
    assert lines[-1]["end"]["hash"] == full.head()[1]
    assert lines[-1]["end"]["checkpoint"]["at_position"] == 11


def test_an_export_without_texts_imports_and_verifies(full: SqliteLog, tmp_path: Path) -> None:
    import_log(export_log(full, texts=False), tmp_path / "new" / "log.db")
    assert [problem.what for problem in verify_log(tmp_path / "new" / "log.db").problems] == []


@pytest.mark.parametrize(
    ("damage", "error", "words"),
    [
        (lambda lines: lines[:-1], InputError, "cut short"),
        (lambda lines: lines[:5] + lines[-1:], InputError, "cut short"),
        (lambda lines: lines[:13] + lines[14:], InputError, "missing"),
        (lambda lines: lines[:3] + lines[4:], LogBrokenError, "event 3 is missing"),
        (lambda lines: [line.replace(b'"plot"', b'"unsure"') for line in lines], LogBrokenError, "event 4 was changed"),
        (lambda lines: [line.replace("متن".encode(), b"text") for line in lines], InputError, "changed"),
        (lambda lines: [b"noise\n", *lines], InputError, "-:1: not a line"),
        (lambda lines: [b"{}\n"], InputError, "expected an export"),
        (lambda lines: [], InputError, "cut short"),
    ],
)
def test_a_damaged_export_imports_nothing(full: SqliteLog, tmp_path: Path, damage, error, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=words):
        import_log(damage(list(export_log(full))), tmp_path / "new" / "log.db")
    assert [path.name for path in (tmp_path / "new").iterdir()] == []


def test_only_an_empty_log_can_be_filled(full: SqliteLog, tmp_path: Path) -> None:
    lines = list(export_log(full))
    with pytest.raises(LogBrokenError, match="has 12 event"):
        import_log(lines, full.path)
    open_log(tmp_path / "empty" / "log.db", create=True).close()
    assert import_log(lines, tmp_path / "empty" / "log.db") == full.head()


def test_a_backup_is_the_log_and_carries_its_checksum(full: SqliteLog, tmp_path: Path) -> None:
    made = backup_log(full, tmp_path / "copy.db")
    assert (made.position, made.hash) == full.head()
    copy = open_log(tmp_path / "copy.db", read_only=True)
    assert list(copy.read()) == list(full.read())
    copy.close()
    assert (tmp_path / "copy.db.sha256").read_text() == f"{made.sha256}  copy.db\n"
    (tmp_path / "folder").mkdir()
    assert Path(backup_log(full, tmp_path / "folder").path).name == f"log-000000012-{made.hash[:8]}.db"


def test_a_backup_of_a_broken_log_is_refused_and_leaves_no_file(full: SqliteLog, tmp_path: Path) -> None:
    full.connection.execute("DROP TRIGGER events_no_update")
    full.connection.execute("UPDATE events SET head = head || 'x' WHERE position = 3")
    with pytest.raises(LogBrokenError, match="does not verify"):
        backup_log(full, tmp_path / "copies" / "copy.db")
    assert list((tmp_path / "copies").iterdir()) == []


def test_a_damaged_log_comes_back_from_its_backup(full: SqliteLog, tmp_path: Path) -> None:
    backup_log(full, tmp_path / "copy.db")
    head = full.head()
    full.close()
    full.path.write_bytes(b"\0" * 9_999)
    done = restore_log(tmp_path / "copy.db", full.path, recorded_at=LATER)
    assert (done.position, done.n_given_up) == (12, 0)
    restored = open_log(full.path)
    assert restored.head() == head
    restored.append([label(77)], recorded_at=LATER)
    restored.close()
    assert verify_log(full.path, read_anchors(anchors_path(full.path))).ok
    assert full.path.with_name("log.db.replaced-1").read_bytes() == b"\0" * 9_999


def test_going_back_is_refused_unless_asked_for_and_then_recorded(full: SqliteLog, tmp_path: Path) -> None:
    backup_log(full, tmp_path / "copy.db")
    full.append([label(n) for n in range(50, 53)], recorded_at=AT)
    full.close()
    with pytest.raises(LogError, match="3 would be given up"):
        restore_log(tmp_path / "copy.db", full.path, recorded_at=LATER)
    done = restore_log(tmp_path / "copy.db", full.path, recorded_at=LATER, give_up_events=True)
    assert (done.position, done.n_given_up) == (12, 3)
    report = verify_log(full.path, read_anchors(anchors_path(full.path)))
    assert report.ok
    assert report.restores == [f"put back to event 12, {LATER}: restored from copy.db"]
    assert "restored" in anchors_path(full.path).read_text()


def test_a_changed_or_missing_backup_is_not_restored(full: SqliteLog, tmp_path: Path) -> None:
    backup_log(full, tmp_path / "copy.db")
    content = bytearray((tmp_path / "copy.db").read_bytes())
    content[-1] ^= 1
    (tmp_path / "copy.db").write_bytes(content)
    with pytest.raises(InputError, match="changed since"):
        restore_log(tmp_path / "copy.db", full.path, recorded_at=LATER)
    with pytest.raises(NotFoundError, match="no backup"):
        restore_log(tmp_path / "nowhere.db", full.path, recorded_at=LATER)
    shutil.copy(full.path, tmp_path / "other.db")
    database = sqlite3.connect(tmp_path / "other.db")
    database.execute("DROP TRIGGER events_no_delete")
    database.commit()
    database.close()
    with pytest.raises(LogBrokenError, match="does not verify"):
        restore_log(tmp_path / "other.db", full.path, recorded_at=LATER)


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 200_000 + b"\n",
        b'{"payload":' + b"[" * 200_000 + b"\n",
        b'{"position":1,"type":"entry-labelled","version":1,"recorded_at":"2026-01-31T12:00:00.000000Z","actor":"a",'
        b'"key":"k","hash":"' + b"00" * 32 + b'","data":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}\n",
    ],
)
def test_an_export_nested_without_end_is_refused_in_one_line(tmp_path: Path, line: bytes) -> None:
    """Promise: whatever an export holds, an import says what is wrong and leaves nothing behind."""
    with pytest.raises((InputError, LogBrokenError), match="nothing was imported"):
        import_log([b'{"format":"monitor-log-1","position":1}\n', line], tmp_path / "new" / "log.db")
    assert list((tmp_path / "new").iterdir()) == []
