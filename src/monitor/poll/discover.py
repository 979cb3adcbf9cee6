"""Find the feed of a site: what its page links as a feed, else a few usual places.

Owns the reading of <link> tags and the order of tries; fetching is fetch/fetcher.py's, reading a feed parse/feed.py's.
"""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin

import msgspec

from monitor.fetch.policy import ACCEPT_FEED, FetchPolicy
from monitor.fetch.protocol import Fetcher
from monitor.fetch.values import FetchRequest, FetchResult
from monitor.parse.values import ParsedFeed

FEED_TYPES = (
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/xml",
    "text/xml", "application/json",
)  # fmt: skip
USUAL_PLACES = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feeds/news.rss")
MAX_LINKS = 8
MAX_HTML = 1 << 20

# Bounded repeats: a page of half-open tags costs linear time.
_TAG = re.compile(r"<(?:link|a)\s[^<>]{1,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"([a-zA-Z-]{1,20})\s{0,9}=\s{0,9}(?:\"([^\"<>]{0,1900})\"|'([^'<>]{0,1900})'|([^\s\"'<>]{1,1900}))"
)
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A feed that was fetched and read."""

    url: str
    title: str
    language: str
    n_entries: int


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, and why nothing was (one line)."""

    found: list[Found]
    problem: str = ""


def find_feeds(url: str, fetcher: Fetcher, policy: FetchPolicy, *, allow_private: bool = False) -> Search:
    """Fetch an address and return its feed, or the feeds of the site it is a page of, in the page's order."""

    def ask(urls: list[str]) -> list[FetchResult]:
        accept = ACCEPT_FEED.replace("*/*;q=0.5", "text/html;q=0.7, */*;q=0.5")
        requests = [FetchRequest(request_id=u, url=u, accept=accept, allow_private=allow_private) for u in urls]
        return list(fetcher.fetch(requests, policy))

    answer = ask([url])[0]
    if answer.error:
        return Search(found=[], problem=f"{answer.error}: {answer.detail}")
    feed = _read(answer)
    if not feed.error:
        return Search(found=[_found(answer, feed)])
    base = answer.final_url or url
    for addresses in (feed_links(answer.body or b"", base), [urljoin(base, place) for place in USUAL_PLACES]):
        answers = {result.request_id: result for result in ask(addresses)}
        read = [(answers[each], _read(answers[each])) for each in addresses if not answers[each].error]
        if found := [_found(answer, feed) for answer, feed in read if not feed.error]:
            return Search(found=found)
    return Search(found=[], problem=f"{feed.error}: the page links no feed, and none is at the usual places")


def feed_links(body: bytes, base: str) -> list[str]:
    """Return the addresses a page gives as feeds, in order, each once, at most MAX_LINKS."""
    text = _COMMENT.sub("", body[:MAX_HTML].decode("utf-8", "replace"))
    links: list[str] = []
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
        if address.startswith(("http://", "https://")) and address not in links:
            links.append(address)
    return links[:MAX_LINKS]


def _read(answer: FetchResult) -> ParsedFeed:
    from monitor.parse.feed import parse_feed

    return parse_feed(answer.body or b"", answer.content_type, answer.final_url)


def _found(answer: FetchResult, feed: ParsedFeed) -> Found:
    address = answer.moved_to or answer.url
    return Found(url=address, title=feed.title, language=feed.language, n_entries=len(feed.entries))
