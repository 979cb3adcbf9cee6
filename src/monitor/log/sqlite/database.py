"""Connections to log.db: the rules they all keep, and what a refusal of the disk means to a person.

WAL with `synchronous=FULL`: a commit returns after one fdatasync, so what was acknowledged survives power loss.
Only writers checkpoint. Owns no statement about events.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import LogBrokenError, MonitorError, NotFoundError, StorageError
from monitor.log.sqlite.schema import read_as_current

PENDING_NAME = "restore.pending"  # beside a log that is being put in its place (pending.py)
BUSY_TIMEOUT_S = 30.0
# A small log is appended to 4-9 % faster in SQLite's default 2 MB cache and 4 MB WAL, which stay in the processor's
# cache; beyond 64 MB of file the random key index is the brake, and 64 MB of cache and 16 MB of WAL gave 6-21 % more.
_LARGE_PAGES = 16_000
_CACHE_KB = 65_536
_WAL_PAGES = 4_000
# A commit that finds no room is refused whole; stopping before that leaves room to label and to clean up.
MIN_FREE_BYTES = 8 * 1024 * 1024
# What SQLite says of a file that is not what it should be; everything else it says is about the machine.
_DAMAGE = ("malformed", "not a database", "no such table", "no such column", "unsupported file format")


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open log.db under the log's rules. The connection may be closed, but not used, by another thread.

    A reader needs no room on the disk: where there is none for WAL's shared index, it keeps one of its own in memory.
    """
    try:
        return _connect(path, "ro" if read_only else "rw", alone=False)
    except sqlite3.OperationalError:
        if not (read_only and _lacks_room(path)):
            raise
        return _connect(path, "rw", alone=True)


def _connect(path: Path, mode: str, *, alone: bool) -> sqlite3.Connection:
    """Connect; `alone` to read while nobody else has the file open, which is when nobody keeps the shared index."""
    connection = _open(path, mode)
    try:
        if alone:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        if alone or mode == "ro":
            read_as_current(connection)
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = FAST")  # no page that is rewritten keeps what it held before
            connection.execute("PRAGMA recursive_triggers = ON")
            connection.execute("PRAGMA trusted_schema = ON")
            connection.create_function("only_monitor_appends", 0, _yes, deterministic=True)
        make_room(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def make_room(connection: sqlite3.Connection) -> None:
    """Give a connection to a large log a large cache and a longer write-ahead log."""
    (n_pages,) = connection.execute("PRAGMA page_count").fetchone()
    if n_pages > _LARGE_PAGES:
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")


def _yes() -> int:
    return 1


def _open(path: Path, mode: str) -> sqlite3.Connection:
    if mode == "ro" and not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists():
        return _open_copy(path)
    return _open_uri(f"{path.absolute().as_uri()}?mode={mode}")


def _open_uri(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_S, check_same_thread=False)


def _open_copy(path: Path) -> sqlite3.Connection:
    """Open a private copy of a log nobody has open, in a folder that cannot be written, where WAL cannot work.

    SQLite's `immutable` on the file itself would read nonsense as soon as a writer came; of a copy nobody knows it is
    true. A file that changed while it was copied has a writer, and so a write-ahead log to join. Raises StorageError.
    """
    for _ in range(3):
        before = path.stat()
        handle, name = tempfile.mkstemp(prefix="monitor-", suffix=".db")
        os.close(handle)
        try:
            shutil.copyfile(path, name)
            after = path.stat()
            if Path(f"{path}-wal").exists():
                return _open_uri(f"{path.absolute().as_uri()}?mode=ro")
            if (before.st_mtime_ns, before.st_size, before.st_ino) == (after.st_mtime_ns, after.st_size, after.st_ino):
                connection = _open_uri(f"{Path(name).as_uri()}?mode=ro&immutable=1")
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # opens the file, then unlinked
                return connection
        finally:
            Path(name).unlink()
    raise StorageError(f"busy: {path} changes while it is read, and its folder cannot be written; try again")


def create_file(path: Path) -> sqlite3.Connection:
    """Create an empty database in WAL mode, readable by its owner alone, and return its connection."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    return connect(path)


def is_full(path: Path) -> bool:
    """Say whether the disk has no room at all."""
    try:
        return os.statvfs(path.parent).f_bavail == 0
    except (AttributeError, OSError):
        return False


def _lacks_room(path: Path) -> bool:
    """Say whether the disk has less room than WAL's shared index takes (32 KiB at first)."""
    disk = os.statvfs(path.parent)
    return disk.f_bavail * disk.f_frsize < 1 << 20


def check_free_space(path: Path) -> None:
    """Raise StorageError where the disk has less room than a tick may need."""
    if not hasattr(os, "statvfs"):
        return
    disk = os.statvfs(path.parent)
    if disk.f_bavail * disk.f_frsize < MIN_FREE_BYTES:
        raise StorageError(
            f"disk full: less than {MIN_FREE_BYTES // 1024**2} MiB free at {path.parent}; "
            "nothing was written; free some space and run again"
        )


@contextmanager
def one_line_errors(path: Path) -> Iterator[None]:
    """Turn sqlite3 and OS errors of a block into StorageError or LogBrokenError with one line for a person."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error
    except OSError as error:
        raise StorageError(f"{error.strerror or error}: {error.filename or path}") from error


@contextmanager
def sound_values(path: Path) -> Iterator[None]:
    """Turn what a value of the wrong type causes into LogBrokenError: tables are STRICT, so only damage makes one."""
    try:
        yield
    except (TypeError, AttributeError, ValueError, OverflowError) as error:
        raise LogBrokenError(f"{path}: a stored value is damaged ({error}): run `monitor log verify`") from error


def explain(error: sqlite3.Error, path: Path) -> MonitorError:
    """Return the error a person meets for what SQLite refused."""
    text = str(error)
    if any(word in text for word in _DAMAGE) or isinstance(error, sqlite3.IntegrityError):
        return LogBrokenError(
            f"the log is damaged ({text}): run `monitor log verify`; `monitor restore` puts a backup back"
        )
    if "disk is full" in text or ("disk I/O" in text and is_full(path)):  # a full disk also fails WAL's own files
        return StorageError(f"disk full: {path}; nothing of this batch was kept; free some space and run again")
    if "disk I/O" in text:
        return StorageError(f"I/O error: {path}; nothing more was acknowledged; check the disk and run again")
    if "readonly" in text:
        return StorageError(f"read-only: {path}; check the permissions of the file and its folder")
    if "locked" in text or "busy" in text:
        return StorageError(f"busy: another process has been writing to {path} for {BUSY_TIMEOUT_S:.0f} s; try again")
    if "unable to open" in text:
        return StorageError(f"cannot open {path}; check that the folder exists and can be written")
    return StorageError(f"{path}: {text}")


def require_file(path: Path) -> None:
    """Raise NotFoundError where there is no log."""
    if not path.exists():
        raise NotFoundError(f"no log at {path}: run `monitor init` first")
