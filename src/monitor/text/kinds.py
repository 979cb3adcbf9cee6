"""What kind of thing a page's bytes are: a web page, or a PDF, an image, a film, an archive, a feed, plain data.

The bytes are believed before the Content-Type: servers call PDFs text/html, and pages image/jpeg.
"""

from __future__ import annotations

_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG\r\n", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF87a", "an image"),
    (b"GIF89a", "an image"),
    (b"II*\0", "an image"),
    (b"MM\0*", "an image"),
    (b"\0\0\1\0", "an image"),
    (b"PK\3\4", "a ZIP archive or an office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an office document"),
    (b"{\\rtf", "an office document"),
    (b"\x1f\x8b", "an archive"),
    (b"\xfd7zXZ\0", "an archive"),
    (b"7z\xbc\xaf\x27\x1c", "an archive"),
    (b"Rar!\x1a\7", "an archive"),
    (b"ID3\2", "a sound recording"),
    (b"ID3\3", "a sound recording"),
    (b"ID3\4", "a sound recording"),
    (b"\xff\xfb", "a sound recording"),
    (b"OggS", "a recording"),
    (b"fLaC", "a sound recording"),
    (b"\x1aE\xdf\xa3", "a film"),
    (b"FLV\1", "a film"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
_TYPES = {
    "image": "an image", "audio": "a sound recording", "video": "a film", "font": "a font",
    "application/pdf": "a PDF", "application/zip": "a ZIP archive", "application/json": "data in JSON",
    "application/ld+json": "data in JSON", "application/msword": "an office document", "text/csv": "a table",
    "text/css": "a style sheet", "text/javascript": "a script", "application/javascript": "a script",
    "text/calendar": "a calendar", "application/octet-stream": "data without a type",
}  # fmt: skip
_HEAD = 1_024
_TAGS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<meta", b"<title", b"<article", b"<p>", b"<div", b"<h1")
_FEEDS = (b"<rss", b"<feed", b"<rdf:rdf", b"<opml", b"<urlset", b"<sitemapindex")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_MOST_NULS = 0.02


def other_kind(body: bytes, content_type: str) -> str:
    """Return what the bytes are in words, where they are no web page; an empty string where they may be one."""
    head = body[:_HEAD]
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, kind in _MAGIC:
        if start.startswith(magic):
            return kind
    if start[4:8] == b"ftyp" or (start[:4] == b"RIFF" and start[8:12] in (b"WEBP", b"AVI ", b"WAVE")):
        return "an image, a film or a recording"
    if start[:2] == b"BM" and start[6:10] == bytes(4):
        return "an image"
    if start[:1] in (b"{", b"[") and "json" in content_type.lower():
        return "data in JSON"
    lowered = head.lower()
    has_tags = any(tag in lowered for tag in _TAGS)
    if not has_tags and any(tag in lowered for tag in _FEEDS):
        return "a feed or a list of addresses"
    if not start.startswith(_WIDE) and "utf-16" not in content_type.lower():
        n_nuls = head.count(0)
        if n_nuls > _MOST_NULS * len(head) and not _is_wide(head):
            return "binary data"
    kind, _, _ = content_type.lower().partition(";")
    kind = kind.strip()
    named = _TYPES.get(kind) or _TYPES.get(kind.partition("/")[0])
    return named if named and not has_tags else ""


def _is_wide(head: bytes) -> bool:
    """Tell whether every second byte is a zero: UTF-16 without a mark."""
    return any(head[start::2].count(0) > 0.4 * len(head) for start in (0, 1))
