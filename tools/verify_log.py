#!/usr/bin/env python3
"""Verify a monitor log, export or proof without monitor: one file, the standard library alone.

    python3 verify_log.py log.db [--anchors anchors.jsonl]      the database itself
    python3 verify_log.py export.jsonl[.gz] [--anchors FILE]    an export
    python3 verify_log.py proof.json                            the proof of one event, or that one head extends another
    add --key BASE64 (more than once if need be) to believe no other key

What it checks (docs/events.md): positions run 1, 2, 3, ...; hash(n) = SHA-256(0x00 || hash(n-1) || canonical(n)) with
hash(0) = 32 zero bytes; canonical(n) is three lines (the position; recorded_at, type, version and actor with a space
between; the key), then the stored JSON bytes; every signed checkpoint holds (Ed25519, RFC 8032), names a hash the chain
passes through and a key the first one leads to, and so does every anchor; every text has the SHA-256 it is named by.
Exit code: 0 it holds, 1 it does not, 2 wrong usage, 3 it could not be checked (and why).
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
DAMAGE = ("malformed", "not a database", "no such table", "no such column", "unsupported file format")

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


def signed(public: str, signature: str, message: str) -> bool:
    """Return whether a signature (base64) is the key's (base64) over this text."""
    try:
        return signature_holds(base64.b64decode(public), message.encode(), base64.b64decode(signature))
    except ValueError:
        return False


# ---- the chain ----
def event_hash(prev: bytes, fields: dict[str, Any], data: bytes) -> bytes:
    """Return hash(n) of an event that follows the hash `prev`."""
    head = "{recorded_at} {type} {version} {actor}".format(**fields)
    lines = f"{fields['position']}\n{head}\n{fields['key']}\n".encode()
    return hashlib.sha256(b"\x00" + prev + lines + data).digest()


class Verifier:
    """Takes events and texts one by one and collects what is wrong, and what nobody vouches for."""

    def __init__(self, anchors: list[dict[str, Any]], keys: list[str]) -> None:
        self.problems: list[str] = []
        self.doubts: list[str] = []
        self.notes: list[str] = []
        self.n_events = self.n_signed = self.n_texts = 0
        self.prev, self.expected = bytes(32), 1
        self.anchors = anchors
        self.at: dict[int, str] = dict.fromkeys((anchor["position"] for anchor in anchors), "")
        self.passed: dict[int, str] = {0: "0" * 64}  # position -> hash of the last events, which a checkpoint may name
        self.known, self.vouched, self.first = set(keys), set(keys), ""
        self.retired: dict[str, int] = {}

    def wrong(self, text: str) -> None:
        """Note a problem."""
        if len(self.problems) < 20:
            self.problems.append(text)

    def key(self, name: str, key: str, first: str, position: int) -> None:
        """Judge a key that signed: the first is pinned, another must have been signed in by the one before it."""
        if not self.first:
            self.first = first or key
            self.vouched |= set() if self.known else {self.first}
        if first and first != self.first:
            self.wrong(f"{name}: it names another first key, {first}, than the log's, {self.first}")
        if position > self.retired.get(key, position):
            self.wrong(f"{name}: its key was given up at event {self.retired[key]}")
        elif key not in self.vouched and self.known:
            self.wrong(f"{name}: signed by another key, {key}")
        elif key not in self.vouched:
            self.doubts.append(f"{name}: signed by {key}, a key that {self.first} did not hand over to")

    def signature(self, name: str, fields: dict[str, Any], position: int, hash_hex: str, at: int) -> None:
        """Check the signature over a head, where there is one; it is recorded at event `at`."""
        if not fields.get("signature"):
            return
        self.n_signed += 1
        first = fields.get("first_key", "")
        version, rest = ("v2", f"{first}\n") if first else ("v1", "")
        message = f"monitor checkpoint {version}\n{position}\n{hash_hex}\n{fields.get('root', '')}\n{rest}"
        if not signed(fields["public_key"], fields["signature"], message):
            self.wrong(f"{name}: the signature does not hold")
        self.key(name, fields["public_key"], first, at)

    def event(self, fields: dict[str, Any], data: bytes, stored: bytes | None) -> None:
        """Check one event against the one before; of a pack, only the last event's hash is stored."""
        position = fields["position"]
        if position != self.expected:
            self.wrong(f"event {self.expected} is missing: the next is {position}")
        hashed = event_hash(self.prev, fields, data)
        stored = hashed if stored is None else stored
        if hashed != stored:
            self.wrong(
                f"event {position}: its hash does not match: it, or one of its pack, was changed, moved or replaced"
            )
        self.prev, self.expected, self.n_events = stored, position + 1, self.n_events + 1
        if position in self.at:
            self.at[position] = stored.hex()
        self.passed[position] = stored.hex()
        self.passed.pop(position - 10_000, None)
        if fields["type"] in {"checkpoint-signed", "signing-key-changed"}:
            said = json.loads(data)
            name, at, head = f"{fields['type']} at {position}", said["at_position"], said["at_hash"]
            if self.passed.get(at) != head:
                self.wrong(f"{name}: it signed another hash at {at}: the log was rewritten")
            if fields["type"] == "checkpoint-signed":
                self.signature(name, said, at, head, position)
            else:
                self.new_key(name, said, position)

    def new_key(self, name: str, said: dict[str, Any], position: int) -> None:
        """Take a change of key: both must have signed it, or nobody vouches for the new one."""
        old, new = said["old_key"], said["new_key"]
        message = f"monitor key v1\n{said['at_position']}\n{said['at_hash']}\n{old}\n{new}\n"
        if not signed(new, said["new_signature"], message):
            self.wrong(f"{name}: the new key's signature does not hold")
        if said.get("old_signature") and not signed(old, said["old_signature"], message):
            self.wrong(f"{name}: the old key's signature does not hold")
        elif said.get("old_signature") and old in self.vouched and old not in self.retired:
            self.vouched.add(new)
            self.retired[old] = position
        elif new not in self.vouched:
            self.doubts.append(f"{name}: {new} is a key that {self.first} did not hand over to")

    def text(self, sha: bytes, body: bytes) -> None:
        """Check one payload against its name."""
        self.n_texts += 1
        if hashlib.sha256(body).digest() != sha:
            self.wrong(f"text {sha.hex()[:16]} was changed")

    def restore_holds(self, line: dict[str, Any]) -> bool:
        """Return whether a line that says the log was put back is signed by the log's key."""
        text = f"{line['position']}\n{line['hash']}\n{line.get('recorded_at', '')}\n{line.get('note', '')}"
        good = line.get("public_key") in self.vouched
        return good and signed(line["public_key"], line.get("signature", ""), f"monitor restore v1\n{text}\n")

    def finish(self) -> None:
        """Hold the chain against the anchors: a signed restore voids those beyond it, an unsigned one is doubted."""
        restores = {
            (line["position"], line["hash"])
            for line in self.anchors
            if line.get("restored") and self.restore_holds(line)
        }
        kept: list[dict[str, Any]] = []
        doubtful: list[tuple[dict[str, Any], dict[str, Any]]] = []
        for line in self.anchors:
            if line.get("restored"):
                beyond = [earlier for earlier in kept if earlier["position"] > line["position"]]
                kept = [earlier for earlier in kept if earlier["position"] <= line["position"]]
                if (line["position"], line["hash"]) in restores:
                    doubtful = [pair for pair in doubtful if pair[0]["position"] <= line["position"]]
                    note = (
                        f"put back to event {line['position']}, {line.get('recorded_at', '')}: {line.get('note', '')}"
                    )
                    self.notes += [note] if note not in self.notes else []
                else:
                    doubtful += [(earlier, line) for earlier in beyond]
            kept.append(line)
        for anchor in kept:
            self.anchor(anchor)
        for anchor, line in doubtful:
            if self.at.get(anchor["position"]) != anchor["hash"]:
                self.doubts.append(
                    f"anchor at {anchor['position']} is not met, and an unsigned line says that the log "
                    f"was put back to event {line['position']}"
                )

    def anchor(self, anchor: dict[str, Any]) -> None:
        """Check one anchor."""
        position, name = anchor["position"], f"anchor at {anchor['position']}"
        if position and position >= self.expected:
            self.wrong(f"{name}: the log ends before it: its tail was cut")
        elif position and self.at[position] != anchor["hash"]:
            self.wrong(f"{name}: the log has another hash there: it was rewritten")
        elif not anchor.get("restored"):
            self.signature(name, anchor, position, anchor["hash"], position)


def fields_of(position: int, head: str, key: str) -> dict[str, Any]:
    """Return the fields of a stored event."""
    recorded_at, kind, version, actor = head.split(" ", 3)
    return {
        "position": position, "recorded_at": recorded_at, "type": kind, "version": version, "actor": actor, "key": key
    }  # fmt: skip


def verify_packs(db: sqlite3.Connection, verifier: Verifier) -> None:
    """Feed the events of every pack to the verifier: head, key and data line by line, deflated as one.

    Of their hashes the last is stored; the chain gives the others, and must end in it.
    """
    for first, last, pack_hash, body in db.execute("SELECT first, last, hash, body FROM packs ORDER BY first"):
        try:
            lines = zlib.decompress(body).split(b"\n")
        except zlib.error:
            lines = []
        if len(lines) != 3 * (last - first + 1):
            verifier.wrong(f"events {first} to {last}: their pack was changed")
            lines = []
        for number in range(0, len(lines), 3):
            position = first + number // 3
            head, key, data = lines[number : number + 3]
            fields = fields_of(position, head.decode(), key.decode())
            verifier.event(fields, data, pack_hash if position == last else None)
        if not lines:
            verifier.prev, verifier.expected = pack_hash, last + 1


def verify_database(path: Path, verifier: Verifier) -> None:
    """Feed every event and text of a log.db to the verifier."""
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    db.execute("BEGIN")  # one moment of the log, whoever appends meanwhile
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'packs'").fetchone():
        verify_packs(db, verifier)
    for position, head, key, data, stored in db.execute(
        "SELECT position, head, key, data, hash FROM events ORDER BY 1"
    ):
        verifier.event(fields_of(position, head, key), data, stored)
    words = b""
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'dictionaries'").fetchone():
        words = (db.execute("SELECT words FROM dictionaries WHERE form = 4").fetchone() or (b"",))[0]
    for sha, form, body in db.execute("SELECT sha, form, body FROM payloads WHERE form IN (1, 2, 4)"):
        try:
            if form == 4:
                body = zlib.decompressobj(-zlib.MAX_WBITS, zdict=words).decompress(body)
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
    if "first" in proof:
        verify_consistency(proof, verifier)
        return
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
    verifier.signature("the checkpoint", head, head["position"], head["hash"], head["position"])
    if not verifier.n_signed:
        verifier.wrong("the proof is not signed")
    if proof.get("text") is not None:
        verifier.text(bytes.fromhex(json.loads(proof["data"])["text_sha"]), proof["text"].encode())
    verifier.n_events = 1


def verify_consistency(proof: dict[str, Any], verifier: Verifier) -> None:
    """Check that the log of the second signed head begins with the whole log of the first (RFC 9162, 2.1.4.2)."""
    heads = proof["first"], proof["second"]
    size, total = (head["position"] for head in heads)
    path = [bytes.fromhex(step) for step in proof["path"]]
    if size < 1 or size > total or (size == total) == bool(path):
        verifier.wrong("the path does not fit the two sizes")
        return
    steps = path if size & (size - 1) else [bytes.fromhex(heads[0]["root"]), *path]
    one = two = steps[0] if steps else bytes.fromhex(heads[0]["root"])
    index, last = size - 1, total - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    for step in steps[1:]:
        if last == 0:
            verifier.wrong("the path is too long")
            return
        if index & 1 or index == last:
            one = hashlib.sha256(b"\x01" + step + one).digest()
            two = hashlib.sha256(b"\x01" + step + two).digest()
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            two = hashlib.sha256(b"\x01" + two + step).digest()
        index, last = index >> 1, last >> 1
    if (one.hex(), two.hex()) != (heads[0]["root"], heads[1]["root"]) or (size < total and last):
        verifier.wrong(f"the log of {total} events does not begin with that of {size}: it was rewritten")
    for head in heads:
        verifier.signature(f"the head at {head['position']}", head, head["position"], head["hash"], head["position"])
    if verifier.n_signed < 2:
        verifier.wrong("the heads are not signed")
    verifier.n_events = total


def read_anchors(path: Path) -> list[dict[str, Any]]:
    """Return every line of an anchors file; one without its line break was cut short, and is passed over."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.endswith("\n") and line.strip()]


def look(path: Path, verifier: Verifier) -> None:
    """Verify whatever kind of file it is; what is wrong with it, and what kept it from being read, is noted."""
    try:
        with path.open("rb") as handle:
            start = handle.read(16)
        if start == b"SQLite format 3\x00":
            verify_database(path, verifier)
        elif path.suffix == ".json":
            verify_proof(json.loads(path.read_bytes()), verifier)
        else:
            verify_export(path, verifier)
        verifier.finish()
    except (OSError, MemoryError) as error:
        verifier.doubts.append(f"cannot be read: {type(error).__name__}: {error}")
    except sqlite3.Error as error:
        damaged = isinstance(error, sqlite3.DatabaseError) and any(word in str(error) for word in DAMAGE)
        (verifier.wrong if damaged else verifier.doubts.append)(f"cannot be read: {error}")
    except (ValueError, KeyError, TypeError, EOFError, AttributeError, RecursionError) as error:
        verifier.wrong(f"cannot be read to its end: {type(error).__name__}: {error}")


def shown(text: str) -> str:
    """Return a text without what a terminal would act on."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--anchors", type=Path)
    parser.add_argument("--key", action="append", default=[])
    args = parser.parse_args()
    try:
        anchors = read_anchors(args.anchors) if args.anchors else []  # before the log: others may append meanwhile
    except (OSError, ValueError) as error:
        print(f"could not be checked: {args.anchors}: {error}")
        return 3
    verifier = Verifier(anchors, args.key)
    look(args.path, verifier)
    for problem in verifier.problems:
        print(f"WRONG  {shown(problem)}")
    for note in verifier.notes:
        print(f"note   signed by the log's key: {shown(note)}")
    for doubt in verifier.doubts[:20]:
        print(f"doubt  {shown(doubt)}")
    counts = f"{verifier.n_events} event(s), {verifier.n_signed} signature(s), {verifier.n_texts} text(s)"
    verdict = "does not hold" if verifier.problems else "could not be checked" if verifier.doubts else "holds"
    print(f"{verdict}: {counts}; head {verifier.prev.hex()[:16]}")
    return 1 if verifier.problems else 3 if verifier.doubts else 0


if __name__ == "__main__":
    sys.exit(main())
