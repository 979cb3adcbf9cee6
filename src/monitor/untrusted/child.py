"""What runs inside the killable child: read a job, run it, answer, wait for the next.

Started by sandbox.py as `python -m monitor.untrusted.child JOB CPU_SECONDS MEMORY_BYTES`. The kernel ends it when a
job exceeds its CPU time or, with a margin, its wall time; memory is capped; sockets, processes and writing to files
are refused, whatever a parser is talked into.
"""

from __future__ import annotations

import importlib
import os
import resource
import select
import signal
import struct
import sys
from typing import Any

import msgspec

# A child holds some 60 MB: unused for so long, it ends; the next job starts another.
IDLE_S = float(os.environ.get("MONITOR_SANDBOX_IDLE_S", "60"))
_LENGTH = struct.Struct("!I")
_REFUSED_EVENTS = (
    "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "subprocess.Popen", "os.system", "os.exec",
    "os.posix_spawn", "os.fork", "os.remove", "os.rename", "ctypes.dlopen",
)  # fmt: skip


def main(job: str, limit_s: float, memory_bytes: int) -> None:
    """Serve jobs from standard input until it ends."""
    channel = os.dup(1)
    os.dup2(2, 1)
    module, name = job.split(":")
    function = getattr(importlib.import_module(module), name)
    prepare = getattr(sys.modules[module], "prepare", None)
    if prepare is not None:
        prepare()
    _restrict(memory_bytes)
    _answer(channel, b"")
    while (message := _next_job()) is not None:
        arguments = msgspec.msgpack.decode(message)
        signal.setitimer(signal.ITIMER_PROF, limit_s)
        signal.setitimer(signal.ITIMER_REAL, limit_s * 2)
        answer = msgspec.msgpack.encode(function(*arguments))
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _answer(channel, answer)


def _restrict(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _REFUSED_EVENTS:
        raise PermissionError(f"{event} is refused here")
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise PermissionError("writing to files is refused here")


def _next_job() -> bytes | None:
    """Wait for the next job; None where there will be none, or none came for long (a service between its ticks)."""
    if not select.select([0], [], [], IDLE_S)[0]:
        return None
    head = _read_exactly(_LENGTH.size)
    return _read_exactly(_LENGTH.unpack(head)[0]) if head else None


def _read_exactly(length: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < length:
        part = os.read(0, min(1 << 20, length - len(parts)))
        if not part:
            return None
        parts += part
    return bytes(parts)


def _answer(channel: int, answer: bytes) -> None:
    view = memoryview(_LENGTH.pack(len(answer)) + answer)
    while view:
        view = view[os.write(channel, view) :]


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
