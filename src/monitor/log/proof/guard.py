"""What is looked at before a process first appends: the log's end, a window of old events, the last anchor, the mark.

Some 4 ms. A log found broken here is not appended to; the whole of it is judged by judgement.py.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from monitor.errors import LogBrokenError
from monitor.log.chain import ZERO, first_bad_row
from monitor.log.proof.anchors import Anchor, anchors_path, last_anchor, read_marker
from monitor.log.sqlite.packs import hash_in_pack, last_packed, rows_between

# The last events, and a window that moves with the head, so that ticks together walk the whole log.
_CHECK_ROWS = 1_000


def check_end(connection: sqlite3.Connection, path: Path) -> tuple[int, bytes]:
    """Return the head of a log that may be appended to; raise LogBrokenError for any other.

    The anchor is read before the head: another process may append and anchor in between. What is read of the log has to
    be of one moment, the caller's transaction: another process may pack events in between.
    """
    if failed := read_marker(path):
        raise broken(0, failed)
    anchor = last_anchor(anchors_path(path))
    head = head_row(connection)
    for start in {max(0, head[0] - _CHECK_ROWS), _moving_window(head[0])}:
        _check_rows(connection, start, start + _CHECK_ROWS)
    if anchor is not None:
        _check_anchor(connection, anchor, head[0])
    return head


def check_since(connection: sqlite3.Connection, known: tuple[int, bytes], head: tuple[int, bytes]) -> None:
    """Check the events other writers added after a head this process knows. Raises LogBrokenError."""
    position, prev = known
    found = first_bad_row(rows_between(connection, position), position, prev)
    if found or head[0] < position:
        raise broken(*(found or (position, f"the log ends at {head[0]}, before event {position} it held a moment ago")))


def _check_anchor(connection: sqlite3.Connection, anchor: Anchor, head: int) -> None:
    if anchor.position > head:
        what = f"the log ends here, but an anchor of {anchor.recorded_at} knows event {anchor.position}"
        raise broken(head, f"{what}: its tail was cut, or an old copy was put back")
    stored = hash_at(connection, anchor.position)
    if stored is None or stored.hex() != anchor.hash:
        raise broken(anchor.position, "its hash is not the one anchored: the log was rewritten")


def _check_rows(connection: sqlite3.Connection, after: int, upto: int) -> None:
    prev = hash_at(connection, after)
    if prev is None:
        raise broken(after, f"event {after} is missing")
    found = first_bad_row(rows_between(connection, after, upto), after, prev)
    if found:
        raise broken(*found)


def broken(position: int, what: str) -> LogBrokenError:
    """Return the refusal to append to a broken log."""
    return LogBrokenError(
        f"the log is broken at event {position}: {what}; nothing was written. "
        "Run `monitor log verify`, then `monitor restore BACKUP`; reading and triage lists still work",
        position,
    )


def head_row(connection: sqlite3.Connection) -> tuple[int, bytes]:
    """Return the last position and its hash, as bytes."""
    row = connection.execute("SELECT position, hash FROM events ORDER BY position DESC LIMIT 1").fetchone()
    return row or last_packed(connection)


def hash_at(connection: sqlite3.Connection, position: int) -> bytes | None:
    """Return the stored hash of an event, None where there is none; position 0 has 32 zero bytes."""
    if position == 0:
        return ZERO
    row = connection.execute("SELECT hash FROM events WHERE position = ?", (position,)).fetchone()
    return row[0] if row else hash_in_pack(connection, position)


def _moving_window(head: int) -> int:
    """Return the start of the window of old events to check at this head."""
    return head * 7919 % max(1, head - _CHECK_ROWS) if head > _CHECK_ROWS else 0
