"""monitor watches public feeds for reports of alleged state-linked plots and keeps what it saw in an event log."""

import sys

__version__ = "0.1.0"


def _prefer_fixed_sqlite() -> None:
    """Take the SQLite of the `newsqlite` extra, where installed, for every room.

    All or nothing: two SQLite libraries in one process would undo each other's file locks.
    """
    if "sqlite3" in sys.modules:
        return
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        return
    sys.modules["sqlite3"] = sys.modules["sqlite3.dbapi2"] = dbapi2


_prefer_fixed_sqlite()
