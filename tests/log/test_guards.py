"""The SQLite file refuses every change, even from a plain connection, and opens only as what it is."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from monitor.errors import LogBrokenError, LogError, NotFoundError, StorageError
from monitor.log.keep.backup import backup_log
from monitor.log.payloads import payload_sha
from monitor.log.sqlite.database import explain
from monitor.log.sqlite.store import SqliteLog, open_log
from tests.log.conftest import AT, label

COPY = "INTO events SELECT {}, head || 'x', {}, data, hash FROM events WHERE position = 2"


def test_a_log_its_anchors_and_its_backups_are_for_their_user_alone(tmp_path: Path) -> None:
    """Promise: nobody else may read what may name private persons, however wide the process opens its files."""
    before = os.umask(0)
    try:
        log = open_log(tmp_path / "log.db", create=True)
        log.append([label(1)], recorded_at=AT, payloads={payload_sha(b"text"): b"text"})
        backup_log(log, tmp_path / "copy.db")
        modes = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.glob("*.db*") if path.suffix != ".sha256"}
        log.close()
        modes["anchors.jsonl"] = (tmp_path / "anchors.jsonl").stat().st_mode & 0o077
    finally:
        os.umask(before)
    assert {"log.db", "copy.db", "log.db-wal", "anchors.jsonl"} <= set(modes)
    assert set(modes.values()) == {0}


@pytest.fixture
def plain(log: SqliteLog) -> sqlite3.Connection:
    """A plain connection, with SQLite's defaults, to a log of three events and one text."""
    log.append([label(n) for n in range(3)], recorded_at=AT, payloads={payload_sha(b"text"): b"text"})
    return sqlite3.connect(log.path)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET head = 'eve'",
        "UPDATE events SET position = 9 WHERE position = 3",
        "UPDATE OR REPLACE events SET position = 1 WHERE position = 3",
        "DELETE FROM events",
        "DELETE FROM events WHERE position = 3",
        "INSERT OR REPLACE " + COPY.format(1, "'new'"),
        "INSERT OR REPLACE " + COPY.format(4, "key"),
        "REPLACE " + COPY.format("position", "key"),
        "INSERT OR IGNORE " + COPY.format(9, "'new'"),
        "INSERT " + COPY.format(0, "'new'"),
        "INSERT " + COPY.format(-1, "'new'"),
        "INSERT " + COPY.format("NULL", "'new'"),
        "INSERT INTO events VALUES (4, 'x', 'k', x'00', x'00')",
        "UPDATE payloads SET body = x'00'",
        "UPDATE payloads SET sha = x'00'",
        "DELETE FROM payloads",
        "REPLACE INTO payloads SELECT id, sha, 1, x'00' FROM payloads",
        "INSERT OR REPLACE INTO payloads VALUES (1, x'11', 1, x'00')",
    ],
)
def test_a_plain_connection_cannot_change_the_log(plain: sqlite3.Connection, statement: str) -> None:
    before = plain.execute("SELECT * FROM events").fetchall(), plain.execute("SELECT * FROM payloads").fetchall()
    with pytest.raises(sqlite3.Error, match=r"append-only|no such function: only_monitor_appends"):
        plain.execute(statement)
    plain.rollback()
    assert (
        plain.execute("SELECT * FROM events").fetchall(),
        plain.execute("SELECT * FROM payloads").fetchall(),
    ) == before
    plain.close()


def test_tables_are_strict_and_commits_are_synced(log: SqliteLog) -> None:
    assert all(
        row[0]
        for row in log.connection.execute("SELECT strict FROM pragma_table_list WHERE name IN ('events', 'payloads')")
    )
    assert log.connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert log.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_newer_schema_is_refused_by_name(log: SqliteLog) -> None:
    log.connection.execute("PRAGMA user_version = 99")
    log.close()
    with pytest.raises(LogError, match="newer monitor"):
        open_log(log.path)


def test_a_foreign_database_and_a_foreign_file_are_refused(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "other.db")
    database.execute("CREATE TABLE cooking (recipe TEXT)")
    database.close()
    with pytest.raises(LogError, match="not a monitor log"):
        open_log(tmp_path / "other.db")
    (tmp_path / "noise.db").write_bytes(b"noise " * 1_000)
    with pytest.raises(LogBrokenError, match="damaged"):
        open_log(tmp_path / "noise.db")


def test_no_file_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="monitor init"):
        open_log(tmp_path / "log.db")
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_log_refuses_to_append(log: SqliteLog) -> None:
    log.append([label(1)], recorded_at=AT)
    reader = open_log(log.path, read_only=True)
    with pytest.raises(StorageError, match="read-only"):
        reader.append([label(2)], recorded_at=AT)
    assert reader.head() == log.head()
    reader.close()


def test_a_full_disk_keeps_nothing_of_a_batch(log: SqliteLog) -> None:
    log.append([label(1)], recorded_at=AT)
    pages = log.connection.execute("PRAGMA page_count").fetchone()[0]
    log.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StorageError, match="disk full"):
        log.append([label(n, "x" * 2_000) for n in range(2, 50)], recorded_at=AT)
    assert log.head()[0] == 1
    log.connection.execute("PRAGMA max_page_count = 1000000")
    assert len(log.append([label(2)], recorded_at=AT)) == 1


@pytest.mark.parametrize(
    ("said", "kind", "advice"),
    [
        ("database disk image is malformed", LogBrokenError, "monitor restore"),
        ("database or disk is full", StorageError, "free some space"),
        ("disk I/O error", StorageError, "check the disk"),
        ("attempt to write a readonly database", StorageError, "check the permissions"),
        ("database is locked", StorageError, "try again"),
        ("database is busy", StorageError, "try again"),
        ("unable to open database file", StorageError, "check that the folder exists"),
        ("something new", StorageError, "log.db: something new"),
    ],
)
def test_what_sqlite_refuses_is_said_with_what_to_do(
    tmp_path: Path, said: str, kind: type[Exception], advice: str
) -> None:
    """Promise: a person reads what is wrong and what helps; where we know no help, SQLite's own words."""
    error = explain(sqlite3.OperationalError(said), tmp_path / "log.db")
    assert isinstance(error, kind)
    assert advice in str(error)


def test_threads_append_without_gaps_or_duplicates(log: SqliteLog) -> None:
    def work(worker: int) -> None:
        for n in range(40):
            log.append([label(n), label(1_000 * worker + n)], recorded_at=AT)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events = list(log.read())
    assert [event.position for event in events] == list(range(1, 161))
    assert len({event.key for event in events}) == 160


def test_two_processes_append_without_gaps_or_duplicates(log: SqliteLog) -> None:
    script = (
        "import sys; from pathlib import Path; from monitor.log.sqlite.store import open_log;"
        "from monitor.log.events import NewEvent, TickStarted\n"
        "log = open_log(Path(sys.argv[1]))\n"
        "for n in range(150):\n"
        f"    log.append([NewEvent(f'k{{n}}', TickStarted(tick_id=str(n), n_due=0))], recorded_at={AT!r})\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", script, str(log.path)]) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]
    assert [event.position for event in log.read()] == list(range(1, 151))


def test_opening_a_current_log_imports_neither_sqlite_utils_nor_cryptography(log: SqliteLog) -> None:
    log.append([label(1)], recorded_at=AT)
    log.close()
    script = (
        "import sys; from pathlib import Path; from monitor.log.sqlite.store import open_log;"
        "log = open_log(Path(sys.argv[1])); list(log.read()); log.check_writable(); log.close();"
        "print([name for name in ('sqlite_utils', 'cryptography', 'asyncio') if name in sys.modules])"
    )
    command = [sys.executable, "-c", script, str(log.path)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"
