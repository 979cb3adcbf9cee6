"""Receipts: signed heads of a log as somebody elsewhere keeps them, and what they are worth.

A receipt is a line of an anchors file, so both verifiers read it; a cosigned one carries another monitor's signature,
a timestamped one an answer by RFC 3161, a stamped one a proof of OpenTimestamps. Owns these and no sending
(surfaces/witness.py). The library for RFC 3161 is the extra `witness`, imported when one is checked.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Iterable
from pathlib import Path

import msgspec

from monitor.errors import InputError, LogBrokenError, MissingExtraError
from monitor.log.proof import ots
from monitor.log.proof.anchors import Anchor
from monitor.log.proof.trust import signed_by, statement


class Receipt(Anchor, frozen=True, kw_only=True, omit_defaults=True):
    """A signed head somebody else has seen: `cosigner` (a public key) signed it too, or `token` is a timestamp.

    `stamp` is a proof of OpenTimestamps in base64.
    """

    cosigner: str = ""
    cosignature: str = ""
    cosigned_at: str = ""
    token: str = ""
    stamp: str = ""


class ReceiptCheck(msgspec.Struct, frozen=True):
    """What receipts say beside their heads: lines for a person, what is wrong, and what could not be checked."""

    notes: list[str] = []
    wrong: list[str] = []
    doubts: list[str] = []


def head_bytes(head: Anchor) -> bytes:
    """Return the bytes a witness vouches for: those of a head that the log's own key signed, and the signature."""
    return statement(head.position, head.hash, head.root, head.first_key) + head.signature.encode() + b"\n"


def stamped_bytes(head: Anchor) -> bytes:
    """Return the 32 bytes that a calendar stamps."""
    return hashlib.sha256(head_bytes(head)).digest()


def cosign_bytes(head: Anchor, at: str) -> bytes:
    """Return the bytes a cosigner signs."""
    return b"monitor cosign v1\n" + at.encode() + b"\n" + head_bytes(head)


def read_receipts(content: bytes, name: str) -> list[Receipt]:
    """Return the receipts of a file, oldest first; a last line cut short is passed over. Raises LogBrokenError."""
    found = []
    for number, line in enumerate(content.split(b"\n")[:-1], 1):
        if line.strip():
            try:
                found.append(msgspec.json.decode(line, type=Receipt))
            except msgspec.DecodeError as error:
                raise LogBrokenError(f"{name}: line {number} is no receipt ({error})") from error
    return found


def check_receipts(
    receipts: Iterable[Receipt], *, cosigners: Iterable[str] = (), tsa_roots: Iterable[Path] = ()
) -> ReceiptCheck:
    """Check cosignatures by the `cosigners` known and timestamps by the roots (PEM) trusted.

    Raises MissingExtraError where there are timestamps to check and the library is missing, InputError for a bad root.
    """
    checked, cosigners, roots = ReceiptCheck(), list(cosigners), list(tsa_roots)
    receipts = list(receipts)
    for receipt in receipts:
        _check_cosignature(receipt, cosigners, checked)
    for receipt in {receipt.position: receipt for receipt in receipts if receipt.stamp}.values():
        _check_stamp(receipt, checked)
    stamped = [receipt for receipt in receipts if receipt.token]
    if stamped and not roots:
        checked.notes.append(f"{len(stamped)} timestamp(s) were not checked: name the authority's root with --tsa-ca")
    elif stamped:
        _check_timestamps(stamped, roots, checked)
    return checked


def _check_cosignature(receipt: Receipt, cosigners: list[str], checked: ReceiptCheck) -> None:
    name = f"the head at {receipt.position}"
    if not receipt.cosignature:
        if cosigners:
            checked.doubts.append(f"{name} is not cosigned")
    elif not signed_by(receipt.cosigner, receipt.cosignature, cosign_bytes(receipt, receipt.cosigned_at)):
        checked.wrong.append(f"{name} has a cosignature that does not hold")
    elif cosigners and receipt.cosigner not in cosigners:
        checked.doubts.append(f"{name} is cosigned by another key than you named: {receipt.cosigner}")
    else:
        checked.notes.append(f"{name} was cosigned at {receipt.cosigned_at} by {receipt.cosigner}")


def stamp_of(receipt: Receipt) -> ots.ChainProof:
    """Return a receipt's proof of OpenTimestamps. Raises InputError where it is none, or of another head."""
    try:
        proof = ots.read_file(b64decode(receipt.stamp, validate=True))
    except ValueError as error:
        raise InputError(f"not in base64: {error}") from error
    if proof.message != stamped_bytes(receipt):
        raise InputError("it is of other bytes than this head's")
    return proof


def _check_stamp(receipt: Receipt, checked: ReceiptCheck) -> None:
    """Note which block a head is said to be in; that the block is so is for the reader's copy of the chain to say."""
    name = f"the head at {receipt.position}"
    try:
        proof = stamp_of(receipt)
    except InputError as error:
        checked.wrong.append(f"{name} has an OpenTimestamps proof that does not hold: {error}")
        return
    blocks = ots.in_blocks(proof)
    for height, root in blocks:
        checked.notes.append(f"{name} is in Bitcoin's block {height}, if that block's Merkle root is {root}")
    if not blocks:
        where = ", ".join(address for address, _ in ots.waiting(proof)) or "nobody"
        checked.notes.append(f"{name} is promised to be put into a block by {where}; `monitor log witness` asks again")


def _check_timestamps(receipts: list[Receipt], roots: list[Path], checked: ReceiptCheck) -> None:
    try:
        from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response
    except ImportError as error:
        raise MissingExtraError("checking a timestamp", "witness") from error
    from cryptography import x509

    builder = VerifierBuilder()
    for root in roots:
        try:
            builder = builder.add_root_certificate(x509.load_pem_x509_certificate(root.read_bytes()))
        except (OSError, ValueError) as error:
            raise InputError(f"{root}: not a certificate in PEM form ({error})") from error
    verifier = builder.build()
    for receipt in receipts:
        try:
            answer = decode_timestamp_response(b64decode(receipt.token, validate=True))
            verifier.verify_message(answer, head_bytes(receipt))
        except (VerificationError, ValueError) as error:
            checked.wrong.append(f"the timestamp of the head at {receipt.position} does not hold: {error}")
        else:
            at = answer.tst_info.gen_time.isoformat()
            checked.notes.append(f"the head at {receipt.position} existed at {at}, says a time-stamping authority")
