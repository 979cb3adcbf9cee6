"""Sitemaps: what is new in them becomes entries, what is old costs nothing, and a hostile one ends in a sentence."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime, timedelta

import pytest

from monitor.config.values import FeedConfig
from monitor.fetch.values import FetchResult
from monitor.sources.sitemap import parts_of, read_sitemap, slug_title

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
SOURCE = FeedConfig(feed_id="s", url="https://news.test/sitemap.xml", name="S", kind="sitemap", language="en")
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def url(path: str, at: datetime | None = None, title: str = "", extra: str = "") -> str:
    news = (
        f"<news:news><news:publication><news:name>The Wire</news:name><news:language>fa</news:language>"
        f"</news:publication><news:publication_date>{at:%Y-%m-%dT%H:%M:%SZ}</news:publication_date>"
        f"<news:title>{title}</news:title></news:news>"
        if title and at
        else f"<lastmod>{at:%Y-%m-%d}</lastmod>"
        if at
        else ""
    )
    return f"<url><loc>https://news.test/{path}</loc>{news}{extra}</url>"


def urlset(*urls: str, head: str = "", ns: str = NS) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}<urlset {ns}>{"".join(urls)}</urlset>'.encode()


def read(body: bytes, since: datetime | None = None, parts: tuple[FetchResult, ...] = ()):
    answer = FetchResult(request_id="s", url=SOURCE.url, final_url=SOURCE.url, status=200, body=body, parts=list(parts))
    return read_sitemap(SOURCE, answer, since, NOW)


def answer(url: str, body: bytes | None, **fields: object) -> FetchResult:
    return FetchResult(request_id="s", url=url, body=body, **fields)  # type: ignore[arg-type]


def test_a_news_sitemap_gives_title_date_and_language() -> None:
    feed = read(urlset(url("a/1", NOW - timedelta(hours=1), "Court hears of an alleged plot &amp; its maker")))
    (entry,) = feed.entries
    assert (entry.title, entry.link, entry.lang) == (
        "Court hears of an alleged plot & its maker", "https://news.test/a/1", "fa",
    )  # fmt: skip
    assert (entry.published_at, entry.date_quality) == (NOW - timedelta(hours=1), "exact")
    assert entry.source_name == ""  # who a paper says it is names no publisher


def test_a_plain_sitemap_says_that_its_dates_are_those_of_changes() -> None:
    (entry,) = read(urlset(url("2026/court-hears-of-alleged-plot-8812.html", NOW - timedelta(days=1)))).entries
    assert (entry.title, entry.date_quality) == ("court hears of alleged plot", "modified")


def test_only_what_is_recent_becomes_an_entry() -> None:
    """Promise: the first poll brings two days, a later one what came since the poll before; the rest is counted."""
    pages = [url(f"p/{n}", NOW - timedelta(days=n)) for n in range(400)]
    first = read(urlset(*pages))
    assert (len(first.entries), first.n_listed) == (2, 400)
    later = read(urlset(*pages), since=NOW - timedelta(days=7))
    assert (len(later.entries), later.complete_since) == (9, NOW - timedelta(days=9))


def test_prefixes_that_nobody_declared_and_foreign_elements_are_read() -> None:
    image = "<image:image><image:loc>https://cdn.test/x.jpg</image:loc><image:title>no</image:title></image:image>"
    feed = read(urlset(url("a/1", NOW, "Alleged plot", image), ns=""))
    assert [(entry.link, entry.title) for entry in feed.entries] == [("https://news.test/a/1", "Alleged plot")]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "not-a-sitemap"),
        (b"<html><body>Not found</body></html>", "not-a-sitemap"),
        (b"<rss><channel/></rss>", "not-a-sitemap"),
        (b"not xml at all", "not-a-sitemap"),
        (gzip.compress(b"x" * 1000)[:-9], "not-a-sitemap"),
        (b"\x1f\x8b broken", "not-a-sitemap"),
        (gzip.compress(b" " * (51 << 20)), "not-a-sitemap"),
        (urlset(url("a"), head='<!DOCTYPE u [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'), "not-a-sitemap"),
        (urlset(url("a"), url("b")), "no-dates"),
    ],
)
def test_what_is_no_sitemap_is_refused_with_a_sentence(body: bytes, error: str) -> None:
    feed = read(body)
    assert (feed.error, feed.entries, bool(feed.warning)) == (error, [], True)


def test_a_gzip_file_is_unpacked() -> None:
    assert len(read(gzip.compress(urlset(url("a", NOW, "T")))).entries) == 1


def test_a_sitemap_that_breaks_off_keeps_what_came_before_and_proves_nothing() -> None:
    whole = urlset(url("a", NOW, "One"), url("b", NOW, "Two"))
    feed = read(whole[: whole.index(b"Two")], since=NOW - timedelta(hours=1))
    assert (len(feed.entries), feed.warning, feed.complete_since) == (1, "it breaks off in the middle", NOW)


def test_a_million_addresses_cost_what_the_limit_allows() -> None:
    """Promise: reading stops at 50,000 addresses, and 1,000 new ones; both are said."""
    body = urlset(*(url(f"p/{n}", NOW) for n in range(50_000 + 20_000)))
    before = time.process_time()
    feed = read(body, since=NOW - timedelta(hours=1))
    assert time.process_time() - before < 10
    assert (len(feed.entries), feed.n_listed) == (1000, 50_000)
    assert "more than 50000 pages" in feed.warning
    assert "the newest 1000 were read" in feed.warning


def test_values_and_elements_without_end_cost_linear_time() -> None:
    before = time.process_time()
    read(urlset(f"<url><loc>{'&amp;' * 2_000_000}</loc></url>"))
    read(urlset("<url><loc>" * 500_000))
    read(urlset("<x>" * 500_000))
    assert time.process_time() - before < 10


def index(*sitemaps: tuple[str, datetime | None]) -> bytes:
    items = "".join(
        f"<sitemap><loc>{loc}</loc>{f'<lastmod>{at:%Y-%m-%d}</lastmod>' if at else ''}</sitemap>"
        for loc, at in sitemaps
    )
    return f"<sitemapindex {NS}>{items}</sitemapindex>".encode()


def wanted(body: bytes, since: datetime | None = None) -> list[str]:
    found = parts_of(answer(SOURCE.url, body, final_url=SOURCE.url), since, NOW)
    return [part.url.removeprefix("https://news.test/") for part in found]


def test_of_an_index_only_what_may_hold_news_is_asked_for() -> None:
    """Promise: lastmod decides where it is given; else what calls itself news, then the highest numbers."""
    old, new = NOW - timedelta(days=90), NOW - timedelta(days=1)
    assert wanted(index(("/2025-10.xml", old), ("/2026-01.xml", new))) == ["2026-01.xml"]
    many = index(*((f"/posts-{n}.xml", None) for n in range(1, 41)), ("/google-news.xml", None))
    assert wanted(many) == ["google-news.xml", *(f"posts-{n}.xml" for n in range(40, 33, -1))]
    assert len(wanted(many)) == 8


def test_an_index_cannot_send_us_elsewhere_or_in_circles() -> None:
    assert wanted(index(("javascript:alert(1)", None), ("http://[::1", None), (SOURCE.url, None), ("", None))) == []


def test_parts_are_read_together_and_one_that_fails_is_said() -> None:
    good = answer("https://news.test/1.xml", urlset(url("a", NOW, "One")))
    bad = answer("https://news.test/2.xml", None, error="http-500")
    feed = read(index(("/1.xml", None), ("/2.xml", None)), NOW - timedelta(hours=1), (good, bad))
    assert ([entry.title for entry in feed.entries], feed.warning) == (["One"], "https://news.test/2.xml: http-500")
    assert feed.complete_since == NOW  # what the failed part listed may be missing
    assert read(index(("/2.xml", None)), None, (bad,)).error == "no-part-worked"


@pytest.mark.parametrize(
    ("link", "title"),
    [
        ("https://n.test/2026/01/31/court-hears-of-alleged-plot/", "court hears of alleged plot"),
        ("https://n.test/%D8%AA%D9%88%D8%B7%D8%A6%D9%87-%D8%B9%D9%84%DB%8C%D9%87-%D8%B3%D8%B1%D8%AF%D8%A8%DB%8C%D8%B1",
         "توطئه علیه سردبیر"),
        ("https://n.test/article-118.html", ""),
        ("https://n.test/", ""),
    ],
)  # fmt: skip
def test_an_address_lends_its_words_where_there_is_no_title(link: str, title: str) -> None:
    assert slug_title(link) == title
