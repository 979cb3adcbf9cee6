"""A proof that one event is in the log, small enough to mail, verified offline and without the log.

It holds the event, the Merkle path from its hash to a signed root, and the signature: about 1.5 kB at a million
events, and nothing of the other events. docs/events.md describes the file; tools/verify_log.py checks it too.
"""

from __future__ import annotations

import msgspec

from monitor.errors import InputError, NotFoundError
from monitor.log.chain import canonical, head_line, next_hash
from monitor.log.checkpoints import signature_holds
from monitor.log.events import CheckpointSigned, Event
from monitor.log.merkle import inclusion_path, root_from_path
from monitor.log.payloads import payload_sha
from monitor.log.sqlite import SqliteLog


class SignedHead(msgspec.Struct, frozen=True):
    """The signed statement a proof ends in."""

    position: int
    hash: str
    root: str
    public_key: str
    signature: str


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


def prove(log: SqliteLog, position: int, *, with_text: bool = False) -> Proof:
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
        checkpoint=SignedHead(head.at_position, head.at_hash, head.root, head.public_key, head.signature),
        text=_text_of(log, event) if with_text else None,
    )


def _text_of(log: SqliteLog, event: Event) -> str | None:
    payload = log.payload(getattr(event.data, "text_sha", ""))
    return payload.decode() if payload is not None else None


def check_proof(raw: bytes, *, public_key: str = "") -> Proof:
    """Return the proof if it holds; `public_key` (base64) is the key it must be signed with.

    Raises InputError that says what does not hold.
    """
    try:
        proof = msgspec.json.decode(raw, type=Proof)
        path, prev = [bytes.fromhex(step) for step in proof.path], bytes.fromhex(proof.prev)
    except (msgspec.DecodeError, ValueError) as error:
        raise InputError(f"not a proof: {error}") from error
    head, data = proof.checkpoint, proof.data.encode()
    line = head_line(proof.recorded_at, proof.type, proof.version, proof.actor)
    leaf = next_hash(prev, canonical(proof.position, line, proof.key, data))
    root = root_from_path(leaf, proof.position - 1, head.position, path)
    if root is None or root.hex() != head.root:
        raise InputError(f"the proof does not hold: event {proof.position} is not under the signed root")
    if not signature_holds(head.position, head.hash, head.root, head.public_key, head.signature):
        raise InputError("the proof does not hold: the signature is not the key's")
    if public_key and public_key != head.public_key:
        raise InputError(f"the proof is signed by another key: {head.public_key}")
    if proof.text is not None:
        _check_text(proof, data)
    return proof


def _check_text(proof: Proof, data: bytes) -> None:
    named = msgspec.json.decode(data).get("text_sha")
    if payload_sha((proof.text or "").encode()) != named:
        raise InputError("the proof does not hold: the text is not the one the event names")
