"""The bytes of an HTML page to its text and its tree. lxml is imported by the function that needs it."""

from __future__ import annotations

import re
from typing import Any

from monitor.untrusted import charset

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:-]{1,40})", re.IGNORECASE)
_SERVER_DEFAULTS = frozenset({"iso-8859-1", "iso8859-1", "latin1", "latin-1", "us-ascii", "ascii", "windows-1252"})


def decode_page(page: bytes, content_type: str = "") -> str:
    """Return the page's text, by its byte-order mark, the header's charset, its meta element, or as UTF-8.

    A header that says Latin-1, or cannot be right, is the server's default and no knowledge: what the page says of
    itself goes before it. A meta element that says UTF-16 cannot be right either: it was read in ASCII.
    """
    header = charset.label_of(content_type)
    match = _META_CHARSET.search(page[:4096])
    meta = match[1].decode("ascii") if match else ""
    if meta.lower().startswith(("utf-16", "utf16", "utf-32", "ucs-2")):
        meta = ""
    if meta and (not header or header.lower() in _SERVER_DEFAULTS or not charset.reads(page, header)):
        header = meta
    return charset.decode(page, f"charset={header}" if header else "")


def parse_html(source: str) -> Any:
    """Return the page as an lxml tree, or None where there is nothing in it."""
    import lxml.etree
    import lxml.html

    parser = lxml.html.HTMLParser(
        encoding="utf-8", recover=True, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return lxml.html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, ValueError):
        return None
