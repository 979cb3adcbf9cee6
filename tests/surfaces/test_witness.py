"""Witnesses: a repository, a time-stamping authority, a second monitor and a mail box find a log that was rewritten."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest

from monitor.errors import InputError, LogBrokenError
from monitor.log.proof import ots
from monitor.log.proof.checkpoints import KEY_NAME, sign_checkpoint
from monitor.log.proof.inclusion import prove_extension
from monitor.log.proof.receipts import read_receipts
from monitor.log.sqlite.store import open_log
from monitor.surfaces.cli.main import run
from monitor.surfaces.witness import CosignRequest, cosign, last_head, send_head
from tests.conftest import NOW, ROOT
from tests.log.conftest import AT, label

needs = {
    name: pytest.mark.skipif(shutil.which(name) is None, reason=f"needs the program {name}")
    for name in ("git", "openssl")
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a log of a few labels, signed; the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MONITOR_NOW", NOW.isoformat())
    (tmp_path / "feeds.yaml").write_text("settings: {contact: a@example.org}\nfeeds: []\n")
    add(tmp_path, 1, 2, 3)
    return tmp_path


def add(folder: Path, *numbers: int, verdict: str = "plot") -> None:
    log = open_log(folder / "data" / "log.db", create=True)
    log.append([label(n, verdict) for n in numbers], recorded_at=AT)
    sign_checkpoint(log, recorded_at=AT)
    log.close()


def said(capsys: pytest.CaptureFixture[str], *args: str, code: int = 0) -> str:
    assert run(list(args)) == code, capsys.readouterr()
    captured = capsys.readouterr()
    return captured.out + captured.err


def rewrite(folder: Path) -> None:
    """Write another history with another key, anchors and all: nothing in the folder disagrees."""
    shutil.rmtree(folder / "data")
    add(folder, 1, 2, 3, verdict="not-plot")
    add(folder, 4, 5)


def independent(folder: Path, heads: Path) -> int:
    command = [sys.executable, str(ROOT / "tools" / "verify_log.py"), str(folder / "data" / "log.db")]
    return subprocess.run([*command, "--anchors", str(heads)], capture_output=True, check=False).returncode


@needs["git"]
def test_a_git_repository_keeps_heads_and_finds_a_rewritten_log(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Promise: one commit elsewhere is enough, and it is pushed where the repository has somewhere to push to."""
    subprocess.run(["git", "init", "-q", "--bare", "far.git"], check=True)
    subprocess.run(["git", "clone", "-q", "far.git", "kept"], check=True, capture_output=True)
    subprocess.run(["git", "-C", "kept", "config", "push.default", "current"], check=True)
    assert "keeps the head at event 3" in said(capsys, "log", "witness", "git:kept")
    add(folder, 4)
    assert "event 5" in said(capsys, "log", "witness", "git:kept")
    assert "already" in said(capsys, "log", "witness", "git:kept")
    far = subprocess.run(
        ["git", "-C", "far.git", "log", "--format=%s", "--all"], capture_output=True, text=True, check=True
    )
    assert far.stdout.splitlines() == ["Signed head at event 5", "Signed head at event 3"]
    text = said(capsys, "log", "verify", "--against", "kept")
    assert "the log verifies" in text
    assert "keeps 2 head(s), the newest of event 5" in text
    rewrite(folder)
    assert "the log verifies" in said(capsys, "log", "verify")
    (folder / "kept" / "heads.jsonl").write_text("")  # what counts is what was committed
    assert "the log was rewritten" in said(capsys, "log", "verify", "--against", "kept", code=1)


@needs["git"]
def test_a_witness_that_keeps_nothing_is_no_witness(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: a missing witness is "could not be checked", not "holds", and stops nothing."""
    subprocess.run(["git", "init", "-q", "kept"], check=True)
    assert "could not be checked" in said(capsys, "log", "verify", "--against", "kept", code=7)
    (folder / "empty.jsonl").touch()
    assert "keeps no head" in said(capsys, "log", "verify", "--against", "empty.jsonl", code=7)
    add(folder, 9)
    assert "no git repository" in said(capsys, "log", "witness", "git:nowhere", code=1)
    assert "a witness is git:FOLDER" in said(capsys, "log", "witness", "carrier-pigeon:coo", code=1)


@contextmanager
def served(answer: Callable[[str, str, bytes], tuple[int, bytes]]) -> Iterator[str]:
    """Serve what `answer` gives for (method, path, body), a status and a body, on loopback; yield the URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            code, body = answer(self.command, self.path, self.rfile.read(size))
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *args: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A time-stamping authority on the loopback interface, whose answers openssl makes; yields its URL and root."""
    place = tmp_path / "tsa"
    place.mkdir()
    (place / "serial").write_text("01")
    (place / "tsa.cnf").write_text(
        "[tsa]\ndefault_tsa = t\n[t]\nserial = serial\ncrypto_device = builtin\nsigner_cert = tsa.pem\n"
        "signer_key = tsa.key\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256, sha512\n"
        "accuracy = secs:1\nordering = yes\ntsa_name = yes\ness_cert_id_chain = no\ness_cert_id_alg = sha256\n"
        "[leaf]\nextendedKeyUsage = critical,timeStamping\nkeyUsage = critical,digitalSignature\n"
        "subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n"
    )

    def openssl(*args: str) -> None:
        subprocess.run(["openssl", *args], cwd=place, check=True, capture_output=True)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30")
    usage = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
    openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test Root", *usage)
    openssl("req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test Authority")
    openssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
            "-out", "tsa.pem", "-extfile", "tsa.cnf", "-extensions", "leaf")  # fmt: skip

    def answer(_method: str, _path: str, body: bytes) -> tuple[int, bytes]:
        (place / "query.tsq").write_bytes(body)
        openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "answer.tsr")
        return 200, (place / "answer.tsr").read_bytes()

    with served(answer) as url:
        yield f"{url}/", place / "ca.pem"


@needs["openssl"]
def test_a_timestamp_says_when_a_head_existed_and_finds_a_rewritten_log(
    folder: Path, authority: tuple[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Promise: a real answer by RFC 3161 is kept, and checked against a root the user trusts."""
    pytest.importorskip("rfc3161_client")
    url, root = authority
    assert "vouches for the head at event 3" in said(capsys, "log", "witness", f"tsa:{url}")
    receipts = str(folder / "data" / "witness" / "tsa.jsonl")
    text = said(capsys, "log", "verify", "--against", receipts, "--tsa-ca", str(root))
    assert "the head at 3 existed at 20" in text
    assert "name the authority's root" in said(capsys, "log", "verify", "--against", receipts)
    assert independent(folder, Path(receipts)) == 0
    other = root.with_name("tsa.pem")
    assert "does not hold" in said(capsys, "log", "verify", "--against", receipts, "--tsa-ca", str(other), code=1)
    shutil.copy(receipts, folder / "kept.jsonl")
    rewrite(folder)
    text = said(capsys, "log", "verify", "--against", "kept.jsonl", "--tsa-ca", str(root), code=1)
    assert "the log was rewritten" in text
    assert "the head at 3 existed at 20" in text
    assert independent(folder, folder / "kept.jsonl") == 1


@needs["openssl"]
def test_a_timestamp_moved_to_another_head_does_not_hold(
    folder: Path, authority: tuple[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("rfc3161_client")
    url, root = authority
    said(capsys, "log", "witness", f"tsa:{url}")
    add(folder, 4)
    said(capsys, "log", "witness", f"tsa:{url}")
    path = folder / "data" / "witness" / "tsa.jsonl"
    first, second = map(json.loads, path.read_text().splitlines())
    second["token"] = first["token"]
    path.write_text(json.dumps(second) + "\n")
    assert "timestamp" in said(capsys, "log", "verify", "--against", str(path), "--tsa-ca", str(root), code=1)


def test_a_second_monitor_signs_what_only_adds_and_refuses_a_rewritten_log(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Promise: the second machine needs no log and no trust: it remembers the last head and asks for the proof."""
    command = f"run:{sys.executable} -m monitor --data {folder / 'second'} log cosign"
    assert "vouches for the head at event 3" in said(capsys, "log", "witness", command)
    add(folder, 4, 5)
    assert "event 6" in said(capsys, "log", "witness", command)
    receipts = folder / "data" / "witness" / "run.jsonl"
    cosigner = read_receipts(receipts.read_bytes(), "run.jsonl")[0].cosigner
    text = said(capsys, "log", "verify", "--against", str(receipts), "--cosigner", cosigner)
    assert f"cosigned at {NOW.isoformat()[:19]}" in text
    assert "could not be" in said(
        capsys, "log", "verify", "--against", str(receipts), "--cosigner", "A" * 43 + "=", code=7
    )
    key = (folder / "data" / KEY_NAME).read_text()
    shutil.copy(receipts, folder / "kept.jsonl")
    shutil.rmtree(folder / "data")
    (folder / "data").mkdir()
    (folder / "data" / KEY_NAME).write_text(key)
    add(folder, 1, 2, 3, verdict="not-plot")
    add(folder, 4, 5, 6)
    assert "refused" in said(capsys, "log", "witness", command, code=1)
    assert "the log was rewritten" in said(capsys, "log", "verify", "--against", "kept.jsonl", code=1)


def test_a_cosigner_is_not_talked_into_a_fork(tmp_path: Path) -> None:
    """Promise: no head, no proof of other heads and no forged request gets a second signature."""
    first = open_log(tmp_path / "a" / "log.db", create=True)
    first.append([label(1), label(2)], recorded_at=AT)
    sign_checkpoint(first, recorded_at=AT)
    old = last_head(first)
    request = msgspec.json.encode(CosignRequest(old))
    (tmp_path / "second").mkdir()
    assert read_receipts(cosign(request, tmp_path / "second", AT), "-")[0].position == 2
    cosign(request, tmp_path / "second", AT)  # the same again is no fork
    first.append([label(3)], recorded_at=AT)
    sign_checkpoint(first, recorded_at=AT)
    new = last_head(first)
    with pytest.raises(LogBrokenError, match="no proof"):
        cosign(msgspec.json.encode(CosignRequest(new)), tmp_path / "second", AT)
    right = prove_extension(first, 2)
    for wrong in (
        CosignRequest(msgspec.structs.replace(new, hash="ab" * 32), right),
        CosignRequest(msgspec.structs.replace(new, signature="A" * 86 + "=="), right),
    ):
        with pytest.raises(InputError, match="not signed"):
            cosign(msgspec.json.encode(wrong), tmp_path / "second", AT)
    swapped = CosignRequest(new, msgspec.structs.replace(right, first=right.second, path=[]))
    with pytest.raises(LogBrokenError):
        cosign(msgspec.json.encode(swapped), tmp_path / "second", AT)
    with pytest.raises(InputError, match="not a request"):
        cosign(b"[" * 100_000, tmp_path / "second", AT)
    later = (NOW + timedelta(days=1)).isoformat()
    assert read_receipts(cosign(msgspec.json.encode(CosignRequest(new, right)), tmp_path / "second", later), "-")
    first.close()


def test_a_mail_holds_the_line_to_keep(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: what is mailed is what `verify --against` reads."""
    sent: list[tuple[list[str], str, str]] = []
    log = open_log(folder / "data" / "log.db", read_only=True)
    send_head(log, "mail:desk@example.org", lambda *mail: sent.append(mail))
    log.close()
    ((to, subject, text),) = sent
    assert (to, "event 3" in subject) == (["desk@example.org"], True)
    line = next(line for line in text.splitlines() if line.startswith("{"))
    (folder / "kept.jsonl").write_text(line + "\n")
    assert "the log verifies" in said(capsys, "log", "verify", "--against", "kept.jsonl")
    rewrite(folder)
    assert "rewritten" in said(capsys, "log", "verify", "--against", "kept.jsonl", code=1)


class Calendar:
    """A calendar of OpenTimestamps on the loopback interface; while `is_mined` is false it only promises."""

    is_mined = False
    url = ""

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if method == "POST" and path == "/digest":
            address = self.url.encode()
            promise = ots.PENDING + bytes([len(address) + 1, len(address)]) + address
            return 200, b"\xf0\x04salt\x08\x00" + promise
        if self.is_mined and path.startswith("/timestamp/"):
            return 200, b"\xf1\x02tx\x08\x08\x00" + ots.BITCOIN + b"\x03\x80\xea\x30"
        return 404, b""


@pytest.fixture
def calendar() -> Iterator[Calendar]:
    made = Calendar()
    with served(lambda *asked: made.answer(*asked)) as made.url:
        yield made


def test_a_calendar_promises_and_later_names_a_block(
    folder: Path, calendar: Calendar, capsys: pytest.CaptureFixture[str]
) -> None:
    """Promise: a promise is told as one; the way to a block is fetched later, and leads to the root that is told."""
    place = f"ots:{calendar.url}"
    kept = folder / "data" / "witness" / "ots.jsonl"
    assert "promises to put the head at event 3" in said(capsys, "log", "witness", place)
    assert f"by {calendar.url}" in said(capsys, "log", "verify", "--against", str(kept))
    assert "has the head at event 3 already" in said(capsys, "log", "witness", place)
    calendar.is_mined = True
    add(folder, 4)
    text = said(capsys, "log", "witness", place)
    assert "the head at event 3 is in a block" in text
    assert "promises to put the head at event 5" in text
    digest = hashlib.sha256((kept.parent / "ots" / "head-3").read_bytes()).digest()
    promised = hashlib.sha256(digest + b"salt").digest()
    root = hashlib.sha256(hashlib.sha256(b"tx" + promised).digest()).digest()[::-1].hex()
    text = said(capsys, "log", "verify", "--against", str(kept))
    assert f"the head at 3 is in Bitcoin's block 800000, if that block's Merkle root is {root}" in text
    assert "the head at 5 is promised" in text
    assert ots.in_blocks(ots.read_file((kept.parent / "ots" / "head-3.ots").read_bytes())) == [(800_000, root)]
    assert independent(folder, kept) == 0
    shutil.copy(kept, folder / "kept.jsonl")
    rewrite(folder)
    assert "the log was rewritten" in said(capsys, "log", "verify", "--against", "kept.jsonl", code=1)


def test_a_stamp_moved_to_another_head_does_not_hold(
    folder: Path, calendar: Calendar, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "log", "witness", f"ots:{calendar.url}")
    add(folder, 4)
    said(capsys, "log", "witness", f"ots:{calendar.url}")
    kept = folder / "data" / "witness" / "ots.jsonl"
    first, second = map(json.loads, kept.read_text().splitlines())
    second["stamp"] = first["stamp"]
    kept.write_text(json.dumps(second) + "\n")
    assert "of other bytes than this head's" in said(capsys, "log", "verify", "--against", str(kept), code=1)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "ends in the middle"),
        (b"<html>", "not known here: 0x3c"),
        (b"\xf0\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "too large"),
        (b"\xf0\xff\x7f" + b"a" * 9_000, "at most 4096"),
        (b"\x08" * 9_000, "over 200 steps"),
        (b"\x08" * 10_001, "longer than"),
        (b"\x00" + bytes(8) + b"\x00rest", "bytes after its end"),
    ],
)
def test_a_calendar_that_lies_is_named_and_nothing_is_kept(
    folder: Path, calendar: Calendar, capsys: pytest.CaptureFixture[str], body: bytes, why: str
) -> None:
    calendar.answer = lambda *asked: (200, body)  # type: ignore[method-assign]
    assert why in said(capsys, "log", "witness", f"ots:{calendar.url}", code=1)
    assert not (folder / "data" / "witness" / "ots.jsonl").exists()


def test_a_calendar_is_asked_at_its_own_address_only(
    folder: Path, calendar: Calendar, capsys: pytest.CaptureFixture[str]
) -> None:
    """Promise: an answer cannot send monitor anywhere."""
    asked = []

    def answer(method: str, path: str, body: bytes) -> tuple[int, bytes]:
        asked.append(path)
        return 200, b"\x00" + ots.PENDING + b"\x15\x14http://127.0.0.1:1/x"

    calendar.answer = answer  # type: ignore[method-assign]
    said(capsys, "log", "witness", f"ots:{calendar.url}")
    said(capsys, "log", "witness", f"ots:{calendar.url}")
    assert asked == ["/digest"]


def test_a_broken_proof_is_refused_in_words() -> None:
    """Promise: whatever stands in a proof's file, reading ends in a proof or in one line."""
    whole = ots.MAGIC + b"\x08" + bytes(32) + b"\xff\x00" + ots.PENDING + b"\x02\x01x\xf1\x01y\x08\x00" + ots.BITCOIN
    whole += b"\x01\x05"
    assert ots.write_file(ots.read_file(whole)) == whole
    rng = random.Random(7)
    n_refused = 0
    for _ in range(3_000):
        content = bytearray(whole)
        for _ in range(rng.randrange(1, 4)):
            content[rng.randrange(len(content))] = rng.randrange(256)
        try:
            proof = ots.read_file(bytes(content[: rng.randrange(len(content) + 1)]))
        except InputError:
            n_refused += 1
        else:
            ots.waiting(proof)
    assert 0 < n_refused < 3_000
