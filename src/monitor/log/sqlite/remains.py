"""What SQLite may still hold of an overwritten text outside its row, and how to be rid of it.

Two places are known. The write-ahead log keeps the pages as they were until it is emptied, which a reader of an earlier
moment prevents. And where the first page of payloads filled up, older versions, which wrote without `secure_delete`,
left its content in the gap of the page that became the root of the tree; some thousand texts later it is overwritten.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

_INTERIOR = 5
_ROOT = "SELECT rootpage FROM sqlite_master WHERE name = 'payloads'"


def empty_wal(connection: sqlite3.Connection) -> bool:
    """Move all of the write-ahead log into the file and cut it to nothing; False where a reader prevents it."""
    try:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        return False
    return not busy


def has_remains(connection: sqlite3.Connection, path: Path) -> bool:
    """Return whether the gap of the payloads' root page holds anything; the write-ahead log is empty by then.

    A page of a tree's inside (file format, section 1.6): its kind at 0, the number of cells at 3, where their content
    starts at 5, then the cells' addresses from 12 on; what lies between is unused.
    """
    (number,) = connection.execute(_ROOT).fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    with path.open("rb") as handle:
        handle.seek((number - 1) * size)
        page = handle.read(size)
    if not page or page[0] != _INTERIOR:
        return False
    n_cells, start = int.from_bytes(page[3:5], "big"), int.from_bytes(page[5:7], "big") or 65_536
    return any(page[12 + 2 * n_cells : start])


def sweep(connection: sqlite3.Connection) -> bool:
    """Write the whole file anew, which leaves no gap with anything in it; False where a reader prevents it."""
    try:
        connection.execute("VACUUM")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        return False
    return empty_wal(connection)
