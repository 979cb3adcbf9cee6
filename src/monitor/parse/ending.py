"""Whether an XML feed that is not well-formed was cut off on its way, and whether its last entry is a mere fragment.

A server that closes the connection early says nothing: without a Content-Length a piece of a feed looks like the
whole. Only the end tag of the root tells. Asked of documents the fast reader declined; a well-formed one has its end.
"""

from __future__ import annotations

import re

_ROOT_END = re.compile(rb"</(?:[A-Za-z][\w.-]{0,30}:)?(?:rss|rdf|feed)\s*>", re.IGNORECASE)
_ROOT = re.compile(rb"<(?:[A-Za-z][\w.-]{0,30}:)?(?:rss|rdf|feed)[\s>]", re.IGNORECASE)
_ENTRY = re.compile(rb"<(/?)(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)(?:\s[^<>]{0,2000})?(/?)>", re.IGNORECASE)
_TITLE_END = re.compile(rb"</(?:[A-Za-z][\w.-]{0,30}:)?title\s*>", re.IGNORECASE)
_IDENTITY = re.compile(rb"</(?:[A-Za-z][\w.-]{0,30}:)?(?:guid|id|link)\s*>|<link\s[^<>]{0,2000}>", re.IGNORECASE)
_HIDDEN = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)


def is_cut(document: bytes) -> bool:
    """Say whether a feed in UTF-8 lacks the end tag of its root."""
    return _ROOT.search(document[:4096]) is not None and _ROOT_END.search(document) is None


def ends_in_a_fragment(document: bytes) -> bool:
    """Say whether the document ends within an entry before that has a title and an address or a guid of its own."""
    document = _HIDDEN.sub(b"", document)
    start = -1
    for match in _ENTRY.finditer(document):
        start = -1 if match[1] or match[2] else match.end()
    return start >= 0 and not (_TITLE_END.search(document, start) and _IDENTITY.search(document, start))
