"""How a process talks to a log in PostgreSQL: where it is, one connection a thread, errors in one line.

Passwords never stand in an address of ours: libpq takes them from PGPASSFILE, a service file or a socket's peer. Owns
connecting; statements and rules are in store.py.
"""

from __future__ import annotations

import logging
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
    """One connection a thread; a broken one is replaced at the next use."""

    def __init__(self, address: str, *, name: str, read_only: bool = False) -> None:
        self.address, self.name, self.read_only = address, name, read_only
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
        connection.execute(_SERVER_KEEPALIVES)
        if self.read_only:
            connection.execute("SET default_transaction_read_only = on")
        return connection


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
    if isinstance(error, errors.InsufficientPrivilege | errors.ReadOnlySqlTransaction):
        return StorageError(f"this role may not do that at {where} ({text})")
    if isinstance(error, errors.DataCorrupted | errors.IndexCorrupted):
        return LogBrokenError(f"the log at {where} is damaged ({text}): run `monitor log verify`")
    if isinstance(error, driver().OperationalError | driver().InterfaceError):
        return StorageError(f"the log at {where} cannot be reached ({text}); is PostgreSQL running? try again")
    return StorageError(f"the log at {where} refused ({text})")
