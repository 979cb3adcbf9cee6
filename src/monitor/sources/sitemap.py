"""Sitemaps as a source: Google News sitemaps and plain ones with lastmod, alone or behind a sitemap index.

A sitemap may list every page of twenty years. Only what its dates call recent becomes an entry, so that the first poll
brings the news of two days and not an archive, and a later one costs what is new. A sitemap without dates cannot say
what is new and is refused with a sentence. The XML reader below refuses document types, so no entity is ever expanded,
and stops at the limits of the protocol (https://www.sitemaps.org/protocol.html): 50,000 addresses, 50 MB.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import unquote, urljoin, urlsplit
from xml.parsers import expat

import msgspec

from monitor.config.values import FeedConfig
from monitor.fetch.values import FetchResult
from monitor.parse.dates import read_date
from monitor.parse.feed import finish
from monitor.parse.raw import RawEntry, RawFeed
from monitor.parse.values import ParsedEntry, ParsedFeed, Part

MAX_URLS = 50_000
MAX_BYTES = 50 << 20
MAX_VALUE = 4096  # characters of one value
# Google keeps two days in a news sitemap; a poll that is late, or a page that is dated back, is covered by as much.
RECENT = timedelta(days=2)
# More new pages than this in one poll are no news: a site that dates all its pages anew.
MAX_ENTRIES = 1000
# Documents of an index asked for in one poll; news sites keep one a day, a month or 50,000 pages.
MAX_PARTS = 8
_NUMBER = re.compile(r"\d+")
_SLUG_WORD = re.compile(r"[^\W\d_]{2,}")


class _Page(msgspec.Struct, gc=False):
    """One <url> or <sitemap> as written."""

    loc: str = ""
    lastmod: str = ""
    title: str = ""
    date: str = ""
    language: str = ""
    keywords: str = ""


class _Document(msgspec.Struct):
    """What the XML holds; `fault` says why it is not a sitemap, `note` why it is not all of one."""

    is_index: bool = False
    pages: list[_Page] = []
    fault: str = ""
    note: str = ""


def read_sitemap(source: FeedConfig, answer: FetchResult, since: datetime | None, now: datetime) -> ParsedFeed:
    """Return the recent pages of a sitemap, or of the parts of an index, newest first."""
    whole = read_document(answer.body or b"")
    if whole.fault:
        return ParsedFeed(error="not-a-sitemap", warning=whole.fault)
    notes = [whole.note] if whole.note else []
    pages = [] if whole.is_index else whole.pages
    n_bad = 0
    for part in answer.parts:
        document = read_document(part.body) if part.body else _Document(fault=part.error)
        pages += [] if document.is_index else document.pages
        n_bad += bool(document.fault)
        if document.fault or document.note:
            notes.append(f"{part.url}: {document.fault or document.note}")
    if n_bad and n_bad == len(answer.parts):
        return ParsedFeed(error="no-part-worked", warning=notes[0])
    read = _recent(source, answer, pages, since, now, notes)
    return read if read.error else msgspec.structs.replace(read, n_listed=len(pages) or len(whole.pages))


def _recent(
    source: FeedConfig, answer: FetchResult, pages: list[_Page], since: datetime | None, now: datetime, notes: list[str]
) -> ParsedFeed:
    """Return the pages dated since the last poll, with two days' slack; `notes` say what is missing among them."""
    moments = ((_moment(page.date or page.lastmod, now), page) for page in pages)
    dated = [(at, page) for at, page in moments if at is not None]
    if pages and not dated:
        text = "none of its pages has a date (lastmod, news:publication_date), so it cannot say what is new"
        return ParsedFeed(error="no-dates", warning=f"{text}; watch a listing page instead (kind: page)")
    floor = min(since or now, now) - RECENT
    recent = sorted((pair for pair in dated if pair[0] >= floor), key=lambda pair: pair[0], reverse=True)
    kept = recent[:MAX_ENTRIES]
    complete_since = floor if not notes else now
    if len(recent) > len(kept):
        notes = [*notes, f"{len(recent)} pages are dated since the last poll; the newest {len(kept)} were read"]
        complete_since = max(complete_since, kept[-1][0])
    raw = RawFeed(version="sitemap", entries=[_entry(page) for _, page in kept], note="; ".join(notes)[:300])
    read = finish(raw, "sitemap", answer.final_url or source.url, now)
    entries = [_dated(entry, page) for entry, (_, page) in zip(read.entries, kept, strict=True)]
    return msgspec.structs.replace(read, entries=entries, complete_since=complete_since)


def _entry(page: _Page) -> RawEntry:
    return RawEntry(
        guid=page.loc, link=page.loc, title=page.title or slug_title(page.loc), summary=page.keywords,
        published=page.date or page.lastmod, lang=page.language,
    )  # fmt: skip


def _dated(entry: ParsedEntry, page: _Page) -> ParsedEntry:
    """A page's lastmod says when it was touched, no more; the entry says so."""
    return entry if page.date else msgspec.structs.replace(entry, date_quality="modified")


def slug_title(link: str) -> str:
    """Return the words of an address where a page has no title yet ('' for fewer than three).

    An address in letters of any script is read; digits and ids are left out. Replaced by the page's own title when the
    page is read.
    """
    path = unquote(urlsplit(link).path).rstrip("/")
    last = path.rpartition("/")[2].rpartition(".")[0] or path.rpartition("/")[2]
    words = _SLUG_WORD.findall(last)
    return " ".join(words)[:300] if len(words) >= 3 else ""


def _moment(text: str, now: datetime) -> datetime | None:
    at, _ = read_date(text) if text else (None, "")
    return at if at is None or at <= now else now


def parts_of(answer: FetchResult, since: datetime | None, now: datetime) -> Sequence[Part]:
    """Return the sitemaps of an index that may hold something new, likeliest first; none where it is no index.

    Those whose lastmod is older than the last poll are left out. Where the index gives no lastmod, those that call
    themselves news come first, then the highest numbers (sites count up, by day, month or page), then the rest.
    """
    document = read_document(answer.body or b"")
    if not document.is_index:
        return ()
    base = answer.final_url or answer.url
    parts = {}
    for page in document.pages:
        url = _absolute(page.loc, base)
        if url and url not in (answer.url, base):
            parts[url] = Part(url, _moment(page.lastmod, now) if page.lastmod else None)
    floor = min(since or now, now) - RECENT
    wanted = [part for part in parts.values() if part.modified_at is None or part.modified_at >= floor]
    wanted.sort(key=_rank, reverse=True)
    return wanted[:MAX_PARTS]


def _rank(part: Part) -> tuple[bool, datetime, tuple[int, ...]]:
    path = urlsplit(part.url).path.lower()
    numbers = tuple(int(text[:9]) for text in _NUMBER.findall(path))
    return "news" in path, part.modified_at or datetime.min.replace(tzinfo=UTC), numbers


def _absolute(link: str, base: str) -> str:
    try:
        url = urljoin(base, link.strip())
    except ValueError:
        return ""
    return url if url.startswith(("http://", "https://")) else ""


def read_document(body: bytes) -> _Document:
    """Read a sitemap or an index, gzip or not; never raises, never keeps more than the protocol's limits."""
    try:
        data = unpacked(body)
    except ValueError as error:
        return _Document(fault=str(error))
    return _Reader().read(data)


def unpacked(body: bytes) -> bytes:
    """Return a body, unpacked where it is a gzip file. Raises ValueError for one that is damaged or too large."""
    if body[:2] != b"\x1f\x8b":
        return body
    stream = zlib.decompressobj(wbits=31)
    try:
        data = stream.decompress(body, MAX_BYTES + 1)
    except zlib.error as error:
        raise ValueError(f"damaged gzip: {error}") from error
    if len(data) > MAX_BYTES:
        raise ValueError(f"unpacks to more than {MAX_BYTES >> 20} MB")
    if not stream.eof:
        raise ValueError("the gzip file is cut off")
    return data


class _StopError(Exception):
    """Enough was read, or what was read is refused."""


class _Reader:
    """Fills a _Document from expat's events. Prefixes are read as written: many sitemaps forget to declare them."""

    FIELDS: ClassVar = {"loc": "loc", "lastmod": "lastmod"}
    NEWS_FIELDS: ClassVar = {
        "title": "title", "publication_date": "date", "language": "language", "keywords": "keywords"
    }  # fmt: skip

    def __init__(self) -> None:
        self.document = _Document()
        self.spaces: dict[str, str] = {}
        self.page: _Page | None = None
        self.field = ""
        self.text: list[str] = []
        self.n_chars = 0
        self.root = ""

    def read(self, data: bytes) -> _Document:
        """Return what the XML holds; a document that breaks off keeps what came before."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            parser.Parse(data, True)
        except _StopError:
            pass
        except (expat.ExpatError, ValueError, LookupError) as error:
            if self.document.pages:
                self.document.note = "it breaks off in the middle"
            else:
                self.document.fault = self.document.fault or f"not XML: {error}"[:200]
        return self.document

    def _doctype(self, *_: Any) -> None:
        self.document.fault = "it declares a document type, which sitemaps do not have"
        raise _StopError

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        prefix, _, local = name.rpartition(":")
        if not self.root:
            self._take_root(local, attributes)
        elif self.page is None:
            if local in ("url", "sitemap"):
                if len(self.document.pages) >= MAX_URLS:
                    self.document.note = f"more than {MAX_URLS} pages; the first {MAX_URLS} were read"
                    raise _StopError
                self.page = _Page()
        else:
            space = self.spaces.get(prefix, f"/{prefix}")
            is_news = "sitemap-news" in space or prefix == "news"
            fields = self.NEWS_FIELDS if is_news else self.FIELDS if not prefix or "/sitemap/" in space else {}
            self.field = fields.get(local, "")
            self.text, self.n_chars = [], 0

    def _take_root(self, local: str, attributes: dict[str, str]) -> None:
        self.root = local
        self.spaces = {key[6:]: value for key, value in attributes.items() if key.startswith("xmlns:")}
        self.document.is_index = local == "sitemapindex"
        if local not in ("urlset", "sitemapindex"):
            self.document.fault = f"its root is <{local[:40]}>, not <urlset> or <sitemapindex>"
            raise _StopError

    def _data(self, text: str) -> None:
        if self.field and self.n_chars < MAX_VALUE:
            self.text.append(text[:MAX_VALUE])
            self.n_chars += len(text)

    def _end(self, name: str) -> None:
        if self.page is None:
            return
        if self.field:
            setattr(self.page, self.field, "".join(self.text)[:MAX_VALUE].strip())
            self.field = ""
        elif name.rpartition(":")[2] in ("url", "sitemap"):
            if self.page.loc:
                self.document.pages.append(self.page)
            self.page = None
