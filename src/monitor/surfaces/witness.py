"""Witnesses: places elsewhere that keep the log's signed heads, so that a rewritten log is found out.

Each place is named by its kind and address: `git:FOLDER`, `tsa:URL` (RFC 3161), `ots:URL` (OpenTimestamps, see
calendar.py), `run:COMMAND` (another monitor's `log cosign`, over ssh for instance), `mail:ADDRESS`. What comes back is
kept in data/witness/. What a receipt is worth is log/proof/receipts.py's.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import msgspec

from monitor.config.settings import Digest
from monitor.errors import InputError, LogBrokenError, MissingExtraError, MonitorError, NotFoundError, StorageError
from monitor.log.events import CheckpointSigned
from monitor.log.proof.anchors import Anchor
from monitor.log.proof.checkpoints import KEY_NAME, public_key_of, signing_key
from monitor.log.proof.inclusion import Extension, check_proof, prove_extension, signed_head
from monitor.log.proof.receipts import Receipt, cosign_bytes, head_bytes, read_receipts
from monitor.log.proof.trust import signed_by, statement
from monitor.log.store import LogStore
from monitor.surfaces import calendar

FOLDER_NAME, HEADS_NAME, COSIGNED_NAME = "witness", "heads.jsonl", "cosigned.jsonl"
TIMEOUT_S = 60
MAX_ANSWER_BYTES = 1 << 20
KINDS = ("git", "tsa", "ots", "run", "mail")


class CosignRequest(msgspec.Struct, frozen=True):
    """What a second monitor is asked to sign: a head, and the proof that it only adds to the one it signed last."""

    head: Anchor
    extension: Extension | None = None


def last_head(log: LogStore) -> Receipt:
    """Return the newest signed head. Raises NotFoundError where nothing was signed yet."""
    signed = log.last_checkpoint()
    if signed is None or not isinstance(signed.data, CheckpointSigned):
        raise NotFoundError("nothing is signed yet: run `monitor log checkpoint`")
    data = signed_head(signed.data)
    return Receipt(
        position=data.position, hash=data.hash, root=data.root, recorded_at=signed.recorded_at,
        public_key=data.public_key, signature=data.signature, first_key=data.first_key,
    )  # fmt: skip


def send_head(log: LogStore, place: str, mail: Callable[[list[str], str, str], None]) -> str:
    """Send the newest signed head to one place; return one line. Raises MonitorError and OSError where it did not go.

    `mail` is called as mail(addresses, subject, text).
    """
    kind, _, address = place.partition(":")
    if kind not in KINDS or not address:
        raise InputError(f"{place!r}: a witness is git:FOLDER, tsa:URL, ots:URL, run:COMMAND or mail:ADDRESS")
    head, folder = last_head(log), log.path.parent / FOLDER_NAME
    if kind == "git":
        return _to_git(head, Path(address))
    if kind == "mail":
        line = msgspec.json.encode(head).decode()
        text = f"Keep this line in a file; `monitor log verify --against FILE` holds the log against it.\n\n{line}\n"
        mail([address], f"monitor: signed head at event {head.position}", text)
        return f"{place}: sent the head at event {head.position}"
    if kind == "ots":
        return _to_calendar(head, address, folder)
    stored = folder / f"{kind}.jsonl"
    known = _stored(stored)
    if any(receipt.position == head.position and receipt.hash == head.hash for receipt in known):
        return f"{place}: has the head at event {head.position} already"
    receipt = _timestamped(head, address) if kind == "tsa" else _cosigned(log, head, address, known)
    folder.mkdir(mode=0o700, exist_ok=True)
    _add_line(stored, receipt)
    return f"{place}: vouches for the head at event {head.position}"


def read_witness(place: Path) -> list[Receipt]:
    """Return the heads a file, or the last commit of a git repository, keeps.

    Raises NotFoundError where it keeps none, LogBrokenError for a line that is none, StorageError.
    """
    if place.is_dir():
        content = _git(place, "show", f"HEAD:{HEADS_NAME}", what="keeps no heads").encode()
    else:
        content = place.read_bytes()
    receipts = read_receipts(content, place.name)
    if not receipts:
        raise NotFoundError(f"{place} keeps no head of any log")
    return receipts


def cosign(request: bytes, folder: Path, at: str) -> bytes:
    """Sign a head of another monitor's log with this data folder's key, if it only adds to the one signed last.

    Returns the receipt's line. Raises InputError for a request that cannot be read, LogBrokenError where the head does
    not extend what was signed before: that log was rewritten.
    """
    try:
        asked = msgspec.json.decode(request, type=CosignRequest)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InputError(f"not a request to cosign: {error}") from error
    head = asked.head
    message = statement(head.position, head.hash, head.root, head.first_key)
    if not signed_by(head.public_key, head.signature, message):
        raise InputError("the head is not signed by the key it names")
    memory = folder / COSIGNED_NAME
    before = [old for old in _stored(memory) if old.first_key == head.first_key]
    if before:
        _require_extension(before[-1], asked)
    key = signing_key(folder / KEY_NAME)
    receipt = Receipt(
        **{name: getattr(head, name) for name in Anchor.__struct_fields__}, cosigner=public_key_of(key),
        cosignature=b64encode(key.sign(cosign_bytes(head, at))).decode(), cosigned_at=at,
    )  # fmt: skip
    _add_line(memory, receipt)
    return msgspec.json.encode(receipt) + b"\n"


def _require_extension(last: Receipt, asked: CosignRequest) -> None:
    head, proof = asked.head, asked.extension
    if (head.position, head.hash) == (last.position, last.hash):
        return
    if proof is None:
        raise LogBrokenError(f"no proof that this head only adds to the one signed at event {last.position}")
    try:
        check_proof(msgspec.json.encode(proof))
    except InputError as error:
        raise LogBrokenError(f"the head does not extend the one signed at event {last.position}: {error}") from error
    same_old = (proof.first.position, proof.first.hash, proof.first.root) == (last.position, last.hash, last.root)
    same_new = (proof.second.position, proof.second.hash, proof.second.root) == (head.position, head.hash, head.root)
    if not same_old or not same_new:
        raise LogBrokenError(f"the proof is of other heads than the one signed at event {last.position} and this one")


def _cosigned(log: LogStore, head: Receipt, command: str, known: list[Receipt]) -> Receipt:
    mine = [receipt for receipt in known if receipt.first_key == head.first_key]
    extension = prove_extension(log, mine[-1].position) if mine else None
    request = msgspec.json.encode(CosignRequest(head, extension))
    try:
        done = subprocess.run(shlex.split(command), input=request, capture_output=True, timeout=TIMEOUT_S, check=False)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise StorageError(f"{command}: {error}") from error
    if done.returncode:
        raise MonitorError(f"{command}: refused: {done.stderr.decode(errors='replace').strip()[-300:]}")
    receipt = (read_receipts(done.stdout, command) or [Receipt(position=0, hash="")])[-1]
    message = cosign_bytes(head, receipt.cosigned_at)
    if receipt.hash != head.hash or not signed_by(receipt.cosigner, receipt.cosignature, message):
        raise LogBrokenError(f"{command}: its answer is no cosignature of this head")
    return receipt


def _timestamped(head: Receipt, url: str) -> Receipt:
    try:
        from rfc3161_client import TimestampRequestBuilder, decode_timestamp_response
    except ImportError as error:
        raise MissingExtraError("a timestamp", "witness") from error
    if not url.startswith(("http://", "https://")):
        raise InputError(f"tsa:{url}: the address begins with http:// or https://")
    query = TimestampRequestBuilder().data(head_bytes(head)).build()
    asked = Request(url, query.as_bytes(), {"Content-Type": "application/timestamp-query"})  # noqa: S310 - see above
    try:
        with urlopen(asked, timeout=TIMEOUT_S) as answer:  # noqa: S310 - the operator configured the address
            body = answer.read(MAX_ANSWER_BYTES)
        decode_timestamp_response(body)
    except URLError as error:
        raise StorageError(f"{url}: {error.reason}") from error
    except ValueError as error:
        raise LogBrokenError(f"{url}: its answer is no timestamp: {error}") from error
    return msgspec.structs.replace(head, token=b64encode(body).decode())


def _to_calendar(head: Receipt, url: str, folder: Path) -> str:
    """Stamp the head, and ask for the blocks that were promised for earlier ones."""
    stored = folder / "ots.jsonl"
    known = _stored(stored)
    new = calendar.completed(known, url)
    said = [f"the head at event {receipt.position} is in a block" for receipt in new]
    if any(receipt.position == head.position and receipt.hash == head.hash for receipt in known):
        said = said or [f"has the head at event {head.position} already"]
    else:
        new.append(calendar.stamped(head, url))
        said.append(f"promises to put the head at event {head.position} into a block")
    folder.mkdir(mode=0o700, exist_ok=True)
    for receipt in new:
        calendar.write_files(folder / "ots", receipt)
        _add_line(stored, receipt)
    return f"ots:{url}: {'; '.join(said)}"


def _to_git(head: Receipt, folder: Path) -> str:
    """Commit the head in a repository of the user's, and push where it has somewhere to push to."""
    if not (folder / ".git").exists():
        raise NotFoundError(f"{folder} is no git repository: `git init {folder}` makes one")
    path = folder / HEADS_NAME
    line = msgspec.json.encode(head) + b"\n"
    if path.exists() and line in path.read_bytes():
        said = f"git:{folder}: has the head at event {head.position} already"
    else:
        _add_line(path, head)
        _git(folder, "add", HEADS_NAME)
        _git(folder, "-c", "user.name=monitor", "-c", "user.email=monitor@localhost", "commit", "-q", "-m",
             f"Signed head at event {head.position}", "--", HEADS_NAME)  # fmt: skip
        said = f"git:{folder}: keeps the head at event {head.position}"
    if _git(folder, "remote").strip():
        _git(folder, "push", "-q", what="could not push")
    return said


def _git(folder: Path, *args: str, what: str = "git refused") -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *args], capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StorageError(f"git:{folder}: {error}") from error
    if done.returncode:
        raise StorageError(f"git:{folder}: {what}: {done.stderr.strip()[-300:]}")
    return done.stdout


def _stored(path: Path) -> list[Receipt]:
    try:
        return read_receipts(path.read_bytes(), path.name)
    except FileNotFoundError:
        return []


def _add_line(path: Path, receipt: Receipt) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, msgspec.json.encode(receipt) + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)


def mailer(settings: Digest) -> Callable[[list[str], str, str], None]:
    """Return what sends a head by mail, over the digest's server."""

    def send(addresses: list[str], subject: str, text: str) -> None:
        from monitor.surfaces.digest.send import send_mail

        send_mail(msgspec.structs.replace(settings, to=addresses), subject, text)

    return send
