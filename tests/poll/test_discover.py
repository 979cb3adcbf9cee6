"""A site's address is enough to find its feed."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from urllib.parse import urljoin

import pytest

from monitor.fetch.policy import FetchPolicy
from monitor.poll.discover import MAX_LINKS, Finder, feed_links
from tests.fetch.memory import HOME, Site
from tests.sources.test_sitemap import url, urlset

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>The Wire</title><language>en</language>
<link>https://a.example/</link><description>d</description><item><title>One</title><guid>1</guid></item></channel></rss>"""
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
BASE = "https://a.example/news/"


def search(pages: dict[str, tuple[int, bytes]], path: str = "", moved: dict[str, str] | None = None):
    site = Site(pages, moved={HOME + old: HOME + new for old, new in (moved or {}).items()})
    result = Finder(site, FetchPolicy(), NOW).find(site.url(path))
    return [("/" + each.url.removeprefix(HOME), each.title, each.n_entries) for each in result.found], result.problem


def test_a_feed_is_its_own_address():
    assert search({"rss": (200, RSS)}, "rss") == ([("/rss", "The Wire", 1)], "")


def test_a_moved_feed_is_given_at_its_new_address():
    assert search({"rss": (200, RSS)}, moved={"": "rss"}) == ([("/rss", "The Wire", 1)], "")


def test_the_page_says_where_its_feeds_are():
    """Links that turn out to be no feeds are left out."""
    page = b"""<html><link rel='alternate' type="application/rss+xml" href=/a><link rel=alternate
        type=application/atom+xml href="/b"><link rel="alternate" type="application/rss+xml" href="/broken"></html>"""
    routes = {"": (200, page), "a": (200, RSS), "b": (200, RSS), "broken": (200, b"<html>")}
    assert search(routes) == ([("/a", "The Wire", 1), ("/b", "The Wire", 1)], "")


def test_the_usual_places_are_tried():
    assert search({"": (200, b"<html></html>"), "rss.xml": (200, RSS)}) == (
        [("/rss.xml", "The Wire", 1)],
        "",
    )


def test_without_a_feed_the_sitemaps_of_robots_txt_are_found_news_first():
    """Promise: a site without a feed is watched by the sitemap it shows to search engines, titled ones preferred."""
    robots = f"User-agent: *\nDisallow:\nSitemap: {HOME}all.xml\n sitemap: /news.xml\nSitemap: http://[::1\n".encode()
    pages = {
        "": (200, b"<html></html>"), "robots.txt": (200, robots),
        "all.xml": (200, urlset(url("a", NOW))), "news.xml": (200, urlset(url("b", NOW, "Alleged plot"))),
    }  # fmt: skip
    site = Site(pages)
    found = Finder(site, FetchPolicy(), NOW).find(site.url("")).found
    assert [(each.url, each.kind, each.full_text) for each in found] == [
        (HOME + "news.xml", "sitemap", False), (HOME + "all.xml", "sitemap", True),
    ]  # fmt: skip


def test_an_index_at_the_usual_place_is_found_with_its_parts():
    index = b"<sitemapindex><sitemap><loc>/news-1.xml</loc></sitemap></sitemapindex>"
    pages = {"": (200, b"<p>"), "sitemap.xml": (200, index), "news-1.xml": (200, urlset(url("b", NOW, "Alleged plot")))}
    assert search(pages) == ([("/sitemap.xml", "", 1)], "")


def test_nothing_found_says_why():
    assert search({"": (200, b"<html></html>")})[1].endswith("and no feed or sitemap is at the usual places")
    assert search({"": (500, b"")}) == ([], "http-500: HTTP status 500")


def test_links_are_read_as_browsers_do():
    """Relative addresses, entities, any case; comments, other schemes and stylesheets do not count."""
    page = b"""<!-- <link rel=alternate type=application/rss+xml href=/commented> -->
        <LINK REL="Alternate" TYPE="application/rss+xml; charset=utf-8" HREF="../rss?a=1&amp;b=2">
        <link rel=stylesheet type=text/css href=/s.css> <link rel=alternate hreflang=fa href=/fa>
        <link rel=alternate type=application/rss+xml href=javascript:alert(1)>
        <link rel=alternate type=application/rss+xml href=http://[::1>
        <a rel=feed href=//b.example/atom>feed</a>"""
    assert feed_links(page, BASE) == ["https://a.example/rss?a=1&b=2", "https://b.example/atom"]


def test_a_hostile_page_costs_little():
    """A megabyte of half-open tags, and ten thousand feed links."""
    before = time.process_time()
    for piece in (b"<link ", b"<link rel=", b"<!--", b'<a href="' + b"x" * 500):
        assert feed_links(piece * (1_000_000 // len(piece)), BASE) == []
    many = b"".join(b"<link rel=alternate type=text/xml href=/%d>" % i for i in range(10_000))
    assert len(feed_links(many, BASE)) == MAX_LINKS
    assert time.process_time() - before < 3


@pytest.mark.parametrize(
    ("title", "href"),
    [("Harbour &raquo; Comments Feed", "/comments/feed/"), ("Harbour » Kommentar-Feed", "/c.xml"),
     ("", "/a-report/comments/feed"),
     ("Harbour » Flux des commentaires", "/c"), ("Лента комментариев", "/c"), ("コメント", "/c"),
     ("Search results for x", "/s")],
)  # fmt: skip
def test_the_feed_of_the_articles_comes_before_what_readers_say(title: str, href: str):
    page = (
        f'<link rel="alternate" type="application/rss+xml" title="{title}" href="{href}">'
        '<link rel="alternate" type="application/rss+xml" title="Harbour &raquo; Feed" href="/feed/">'
    )
    assert feed_links(page.encode(), BASE) == ["https://a.example/feed/", f"https://a.example{href}"]


@pytest.mark.parametrize(
    ("base", "feed"),
    [('<base href="/sub/">', "/sub/f.xml"), ("<BASE HREF='https://b.example/x/y'>", "https://b.example/x/f.xml"),
     ('<base target="_top">', "/f.xml"), ('<base href="https://[">', "/f.xml"),
     ('<!-- <base href="/no/"> -->', "/f.xml"),
     ('<base href="/one/"><base href="/two/">', "/one/f.xml")],
)  # fmt: skip
def test_links_are_relative_to_the_base_a_page_states(base: str, feed: str):
    page = f'<head>{base}<link rel="alternate" type="application/atom+xml" href="f.xml"></head>'
    assert feed_links(page.encode(), "https://a.example/") == [urljoin("https://a.example/", feed)]
