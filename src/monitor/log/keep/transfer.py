"""Export and import: the whole log as JSON lines, hashes and all, streamed both ways.

An event's line ends in its `data`, byte for byte as stored, so a reader can recompute the hash from the line. Texts
follow the events, and an `end` line tells a complete export from one cut short. docs/events.md describes the format.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from monitor.errors import InputError, LogBrokenError, LogError
from monitor.files import sync
from monitor.log.chain import ZERO, Row, first_bad_row, head_line, split_head
from monitor.log.codec import decode_data
from monitor.log.events import CheckpointSigned
from monitor.log.payloads import WITHHELD, pack, payload_sha, unpack
from monitor.log.proof.anchors import Anchor
from monitor.log.rows import INSERT_EVENT, INSERT_PAYLOAD
from monitor.log.sqlite.database import connect, one_line_errors
from monitor.log.sqlite.pending import Pending, install
from monitor.log.sqlite.schema import migrate
from monitor.log.sqlite.store import open_log
from monitor.log.store import LogStore

FORMAT = "monitor-log-1"
# Longer than any line an export has: a text is cut at 16 MiB of its feed, and JSON can make six characters of one.
MAX_LINE_BYTES = 128 << 20
_BATCH, _BATCH_BYTES = 2_000, 16 << 20
_DATA = b',"data":'


class _EventLine(msgspec.Struct, frozen=True):
    position: int
    type: str
    version: int
    recorded_at: str
    actor: str
    key: str
    hash: str


class _PayloadLine(msgspec.Struct, frozen=True, omit_defaults=True):
    payload: str
    text: str | None = None
    base64: str | None = None
    erased: bool = False


class _End(msgspec.Struct, frozen=True, omit_defaults=True):
    position: int
    hash: str
    n_payloads: int
    texts: bool = True
    checkpoint: CheckpointSigned | None = None


def export_log(log: LogStore, *, texts: bool = True) -> Iterator[bytes]:
    """Yield the lines of an export of the whole log; without `texts`, events and hashes alone.

    Events appended meanwhile are left out. Raises LogBrokenError for a changed text.
    """
    with log.snapshot():
        yield from _lines(log, texts)


def _lines(log: LogStore, texts: bool) -> Iterator[bytes]:
    position, hash_ = log.head()
    yield _line({"format": FORMAT, "position": position})
    for row in log.rows(upto=position):
        at, type_, version, actor = split_head(row[1])
        envelope = msgspec.json.encode(_EventLine(row[0], type_, version, at, actor, row[2], row[4].hex()))
        yield b"".join((envelope[:-1], _DATA, row[3], b"}\n"))
    n_payloads = 0
    for sha, form, body in log.payload_rows() if texts else ():
        n_payloads += 1
        yield _line(_payload_line(sha, unpack(sha, form, body)))
    signed = log.last_checkpoint()
    checkpoint = signed.data if signed and isinstance(signed.data, CheckpointSigned) else None
    yield _line({"end": _End(position, hash_, n_payloads, texts, checkpoint)})


def _payload_line(sha: bytes, payload: bytes | None) -> _PayloadLine:
    if payload is None:
        return _PayloadLine(sha.hex(), erased=True)
    try:
        return _PayloadLine(sha.hex(), text=payload.decode())
    except UnicodeDecodeError:
        return _PayloadLine(sha.hex(), base64=b64encode(payload).decode())


def import_log(lines: Iterable[bytes], path: Path, *, source: str = "-") -> tuple[int, str]:
    """Make the log at `path`, absent or empty so far, from an export; return its head. All of it or nothing.

    Raises InputError (not an export, or cut short), LogBrokenError (its chain does not hold, or `path` has events).
    """
    _require_empty(path)
    temporary = path.with_name(path.name + ".import")
    _remove(temporary)
    with one_line_errors(temporary):
        temporary.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        connection = connect(temporary)
        try:
            migrate(connection)
            head = _Importer(connection, source).take(lines)
            connection.execute("PRAGMA journal_mode = DELETE")
        except BaseException:
            connection.close()
            _remove(temporary)
            raise
        connection.close()
        sync(temporary)
        head_anchor = Anchor(position=head[0], hash=head[1], note=f"imported from {source}")
        install(temporary, path, Pending(anew=[head_anchor]))
    return head


def bounded_lines(file: BinaryIO, source: str) -> Iterator[bytes]:
    """Yield the lines of a file; raise InputError for one that would fill the memory."""
    while line := file.readline(MAX_LINE_BYTES + 1):
        if len(line) > MAX_LINE_BYTES:
            raise InputError(f"{source}: a line is longer than {MAX_LINE_BYTES >> 20} MiB: not an export")
        yield line


def _batches(lines: Iterable[bytes]) -> Iterator[list[tuple[int, bytes]]]:
    """Yield numbered lines, some thousands at a time and not many megabytes."""
    batch: list[tuple[int, bytes]] = []
    n_bytes = 0
    for number, line in enumerate(lines, 1):
        batch.append((number, line))
        n_bytes += len(line)
        if len(batch) >= _BATCH or n_bytes >= _BATCH_BYTES:
            yield batch
            batch, n_bytes = [], 0
    if batch:
        yield batch


class _Importer:
    """Writes lines into a new database, checking the chain as they come."""

    def __init__(self, connection: Any, source: str) -> None:
        self.connection, self.source = connection, source
        self.position, self.prev, self.n_payloads = 0, ZERO, 0
        self.end: _End | None = None

    def take(self, lines: Iterable[bytes]) -> tuple[int, str]:
        """Write every line; return the head."""
        for batch in _batches(lines):
            self.connection.execute("BEGIN IMMEDIATE")
            self._write(batch)
            self.connection.execute("COMMIT")
        end = self.end
        if end is None or (end.position, end.hash) != (self.position, self.prev.hex()):
            raise InputError(
                f"{self.source}: the export was cut short: it has no matching end line; nothing was imported"
            )
        if end.texts and end.n_payloads != self.n_payloads:
            raise InputError(
                f"{self.source}: {end.n_payloads - self.n_payloads} text(s) are missing; nothing was imported"
            )
        if not end.texts:
            self._withhold()
        return self.position, self.prev.hex()

    def _write(self, batch: list[tuple[int, bytes]]) -> None:
        rows: list[Row] = []
        payloads: list[tuple[bytes, int, bytes]] = []
        for number, line in batch:
            try:
                self._sort(line, number, rows, payloads)
            except (msgspec.DecodeError, ValueError, TypeError, RecursionError, LogError) as error:
                raise InputError(
                    f"{self.source}:{number}: not a line of an export ({error}); nothing was imported"
                ) from error
        found = first_bad_row(rows, self.position, self.prev)
        if found:
            raise LogBrokenError(f"{self.source}: {found[1]}; nothing was imported", found[0])
        if rows:
            self.position, self.prev = rows[-1][0], rows[-1][4]
            self.connection.executemany(INSERT_EVENT, rows)
        self.connection.executemany(INSERT_PAYLOAD, payloads)
        self.n_payloads += len(payloads)

    def _sort(self, line: bytes, number: int, rows: list[Row], payloads: list[tuple[bytes, int, bytes]]) -> None:
        start, found, data = line.rstrip(b"\r\n").partition(_DATA)
        if found:
            event = msgspec.json.decode(start + b"}", type=_EventLine)
            head = head_line(event.recorded_at, event.type, event.version, event.actor)
            decode_data(event.type, event.version, data[:-1])  # what cannot be read again is not taken in
            rows.append((event.position, head, event.key, data[:-1], bytes.fromhex(event.hash)))
            return
        fields = msgspec.json.decode(line)
        if "payload" in fields:
            payloads.append(_payload_row(msgspec.convert(fields, _PayloadLine)))
        elif "end" in fields:
            self.end = msgspec.convert(fields["end"], _End)
        elif number != 1 or fields.get("format") != FORMAT:
            raise ValueError(f"expected an export in the format {FORMAT}")

    def _withhold(self) -> None:
        """Mark the texts the export left out, so that verification knows they were never here."""
        query = "SELECT DISTINCT json_extract(data, '$.text_sha') FROM log WHERE type IN (?, ?, ?)"
        named = self.connection.execute(query, ("entry-seen", "entry-revised", "page-read")).fetchall()
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany(INSERT_PAYLOAD, [(bytes.fromhex(sha), WITHHELD, b"") for (sha,) in named])
        self.connection.execute("COMMIT")


def _payload_row(line: _PayloadLine) -> tuple[bytes, int, bytes]:
    sha = bytes.fromhex(line.payload)
    if line.erased:
        return sha, 0, b""
    payload = line.text.encode() if line.text is not None else b64decode(line.base64 or "", validate=True)
    if payload_sha(payload) != line.payload:
        raise ValueError(f"text {line.payload[:16]} was changed")
    return sha, *pack(payload)


def _require_empty(path: Path) -> None:
    if not path.exists():
        return
    log = open_log(path, read_only=True)
    try:
        position, _ = log.head()
    finally:
        log.close()
    if position:
        raise LogBrokenError(f"{path} has {position} event(s): import only fills an empty log")


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _line(value: object) -> bytes:
    return msgspec.json.encode(value) + b"\n"
