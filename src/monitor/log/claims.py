"""How workers share out what is to be done: the protocol every log keeps, and the one of a log that is not shared.

Owns the promises. A claim lives exactly as long as its holder's connection to the log, so there is no lease to run out
and nothing to clean up after a worker that died. The claims of a log in PostgreSQL are in pgclaims.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Protocol

import msgspec


class AtWork(msgspec.Struct, frozen=True, kw_only=True):
    """A process that works on the log now: where, since when (UTC), and the hosts and jobs it holds.

    `n_more` counts what it holds beside them, such as shards.
    """

    machine: str
    pid: str
    address: str
    since: str
    hosts: list[str]
    jobs: list[str]
    n_more: int = 0


class Claims(Protocol):
    """Names (of hosts, of jobs) that one worker at a time holds."""

    @property
    def shared(self) -> bool:
        """Say whether others may work on the same log: what is claimed must then be looked up anew."""

    def take(self, names: Sequence[str]) -> Sequence[str]:
        """Claim a share of the names, the first ones first, and return it; those others hold are left out."""

    def release(self) -> None:
        """Give back what this thread took."""

    def lost(self) -> bool:
        """Say whether this thread's claims went with its connection; what it had in hand must then not be written."""

    def server_time(self) -> datetime | None:
        """Return what time (aware UTC) it is where the log is, None where that is this machine."""

    def others(self, hosts: Iterable[str], jobs: Iterable[str]) -> list[AtWork]:
        """Return who else works on the log now, and which of these hosts and jobs they hold."""

    def alone(self, job: str, wait_s: float = 0.0) -> AbstractContextManager[bool]:
        """Hold a job for the length of a `with` block; False where another worker has it, after so long a wait."""


class Unshared:
    """Everything is mine: of a log in a file, whose workers take turns by the lock of its data folder."""

    shared = False

    def take(self, names: Sequence[str]) -> Sequence[str]:
        """Return all of them."""
        return names

    def release(self) -> None:
        """Do nothing."""

    def lost(self) -> bool:
        """Return False."""
        return False

    def server_time(self) -> None:
        """Return None."""
        return

    def others(self, hosts: Iterable[str], jobs: Iterable[str]) -> list[AtWork]:
        """Return nobody."""
        return []

    @contextmanager
    def alone(self, job: str, wait_s: float = 0.0) -> Iterator[bool]:
        """Yield True."""
        yield True


UNSHARED = Unshared()
