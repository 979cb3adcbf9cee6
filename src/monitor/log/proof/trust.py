"""Which keys a log's signatures may be by: the first one is pinned, and each later one is signed in by the one before.

Owns the bytes that are signed (checkpoints, changes of key, restores) and what a signature is worth. Keys and
signatures are base64. `cryptography` is imported only by the function that verifies.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable

import msgspec

from monitor.log.events import CheckpointSigned, SigningKeyChanged
from monitor.log.proof.anchors import Anchor


def statement(position: int, hash_: str, root: str, first_key: str = "") -> bytes:
    """Return the bytes a checkpoint's signature covers; those of the first version name no first key."""
    if first_key:
        return f"monitor checkpoint v2\n{position}\n{hash_}\n{root}\n{first_key}\n".encode()
    return f"monitor checkpoint v1\n{position}\n{hash_}\n{root}\n".encode()


def key_statement(position: int, hash_: str, old_key: str, new_key: str) -> bytes:
    """Return the bytes both keys sign where one hands over to the other."""
    return f"monitor key v1\n{position}\n{hash_}\n{old_key}\n{new_key}\n".encode()


def restore_statement(anchor: Anchor) -> bytes:
    """Return the bytes the signature of a restore covers."""
    return f"monitor restore v1\n{anchor.position}\n{anchor.hash}\n{anchor.recorded_at}\n{anchor.note}\n".encode()


def anchor_of(data: CheckpointSigned, recorded_at: str) -> Anchor:
    """Return the anchor that says what a checkpoint says."""
    return Anchor(
        position=data.at_position,
        hash=data.at_hash,
        root=data.root,
        recorded_at=recorded_at,
        public_key=data.public_key,
        signature=data.signature,
        first_key=data.first_key,
    )


def signed_by(public_key: str, signature: str, message: bytes) -> bool:
    """Return whether a signature is the key's over these bytes. False for malformed base64 too."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(b64decode(public_key, validate=True))
        key.verify(b64decode(signature, validate=True), message)
    except (InvalidSignature, ValueError):
        return False
    return True


class Trust:
    """The keys vouched for while a log is read from its beginning; `known` ones come from outside the log."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.known = frozenset(known)
        self.first = ""
        self.current = ""
        self.vouched: set[str] = set(self.known)
        self.retired: dict[str, int] = {}  # key -> position of the change away from it
        self.unknown: dict[str, int] = {}  # key nobody vouches for -> where it first signed
        self.seen: list[str] = []

    def check(self, head: Anchor, position: int) -> str:
        """Judge the signature under a head that is recorded at `position`; return what is wrong with it, or ""."""
        if not signed_by(
            head.public_key, head.signature, statement(head.position, head.hash, head.root, head.first_key)
        ):
            return "has a signature that does not hold"
        return self._judge_key(head.public_key, head.first_key, position)

    def _judge_key(self, key: str, first_key: str, position: int) -> str:
        self._note(key)
        if not self.first:
            self.first = self.current = first_key or key
            if not self.known:
                self.vouched.add(self.first)
        if first_key and first_key != self.first:
            return f"names another first key ({first_key}) than the log's ({self.first})"
        if position > self.retired.get(key, position):
            return f"is signed by the key {key}, which was given up at event {self.retired[key]}"
        if key not in self.vouched:
            if self.known:
                return f"is signed by another key: {key}"
            self.unknown.setdefault(key, position)
        return ""

    def hand_over(self, raw: str, position: int) -> tuple[str, int, str]:
        """Take a change of key; return (what is wrong or "", the position and hash it was signed at)."""
        data = msgspec.json.decode(raw, type=SigningKeyChanged)
        message = key_statement(data.at_position, data.at_hash, data.old_key, data.new_key)
        fault = ""
        self._note(data.new_key)
        if not signed_by(data.new_key, data.new_signature, message):
            fault = f"the change of key at {position} is not signed by the new key"
        elif data.old_signature and not signed_by(data.old_key, data.old_signature, message):
            fault = f"the change of key at {position} has a signature of the old key that does not hold"
        elif data.old_signature and data.old_key in self.vouched and data.old_key not in self.retired:
            self.vouched.add(data.new_key)
            self.retired[data.old_key] = position
            self.current = data.new_key
        elif data.new_key not in self.vouched:
            self.unknown.setdefault(data.new_key, position)
        return fault, data.at_position, data.at_hash

    def signed_restore(self, anchor: Anchor) -> bool:
        """Return whether a restore is signed by a key that signed this log."""
        return (
            bool(anchor.signature)
            and anchor.public_key in self.vouched
            and signed_by(anchor.public_key, anchor.signature, restore_statement(anchor))
        )

    def _note(self, key: str) -> None:
        if key not in self.seen:
            self.seen.append(key)


def holding(lines: Iterable[Anchor], trust: Trust) -> tuple[list[Anchor], list[tuple[Anchor, Anchor]], list[str]]:
    """Return (the anchors that hold, pairs of one in doubt and the unsigned restore that says so, the signed restores).

    A signed restore voids the earlier anchors beyond it; one without the log's signature only puts them in doubt. A
    restore somebody signed later (`monitor log vouch`) counts as signed.
    """
    lines = list(lines)
    vouched = {(line.position, line.hash) for line in lines if line.restored and trust.signed_restore(line)}
    kept: list[Anchor] = []
    doubtful: list[tuple[Anchor, Anchor]] = []
    said: list[str] = []
    for line in lines:
        if line.restored:
            if (line.position, line.hash) in vouched:
                text = f"put back to event {line.position}, {line.recorded_at or 'no time'}: {line.note or 'no note'}"
                said += [text] if text not in said else []
                doubtful = [pair for pair in doubtful if pair[0].position <= line.position]
            else:
                doubtful += [(earlier, line) for earlier in kept if earlier.position > line.position]
            kept = [earlier for earlier in kept if earlier.position <= line.position]
        kept.append(line)
    return kept, doubtful, said
