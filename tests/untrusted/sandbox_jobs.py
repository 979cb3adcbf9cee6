"""Jobs for the sandbox tests: what a parser under attack may do."""

from __future__ import annotations

import os
import resource
import signal
import socket
import time
from pathlib import Path


def double(text: str) -> str:
    return text * 2


def hang(_: str) -> str:
    while True:
        pass


def sleep(_: str) -> str:
    time.sleep(3600)
    return ""


def limits(_: str) -> tuple[float, int]:
    """Return the seconds of work that are left and the bytes that may be used."""
    return signal.getitimer(signal.ITIMER_PROF)[0], resource.getrlimit(resource.RLIMIT_AS)[0]


def eat_memory(_: str) -> str:
    held = []
    while True:
        try:
            held.append(bytearray(1 << 24))
        except MemoryError:
            return "out of memory"


def crash(_: str) -> str:
    os.kill(os.getpid(), signal.SIGSEGV)
    return ""


def connect(address: str) -> str:
    try:
        socket.create_connection(("127.0.0.1", int(address)), timeout=1)
    except OSError as error:
        return type(error).__name__
    return "connected"


def write_file(path: str) -> str:
    try:
        Path(path).write_text("x")
    except OSError as error:
        return type(error).__name__
    return "written"
