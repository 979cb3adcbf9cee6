"""A feed's bytes become entries; what is no feed becomes a clear error."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.parse.feed import MAX_BYTES, entries_or_error, parse_feed

ITEM = (
    "<item><title>Two held &amp;amp; charged</title><link>https://news.example/1</link>"
    '<guid isPermaLink="false">g1</guid>'
    "<description>&lt;p&gt;Police &lt;b&gt;said&lt;/b&gt; so.&lt;/p&gt;</description>"
    "<pubDate>Tue, 02 Jan 2024 03:04:05 GMT</pubDate></item>"
)


def rss(items: str = ITEM, head: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{head}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Example</title>'
        f"<link>https://news.example/</link><language>en-gb</language><ttl>15</ttl>{items}</channel></rss>"
    ).encode()


def test_an_entry_is_clean_and_complete():
    feed = parse_feed(rss())
    entry = feed.entries[0]
    assert (feed.title, feed.language, feed.ttl_s, feed.error) == ("Example", "en", 900.0, "")
    assert (entry.guid, entry.link, entry.title) == ("g1", "https://news.example/1", "Two held & charged")
    assert (entry.summary, entry.lang) == ("Police said so.", "en")
    assert (entry.published_at, entry.date_quality) == (datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC), "exact")


def test_full_text_in_the_feed_is_kept_beside_the_summary():
    item = ITEM.replace("</item>", "<content:encoded>&lt;p&gt;The long text.&lt;/p&gt;</content:encoded></item>")
    assert parse_feed(rss(item)).entries[0].text == "The long text."


def test_the_publisher_of_an_aggregated_entry_is_kept():
    item = ITEM.replace("</item>", '<source url="https://wire.example/rss">The Wire</source></item>')
    entry = parse_feed(rss(item)).entries[0]
    assert (entry.source_name, entry.source_url) == ("The Wire", "https://wire.example/rss")


def test_a_date_in_the_future_is_clamped_to_now(now):
    entry = parse_feed(rss(ITEM.replace("2024", "2100")), now=now).entries[0]
    assert (entry.published_at, entry.date_quality) == (now, "clamped")
    assert entry.published_raw == "Tue, 02 Jan 2100 03:04:05 GMT"


def test_relative_links_are_completed_with_the_feeds_own_address():
    item = ITEM.replace("https://news.example/1", "/a/1")
    assert parse_feed(rss(item), url="https://news.example/rss.xml").entries[0].link == "https://news.example/a/1"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "vbscript:x"])
def test_a_hostile_link_is_kept_as_text(link):
    assert parse_feed(rss(ITEM.replace("https://news.example/1", link))).entries[0].link == link


def test_sizes_are_bounded_and_huge_guids_stay_apart():
    items = "".join(ITEM.replace("g1", "G" * 100_000 + end).replace("Two held", "T" * 100_000) for end in "ab")
    one, two = parse_feed(rss(items)).entries
    assert one.guid != two.guid
    assert max(len(one.guid), len(one.title)) <= 1000
    assert parse_feed(rss(ITEM.replace("/1<", "/" + "x" * 10_000 + "<"))).entries[0].link == ""
    words = "word " * 60_000
    told = parse_feed(rss(f"<item><guid>1</guid><title>T</title><description>{words}</description></item>")).entries[0]
    assert 199_990 < len(told.summary) <= 200_000


def test_beyond_two_thousand_entries_the_cut_is_reported():
    feed = parse_feed(rss("".join(f"<item><title>i{n}</title><guid>{n}</guid></item>" for n in range(2100))))
    assert len(feed.entries) == 2000
    assert feed.warning == "lists 2100 entries: the newest 2000 were read, 100 were not"
    assert feed.n_dropped == 100


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "empty-body"),
        (b"  \n\t", "empty-body"),
        (b"<!doctype html><html><body>Checking your browser</body></html>", "html-page"),
        (b'{"error":"rate limited"}', "not-a-feed"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "not-a-feed"),
        (b"%PDF-1.7\n" + bytes(range(256)), "not-a-feed"),
        (b"/etc/passwd", "not-a-feed"),
        (b"http://127.0.0.1:9/canary", "not-a-feed"),
        (b" " * (MAX_BYTES + 1) + b"x", "too-large"),
    ],
)
def test_what_is_no_feed_says_so(body, error):
    feed = parse_feed(body)
    assert (feed.error, feed.entries) == (error, [])
    assert feed.warning
    with pytest.raises(ValueError, match=error):
        entries_or_error(body)


@pytest.mark.parametrize(
    "reference", ["&#55296;", "&#xDFFF;", "&#x110000;", "&#99999999999;", "&#0;", "&nbsp;", "&bad;"]
)
def test_an_impossible_character_costs_no_entry(reference):
    """One bad reference used to raise inside feedparser, and the feed's other entries went with it."""
    items = ITEM.replace("Two held", f"Two {reference} held") + ITEM.replace("g1", "g2").replace("/1<", "/2<")
    assert [entry.guid for entry in parse_feed(rss(items)).entries] == ["g1", "g2"]


def test_an_empty_feed_is_no_error():
    feed = parse_feed(rss(""))
    assert (feed.error, feed.entries) == ("", [])


@pytest.mark.parametrize(
    ("elements", "link"),
    [
        ("<guid>9182</guid>", ""),
        ("<guid>urn:uuid:1</guid>", ""),
        ("<guid>tag:x.example,2026:1</guid>", ""),
        ("<guid>posts/7</guid>", ""),
        ("<guid>https://news.example/a</guid>", "https://news.example/a"),
        ('<guid isPermaLink="true">/a/7</guid>', "https://news.example/a/7"),
        ("<guid>www.news.example/a</guid>", "https://www.news.example/a"),
        ("<link>www.news.example/a</link>", "https://www.news.example/a"),
        ("<guid>9182</guid><link>/a/9</link>", "https://news.example/a/9"),
        (
            '<guid>9182</guid><enclosure url="https://cdn.example/1.mp3" type="audio/mpeg"/>',
            "https://cdn.example/1.mp3",
        ),
        ('<enclosure url="/f/1.pdf"/><enclosure url="/f/2.pdf"/>', "https://news.example/f/1.pdf"),
        ('<link>https://news.example/a</link><enclosure url="/f/1.pdf"/>', "https://news.example/a"),
        (
            '<link>https://news.example/a</link><link rel="enclosure">https://i.example/x.jpg</link>',
            "https://news.example/a",
        ),
        (
            '<link rel="enclosure">https://i.example/x.jpg</link><link>https://news.example/a</link>',
            "https://news.example/a",
        ),
        (
            '<link rel="self">https://news.example/a.xml</link><guid>https://news.example/a</guid>',
            "https://news.example/a",
        ),
        ('<link rel="enclosure">https://i.example/x.jpg</link>', "https://i.example/x.jpg"),
        ('<source url="https://o.example/f"><enclosure url="https://o.example/x.mp3"/></source>', ""),
    ],
)
@pytest.mark.parametrize("reader", ["fast", "feedparser"])
def test_a_row_leads_to_the_page_else_to_the_file_else_nowhere(elements, link, reader):
    head = "" if reader == "fast" else "<!DOCTYPE rss>"
    feed = parse_feed(rss(f"<item><title>T</title>{elements}</item>", head), url="https://news.example/feeds/x.xml")
    assert feed.entries[0].link == link
    assert feed.reader == reader or "<source" in elements


@pytest.mark.parametrize("caption", ["before", "after"])
@pytest.mark.parametrize("reader", ["fast", "feedparser"])
def test_a_pictures_caption_is_the_summary_only_where_there_is_no_other(caption, reader):
    media = (
        '<media:content xmlns:media="http://search.yahoo.com/mrss/" url="x.jpg">'
        "<media:description>Photo: a street</media:description></media:content>"
    )
    words = "<description>Two are charged.</description>"
    both = media + words if caption == "before" else words + media
    head = "" if reader == "fast" else "<!DOCTYPE rss>"
    with_words = parse_feed(rss(f"<item><title>Trial</title>{both}</item>", head)).entries[0]
    without = parse_feed(rss(f"<item><title>Trial</title>{media}</item>", head)).entries[0]
    assert (with_words.summary, with_words.text, without.summary) == ("Two are charged.", "", "Photo: a street")


def test_sections_escaped_with_their_marks_are_read():
    title, words = "&lt;![CDATA[Two held]]&gt;", "&lt;![CDATA[&lt;p&gt;They were paid.&lt;/p&gt;]]&gt;"
    entry = parse_feed(rss(f"<item><title>{title}</title><description>{words}</description></item>")).entries[0]
    assert (entry.title, entry.summary) == ("Two held", "They were paid.")


@pytest.mark.parametrize(
    ("written", "link"),
    [("http:/news.example/a", "http://news.example/a"), ("https//news.example/a", "https://news.example/a"),
     ("https://https://news.example/a", "https://news.example/a"), ("http://https//news.example/a", "http://news.example/a"),
     ("news.example/a", "https://news.example/a"), ("//news.example/a", "https://news.example/a"),
     ("a.html", "https://news.example/feeds/a.html"), ("https://news.example/?u=http://b.example", None)],
)  # fmt: skip
def test_slips_in_a_scheme_are_mended(written, link):
    item = ITEM.replace("https://news.example/1", written)
    assert parse_feed(rss(item), url="https://news.example/feeds/x.xml").entries[0].link == (link or written)


@pytest.mark.parametrize(
    ("written", "title"),
    [("R&D on D&D", "R&D on D&D"), ("AT&T; x", "AT&T; x"), ("Caf&eacute;&nbsp;x", "Café x"),
     ("a &copy=1 b", "a &copy=1 b"),
     ("Wo\x08rds", "Words"), ("Wo&#8;rds", "Words"), ("<![CDATA[R&D]]> & <![CDATA[x=1&y=2]]>", "R&D & x=1&y=2"),
     ("\ufeffWords", "Words")],
)  # fmt: skip
def test_bare_ampersands_and_control_characters_do_not_spoil_words(written, title):
    assert parse_feed(rss(ITEM.replace("Two held &amp;amp; charged", written))).entries[0].title == title


def test_a_date_that_is_marked_up_is_read():
    for date in (
        '&lt;time datetime="2024-01-02T03:04:05Z"&gt;2 Jan&lt;/time&gt;',
        "&lt;b&gt;2024-01-02T03:04:05Z&lt;/b&gt;",
    ):
        item = ITEM.replace("Tue, 02 Jan 2024 03:04:05 GMT", date)
        assert parse_feed(rss(item)).entries[0].published_at == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_json_that_lists_entries_without_naming_its_version_is_read():
    body = b'{"title":"J","items":[{"id":"a","title":"T","url":"https://news.example/a"}]}'
    assert [entry.title for entry in parse_feed(body).entries] == ["T"]
    for other in (b'{"items":[]}', b'{"items":[{"sku":7}]}', b'{"version":"3","items":[{"id":"a","title":"T"}]}'):
        assert parse_feed(other).error == "not-a-feed"
