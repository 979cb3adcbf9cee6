"""Full verification of a log.db: its pages, then every rule of judgement.py, in one read snapshot and bounded memory.

Owns how SQLite is read for it, and which refusals of the machine mean that nothing could be judged. It trusts nothing
the writer keeps in memory, and does not change the log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from monitor.errors import LogBrokenError, MonitorError
from monitor.log.proof.anchors import Anchor, anchors_path, read_anchors
from monitor.log.proof.guard import hash_at, head_row
from monitor.log.proof.judgement import MAX_PROBLEMS, RawRow, Verification, judge, note_error
from monitor.log.sqlite.database import connect, explain
from monitor.log.sqlite.packs import pack_faults, packed_of_types, packs_after, rows_between
from monitor.log.sqlite.schema import schema_faults, schema_version


class _Names(msgspec.Struct):
    """What an event of a text says of it."""

    text_sha: str


_named = msgspec.json.Decoder(_Names).decode


class SqliteSnapshot:
    """One moment of a log.db: everything is read inside the connection's open transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def faults(self) -> Iterator[str]:
        """Let SQLite check its pages and indexes, and see that the guards against changes are in place."""
        for (line,) in self._connection.execute(f"PRAGMA integrity_check({MAX_PROBLEMS})"):
            if line != "ok":
                yield f"SQLite: {line}"
        for fault in schema_faults(self._connection):
            yield f"{fault}: someone may have opened the way to edit the log"
        yield from pack_faults(self._connection)

    def rows(self) -> Iterator[RawRow]:
        """Yield every event in order, as bytes."""
        for pack in packs_after(self._connection, 0):
            lines = pack.lines()
            for number in range(0, len(lines), 3):
                position = pack.first + number // 3
                yield position, *lines[number : number + 3], pack.hash if position == pack.last else None  # type: ignore[misc]
        self._connection.text_factory = bytes
        try:
            yield from self._connection.execute("SELECT position, head, key, data, hash FROM events ORDER BY position")
        finally:
            self._connection.text_factory = str

    def n_events(self) -> int:
        """Return how many events are stored."""
        packed = "(SELECT coalesce(sum(last - first + 1), 0) FROM packs)"
        return int(self._connection.execute(f"SELECT count(*) + {packed} FROM events").fetchone()[0])  # noqa: S608

    def last_position(self) -> int:
        """Return the highest position; 0 where there is none."""
        return head_row(self._connection)[0]

    def hash_at(self, position: int) -> bytes | None:
        """Return the hash of one event."""
        return hash_at(self._connection, position)

    def hashes(self, after: int, upto: int) -> Iterator[bytes]:
        """Yield the hashes of the events with after < position <= upto."""
        for row in rows_between(self._connection, after, upto):
            yield row[4]

    def of_types(self, *types: str) -> Iterator[tuple[int, str, str, str]]:
        """Yield (position, type, recorded_at, data) of the events of some types, in order."""
        for position, head, data in packed_of_types(self._connection, types):
            yield position, head.split(" ", 2)[1], head[:27], data.decode()
        marks = ",".join("?" * len(types))
        query = f"SELECT position, type, recorded_at, data FROM log WHERE type IN ({marks}) ORDER BY position"  # noqa: S608
        yield from self._connection.execute(query, types)

    def names(self, *types: str) -> Iterator[tuple[int, str]]:
        """Yield (position, text_sha) of the events of some types, in order."""
        for position, _, data in packed_of_types(self._connection, types):
            yield position, _named(data).text_sha
        marks = ",".join("?" * len(types))
        query = f"SELECT position, json_extract(data, '$.text_sha') FROM log WHERE type IN ({marks})"  # noqa: S608
        yield from self._connection.execute(query, types)

    def payloads(self) -> Iterator[tuple[bytes, int, bytes]]:
        """Yield (sha, form, body) of every payload."""
        yield from self._connection.execute("SELECT sha, form, body FROM payloads")

    def form_of(self, sha: bytes) -> int | None:
        """Return in which form a payload is stored, None where it is not."""
        row = self._connection.execute("SELECT form FROM payloads WHERE sha = ?", (sha,)).fetchone()
        return int(row[0]) if row else None


def verify_log(
    path: Path, anchors: Iterable[Anchor] | None = None, *, quick: bool = False, keys: Iterable[str] = ()
) -> Verification:
    """Verify the log at `path` against every line of its anchors, read before this is called; None: not against any.

    `quick` looks at the chain, the signatures and the anchors alone; `keys` are public keys known from elsewhere.
    Raises nothing: what is wrong, and what kept it from being judged, is in the report.
    """
    report = Verification()
    connection: sqlite3.Connection | None = None
    try:
        connection = connect(path, read_only=True)
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("BEGIN")
        schema_version(connection)  # the first read: from here on no other writer is seen
        judge(SqliteSnapshot(connection), report, anchors, quick=quick, keys=keys)
    except sqlite3.Error as error:
        note_error(report, explain(error, path))
    except MonitorError as error:
        note_error(report, error)
    except (OSError, MemoryError) as error:
        report.doubt(f"{type(error).__name__}: {error}")
    except (TypeError, ValueError, AttributeError, OverflowError) as error:  # damage can change a value's type
        report.add(0, f"a stored value is damaged: {error}")
    finally:
        if connection is not None:
            connection.close()
    return report


def verify_with_anchors(
    path: Path, anchors: Path | None = None, *, quick: bool = False, keys: Iterable[str] = ()
) -> Verification:
    """Verify a log against the anchors beside it, or those in another file. Anchors are read before the log."""
    try:
        lines = read_anchors(anchors or anchors_path(path))
    except LogBrokenError as error:
        report = verify_log(path, quick=quick, keys=keys)
        report.add(0, str(error))
        return report
    except OSError as error:
        report = verify_log(path, quick=quick, keys=keys)
        report.doubt(f"the anchors cannot be read: {error}")
        return report
    return verify_log(path, lines, quick=quick, keys=keys)
