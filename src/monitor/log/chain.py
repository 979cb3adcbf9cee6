"""The hash chain: which bytes of an event are hashed, and how each hash holds the one before.

hash(n) = SHA-256(0x00 ‖ hash(n-1) ‖ canonical(n)), hash(0) = 32 zero bytes, and canonical(n) is, in UTF-8:

    position LF
    recorded_at SP type SP version SP actor LF      <- the row's `head`
    key LF
    the stored JSON bytes of `data`

No key and no actor holds an LF, and a time, a type and a version hold no space, so two different events never share
canonical bytes. A row stores just these parts, so verifying is little more than hashing what is read. The 0x00 keeps
event hashes apart from Merkle nodes (merkle.py). tools/verify_log.py is a second implementation, with no line of this.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from monitor.errors import InputError, LogBrokenError
from monitor.log.events import NewEvent

ZERO = bytes(32)
ZERO_HEX = "0" * 64

Row = tuple[int, str, str, bytes, bytes]  # position, head, key, data, hash


def head_line(recorded_at: str, type_: str, version: int, actor: str) -> str:
    """Return the line that says when what was recorded by whom."""
    return f"{recorded_at} {type_} {version} {actor}"


def split_head(head: str) -> tuple[str, str, int, str]:
    """Return (recorded_at, type, version, actor) of a head line. Raises LogBrokenError for anything else."""
    try:
        recorded_at, type_, version, actor = head.split(" ", 3)
        return recorded_at, type_, int(version), actor
    except ValueError as error:
        raise LogBrokenError(f"a stored event has a damaged head ({head[:60]!r}): run `monitor log verify`") from error


def canonical(position: int, head: str, key: str, data: bytes) -> bytes:
    """Return the bytes of an event that its hash covers."""
    return f"{position}\n{head}\n{key}\n".encode() + data


def next_hash(prev: bytes, canonical_bytes: bytes) -> bytes:
    """Return the hash of an event whose predecessor has hash `prev`."""
    return sha256(b"\0" + prev + canonical_bytes).digest()


def chain_rows(
    events: Iterable[NewEvent], raws: Iterable[bytes], recorded_at: str, position: int, prev: bytes
) -> list[Row]:
    """Return the rows that extend a chain whose head is (position, prev). Raises InputError for a lone surrogate."""
    try:
        return _chain_rows(events, raws, recorded_at, position, prev)
    except UnicodeEncodeError as error:
        raise InputError(f"a key or an actor is no valid text: {error}") from error


def _chain_rows(
    events: Iterable[NewEvent], raws: Iterable[bytes], recorded_at: str, position: int, prev: bytes
) -> list[Row]:
    """Chain the rows; the hot loop of every append."""
    rows = []
    cls, actor, head = None, "", ""
    for event, raw in zip(events, raws, strict=True):
        position += 1
        key = event.key
        if event.data.__class__ is not cls or event.actor is not actor:
            cls, actor = event.data.__class__, event.actor
            head = head_line(recorded_at, cls.type, cls.version, actor)
        prev = sha256(b"\0" + prev + f"{position}\n{head}\n{key}\n".encode() + raw).digest()
        rows.append((position, head, key, raw, prev))
    return rows


def first_bad_row(rows: Iterable[Row], position: int, prev: bytes) -> tuple[int, str] | None:
    """Return (position, what is wrong) of the first row that does not extend (position, prev), or None."""
    for row in rows:
        if row[0] != position + 1:
            return position + 1, f"event {position + 1} is missing (the next one is {row[0]})"
        position = row[0]
        if next_hash(prev, canonical(*row[:4])) != row[4]:
            return position, f"event {position} was changed, moved, or follows a changed one (its hash does not match)"
        prev = row[4]
    return None


def check_new(events: Sequence[NewEvent], recorded_at: str) -> None:
    """Refuse what the chain cannot hold: a malformed time, an LF in a key or an actor. Raises InputError."""
    if len(recorded_at) != 27 or recorded_at[-1] != "Z":
        raise InputError(f"recorded_at must look like 2026-01-31T12:00:00.000000Z, not {recorded_at!r}")
    for event in events:
        if "\n" in event.key or "\n" in event.actor or not event.key:
            raise InputError(f"a key is empty, or a key or an actor holds a line break: {event.key!r}, {event.actor!r}")
