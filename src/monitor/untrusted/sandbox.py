"""Run a function on hostile bytes in a child process that can be killed.

For parsers that may hang, eat memory or crash (feedparser, page extraction): a thread cannot be stopped, a process can.
The child is started once, when first needed, and serves job after job; after a kill the next job starts a new one. Its
CPU time and memory are limited by the kernel, so it ends even where this process is gone. What runs inside is
child.py.
"""

from __future__ import annotations

import atexit
import os
import select
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T")

LIMIT_S = 5.0
MEMORY_BYTES = 1 << 30
# On a busy machine 5 s of CPU take longer; so much later the child is killed whatever it has used.
GRACE_S = 3.0
# Starting Python and importing the parser, on a busy machine.
START_LIMIT_S = 60.0
# What a child may answer: more than a body can hold.
MAX_ANSWER_BYTES = 128 << 20
_LENGTH = struct.Struct("!I")


class KilledError(Exception):
    """The job did not end by itself; `reason` is `timeout` or `died` (a crash, or out of memory)."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class _WentIdleError(KilledError):
    """The child had ended, unused for long, just as a job came for it."""


class Sandbox:
    """A child process that runs one function, named `module:function`, on the arguments it is sent."""

    def __init__(
        self, job: str, *, limit_s: float = LIMIT_S, memory_bytes: int = MEMORY_BYTES, grace_s: float = GRACE_S
    ) -> None:
        self._job = job
        self._limit_s = limit_s
        self._grace_s = grace_s
        self._memory_bytes = memory_bytes
        self._process: subprocess.Popen[bytes] | None = None
        self._owner_pid = 0
        self._lock = threading.Lock()
        self.n_started = 0

    def run(self, answer_type: type[T], *arguments: bytes | str) -> T:
        """Run the function and return its answer. Raises KilledError where it had to be killed."""
        message = msgspec.msgpack.encode(arguments)
        with self._lock:
            try:
                answer = self._ask(message)
            except _WentIdleError:
                answer = self._ask(message)
        return msgspec.msgpack.decode(answer, type=answer_type)

    def close(self) -> None:
        """End the child, if there is one."""
        process, self._process = self._process, None
        if process is not None and self._owner_pid == os.getpid():
            _end(process)

    def _ask(self, message: bytes) -> bytes:
        process = self._running()
        try:
            _send(process, message)
            return _receive(process, self._limit_s + self._grace_s)
        except (OSError, EOFError, TimeoutError) as error:
            raise self._killed(error) from error

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None and self._owner_pid == os.getpid():
            return self._process
        self.close()
        self._process = process = _start(self._job, self._limit_s, self._memory_bytes)
        self._owner_pid = os.getpid()
        self.n_started += 1
        try:
            _receive(process, START_LIMIT_S)
        except (OSError, EOFError, TimeoutError) as error:
            raise self._killed(error) from error
        return process

    def _killed(self, error: Exception) -> KilledError:
        """Kill the child and say why."""
        process, self._process = self._process, None
        if process is not None and not isinstance(error, TimeoutError) and _ended_by_itself(process):
            return _WentIdleError("died", "the child process ended before the job came")
        status = _end(process) if process is not None else None
        # the child's own timers end it with SIGPROF or SIGALRM
        if isinstance(error, TimeoutError) or status in (-27, -14, -24):
            return KilledError("timeout", f"not done after {self._limit_s:g} s of work")
        return KilledError("died", f"the child process ended with status {status}")


_shared: dict[str, Sandbox] = {}


def sandbox_for(job: str) -> Sandbox:
    """Return this process's sandbox for a job; it lives until `close_sandboxes` or the end of the process."""
    if not _shared:
        atexit.register(close_sandboxes)
    return _shared.setdefault(job, Sandbox(job))


def close_sandboxes() -> None:
    """End all children (after a tick, so that a service does not keep them)."""
    for sandbox in _shared.values():
        sandbox.close()


def _start(job: str, limit_s: float, memory_bytes: int) -> subprocess.Popen[bytes]:
    package_parent = Path(__file__).resolve().parent.parent.parent
    # A checkout may be missing from the child path; site-packages is on it, and must not precede the standard library.
    checkout = "" if package_parent.name in ("site-packages", "dist-packages") else str(package_parent)
    path = os.pathsep.join(filter(None, (checkout, os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "monitor.untrusted.child", job, f"{limit_s:g}", str(memory_bytes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
        bufsize=0,
        start_new_session=True,
    )


def _ended_by_itself(process: subprocess.Popen[bytes]) -> bool:
    """Say whether the child left in peace, and let go of its pipes if so."""
    try:
        status = process.wait(timeout=1)
    except subprocess.TimeoutExpired:
        return False
    _end(process)
    return status == 0


def _end(process: subprocess.Popen[bytes]) -> int:
    process.kill() if process.poll() is None else None
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except OSError:
                continue
    return process.wait()


def _send(process: subprocess.Popen[bytes], message: bytes) -> None:
    assert process.stdin is not None  # noqa: S101 - opened with a pipe
    view = memoryview(_LENGTH.pack(len(message)) + message)
    while view:
        view = view[os.write(process.stdin.fileno(), view) :]


def _receive(process: subprocess.Popen[bytes], limit_s: float) -> bytes:
    assert process.stdout is not None  # noqa: S101 - opened with a pipe
    descriptor = process.stdout.fileno()
    deadline = time.monotonic() + limit_s
    (length,) = _LENGTH.unpack(_read_exactly(descriptor, _LENGTH.size, deadline))
    if length > MAX_ANSWER_BYTES:
        raise EOFError("an answer out of bounds")
    return _read_exactly(descriptor, length, deadline)


def _read_exactly(descriptor: int, length: int, deadline: float) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            raise TimeoutError
        part = os.read(descriptor, min(1 << 20, length - len(parts)))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)
