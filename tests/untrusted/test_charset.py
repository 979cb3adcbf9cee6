"""Letters arrive as written, whatever label a server puts on them."""

from __future__ import annotations

import json

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


WORDS = {
    "cp1251": TITLE, "koi8-r": TITLE, "cp1253": "Δύο συλλήψεις", "cp1254": "İki kişi gözaltına alındı",
    "cp1255": "שניים נעצרו",
    "cp1256": "توقيف رجلين", "cp1250": "Zatrzymano dwóch mężczyzn", "iso-8859-1": "Deux interpellés à Besançon",
    "gb18030": "两人被捕", "big5": "兩人被捕", "shift_jis": "二人を逮捕", "euc-jp": "二人を逮捕",
    "euc-kr": "두 명 체포",
    "iso-2022-jp": "二人を逮捕", "utf-16-le": TITLE, "utf-16-be": TITLE, "utf-32-le": TITLE,
    "utf-8": "Due arrestati: è",
}  # fmt: skip
MARKS = {"": b"", "utf-8 mark": b"\xef\xbb\xbf", "two marks": b"\xef\xbb\xbf" * 2}


@pytest.mark.parametrize("encoding", WORDS)
@pytest.mark.parametrize("header", ["", "utf-8", "iso-8859-1", "us-ascii", "utf-16", "x-nonsense"])
def test_a_document_that_names_its_encoding_is_read_whatever_the_header_says(encoding, header):
    """Promise: the document's own true word is enough against each label that servers add to everything."""
    body = document(encoding, WORDS[encoding]).encode(encoding)
    assert WORDS[encoding] in decode(body, f"text/xml; charset={header}" if header else "text/xml")


@pytest.mark.parametrize("encoding", WORDS)
@pytest.mark.parametrize("declared", ["", "utf-8", "x-nonsense", "utf-16"])
def test_a_header_that_is_true_is_enough(encoding, declared):
    if encoding in ("iso-8859-1", "iso-2022-jp") and declared == "utf-8":
        return  # a header's Latin-1 says nothing; and escapes are UTF-8 as well
    text = document(declared, WORDS[encoding]) if declared else document("x", WORDS[encoding]).partition("?>")[2]
    assert WORDS[encoding] in decode(text.encode(encoding), f"text/xml; charset={encoding}")


@pytest.mark.parametrize(
    "label", ["utf-16", "utf-16le", "UTF-32", "ucs-2", "cp037", "iso-8859-1", "windows-1251", "gbk"]
)
@pytest.mark.parametrize("where", ["header", "document", "both"])
@pytest.mark.parametrize("more", ["", " "])
def test_utf_8_under_another_label_is_utf_8(label, where, more):
    """An even and an odd number of bytes: as UTF-16 one of them would decode, to Chinese."""
    words = "Fire at café, three held: Łódź, Besançon, Köln" + more
    body = document(label if where != "header" else "utf-8", words).encode()
    assert words in decode(body, f"text/xml; charset={label}" if where != "document" else "")


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_before_another_encoding_does_not_spoil_it(mark):
    body = MARKS[mark] + document("windows-1251").encode("cp1251")
    assert TITLE in decode(body, "")
    assert TITLE in decode(MARKS[mark] + document("windows-1251").encode(), "text/xml; charset=windows-1251")


@pytest.mark.parametrize(
    ("language", "encoding"),
    [("ru", "cp1251"), ("uk", "cp1251"), ("el", "cp1253"), ("he", "cp1255"), ("ar", "cp1256"), ("pl", "cp1250"),
     ("ja", "shift_jis"), ("zh", "gb18030"), ("ko", "euc-kr")],
)  # fmt: skip
def test_without_any_label_the_language_tells(language, encoding):
    words = WORDS[encoding] if language != "uk" else "Затримано двох"
    body = f"<rss><channel><language>{language}</language><item><title>{words}</title></item></channel></rss>"
    assert words in decode(body.encode(encoding), "")


@pytest.mark.parametrize("label", ["win1251", "win-1251", "windows1251", "cp-1251", "CP1251", "x-cp1251"])
def test_a_code_page_is_known_by_any_of_its_names(label):
    assert TITLE in decode(document(label).encode("cp1251"), "")


@pytest.mark.parametrize("declared", ["iso-8859-1", "us-ascii", "windows-1252"])
def test_one_letter_in_utf_8_is_enough_against_a_western_label(declared):
    assert "café" in decode(document(declared, "café").encode(), "text/xml; charset=iso-8859-1")
    assert "café €" in decode(document(declared, "café €").encode("cp1252"), "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_json_is_read_in_any_unicode_encoding(encoding):
    items = [{"id": "a", "title": TITLE}]
    body = json.dumps({"version": "https://jsonfeed.org/version/1", "items": items}, ensure_ascii=False)
    assert parse_feed(body.encode(encoding), "application/feed+json").entries[0].title == TITLE
