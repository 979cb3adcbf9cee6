"""A farm of any number of hosts behind one socket, which notices what a fleet does to them.

It listens on every address of the loopback device and of no other, answers from `bench._farm.Farm`, and keeps, for each
host, who is at it and when it was asked. At its end it writes what it saw as JSON.

    python3 -m bench._scale_farm DIR PORT REPORT DELAY_S
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from bench._farm import Farm

LATENCY_S = 0.005  # a host that answers at once could not be found busy
EARLY_S = 0.005  # timers are no better than this on a busy machine


class Watched:
    """What was seen of all hosts."""

    def __init__(self, farm: Farm, delay_s: float) -> None:
        self.farm, self.delay_s = farm, delay_s
        self.busy: dict[bytes, Counter[bytes]] = {}
        self.last: dict[bytes, float] = {}
        self.answers: Counter[str] = Counter()
        self.at_once = self.early = 0

    def begins(self, host: bytes, who: bytes) -> None:
        """Note that somebody asks a host: is another worker at it, was it asked just now?"""
        now, there = time.monotonic(), self.busy.setdefault(host, Counter())
        self.at_once += any(n > 0 for name, n in there.items() if name != who)
        there[who] += 1
        self.early += now - self.last.get(host, 0.0) < self.delay_s - EARLY_S
        self.last[host] = now

    def report(self) -> dict[str, int]:
        """Return the counts: `twice` is how many feeds were sent whole more than once."""
        whole = [n for name, n in self.answers.items() if name.startswith("200 ")]
        unchanged = sum(n for name, n in self.answers.items() if name.startswith("304 "))
        return {
            "at_once": self.at_once, "early": self.early, "whole": len(whole), "twice": sum(n > 1 for n in whole),
            "unchanged": unchanged,
        }  # fmt: skip


class Connection(asyncio.Protocol):
    """One client."""

    def __init__(self, watched: Watched) -> None:
        self.watched, self.buffer = watched, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
            fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
            fields = {name.lower(): value for name, value in fields.items()}
            host, who = fields[b"host"], fields[b"user-agent"]
            self.watched.begins(host, who)
            answer = self.watched.farm.answer(head)
            self.watched.answers[f"{answer[9:12].decode()} {head.split(b' ', 2)[1].decode()}"] += 1
            asyncio.get_running_loop().call_later(LATENCY_S, self._answer, host, who, answer)

    def _answer(self, host: bytes, who: bytes, answer: bytes) -> None:
        self.watched.busy[host][who] -= 1
        self.transport.write(answer)  # type: ignore[attr-defined]


async def serve(watched: Watched, port: int) -> None:
    """Serve until ended."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")  # all of 127.0.0.0/8, and nobody else
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("0.0.0.0", port))
    listener.listen(1024)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(watched), sock=listener)
    await stop.wait()
    server.close()


class ScaleFarm:
    """The farm as a process, for the length of a `with` block; `seen` holds its report afterwards."""

    def __init__(self, root: Path, work: Path, port: int, delay_s: float) -> None:
        self.port, self._report = port, work / "farm.json"
        self._command = [sys.executable, "-m", "bench._scale_farm", str(root), str(port), str(self._report)]
        self._command.append(str(delay_s))
        self.seen: dict[str, int] = {}

    def __enter__(self) -> ScaleFarm:
        self.process = subprocess.Popen(self._command)
        for _ in range(1500):
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return self
            except OSError:
                time.sleep(0.02)
        raise SystemExit("error: the farm did not start")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(30)
        self.seen = json.loads(self._report.read_text())


def cpu_s(pid: int) -> float:
    """CPU seconds of a process and its children, ended ones included."""
    ticks = 0
    for each in [pid, *_children(pid)]:
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(int(value) for value in (fields[11:15] if each == pid else fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


if __name__ == "__main__":
    seen = Watched(Farm(Path(sys.argv[1]), "normal"), float(sys.argv[4]))
    asyncio.run(serve(seen, int(sys.argv[2])))
    Path(sys.argv[3]).write_text(json.dumps(seen.report()))
