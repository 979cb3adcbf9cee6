"""Signed checkpoints: Ed25519 over the log's head, written to the log and to the anchors file.

Owns the signing key (signing.key, readable by its owner alone) and everything it signs: heads, restores, and the
change to another key. What a signature is worth is trust.py's. `cryptography` is imported only to sign.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import InputError, NotFoundError, StorageError
from monitor.files import write_whole
from monitor.log.codec import parse_iso
from monitor.log.events import CheckpointSigned, Event, NewEvent, SigningKeyChanged
from monitor.log.proof.anchors import Anchor, anchors_path, read_anchors, write_anchor
from monitor.log.proof.merkle import grow, root_of
from monitor.log.proof.trust import anchor_of, key_statement, restore_statement, statement

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from monitor.log.store import LogStore

KEY_NAME = "signing.key"


def sign_checkpoint(log: LogStore, *, recorded_at: str) -> Event | None:
    """Sign the head, append the checkpoint and anchor it; None where nothing was added since the last one.

    Raises StorageError where the key cannot be read or made, NotFoundError where the log's key is not in the folder.
    """
    position, hash_ = log.head()
    last = log.last_checkpoint()
    if position == 0 or (last is not None and last.position == position):
        return None
    key_path = log.path.with_name(KEY_NAME)
    _finish_change(log, key_path)
    if last is not None and not key_path.exists():
        raise NotFoundError(
            f"{key_path} is missing, the key that signs this log: put your copy of it back, or, if it is lost, begin "
            "a new one with `monitor log new-key --lost`"
        )
    signed = _last_signed(last)
    peaks, n_leaves = _peaks(signed)
    peaks, _ = grow(peaks, n_leaves, log.hashes(n_leaves, position))
    root = root_of(peaks).hex()
    key = signing_key(key_path)
    public = public_key_of(key)
    first_key = (signed.first_key or signed.public_key) if signed else public
    data = CheckpointSigned(
        at_position=position,
        at_hash=hash_,
        root=root,
        peaks=[peak.hex() for peak in peaks],
        public_key=public,
        signature=_b64(key.sign(statement(position, hash_, root, first_key))),
        first_key=first_key,
    )
    added = log.append([NewEvent(f"checkpoint:{position}", data)], recorded_at=recorded_at)
    write_anchor(anchors_path(log.path), anchor_of(data, recorded_at))
    return added[0] if added else None


def checkpoint_if_due(
    log: LogStore, *, recorded_at: str, every_events: int = 1_000, every: timedelta = timedelta(hours=24)
) -> Event | None:
    """Sign when there are many new events, or any and the last checkpoint is old: loading the signer costs ~60 ms.

    None too where the log's key is not in the folder: `key_missing` says so, and the work goes on unsigned.
    """
    if key_missing(log):
        return None
    last = log.last_checkpoint()
    position, _ = log.head()
    if last is not None:
        due_at = parse_iso(last.recorded_at) + every
        if position - last.position < every_events and (position == last.position or parse_iso(recorded_at) < due_at):
            return None
    return sign_checkpoint(log, recorded_at=recorded_at)


def key_missing(log: LogStore) -> bool:
    """Return whether the log was signed before and the key is not in its folder."""
    return not log.path.with_name(KEY_NAME).exists() and log.last_checkpoint() is not None


def change_key(log: LogStore, *, recorded_at: str, reason: str, lost: bool = False) -> str:
    """Make a new signing key, let the old one sign it in, and return its public key; the old file is kept beside it.

    `lost` goes without the old key's signature: from then on verification asks for both public keys by name.
    Raises NotFoundError where the old key is missing and not called lost, InputError where the log has no key yet.
    """
    path = log.path.with_name(KEY_NAME)
    _finish_change(log, path)  # one that was killed: its key, which the log names, must not be written over
    last = _last_signed(log.last_checkpoint())
    if last is None:
        raise InputError("the log was never signed: `monitor log checkpoint` makes its first key")
    if not path.exists() and not lost:
        raise NotFoundError(f"{path} is missing: put your copy back, or say that it is gone for good with --lost")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    old = signing_key(path) if path.exists() and not lost else None
    new = Ed25519PrivateKey.generate()
    position, hash_ = log.head()
    old_key = public_key_of(old) if old else last.public_key
    message = key_statement(position, hash_, old_key, public_key_of(new))
    data = SigningKeyChanged(
        at_position=position,
        at_hash=hash_,
        old_key=old_key,
        new_key=public_key_of(new),
        new_signature=_b64(new.sign(message)),
        old_signature=_b64(old.sign(message)) if old else "",
        reason=reason,
    )
    coming = path.with_suffix(".new")
    _write_key(coming, new)  # durable before the event: a key the log names is never one that is gone
    log.append([NewEvent(f"signing-key-changed:{position}", data)], recorded_at=recorded_at)
    _finish_change(log, path)
    return data.new_key


def _finish_change(log: LogStore, path: Path) -> None:
    """Put a new key in its place once the log names it, now or after a kill in between; one it does not name goes."""
    coming = path.with_suffix(".new")
    if not coming.exists():
        return
    event = log.last_keyed("signing-key-changed")
    named = event.data.new_key if event and isinstance(event.data, SigningKeyChanged) else ""
    if event is None or public_key_of(signing_key(coming)) != named:
        coming.unlink()
        return
    if path.exists():
        path.replace(path.with_name(f"{KEY_NAME}.before-{event.position}"))
    coming.replace(path)


def find_key(path: Path, public_key: str) -> Path | None:
    """Return the file beside the log at `path` that holds a public key's private half: today's or an earlier one."""
    for candidate in (path.with_name(KEY_NAME), *sorted(path.parent.glob(f"{KEY_NAME}.before-*"))):
        if candidate.exists() and public_key_of(signing_key(candidate)) == public_key:
            return candidate
    return None


def fit_key(path: Path, public_key: str) -> None:
    """Put the key a restored log is signed by in today's place: the log may be older than a change of key."""
    found, today = find_key(path, public_key), path.with_name(KEY_NAME)
    if found is None or found == today:
        return
    coming = today.with_suffix(".fit")
    write_whole(coming, found.read_bytes())
    if today.exists():
        number = 1
        while (aside := today.with_name(f"{KEY_NAME}.before-restore-{number}")).exists():
            number += 1
        os.link(today, aside)
    coming.replace(today)


def sign_restore(path: Path, position: int, hash_: str, recorded_at: str, note: str, public_key: str = "") -> Anchor:
    """Return the line that says a log was put back, signed where its key lies beside the log at `path`."""
    bare = Anchor(position=position, hash=hash_, recorded_at=recorded_at, restored=True, note=note)
    key_path = find_key(path, public_key) if public_key else path.with_name(KEY_NAME)
    if key_path is None or not key_path.exists():
        return bare
    key = signing_key(key_path)
    signature = _b64(key.sign(restore_statement(bare)))
    return Anchor(
        position=position, hash=hash_, recorded_at=recorded_at, restored=True, note=note,
        public_key=public_key_of(key), signature=signature,
    )  # fmt: skip


def vouch_restores(path: Path) -> int:
    """Sign the restores that the anchors of the log at `path` list unsigned; return how many.

    Raises NotFoundError where the key is missing.
    """
    if not path.with_name(KEY_NAME).exists():
        raise NotFoundError(f"{path.with_name(KEY_NAME)} is missing: put your copy of the signing key back first")
    lines = read_anchors(anchors_path(path))
    signed = {(line.position, line.hash) for line in lines if line.restored and line.signature}
    bare = {(line.position, line.hash): line for line in lines if line.restored} if lines else {}
    unsigned = [line for key, line in bare.items() if key not in signed]
    for line in unsigned:
        write_anchor(
            anchors_path(path),
            sign_restore(path, line.position, line.hash, line.recorded_at, line.note or "vouched for"),
        )
    return len(unsigned)


def public_key_of(key: Ed25519PrivateKey) -> str:
    """Return the public key (base64) of a private one."""
    return _b64(key.public_key().public_bytes_raw())


def signing_key(path: Path) -> Ed25519PrivateKey:
    """Return the log's private key, made on first use: 32 bytes in hex, mode 0600."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        if not path.exists():
            _write_key(path, Ed25519PrivateKey.generate())
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))
    except (OSError, ValueError) as error:
        raise StorageError(f"{path}: the signing key cannot be read or made ({error})") from error


def _write_key(path: Path, key: Ed25519PrivateKey) -> None:
    write_whole(path, key.private_bytes_raw().hex().encode() + b"\n")


def _last_signed(last: Event | None) -> CheckpointSigned | None:
    return last.data if last is not None and isinstance(last.data, CheckpointSigned) else None


def _peaks(signed: CheckpointSigned | None) -> tuple[list[bytes], int]:
    """Return the tree the last checkpoint signed, to grow from."""
    return (_from_hex(signed.peaks), signed.at_position) if signed else ([], 0)


def _from_hex(peaks: Iterable[str]) -> list[bytes]:
    return [bytes.fromhex(peak) for peak in peaks]


def _b64(raw: bytes) -> str:
    return b64encode(raw).decode()
