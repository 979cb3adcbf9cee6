"""Full verification: the file, the chain, the payloads, the signatures and the anchors, each in bounded memory.

Owns what "the log verifies" means and how a fault is named. It trusts nothing the writer keeps in memory, and does not
change the log. tools/verify_log.py says the same with no line in common.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

import msgspec

from monitor.errors import LogBrokenError, MonitorError
from monitor.log.anchors import Anchor
from monitor.log.chain import ZERO
from monitor.log.checkpoints import anchor_of, signature_holds
from monitor.log.database import connect, explain
from monitor.log.events import CheckpointSigned
from monitor.log.merkle import grow, root_of
from monitor.log.payloads import ERASED, WITHHELD, unpack
from monitor.log.schema import schema_faults, schema_version

MAX_PROBLEMS = 20

_SELECT_ROWS = "SELECT position, head, key, data, hash FROM events ORDER BY position"
_SELECT_NAMED = """
SELECT position, json_extract(data, '$.text_sha') FROM log WHERE type IN ('entry-seen', 'entry-revised', 'page-read')
"""
_SELECT_ERASED = "SELECT json_extract(data, '$.text_sha') FROM log WHERE type = 'payload-erased'"


class Problem(msgspec.Struct, frozen=True):
    """What is wrong at `position` (0: with the file as a whole)."""

    position: int
    what: str


class Report(msgspec.Struct):
    """What a verification looked at and found."""

    n_events: int = 0
    head: str = ""
    n_payloads: int = 0
    n_erased: int = 0
    n_checkpoints: int = 0
    n_anchors: int = 0
    public_keys: list[str] = []
    problems: list[Problem] = []
    notes: list[str] = []

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def add(self, position: int, what: str) -> None:
        """Note a problem; the first twenty are kept."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(position, what))

    def first(self) -> Problem | None:
        """Return the problem at the lowest position; one of the whole file only where there is no other."""
        return min(self.problems, key=lambda problem: (problem.position == 0, problem.position), default=None)


def verify_log(path: Path, anchors: Iterable[Anchor] = (), *, quick: bool = False) -> Report:
    """Verify the log at `path` against `anchors`; `quick` looks at the chain, the signatures and the anchors alone.

    Raises MonitorError only where there is no log to open; all else is in the report.
    """
    report = Report()
    connection: sqlite3.Connection | None = None
    try:
        connection = connect(path, read_only=True)
        connection.execute("PRAGMA cell_size_check = ON")
        schema_version(connection)
        if not quick:
            _check_file(connection, report)
        check_chain(connection, report)
        _check_checkpoints(connection, report)
        _check_anchors(connection, list(anchors), report)
        if not quick:
            _check_payloads(connection, report)
            _check_names(connection, report)
    except sqlite3.Error as error:
        report.add(0, str(explain(error, path)))
    except MonitorError as error:
        report.add(getattr(error, "position", 0), str(error))
    except (TypeError, ValueError, AttributeError, OverflowError) as error:  # damage can change a value's type
        report.add(0, f"a stored value is damaged: {error}")
    finally:
        if connection is not None:
            connection.close()
    return report


def _check_file(connection: sqlite3.Connection, report: Report) -> None:
    """Let SQLite check its pages and indexes, and see that the guards against changes are in place."""
    for (line,) in connection.execute(f"PRAGMA integrity_check({MAX_PROBLEMS})"):
        if line != "ok":
            report.add(0, f"SQLite: {line}")
    for fault in schema_faults(connection):
        report.add(0, f"{fault}: someone may have opened the way to edit the log")


def check_chain(connection: sqlite3.Connection, report: Report) -> None:
    """Recompute every hash; a fault is reported once, and the events after it are judged by the hash they follow."""
    prev, expected = ZERO, 1
    connection.text_factory = bytes  # what is hashed are bytes: nothing is decoded and encoded again
    for position, head, key, data, stored in connection.execute(_SELECT_ROWS):
        hashed = sha256(b"\0%b%d\n%b\n%b\n%b" % (prev, position, head, key, data)).digest()
        if hashed != stored or position != expected:
            _report_event(report, position, expected, stored)
        prev, expected = stored, position + 1
    connection.text_factory = str
    report.n_events = connection.execute("SELECT count(*) FROM events").fetchone()[0]
    report.head = prev.hex()


def _report_event(report: Report, position: int, expected: int, stored: object) -> None:
    if position != expected:
        gone = str(expected) if position - expected == 1 else f"{expected} to {position - 1}"
        report.add(expected, f"event {gone} missing: the one stored next is {position}")
    elif not isinstance(stored, bytes) or len(stored) != len(ZERO):
        report.add(position, f"event {position}: its hash is not a hash")
    else:
        report.add(
            position, f"event {position} was changed, or is not the one that stood here: its hash does not match"
        )


def _check_checkpoints(connection: sqlite3.Connection, report: Report) -> None:
    """Check every signature, that the chain passes through every signed head, and every signed Merkle root."""
    peaks: list[bytes] = []
    n_leaves = 0
    for position, recorded_at, raw in _checkpoints(connection):
        data = msgspec.json.decode(raw, type=CheckpointSigned)
        report.n_checkpoints += 1
        _check_signed(connection, anchor_of(data, recorded_at), report, position, f"the checkpoint at {position}")
        if data.root and data.at_position >= n_leaves:
            peaks, n_leaves = grow(peaks, n_leaves, _hashes(connection, n_leaves, data.at_position))
            if root_of(peaks).hex() != data.root:
                report.add(position, f"the checkpoint at {position} signs another Merkle root than the events have")


def _checkpoints(connection: sqlite3.Connection) -> Iterator[tuple[int, str, str]]:
    query = "SELECT position, recorded_at, data FROM log WHERE type = 'checkpoint-signed' ORDER BY position"
    yield from connection.execute(query)


def _hashes(connection: sqlite3.Connection, after: int, upto: int) -> Iterator[bytes]:
    query = "SELECT hash FROM events WHERE position > ? AND position <= ? ORDER BY position"
    for (hash_,) in connection.execute(query, (after, upto)):
        yield hash_


def _check_anchors(connection: sqlite3.Connection, anchors: list[Anchor], report: Report) -> None:
    """Check that the log still passes through every head it once had."""
    report.n_anchors = len(anchors)
    head = connection.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()[0]
    ahead = [anchor for anchor in anchors if anchor.position > head]
    if ahead:
        last = max(ahead, key=lambda anchor: anchor.position)
        report.add(
            head + 1,
            f"the log ends at {head}, but {len(ahead)} anchor(s) know more, up to event {last.position} "
            f"({last.recorded_at or 'no time'}): its tail was cut, or an old copy was put back",
        )
    for anchor in anchors:
        if 0 < anchor.position <= head:
            _check_signed(connection, anchor, report, anchor.position, f"the anchor at {anchor.position}")
    if len(report.public_keys) > 1:
        report.notes.append(f"{len(report.public_keys)} different keys signed: was signing.key replaced?")


def _check_signed(connection: sqlite3.Connection, head: Anchor, report: Report, position: int, name: str) -> None:
    row = connection.execute("SELECT hash FROM events WHERE position = ?", (head.position,)).fetchone()
    if row is None or row[0].hex() != head.hash:
        report.add(position, f"{name} knows event {head.position} with another hash: the log was rewritten")
    if not head.signature:
        return
    if head.public_key not in report.public_keys:
        report.public_keys = [*report.public_keys, head.public_key]
    if not signature_holds(head.position, head.hash, head.root, head.public_key, head.signature):
        report.add(position, f"{name} has a signature that does not hold")


def _check_payloads(connection: sqlite3.Connection, report: Report) -> None:
    """Check every stored payload against its name."""
    for sha, form, body in connection.execute("SELECT sha, form, body FROM payloads"):
        try:
            if unpack(sha, form, body) is None:
                report.n_erased += 1
        except LogBrokenError as error:
            report.add(0, str(error))
        report.n_payloads += 1


def _check_names(connection: sqlite3.Connection, report: Report) -> None:
    """Check that every named payload is there, or was erased by an event that says so."""
    erased = {bytes.fromhex(sha) for (sha,) in connection.execute(_SELECT_ERASED)}
    for position, sha_hex in connection.execute(_SELECT_NAMED):
        sha = bytes.fromhex(sha_hex)
        row = connection.execute("SELECT form FROM payloads WHERE sha = ?", (sha,)).fetchone()
        if row is None:
            report.add(position, f"the text of event {position} is missing (payload {sha_hex[:16]})")
        elif row[0] == ERASED and sha not in erased:
            report.add(position, f"the text of event {position} was removed without a payload-erased event")
        elif row[0] not in {ERASED, WITHHELD} and sha in erased:
            report.add(position, f"the text of event {position} was erased but is still there: erase it again")
