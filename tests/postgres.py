"""A real PostgreSQL for tests and benches: made in a temporary folder, on a free loopback port, ended with its test."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

WORD = "needs PostgreSQL's server programs (Debian: apt-get install postgresql)"
START_S = 60


def programs() -> Path | None:
    """Return the folder of initdb and postgres, or None."""
    found = [path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)]
    on_path = shutil.which("initdb")
    folders = [*found, *([Path(on_path).resolve().parent] if on_path else [])]
    return next((folder for folder in folders if (folder / "postgres").is_file()), None)


class Server:
    """A running server; `address` is the owner's, `of(role)` another role's."""

    def __init__(self, bin_dir: Path, folder: Path, settings: dict[str, str], like: Path | None = None) -> None:
        """`like`: a folder of data to begin with, in place of a new one."""
        self.bin_dir, self.folder, self.settings = bin_dir, folder, settings
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        # PostgreSQL refuses to run as root: it gets a user of its own, as everywhere.
        self.user = "nobody" if os.geteuid() == 0 else None
        if self.user:
            os.chown(folder, pwd.getpwnam(self.user).pw_uid, -1)
        if like is not None:
            subprocess.run(["cp", "-a", str(like), str(folder / "data")], check=True)
            return
        self._run("initdb", "-D", str(folder / "data"), "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")

    @property
    def address(self) -> str:
        """The address, for the owner of the database."""
        return self.of("owner")

    def of(self, role: str, database: str = "postgres") -> str:
        """The address for a role."""
        return f"postgresql://{role}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start and wait until it answers."""
        options = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        command = [
            str(self.bin_dir / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port),
            "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.folder}", *options,
        ]  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, user=self.user, cwd=self.folder)
        until = time.monotonic() + START_S
        while not self.answers():
            assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
            assert time.monotonic() < until, "PostgreSQL did not start"
            time.sleep(0.05)

    def answers(self) -> bool:
        """Say whether a query is answered."""
        import psycopg

        try:
            with psycopg.connect(self.address, connect_timeout=2) as connection:
                connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def stop(self, how: int = signal.SIGINT) -> None:
        """End it: SIGINT at once but orderly, SIGQUIT as if the power failed (`pg_ctl stop -m immediate`)."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None

    def twin(self, folder: Path) -> Server:
        """Return a copy of this server as it stands, not yet started: what a replica is when it is promoted."""
        self.stop()
        made = Server(self.bin_dir, folder, self.settings, self.folder / "data")
        self.start()
        return made

    def _run(self, program: str, *args: str) -> None:
        command = [str(self.bin_dir / program), *args]
        done = subprocess.run(command, capture_output=True, text=True, user=self.user, cwd=self.folder, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr


def free_port() -> int:
    """Return a free loopback port."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


class Door:
    """An address that leads to a server, and to another one when it is turned; who is inside is thrown out."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._inside: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._open)]
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._threads[0].start()

    def turn(self, to: int) -> None:
        """Lead to another port from now on."""
        self._to = to
        for each in self._inside:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let nobody in any more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self.turn(0)
        for thread in self._threads:
            thread.join(10)
        for each in (*self._inside, self._listener):
            each.close()

    def _open(self) -> None:
        with suppress(OSError):  # until the listener is shut
            while True:
                client = self._listener.accept()[0]
                self._inside.append(client)
                self._lead(client)

    def _lead(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._to))
        except OSError:
            client.shutdown(socket.SHUT_RDWR)
            return
        self._inside.append(server)
        for one, other in ((client, server), (server, client)):
            self._threads.append(threading.Thread(target=self._carry, args=(one, other)))
            self._threads[-1].start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def running(**settings: str) -> Iterator[Server | None]:
    """A server for the length of a `with` block, or None where the programs are missing."""
    bin_dir = programs()
    if bin_dir is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        server = Server(bin_dir, Path(name), {"max_connections": "60", "shared_buffers": "64MB", **settings})
        server.start()
        try:
            yield server
        finally:
            server.stop()
