"""A witness of the kind `ots`: a calendar of OpenTimestamps, which puts what it is given into Bitcoin's chain.

It answers with a promise at once, and with the way to a block some hours later; each sending asks for the promised
ways of earlier heads first. Beside the receipts in ots.jsonl lie the head's bytes and their proof as files (ots/head-N,
ots/head-N.ots), so that the field's own client can check them without monitor.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import msgspec

from monitor.errors import InputError, LogBrokenError, StorageError
from monitor.files import write_whole
from monitor.log.proof import ots
from monitor.log.proof.receipts import Receipt, head_bytes, stamp_of, stamped_bytes

TIMEOUT_S = 60
MAX_ANSWER_BYTES = 10_000  # as the field's own client allows
MAX_ASKED = 30  # promises of earlier heads that one sending asks for
_FORM = "application/vnd.opentimestamps.v1"


def stamped(head: Receipt, url: str) -> Receipt:
    """Return the head with a calendar's promise. Raises InputError, StorageError, LogBrokenError."""
    _require_address(url)
    message = stamped_bytes(head)
    content = _asked(f"{url.rstrip('/')}/digest", message)
    if content is None:
        raise StorageError(f"{url}: no calendar is there")
    return _kept(head, _proof(url, message, content))


def completed(known: list[Receipt], url: str) -> list[Receipt]:
    """Return those of the receipts for which the calendar knows the way to a block now, with that way.

    Raises StorageError and LogBrokenError; a promise that stands at another address is left alone.
    """
    found = []
    newest = {(receipt.position, receipt.hash): receipt for receipt in known if receipt.stamp}
    proofs = [(receipt, stamp_of(receipt)) for receipt in newest.values()]
    for receipt, proof in [(receipt, proof) for receipt, proof in proofs if ots.waiting(proof)][-MAX_ASKED:]:
        for address, message in ots.waiting(proof):
            if _place(address) != _place(url):
                continue
            content = _asked(f"{address.rstrip('/')}/timestamp/{message.hex()}", None)
            if content is not None:
                ots.join(proof, _proof(address, message, content))
        if ots.in_blocks(proof):
            found.append(_kept(receipt, proof))
    return found


def write_files(folder: Path, receipt: Receipt) -> None:
    """Write the head's bytes and their proof for the field's own client. Raises StorageError."""
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"head-{receipt.position}"
    write_whole(path, head_bytes(receipt))
    write_whole(path.with_name(f"{path.name}.ots"), b64decode(receipt.stamp))


def _kept(head: Receipt, proof: ots.ChainProof) -> Receipt:
    content = ots.write_file(proof)
    ots.read_file(content)  # what is kept can be read again
    return msgspec.structs.replace(head, stamp=b64encode(content).decode())


def _proof(url: str, message: bytes, content: bytes) -> ots.ChainProof:
    try:
        return ots.read_answer(message, content)
    except InputError as error:
        raise LogBrokenError(f"{url}: its answer is no timestamp: {error}") from error


def _require_address(url: str) -> None:
    if not url.startswith(("http://", "https://")):
        raise InputError(f"ots:{url}: the address begins with http:// or https://")


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _asked(url: str, body: bytes | None) -> bytes | None:
    """Return what a calendar answers, None where it knows nothing of it (yet)."""
    asked = Request(url, body, {"Accept": _FORM, "Content-Type": "application/x-www-form-urlencoded"})  # noqa: S310 - the operator configured the address
    try:
        with urlopen(asked, timeout=TIMEOUT_S) as answer:  # noqa: S310
            content: bytes = answer.read(MAX_ANSWER_BYTES + 1)
    except HTTPError as error:
        if error.code == HTTPStatus.NOT_FOUND:
            return None
        raise StorageError(f"{url}: the calendar answers {error.code}") from error
    except URLError as error:
        raise StorageError(f"{url}: {error.reason}") from error
    if len(content) > MAX_ANSWER_BYTES:
        raise LogBrokenError(f"{url}: its answer is longer than {MAX_ANSWER_BYTES} bytes")
    return content
