"""A proof that one event is in the log, small enough to mail, verified offline and without the log.

It holds the event, the Merkle path from its hash to a signed root, and the signature: about 1.5 kB at a million
events, and nothing of the other events. An extension proves in as little that one signed head only added to another.
docs/events.md describes both files; tools/verify_log.py checks them too.
"""

from __future__ import annotations

import msgspec

from monitor.errors import InputError, NotFoundError
from monitor.log.chain import canonical, head_line, next_hash
from monitor.log.events import CheckpointSigned, Event
from monitor.log.payloads import payload_sha
from monitor.log.proof.merkle import consistency_path, inclusion_path, is_consistent, root_from_path
from monitor.log.proof.trust import signed_by, statement
from monitor.log.store import LogStore


class SignedHead(msgspec.Struct, frozen=True):
    """The signed statement a proof ends in."""

    position: int
    hash: str
    root: str
    public_key: str
    signature: str
    first_key: str = ""


class Proof(msgspec.Struct, frozen=True):
    """An event, its way to a signed root, and the signature. `data` is the stored JSON text, byte for byte."""

    position: int
    type: str
    version: int
    recorded_at: str
    actor: str
    key: str
    data: str
    prev: str
    path: list[str]
    checkpoint: SignedHead
    text: str | None = None  # the payload the event names, if it was asked for and is not erased


def prove(log: LogStore, position: int, *, with_text: bool = False) -> Proof:
    """Return the proof of one event. Raises NotFoundError where there is no such event or no checkpoint after it."""
    event = log.get(position)
    if event is None:
        raise NotFoundError(f"no event {position}: the log ends at {log.head()[0]}")
    signed = log.last_checkpoint()
    if signed is None or not isinstance(signed.data, CheckpointSigned) or signed.data.at_position < position:
        raise NotFoundError(f"no signed checkpoint covers event {position} yet: run `monitor log checkpoint`")
    head = signed.data
    path = inclusion_path(log.hashes, position - 1, head.at_position)
    return Proof(
        position=position,
        type=event.type,
        version=event.version,
        recorded_at=event.recorded_at,
        actor=event.actor,
        key=event.key,
        data=event.raw.decode(),
        prev=event.prev,
        path=[step.hex() for step in path],
        checkpoint=signed_head(head),
        text=_text_of(log, event) if with_text else None,
    )


def _text_of(log: LogStore, event: Event) -> str | None:
    payload = log.payload(getattr(event.data, "text_sha", ""))
    return payload.decode() if payload is not None else None


class Extension(msgspec.Struct, frozen=True):
    """Two signed heads and the Merkle path between them: the log of the second begins with the whole of the first."""

    first: SignedHead
    second: SignedHead
    path: list[str]


def prove_extension(log: LogStore, position: int) -> Extension:
    """Return the proof that the newest signed head extends the one signed at `position`.

    Raises NotFoundError where no checkpoint signed that position, or none since.
    """
    old, new = log.by_key(f"checkpoint:{position}"), log.last_checkpoint()
    if old is None or not isinstance(old.data, CheckpointSigned):
        raise NotFoundError(f"no checkpoint signed position {position}; `monitor log tail --type checkpoint-signed`")
    assert new is not None  # noqa: S101 - there is at least the old one
    assert isinstance(new.data, CheckpointSigned)  # noqa: S101 - its key says so
    path = consistency_path(log.hashes, old.data.at_position, new.data.at_position)
    return Extension(signed_head(old.data), signed_head(new.data), [step.hex() for step in path])


def signed_head(data: CheckpointSigned) -> SignedHead:
    """Return the statement a checkpoint signs."""
    return SignedHead(data.at_position, data.at_hash, data.root, data.public_key, data.signature, data.first_key)


def check_proof(raw: bytes, *, public_key: str = "") -> Proof | Extension:
    """Return the proof if it holds; `public_key` (base64) is the key it must be signed with.

    Raises InputError that says what does not hold.
    """
    try:
        if b'"second"' in raw and b'"checkpoint"' not in raw:
            return _hold_extension(msgspec.json.decode(raw, type=Extension), public_key)
        return _hold_proof(msgspec.json.decode(raw, type=Proof), public_key)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise InputError(f"not a proof: {error}") from error


def _hold_proof(proof: Proof, public_key: str) -> Proof:
    path, prev = [bytes.fromhex(step) for step in proof.path], bytes.fromhex(proof.prev)
    head, data = proof.checkpoint, proof.data.encode()
    line = head_line(proof.recorded_at, proof.type, proof.version, proof.actor)
    leaf = next_hash(prev, canonical(proof.position, line, proof.key, data))
    root = root_from_path(leaf, proof.position - 1, head.position, path)
    if root is None or root.hex() != head.root:
        raise InputError(f"the proof does not hold: event {proof.position} is not under the signed root")
    check_head(head, public_key)
    if proof.text is not None:
        _check_text(proof, data)
    return proof


def _hold_extension(proof: Extension, public_key: str) -> Extension:
    first, second = proof.first, proof.second
    roots = bytes.fromhex(first.root), bytes.fromhex(second.root)
    path = [bytes.fromhex(step) for step in proof.path]
    if not is_consistent(first.position, second.position, *roots, path):
        raise InputError(
            f"the proof does not hold: the log of {second.position} events does not begin with that of {first.position}"
        )
    for head in (first, second):
        check_head(head, public_key)
    return proof


def check_head(head: SignedHead, public_key: str = "") -> None:
    """Raise InputError where a head is not signed by the key it names, or by another than `public_key`."""
    message = statement(head.position, head.hash, head.root, head.first_key)
    if not signed_by(head.public_key, head.signature, message):
        raise InputError("the proof does not hold: the signature is not the key's")
    if public_key and public_key != head.public_key:
        raise InputError(f"the proof is signed by another key: {head.public_key}")


def _check_text(proof: Proof, data: bytes) -> None:
    named = msgspec.json.decode(data, type=dict[str, object]).get("text_sha")
    if payload_sha((proof.text or "").encode()) != named:
        raise InputError("the proof does not hold: the text is not the one the event names")
