"""The tamper table of docs/security.md: who changes what, what both verifiers say, and what it takes to see it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from monitor.log.events import EntryLabelled, NewEvent
from monitor.log.proof.anchors import anchors_path, read_anchors
from monitor.log.proof.checkpoints import KEY_NAME, change_key, sign_checkpoint, vouch_restores
from monitor.log.proof.judgement import DOES_NOT_HOLD, HOLDS, UNCHECKED, Verification
from monitor.log.sqlite.store import open_log
from monitor.log.sqlite.verify import verify_with_anchors
from tests.conftest import ROOT
from tests.log.conftest import AT, label

N_EVENTS = 120
SAID = {0: HOLDS, 1: DOES_NOT_HOLD, 3: UNCHECKED}


class Kept:
    """A log of 120 labels with checkpoints, and what its owner keeps elsewhere: the anchors and the public key."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder / "data", folder / "data" / "log.db"
        log = open_log(self.path, create=True)
        for start in range(0, N_EVENTS, 20):
            log.append([label(n) for n in range(start, start + 20)], recorded_at=AT)
            sign_checkpoint(log, recorded_at=AT)
        log.append([label(n) for n in range(500, 510)], recorded_at=AT)
        log.close()
        self.elsewhere = folder / "elsewhere.jsonl"
        shutil.copy(anchors_path(self.path), self.elsewhere)
        self.key = read_anchors(self.elsewhere)[0].public_key

    def judge(self, against: Path | None = None, keys: tuple[str, ...] = ()) -> Verification:
        """Judge with both verifiers, which must agree."""
        report = verify_with_anchors(self.path, against, keys=keys)
        anchors = against or anchors_path(self.path)
        command = [sys.executable, str(ROOT / "tools" / "verify_log.py"), str(self.path)]
        command += ["--anchors", str(anchors)] if anchors.exists() else []
        for key in keys:
            command += ["--key", key]
        other = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if anchors.exists():  # the other verifier is told of no anchors, and so cannot miss them
            assert SAID[other.returncode] == report.verdict, other.stdout + str(report.problems) + report.unchecked
        return report

    def rewrite(self, change: Callable[[list[NewEvent]], list[NewEvent]]) -> None:
        """Write the log anew with other events, each hash and checkpoint right, as somebody without the key would."""
        log = open_log(self.path, read_only=True)
        events = [NewEvent(event.key, event.data, event.actor) for event in log.read(types=["entry-labelled"])]
        log.close()
        shutil.rmtree(self.folder)
        forged = open_log(self.path, create=True)
        forged.append(change(events), recorded_at=AT)
        sign_checkpoint(forged, recorded_at=AT)
        forged.close()


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def cut(path: Path, n: int) -> int:
    """Cut the last n events, guards dropped and put back; return where the log ends now."""
    import sqlite3

    db = sqlite3.connect(path)
    (head,) = db.execute("SELECT max(position) FROM events").fetchone()
    (guard,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'events_no_delete'").fetchone()
    db.execute("DROP TRIGGER events_no_delete")
    db.execute("DELETE FROM events WHERE position > ?", (head - n,))
    db.execute(guard)
    db.commit()
    db.close()
    return int(head - n)


def flip(events: list[NewEvent]) -> list[NewEvent]:
    """Turn the fifth label round."""
    data = events[4].data
    assert isinstance(data, EntryLabelled)
    return [*events[:4], NewEvent(events[4].key, msgspec.structs.replace(data, label="not-plot"), "ana"), *events[5:]]


def test_an_untouched_log_holds_also_by_what_is_kept_elsewhere(kept: Kept) -> None:
    assert kept.judge().verdict == HOLDS
    assert kept.judge(kept.elsewhere, (kept.key,)).verdict == HOLDS


def test_a_cut_tail_does_not_hold(kept: Kept) -> None:
    cut(kept.path, 30)
    report = kept.judge()
    assert report.verdict == DOES_NOT_HOLD
    assert "tail was cut" in report.problems[0].what


def test_a_cut_hidden_by_an_unsigned_restore_does_not_pass(kept: Kept) -> None:
    """Promise: whoever lacks the signing key cannot void an anchor."""
    end = cut(kept.path, 100)
    log = open_log(kept.path, read_only=True)
    hash_ = log.head()[1]
    log.close()
    for line in ({"restored": True}, {"restored": True, "public_key": kept.key, "signature": "A" * 86 + "=="}):
        with anchors_path(kept.path).open("a") as anchors:
            anchors.write(json.dumps({"position": end, "hash": hash_, "recorded_at": AT, **line}) + "\n")
        report = kept.judge()
        assert report.verdict == UNCHECKED
        assert "monitor log vouch" in report.unchecked
    assert kept.judge(kept.elsewhere).verdict == DOES_NOT_HOLD


def test_a_restore_the_owner_vouches_for_holds(kept: Kept) -> None:
    end = cut(kept.path, 15)
    log = open_log(kept.path, read_only=True)
    hash_ = log.head()[1]
    log.close()
    with anchors_path(kept.path).open("a") as anchors:
        anchors.write(json.dumps({"position": end, "hash": hash_, "restored": True, "note": "by hand"}) + "\n")
    assert kept.judge().verdict == UNCHECKED
    assert vouch_restores(kept.path) == 1
    assert vouch_restores(kept.path) == 0
    report = kept.judge()
    assert report.verdict == HOLDS
    assert len(report.restores) == 1


def test_deleted_anchors_are_missed(kept: Kept) -> None:
    anchors_path(kept.path).unlink()
    assert kept.judge().verdict == UNCHECKED
    assert kept.judge(kept.elsewhere).verdict == HOLDS


def test_a_label_turned_round_and_chained_anew_is_found_by_anchors_or_a_key_kept_elsewhere(kept: Kept) -> None:
    """What nothing in the folder can show, since all of it was rewritten, one copy elsewhere shows."""
    kept.rewrite(flip)
    assert kept.judge().verdict == HOLDS, "the folder alone agrees with itself: docs/security.md says so"
    assert kept.judge(kept.elsewhere).verdict == DOES_NOT_HOLD
    assert kept.judge(keys=(kept.key,)).verdict == DOES_NOT_HOLD


def test_a_key_that_was_swapped_is_doubted(kept: Kept) -> None:
    """Promise: a new key nobody signed in is not believed, and its name is said."""
    (kept.folder / KEY_NAME).unlink()
    log = open_log(kept.path)
    (kept.folder / KEY_NAME).write_text("11" * 32 + "\n")
    sign_checkpoint(log, recorded_at=AT)
    log.close()
    report = kept.judge()
    assert report.verdict == UNCHECKED
    assert kept.key in report.unchecked
    assert kept.judge(keys=tuple(report.public_keys)).verdict == HOLDS
    assert kept.judge(keys=(kept.key,)).verdict == DOES_NOT_HOLD


def test_a_key_that_was_signed_in_by_the_old_one_holds(kept: Kept) -> None:
    log = open_log(kept.path)
    new = change_key(log, recorded_at=AT, reason="the old laptop was sold")
    log.append([label(900)], recorded_at=AT)
    sign_checkpoint(log, recorded_at=AT)
    log.close()
    report = kept.judge()
    assert (report.verdict, report.public_keys) == (HOLDS, [kept.key, new])
    assert kept.judge(keys=(kept.key,)).verdict == HOLDS


def test_a_key_that_was_given_up_signs_no_more(kept: Kept) -> None:
    old = (kept.folder / KEY_NAME).read_text()
    log = open_log(kept.path)
    change_key(log, recorded_at=AT, reason="stolen")
    (kept.folder / KEY_NAME).write_text(old)
    sign_checkpoint(log, recorded_at=AT)
    log.close()
    report = kept.judge()
    assert report.verdict == DOES_NOT_HOLD
    assert "given up" in report.problems[0].what


def test_a_lost_key_is_asked_for_by_name(kept: Kept) -> None:
    log = open_log(kept.path)
    new = change_key(log, recorded_at=AT, reason="disk broke", lost=True)
    sign_checkpoint(log, recorded_at=AT)
    log.close()
    assert kept.judge().verdict == UNCHECKED
    assert kept.judge(keys=(kept.key, new)).verdict == HOLDS


def test_a_change_of_key_that_was_cut_short_is_finished(kept: Kept) -> None:
    """Promise: killed between the event and the file, the next signature is the new key's."""
    log = open_log(kept.path)
    old = (kept.folder / KEY_NAME).read_text()
    new = change_key(log, recorded_at=AT, reason="r")
    (kept.folder / KEY_NAME).rename(kept.folder / "signing.new")
    (kept.folder / KEY_NAME).write_text(old)
    log.append([label(901)], recorded_at=AT)
    signed = sign_checkpoint(log, recorded_at=AT)
    assert signed is not None
    assert signed.data.public_key == new  # type: ignore[attr-defined]
    assert kept.judge().verdict == HOLDS
    newer = change_key(log, recorded_at=AT, reason="r")
    (kept.folder / KEY_NAME).rename(kept.folder / "signing.new")
    log.append([label(902)], recorded_at=AT)
    newest = change_key(log, recorded_at=AT, reason="again, after a kill")
    log.close()
    report = kept.judge()
    assert (report.verdict, report.public_keys[-2:]) == (HOLDS, [newer, newest])


def test_an_old_copy_of_log_and_anchors_together_is_found_by_anchors_elsewhere(kept: Kept, tmp_path: Path) -> None:
    shutil.copytree(kept.folder, tmp_path / "old")
    log = open_log(kept.path)
    log.append([label(950)], recorded_at=AT)
    sign_checkpoint(log, recorded_at=AT)
    log.close()
    shutil.copy(anchors_path(kept.path), kept.elsewhere)
    shutil.rmtree(kept.folder)
    shutil.copytree(tmp_path / "old", kept.folder)
    assert kept.judge().verdict == HOLDS
    assert kept.judge(kept.elsewhere).verdict == DOES_NOT_HOLD
