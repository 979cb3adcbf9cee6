"""Where an entry leads, as the fast reader takes it: links by attribute or text, permalinks, enclosures.

Which of several links counts is fastentry.py's to say.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from monitor.parse.fasttext import HTML_TYPES, attributes_of, cleaned
from monitor.parse.raw import DeclinedError
from monitor.parse.vocabulary import NAMESPACES

_EXTRA_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)/+")
_LINK_REFERENCE = re.compile(r"&([A-Za-z0-9_]+);")


def link_of(element: Element, base: str) -> str | None:
    """Return where a link with attributes leads; None where that is no page."""
    attributes = attributes_of(element)
    href = href_of(attributes)
    if attributes.get("rel", "alternate").lower() != "alternate":
        return None
    if not href:
        return link_text(cleaned(element.text), base)
    return resolved(href, base) if attributes.get("type", "text/html").lower() in HTML_TYPES else None


def href_of(attributes: dict[str, str]) -> str:
    """Return the address among a link's attributes; "" where its text is the address."""
    href = attributes.get("url") or attributes.get("uri") or attributes.get("href")
    if href == "":
        raise DeclinedError("a link to nowhere")
    return href or ""


def link_text(text: str, base: str) -> str:
    """Return the address that is an element's text."""
    if "&" in text:
        text = _LINK_REFERENCE.sub(r"&\1", text.replace("&amp;", "&"))
    return resolved(text, base) if base or ":///" in text else text


def is_permalink(guid: Element) -> bool:
    """Say whether a guid claims to be the address of the page."""
    attributes = guid.attrib
    if len(attributes) == 1 and "isPermaLink" in attributes:
        return attributes["isPermaLink"] == "true"
    return attributes_of(guid).get("ispermalink", "true") == "true"


def enclosure_of(item: Element, base: str) -> str:
    """Return the address of the first file an entry carries, at any depth but within its source."""
    for element in item:
        namespace, _, name = element.tag.rpartition("}")
        if name.lower() != "source" and len(element) and (inner := enclosure_of(element, base)):
            return inner
        if name.lower() not in ("enclosure", "link") or NAMESPACES.get(namespace[1:].lower(), "x" * len(namespace)):
            continue
        attributes = attributes_of(element)
        href = attributes.get("url") or attributes.get("uri") or attributes.get("href") or ""
        if name.lower() == "enclosure" and href:
            return href
        if attributes.get("rel", "").lower() == "enclosure" and (href or element.text):
            return resolved(href, base) if href else link_text(cleaned(element.text), base)
    return ""


def resolved(link: str, base: str) -> str:
    """Return a link as feedparser does: surplus slashes gone, joined to the document's base if it states one."""
    if ":///" in link:
        link = _EXTRA_SLASHES.sub(r"\1", link)
    if base:
        try:
            return urljoin(base, link)
        except ValueError:
            return ""
    return link
