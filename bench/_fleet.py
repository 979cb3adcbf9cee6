"""A fleet on one log in PostgreSQL, and what can befall it: killed workers, ended backends, a dead server, cut cables.

Owns the farm of loopback hosts that notices two workers asking one host at once, the proxy that cuts in the commit, the
workers (forked from a process that has imported the program), and the judgement of what is left.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bench._kills import rss
from tests.postgres import Server

N_HOSTS, FEEDS_PER_HOST = 6, 2
PAUSE_S = 0.05


class Farm:
    """Feeds on several loopback hosts, each request of a feed finding one more entry."""

    def __init__(self) -> None:
        self.newest: Counter[str] = Counter()
        self.busy: dict[str, str] = {}  # host -> the worker whose request it is at
        self.at_once = 0
        self._lock = threading.Lock()
        self._servers: list[ThreadingHTTPServer] = []
        self.hosts: list[str] = []

    def __enter__(self) -> Farm:
        for number in range(N_HOSTS):
            server = ThreadingHTTPServer((f"127.0.0.{number + 1}", 0), self._handler())
            self.hosts.append(f"127.0.0.{number + 1}:{server.server_address[1]}")
            self._servers.append(server)
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def feeds_yaml(self, worker: int) -> str:
        """A feeds.yaml for one worker, who is known to the farm by its User-Agent."""
        private = ", ".join(f'"{host}"' for host in self.hosts)
        lines = [
            "settings:", f"  allow_private: [{private}]", f"  user_agent: worker-{worker}", "  audit_per_day: 0",
            "  per_host: 2", "  digest: {file: digest.txt}", "feeds:",
        ]  # fmt: skip
        for number in range(N_HOSTS * FEEDS_PER_HOST):
            host = self.hosts[number // FEEDS_PER_HOST]
            lines += [f"- url: http://{host}/{number}", f"  id: f{number}", f"  name: F{number}"]
        return "\n".join(lines) + "\n"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        farm = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                feed, who, host = self.path.rsplit("/", 1)[1], self.headers["User-Agent"], self.headers["Host"]
                with farm._lock:
                    farm.at_once += farm.busy.get(host, who) != who
                    farm.busy[host] = who
                    farm.newest[feed] += 1
                    body = rss(int(feed), farm.newest[feed])
                time.sleep(0.01)  # a host that answers at once could not be found busy
                with farm._lock:
                    farm.busy.pop(host, None)
                with suppress(OSError):
                    self.send_response(200)
                    self.send_header("Content-Type", "application/rss+xml")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        return Handler


class Cutter:
    """A proxy before PostgreSQL that cuts connections at their COMMIT: before it arrives, or before its answer does."""

    def __init__(self, port: int, rng: random.Random) -> None:
        self._to, self._rng = port, rng
        self.wanted = 0  # so many cuts are still to be made
        self.made = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            with suppress(OSError):
                self._join(self._listener.accept()[0])

    def _join(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._to))
            if server.getsockname() == server.getpeername():  # a free port can be joined to itself
                server.close()
                raise ConnectionRefusedError
        except OSError:
            client.close()
            return
        cut = threading.Event()
        threading.Thread(target=self._up, args=(client, server, cut), daemon=True).start()
        threading.Thread(target=self._down, args=(server, client, cut), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket, cut: threading.Event) -> None:
        try:
            with suppress(OSError):  # a worker that was killed resets its connection
                self._carry(client, server, cut)
        finally:
            for end in (client, server):  # closing alone would not end what the other thread still reads
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()

    def _carry(self, client: socket.socket, server: socket.socket, cut: threading.Event) -> None:
        while data := client.recv(65536):
            if b"COMMIT" in data and self.wanted > 0:
                self.wanted -= 1
                self.made += 1
                cut.set()
                if self._rng.random() < 0.5:  # the server commits, and nobody hears of it
                    server.sendall(data)
                    time.sleep(0.05)
                return
            server.sendall(data)

    def _down(self, server: socket.socket, client: socket.socket, cut: threading.Event) -> None:
        with suppress(OSError):
            while (data := server.recv(65536)) and not cut.is_set():
                client.sendall(data)
            client.shutdown(socket.SHUT_RDWR)


def work(folder: str, address: str) -> None:
    """Tick and send the digest for ever, as a service would; note after each tick which head was acknowledged."""
    from monitor import app
    from monitor.errors import MonitorError
    from monitor.surfaces.digest.send import send_digest
    from monitor.worker.alone import collect

    os.chdir(folder)
    os.environ["MONITOR_LOG"] = address
    with Path("acknowledged").open("a", encoding="ascii") as notes, Path("troubles").open("a") as troubles:
        while True:
            try:
                with app.closing_workspace() as workspace:
                    report = collect(workspace, alert=lambda *_: [], force=True)
                    send_digest(workspace)
                    event = workspace.log.get(workspace.views.position)
                    if event is not None:
                        notes.write(f"{event.position} {event.hash} {report.n_due}\n")
                        notes.flush()
            except MonitorError as error:
                troubles.write(f"{type(error).__name__}: {error}\n")
                troubles.flush()
            time.sleep(PAUSE_S)


class Fleet:
    """Workers in folders of their own; the last one reaches the log through the cutter."""

    def __init__(self, folder: Path, server: Server, farm: Farm, cutter: Cutter, n_workers: int = 3) -> None:
        self.folders = [folder / f"worker{n}" for n in range(n_workers)]
        direct = server.of("monitor_writer")
        through = direct.replace(f":{server.port}/", f":{cutter.port}/")
        self.addresses = [*[direct] * (n_workers - 1), through]
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(
            ["bench._fleet", "monitor.surfaces.cli.serve.run", "monitor.worker.intake.entries"]
        )
        self.processes: list[Any] = [None] * n_workers
        for number, each in enumerate(self.folders):
            each.mkdir()
            (each / "feeds.yaml").write_text(farm.feeds_yaml(number))

    def start(self, number: int) -> None:
        """Start one worker."""
        process = self._context.Process(target=work, args=(str(self.folders[number]), self.addresses[number]))
        process.start()
        self.processes[number] = process

    def kill(self, number: int) -> None:
        """Kill one worker, whatever it is doing."""
        os.kill(self.processes[number].pid, signal.SIGKILL)
        self.processes[number].join(30)

    def acknowledged(self, number: int) -> list[tuple[int, str]]:
        """The heads a worker was told were kept."""
        path = self.folders[number] / "acknowledged"
        lines = path.read_text().splitlines() if path.exists() else []
        rows = [line.split() for line in lines]
        return [(int(row[0]), row[1]) for row in rows if len(row) == 3]

    def wait(self, number: int, more: int, within_s: float) -> bool:
        """Wait until a worker has finished so many more ticks."""
        had, until = len(self.acknowledged(number)), time.monotonic() + within_s
        while len(self.acknowledged(number)) < had + more:
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True


@contextmanager
def running(folder: Path, server: Server, rng: random.Random) -> Iterator[tuple[Fleet, Farm, Cutter]]:
    """A fleet of three at work; every worker is stopped at the end."""
    from monitor.log.postgres.setup import init_postgres

    init_postgres(server.address, writer="monitor_writer", reader="monitor_reader")
    cutter = Cutter(server.port, rng)
    with Farm() as farm:
        fleet = Fleet(folder, server, farm, cutter)
        set_up(fleet)
        for number in range(len(fleet.folders)):
            fleet.start(number)
        try:
            yield fleet, farm, cutter
        finally:
            for number in range(len(fleet.folders)):
                fleet.kill(number)


def set_up(fleet: Fleet) -> None:
    """Run `monitor init` for each worker."""
    import subprocess
    import sys

    for folder, address in zip(fleet.folders, fleet.addresses, strict=True):
        env = {**os.environ, "MONITOR_LOG": address}
        subprocess.run([sys.executable, "-m", "monitor", "init"], cwd=folder, env=env, check=True, capture_output=True)


def judge(fleet: Fleet, farm: Farm, server: Server) -> list[str]:
    """Return what is wrong with what is left: nothing acknowledged lost, nothing twice, the log verifies."""
    from monitor.log.postgres.snapshot import verify_postgres
    from monitor.log.postgres.store import open_postgres

    log = open_postgres(server.of("monitor_writer"), fleet.folders[0] / "judge.db")
    try:
        faults = [str(problem) for problem in verify_postgres(log, []).problems]
        events = list(log.read())
        hashes = {event.position: event.hash for event in events}
        for number in range(len(fleet.folders)):
            lost = [head for head in fleet.acknowledged(number) if hashes.get(head[0]) != head[1]]
            faults += [f"worker {number}: the acknowledged event {position} is lost" for position, _ in lost]
        seen = Counter(event.data.guid for event in events if event.type == "entry-seen")  # type: ignore[attr-defined]
        flags = Counter(event.data.entry_id for event in events if event.type == "entry-flagged")  # type: ignore[attr-defined]
        faults += [f"{guid} was seen {n} times" for guid, n in seen.items() if n > 1]
        faults += [f"{entry} was flagged {n} times" for entry, n in flags.items() if n > 1]
        digests = Counter(
            (event.data.digest_id, event.data.channel)  # type: ignore[attr-defined]
            for event in events
            if event.type == "digest-sent" and event.data.state == "sent"  # type: ignore[attr-defined]
        )
        faults += [f"{name} was sent {n} times" for name, n in digests.items() if n > 1]
        numbers: dict[str, set[int]] = {}
        for guid in seen:
            feed, _, number = guid.rpartition("/")
            numbers.setdefault(feed, set()).add(int(number))
        faults += [f"{feed} has gaps" for feed, found in numbers.items() if found != set(range(max(found) + 1))]
        if farm.at_once:
            faults.append(f"{farm.at_once} requests came to a host another worker was at")
        return faults
    finally:
        log.close()
