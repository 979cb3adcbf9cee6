"""Claims of a log in PostgreSQL: advisory locks of the connection that also appends.

The server frees them when the connection ends, whatever it ended of. Because events go through the same connection, a
worker that has lost its claims cannot write what it fetched under them: that connection is not replaced while they
are held. Advisory locks need a session of the server's, so a pooler in between must pool by sessions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from monitor.log.claims import AtWork
from monitor.log.postgres.atwork import at_work
from monitor.log.postgres.connect import Connections, driver, one_line_errors

# A share is a quarter of what there is to do, so that the last ones are shared out too, within bounds: fewer hosts
# would not keep a round of fetching busy, and each is a row of the server's lock table (6,400 rows by default).
MIN_SHARE, MAX_SHARE = 32, 512
# A machine that was put to sleep still holds its connection: its hosts are free again after this long without a word.
SILENT_S = 3600

_TRY = """SELECT n FROM unnest(%s::bigint[]) WITH ORDINALITY AS wanted (key, n)
WHERE pg_catalog.pg_try_advisory_lock(key) ORDER BY n"""
_FREE = "SELECT pg_catalog.pg_advisory_unlock(key) FROM unnest(%s::bigint[]) AS held (key)"


def lock_key(kind: str, name: str) -> int:
    """Return the number of the advisory lock of a name: the first 64 bits of its hash, signed."""
    return int.from_bytes(hashlib.sha256(f"{kind} {name}".encode()).digest()[:8], "big", signed=True)


class PostgresClaims:
    """Hosts and jobs held by this thread's connection."""

    shared = True

    def __init__(self, connections: Connections, where: str) -> None:
        self._connections = connections
        self._where = where

    def take(self, names: Sequence[str]) -> Sequence[str]:
        """Claim a share of the names, the first ones first; those that others hold are passed over."""
        most = min(MAX_SHARE, max(MIN_SHARE, len(names) // 4))
        mine: list[str] = []
        start = 0
        with one_line_errors(self._where):
            connection = self._connections.get()
            connection.execute(f"SET idle_session_timeout = '{SILENT_S}s'")
            while start < len(names) and len(mine) < most:
                some = names[start : start + most - len(mine)]
                start += len(some)
                keys = [lock_key("host", name) for name in some]
                got = [int(n) - 1 for (n,) in connection.execute(_TRY, (keys,)).fetchall()]
                self._connections.held.extend(keys[n] for n in got)
                mine.extend(some[n] for n in got)
        return mine

    def release(self) -> None:
        """Give back every claim of this thread; those of a connection that broke are free already."""
        held, lost = list(self._connections.held), self._connections.is_lost()
        self._connections.held.clear()
        if lost:
            return
        with suppress(driver().Error):  # where the server does not answer, the locks went with the connection
            connection = self._connections.get()
            connection.execute(_FREE, (held,))
            connection.execute("SET idle_session_timeout = 0")

    def lost(self) -> bool:
        """Say whether this thread held claims through a connection that is gone."""
        return bool(self._connections.held) and self._connections.is_lost()

    def server_time(self) -> datetime:
        """Return the server's time. Raises StorageError."""
        with one_line_errors(self._where):
            row = self._connections.get().execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
        return datetime.fromtimestamp(row[0] if row else 0, UTC)

    def others(self, hosts: Iterable[str], jobs: Iterable[str]) -> list[AtWork]:
        """Return who else works on the log now, and which of these hosts and jobs they hold. Raises StorageError."""
        host_of = {lock_key("host", name): name for name in hosts}
        job_of = {lock_key("job", name): name for name in jobs}
        with one_line_errors(self._where):
            return at_work(self._connections.get(), self._connections.name, host_of, job_of)

    @contextmanager
    def alone(self, job: str, wait_s: float = 0.0) -> Iterator[bool]:
        """Hold a job as the only worker; yield False where another one has it."""
        key = lock_key("job", job)
        with one_line_errors(self._where):
            mine = self._lock(key, wait_s)
        if not mine:
            yield False
            return
        self._connections.held.append(key)
        try:
            yield True
        finally:
            lost = self._connections.is_lost()
            if key in self._connections.held:
                self._connections.held.remove(key)
            if not lost:
                with suppress(driver().Error):
                    self._connections.get().execute(_FREE, ([key],))

    def _lock(self, key: int, wait_s: float) -> bool:
        connection = self._connections.get()
        if not wait_s:
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone()
            return bool(row and row[0])
        connection.execute(f"SET lock_timeout = '{int(wait_s * 1000)}ms'")
        try:
            connection.execute("SELECT pg_advisory_lock(%s)", (key,))
        except driver().errors.LockNotAvailable:
            return False
        finally:
            if not self._connections.is_lost():
                connection.execute("SET lock_timeout = 0")
        return True
