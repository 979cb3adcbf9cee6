"""Signed checkpoints: Ed25519 over the log's head, written to the log and to the anchors file.

Owns the signing key (signing.key, readable by its owner alone), the bytes that are signed, and their verification.
`cryptography` is imported only by the functions that sign or verify.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import StorageError
from monitor.log.anchors import Anchor, anchors_path, write_anchor
from monitor.log.codec import parse_iso
from monitor.log.events import CheckpointSigned, Event, NewEvent
from monitor.log.merkle import grow, root_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from monitor.log.sqlite import SqliteLog

KEY_NAME = "signing.key"


def statement(position: int, hash_: str, root: str) -> bytes:
    """Return the bytes a checkpoint's signature covers."""
    return f"monitor checkpoint v1\n{position}\n{hash_}\n{root}\n".encode()


def sign_checkpoint(log: SqliteLog, *, recorded_at: str) -> Event | None:
    """Sign the head, append the checkpoint and anchor it; None where nothing was added since the last one.

    Raises StorageError where the key cannot be read or made.
    """
    position, hash_ = log.head()
    last = log.last_checkpoint()
    if position == 0 or (last is not None and last.position == position):
        return None
    peaks, n_leaves = _peaks(last)
    peaks, _ = grow(peaks, n_leaves, log.hashes(n_leaves, position))
    root = root_of(peaks).hex()
    key = signing_key(log.path.with_name(KEY_NAME))
    data = CheckpointSigned(
        at_position=position,
        at_hash=hash_,
        root=root,
        peaks=[peak.hex() for peak in peaks],
        public_key=_b64(key.public_key().public_bytes_raw()),
        signature=_b64(key.sign(statement(position, hash_, root))),
    )
    added = log.append([NewEvent(f"checkpoint:{position}", data)], recorded_at=recorded_at)
    write_anchor(anchors_path(log.path), anchor_of(data, recorded_at))
    return added[0] if added else None


def checkpoint_if_due(
    log: SqliteLog, *, recorded_at: str, every_events: int = 1_000, every: timedelta = timedelta(hours=24)
) -> Event | None:
    """Sign when there are many new events, or any and the last checkpoint is old: loading the signer costs ~60 ms."""
    last = log.last_checkpoint()
    position, _ = log.head()
    if last is not None:
        due_at = parse_iso(last.recorded_at) + every
        if position - last.position < every_events and (position == last.position or parse_iso(recorded_at) < due_at):
            return None
    return sign_checkpoint(log, recorded_at=recorded_at)


def anchor_of(data: CheckpointSigned, recorded_at: str) -> Anchor:
    """Return the anchor that says what a checkpoint says."""
    return Anchor(
        position=data.at_position,
        hash=data.at_hash,
        root=data.root,
        recorded_at=recorded_at,
        public_key=data.public_key,
        signature=data.signature,
    )


def signature_holds(position: int, hash_: str, root: str, public_key: str, signature: str) -> bool:
    """Return whether a signature is the key's over this head. False for malformed base64 too."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(b64decode(public_key, validate=True))
        key.verify(b64decode(signature, validate=True), statement(position, hash_, root))
    except (InvalidSignature, ValueError):
        return False
    return True


def signing_key(path: Path) -> Ed25519PrivateKey:
    """Return the log's private key, made on first use: 32 bytes in hex, mode 0600."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        if not path.exists():
            _write_key(path, Ed25519PrivateKey.generate().private_bytes_raw())
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))
    except (OSError, ValueError) as error:
        raise StorageError(f"{path}: the signing key cannot be read or made ({error})") from error


def _write_key(path: Path, seed: bytes) -> None:
    temporary = path.with_suffix(".tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, seed.hex().encode() + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)
    temporary.replace(path)


def _peaks(last: Event | None) -> tuple[list[bytes], int]:
    """Return the tree the last checkpoint signed, to grow from."""
    if last is None or not isinstance(last.data, CheckpointSigned):
        return [], 0
    return _from_hex(last.data.peaks), last.data.at_position


def _from_hex(peaks: Iterable[str]) -> list[bytes]:
    return [bytes.fromhex(peak) for peak in peaks]


def _b64(raw: bytes) -> str:
    return b64encode(raw).decode()
