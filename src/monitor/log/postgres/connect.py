"""How a process talks to a log in PostgreSQL: where it is, one connection a thread, errors in one line.

Passwords never stand in an address of ours: libpq takes them from PGPASSFILE, a service file or a socket's peer. Owns
connecting; statements and rules are in store.py.
"""

from __future__ import annotations

import logging
import os
import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from monitor.errors import ConfigError, LogBrokenError, MissingExtraError, MonitorError, NotFoundError, StorageError

if TYPE_CHECKING:
    import psycopg

SCHEMES = ("postgresql://", "postgres://")
CONNECT_TIMEOUT_S = 10
# A server that vanished without a word is noticed after about half a minute, not after the system's two hours.
_KEEPALIVES = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}

_PID = "SELECT pg_catalog.pg_backend_pid()"
_POOLED_BY_SESSION: set[str] = set()  # the addresses of this process that were tried
_POOLER_TRIES = 20  # while others keep the pool busy one try may see nothing
_POOLER = (
    "a pooler there lends one session to many, and claims would belong to nobody: set its pool_mode = session, or use "
    "PostgreSQL's own address"
)
_SILENT = logging.NullHandler()  # one, which a logger takes once
_SERVER_KEEPALIVES = """SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
SET tcp_user_timeout = 30000"""


def is_address(text: str) -> bool:
    """Say whether a setting names a log in PostgreSQL."""
    return text.startswith(SCHEMES)


def driver() -> Any:
    """Return psycopg. Raises MissingExtraError where it is not installed."""
    try:
        import psycopg
    except ImportError as error:
        raise MissingExtraError("a log in PostgreSQL", "postgres") from error
    return psycopg


def check_address(address: str, where: str) -> None:
    """Refuse an address with a password in it, which would stand in files and process lists. Raises ConfigError."""
    psycopg = driver()
    try:
        parts = psycopg.conninfo.conninfo_to_dict(address)
    except psycopg.ProgrammingError as error:
        raise ConfigError([f"{where}: no address of a PostgreSQL database ({str(error).strip()})"]) from error
    if parts.get("password"):
        raise ConfigError([f"{where}: take the password out: put it into ~/.pgpass (PGPASSFILE) or a service file"])


def shown(address: str) -> str:
    """Return an address as it may be printed: host and database, no user, no password."""
    psycopg = driver()
    try:
        parts = psycopg.conninfo.conninfo_to_dict(address)
    except psycopg.ProgrammingError:
        return "postgresql://?"
    return f"postgresql://{parts.get('host') or 'localhost'}/{parts.get('dbname') or parts.get('service') or ''}"


class Connections:
    """One connection a thread; a broken one is replaced at the next use. `name` is what the server lists them by."""

    def __init__(self, address: str, *, read_only: bool = False) -> None:
        self.address, self.read_only = address, read_only
        self.name = f"monitor {platform.node()[:40]} {os.getpid()}"
        self._local = threading.local()
        self._all: list[psycopg.Connection[Any]] = []
        self._lock = threading.Lock()

    @property
    def held(self) -> list[int]:
        """The advisory locks this thread's connection holds; while there are any, it is not replaced."""
        if not hasattr(self._local, "held"):
            self._local.held = []
        return self._local.held  # type: ignore[no-any-return]

    def get(self) -> psycopg.Connection[Any]:
        """Return this thread's connection, made anew where there is none that works.

        Raises StorageError where claims went with the one that broke: others may hold them now.
        """
        if not self.is_lost():
            return self._local.connection  # type: ignore[no-any-return]
        if self.held:
            raise StorageError("the connection to the log broke, and its claims with it: others may have them now")
        connection = self._connect()
        self._local.connection = connection
        with self._lock:
            self._all = [known for known in self._all if not known.closed] + [connection]
        return connection

    def is_lost(self) -> bool:
        """Say whether this thread has no connection that works."""
        connection = getattr(self._local, "connection", None)
        return connection is None or connection.closed or connection.broken

    def drop(self) -> None:
        """Give this thread's connection up, whatever state it is in."""
        connection = getattr(self._local, "connection", None)
        self._local.connection = None
        if connection is not None:
            with suppress(Exception):
                connection.close()

    def close(self) -> None:
        """Close every thread's connection."""
        with self._lock:
            for connection in self._all:
                with suppress(Exception):
                    connection.close()
            self._all = []
        self._local = threading.local()

    def _connect(self) -> psycopg.Connection[Any]:
        # What breaks is raised, and said by whoever asked: psycopg would print its part of it a second time.
        logging.getLogger("psycopg").addHandler(_SILENT)
        connection: psycopg.Connection[Any] = driver().connect(
            self.address, autocommit=True, application_name=self.name, connect_timeout=CONNECT_TIMEOUT_S,
            client_encoding="UTF8", prepare_threshold=None, **_KEEPALIVES,
        )  # fmt: skip
        # Acknowledged means on disk, whatever the server's or the role's default says.
        connection.execute("SET synchronous_commit = on; SET search_path = monitor, pg_catalog")
        # The other way round too: a machine that vanished without a word must not keep its claims for hours.
        answers = connection.execute(f"{_SERVER_KEEPALIVES}; {_PID}")
        while answers.nextset():
            pass
        try:
            self._check_pooler(connection, answers.fetchone())
        except BaseException:
            connection.close()
            raise
        if self.read_only:
            connection.execute("SET default_transaction_read_only = on")
        return connection

    def _check_pooler(self, connection: psycopg.Connection[Any], answer: Any) -> None:
        """Refuse a pooler that hands its sessions round: claims would belong to nobody. Raises ConfigError.

        Whose process serves the connection is not the one that was told when it was made: there is a pooler in between.
        Once in a process a second connection is made, which a pooler of sessions must give a process of its own.
        """
        if answer[0] == connection.info.backend_pid or self.address in _POOLED_BY_SESSION:
            return
        with driver().connect(
            self.address, autocommit=True, connect_timeout=CONNECT_TIMEOUT_S, prepare_threshold=None
        ) as other:
            for _ in range(_POOLER_TRIES):
                if _is_lent(connection, other, answer):
                    raise ConfigError([f"{shown(self.address)}: {_POOLER}"])
        _POOLED_BY_SESSION.add(self.address)


def _is_lent(connection: psycopg.Connection[Any], other: psycopg.Connection[Any], pid: Any) -> bool:
    """Say whether both connections were seen at one process of the server, or the first at two; `pid` is its first."""
    if other.execute(_PID).fetchone() == pid:
        return True
    try:
        with other.transaction():  # keeps the process that serves it from the other one
            other.execute(_PID)
            return bool(connection.execute(_PID).fetchone() != pid)
    except driver().errors.ProtocolViolation:  # pooled by statements: there are no transactions
        return True


@contextmanager
def one_line_errors(where: str) -> Iterator[None]:
    """Turn what the database refuses into the error a person meets, with one line."""
    psycopg = driver()
    try:
        yield
    except psycopg.Error as error:
        raise explain(error, where) from error


def explain(error: psycopg.Error, where: str) -> MonitorError:
    """Return the error a person meets for what PostgreSQL refused; `where` is the address as it may be shown."""
    errors = driver().errors
    text = (str(error).strip().splitlines() or [type(error).__name__])[0]
    if isinstance(error, errors.UndefinedTable | errors.InvalidSchemaName | errors.InvalidCatalogName):
        return NotFoundError(f"no log at {where} ({text}): run `monitor log init-postgres` as its owner first")
    if isinstance(error, errors.DiskFull):
        return StorageError(f"disk full at {where}: nothing of this batch was kept; free some space and run again")
    if isinstance(error, errors.OutOfMemory):
        return StorageError(f"{where} has no room for more locks ({text}): raise its max_locks_per_transaction")
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return StorageError(
            f"{where} takes no writes now (a standby, or set to read only): nothing was kept; try again"
        )
    if isinstance(error, errors.InsufficientPrivilege):
        return StorageError(f"this role may not do that at {where} ({text})")
    if isinstance(error, errors.DataCorrupted | errors.IndexCorrupted):
        return LogBrokenError(f"the log at {where} is damaged ({text}): run `monitor log verify`")
    if isinstance(error, driver().OperationalError | driver().InterfaceError):
        return StorageError(f"the log at {where} cannot be reached ({text}); is PostgreSQL running? try again")
    return StorageError(f"the log at {where} refused ({text})")
