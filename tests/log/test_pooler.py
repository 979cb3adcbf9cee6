"""pgbouncer between a worker and its log: pooling by sessions works, the other ways are refused before any harm."""

from __future__ import annotations

import pwd
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psycopg
import pytest

from monitor.errors import ConfigError
from monitor.log.postgres.setup import init_postgres
from monitor.log.postgres.snapshot import verify_postgres
from monitor.log.postgres.store import PostgresLog, open_postgres
from tests.log.conftest import AT, label
from tests.postgres import free_port

BOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
pytestmark = pytest.mark.skipif(BOUNCER is None, reason="needs pgbouncer (Debian: apt-get install pgbouncer)")
SETTINGS = """[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = {mode}
default_pool_size = 8
"""
HOLD = """
import sys, time
from pathlib import Path
from monitor.log.postgres.store import open_postgres
log = open_postgres(sys.argv[1], Path(sys.argv[2]) / "log.db")
print(*log.claims.take(["one.test", "two.test"]), flush=True)
time.sleep(60)
"""
Pooled = Callable[[str], str]


@pytest.fixture
def pooled(database: str) -> Iterator[Pooled]:
    """Starts a pgbouncer in a mode before the server of this database; returns the writer's address."""
    init_postgres(database, writer="monitor_writer", reader="monitor_reader")
    parts = urlsplit(database)
    with ExitStack() as stack:

        def start(mode: str) -> str:
            port, folder = free_port(), Path(stack.enter_context(TemporaryDirectory(prefix="bouncer-")))
            (folder / "users").write_text('"monitor_writer" ""\n')
            text = SETTINGS.format(server=parts.port, port=port, folder=folder, mode=mode)
            (folder / "ini").write_text(text)
            user = pwd.getpwnam("nobody").pw_name if Path("/proc/self").owner() == "root" else None
            folder.chmod(0o755)
            command = [str(BOUNCER), "-q", str(folder / "ini")]
            process = subprocess.Popen(command, user=user, stderr=subprocess.DEVNULL)
            stack.callback(process.wait, 10)
            stack.callback(process.kill)
            until = time.monotonic() + 20
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    assert process.poll() is None
                    assert time.monotonic() < until, "pgbouncer did not start"
                    time.sleep(0.02)
            return f"postgresql://monitor_writer@127.0.0.1:{port}{parts.path}"

        yield start


def test_pooling_by_sessions_works(pooled: Pooled, tmp_path: Path) -> None:
    """Appends, claims and jobs are those of the session; a worker that is killed gives its claims back at once."""
    address = pooled("session")
    logs: list[PostgresLog] = [open_postgres(address, tmp_path / f"{n}.db") for n in range(2)]
    one, other = logs
    assert [event.position for event in one.append([label(1), label(2)], recorded_at=AT)] == [1, 2]
    with one.claims.alone("digest"), other.claims.alone("digest") as theirs:
        assert not theirs
    command = [sys.executable, "-c", HOLD, address, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline().split() == ["one.test", "two.test"]
        assert list(other.claims.take(["one.test"])) == []
        worker.send_signal(signal.SIGKILL)
    until = time.monotonic() + 20
    while not (mine := other.claims.take(["one.test"])):
        assert time.monotonic() < until, "the claims of a killed worker were not freed"
        other.claims.release()
    assert list(mine) == ["one.test"]
    other.append([label(3)], recorded_at=AT)
    other.claims.release()
    assert verify_postgres(one, []).problems == []
    for log in logs:
        log.close()


@pytest.mark.parametrize("mode", ["transaction", "statement"])
@pytest.mark.parametrize("n_others", [0, 3])
def test_other_modes_are_refused(pooled: Pooled, tmp_path: Path, mode: str, n_others: int) -> None:
    """Before anything is written or claimed, with the setting to change; while others keep the pool busy, too."""
    address, ended = pooled(mode), threading.Event()

    def ask() -> None:
        with psycopg.connect(address, autocommit=True, prepare_threshold=None) as connection:
            while not ended.is_set():
                connection.execute("SELECT count(*) FROM generate_series(1, 2000)")

    others = [threading.Thread(target=ask) for _ in range(n_others)]
    for other in others:
        other.start()
    try:
        for _ in range(5):
            with pytest.raises(ConfigError, match="pool_mode = session"):
                open_postgres(address, tmp_path / "log.db")
    finally:
        ended.set()
        for other in others:
            other.join(20)
