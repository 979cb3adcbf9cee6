"""What a page's bytes are: a page, or something that must not be stored as an article."""

from __future__ import annotations

import pytest

from monitor.text.extract import PageError, read_page
from monitor.text.kinds import other_kind

PAGE = b"<!doctype html><html><head><title>T</title></head><body><p>Words of a report.</p></body></html>"


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (b"%PDF-1.7\n1 0 obj<>endobj", "application/pdf", "a PDF"),
        (b"%PDF-1.7\n1 0 obj<>endobj", "text/html; charset=utf-8", "a PDF"),
        (b"\n\n%PDF-1.4 x", "", "a PDF"),
        (b"\x89PNG\r\n\x1a\n....", "text/html", "an image"),
        (b"\xff\xd8\xff\xe0..JFIF", "image/jpeg", "an image"),
        (b"RIFF....WEBPVP8 ", "image/webp", "an image, a film or a recording"),
        (b"....ftypmp42", "", "an image, a film or a recording"),
        (b"PK\3\4....word/document.xml", "text/html", "a ZIP archive or an office document"),
        (b"{\\rtf1\\ansi Plot", "text/html", "an office document"),
        (b"BM6\0\1\0\0\0\0\0....", "image/bmp", "an image"),
        (b"ID3\4....", "audio/mpeg", "a sound recording"),
        (b'{"headline": "A plot", "articleBody": "words"}', "application/json", "data in JSON"),
        (b'{"html": "<p>A plot</p>"}', "application/json; charset=utf-8", "data in JSON"),
        (b"<?xml version='1.0'?><rss version='2.0'></rss>", "text/html", "a feed or a list of addresses"),
        (b"\1\2\0\3\0\4" * 50, "text/html", "binary data"),
        (b"some words", "image/svg+xml", "an image"),
        (b"date,title\n2026,A", "text/csv", "a table"),
    ],
)
def test_what_is_no_page_is_named(body: bytes, content_type: str, kind: str) -> None:
    """Promise: files are known by their bytes first, then by their type, and are not read as articles."""
    assert other_kind(body, content_type) == kind
    with pytest.raises(PageError, match="not-html: " + kind):
        read_page(body, content_type=content_type)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (PAGE, "text/html"), (PAGE, ""), (PAGE, "image/jpeg"), (PAGE, "application/octet-stream"),
        (b"\xef\xbb\xbf" + PAGE, "text/html"), (PAGE.decode().encode("utf-16"), "text/html"),
        (PAGE.decode().encode("utf-16-le"), "text/html; charset=utf-16"), (b"A report without markup.", "text/plain"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><body/></html>", "application/xhtml+xml"),
        (b"BMW recalls cars", "text/html"), (b"", "text/html"),
    ],
)  # fmt: skip
def test_what_may_be_a_page_is_read(body: bytes, content_type: str) -> None:
    """Promise: a page with a wrong type, in a wide encoding or without markup is not turned away."""
    assert other_kind(body, content_type) == ""
