"""Which bytes are which letters: one UTF-8 document out of whatever a server sent.

Rules (RFC 7303 first, then what servers really do): a byte-order mark; else the HTTP charset, then the XML
declaration, then UTF-8, then what was usual for the language, then windows-1252. But bytes contradict a label: what is
plainly UTF-8 is UTF-8 whatever an 8-bit label says, what is not is none, nothing that begins in ASCII is UTF-16, and a
few stray bytes in UTF-8 do not turn the whole document into mojibake. A header's Latin-1 is a server's default;
`text/xml` without a charset is no US-ASCII.
Codecs that are no character encodings (zlib, punycode, unicode_escape, ...) are never looked up for a feed.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# "<" without a mark, much as XML 1.0 appendix F lists it.
_SIGNATURES = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"{\0\0\0", "utf-32-le"),
    (b"\0\0\0{", "utf-32-be"),
    (b"{\0", "utf-16-le"),
    (b"\0{", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
_DECLARED = re.compile(rb"(?:<!--[^>]{0,200}-->\s*)?<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,500}\?>")
_HTTP = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_NO_CHARSETS = frozenset(
    {"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem", "utf-7"}
)
# Supersets that browsers use for these labels.
_ALIASES = {
    "x-sjis": "cp932", "x-euc-jp": "euc_jp", "x-gbk": "gb18030", "windows-874": "cp874", "iso-8859-8-i": "iso8859-8",
    "x-mac-cyrillic": "mac_cyrillic", "macintosh": "mac_roman", "x-cp1251": "cp1251", "utf8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8", "x-big5": "big5hkscs", "dos-866": "cp866",
}  # fmt: skip
_SUPERSETS = {
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "tis-620": "cp874",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "shift_jis": "cp932",
}
_CODE_PAGE = re.compile(r"(?:x-)?(?:windows|win|cp|ibm|dos)[-_ ]?(\d{3,4})")
# What servers add to every answer without looking: Latin-1 and ASCII, here their superset.
_SERVER_DEFAULTS = frozenset({"cp1252"})
_BLANKS = "\ufeff \t\r\n"
_LANGUAGE = re.compile(rb"(?:<(?:dc:)?language>\s*|xml:lang=[\"'])([A-Za-z]{2})", re.IGNORECASE)
_USUAL = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "sr", "mk"), ("cp1251",)),
    **dict.fromkeys(("pl", "cs", "sk", "hu", "hr", "sl", "ro"), ("cp1250",)),
    "el": ("cp1253",), "tr": ("cp1254",), "he": ("cp1255",), "ar": ("cp1256",), "fa": ("cp1256",), "th": ("cp874",),
    "vi": ("cp1258",), "ja": ("cp932", "euc_jp"), "zh": ("gb18030", "big5hkscs"), "ko": ("cp949",),
}  # fmt: skip
# So many multi-byte sequences valid as UTF-8 are no accident in an 8-bit text.
_SURE_SEQUENCES = 3


def declared_utf8(body: bytes, content_type: str) -> bool:
    """Say whether mark, header and declaration all say UTF-8 or nothing: the common case, left to the parser."""
    head = body[:200]
    if head[:3] == codecs.BOM_UTF8:
        head = head[3:]
    if head[:1] not in (b"<", b"\n", b"\r", b" ", b"\t") or b"\0" in head[:8]:
        return False
    match = _DECLARED.match(head)
    if match and match[1].lower() not in (b"utf-8", b"utf8"):
        return False
    label = _HTTP.search(content_type)
    return label is None or label[1].lower() in ("utf-8", "utf8")


def to_utf8(body: bytes, content_type: str) -> bytes:
    """Return the document in UTF-8, its XML declaration saying so."""
    text = decode(body, content_type)
    match = _DECLARATION.match(text)
    if match:
        text = text[match.end() :]
    return b'<?xml version="1.0" encoding="utf-8"?>' + text.encode("utf-8", "replace")


def label_of(content_type: str) -> str:
    """Return the charset that a Content-Type names, empty where it names none."""
    match = _HTTP.search(content_type)
    return match[1] if match else ""


def reads(body: bytes, label: str) -> bool:
    """Tell whether a label is an encoding in which the bytes can be read without a fault."""
    encoding = _known(label)
    return bool(encoding) and _strict(body, encoding) is not None


def decode(body: bytes, content_type: str) -> str:
    """Return the document's text by the rules above; what cannot be decoded becomes U+FFFD."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            text = _document(body[len(mark) :], encoding)
            if text is not None:
                return text
            break
    while body.startswith(codecs.BOM_UTF8):
        body = body[len(codecs.BOM_UTF8) :]
    for signature, encoding in _SIGNATURES:
        if body.startswith(signature) and (text := _strict(body, encoding)) is not None:
            return text
    return _by_labels(body, *_labels(body, content_type))


def _labels(body: bytes, content_type: str) -> tuple[str, str]:
    """Return the encodings that the header and the document itself name, '' where one names none we know."""
    header, declared = _HTTP.search(content_type), _DECLARED.match(body[:400].lstrip())
    return _known(header[1]) if header else "", _known(declared[1].decode("ascii")) if declared else ""


def _by_labels(body: bytes, header: str, declared: str) -> str:
    as_utf8 = _strict(body, "utf-8")
    if _is_in_escapes(body, header, declared):
        header, declared = (name if name != "utf-8" else "" for name in (header, declared))
    elif as_utf8 is not None:
        is_said = "utf-8" in (header, declared) or not _is_8_bit(header or declared)
        if is_said or _is_surely_utf8(body, as_utf8, header, declared):
            return as_utf8
    elif "utf-8" in (header, declared) and not _strays_prevail(body):
        return _mended(body)
    # Latin-1 in a header is what servers add to everything; the document's own word is somebody's.
    order = (declared, header) if header in _SERVER_DEFAULTS else (header, declared)
    for encoding in (*order, *_of_language(body)):
        text = _document(body, encoding) if encoding and encoding != "utf-8" else None
        if text is not None:
            return text
    return as_utf8 if as_utf8 is not None else _mended(body)


def _is_in_escapes(body: bytes, header: str, declared: str) -> bool:
    """Say whether letters are written in escapes of ASCII, as ISO 2022 and HZ do; such bytes are UTF-8 too."""
    return any((name.startswith("iso2022") and b"\x1b" in body) or name == "hz" for name in (header, declared))


def _document(body: bytes, encoding: str) -> str | None:
    """Return the text in an encoding if it begins as a document does: ASCII read as UTF-16 begins in Chinese."""
    text = _strict(body, encoding)
    return text if text is not None and text.lstrip(_BLANKS)[:1] in ("<", "{", "[", "") else None


def _of_language(body: bytes) -> Sequence[str]:
    """Return the encodings that were usual for the language a document states, where no label names one."""
    match = _LANGUAGE.search(body[:4000])
    return _USUAL.get(match[1].decode("ascii").lower()[:2], ()) if match else ()


def _known(label: str) -> str:
    if page := _CODE_PAGE.fullmatch(label.lower()):
        label = f"cp{page[1]}"
    try:
        name = codecs.lookup(_ALIASES.get(label.lower(), label)).name.replace("-escape", "_escape")
    except (LookupError, ValueError):
        return ""
    return "" if name in _NO_CHARSETS else _SUPERSETS.get(name, name)


def _strict(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _is_8_bit(encoding: str) -> bool:
    return encoding.startswith(("iso8859", "cp125", "koi8", "mac", "cp8"))


def _is_surely_utf8(body: bytes, as_utf8: str | None, header: str, declared: str) -> bool:
    """Say whether so much is valid UTF-8 that it is no accident; in Western text a single sequence is none."""
    enough = 1 if {header, declared} <= {"", *_SERVER_DEFAULTS} else _SURE_SEQUENCES
    return as_utf8 is not None and len(body) - len(as_utf8) >= enough


def _strays_prevail(body: bytes) -> bool:
    """Say whether more bytes than sequences are no UTF-8: then the document is in another encoding."""
    text = body.decode("utf-8", "surrogateescape")
    n_stray = sum(text.count(chr(code)) for code in range(0xDC80, 0xDD00))
    return n_stray > len(body) - len(text)


def _mended(body: bytes) -> str:
    """Read broken UTF-8: its stray bytes as windows-1252, or all of it where strays prevail."""
    if _strays_prevail(body):
        return body.decode("cp1252", "replace")
    text = body.decode("utf-8", "surrogateescape")
    return text.translate({0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)})
