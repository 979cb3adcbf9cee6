"""Letters arrive as written, whatever label a server puts on them."""

from __future__ import annotations

import pytest

from monitor.parse.feed import parse_feed
from monitor.untrusted.charset import declared_utf8, decode, to_utf8

TITLE = "Полиция задержала двоих"


def document(encoding: str, title: str = TITLE) -> str:
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    return f'{head}<rss version="2.0"><channel><item><title>{title}</title></item></channel></rss>'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (document("utf-8").encode(), ""),
        (document("utf-8").encode("utf-8-sig"), ""),
        (document("utf-8").encode(), "text/xml"),
        (document("utf-8").encode(), "text/xml; charset=ISO-8859-1"),
        (document("iso-8859-1").encode(), ""),
        (document("windows-1251").encode("cp1251"), ""),
        (document("koi8-r").encode("koi8-r"), "application/xml"),
        (document("utf-8").encode("cp1251"), 'application/rss+xml; charset="windows-1251"'),
        (document("utf-16").encode("utf-16"), ""),
        (document("utf-16").encode("utf-16-be"), ""),
        (document("utf-16").encode(), ""),
        (document("x-unknown").encode(), ""),
        (document("punycode").encode(), ""),
        (document("unicode_escape").encode(), ""),
    ],
)
def test_the_title_is_read_right(body, content_type):
    assert parse_feed(body, content_type).entries[0].title == TITLE


def test_stray_bytes_do_not_spoil_the_rest():
    """One windows-1252 quotation mark in a UTF-8 feed leaves the Cyrillic alone."""
    body = document("utf-8", "QQ " + TITLE).encode().replace(b"QQ", b"\x93plot\x94")
    assert parse_feed(body).entries[0].title == "“plot” " + TITLE


def test_mostly_windows_1252_is_windows_1252():
    assert "Perú Azerbaiyán" in decode("Perú Azerbaiyán".encode("cp1252"), "")


def test_the_common_case_is_seen_at_once():
    assert declared_utf8(document("UTF-8").encode(), "application/rss+xml; charset=utf-8")
    assert not declared_utf8(document("windows-1251").encode(), "")
    assert not declared_utf8(document("utf-8").encode(), "text/xml; charset=koi8-r")


def test_the_document_says_what_it_now_is():
    assert to_utf8(document("koi8-r").encode("koi8-r"), "").startswith(b'<?xml version="1.0" encoding="utf-8"?>')
