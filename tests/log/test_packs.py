"""Packed events are read, found, refused twice and verified like any other, and cannot be changed unseen."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import subprocess
import sys
import threading
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from bench._oldlog import as_version_1
from monitor.errors import KeyConflictError, LogBrokenError
from monitor.log.events import EntrySeen, NewEvent
from monitor.log.keep.transfer import export_log, import_log
from monitor.log.payloads import DEFLATED, WORDS, entry_payload, pack, payload_sha
from monitor.log.proof.checkpoints import sign_checkpoint
from monitor.log.proof.inclusion import check_proof, prove
from monitor.log.sqlite.packs import MAX_PACK_BYTES, last_packed, pack_at, rows_between
from monitor.log.sqlite.schema import migrate, schema_version
from monitor.log.sqlite.shrink import shrink
from monitor.log.sqlite.store import SqliteLog, open_log
from monitor.log.sqlite.verify import verify_with_anchors
from tests.log.conftest import AT, label, packed_log

ROOT = Path(__file__).resolve().parents[2]


def fill(log: SqliteLog, n: int = 40, start: int = 0) -> None:
    """Append entries with a text each, and a label behind every fourth."""
    for number in range(start, start + n):
        text = entry_payload(f"Title {number}", f"What happened on day {number} in the harbour town")
        seen = EntrySeen(entry_id=f"e{number}", feed_id="f", guid="g", link="", text_sha=payload_sha(text))
        new = [NewEvent(f"entry-seen:e{number}", seen)]
        new += [label(number)] if number % 4 == 0 else []
        log.append(new, recorded_at=f"2026-01-31T12:{number % 60:02d}:00.000000Z", payloads={seen.text_sha: text})


@pytest.fixture
def packed(log: SqliteLog) -> SqliteLog:
    """A log of 50 events, signed, of which the first 40 lie in packs of eight."""
    fill(log)
    sign_checkpoint(log, recorded_at=AT)
    assert log.compact(1 << 20, keep=5, size=8) == 40
    return log


def independent(path: Path) -> tuple[int, str]:
    """Return what the verifier of one file says of a log and its anchors."""
    anchors = path.with_name("anchors.jsonl")
    command = [sys.executable, "-I", str(ROOT / "tools" / "verify_log.py"), str(path), "--anchors", str(anchors)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


def test_packing_changes_nothing_that_is_read(log: SqliteLog) -> None:
    fill(log)
    sign_checkpoint(log, recorded_at=AT)
    before, lines = list(log.read()), list(export_log(log))
    tails = [log.tail(60), log.tail(3, ["entry-labelled"])]
    assert log.compact(1 << 20, keep=5, size=8) == 40
    assert list(log.read()) == before
    assert [log.get(event.position) for event in before] == before
    assert [log.by_key(event.key) for event in before] == before
    assert list(log.read(after=5, upto=44, types=["entry-labelled"])) == [
        event for event in before if event.type == "entry-labelled" and 5 < event.position <= 44
    ]
    assert list(export_log(log)) == lines
    assert [log.tail(60), log.tail(3, ["entry-labelled"])] == tails
    assert list(log.hashes(3, 43)) == [bytes.fromhex(event.hash) for event in before[3:43]]
    assert log.head() == (51, before[-1].hash)


def test_events_of_a_type_are_read_from_anywhere_in_a_pack(packed: SqliteLog) -> None:
    """Promise: a reader that goes on where it stopped misses nothing, at the edges of packs as inside them."""
    labels = [event.position for event in packed.read() if event.type == "entry-labelled"]
    for after in range(52):
        for upto in (after + 1, after + 8, 51):
            wanted = [position for position in labels if after < position <= upto]
            found = packed.read(after=after, upto=upto, types=["entry-labelled"])
            assert [event.position for event in found] == wanted, (after, upto)


def test_moments_and_beginnings_of_keys_reach_into_packs(packed: SqliteLog) -> None:
    events = list(packed.read())
    for moment in ("2026-01-31T11:00:00.000000Z", "2026-01-31T12:07:30.000000Z", "2026-01-31T12:20:00.000000Z"):
        wanted = max((event.position for event in events if event.recorded_at <= moment), default=0)
        assert packed.position_at(moment) == wanted
    assert packed.last_keyed("label") == max(
        (event for event in events if event.key.startswith("label:")), key=lambda event: event.position
    )
    packed.compact(1 << 20, keep=0, size=1)
    assert packed.last_keyed("label") is not None
    assert packed.last_keyed("entry-seen:e3") is None  # a prefix ends at a colon
    assert packed.last_keyed("entry-seen") == packed.by_key("entry-seen:e39")
    assert packed.last_keyed("checkpoint") == packed.last_checkpoint() == packed.get(51)


def test_a_packed_key_is_not_given_away_again(packed: SqliteLog) -> None:
    head = packed.head()
    assert packed.append([label(0), label(4)], recorded_at=AT) == []
    with pytest.raises(KeyConflictError, match=r"label:0.*event 2"):
        packed.append([label(999), label(0, "not-plot")], recorded_at=AT)
    assert packed.head() == head
    assert [event.key for event in packed.append([label(4), label(1_000)], recorded_at=AT)] == ["label:1000"]
    assert verify_with_anchors(packed.path).ok


def test_keys_of_the_same_short_hash_are_told_apart(packed: SqliteLog) -> None:
    """Promise: a key is found by eight bytes and believed by all of it."""
    tamper(packed.path, "INSERT INTO packed_keys (id, position) VALUES (?, 2)", short_hash("label:7"))
    assert packed.by_key("label:7") is None
    assert [event.key for event in packed.append([label(7)], recorded_at=AT)] == ["label:7"]


def test_a_key_whose_event_is_in_no_pack_is_not_given_away(packed: SqliteLog) -> None:
    """Promise: what was lost from the packs is named; its key is not taken for a new one."""
    tamper(packed.path, "INSERT INTO packed_keys (id, position) VALUES (?, 1000)", short_hash("label:7"))
    head = packed.head()
    with pytest.raises(LogBrokenError, match="in no pack"):
        packed.append([label(7)], recorded_at=AT)
    assert packed.head() == head


def test_packing_stops_when_enough_was_packed(log: SqliteLog) -> None:
    """Promise: a tick packs about as many as it was asked to, and not a pack more."""
    fill(log)
    assert [log.compact(16, keep=5, size=8), log.compact(1, keep=5, size=8)] == [16, 8]


def short_hash(key: str) -> int:
    """Return the number under which a key is looked for."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)


def test_a_packed_log_verifies_and_is_proved_like_any_other(packed: SqliteLog) -> None:
    report = verify_with_anchors(packed.path)
    assert (report.verdict, report.n_events, report.n_payloads) == ("holds", 51, 40), report.problems
    assert independent(packed.path)[0] == 0
    proof = prove(packed, 7, with_text=True)
    import msgspec

    assert check_proof(msgspec.json.encode(proof)) is not None


def test_everything_may_be_packed_and_appended_to(packed: SqliteLog) -> None:
    head = packed.head()
    assert packed.compact(1 << 20, keep=0, size=1) == 11
    assert packed.connection.execute("SELECT count(*) FROM events").fetchone() == (0,)
    assert packed.head() == head
    packed.close()
    again = open_log(packed.path)
    again.check_writable()
    assert again.append([label(7_000)], recorded_at=AT)[0].prev == head[1]
    assert again.get(52) == again.by_key("label:7000")
    assert verify_with_anchors(again.path).ok
    again.close()


def test_an_event_as_large_as_a_model_has_a_pack_of_its_own(log: SqliteLog) -> None:
    large = "".join(f"{n:x}" for n in range(MAX_PACK_BYTES // 4))
    log.append([label(1), label(2, large), label(3), label(4)], recorded_at=AT)
    before = list(log.read())
    assert log.compact(1 << 20, keep=0, size=2) == 4
    assert [pack_at(log.connection, position).first for position in (1, 2, 3, 4)] == [1, 2, 3, 3]  # type: ignore[union-attr]
    assert list(log.read()) == before


def test_a_log_is_not_called_broken_while_another_process_packs_it(log: SqliteLog) -> None:
    """Others may pack events between the look at the packs and that at the rows: of an appender, of a reader."""
    fill(log)
    with closing(open_log(log.path)) as other:
        log.connection.set_trace_callback(
            lambda sql: other.compact(1, keep=5, size=4) if "FROM events" in sql else None
        )
        log.check_writable()
        events = list(log.read())
        assert [log.get(event.position) for event in events] == events
        assert [log.by_key(event.key) for event in events] == events
        log.connection.set_trace_callback(None)
        assert last_packed(other.connection)[0] >= 8
    fill(log, 4, start=40)


def test_a_reader_misses_nothing_while_events_are_packed(log: SqliteLog) -> None:
    """Promise: an event goes from the rows to the packs between two looks of a reader, and is read once."""
    fill(log, 300)
    reader = open_log(log.path, read_only=True)
    done = threading.Event()
    faults: list[object] = []

    def read() -> None:
        while not done.is_set():
            positions = [event.position for event in reader.read()]
            faults.extend([positions] if positions != list(range(1, 376)) else [])
            faults.extend(n for n in (1, 90, 374) if reader.get(n) is None or reader.by_key("label:4") is None)

    thread = threading.Thread(target=read)
    thread.start()
    while log.compact(8, keep=4, size=8):
        pass
    done.set()
    thread.join()
    reader.close()
    assert faults == []


def tamper(path: Path, statement: str, *values: object) -> None:
    """Change a log as somebody with write access can: the guards are taken down and put back."""
    with sqlite3.connect(path, isolation_level=None) as db:
        guards = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            db.execute(f"DROP TRIGGER {name}")
        assert db.execute(statement, values).rowcount
        for _, sql in guards:
            db.execute(sql)
    db.close()


def changed_pack(path: Path, first: int) -> bytes:
    """Return a pack's body in which one label says something else."""
    with sqlite3.connect(path) as db:
        (body,) = db.execute("SELECT body FROM packs WHERE first = ?", (first,)).fetchone()
    db.close()
    lines = zlib.decompress(body)
    assert b'"plot"' in lines
    return zlib.compress(lines.replace(b'"plot"', b'"unsure"', 1))


@pytest.mark.parametrize(
    ("statement", "position", "what"),
    [
        ("UPDATE packs SET body = ? WHERE first = 9", 9, "one of the events 9 to 16 was changed"),
        ("UPDATE packs SET body = x'00' WHERE first = 9", 9, "cannot be unpacked"),
        ("UPDATE packs SET body = (SELECT body FROM packs WHERE first = 1) WHERE first = 9", 9, "was changed"),
        ("UPDATE packs SET hash = zeroblob(32) WHERE first = 9", 9, "was changed"),
        ("UPDATE packs SET last = 15 WHERE first = 9", 9, "does not hold as many"),
        ("DELETE FROM packs WHERE first = 9", 9, "event 9 to 16 missing"),
        ("DELETE FROM packs WHERE first = 1", 1, "event 1 to 8 missing"),
        ("DELETE FROM packs WHERE first = 33", 33, "event 33 to 40 missing"),
        ("DELETE FROM packed_keys WHERE position = 12", 0, "are found by their keys"),
        ("UPDATE packed_keys SET position = 13 WHERE position = 12", 0, "are found by their keys"),
        ("DELETE FROM named_keys WHERE position = 2", 0, "the key of event 2"),
        ("INSERT INTO named_keys VALUES ('model-promoted:x', 3)", 0, "keys of no packed event"),
        ("UPDATE dictionaries SET words = x'00'", 0, "the words"),
    ],
)
def test_what_is_changed_in_a_pack_is_found_by_both(
    packed: SqliteLog, statement: str, position: int, what: str
) -> None:
    packed.close()
    values = [changed_pack(packed.path, 9)] if "?" in statement else []
    tamper(packed.path, statement, *values)
    report = verify_with_anchors(packed.path)
    assert report.verdict == "does-not-hold"
    assert any(problem.position == position and what in problem.what for problem in report.problems), report.problems
    if position or "dictionaries" in statement:  # how keys are found is this program's affair
        assert independent(packed.path)[0] == 1


def test_a_changed_pack_is_not_read_as_if_it_were_whole(packed: SqliteLog) -> None:
    packed.close()
    tamper(packed.path, "UPDATE packs SET body = ? WHERE first = 9", changed_pack(packed.path, 9))
    log = open_log(packed.path)
    with pytest.raises(LogBrokenError, match="events 9 to 16"):
        list(log.read())
    with pytest.raises(LogBrokenError, match="events 9 to 16"):
        log.get(12)
    with pytest.raises(LogBrokenError):
        log.check_writable()
    log.close()


def test_broken_events_are_not_packed(log: SqliteLog) -> None:
    fill(log)
    log.close()
    tamper(log.path, "UPDATE events SET head = head || 'x' WHERE position = 3")
    again = open_log(log.path)
    again._checked = again.head()[0], bytes.fromhex(again.head()[1])  # as a process that looked before
    with pytest.raises(LogBrokenError, match="event 3"):
        again.compact(1 << 20, keep=5, size=8)
    assert last_packed(again.connection)[0] == 0
    again.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE packs SET body = x'00'",
        "DELETE FROM packs",
        "INSERT INTO packs VALUES (99, 99, x'00', x'00', '', x'00')",
        "UPDATE packed_keys SET position = 1",
        "DELETE FROM packed_keys",
        "INSERT INTO packed_keys VALUES (1, 1)",
        "DELETE FROM named_keys",
        "INSERT INTO named_keys VALUES ('x', 1)",
        "UPDATE dictionaries SET words = x'00'",
        "DELETE FROM dictionaries",
        "DELETE FROM events WHERE position = 45",
        "UPDATE payloads SET form = 4, body = x'00' WHERE id = 1",
    ],
)
def test_a_plain_connection_cannot_change_a_pack(packed: SqliteLog, statement: str) -> None:
    plain = sqlite3.connect(packed.path)
    with pytest.raises(sqlite3.Error, match=r"append-only|no such function: only_monitor_appends"):
        plain.execute(statement)
    plain.close()


def test_a_packed_log_moves_by_export(packed: SqliteLog, tmp_path: Path) -> None:
    lines = list(export_log(packed))
    assert import_log(lines, tmp_path / "other" / "log.db") == packed.head()
    other = open_log(tmp_path / "other" / "log.db")
    assert list(export_log(other)) == lines
    other.close()


def old_log(path: Path) -> None:
    """Write a log as version 1 wrote it, a long text with zlib."""
    log = open_log(path, create=True)
    fill(log)
    large = entry_payload("Long", "and so it went on " * 200)
    log.append([label(9_999)], recorded_at=AT, payloads={payload_sha(large): large})
    log.close()
    as_version_1(path)
    name = payload_sha(large)
    tamper(path, "UPDATE payloads SET form = 2, body = ? WHERE sha = ?", zlib.compress(large, 1), bytes.fromhex(name))


def test_a_log_of_version_1_is_read_verified_and_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    old_log(path)
    content = path.read_bytes()
    reader = open_log(path, read_only=True)
    before = list(reader.read())
    reader.close()
    assert verify_with_anchors(path).ok
    assert independent(path)[0] == 0
    assert path.read_bytes() == content  # a reader changes nothing
    log = open_log(path)
    assert schema_version(log.connection) == 2
    assert verify_with_anchors(path).ok
    assert list(log.read()) == before
    migrate(log.connection)  # harmless to repeat
    log.close()


def test_compacting_deflates_old_texts_and_gives_room_back(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    old_log(path)
    log = open_log(path)
    texts = {sha: log.payload(sha.hex()) for sha, _, _ in log.payload_rows()}
    done = shrink(log)
    assert done.n_texts >= 40
    assert {sha: log.payload(sha.hex()) for sha in texts} == texts
    assert {form for _, form, _ in log.payload_rows()} == {DEFLATED}
    assert done.bytes_after == path.stat().st_size
    assert verify_with_anchors(path).ok
    assert shrink(log).n_texts == 0
    log.close()
    assert independent(path)[0] == 0


def test_what_is_erased_after_compacting_is_in_no_byte(tmp_path: Path) -> None:
    """Promise: a text that was stored as it was, and is deflated since, leaves nothing of either behind."""
    from monitor.log.keep.erasure import erase_entry

    path = tmp_path / "log.db"
    old_log(path)
    log = open_log(path)
    assert b"What happened on day 7 in" in path.read_bytes()
    shrink(log)
    assert erase_entry(log, "e7", reason="asked", actor="ana", recorded_at=AT).finished
    stored = pack(entry_payload("Title 7", "What happened on day 7 in the harbour town"))[1]
    whole = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"on day 7 in" not in whole
    assert stored not in whole
    log.close()


def test_the_words_that_texts_are_deflated_with_never_change() -> None:
    """Texts need them to be read: other words are another form, beside these."""
    from hashlib import sha256

    assert sha256(WORDS).hexdigest()[:16] == "5fa4e592bb5aa45d"


def test_a_copy_of_a_log_reads_by_itself(packed: SqliteLog, tmp_path: Path) -> None:
    from monitor.log.keep.backup import backup_log

    made = backup_log(packed, tmp_path / "copy.db")
    shutil.copy(made.path, tmp_path / "other.db")
    assert verify_with_anchors(tmp_path / "other.db").n_events == 51


def test_rows_are_there_once_wherever_a_reader_begins(tmp_path: Path) -> None:
    """Promise: a check that goes on in the middle of a pack, or at its last event, misses nothing."""
    log = packed_log(tmp_path / "log.db")
    for n in range(7):
        log.append([label(n)], recorded_at=AT)
    for after in range(8):
        for upto in range(8):
            rows = list(rows_between(log.connection, after, upto))
            assert [row[0] for row in rows] == list(range(after + 1, upto + 1))
    log.close()
