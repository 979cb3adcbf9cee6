"""What came in place of a feed is named, so that a person knows what to do."""

from __future__ import annotations

import pytest

from monitor.parse.feed import parse_feed

LOGIN = b"<!doctype html><html><head><title>Sign in &amp; read</title></head><body>Password</body></html>"


def test_a_page_is_named_by_its_title_and_address():
    feed = parse_feed(LOGIN, url="https://news.example/signin")
    assert feed.error == "html-page"
    assert feed.warning == 'an HTML page, not a feed: "Sign in & read" at https://news.example/signin'


def test_a_page_that_sends_browsers_on_says_where_to():
    page = b'<html><head><meta http-equiv="refresh" content="0; url=https://news.example/new.xml"></head></html>'
    assert parse_feed(page).warning == "an HTML page, not a feed; it sends browsers on to https://news.example/new.xml"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            b"Database connection failed: too many connections",
            'it begins "Database connection failed: too many connections"',
        ),
        (b"Warning: <b>mysql</b>\x1b[31m gone", 'it begins "Warning: mysql \ufffd[31m gone"'),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "it is no text"),
        ("Техническое обслуживание".encode(), 'it begins "Техническое обслуживание"'),
        (b'{"error":"not found"}', 'it begins "{"error":"not found"}"'),
        (b"word " * 60, 'word…"'),
    ],
)
def test_a_text_is_named_by_its_first_words(body: bytes, words: str):
    feed = parse_feed(body)
    assert feed.error == "not-a-feed"
    assert words in feed.warning
    assert feed.warning.isprintable()
