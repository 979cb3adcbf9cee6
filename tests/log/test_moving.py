"""A log moves to a new machine, comes back from its backup, and survives being killed on the way."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from monitor.config.settings import Settings
from monitor.errors import LogError
from monitor.log.keep.backup import backup_log, prune
from monitor.log.keep.restore import restore_log
from monitor.log.proof.anchors import Anchor, anchors_path, read_anchors
from monitor.log.proof.checkpoints import KEY_NAME, change_key, sign_checkpoint, sign_restore
from monitor.log.proof.judgement import HOLDS
from monitor.log.sqlite.database import PENDING_NAME
from monitor.log.sqlite.pending import complete
from monitor.log.sqlite.store import SqliteLog, open_log
from monitor.log.sqlite.verify import verify_with_anchors
from monitor.surfaces.cli.main import run
from monitor.worker.jobs.backups import back_up
from tests.conftest import NOW
from tests.log.conftest import AT, label

LATER = "2026-02-01T12:00:00.000000Z"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Go to another machine: an empty folder of its own, which becomes the working folder."""
    hours = 0

    def go(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        monkeypatch.chdir(folder)
        nonlocal hours
        hours += 1
        monkeypatch.setenv("MONITOR_NOW", (NOW + timedelta(hours=hours)).isoformat())
        return folder

    return go


def said(capsys: pytest.CaptureFixture[str], *args: str, code: int = 0) -> str:
    assert run(list(args)) == code, capsys.readouterr()
    captured = capsys.readouterr()
    return captured.out + captured.err


def work(folder: Path, *numbers: int) -> None:
    log = open_log(folder / "data" / "log.db")
    log.append([label(n) for n in numbers], recorded_at=AT)
    log.close()


def test_three_commands_bring_a_log_to_a_new_machine(
    machine: Callable[[str], Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Promise: init, restore, log verify; and a tick has its model."""
    old = machine("old")
    said(capsys, "init")
    work(old, 1, 2, 3)
    said(capsys, "backup", str(tmp_path / "usb" / "copy.db"))
    new = machine("new")
    said(capsys, "init")
    assert "signing.key" in said(capsys, "restore", str(tmp_path / "usb" / "copy.db"))
    assert "the log verifies" in said(capsys, "log", "verify")
    assert "signing.key is missing" in said(capsys, "status")
    shutil.copy(old / "data" / KEY_NAME, new / "data" / KEY_NAME)
    work(new, 4)
    assert "signed" in said(capsys, "log", "checkpoint")
    assert "the log verifies" in said(capsys, "log", "verify")
    assert "in use" in said(capsys, "init")


def test_an_empty_folder_takes_a_backup_or_an_export_and_has_its_model(
    machine: Callable[[str], Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    machine("old")
    said(capsys, "init")
    said(capsys, "backup", str(tmp_path / "copy.db"))
    said(capsys, "log", "export", str(tmp_path / "log.jsonl"))
    shutil.rmtree(tmp_path / "models")
    for name, command in (("a", ("restore", "copy.db")), ("b", ("log", "import", "log.jsonl"))):
        folder = machine(name)
        shutil.copy(tmp_path / "old" / "feeds.yaml", folder)
        said(capsys, *command[:-1], str(tmp_path / command[-1]))
        assert len(list((folder / "data" / "models").glob("m*.json"))) == 1
        assert "in use" in said(capsys, "init")


def test_a_model_that_did_not_come_along_is_named(
    machine: Callable[[str], Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from monitor.log.events import ModelPromoted, NewEvent

    folder = machine("old")
    said(capsys, "init")
    log = open_log(folder / "data" / "log.db")
    log.append([NewEvent("model-promoted:x", ModelPromoted(model_id="m0123456789ab", threshold=0.5))], recorded_at=AT)
    log.close()
    said(capsys, "backup", str(tmp_path / "copy.db"))
    new = machine("new")
    shutil.copy(folder / "feeds.yaml", new)
    assert "m0123456789ab" in said(capsys, "restore", str(tmp_path / "copy.db"))
    assert "monitor train" in said(capsys, "init")


def test_another_logs_backup_replaces_nothing_unasked(
    machine: Callable[[str], Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Promise: a backup with a higher position is no reason to lose a log it does not hold."""
    one = machine("one")
    said(capsys, "init")
    work(one, *range(40))
    said(capsys, "backup", str(tmp_path / "copy.db"))
    two = machine("two")
    said(capsys, "init")
    work(two, 7)
    assert "another log" in said(capsys, "restore", str(tmp_path / "copy.db"), code=6)
    assert "restored" in said(capsys, "restore", str(tmp_path / "copy.db"), "--other-log")
    shutil.copy(one / "data" / KEY_NAME, two / "data" / KEY_NAME)
    assert "the log verifies" in said(capsys, "log", "verify")
    kept = open_log(two / "data" / "log.db.replaced-1", read_only=True)
    assert kept.by_key("label:7") is not None
    kept.close()


def test_a_branch_that_grew_after_a_restore_is_told_from_the_events_it_lacks(log: SqliteLog, tmp_path: Path) -> None:
    log.append([label(n) for n in range(5)], recorded_at=AT)
    sign_checkpoint(log, recorded_at=AT)
    backup_log(log, tmp_path / "early.db")
    log.append([label(n) for n in range(10, 14)], recorded_at=AT)
    backup_log(log, tmp_path / "late.db")
    log.close()
    restore_log(tmp_path / "early.db", log.path, recorded_at=LATER, give_up_events=True)
    branch = open_log(log.path)
    branch.append([label(n) for n in range(20, 28)], recorded_at=LATER)
    branch.close()
    with pytest.raises(LogError, match="8 would be given up"):
        restore_log(tmp_path / "late.db", log.path, recorded_at=LATER)
    done = restore_log(tmp_path / "late.db", log.path, recorded_at=LATER, give_up_events=True)
    assert (done.position, done.n_given_up) == (10, 8)
    assert verify_with_anchors(log.path).verdict == HOLDS
    assert len(verify_with_anchors(log.path).restores) == 2


@pytest.mark.parametrize("swapped", [False, True])
def test_a_restore_that_was_killed_is_completed_by_whoever_comes_next(
    log: SqliteLog, tmp_path: Path, swapped: bool
) -> None:
    """Promise: killed before the file took its place or after, the log is the backup's and verifies."""
    log.append([label(n) for n in range(5)], recorded_at=AT)
    sign_checkpoint(log, recorded_at=AT)
    backup_log(log, tmp_path / "copy.db")
    position, hash_ = log.head()
    log.append([label(n) for n in range(10, 14)], recorded_at=AT)
    log.close()
    note = "restored from copy.db"
    lines = [sign_restore(log.path, position, hash_, LATER, note), Anchor(position=position, hash=hash_, note=note)]
    if swapped:
        shutil.copy(tmp_path / "copy.db", log.path)
    else:
        shutil.copy(tmp_path / "copy.db", log.path.with_name("log.db.restore"))
    log.path.with_name(PENDING_NAME).write_bytes(msgspec.json.encode({"add": msgspec.to_builtins(lines)}))
    reopened = open_log(log.path)
    assert reopened.head() == (position, hash_)
    assert len(reopened.append([label(99)], recorded_at=LATER)) == 1
    reopened.close()
    assert not complete(log.path)
    assert verify_with_anchors(log.path).verdict == HOLDS
    assert [line.position for line in read_anchors(anchors_path(log.path)) if line.restored] == [position]


def test_backups_are_pruned_by_time_and_those_a_person_named_stay(log: SqliteLog, tmp_path: Path) -> None:
    """Promise: after going back to an older log, last night's copy is kept and not the longest one."""
    now = datetime(2026, 2, 1, 2, 0, tzinfo=UTC)
    folder = log.path.parent / "backups"
    log.append([label(n) for n in range(30)], recorded_at=AT)
    by_hand = backup_log(log, folder / "before-the-trial.db")
    by_hand_too = backup_log(log, folder)
    for day in range(Settings().keep_backups + 2):
        last = back_up(log, now + timedelta(days=day))
    log.close()
    shutil.copy(by_hand.path, log.path)
    anchors_path(log.path).unlink()
    shorter = open_log(log.path)
    newest = back_up(shorter, now + timedelta(days=20))
    shorter.close()
    kept = {path.name for path in folder.glob("*.db")}
    assert {Path(copy.path).name for copy in (by_hand, by_hand_too, last, newest)} <= kept
    assert len(kept) == Settings().keep_backups + 2
    assert all((folder / f"{name}.sha256").exists() for name in kept)


def test_a_copy_that_lost_what_lies_beside_it_is_pruned_all_the_same(log: SqliteLog) -> None:
    """Promise: of old copies as many go as are too many, with or without checksum and anchors; nothing else goes."""
    log.append([label(1)], recorded_at=AT)
    folder = log.path.parent / "backups"
    copies = [back_up(log, datetime(2026, 2, day, tzinfo=UTC)) for day in (1, 2, 3)]
    first = Path(copies[0].path)
    for beside in folder.glob(f"{first.name}?*"):
        beside.unlink()
    (folder / "log-of-the-trial.db").write_bytes(b"")
    assert prune(folder, 4) == []
    assert prune(folder, 2) == [first]
    assert sorted(path.name for path in folder.glob("*.db")) == [
        *(Path(copy.path).name for copy in copies[1:]), "log-of-the-trial.db",
    ]  # fmt: skip


def test_a_copy_is_made_while_others_commit_all_the_time(log: SqliteLog, tmp_path: Path) -> None:
    """Promise: no rate of commits starves a backup: it is one snapshot."""
    from tests.log.test_judgement import beside, see

    for n in range(200):
        see(log, n)
    writer = open_log(log.path)
    made = []
    n_commits = beside(
        lambda n: writer.append([label(n)], recorded_at=AT) and None,
        lambda: made.append(backup_log(log, tmp_path / f"{len(made)}.db")),
        6,
    )
    writer.close()
    assert n_commits > 6
    assert [copy.position for copy in made] == sorted(copy.position for copy in made)


def test_a_backup_from_before_a_change_of_key_brings_its_key_back(log: SqliteLog, tmp_path: Path) -> None:
    """Promise: who goes back behind a change of key signs on with the key that log knows."""
    log.append([label(1)], recorded_at=AT)
    sign_checkpoint(log, recorded_at=AT)
    backup_log(log, tmp_path / "copy.db")
    change_key(log, recorded_at=AT, reason="r")
    sign_checkpoint(log, recorded_at=AT)
    log.close()
    restore_log(tmp_path / "copy.db", log.path, recorded_at=LATER, give_up_events=True)
    restored = open_log(log.path)
    restored.append([label(2)], recorded_at=LATER)
    sign_checkpoint(restored, recorded_at=LATER)
    restored.close()
    report = verify_with_anchors(log.path)
    assert (report.verdict, len(report.restores), len(report.public_keys)) == (HOLDS, 1, 1)
