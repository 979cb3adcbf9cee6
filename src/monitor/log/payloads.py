"""Payloads: the erasable texts of entries, named by the SHA-256 of their bytes.

Owns the canonical bytes of an entry's text, the name, and how a payload is packed into a row: deflated, each for
itself, so that erasing one overwrites all there is of it. Where rows live is the stores' business.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from hashlib import sha256

import msgspec

from monitor.errors import InputError, LogBrokenError

# Withheld: imported from an export without texts. RAW is for what does not shrink; ZLIB is what version 1 wrote.
ERASED, RAW, ZLIB, WITHHELD, DEFLATED = 0, 1, 2, 3, 4

# What every short text begins with, and words that many hold: deflate looks back into it (RFC 1951, 3.2), which saves a
# ninth of a headline with its summary. Never changed, for texts need it to be read; each log.db carries a copy, for
# readers without this program. It was written for this place and learnt from no text: what is erased is not in it.
WORDS = (
    " der die das und von den mit auf für ist nicht ein eine que de la el los las por con para una del les des une "
    "dans est pour sur pas qui ve bir için ile в на и не что по с из за его из-за من في على إلى أن از به در که را این "
    "government president minister police officials country people years against between after before during "
    "million security military according to the court charged with attack killed arrested news report reports would "
    "have been more than the first from the at the on the for the of the in the to the and the that the with a is a "
    "as a said that it has was were are their they this will who which about over says said on Monday Tuesday "
    'Wednesday Thursday Friday ","text":"","title":"","summary":"","text":"","title":"{"summary":"'
).encode()
_LEVEL = 6
_ZLIB_FROM_BYTES = 1024
_deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=WORDS)  # copied for each: half the time
HEADLINE_CHARS = 120  # of the words that stand in for a missing title


class EntryText(msgspec.Struct, frozen=True):
    """What an entry says, and in which language where that is known; the one shape in which texts cross rooms.

    `erased` is true where the words were erased for good; the strings are then empty.
    """

    title: str
    summary: str = ""
    text: str = ""
    lang: str = ""
    erased: bool = False

    @property
    def words(self) -> str:
        """Everything but the title: the summary, then the article's text."""
        return f"{self.summary}\n{self.text}".strip()

    @property
    def headline(self) -> str:
        """What a row is called: the title; where there is none, as of a post, the first words of what it says."""
        words = next((words for words in (self.title, self.summary, self.text) if words.strip()), "")
        line = " ".join(words[: 4 * HEADLINE_CHARS].split())
        if self.title.strip() or len(line) <= HEADLINE_CHARS:
            return line
        cut = line[:HEADLINE_CHARS]
        return (cut.rpartition(" ")[0].rstrip(" ,;:") or cut) + "…"


class _Payload(msgspec.Struct, frozen=True):
    """The fields of a payload in canonical (alphabetical) order."""

    summary: str = ""
    text: str = ""
    title: str = ""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Payload).decode


def entry_payload(title: str, summary: str, text: str = "") -> bytes:
    """Return the canonical bytes of an entry's text: JSON, keys in alphabetical order, UTF-8, no spaces."""
    return _encode(_Payload(summary, text, title))


def read_entry_payload(payload: bytes | None, lang: str = "") -> EntryText | None:
    """Return the text of a payload, or None where it was erased. Raises LogBrokenError for foreign bytes."""
    if payload is None:
        return None
    try:
        found = _decode(payload)
        return EntryText(found.title, found.summary, found.text, lang)
    except msgspec.DecodeError as error:
        raise LogBrokenError(f"a payload is not an entry's text: {error}") from error


def payload_sha(payload: bytes) -> str:
    """Return the name of a payload: the SHA-256 of its bytes, hex."""
    return sha256(payload).hexdigest()


def pack(payload: bytes) -> tuple[int, bytes]:
    """Return (form, body) as stored."""
    deflating = _deflate.copy()
    packed = deflating.compress(payload) + deflating.flush()
    return (DEFLATED, packed) if len(packed) < len(payload) else (RAW, payload)


def pack_as_before(payload: bytes) -> tuple[int, bytes]:
    """Return (form, body) as every release can read it: for a log that machines of several releases share."""
    if len(payload) < _ZLIB_FROM_BYTES:
        return RAW, payload
    packed = zlib.compress(payload, 1)
    return (ZLIB, packed) if len(packed) < len(payload) else (RAW, payload)


def unpack(sha: bytes, form: int, body: bytes) -> bytes | None:
    """Return a stored payload's bytes, or None where it was erased. Raises LogBrokenError for changed bytes."""
    if form in {ERASED, WITHHELD}:
        return None
    try:
        payload = _unpacked(form, body)
        whole = sha256(payload).digest() == sha
    except (zlib.error, TypeError):  # TypeError: bit rot can turn a BLOB into another type
        whole = False
    if not whole:
        raise LogBrokenError(f"payload {sha.hex()[:16]} was changed on disk; run `monitor log verify`")
    return payload


def _unpacked(form: int, body: bytes) -> bytes:
    if form == DEFLATED:
        return zlib.decompressobj(-zlib.MAX_WBITS, zdict=WORDS).decompress(body)
    return zlib.decompress(body) if form == ZLIB else body


def check_payloads(payloads: Mapping[str, bytes]) -> None:
    """Refuse a payload under another name than its SHA-256. Raises InputError."""
    for sha, payload in payloads.items():
        if payload_sha(payload) != sha:
            raise InputError(f"payload {sha[:16]} is not named by its SHA-256")
