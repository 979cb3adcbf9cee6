"""The fast reader says what feedparser says, or leaves the document to it."""

from __future__ import annotations

import calendar
import contextlib
import gc
import io
import tarfile
import tracemalloc
import warnings
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.parse.fastpath import DeclinedError, read_fast
from monitor.parse.feed import finish, parse_feed
from monitor.parse.tolerant import read_tolerantly
from monitor.untrusted import charset
from monitor.untrusted.markup import one_line, plain_text

HEAD = (
    '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:x="http://x.example/"><channel><title>F</title>'
)


def rss(inner: str) -> bytes:
    return f"{HEAD}<item>{inner}</item></channel></rss>".encode()


def atom(inner: str, root: str = "") -> bytes:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {root}><title>F</title><entry>{inner}</entry></feed>'.encode()


RDF = (
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="u"><title>F</title></channel>'
    b'<image><title>not this</title></image><item rdf:about="https://n.example/1"><title>T</title>'
    b"<link>https://n.example/1</link><dc:date>2024-01-02T03:04:05Z</dc:date></item></rdf:RDF>"
)

# Cases in which which-element-counts is not obvious; feedparser is the judge.
AGREED = {
    "plain": rss("<title>T</title><link>https://n.example/1</link><guid>g</guid><description>D</description>"),
    "guid as link": rss("<title>T</title><guid>https://n.example/1</guid>"),
    "guid not a link": rss('<title>T</title><guid isPermaLink="false">https://n.example/1</guid>'),
    "two titles": rss("<title>One</title><title>Two</title>"),
    "empty title first": rss("<title/><title>Two</title>"),
    "media title first": rss("<media:title>M</media:title><title>T</title>"),
    "media title last": rss("<title>T</title><media:title>M</media:title>"),
    "media title alone": rss("<media:group><media:title>M</media:title></media:group>"),
    "dc title": rss("<dc:title>D</dc:title><title>T</title>"),
    "deep title first": rss("<x:a><title>deep</title></x:a><title>T</title>"),
    "deep title last": rss("<title>T</title><x:a><title>deep</title></x:a>"),
    "two links": rss("<link>https://n.example/1</link><link>https://n.example/2</link>"),
    "empty link": rss("<link/><guid>https://n.example/1</guid>"),
    "atom link in rss": rss('<link>https://n.example/1</link><atom:link rel="self" href="https://n.example/s"/>'),
    "alternate wins": rss('<link>https://n.example/1</link><atom:link href="https://n.example/2"/>'),
    "link with references": rss("<link>https://n.example/?a=1&amp;amp;b=2&amp;c;=3</link>"),
    "link with slashes": rss("<link>https:////n.example/1</link>"),
    "description and content": rss(
        "<description>D</description><content:encoded>&lt;p&gt;C&lt;/p&gt;</content:encoded>"
    ),
    "content before description": rss("<content:encoded>C</content:encoded><description>D</description>"),
    "content alone": rss("<content:encoded>C</content:encoded>"),
    "two descriptions": rss("<description>D</description><description>E</description>"),
    "media description last": rss("<description>D</description><media:description>M</media:description>"),
    "itunes summary first": rss("<itunes:summary>I</itunes:summary><description>D</description>"),
    "two dates": rss("<pubDate>Tue, 02 Jan 2024 03:04:05 GMT</pubDate><dc:date>2024-01-03T00:00:00Z</dc:date>"),
    "source": rss('<source url="https://s.example/">S</source><title>T</title><link>https://n.example/1</link>'),
    "title, then source": rss('<title>T</title><source url="https://s.example/">S</source>'),
    "unknown with text": rss("<x:y>noise</x:y><title>T</title><x:z a='1'>noise</x:z>"),
    "upper case": b"<RSS VERSION='2.0'><CHANNEL><ITEM><TITLE>T</TITLE><LINK>https://n.example/1</LINK></ITEM></CHANNEL></RSS>",
    "cdata": rss("<title><![CDATA[A & B <b>bold</b>]]></title>"),
    "twice encoded": rss("<title>" + "Perú".encode().decode("latin-1") + "</title>"),
    "c1 controls": rss("<title>\x93quoted\x94</title>"),
    "markup in description": rss("<description>a <p>b &lt; c</p> <i>d</i></description>"),
    "rdf": RDF,
    "atom": atom('<title>T</title><link href="https://n.example/1"/><id>urn:1</id><updated>2024-01-02T03:04:05Z</updated>'),
    "atom without link": atom("<title>T</title><id>https://n.example/1</id>"),
    "atom links": atom('<link rel="enclosure" href="https://n.example/e"/><link rel="alternate" href="https://n.example/1"/>'),
    "atom json alternate": atom('<link href="https://n.example/1"/><link type="application/json" href="https://n.example/j"/>'),
    "atom html": atom('<title type="html">A &amp;amp; B</title><content type="html">&lt;p&gt;C&lt;/p&gt;</content>'),
    "atom xhtml": atom(
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>a &lt; b <b>c</b></p></div></content>'
    ),
    "atom summary and content": atom("<summary>S</summary><content>C</content>"),
    "atom source": atom(
        "<source><title>S</title><id>urn:s</id><link href='https://s.example/'/></source><title>T</title><id>urn:1</id>"
    ),
    "atom base": atom('<link href="/1"/>', 'xml:base="https://n.example/feed/"'),
    "atom author": atom("<title>T</title><author><name>N</name><uri>https://n.example/n</uri></author>"),
    "atom author, other order": atom("<title>T</title><author><uri>https://n.example/n</uri><name>N</name></author>"),
    "atom authors": atom("<title>T</title><author><name>N</name></author><author><name>M</name></author>"),
    "author with a name of two parts": atom("<title>T</title><author><name>N<x>M</x>O</name>P</author>"),
    "media group": rss("<title>T</title><media:group><media:description>M</media:description></media:group>"),
    "media credit": rss("<title>T</title><media:content url='u'><media:credit>M</media:credit></media:content>"),
    "comment in a title": rss("<title>one<!-- two -->three</title>"),
    "type in capitals": rss("<title TYPE='HTML'>T</title><guid ispermalink='false'>g</guid>"),
    "dtd quoted": rss("<title><![CDATA[<!DOCTYPE html> on <b>a</b> page]]></title>"),
    "dtd quoted, comment first": b"<!-- c -->" + rss("<title><![CDATA[<!DOCTYPE html>]]></title>"),
    "atom contributor": atom("<title>T</title><contributor><name>N</name></contributor>"),
}  # fmt: skip

DECLINED = {
    "dtd": b'<!DOCTYPE rss [<!ENTITY a "b">]>' + rss("<title>&a;</title>"),
    "external dtd": b'<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd">' + rss("<title>T</title>"),
    "dtd behind a comment": b'<!-- <rss> --><!DOCTYPE rss [<!ENTITY a "b">]>' + rss("<title>&a;</title>"),
    "dtd behind an instruction": b'<?a > <rss ?><!DOCTYPE rss [<!ENTITY a "b">]>' + rss("<title>&a;</title>"),
    "dtd behind 100 kB": b"<!--" + b" " * 100_000 + b'--><!DOCTYPE rss [<!ENTITY a "b">]>' + rss("<title>&a;</title>"),
    "dtd in UTF-16": ('<!DOCTYPE rss [<!ENTITY a "b">]>' + rss("<title>&a;</title>").decode()).encode("utf-16"),
    "namespace with a blank": b'<rss xmlns:a="b c"><channel><item><title>T</title></item></channel></rss>',
    "feed title in base64": b'<rss><channel><title mode="base64">QUJD</title><item/></channel></rss>',
    "base on an enclosure": rss("<title>T</title><enclosure xml:base='https://other.example/' url='x'/>"),
    "undefined entity": rss("<title>&nbsp;</title>"),
    "not well-formed": rss("<title>T"),
    "image in an entry": rss("<title>T</title><image><title>I</title></image>"),
    "item in an item": rss("<title>T</title><item><title>I</title></item>"),
    "base64": atom('<content mode="base64">QUJD</content>'),
    "media type": atom('<content type="image/png">AA==</content>'),
    "markup in a source": rss('<source url="https://s.example/"><title/>S</source>'),
    "markup in a guid": rss("<guid><b>g</b></guid>"),
    "base within": atom('<link xml:base="https://other.example/" href="x"/>'),
    "html": b"<html><body><item><title>T</title></item></body></html>",
    "unknown default namespace": b'<feed xmlns="http://unknown.example/"><entry><title>T</title></entry></feed>',
    "known prefix, unknown namespace": b'<rss xmlns:dc="http://unknown.example/"><channel><item><dc:title>T</dc:title></item></channel></rss>',
}  # fmt: skip


def seen_in(raw) -> list[tuple]:
    """Return what must agree: title, link, id, date, text, author and source of each entry."""
    feed = finish(raw, "")
    return [
        (e.title, e.link, e.guid, e.published_at, e.published_raw, e.summary, e.text, e.source_name)
        for e in feed.entries
    ]


@pytest.mark.parametrize("name", AGREED)
def test_both_readers_agree(name):
    assert seen_in(read_fast(AGREED[name])) == seen_in(read_tolerantly(charset.to_utf8(AGREED[name], "")))


@pytest.mark.parametrize("name", DECLINED)
def test_the_odd_is_left_to_feedparser(name):
    with pytest.raises(DeclinedError):
        read_fast(DECLINED[name])


PLAIN = "<title>T</title><link>https://n.example/1</link><guid>g</guid><description>D</description>"
# What a tree could be made to hold without end: each is declined, or read within bounds.
LARGE = {
    "open elements": f"{HEAD}{'<x:a>' * 600_000}",
    "open elements in an entry": f"{HEAD}<item>{'<x:a>' * 600_000}",
    "empty elements in an entry": f"{HEAD}<item>{'<x:a/>' * 1_000_000}</item></channel></rss>",
    "names": HEAD + "".join(f"<x:a{n}/>" for n in range(300_000)) + "</channel></rss>",
    "namespaces": HEAD + "".join(f'<a xmlns:b="u{n}"/>' for n in range(200_000)) + "</channel></rss>",
    "attributes": HEAD + "<item " + " ".join(f'a{n}=""' for n in range(500_000)) + "/></channel></rss>",
    "lines": f"{HEAD}<item><title>a{chr(10) * 6_000_000}</title></item></channel></rss>",
    "references": f"{HEAD}<item><title>{'&lt;b' * 1_000_000}</title></item></channel></rss>",
    "comments": f"{HEAD}<item><title>{'a' * 500_000}{'<!---->' * 500_000}</title></item></channel></rss>",
}  # fmt: skip


@pytest.mark.parametrize("name", LARGE)
def test_a_large_document_is_read_or_declined_in_bounds(name):
    """No more than 64 MiB of tree, text and parser; the same parsed as a whole takes up to a gigabyte."""
    assert peak_of(LARGE[name].encode()) < 64 << 20


def peak_of(document: bytes) -> int:
    """The most bytes held while a document is read or declined."""
    tracemalloc.start()
    try:
        with contextlib.suppress(DeclinedError):
            read_fast(document)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_what_others_leave_to_be_collected_does_not_widen_the_bound():
    """A process full of old rubbish, collected in the middle of it, lets no tree grow by as much."""
    old: list[list[object]] = []
    for _ in range(100_000):
        ring: list[object] = []
        ring.append(ring)
        old.append(ring)
    gc.collect()  # what outlived a collection is only looked at again when much has been made since
    del old[:]
    assert peak_of(LARGE["open elements"].encode()) < 64 << 20
    assert gc.isenabled()


def test_elements_nested_without_end_do_no_harm():
    document = f"{HEAD}{'<x:a>' * 30_000}{'</x:a>' * 30_000}<item>{PLAIN}</item></channel></rss>".encode()
    assert [entry.title for entry in read_fast(document).entries] == ["T"]


@pytest.mark.parametrize("between", ["<x:a/>", "<x:a>t</x:a>", "<x:a><x:b>t</x:b></x:a>\n", "<!-- c -->"])
def test_a_document_is_read_the_same_by_pieces(between):
    """Wherever the cuts fall: what has ended at one and what has not must not matter."""
    items = "".join(f"<item>{PLAIN.replace('T', f'T{n}', 1)}</item>{between}" for n in range(20))
    image = "<image><title>not this</title><textInput><title>nor this</title></textInput></image>"
    document = f"{HEAD}<language>en</language>{image}{items}<ttl>5</ttl></channel></rss>".encode()
    whole = read_fast(document)
    assert (whole.language, whole.ttl, len(whole.entries)) == ("en", "5", 20)
    for size in (1, 7, 64, 1000):
        assert read_fast(document, whole=0, piece=size) == whole


def test_a_common_feed_never_needs_feedparser():
    feed = parse_feed(AGREED["description and content"])
    assert (feed.reader, feed.entries[0].summary, feed.entries[0].text) == ("fast", "D", "C")


def test_ttl_and_hours_to_skip_are_read():
    document = HEAD + "<ttl>30</ttl><skipHours><hour>0</hour><hour>23</hour><hour>99</hour></skipHours></channel></rss>"
    feed = parse_feed(document.encode())
    assert (feed.ttl_s, feed.skip_hours) == (1800.0, frozenset({0, 23}))


def test_json_feed_is_read():
    body = (
        b'{"version":"https://jsonfeed.org/version/1.1","title":"J","items":[{"id":7,"url":"https://n.example/1",'
        b'"title":"1 < 2 & 3","content_html":"<p>C</p>","date_published":"2024-01-02T03:04:05Z",'
        b'"authors":[{"name":"N"}]},null]}'
    )
    feed = parse_feed(body)
    entry = feed.entries[0]
    assert (feed.reader, feed.title, len(feed.entries)) == ("json", "J", 1)
    assert (entry.guid, entry.title, entry.summary, entry.author) == ("7", "1 < 2 & 3", "C", "N")


@pytest.mark.parametrize("body", [b'{"version":1}', b'{"items":' + b"[" * 100_000, b"{", b'{"version":"x","items":[]}'])
def test_what_is_no_json_feed_says_so(body):
    assert parse_feed(body).error == "not-a-feed"


def documents(archive: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(archive) as tar:
        for member in tar:
            handle = tar.extractfile(member) if member.isfile() else None
            if handle is not None:
                yield member.name, handle.read()


def as_feedparser_says(body: bytes) -> tuple[bool, list[tuple[str, str, str, dict[str, int]]]]:
    """Return (well-formed, [(title, link, id, date)]) straight from feedparser."""
    import feedparser

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    rows = []
    for entry in found.entries:
        moments = {
            dict.get(entry, name): calendar.timegm(dict.get(entry, name + "_parsed"))
            for name in ("published", "updated", "created")
            if dict.get(entry, name + "_parsed")
        }
        guid, link = dict.get(entry, "id", "").strip(), page_or_file(entry)
        rows.append((one_line(dict.get(entry, "title", "")), link, guid, moments))
    return not found.bozo, rows


def page_or_file(entry: Any) -> str:
    """Return feedparser's link but where it is none on purpose: a guid that is no address, an enclosure's text."""
    link, links = dict.get(entry, "link", "").strip(), dict.get(entry, "links") or []
    pages = [dict.get(each, "href") for each in links if each.get("rel") == "alternate"]
    files = [dict.get(each, "href") for each in links if each.get("rel") == "enclosure" and dict.get(each, "href")]
    if link in files and pages:
        return pages[-1]
    if link == dict.get(entry, "id", "").strip() and not link.lower().startswith(("http://", "https://", "/", "www.")):
        link = ""
    return link or next(iter(files), "").strip()


def same_moment(ours: datetime | None, raw: str, theirs: dict[str, int]) -> bool:
    """Dates agree, or ours is unknown where feedparser makes up a date: 31 June, 25:51, a bare year, the year 103."""
    if ours is None:
        return True
    if raw == "2002-12-31T192030+01:00":  # feedparser loses this one's time
        return True
    return int(ours.timestamp()) == theirs.get(raw, int(ours.timestamp()))


@pytest.mark.shared
def test_conformance_suites_read_as_feedparser_reads_them(shared: Path):
    """Every well-formed file of both suites: same entries, same title, link, id and date."""
    counts: Counter[str] = Counter()
    unlike = []
    unknown_dates = []
    for name, body in documents(shared / "data/feeds/conformance.tar.gz"):
        well_formed, theirs = as_feedparser_says(charset.to_utf8(body, ""))
        if not well_formed:
            continue
        feed = parse_feed(body)
        counts[feed.reader or feed.error] += 1
        counts["entries"] += len(theirs)
        ours = [(e.title, e.link, e.guid) for e in feed.entries]
        dates = zip(feed.entries, theirs, strict=False)
        agree = all(same_moment(e.published_at, e.published_raw, row[3]) for e, row in dates)
        unknown_dates += [e.published_raw for e in feed.entries if e.date_quality == "unknown"]
        if ours != [row[:3] for row in theirs] or not agree:
            unlike.append((name, ours, theirs))
    assert unlike == []
    assert counts["fast"] > 3000
    assert counts["entries"] > 2000
    assert len(unknown_dates) < 40


@pytest.mark.shared
def test_real_feeds_read_as_feedparser_reads_them_without_it(shared: Path):
    """Seven news feeds, every tenth of their sixty polls: the fast reader alone, equal in everything."""
    readers: Counter[str] = Counter()
    for number, (name, body) in enumerate(documents(shared / "data/feeds/successive-polls.tar.gz")):
        if number % 10:
            continue
        feed = parse_feed(body)
        readers[feed.reader or feed.error] += 1
        slow = finish(read_tolerantly(charset.to_utf8(body, "")), "")
        assert [plain_text(e.summary) for e in feed.entries] == [plain_text(e.summary) for e in slow.entries], name
        assert [(e.title, e.link, e.guid, e.published_at) for e in feed.entries] == [
            (e.title, e.link, e.guid, e.published_at) for e in slow.entries
        ], name
    # one site answered with an error page for days
    assert set(readers) == {"fast", "html-page"}
