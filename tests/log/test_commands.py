"""The log's commands, as people and scripts use them: what they print, and how they end."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from monitor import app
from monitor.config.settings import Settings
from monitor.errors import LogBrokenError
from monitor.log.codec import iso
from monitor.log.events import EntrySeen, NewEvent
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.sqlite.packs import KEEP, PACK_EVENTS, last_packed
from monitor.log.sqlite.store import open_log
from monitor.surfaces.cli.keep.keeping import write_backup
from monitor.surfaces.cli.main import run
from monitor.worker.jobs.backups import back_up
from monitor.worker.jobs.chores import do_chores
from monitor.worker.lock import LOCK_NAME, worker_lock
from tests.conftest import NOW
from tests.log.conftest import AT, label

ENTRY = "ab" * 8
FEEDS = "settings:\n  contact: a@example.org\nfeeds:\n- url: http://127.0.0.1:9/f\n  name: F\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with feeds.yaml and a log of an entry, three labels and nothing else."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MONITOR_NOW", iso(NOW))
    (tmp_path / "feeds.yaml").write_text(FEEDS)
    log = app.create_log(tmp_path / "data")
    text = entry_payload("A secret title", "A summary")
    seen = EntrySeen(entry_id=ENTRY, feed_id="f", guid="g", link="", text_sha=payload_sha(text))
    log.append([NewEvent("entry-seen:1", seen)], recorded_at=AT, payloads={payload_sha(text): text})
    log.append([label(n) for n in range(3)], recorded_at=AT)
    log.close()
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *args: str, code: int = 0) -> str:
    """Run a command, hold its exit code, and return what it said on either stream."""
    assert run(list(args)) == code
    captured = capsys.readouterr()
    return captured.out + captured.err


def break_event(folder: Path, position: int) -> None:
    db = sqlite3.connect(folder / "data" / "log.db")
    db.execute("DROP TRIGGER events_no_update")
    db.execute("UPDATE events SET head = head || 'x' WHERE position = ?", (position,))
    db.commit()
    db.close()


def test_tail_shows_the_last_events(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [line.split()[0] for line in said(capsys, "log", "tail", "-n", "2").splitlines()] == ["3", "4"]
    lines = said(capsys, "log", "tail", "--json", "--type", "entry-seen").splitlines()
    assert [(json.loads(line)["position"], json.loads(line)["data"]["entry_id"]) for line in lines] == [(1, ENTRY)]
    assert "no event type" in said(capsys, "log", "tail", "--type", "tea", code=2)


def test_verify_names_the_first_bad_position_and_stops_appending(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "the log verifies: 4 events" in said(capsys, "log", "verify")
    break_event(folder, 2)
    text = said(capsys, "log", "verify", code=1)
    assert "first bad position is 2" in text
    assert json.loads(said(capsys, "log", "verify", "--json", code=1))["ok"] is False
    assert "broken" in said(capsys, "log", "checkpoint", code=6)
    assert said(capsys, "status"), "what can be read is still shown"


def test_a_log_found_broken_stays_closed_until_a_backup_is_back(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Promise: a fault in the middle, which no append would meet, stops appending once verification has seen it."""
    said(capsys, "backup", "copy.db")
    db = sqlite3.connect(folder / "data" / "log.db")
    db.execute("DROP TRIGGER payloads_only_erased")
    db.execute("UPDATE payloads SET body = x'00'")
    db.commit()
    db.close()
    said(capsys, "log", "verify", code=1)
    log = open_log(folder / "data" / "log.db")
    with pytest.raises(LogBrokenError, match="nothing was written"):
        log.append([label(9)], recorded_at=AT)
    log.close()
    assert "ends at event 5" in said(capsys, "restore", "copy.db")
    log = open_log(folder / "data" / "log.db")
    assert len(log.append([label(9)], recorded_at=AT)) == 1
    log.close()
    assert "verifies" in said(capsys, "log", "verify")


def test_a_proof_is_written_and_checked_offline(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "monitor log checkpoint" in said(capsys, "log", "prove", "1", code=4)
    said(capsys, "log", "checkpoint")
    said(capsys, "log", "prove", "1", "--text", "-o", "proof.json")
    assert "A secret title" in (folder / "proof.json").read_text()
    assert "holds: event 1" in said(capsys, "log", "check-proof", "proof.json")
    (folder / "proof.json").write_text((folder / "proof.json").read_text().replace("secret", "public"))
    assert "does not hold" in said(capsys, "log", "check-proof", "proof.json", code=9)


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz"])
def test_an_export_fills_an_empty_log_alone(folder: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    said(capsys, "log", "export", name)
    assert "imported 4 events" in said(capsys, "--data", "new", "log", "import", name)
    assert "has 4 event(s)" in said(capsys, "--data", "new", "log", "import", name, code=6)
    (folder / name).write_bytes((folder / name).read_bytes()[:-40])
    assert "error: " in said(capsys, "--data", "newer", "log", "import", name, code=9)


def test_erase_removes_the_text_for_good(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "backup")
    text = said(capsys, "erase", ENTRY[:8], "--reason", "asked", "--yes")
    assert "erased 1 text(s)" in text
    assert "still holds it: " in text
    assert "already erased" in said(capsys, "erase", ENTRY[:8], "--reason", "asked", "--yes")
    assert "erased" in said(capsys, "show", ENTRY[:8])
    assert "verifies" in said(capsys, "log", "verify")
    assert "no entry" in said(capsys, "erase", "ffffffff", "--reason", "asked", "--yes", code=4)


def test_a_rebuild_changes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = said(capsys, "rebuild")
    assert "folded 4 events" in first
    assert said(capsys, "rebuild") == first


def test_a_restore_never_gives_up_events_unasked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "backup", "copy.db")
    log = open_log(folder / "data" / "log.db")
    log.append([label(9)], recorded_at=AT)
    log.close()
    assert "1 would be given up" in said(capsys, "restore", "copy.db", code=6)
    assert "1 later event(s) given up" in said(capsys, "restore", "copy.db", "--give-up-events")
    assert "verifies" in said(capsys, "log", "verify")
    assert "no backup" in said(capsys, "restore", "nowhere.db", code=4)


def test_the_nightly_backup_signs_verifies_and_keeps_seven(folder: Path) -> None:
    with app.closing_workspace() as workspace:
        for n in range(Settings().keep_backups + 2):
            workspace.append([label(100 + n)])
            made = write_backup(workspace)
        assert made.position == workspace.log.head()[0] == workspace.views.position
    kept = sorted((folder / "data" / "backups").glob("*.db"))
    assert len(kept) == Settings().keep_backups
    assert str(kept[-1]) == str(folder / made.path)
    log = open_log(kept[-1], read_only=True)
    assert log.last_checkpoint() is not None
    log.close()


def test_how_many_backups_stay_is_a_setting(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: `keep_backups` holds for the command by cron as for the service."""
    text = (folder / "feeds.yaml").read_text()
    (folder / "feeds.yaml").write_text(text.replace("settings:", "settings:\n  keep_backups: 2", 1))
    for n in range(4):
        with app.closing_workspace() as workspace:
            workspace.append([label(100 + n)])
            if n % 2:
                write_backup(workspace)
        said(capsys, "backup")
    assert len(list((folder / "data" / "backups").glob("*.db"))) == 2


def test_a_backup_to_a_place_of_its_own_takes_no_other_one_away(folder: Path, tmp_path: Path) -> None:
    """Promise: only the nightly turn deletes copies; who writes one elsewhere loses none."""
    own = folder / "data" / "backups"
    with app.closing_workspace() as workspace:
        first = folder / write_backup(workspace).path
        for n in range(Settings().keep_backups):  # copies brought back from another disk
            shutil.copy(first, own / f"log-2020010{n}T000000Z-1-0123abcd.db")
        before = sorted(own.glob("*.db"))
        back_up(workspace.log, NOW, tmp_path / "elsewhere.db")
    assert sorted(own.glob("*.db")) == before
    assert len(before) > Settings().keep_backups


def test_a_folder_without_a_log_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "monitor init" in said(capsys, "--data", str(tmp_path), "log", "verify", code=4)


def test_old_events_are_packed_by_the_chores_and_all_at_once_by_compact(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Promise: ticks make a log small bit by bit, `compact` at once; nothing that is read or verified changes."""
    log = open_log(folder / "data" / "log.db")
    log.append([label(n, "not-plot") for n in range(10, KEEP + PACK_EVENTS + 20)], recorded_at=AT)
    log.close()
    before = said(capsys, "log", "export", "-")
    with app.closing_workspace(str(folder / "feeds.yaml"), str(folder / "data")) as workspace:
        do_chores(workspace, NOW)
        assert last_packed(workspace.log.connection)[0] == PACK_EVENTS  # type: ignore[attr-defined]
        head = workspace.log.head()[0]
    size = (folder / "data" / "log.db").stat().st_size
    assert "packed 0 events and 0 texts" in said(capsys, "log", "compact")
    done = json.loads(said(capsys, "log", "compact", "--json"))
    assert done["bytes_after"] == (folder / "data" / "log.db").stat().st_size < size
    after = said(capsys, "log", "export", "-").splitlines()
    assert [line for line in before.splitlines()[1:-1] if line not in set(after)] == []
    assert f"{head} events" in said(capsys, "log", "verify")


def test_compacting_waits_for_no_tick(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with worker_lock(folder / "data" / LOCK_NAME):
        said(capsys, "log", "compact", code=5)
