"""Find the sources of a site: what its page links as a feed, the usual places, then the sitemaps it names.

Owns the reading of <link> tags and robots.txt's sitemap lines, and the order of tries.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urljoin, urlsplit

import msgspec

from monitor.config.values import FeedConfig
from monitor.fetch.policy import ACCEPT_FEED, FetchPolicy
from monitor.fetch.protocol import Fetcher
from monitor.fetch.values import FetchRequest, FetchResult
from monitor.parse.values import ParsedFeed
from monitor.poll.gather import whole_answers
from monitor.poll.values import FeedState
from monitor.sources.kinds import read_source

FEED_TYPES = (
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/xml",
    "text/xml", "application/json",
)  # fmt: skip
USUAL_PLACES = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feeds/news.rss")
# Where news sites put what they show to search engines, news first.
USUAL_SITEMAPS = (
    "/sitemap-news.xml", "/news-sitemap.xml", "/sitemap_news.xml", "/googlenews.xml", "/sitemap.xml",
    "/sitemap_index.xml", "/sitemap.xml.gz", "/wp-sitemap.xml",
)  # fmt: skip
MAX_LINKS = 8
MAX_SITEMAPS = 8
MAX_ROBOTS = 500 << 10
_SITEMAP_LINE = re.compile(r"^\s{0,20}sitemap\s{0,9}:\s{0,9}(\S{1,2000})", re.IGNORECASE | re.MULTILINE)
MAX_HTML = 1 << 20

# Bounded repeats: a page of half-open tags costs linear time.
_TAG = re.compile(r"<(?:link|a)\s[^<>]{1,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"([a-zA-Z-]{1,20})\s{0,9}=\s{0,9}(?:\"([^\"<>]{0,1900})\"|'([^'<>]{0,1900})'|([^\s\"'<>]{1,1900}))"
)
_BASE = re.compile(r"<base\s[^<>]{1,2000}>", re.IGNORECASE)
# Feeds of what readers say or search for, beside the articles, in the words of common site software.
_BESIDE = re.compile(
    r"\bcomments?\b|/comments?/|kommentar|commentaires?|comentarios?|comentários?|\bcommenti\b|reacties|yorumlar"
    r"|комментари|коментар|\bkomentarz|تعليقات|评论|評論|コメント|댓글|search results|/search/",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)


class FoundSource(msgspec.Struct, frozen=True, kw_only=True):
    """A source that was fetched and read. `full_text`: it lists addresses without titles, so its pages must be read."""

    url: str
    title: str
    language: str
    n_entries: int
    feed: ParsedFeed
    kind: str = "feed"
    full_text: bool = False


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, and why nothing was (one line)."""

    found: list[FoundSource]
    problem: str = ""


class Finder:
    """Looks for the sources of a site; `allow_private` lets it stand on a private network."""

    def __init__(self, fetcher: Fetcher, policy: FetchPolicy, now: datetime, *, allow_private: bool = False) -> None:
        self._fetcher = fetcher
        self._policy = policy
        self._now = now
        self._allow_private = allow_private

    def find(self, url: str) -> Search:
        """Return the feed or sitemap at an address, or the feeds, else the sitemaps, of the site it is a page of.

        Feeds come in the page's order, sitemaps as robots.txt names them, those that call themselves news first.
        """
        (answer,) = self.ask([url])
        if answer.error:
            return Search(found=[], problem=f"{answer.error}: {answer.detail}")
        if found := self._read(answer, ("feed", "sitemap", "json")):
            return Search(found=[found])
        base = answer.final_url or url
        for addresses in (feed_links(answer.body or b"", base), [urljoin(base, place) for place in USUAL_PLACES]):
            if feeds := self._among(addresses, ("feed",)):
                return Search(found=feeds)
        for addresses in (self._named_sitemaps(base), [urljoin(base, place) for place in USUAL_SITEMAPS]):
            if sitemaps := self._among(addresses, ("sitemap",)):
                return Search(found=sitemaps)
        return Search(found=[], problem="the page links no feed, and no feed or sitemap is at the usual places")

    def ask(self, urls: Sequence[str]) -> list[FetchResult]:
        """Fetch addresses and return their answers in that order, an index together with its parts."""
        accept = ACCEPT_FEED.replace("*/*;q=0.5", "text/html;q=0.7, */*;q=0.5")
        requests = [
            FetchRequest(request_id=str(n), url=url, accept=accept, allow_private=self._allow_private)
            for n, url in enumerate(urls)
        ]
        # asked as sitemaps: an answer that is an index brings its parts, any other is handed on as it is
        due = {
            request.request_id: (
                FeedConfig(
                    feed_id=request.request_id,
                    url=request.url,
                    name="",
                    kind="sitemap",
                    allow_private=self._allow_private,
                ),
                FeedState(feed_id=request.request_id),
            )
            for request in requests
        }
        answers = whole_answers(self._fetcher, requests, due, self._policy, self._now)
        return sorted(answers, key=lambda answer: int(answer.request_id))

    def _among(self, addresses: Sequence[str], kinds: Sequence[str]) -> list[FoundSource]:
        read = (self._read(answer, kinds) for answer in self.ask(addresses) if not answer.error)
        return [found for found in read if found is not None]

    def _read(self, answer: FetchResult, kinds: Sequence[str]) -> FoundSource | None:
        """Return the answer read as the first kind it can be read as; None where it is none of them."""
        for kind in kinds:
            feed = read_source(FeedConfig(feed_id="", url=answer.url, name="", kind=kind), answer, None, self._now)
            if not feed.error:
                n_listed = len(feed.entries) if feed.n_listed is None else feed.n_listed
                bare = kind == "sitemap" and all(entry.date_quality == "modified" for entry in feed.entries)
                return FoundSource(
                    url=answer.moved_to or answer.url, title=feed.title, language=feed.language, n_entries=n_listed,
                    kind=kind, full_text=bare, feed=feed,
                )  # fmt: skip
        return None

    def _named_sitemaps(self, base: str) -> list[str]:
        """Return the sitemaps a site's robots.txt names, news first."""
        (answer,) = self.ask([urljoin(base, "/robots.txt")])
        text = (answer.body or b"")[:MAX_ROBOTS].decode("utf-8", "replace")
        named = [urljoin(base, match[1]) for match in _SITEMAP_LINE.finditer(text) if _is_address(match[1])]
        return sorted(dict.fromkeys(named), key=lambda url: "news" not in urlsplit(url).path.lower())[:MAX_SITEMAPS]


def _is_address(text: str) -> bool:
    try:
        return urlsplit(text).scheme in ("http", "https", "")
    except ValueError:
        return False


def feed_links(body: bytes, base: str) -> list[str]:
    """Return the addresses a page gives as feeds, at most MAX_LINKS: in order, feeds of comments and the like last."""
    text = _COMMENT.sub("", body[:MAX_HTML].decode("utf-8", "replace"))
    base = _base_of(text, base)
    links: list[str] = []
    beside: list[str] = []
    for tag in _TAG.findall(text):
        known = {key.lower(): html.unescape(a or b or c) for key, a, b, c in _ATTRIBUTE.findall(tag)}
        rel, kind, href = known.get("rel", "").lower().split(), known.get("type", "").lower(), known.get("href", "")
        is_feed = kind.split(";")[0].strip() in FEED_TYPES and ("alternate" in rel or "feed" in rel)
        if not (is_feed or "feed" in rel) or not href:
            continue
        try:
            address = urljoin(base, href.strip())
        except ValueError:
            continue
        if address.startswith(("http://", "https://")) and address not in links + beside:
            is_beside = _BESIDE.search(f"{known.get('title', '')} {urlsplit(address).path}")
            (beside if is_beside else links).append(address)
    return (links + beside)[:MAX_LINKS]


def _base_of(text: str, base: str) -> str:
    """Return what a page's links are relative to: its first <base href>, else its own address."""
    for tag in _BASE.findall(text):
        for key, a, b, c in _ATTRIBUTE.findall(tag):
            if key.lower() == "href":
                try:
                    return urljoin(base, html.unescape(a or b or c).strip())
                except ValueError:
                    return base
    return base
