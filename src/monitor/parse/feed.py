"""Bytes of a feed to a ParsedFeed: charset, reader, clean text, dates, sizes.

The fast reader takes well-formed feeds; whatever it declines goes to feedparser in a child process that can be
killed. Identity, scheduling and storage are decided elsewhere. `parse_feed` never raises: a feed that cannot be read
is a ParsedFeed with `error` (a stable kebab reason) and `warning` (one line for a person).
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from functools import lru_cache
from urllib.parse import urljoin

import msgspec

from monitor.parse.dates import clamp, read_date
from monitor.parse.ending import ends_in_a_fragment, is_cut
from monitor.parse.fastpath import read_fast
from monitor.parse.jsonfeed import read_json_feed
from monitor.parse.newest import newest
from monitor.parse.notfeed import beginning, what_page
from monitor.parse.raw import MAX_ENTRIES, DeclinedError, RawEntry, RawFeed
from monitor.parse.values import ParsedEntry, ParsedFeed
from monitor.untrusted import charset
from monitor.untrusted.markup import one_line, plain_text

# The fetcher's cap on a decoded body; a filter may be given larger files.
MAX_BYTES = 16 << 20
# Longest texts kept, in characters. Titles of real feeds stay under 500, full texts under 100,000.
MAX_TITLE, MAX_TEXT, MAX_GUID, MAX_URL, MAX_NAME = 1000, 200_000, 1000, 4096, 300
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# What may be an address among guids: with its scheme or host, or a path from the root.
_GUID_ADDRESS = re.compile(r"https?://|//[\w-]|/[\w-]|www\.", re.IGNORECASE)
_TIME_ELEMENT = re.compile(r"<time\s[^<>]{0,200}?datetime\s*=\s*[\"']([^\"'<>]{4,60})")
# Slips of the pen in a scheme: http:/host, https//host, https://https://host.
_SLIP = re.compile(r"(https?)(?::/(?=[^/])|//|://(?=https?:?/))(?:https?:?/{1,2})?", re.IGNORECASE)
_HTML = re.compile(rb"\s*(?:<!--.{0,500}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)

_FEED_ROOT = re.compile(rb"<(?:[a-z]+:)?(?:rss|rdf|feed|channel)\b", re.IGNORECASE)


def parse_feed(body: bytes, content_type: str = "", url: str = "", now: datetime | None = None) -> ParsedFeed:
    """Parse a feed document; with `now`, dates in the future are clamped to it."""
    if not body or body.isspace():
        return ParsedFeed(error="empty-body", warning="the body is empty")
    if len(body) > MAX_BYTES:
        return ParsedFeed(error="too-large", warning=f"the body has {len(body)} bytes; at most {MAX_BYTES} are read")
    if _HTML.match(body[:4096]) and not _FEED_ROOT.search(body):
        return _no_feed(body, "", url)
    if _is_json(body, content_type):
        raw = read_json_feed(charset.decode(body, content_type).lstrip().encode("utf-8", "replace"))
        return finish(raw, "json", url, now) if raw.version else _no_feed(body, raw.note, url)
    try:
        document = body.lstrip() if charset.declared_utf8(body, content_type) else charset.to_utf8(body, content_type)
        return finish(read_fast(document), "fast", url, now)
    except DeclinedError:
        document = charset.to_utf8(body, content_type)
        raw = _read_with_feedparser(document)
    if not raw.version and (not raw.entries or _HTML.match(body)):
        return _no_feed(body, raw.note, url)
    if not is_cut(document):
        return finish(raw, "feedparser", url, now)
    if raw.entries and ends_in_a_fragment(document):
        raw.entries.pop()
    raw.note = f"the answer was cut off: the document has no end; {len(raw.entries)} entries were read"
    return msgspec.structs.replace(finish(raw, "feedparser", url, now), is_cut=True)


def _is_json(body: bytes, content_type: str) -> bool:
    if b"\0" in body[:8]:  # UTF-16 or UTF-32
        body = charset.decode(body[:64], content_type).encode()
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def _read_with_feedparser(document: bytes) -> RawFeed:
    """Ask feedparser, in a child process that is killed when it takes too long or too much."""
    from monitor.untrusted.sandbox import KilledError, sandbox_for

    try:
        return sandbox_for("monitor.parse.tolerant:read_tolerantly").run(RawFeed, document)
    except KilledError as error:
        return RawFeed(note=f"parse-{error.reason}: {error}")


def entries_or_error(body: bytes) -> list[ParsedEntry]:
    """Return the entries; raise ValueError with reason and detail where the bytes are no feed."""
    feed = parse_feed(body)
    if feed.error:
        raise ValueError(f"{feed.error}: {feed.warning}")
    return feed.entries


def finish(raw: RawFeed, reader: str, url: str = "", now: datetime | None = None) -> ParsedFeed:
    """Turn what a reader found into the values the rest of the program sees."""
    warning = raw.note
    entries = newest(raw.entries, MAX_ENTRIES)
    n_dropped = raw.n_dropped + len(raw.entries) - len(entries)
    if n_dropped:
        warning = f"lists {n_dropped + len(entries)} entries: the newest {len(entries)} were read, {n_dropped} were not"
    language = _language(raw.language)
    return ParsedFeed(
        title=one_line(raw.title)[:MAX_NAME],
        language=language,
        link=_address(raw.link, url),
        entries=[_entry(entry, language, url, now) for entry in entries],
        ttl_s=_minutes(raw.ttl),
        skip_hours=frozenset(hour for text in raw.skip_hours if (hour := _hour(text)) is not None),
        warning=warning,
        reader=reader,
        n_dropped=n_dropped,
    )


def _entry(raw: RawEntry, language: str, url: str, now: datetime | None) -> ParsedEntry:
    """Return an entry with clean text, in the language of the feed unless it states its own."""
    published_at, published_raw, quality = _date(raw)
    if now is not None:
        published_at, quality = clamp(published_at, quality, now)
    summary = plain_text((raw.summary or raw.caption)[:MAX_TEXT])
    text = ""
    if raw.content and raw.content != raw.summary:
        text = plain_text(raw.content[:MAX_TEXT])
        if not summary:
            summary, text = text, ""
        elif text == summary:
            text = ""
    return ParsedEntry(
        guid=_guid(raw.guid),
        link=_link(raw, url),
        title=one_line(raw.title[:MAX_TEXT])[:MAX_TITLE],
        summary=summary,
        text=text,
        published_at=published_at,
        published_raw=published_raw[:MAX_NAME],
        date_quality=quality,
        lang=_language(raw.lang) if raw.lang else language,
        author=_name(raw.author[:MAX_TITLE]),
        source_name=_name(raw.source_name[:MAX_TITLE]),
        source_url=_address(raw.source_url, url),
    )


@lru_cache(maxsize=1024)
def _name(text: str) -> str:
    """Return the name of an author or a source: few, and often repeated."""
    return one_line(text)[:MAX_NAME]


def _date(raw: RawEntry) -> tuple[datetime | None, str, str]:
    """Return moment, raw text and quality of the first date that can be read: published, updated, created."""
    text = raw.published
    if text:
        at, quality = read_date(text if "<" not in text else _unmarked(text))
        if at is not None:
            return at, text, quality
    for later in filter(None, (raw.updated, raw.created)):
        at, quality = read_date(later)
        if at is not None:
            return at, later, quality
        text = text or later
    return None, text, "unknown" if text else ""


def _unmarked(date: str) -> str:
    """Return a date that was marked up: what a <time> states for machines, else its text."""
    stated = _TIME_ELEMENT.search(date)
    return stated[1] if stated else one_line(date)


def _guid(guid: str) -> str:
    """Return the guid; a huge one is cut and named by its hash, so that two huge ones stay apart."""
    guid = guid.strip()
    if len(guid) <= MAX_GUID:
        return guid
    return guid[:200] + "…sha256:" + hashlib.sha256(guid.encode("utf-8", "replace")).hexdigest()


def _link(raw: RawEntry, base: str) -> str:
    """Return where an entry leads: its page, else the file it carries.

    A guid stands in for a missing link, and many are no addresses: a number completed with the feed's own address
    would lead to a page that is not there.
    """
    link = raw.link.strip()
    if link[:4] == "http" and (link[4:7] == "://" or link[4:8] == "s://") and "://http" not in link[:12]:
        return link if len(link) <= MAX_URL else ""
    if link and link == raw.guid.strip() and not _GUID_ADDRESS.match(link):
        link = ""
    return _address(link or raw.enclosure, base)


def _address(link: str, base: str) -> str:
    """Return an address as written, made absolute where the feed's own address is known; absurd lengths are dropped."""
    link = link.strip()
    if not link or len(link) > MAX_URL:
        return ""
    if slip := _SLIP.match(link):
        link = f"{slip[1].lower()}://{link[slip.end() :]}"
    elif _names_a_host(link, base):
        link = f"https://{link}"
    if base and not _ABSOLUTE.match(link):
        try:
            return urljoin(base, link)
        except ValueError:
            return link
    return link


def _names_a_host(link: str, base: str) -> bool:
    """Say whether an address lacks its scheme only: `www.` or the feed's own host stands where a path would begin."""
    first = link.partition("/")[0].lower()
    return "." in first and (first.startswith("www.") or first == base.partition("://")[2].partition("/")[0].lower())


def _language(tag: str) -> str:
    """Return the primary language subtag: en-GB and en_US are en."""
    primary = tag.strip().replace("_", "-").split("-", 1)[0].lower()
    return primary if 2 <= len(primary) <= 3 and primary.isascii() and primary.isalpha() else ""


def _minutes(text: str) -> float | None:
    """Return a ttl in seconds; nonsense is None."""
    text = text.strip()
    return int(text) * 60.0 if 0 < len(text) <= 6 and text.isascii() and text.isdigit() else None


def _hour(text: str) -> int | None:
    text = text.strip()
    return int(text) % 24 if len(text) <= 2 and text.isascii() and text.isdigit() and int(text) <= 24 else None


def _no_feed(body: bytes, note: str, url: str = "") -> ParsedFeed:
    if note.startswith("feedparser failed"):
        return ParsedFeed(error="parse-failed", warning=note)
    if note.startswith(("parse-timeout: ", "parse-died: ")):
        reason, _, detail = note.partition(": ")
        return ParsedFeed(error=reason, warning=detail)
    if _HTML.match(body[:4096]):
        return ParsedFeed(error="html-page", warning=what_page(body, url))
    note = note or "neither RSS, RDF, Atom nor JSON Feed"
    return ParsedFeed(error="not-a-feed", warning=f"{note}; {beginning(body)}")
