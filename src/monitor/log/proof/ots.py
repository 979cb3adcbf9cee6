"""OpenTimestamps proofs: a tree of operations from a head to what a calendar, or Bitcoin's chain, keeps of it.

A calendar answers at once with a promise (a *pending* attestation) and hours later with the way to the Merkle root of
a block. The format is that of the field's own client, which reads the files written here: a magic line, the hash that
was stamped, then for each message its attestations (0x00, eight bytes of kind, a payload) and operations (a tag, for
some an argument, and what follows from the result), 0xff before each but the last. Owns reading, joining and writing;
asking a calendar is surfaces/witness.py's. Whether a block has the root that a proof ends in is for the reader's own
copy of the chain to say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import msgspec

from monitor.errors import InputError

MAGIC = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01"  # with the version, 1
PENDING, BITCOIN = bytes.fromhex("83dfe30d2ef90c8e"), bytes.fromhex("0588960d73d71901")
MAX_BYTES, MAX_DEPTH = 4096, 200  # of a message or an argument; of operations one after the other
_ATTESTATION, _MORE, _SHA256, _APPEND, _PREPEND = 0x00, 0xFF, 0x08, 0xF0, 0xF1
_BINARY: dict[int, Callable[[bytes, bytes], bytes]] = {
    _APPEND: lambda message, argument: message + argument,
    _PREPEND: lambda message, argument: argument + message,
}
_UNARY: dict[int, Callable[[bytes], bytes]] = {
    0x02: lambda message: hashlib.sha1(message, usedforsecurity=False).digest(),
    _SHA256: lambda message: hashlib.sha256(message).digest(),
    0xF2: lambda message: message[::-1],
    0xF3: lambda message: message.hex().encode(),
}


class Operation(msgspec.Struct):
    """An operation on a message, and what is known of its result."""

    tag: int
    argument: bytes
    proof: ChainProof


class ChainProof(msgspec.Struct):
    """What is known of a message: the (kind, payload) of those who attest it, and the steps that lead on from it."""

    message: bytes
    attested: list[tuple[bytes, bytes]] = []
    steps: list[Operation] = []


def read_answer(message: bytes, content: bytes) -> ChainProof:
    """Return what a calendar answered about `message`. Raises InputError where it is no proof."""
    source = _Source(content)
    proof = _read(source, message, 0)
    source.end()
    return proof


def read_file(content: bytes) -> ChainProof:
    """Return the proof in a file (.ots). Raises InputError where it is none, or stamps another kind of hash."""
    if not content.startswith(MAGIC):
        raise InputError("not an OpenTimestamps proof of version 1")
    rest = content[len(MAGIC) :]
    if rest[:1] != bytes([_SHA256]) or len(rest) < 33:
        raise InputError("the proof is of another hash than SHA-256")
    return read_answer(rest[1:33], rest[33:])


def write_file(proof: ChainProof) -> bytes:
    """Return the content of a proof's file (.ots)."""
    return MAGIC + bytes([_SHA256]) + proof.message + _written(proof)


def waiting(proof: ChainProof) -> list[tuple[str, bytes]]:
    """Return the (address of a calendar, message to ask it for) of what was promised, where no block is known yet."""
    if in_blocks(proof):
        return []
    return [
        (_Source(payload).some().decode("ascii", "replace"), each.message)
        for each in _all(proof)
        for kind, payload in each.attested
        if kind == PENDING
    ]


def in_blocks(proof: ChainProof) -> list[tuple[int, str]]:
    """Return the (height, Merkle root in hex, as block explorers print it) of the Bitcoin blocks that hold it."""
    return [
        (_Source(payload).number(), each.message[::-1].hex())
        for each in _all(proof)
        for kind, payload in each.attested
        if kind == BITCOIN
    ]


def join(proof: ChainProof, found: ChainProof) -> None:
    """Add what was found out about a message to a proof that leads to it."""
    for each in _all(proof):
        if each.message == found.message:
            each.attested += [item for item in found.attested if item not in each.attested]
            each.steps += found.steps
            return


def _all(proof: ChainProof) -> Iterator[ChainProof]:
    yield proof
    for step in proof.steps:
        yield from _all(step.proof)


class _Source:
    """Bytes that are read from the front. Every method raises InputError where they end too early."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def take(self, n: int) -> bytes:
        taken = self._content[self._at : self._at + n]
        if len(taken) < n:
            raise InputError("the proof ends in the middle")
        self._at += n
        return taken

    def number(self) -> int:
        """Read a number of any size up to 63 bits, seven bits a byte, the lowest first."""
        total = 0
        for shift in range(0, 63, 7):
            byte = self.take(1)[0]
            total |= (byte & 0x7F) << shift
            if byte < 0x80:
                return total
        raise InputError("the proof holds a number too large")

    def some(self) -> bytes:
        """Read bytes that say how many they are."""
        n = self.number()
        if n > MAX_BYTES:
            raise InputError(f"the proof holds {n} bytes where at most {MAX_BYTES} may be")
        return self.take(n)

    def end(self) -> None:
        if self._at < len(self._content):
            raise InputError("the proof has bytes after its end")


def _read(source: _Source, message: bytes, depth: int) -> ChainProof:
    if depth > MAX_DEPTH:
        raise InputError(f"the proof has over {MAX_DEPTH} steps one after the other")
    proof, more = ChainProof(message), True
    while more:
        tag = source.take(1)[0]
        more = tag == _MORE
        tag = source.take(1)[0] if more else tag
        if tag == _ATTESTATION:
            proof.attested.append(_attested(source))
            continue
        argument = source.some() if tag in _BINARY else b""
        result = _result(tag, message, argument)
        proof.steps.append(Operation(tag, argument, _read(source, result, depth + 1)))
    return proof


def _attested(source: _Source) -> tuple[bytes, bytes]:
    """Read who attests a message; of the kinds that are known here the payload is one that can be read later."""
    kind, payload = source.take(8), source.some()
    if kind == PENDING:
        _Source(payload).some()
    elif kind == BITCOIN:
        _Source(payload).number()
    return kind, payload


def _result(tag: int, message: bytes, argument: bytes) -> bytes:
    if tag in _BINARY:
        result = _BINARY[tag](message, argument)
    elif tag in _UNARY:
        result = _UNARY[tag](message)
    else:
        raise InputError(f"the proof has an operation that is not known here: 0x{tag:02x}")
    if len(result) > MAX_BYTES:
        raise InputError(f"the proof makes a message of over {MAX_BYTES} bytes")
    return result


def _written(proof: ChainProof) -> bytes:
    parts = [bytes([_ATTESTATION]) + kind + _counted(payload) for kind, payload in sorted(proof.attested)]
    for step in sorted(proof.steps, key=lambda step: (step.tag, step.argument)):
        argument = _counted(step.argument) if step.tag in _BINARY else b""
        parts.append(bytes([step.tag]) + argument + _written(step.proof))
    return b"".join(bytes([_MORE]) + part for part in parts[:-1]) + parts[-1]


def _counted(content: bytes) -> bytes:
    n, size = len(content), bytearray()
    while n > 0x7F:
        size.append(n & 0x7F | 0x80)
        n >>= 7
    return bytes([*size, n]) + content
