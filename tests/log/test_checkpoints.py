"""Signed heads, Merkle proofs that verify offline, and anchors that outlive a torn write."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import InputError, LogBrokenError, NotFoundError
from monitor.log.chain import canonical, head_line, next_hash
from monitor.log.codec import iso, parse_iso
from monitor.log.events import CheckpointSigned, EntrySeen, NewEvent
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.proof.anchors import Anchor, anchors_path, last_anchor, read_anchors, write_anchor
from monitor.log.proof.checkpoints import checkpoint_if_due, sign_checkpoint, signing_key
from monitor.log.proof.inclusion import Extension, Proof, check_proof, prove, prove_extension
from monitor.log.proof.merkle import (
    consistency_path,
    grow,
    inclusion_path,
    is_consistent,
    node,
    root_from_path,
    root_of,
)
from monitor.log.proof.trust import Trust, holding, statement
from monitor.log.sqlite.store import SqliteLog
from monitor.log.sqlite.verify import verify_log
from monitor.surfaces.cli.main import run
from tests.conftest import ROOT
from tests.log.conftest import AT, label


def leaves(n: int) -> list[bytes]:
    return [sha256(bytes([0, index % 256, index // 256])).digest() for index in range(n)]


def rfc_root(hashes: list[bytes]) -> bytes:
    """The Merkle tree hash as RFC 9162 defines it, by recursion."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node(rfc_root(hashes[:split]), rfc_root(hashes[split:]))


@given(n=st.integers(1, 200), data=st.data())
@settings(max_examples=60, deadline=None)
def test_every_leaf_is_proved_and_no_other(n: int, data: st.DataObject) -> None:
    hashes = leaves(n)
    index = data.draw(st.integers(0, n - 1))
    root = root_of(grow([], 0, hashes)[0])
    assert root == rfc_root(hashes)
    path = inclusion_path(lambda start, end: hashes[start:end], index, n)
    assert root_from_path(hashes[index], index, n, path) == root
    assert root_from_path(b"\1" * 32, index, n, path) != root
    assert root_from_path(hashes[index], index, n, [*path, b"\1" * 32]) is None
    if n > 1:
        other = (index + 1) % n
        assert root_from_path(hashes[index], other, n, path) != root


@given(cut=st.integers(0, 100), n=st.integers(1, 100))
@settings(max_examples=40, deadline=None)
def test_a_tree_grown_in_two_steps_is_the_same_tree(cut: int, n: int) -> None:
    hashes = leaves(n)
    cut = min(cut, n)
    peaks, count = grow([], 0, hashes[:cut])
    assert grow(peaks, count, hashes[cut:]) == grow([], 0, hashes)


def test_a_checkpoint_signs_the_head_and_the_next_one_grows_its_tree(log: SqliteLog) -> None:
    for n in range(5):
        log.append([label(10 * n + step) for step in range(n + 1)], recorded_at=AT)
        assert sign_checkpoint(log, recorded_at=AT) is not None
        assert sign_checkpoint(log, recorded_at=AT) is None
    signed = log.last_checkpoint()
    assert signed is not None
    assert isinstance(signed.data, CheckpointSigned)
    assert (
        signed.data.root
        == rfc_root([bytes.fromhex(event.hash) for event in log.read(upto=signed.data.at_position)]).hex()
    )
    assert signed.data.at_hash == log.get(signed.data.at_position).hash  # type: ignore[union-attr]
    report = verify_log(log.path, read_anchors(anchors_path(log.path)))
    assert (report.problems, report.n_checkpoints, report.n_anchors) == ([], 5, 5)


@pytest.mark.parametrize("right", [True, False])
def test_a_signature_over_another_tree_is_found(log: SqliteLog, right: bool) -> None:
    """Promise: whoever holds the key cannot sign a root that the events do not have: proofs would rest on it."""
    log.append([label(n) for n in range(3)], recorded_at=AT)
    first = sign_checkpoint(log, recorded_at=AT)
    assert first is not None
    assert isinstance(first.data, CheckpointSigned)
    position, hash_ = log.head()
    peaks, _ = grow([], 0, log.hashes(0, position))
    root = root_of(peaks).hex() if right else "0" * 64
    key = signing_key(log.path.with_name("signing.key"))
    signature = b64encode(key.sign(statement(position, hash_, root, first.data.public_key))).decode()
    data = msgspec.structs.replace(
        first.data, at_position=position, at_hash=hash_, root=root, peaks=[], signature=signature
    )
    log.append([NewEvent(f"checkpoint:{position}", data)], recorded_at=AT)
    problems = verify_log(log.path, read_anchors(anchors_path(log.path))).problems
    assert len(problems) == (0 if right else 1)
    assert right or "signs another Merkle root" in str(problems[0])


def test_a_checkpoint_is_due_by_number_or_by_age(log: SqliteLog) -> None:
    at = parse_iso(AT)
    assert checkpoint_if_due(log, recorded_at=AT) is None
    log.append([label(1)], recorded_at=AT)
    assert checkpoint_if_due(log, recorded_at=AT) is not None
    later = iso(at + timedelta(hours=25))
    assert checkpoint_if_due(log, recorded_at=later) is None, "nothing new"
    log.append([label(n) for n in range(2, 12)], recorded_at=AT)
    assert checkpoint_if_due(log, recorded_at=AT) is None
    assert checkpoint_if_due(log, recorded_at=AT, every_events=10) is not None
    log.append([label(99)], recorded_at=AT)
    assert checkpoint_if_due(log, recorded_at=AT, every_events=5) is None, "one event since"
    assert checkpoint_if_due(log, recorded_at=iso(at + timedelta(hours=24))) is not None, "old enough to the second"


def test_the_signing_key_is_made_once_and_private(tmp_path: Path) -> None:
    first = signing_key(tmp_path / "signing.key")
    assert signing_key(tmp_path / "signing.key").private_bytes_raw() == first.private_bytes_raw()
    assert (tmp_path / "signing.key").stat().st_mode & 0o077 == 0


@pytest.fixture
def proved(log: SqliteLog) -> dict[str, Any]:
    """The proof of an entry in a log of 42 events."""
    text = entry_payload("Title", "Summary with “quotes”")
    seen = EntrySeen(entry_id="e1", feed_id="f", guid="g", link="", text_sha=payload_sha(text))
    log.append([label(n) for n in range(20)], recorded_at=AT)
    log.append([NewEvent("entry-seen:e1", seen)], recorded_at=AT, payloads={payload_sha(text): text})
    log.append([label(n) for n in range(20, 41)], recorded_at=AT)
    sign_checkpoint(log, recorded_at=AT)
    fields: dict[str, Any] = json.loads(msgspec.json.encode(prove(log, 21, with_text=True)))
    return fields


def independent(path: Path) -> int:
    command = [sys.executable, str(ROOT / "tools" / "verify_log.py"), str(path)]
    return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode


def test_a_proof_holds_offline_with_both_verifiers(proved: dict[str, Any], tmp_path: Path) -> None:
    raw = json.dumps(proved).encode()
    proof = check_proof(raw, public_key=proved["checkpoint"]["public_key"])
    assert isinstance(proof, Proof)
    assert proof.position == 21
    (tmp_path / "proof.json").write_bytes(raw)
    assert independent(tmp_path / "proof.json") == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("actor", "eve"), ("position", 22), ("key", "other"), ("version", 2), ("type", "entry-labelled"),
        ("recorded_at", "2020-01-01T00:00:00.000000Z"), ("data", "{}"), ("prev", "00" * 32), ("path", []),
        ("text", '{"summary":"other","text":"","title":"Title"}'),
    ],
)  # fmt: skip
def test_a_changed_proof_does_not_hold(proved: dict[str, Any], tmp_path: Path, field: str, value: object) -> None:
    proved[field] = value
    with pytest.raises(InputError, match="does not hold"):
        check_proof(json.dumps(proved).encode())
    (tmp_path / "proof.json").write_text(json.dumps(proved))
    assert independent(tmp_path / "proof.json") == 1


@pytest.mark.parametrize("field", ["position", "hash", "root", "signature"])
def test_a_changed_signed_head_does_not_hold(proved: dict[str, Any], tmp_path: Path, field: str) -> None:
    head = proved["checkpoint"]
    head[field] = head[field] + 1 if field == "position" else "ab" + head[field][2:]
    with pytest.raises(InputError, match="does not hold"):
        check_proof(json.dumps(proved).encode())
    (tmp_path / "proof.json").write_text(json.dumps(proved))
    assert independent(tmp_path / "proof.json") == 1


def test_a_proof_by_another_key_is_refused(proved: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="another key"):
        check_proof(json.dumps(proved).encode(), public_key="A" * 43 + "=")


def test_an_event_no_checkpoint_covers_has_no_proof_yet(log: SqliteLog) -> None:
    log.append([label(1)], recorded_at=AT)
    with pytest.raises(NotFoundError, match="monitor log checkpoint"):
        prove(log, 1)
    with pytest.raises(NotFoundError, match="no event 9"):
        prove(log, 9)


def test_every_process_that_appended_leaves_an_anchor(log: SqliteLog) -> None:
    path = anchors_path(log.path)
    log.close()
    assert read_anchors(path) == []
    log.append([label(1), label(2)], recorded_at=AT)
    head = log.head()
    log.close()
    log.close()
    assert read_anchors(path) == [Anchor(position=head[0], hash=head[1], recorded_at=AT)]


def test_a_torn_anchor_is_passed_over_and_then_replaced(tmp_path: Path) -> None:
    path = tmp_path / "anchors.jsonl"
    first, second = Anchor(position=1, hash="aa"), Anchor(position=2, hash="bb")
    write_anchor(path, first)
    with path.open("ab") as handle:
        handle.write(b'{"position":7,"ha')
    assert read_anchors(path) == [first]
    assert last_anchor(path) == first
    write_anchor(path, second)
    assert read_anchors(path) == [first, second]


def test_an_unsigned_restore_only_puts_the_anchors_beyond_it_in_doubt(tmp_path: Path) -> None:
    path = tmp_path / "anchors.jsonl"
    for position in (1, 5, 9):
        write_anchor(path, Anchor(position=position, hash=str(position)))
    write_anchor(path, Anchor(position=5, hash="5", restored=True))
    kept, doubtful, _ = holding(read_anchors(path), Trust())
    assert [anchor.position for anchor in kept] == [1, 5, 5]
    assert [anchor.position for anchor, _ in doubtful] == [9]


def test_a_line_that_is_no_anchor_is_named(tmp_path: Path) -> None:
    path = tmp_path / "anchors.jsonl"
    path.write_text('{"position":1,"hash":"aa"}\nnot an anchor\n{"position":2,"hash":"bb"}\n')
    with pytest.raises(LogBrokenError, match="line 2"):
        read_anchors(path)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 31, 32, 33])
def test_every_tree_is_consistent_with_each_that_begins_it_and_with_no_other(n: int) -> None:
    """Promise: RFC 9162, 2.1.4, for every pair of sizes; a changed leaf, root or path shows."""
    all_leaves = leaves(n)

    def root(size: int) -> bytes:
        return root_of(grow([], 0, all_leaves[:size])[0])

    for first in range(1, n + 1):
        path = consistency_path(lambda start, end: all_leaves[start:end], first, n)
        assert is_consistent(first, n, root(first), root(n), path)
        assert not is_consistent(first, n, sha256(b"x").digest(), root(n), path)
        assert not is_consistent(first, n, root(first), sha256(b"x").digest(), path)
        for at in range(len(path)):
            assert not is_consistent(first, n, root(first), root(n), path[:at] + path[at + 1 :])


@pytest.mark.parametrize(("first", "second"), [(0, 5), (5, 3), (-1, 5)])
def test_no_tree_begins_with_nothing_or_with_a_larger_one(first: int, second: int) -> None:
    """Promise: whatever roots and path somebody hands in, a head that shrank or holds nothing proves nothing."""
    root = root_of(grow([], 0, leaves(1))[0])
    assert not is_consistent(first, second, root, root, [])
    assert not is_consistent(first, second, root, root, [root])


def test_only_a_signed_head_is_extended(extension: Extension, log: SqliteLog) -> None:
    """Promise: a position that no checkpoint signed is named, with the command that lists those signed."""
    assert extension.first.position == 20
    for position in (0, 19, 21):
        with pytest.raises(NotFoundError, match=f"no checkpoint signed position {position}; `monitor log tail"):
            prove_extension(log, position)


@pytest.fixture
def extension(log: SqliteLog) -> Extension:
    """The proof that a log of 43 events begins with its first 20."""
    for start, end in ((0, 20), (20, 41)):
        log.append([label(n) for n in range(start, end)], recorded_at=AT)
        sign_checkpoint(log, recorded_at=AT)
    return prove_extension(log, 20)


def test_a_proof_that_a_head_only_added_holds_with_both_verifiers(extension: Extension, tmp_path: Path) -> None:
    raw = msgspec.json.encode(extension)
    assert check_proof(raw, public_key=extension.first.public_key) == extension
    (tmp_path / "proof.json").write_bytes(raw)
    assert independent(tmp_path / "proof.json") == 0


@pytest.mark.parametrize("what", ["first", "second", "path"])
def test_a_head_of_another_history_is_found_by_both_verifiers(extension: Extension, tmp_path: Path, what: str) -> None:
    fields = json.loads(msgspec.json.encode(extension))
    if what == "path":
        fields["path"][0] = "ab" * 32
    else:
        fields[what]["root"] = "ab" * 32
    with pytest.raises(InputError, match="does not hold"):
        check_proof(json.dumps(fields).encode())
    (tmp_path / "proof.json").write_text(json.dumps(fields))
    assert independent(tmp_path / "proof.json") == 1


def test_the_words_of_a_hostile_proof_do_not_reach_the_terminal(
    proved: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Promise: a proof somebody sent is printed without what a terminal would act on."""
    key = Ed25519PrivateKey.generate()
    prev, data = bytes(32), "{}"
    line = head_line("2026\x1b]0;owned\x07", "plot\x1b[2J", 1, "eve")
    leaf = next_hash(prev, canonical(1, line, "k", data.encode()))
    public = b64encode(key.public_key().public_bytes_raw()).decode()
    signature = b64encode(key.sign(statement(1, "00" * 32, leaf.hex()))).decode()
    head = {"position": 1, "hash": "00" * 32, "root": leaf.hex(), "public_key": public, "signature": signature}
    fields = {
        **proved, "position": 1, "type": "plot\x1b[2J", "version": 1, "recorded_at": "2026\x1b]0;owned\x07",
        "actor": "eve", "key": "k", "data": data, "prev": prev.hex(), "path": [], "checkpoint": head, "text": None,
    }  # fmt: skip
    (tmp_path / "proof.json").write_text(json.dumps(fields))
    assert run(["log", "check-proof", str(tmp_path / "proof.json")]) == 0
    assert "\x1b" not in capsys.readouterr().out
