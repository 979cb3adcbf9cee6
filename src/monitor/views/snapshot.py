"""A snapshot of the views in one file: a new machine starts from it instead of folding the log from its first event.

It is the views' database itself, so it says from which event of which log it was folded; what is taken in is verified
against the log's hash at that position, and the rest is folded. Disposable like the views; nothing in it is trusted
beyond that hash: where it says something else than the log, `monitor rebuild` has the last word.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import suppress
from pathlib import Path

from monitor.errors import InputError, StorageError
from monitor.log.store import EventStore
from monitor.views.fold import Views
from monitor.views.tables import SCHEMA_VERSION, throw_away


def export_views(views: Views, target: Path) -> int:
    """Write the views as they stand to a new file, readable by its owner alone; return the position they say.

    Raises InputError where the file exists, StorageError for a disk that refuses.
    """
    if target.exists():
        raise InputError(f"{target}: exists; give a new file")
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        part.touch(mode=0o600)
        views.db.execute("VACUUM INTO ?", (str(part),))
        position, _ = read_position(part)
        part.rename(target)
    except (sqlite3.Error, OSError) as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise StorageError(f"{target}: {error}; nothing was written") from error
    return position


def import_views(source: Path, log: EventStore, target: Path) -> int:
    """Put a snapshot in place of the views in `target`; return its position. What came since is for a catch-up to fold.

    Raises InputError, saying what does not fit, for a file that is no snapshot of this release or not of this log.
    """
    try:
        position, hash_ = read_position(source)
    except (sqlite3.Error, OSError) as error:
        raise InputError(f"{source}: no snapshot of views ({error})") from error
    event = log.get(position) if position else None
    if position and (event is None or event.hash != hash_):
        head = log.head()[0]
        what = f"the log ends at {head}" if event is None else f"its event {position} has another hash"
        raise InputError(f"{source}: folded from another log: {what}; nothing was changed")
    part = target.with_name(f".{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        shutil.copyfile(source, part)
        part.chmod(0o600)
        throw_away(target)
        part.rename(target)
    except OSError as error:
        raise StorageError(f"{target}: {error.strerror}; `monitor rebuild` folds the views from the log") from error
    return position


def read_position(path: Path) -> tuple[int, str]:
    """Return (position, hash) of a snapshot. Raises InputError for another release's, sqlite3.Error and OSError."""
    if not path.is_file():
        raise FileNotFoundError(2, "no such file", str(path))
    db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        if db.execute("PRAGMA user_version").fetchone()[0] != SCHEMA_VERSION:
            raise InputError(f"{path}: a snapshot of another release; export it anew with this one")
        if db.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise InputError(f"{path}: the snapshot is damaged")
        row = db.execute("SELECT position, hash FROM folded").fetchone()
        return int(row[0]), str(row[1])
    finally:
        db.close()
