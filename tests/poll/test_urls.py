"""Two spellings of one address become one; two addresses never do."""

from __future__ import annotations

import random

import pytest

from monitor.poll import urls
from monitor.poll.urls import canonical_url, same_page


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://News.Example:443", "https://news.example/"),
        ("HTTP://news.example:80/a#comments", "http://news.example/a"),
        ("https://news.example/a?utm_source=rss&id=7&fbclid=x", "https://news.example/a?id=7"),
        ("https://news.example/a?at_medium=RSS&at_campaign=rss", "https://news.example/a"),
        ("https://news.example/a?traffic_source=rss", "https://news.example/a"),
        ("https://news.example/a?ref=rss&page=2", "https://news.example/a?page=2"),
        ("https://news.example/%7euser/%c3%a9", "https://news.example/~user/%C3%A9"),
        ("https://news.example/a/../b/./c", "https://news.example/b/c"),
        ("https://news.example/a;jsessionid=1F?x=1", "https://news.example/a?x=1"),
        ("https://пример.example/", "https://xn--e1afmkfd.example/"),
        ("  https://news.example/a \n", "https://news.example/a"),
    ],
)
def test_noise_goes(url, canonical):
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/story?id=96051816",
        "https://news.example/?p=12",
        "https://news.google.example/rss/articles/CBMiAB?oc=5",
        "https://news.example/search?q=plot&lang=fa",
        "https://news.example/a?ref=section-3",
        "https://news.example/a?b=1&a=2",
        "https://news.example/app/#/story/5",
        "https://news.example/a/",
        "ftp://news.example/x",
        "javascript:alert(1)",
        "urn:uuid:1",
        "",
        "http://[bad",
        "http://",
    ],
)
def test_meaning_stays(url):
    assert canonical_url(url) == url


def test_canonical_is_a_fixed_point():
    url = "http://WWW.News.example:80/a/../%7eb?utm_id=3&x=%e9#top"
    assert canonical_url(canonical_url(url)) == canonical_url(url)


def test_same_page_looks_past_scheme_www_slash_and_tracking():
    assert same_page("http://www.news.example/a/?utm_source=x", "https://news.example/a")
    assert not same_page("https://news.example/a?id=1", "https://news.example/a?id=2")


def test_absurd_addresses_cost_nothing():
    """Forty thousand parameters and two thousand steps up are compared as written."""
    for url in ("https://news.example/?" + "q=1&" * 20_000, "https://news.example/" + "a/../" * 2000):
        assert canonical_url(url) == url


def test_the_shortcut_for_plain_addresses_changes_nothing():
    """20,000 addresses of every shape are spelled the same with and without it."""
    rng = random.Random(7)
    signs = "abZ09._-~/!$&'()*+,:=@;%? #é\\\t"
    tails = ["".join(rng.choices(signs, k=rng.randrange(9))) for _ in range(20_000)]
    addresses = [
        rng.choice(("http://a.example/", "https://b-c.example.org/x/", "https://d.example:80/")) + t for t in tails
    ]
    spelled = list(map(urls.canonical_url.__wrapped__, addresses))
    assert sum(map(bool, map(urls._CANONICAL.fullmatch, addresses))) > 3_000
    assert spelled == list(map(urls.spelled_out, addresses))


@pytest.mark.parametrize(
    ("path", "canonical"),
    [("/../a", "/a"), ("/a/..", "/"), ("/a/b/..", "/a/"), ("/a/.", "/a/"), ("/../../a/./b", "/a/b")],
)
def test_steps_up_end_at_the_root(path, canonical):
    assert canonical_url(f"https://news.example{path}") == f"https://news.example{canonical}"
