"""The log in PostgreSQL: who may do what, many writers at once, moving there and back with equal hashes."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from monitor.errors import ConfigError, InputError, LogBrokenError, LogError, NotFoundError, StorageError
from monitor.log.events import NewEvent, TickStarted
from monitor.log.keep.moving import move_log
from monitor.log.keep.transfer import export_log
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.postgres.connect import check_address, shown
from monitor.log.postgres.setup import init_postgres
from monitor.log.postgres.snapshot import verify_postgres
from monitor.log.postgres.store import PostgresLog, open_postgres
from monitor.log.proof.anchors import anchors_path, last_anchor
from monitor.log.proof.checkpoints import sign_checkpoint
from monitor.log.sqlite.store import open_log
from monitor.log.sqlite.verify import verify_log
from tests.log.conftest import AT, label, new_postgres


@pytest.fixture
def shared(database: str, tmp_path: Path) -> Iterator[PostgresLog]:
    """A new log, opened as its writer."""
    log = new_postgres(database, tmp_path)
    yield log
    log.close()


def as_role(database: str, role: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(database.replace("owner@", f"{role}@"), autocommit=True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE monitor.events SET key = 'x'",
        "DELETE FROM monitor.events",
        "TRUNCATE monitor.events",
        "UPDATE monitor.payloads SET body = 'x'",
        "DELETE FROM monitor.payloads",
        "ALTER TABLE monitor.events DISABLE TRIGGER ALL",
        "DROP TABLE monitor.events",
        "CREATE TABLE monitor.mine (x int)",
    ],
)
@pytest.mark.parametrize("role", ["monitor_writer", "monitor_reader"])
def test_a_stolen_password_cannot_rewrite_history(
    database: str, shared: PostgresLog, statement: str, role: str
) -> None:
    """Neither the writer nor the reader may change what was written, nor open the way to it."""
    shared.append([label(1)], recorded_at=AT, payloads={payload_sha(b"{}"): b"{}"})
    with as_role(database, role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)
    assert verify_postgres(shared, []).problems == []


def test_the_guards_hold_for_the_owner_too(database: str, shared: PostgresLog) -> None:
    """An owner has to take a guard away first, and verification sees that."""
    shared.append([label(1), label(2)], recorded_at=AT)
    with psycopg.connect(database, autocommit=True) as owner:
        for statement in (
            "UPDATE monitor.events SET key = 'x'",
            "DELETE FROM monitor.events",
            "TRUNCATE monitor.events",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
                owner.execute(statement)
        owner.execute("ALTER TABLE monitor.events DISABLE TRIGGER events_append_only")
        assert "events_append_only is missing or disabled" in str(verify_postgres(shared, []).problems)
        owner.execute("UPDATE monitor.events SET data = '{}' WHERE position = 1")
        owner.execute("ALTER TABLE monitor.events ENABLE TRIGGER events_append_only")
    found = verify_postgres(shared, [])
    assert [(problem.position, "was changed" in problem.what) for problem in found.problems] == [(1, True)]
    anew = open_postgres(shared.address, shared.path)
    with pytest.raises(LogBrokenError, match="event 1"):
        anew.append([label(3)], recorded_at=AT)
    anew.close()


def test_a_reader_may_read_and_no_more(database: str, shared: PostgresLog) -> None:
    """The reader's role sees every event and text; appending is refused with one line."""
    shared.append([label(1)], recorded_at=AT)
    reader = open_postgres(database.replace("owner@", "monitor_reader@"), shared.path.with_name("r.db"))
    assert [event.key for event in reader.read()] == ["label:1"]
    with pytest.raises(StorageError, match="may not do that"):
        reader.append([label(2)], recorded_at=AT)
    reader.close()


def test_many_writers_leave_no_gap_and_no_double(shared: PostgresLog) -> None:
    """Six at once, some with the same keys: positions are gapless, every key once, and the chain holds."""

    def write(number: int) -> None:
        log = open_postgres(shared.address, shared.path.with_name(f"{number}.db"))
        for n in range(40):
            log.append([label(1_000 * number + n), label(90_000 + n)], recorded_at=AT)
        log.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    events = list(shared.read())
    assert [event.position for event in events] == list(range(1, 6 * 40 + 40 + 1))
    assert len({event.key for event in events}) == len(events)
    assert verify_postgres(shared, []).problems == []


def test_what_is_read_in_pages_is_read_whole(shared: PostgresLog) -> None:
    """Promise: however many events of a type there are, each comes once and in order; the tail is the last of them."""
    wanted = [label(n) for n in range(4_100)]
    shared.append([NewEvent("tick-started:1", TickStarted(tick_id="1", n_due=0)), *wanted], recorded_at=AT)
    assert [event.position for event in shared.read(types=["entry-labelled"])] == list(range(2, 4_102))
    assert [row[0] for row in shared.tail(3)] == [4_099, 4_100, 4_101]
    assert [row[0] for row in shared.tail(3, ["tick-started"])] == [1]


def test_no_reader_sees_a_position_before_its_predecessors(shared: PostgresLog) -> None:
    """While others append, what a reader sees is always a whole beginning of the log."""
    done = threading.Event()

    def write() -> None:
        log = open_postgres(shared.address, shared.path.with_name("w.db"))
        for n in range(150):
            log.append([label(n)], recorded_at=AT)
        log.close()
        done.set()

    threads = [threading.Thread(target=write) for _ in range(1)]
    threads[0].start()
    while not done.is_set():
        seen = [event.position for event in shared.read()]
        assert seen == list(range(1, len(seen) + 1))
    threads[0].join(60)


def test_a_backend_that_is_ended_costs_nothing(database: str, shared: PostgresLog) -> None:
    """The connection is cut between two appends: the next one opens another and goes on."""
    shared.append([label(1)], recorded_at=AT)
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'monitor_writer'")
    assert [event.position for event in shared.append([label(2)], recorded_at=AT)] == [2]
    assert shared.head()[0] == 2


CUT = """
import sys
from pathlib import Path
import psycopg
from monitor.errors import StorageError
from monitor.log.events import NewEvent, TickStarted
from monitor.log.postgres.store import open_postgres
owner, address, folder = sys.argv[1:]
log = open_postgres(address, Path(folder) / "log.db")
log.check_writable()
log.claims.take(["host.test"])
with psycopg.connect(owner, autocommit=True) as connection:
    connection.execute("SELECT pg_terminate_backend(%s, 5000)", (log.connection.info.backend_pid,))
try:
    event = NewEvent("tick-started:1", TickStarted(tick_id="1", n_due=0))
    log.append([event], recorded_at="2026-01-31T12:00:00.000000Z")
except StorageError as error:
    print(error)
"""


def test_a_cut_connection_is_told_once(database: str, shared: PostgresLog, tmp_path: Path) -> None:
    """What breaks in a commit is one error in our words; the driver prints nothing beside it."""
    done = subprocess.run(
        [sys.executable, "-c", CUT, database, shared.address, str(tmp_path)], capture_output=True, text=True, timeout=60
    )
    assert "the connection to the log broke" in done.stdout
    assert done.stderr == ""


def test_erasing_goes_through_the_one_function(shared: PostgresLog) -> None:
    """A writer may empty a text for good; it never comes back, and the log still holds."""
    text = entry_payload("Title", "Summary")
    shared.append([label(1)], recorded_at=AT, payloads={payload_sha(text): text})
    shared.append([label(2)], recorded_at=AT, erased=[payload_sha(text)])
    assert shared.purge(1.0)
    shared.append([label(3)], recorded_at=AT, payloads={payload_sha(text): text})
    assert shared.payload(payload_sha(text)) is None


def test_a_log_moves_there_and_back_with_equal_hashes(database: str, shared: PostgresLog, tmp_path: Path) -> None:
    """log.db to PostgreSQL and back into another log.db: the exports are the same bytes, checkpoints verify."""
    here = open_log(tmp_path / "here" / "log.db", create=True)
    text = entry_payload("Títle", "خبر", "long " * 900)
    here.append([label(n) for n in range(12_000)], recorded_at=AT, payloads={payload_sha(text): text})
    sign_checkpoint(here, recorded_at=AT)
    here.append([], recorded_at=AT, erased=[payload_sha(text)])
    assert move_log(here, shared) == 12_001
    assert move_log(here, shared) == 0
    assert verify_postgres(shared, []).problems == []
    back = open_log(tmp_path / "back" / "log.db", create=True)
    assert move_log(shared, back) == 12_001
    assert b"".join(export_log(back)) == b"".join(export_log(here)) == b"".join(export_log(shared))
    assert verify_log(back.path).problems == []
    for log in (here, back):
        log.close()


def test_a_move_that_was_cut_short_goes_on(shared: PostgresLog, tmp_path: Path) -> None:
    """What is there stays; what is missing comes; another log is refused."""
    here = open_log(tmp_path / "log2.db", create=True)
    here.append([label(n) for n in range(6_000)], recorded_at=AT)

    class CutError(Exception):
        pass

    def cut(done: int, _all: int) -> None:
        raise CutError

    with pytest.raises(CutError):
        move_log(here, shared, cut)
    assert 0 < shared.head()[0] < 6_000
    move_log(here, shared)
    assert shared.head() == here.head()
    other = open_log(tmp_path / "other.db", create=True)
    other.append([label(7)], recorded_at=AT)
    with pytest.raises(LogError, match="another log"):
        move_log(other, shared)
    for log in (here, other):
        log.close()


def test_setting_up_again_changes_nothing(database: str, shared: PostgresLog) -> None:
    """`log init-postgres` is harmless to repeat, and mends a guard that is gone."""
    shared.append([label(1)], recorded_at=AT)
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute("DROP TRIGGER payloads_no_delete ON monitor.payloads")
    init_postgres(database, writer="monitor_writer", reader="monitor_reader")
    assert verify_postgres(shared, []).problems == []
    assert shared.head()[0] == 1


def test_addresses_carry_no_password_and_errors_none_of_it(database: str, tmp_path: Path) -> None:
    """A password in an address is refused; an address is shown without user or password; no log is said so."""
    with pytest.raises(ConfigError, match="take the password out"):
        check_address("postgresql://ana:secret@db.example/monitor", "MONITOR_LOG")
    assert shown("postgresql://ana@db.example/monitor") == "postgresql://db.example/monitor"
    with pytest.raises(NotFoundError, match="init-postgres"):
        open_postgres(database, tmp_path / "log.db")
    with pytest.raises(StorageError, match="cannot be reached"):
        open_postgres("postgresql://ana@127.0.0.1:9/monitor", tmp_path / "log.db")


def test_a_machine_keeps_the_head_that_it_wrote(shared: PostgresLog) -> None:
    """Promise: who appended anchors the head on closing, so that a server put back to an older state is found out."""
    shared.append([label(n) for n in range(3)], recorded_at=AT)
    shared.close()
    anchor = last_anchor(anchors_path(shared.path))
    assert anchor is not None
    assert (anchor.position, anchor.recorded_at) == (3, AT)


def test_a_machine_that_only_read_keeps_nothing(shared: PostgresLog) -> None:
    assert list(shared.read()) == []
    shared.close()
    assert not anchors_path(shared.path).exists()


@pytest.mark.parametrize("event", [NewEvent("a\0b", label(1).data), NewEvent("ab", label(1).data, "an\0a")])
def test_what_the_server_cannot_keep_is_refused_in_words(shared: PostgresLog, event: NewEvent) -> None:
    """Promise: a NUL in a key or an actor is named, and nothing of the batch is written."""
    with pytest.raises(InputError, match="holds a NUL"):
        shared.append([label(2), event], recorded_at=AT)
    assert shared.head()[0] == 0
