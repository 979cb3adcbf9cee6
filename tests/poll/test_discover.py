"""A site's address is enough to find its feed."""

from __future__ import annotations

import time

from monitor.fetch.policy import FetchPolicy
from monitor.poll.discover import MAX_LINKS, feed_links, find_feeds
from tests.fetch.memory import HOME, Site

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>The Wire</title><language>en</language>
<link>https://a.example/</link><description>d</description><item><title>One</title><guid>1</guid></item></channel></rss>"""
BASE = "https://a.example/news/"


def search(pages: dict[str, tuple[int, bytes]], path: str = "", moved: dict[str, str] | None = None):
    site = Site(pages, moved={HOME + old: HOME + new for old, new in (moved or {}).items()})
    result = find_feeds(site.url(path), site, FetchPolicy())
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


def test_nothing_found_says_why():
    assert search({"": (200, b"<html></html>")})[1].endswith("links no feed, and none is at the usual places")
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
