#!/usr/bin/env python3
"""Verify a monitor log, export or proof without monitor: one file, the standard library alone.

    python3 verify_log.py log.db [--anchors anchors.jsonl]      the database itself
    python3 verify_log.py export.jsonl[.gz] [--anchors FILE]    an export
    python3 verify_log.py proof.json                            the proof of one event
    add --key BASE64 to demand that every signature is this key's

What it checks (docs/events.md): positions run 1, 2, 3, ...; hash(n) = SHA-256(0x00 || hash(n-1) || canonical(n)) with
hash(0) = 32 zero bytes; canonical(n) is three lines (the position; recorded_at, type, version and actor with a space
between; the key), then the stored JSON bytes; every signed checkpoint holds (Ed25519, RFC 8032) and names a hash the
chain passes through, and so does every anchor; every text has the SHA-256 it is named by.
Exit code: 0 it holds, 1 it does not, 2 wrong usage.
"""

import argparse
import base64
import gzip
import hashlib
import json
import sqlite3
import sys
import zlib
from pathlib import Path
from typing import Any

Point = tuple[int, int, int, int]

# ---- Ed25519 verification, straight from RFC 8032 section 5.1 ----
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def x_of(y: int, sign: int) -> int | None:
    """Return the x coordinate of the curve point with this y, or None."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_M1 % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def point(raw: bytes) -> Point | None:
    """Return the point (extended coordinates) 32 bytes encode, or None."""
    number = int.from_bytes(raw, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    x = x_of(y, sign) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def add(a: Point, b: Point) -> Point:
    """Return the sum of two points."""
    u, v = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    w, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = v - u, z - w, z + w, v + u
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(factor: int, base: Point) -> Point:
    """Return a multiple of a point."""
    result = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            result = add(result, base)
        base, factor = add(base, base), factor >> 1
    return result


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = x_of(BASE_Y, 0) or 0
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def signature_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether an Ed25519 signature is this public key's over this message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment = point(public), point(signature[:32])
    answer = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or answer >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = times(answer, BASE), add(commitment, times(challenge, key))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# ---- the chain ----
def event_hash(prev: bytes, fields: dict[str, Any], data: bytes) -> bytes:
    """Return hash(n) of an event that follows the hash `prev`."""
    head = "{recorded_at} {type} {version} {actor}".format(**fields)
    lines = f"{fields['position']}\n{head}\n{fields['key']}\n".encode()
    return hashlib.sha256(b"\x00" + prev + lines + data).digest()


class Verifier:
    """Takes events and texts one by one and collects what is wrong."""

    def __init__(self, anchors: list[dict[str, Any]], wanted_key: str) -> None:
        self.problems: list[str] = []
        self.n_events = self.n_signed = self.n_texts = 0
        self.prev, self.expected, self.wanted_key = bytes(32), 1, wanted_key
        self.ahead: dict[int, list[str]] = {}  # position -> hashes the anchors say the chain has there
        self.passed: dict[int, str] = {}  # position -> hash of the last events, which a checkpoint may name
        for anchor in anchors:
            if anchor["position"]:
                self.ahead.setdefault(anchor["position"], []).append(anchor["hash"])
            self.signature(f"anchor at {anchor['position']}", anchor, anchor["position"], anchor["hash"])

    def wrong(self, text: str) -> None:
        """Note a problem."""
        if len(self.problems) < 20:
            self.problems.append(text)

    def signature(self, name: str, fields: dict[str, Any], position: int, hash_hex: str) -> None:
        """Check the signature over a head, where there is one."""
        if not fields.get("signature"):
            return
        self.n_signed += 1
        message = f"monitor checkpoint v1\n{position}\n{hash_hex}\n{fields.get('root', '')}\n".encode()
        public, signature = (base64.b64decode(fields[name]) for name in ("public_key", "signature"))
        if not signature_holds(public, message, signature):
            self.wrong(f"{name}: the signature does not hold")
        if self.wanted_key and fields["public_key"] != self.wanted_key:
            self.wrong(f"{name}: signed by another key, {fields['public_key']}")

    def event(self, fields: dict[str, Any], data: bytes, stored: bytes) -> None:
        """Check one event against the one before."""
        position = fields["position"]
        if position != self.expected:
            self.wrong(f"event {self.expected} is missing: the next is {position}")
        if event_hash(self.prev, fields, data) != stored:
            self.wrong(f"event {position}: its hash does not match: it was changed, moved or replaced")
        self.prev, self.expected, self.n_events = stored, position + 1, self.n_events + 1
        if set(self.ahead.pop(position, [])) - {stored.hex()}:
            self.wrong(f"anchor at {position}: the log has another hash there: it was rewritten")
        self.passed[position] = stored.hex()
        self.passed.pop(position - 10_000, None)
        if fields["type"] == "checkpoint-signed":
            signed = json.loads(data)
            name, at, head = f"checkpoint at {position}", signed["at_position"], signed["at_hash"]
            if self.passed.get(at) != head:
                self.wrong(f"{name}: it signed another hash at {at}: the log was rewritten")
            self.signature(name, signed, at, head)

    def text(self, sha: bytes, body: bytes) -> None:
        """Check one payload against its name."""
        self.n_texts += 1
        if hashlib.sha256(body).digest() != sha:
            self.wrong(f"text {sha.hex()[:16]} was changed")

    def finish(self) -> None:
        """Note the anchors the log never reached."""
        for position in sorted(self.ahead):
            self.wrong(f"anchor at {position}: the log ends before it: its tail was cut")


def verify_database(path: Path, verifier: Verifier) -> None:
    """Feed every event and text of a log.db to the verifier."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    for position, head, key, data, stored in db.execute(
        "SELECT position, head, key, data, hash FROM events ORDER BY 1"
    ):
        recorded_at, kind, version, actor = head.split(" ", 3)
        fields = {"recorded_at": recorded_at, "type": kind, "version": version, "actor": actor}
        verifier.event({"position": position, "key": key, **fields}, data, stored)
    for sha, form, body in db.execute("SELECT sha, form, body FROM payloads WHERE form IN (1, 2)"):
        try:
            verifier.text(sha, zlib.decompress(body) if form == 2 else body)
        except zlib.error:
            verifier.wrong(f"text {sha.hex()[:16]} was changed")


def verify_export(path: Path, verifier: Verifier) -> None:
    """Feed every line of an export to the verifier. `data` is last in its line, so its bytes can be cut out."""
    complete = False
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        for line in lines:
            start, _, data = line.rstrip(b"\n").partition(b',"data":')
            fields = json.loads(start + b"}") if data else json.loads(line)
            if data:
                verifier.event(fields, data[:-1], bytes.fromhex(fields["hash"]))
            elif "payload" in fields and "text" in fields:
                verifier.text(bytes.fromhex(fields["payload"]), fields["text"].encode())
            elif "payload" in fields and "base64" in fields:
                verifier.text(bytes.fromhex(fields["payload"]), base64.b64decode(fields["base64"]))
            elif "end" in fields:
                complete = fields["end"]["position"] == verifier.expected - 1
                complete = complete and fields["end"]["hash"] == verifier.prev.hex()
    if not complete:
        verifier.wrong("the export has no matching end line: it was cut short")


def verify_proof(proof: dict[str, Any], verifier: Verifier) -> None:
    """Check the proof of one event: event hash, Merkle path (RFC 9162, 2.1.3.2), signature, text."""
    node = event_hash(bytes.fromhex(proof["prev"]), proof, proof["data"].encode())
    head = proof["checkpoint"]
    index, last = proof["position"] - 1, head["position"] - 1
    for step in map(bytes.fromhex, proof["path"]):
        if index & 1 or index == last:
            node = hashlib.sha256(b"\x01" + step + node).digest()
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + step).digest()
        index, last = index >> 1, last >> 1
    if last != 0 or node.hex() != head["root"]:
        verifier.wrong("the event is not under the signed root")
    verifier.signature("the checkpoint", head, head["position"], head["hash"])
    if not verifier.n_signed:
        verifier.wrong("the proof is not signed")
    if proof.get("text") is not None:
        verifier.text(bytes.fromhex(json.loads(proof["data"])["text_sha"]), proof["text"].encode())
    verifier.n_events = 1


def read_anchors(path: Path) -> list[dict[str, Any]]:
    """Return the anchors that hold: a line that says `restored` voids the earlier ones beyond it."""
    kept: list[dict[str, Any]] = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            anchor = json.loads(line) if line.endswith("\n") and line.strip() else None
            if anchor and anchor.get("restored"):
                kept = [earlier for earlier in kept if earlier["position"] <= anchor["position"]]
            kept += [anchor] if anchor else []
    return kept


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--anchors", type=Path)
    parser.add_argument("--key", default="")
    args = parser.parse_args()
    verifier = Verifier(read_anchors(args.anchors) if args.anchors else [], args.key)
    try:
        with args.path.open("rb") as handle:
            start = handle.read(16)
        if start == b"SQLite format 3\x00":
            verify_database(args.path, verifier)
        elif args.path.suffix == ".json":
            verify_proof(json.loads(args.path.read_bytes()), verifier)
        else:
            verify_export(args.path, verifier)
        verifier.finish()
    except (sqlite3.Error, ValueError, KeyError, TypeError, EOFError, OSError) as error:
        verifier.wrong(f"cannot be read to its end: {type(error).__name__}: {error}")
    for problem in verifier.problems:
        print(f"WRONG  {problem}")
    counts = f"{verifier.n_events} event(s), {verifier.n_signed} signature(s), {verifier.n_texts} text(s)"
    print(f"{'does not hold' if verifier.problems else 'holds'}: {counts}; head {verifier.prev.hex()[:16]}")
    return 1 if verifier.problems else 0


if __name__ == "__main__":
    sys.exit(main())
