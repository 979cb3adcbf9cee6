"""OPML in and out. A list of feeds from elsewhere is hostile input: no DTD, no entities, bounded size, depth and count.

Owns the format only; what is already configured and where it is written is edit.py's business. Files are read as people
have them: in any encoding, with bare ampersands, with `url` for `xmlUrl`, broken XML as far as its outlines can be
told (outlines.py). A line that cannot be used is a fault with its number and keeps no other line out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

import msgspec

from monitor.config.outlines import Outline, read_outlines
from monitor.config.reader import url_fault
from monitor.config.values import FeedConfig
from monitor.errors import InputError

MAX_BYTES = 8 << 20
MAX_FEEDS = 20_000
MAX_TEXT = 200
MAX_URL = 2048

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]+")
_ADDRESS = re.compile(r"https?://[^\s\x00-\x1f\x7f\\<>\"{}|^`/?#]+[^\s\x00-\x1f\x7f\\<>\"{}|^`]*", re.IGNORECASE)
# What programs write before an address to be handed it: feed:https://…, feed://….
_HANDED = re.compile(r"(?:feed|rss|pcast|itpc|podcast)s?:", re.IGNORECASE)
_BARE = re.compile(r"(?://)?(?:[\w-]+\.)+[a-z]{2,}(?:[:/?].*)?", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_URL_KEYS = ("xmlurl", "feedurl", "feed_url", "rssurl", "url")
_NO_FEEDS = frozenset({"link", "include"})  # OPML 2.0: a page, another OPML file
_LIKE_A_FEED = re.compile(r"\.(?:xml|rss|rdf|atom)\b|\b(?:rss|feeds?|atom)\b", re.IGNORECASE)
_SCRAPED = ("html+xpath", "json+xpath", "xml+xpath", "json+dotnotation", "html+xpath+json+dotnotation")


class OpmlFeed(msgspec.Struct, frozen=True, kw_only=True):
    """One outline with an address; `group` is the title of the nearest outline around it, else its category."""

    url: str
    name: str
    group: str = ""
    language: str = ""
    line: int = 0


class Opml(msgspec.Struct, frozen=True):
    """What a file lists, and each line that cannot be used as `name:line: text`."""

    feeds: list[OpmlFeed]
    faults: list[str]


def read_opml(data: bytes, name: str = "OPML") -> Opml:
    """Return the feeds of an OPML file in order, each address once.

    Raises InputError with `name:line: text` where the file as a whole is refused.
    """
    if len(data) > MAX_BYTES:
        raise InputError(f"{name}:1: {len(data)} bytes; at most {MAX_BYTES} are read")
    outlines, faults = read_outlines(data, name)
    feeds: dict[str, OpmlFeed] = {}
    for outline in outlines:
        known = {key.lower().rpartition(":")[2]: value for key, value in outline.attributes.items()}
        url, fault = _address(known, has_children=outline.has_children)
        if fault:
            faults.append((outline.line, fault))
        if not url or url in feeds:
            continue
        if len(feeds) >= MAX_FEEDS:
            raise InputError(f"{name}:{outline.line}: more than {MAX_FEEDS:,} feeds")
        feeds[url] = _feed(url, known, outline)
    return Opml(list(feeds.values()), [f"{name}:{line}: {text}" for line, text in sorted(faults)])


def _feed(url: str, known: Mapping[str, str], outline: Outline) -> OpmlFeed:
    group = next((title for group in reversed(outline.around) if (title := _line(group, MAX_TEXT))), "")
    language = known.get("language", "").strip()
    return OpmlFeed(
        url=url,
        name=_line(known.get("text") or known.get("title") or "", MAX_TEXT) or url.split("/")[2][:MAX_TEXT],
        group=group or _line(known.get("category", "").partition(",")[0].replace("/", " "), MAX_TEXT),
        language=language if _LANGUAGE.fullmatch(language) else "",
        line=outline.line,
    )


def _address(known: Mapping[str, str], *, has_children: bool) -> tuple[str, str]:
    """Return the feed's address, and what is wrong with the outline; both empty for a folder."""
    kind = known.get("type", "").strip().lower()
    label = _line(known.get("text") or known.get("title") or "", 80)
    written = next((known[key] for key in _URL_KEYS if known.get(key, "").strip()), "")
    if kind in _SCRAPED:
        return (
            "",
            f"{label!r} is a page that its program takes apart ({kind}), no feed: `kind: page` in docs/sources.md",
        )
    if kind in _NO_FEEDS and not known.get("xmlurl") and not _LIKE_A_FEED.search(written):
        return "", "" if has_children else f"{label!r} is a {kind}, no feed: {_line(written, 80)}"
    if not written:
        if has_children or not (kind or known.get("htmlurl")):
            return "", ""
        page = _line(known.get("htmlurl", ""), 80)
        return "", f"{label!r} has no xmlUrl" + (f"; `monitor feeds add {page}` looks for its feed" if page else "")
    url = _mended(written)
    if not _ADDRESS.fullmatch(url) or len(url) > MAX_URL:
        return "", f"xmlUrl is no http(s) address: {_line(written, 80)}"
    fault = url_fault(url, ("http", "https"))
    return ("", f"xmlUrl: {_line(fault, 200)}") if fault else (url, "")


def _mended(written: str) -> str:
    """Return an address as it was meant: without line breaks, with its scheme, unescaped where it was twice."""
    url = re.sub(r"[\r\n\t]+", "", written.strip()).replace("&amp;", "&").replace(" ", "%20")
    handed = _HANDED.match(url)
    if handed:
        rest = url[handed.end() :].lstrip("/")
        return rest if rest.lower().startswith(("http:", "https:")) else f"http://{rest}"
    return f"https://{url.lstrip('/')}" if _BARE.fullmatch(url) else url


def write_opml(feeds: Iterable[FeedConfig], title: str = "Feeds") -> str:
    """Return the feeds as OPML 2.0, one outline per group."""
    groups: dict[str, list[FeedConfig]] = {}
    for feed in feeds:
        groups.setdefault(feed.group, []).append(feed)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += [f"  <head><title>{escape(title)}</title></head>", "  <body>"]
    for group, members in groups.items():
        if group:
            lines.append(f"    <outline text={_attribute(group)}>")
        lines += [("      " if group else "    ") + _outline(feed) for feed in members]
        if group:
            lines.append("    </outline>")
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _outline(feed: FeedConfig) -> str:
    language = f" language={_attribute(feed.language)}" if feed.language else ""
    return f'<outline type="rss" text={_attribute(feed.name)} xmlUrl={_attribute(feed.url)}{language}/>'


def _attribute(text: str) -> str:
    return quoteattr(_line(text, 4096))


def _line(text: str, limit: int) -> str:
    return " ".join(_CONTROLS.sub(" ", text[: limit * 4]).split())[:limit]
