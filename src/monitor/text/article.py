"""HTML of a page to the text of its article: runs inside the killable child, never in a tick.

Three readers: trafilatura where the extra `fulltext` is installed; else paragraph density on lxml (density.py); where
that finds next to nothing, what the page states as its `articleBody` in JSON-LD (asked first, statements that are mere
teasers cost 0.02 of F1 on 92 pages). Starting the child and its limits are extract.py's.
"""

from __future__ import annotations

import json
import re
from typing import Any

from monitor.text.clean import clean
from monitor.text.density import densest_text
from monitor.untrusted.markup import one_line, plain_text
from monitor.untrusted.page import decode_page, parse_html

_JSON_LD = re.compile(r"<script[^>]{0,200}ld\+json[^>]{0,200}>", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,1000})", re.IGNORECASE)
_OG_TITLE = re.compile(
    r"<meta[^>]{0,100}property=[\"']og:title[\"'][^>]{0,100}content=[\"']([^\"']{1,500})", re.IGNORECASE
)
_MAX_JSON_LD_BYTES = 1 << 20
# Shorter texts are teasers, captions or cookie notices.
MIN_CHARS = 140
MAX_CHARS = 400_000
MORE, HELD = 1.3, 0.8


def prepare() -> None:
    """Import the extractors before the first job's clock runs."""
    import lxml.html

    assert lxml.html  # noqa: S101 - imported for its cost only
    try:
        import trafilatura  # noqa: F401
    except ImportError:
        return


def extract_article(page: bytes, url: str, content_type: str = "") -> tuple[str, str, str]:
    """Return (title, text, extractor) of a page; text is empty where there is no article."""
    source = decode_page(page, content_type)
    title = page_title(source)
    text, extractor = _body(source, url)
    return title, text[:MAX_CHARS], extractor


def _body(source: str, url: str) -> tuple[str, str]:
    """Return the first text that is long enough, else the longest, and which reader found it.

    Trafilatura takes one block for the article; where the other reader has that and much more, the page was cut by
    advertisements (0.9586 instead of 0.9532 on 92 pages).
    """
    found = ("", "")
    for name, reader in (("trafilatura", _with_trafilatura), ("density", _by_density), ("json-ld", as_stated)):
        text = clean(reader(source, url))
        if len(text) >= MIN_CHARS:
            if name == "trafilatura" and _has_more(longer := clean(_by_density(source, url)), text):
                return longer, "density"
            return text, name
        if len(text) > len(found[0]):
            found = (text, name)
    return found


def _has_more(longer: str, text: str) -> bool:
    """Tell whether a text holds nearly all lines of another and a third more."""
    if len(longer) < MORE * len(text):
        return False
    whole = " ".join(longer.split())
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return sum(len(line) for line in lines if line in whole) >= HELD * sum(map(len, lines))


def _with_trafilatura(source: str, url: str) -> str:
    """Return what trafilatura finds, nothing where it is not installed; its faults are not ours."""
    try:
        import trafilatura
    except ImportError:
        return ""
    try:
        return trafilatura.extract(source, url=url or None, fast=True, include_comments=False) or ""
    except Exception:  # a page on which it stumbles is left to the next reader
        return ""


def _by_density(source: str, _: str) -> str:
    return densest_text(parse_html(source))


def as_stated(source: str, _: str) -> str:
    """Return the longest `articleBody` of the page's JSON-LD."""
    bodies = [""]
    for match in _JSON_LD.finditer(source):
        end = source.find("</script", match.end())
        stated = source[match.end() : end]
        if end < 0 or len(stated) > _MAX_JSON_LD_BYTES or "articleBody" not in stated:
            continue
        try:
            _collect_bodies(json.loads(stated, strict=False), bodies, 0)
        except (ValueError, RecursionError):
            continue
    return max(bodies, key=len)


def _collect_bodies(value: Any, bodies: list[str], depth: int) -> None:
    if depth > 6:
        return
    if isinstance(value, dict):
        body = value.get("articleBody")
        if isinstance(body, str):
            bodies.append(plain_text(body) if "<" in body or "&" in body else body.strip())
        for inner in value.values():
            if isinstance(inner, dict | list):
                _collect_bodies(inner, bodies, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _collect_bodies(inner, bodies, depth + 1)


def page_title(source: str) -> str:
    """Return the title a page gives to those who share it, else its own."""
    match = _OG_TITLE.search(source[:200_000]) or _TITLE.search(source[:200_000])
    return one_line(match[1]) if match else ""
