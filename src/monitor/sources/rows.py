"""Rows of a listing page by CSS selectors. Runs inside the killable child: selectors and pages may be anything.

A selector may end in `@attribute`, which takes that attribute of the element instead of its text.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

import msgspec

from monitor.parse.raw import RawEntry
from monitor.untrusted.page import decode_page, parse_html

# A list a person reads has tens of rows; a selector that matches more than this matches something else.
MAX_ROWS = 500
MAX_TEXT = 20_000
USUAL_TITLES = "h1, h2, h3, h4, h5, h6"
# Where a row states its date, best first.
USUAL_DATES = ("time@datetime", "time", "[datetime]@datetime", "[class*=date]", "[class*=time]")


class SelectorError(Exception):
    """A selector that is none, or that matches what it must not; the message is a sentence."""


def prepare() -> None:
    """Import the parsers before the first job's clock runs."""
    import cssselect
    import lxml.html

    assert cssselect  # noqa: S101 - imported for its cost only
    assert lxml.html  # noqa: S101


def read_rows(page: bytes, url: str, select: bytes, content_type: str = "") -> tuple[list[RawEntry], str, str]:
    """Return (entries, the page's title, what is wrong) of a page; `select` is JSON, pairs of a field and its selector.

    Entries come in the page's order, each address once. Something is wrong where a selector cannot be read or matches
    more rows than a list has; a page without rows is empty and not wrong.
    """
    tree = parse_html(decode_page(page, content_type))
    if tree is None:
        return [], "", "the page is empty"
    titles = tree.xpath("//title")
    title = _text(titles[0]) if titles else ""
    try:
        return rows_of(tree, url, dict(msgspec.json.decode(select))), title, ""
    except SelectorError as error:
        return [], title, str(error)


def rows_of(tree: Any, url: str, select: dict[str, str]) -> list[RawEntry]:
    """Return the rows of a parsed page. Raises SelectorError."""
    bases = tree.xpath("//base/@href")
    base = _joined(url, str(bases[0])) or url if bases else url
    rows = found(tree, select["rows"])
    if len(rows) > MAX_ROWS:
        text = f"`rows: {select['rows']}` matches {len(rows)} elements; choose one that names a row of the list"
        raise SelectorError(text)
    entries: dict[str, RawEntry] = {}
    for row in rows:
        entry = _entry(row, base, select)
        if entry is None:
            continue
        before = entries.get(entry.link)
        if before is None or len(before.title) < len(entry.title):
            entries[entry.link] = entry
    return list(entries.values())


def found(element: Any, selector: str) -> list[Any]:
    """Return the elements a selector matches, in document order. Raises SelectorError."""
    import lxml.etree

    try:
        return list(_compiled(selector)(element))
    except lxml.etree.LxmlError as error:
        raise SelectorError(f'"{selector}" cannot be used here: {error}'[:300]) from error


@lru_cache(maxsize=64)
def _compiled(selector: str) -> Any:
    import cssselect
    from lxml.cssselect import CSSSelector

    try:
        return CSSSelector(selector, translator="html")
    except (cssselect.SelectorError, ValueError, TypeError, RecursionError) as error:
        raise SelectorError(f'"{selector}" is no CSS selector: {error}'[:300]) from error


def _entry(row: Any, base: str, select: dict[str, str]) -> RawEntry | None:
    link, anchor = _link(row, base, select.get("link", ""))
    if not link:
        return None
    title = value(row, select.get("title", "")) if select.get("title") else usual_title(row, anchor)
    published = value(row, select["date"]) if select.get("date") else usual_date(row)
    summary = value(row, select["summary"]) if select.get("summary") else ""
    text = value(row, select["text"]) if select.get("text") else ""
    return RawEntry(
        guid=link, link=link, title=_escaped(title), summary=_escaped(summary), content=_escaped(text),
        published=published,
    )  # fmt: skip


def _link(row: Any, base: str, selector: str) -> tuple[str, Any]:
    """Return a row's address and the element that holds it: as chosen, the row itself, or its first link."""
    if selector and "@" in selector:
        link = _joined(base, value(row, selector))
        return link, None
    anchors = _matches(row, selector) if selector else [row] if row.tag == "a" else row.xpath(".//a[@href]")
    for anchor in anchors:
        link = _joined(base, anchor.get("href") or "")
        if link:
            return link, anchor
    return "", None


def usual_title(row: Any, anchor: Any) -> str:
    """Return the first heading's text, else the link's, else the longest text of the row's links to that place."""
    for heading in found(row, USUAL_TITLES):
        if text := _text(heading):
            return text
    texts = [_text(anchor)] if anchor is not None else []
    if not any(texts) and anchor is not None:
        texts = [_text(other) for other in row.xpath(".//a[@href]") if other.get("href") == anchor.get("href")]
        texts.append(str(anchor.get("title") or anchor.get("aria-label") or ""))
    return max(texts, key=len, default="")


def usual_date(row: Any) -> str:
    """Return what a row's date element says, '' where it has none."""
    return next((text for selector in USUAL_DATES if (text := value(row, selector))), "")


def value(row: Any, selector: str) -> str:
    """Return the text, or with `@attribute` an attribute, of the first element a selector matches within a row."""
    path, _, attribute = selector.partition("@")
    for element in _matches(row, path.strip()):
        text = str(element.get(attribute.strip()) or "") if attribute else _text(element)
        if text:
            return text[:MAX_TEXT]
    return ""


def _matches(row: Any, selector: str) -> list[Any]:
    return found(row, selector) if selector else [row]


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())[:MAX_TEXT]


def _joined(base: str, href: str) -> str:
    """Return an address made absolute, without its fragment; '' where it leads to no page."""
    try:
        url = urljoin(base, href.strip()).partition("#")[0]
    except ValueError:
        return ""
    return url if href.strip() and not href.strip().startswith("#") and url.startswith(("http://", "https://")) else ""


def _escaped(text: str) -> str:
    """Return plain text such that reading it as markup gives it back."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
