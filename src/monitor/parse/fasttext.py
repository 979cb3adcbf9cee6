"""The text of an element as the fast reader takes it: its own words, or the markup its child elements stand for.

Also attributes whatever the case of their names, and the mending of text that was encoded twice. Which element counts
is fastentry.py's to say; turning markup into plain text is markup.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from monitor.parse.raw import DeclinedError
from monitor.parse.vocabulary import local_name

MAX_DEPTH = 100
_XHTML_TYPES = frozenset({"xhtml", "application/xhtml+xml"})
HTML_TYPES = frozenset({"html", "text/html"}) | _XHTML_TYPES
_PLAIN_TYPES = frozenset({"", "text", "plain", "text/plain", "html", "text/html"})
# windows-1252 letters sent as C1 control codes.
_C1 = {code: bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)}
# Without one of U+0080 to U+00BF a text holds neither C1 codes nor UTF-8 that was encoded twice.
_BEYOND_SUSPICION = bytes([*range(0x80), *range(0xC0, 0x100)])


def attributes_of(element: Element) -> dict[str, str]:
    """Return the attributes by their names in lower case; one written so wins."""
    attributes = element.attrib
    if "".join(attributes).islower():
        return attributes
    if len(attributes) < 2:
        return {name.lower(): value for name, value in attributes.items()}
    return {**{name.lower(): value for name, value in reversed(list(attributes.items()))}, **attributes}


def is_xhtml(element: Element) -> bool:
    """Say whether an element's text stands beside markup. Raises DeclinedError where it is no text at all."""
    attributes = element.attrib
    if len(attributes) == 1 and attributes.get("type") in _PLAIN_TYPES:
        return False
    attributes = attributes_of(element)
    content_type = attributes.get("type", "").lower()
    is_markup = content_type in _XHTML_TYPES
    if attributes.get("mode") == "base64" or not (is_markup or content_type in _PLAIN_TYPES):
        raise DeclinedError(f"content of type {content_type or 'base64'}")
    return is_markup


def cleaned(text: str | None) -> str:
    """Return the text of a leaf, its edges stripped and its letters mended."""
    if not text:
        return ""
    text = text.strip()
    return text if text.isascii() else mended(text)


def mended(text: str) -> str:
    """Undo UTF-8 that was encoded twice, and read C1 control codes as the windows-1252 letters they stand for."""
    western = text.encode("latin-1", "ignore")
    if western.isascii() or not western.translate(None, _BEYOND_SUSPICION):
        return text
    try:  # noqa: SIM105 - suppress() costs more than the attempt
        text = text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        pass
    return text.translate(_C1)


def escaped(text: str) -> str:
    """Return text such that reading it as markup gives it back."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def text_of(element: Element, depth: int, actions: Mapping[str, str], may_hold_markup: bool) -> str:
    """Return the text of an element; child elements become tags where the field may hold markup.

    A literal `<` must not look like a tag: text beside markup is escaped. Raises DeclinedError for a child where none
    belongs, or one that means something to a feed.
    """
    is_escaped = bool(element.keys()) and is_xhtml(element)
    if not is_escaped and not len(element):
        return cleaned(element.text)
    if len(element) and not may_hold_markup:
        raise DeclinedError(f"an element within {local_name(element.tag)}")
    markup = _Markup(actions, is_escaped)
    markup.text(element.text)
    markup.children(element, depth + 1)
    return cleaned("".join(markup.pieces))


class _Markup:
    """Markup in writing. It is escaped from the first child on that is no mere wrapper (`div`)."""

    __slots__ = ("actions", "is_escaped", "pieces")

    def __init__(self, actions: Mapping[str, str], is_escaped: bool) -> None:
        self.actions = actions
        self.is_escaped = is_escaped
        self.pieces: list[str] = []

    def text(self, text: str | None) -> None:
        if text:
            if self.is_escaped:
                text = escaped(text)
            self.pieces.append(text)

    def children(self, parent: Element, depth: int) -> None:
        for child in parent:
            name = local_name(child.tag)
            if self.actions[child.tag] or depth > MAX_DEPTH:
                raise DeclinedError(f"element {name} within a text")
            if name != "div":
                self.is_escaped = True
            if self.is_escaped:
                self.pieces.append(f"<{name}>")
            self.text(child.text)
            self.children(child, depth + 1)
            if self.is_escaped:
                self.pieces.append(f"</{name}>")
            self.text(child.tail)
