"""A page becomes its article; no page crashes, hangs or reaches the network."""

from __future__ import annotations

import contextlib
import gzip
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from monitor.text import article
from monitor.text.density import densest_text
from monitor.text.extract import PageError, read_page
from monitor.untrusted.page import parse_html

STORY = [
    "Two men were held on Tuesday after officers searched a flat near the harbour, the prosecutor's office said.",
    "The office alleged that the pair had watched a newspaper's building for weeks on behalf of a foreign service.",
    "A lawyer for one of them denied the accusation and said that his client had photographed the street as a tourist.",
    "The embassy did not answer questions. A court will decide on Thursday whether the two remain in custody.",
]


def page(body: str, head: str = "<title>Two held at the harbour</title>") -> str:
    return f"<!doctype html><html><head><meta charset='utf-8'>{head}</head><body>{body}</body></html>"


ARTICLE = page(
    "<nav><ul><li><a href='/'>Home</a></li><li><a href='/w'>World</a></li></ul></nav>"
    "<div class='page-with-sidebar'><h1>Two held at the harbour</h1><div class='story'>"
    + "".join(f"<p>{line}</p>" for line in STORY)
    + "<div class='newsletter-box'><p>Sign up for the newsletter and get the news each morning.</p></div>"
    "</div><div class='related-stories'><p><a href='/1'>A bridge opens</a></p>"
    "<p><a href='/2'>A fair closes</a></p></div>"
    "</div><footer><p>© 2026 Example. All rights reserved.</p></footer><script>var x = '<p>code</p>';</script>"
)


def test_the_article_and_only_the_article_is_read():
    found = read_page(ARTICLE.encode(), "https://news.example/1")
    assert found.title == "Two held at the harbour"
    assert [line for line in STORY if line not in found.text] == []
    for furniture in ("newsletter", "bridge opens", "rights reserved", "code"):
        assert furniture not in found.text


def test_the_density_reader_does_without_the_extra():
    """The same page, as an installation without trafilatura reads it."""
    assert densest_text(parse_html(ARTICLE)).split("\n") == STORY


def test_text_between_line_breaks_is_read_too():
    body = "<div id='menu'>Home | World</div><div id='text'>" + "<br><br>".join(STORY) + "</div>"
    assert densest_text(parse_html(page(body))).split("\n") == STORY


def test_a_stated_body_serves_where_the_page_shows_none():
    stated = json.dumps({"@graph": [{"@type": "NewsArticle", "articleBody": " ".join(STORY)}]})
    head = f"<title>T</title><script type='application/ld+json'>{stated}</script>"
    source = page("<div id='app'></div>", head)
    assert densest_text(parse_html(source)) == ""
    assert article.as_stated(source, "") == " ".join(STORY)
    assert article.extract_article(source.encode(), "")[1] == " ".join(STORY)


@pytest.mark.parametrize("encoding", ["windows-1251", "utf-8", "koi8-r"])
def test_letters_are_read_by_the_meta_element(encoding):
    text = "Двое задержаны. " * 20
    source = f"<html><head><meta http-equiv='Content-Type' content='text/html; charset={encoding}'></head><p>{text}</p>"
    assert "Двое задержаны" in read_page(source.encode(encoding)).text


@pytest.mark.parametrize(
    ("encoding", "header", "meta"),
    [
        ("windows-1251", "windows-1251", ""), ("windows-1251", "iso-8859-1", "windows-1251"),
        ("windows-1251", "utf-8", "windows-1251"), ("utf-8", "", "utf-16"), ("utf-8", "windows-1251", ""),
        ("utf-16", "", ""), ("koi8-r", "x-unknown", "koi8-r"), ("windows-1251", "windows-1251", "utf-8"),
        ("mac_cyrillic", "x-mac-cyrillic", ""),
    ],
)  # fmt: skip
def test_letters_are_read_by_header_meta_element_and_bytes(encoding: str, header: str, meta: str):
    """Promise: the header counts, but a server's default or what cannot be right does not."""
    element = f"<meta charset='{meta}'>" if meta else ""
    source = f"<html><head>{element}</head><p>{'Двое задержаны в порту. ' * 20}</p>"
    content_type = f"text/html; charset={header}" if header else "text/html"
    assert "Двое задержаны в порту" in read_page(source.encode(encoding), content_type=content_type).text


@pytest.mark.parametrize("reader", ["with the extra", "own reader"])
def test_an_article_cut_by_advertisements_is_read_whole(reader: str):
    """Promise: blocks of one kind with advertisements between them are one article, with and without the extra."""
    blocks = [
        "".join(f"<p>Sentence {n}{m} says what officers told the court on Friday, and no more.</p>" for m in "abcde")
        for n in range(4)
    ]
    ad = "<div class='unit'><div class='slot'>Advertisement</div></div>"
    body = ad.join(f"<div class='row'><div class='text body'>{block}</div></div>" for block in blocks)
    teasers = "<div class='teaser'><p>Another matter altogether, of ten words or so.</p></div>" * 5
    source = page(f"<main><div class='chunks'>{body}</div></main><div class='teasers'>{teasers}</div>")
    text = densest_text(parse_html(source)) if reader == "own reader" else read_page(source.encode()).text
    assert [f"Sentence {n}{m}" for n in range(4) for m in "abcde" if f"Sentence {n}{m}" not in text] == []
    assert "Another matter" not in text


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"<!-- -->", b"\0\0\0", b"<p>short</p>" * 0, b"{}"])
def test_a_page_without_an_article_says_so(body):
    with pytest.raises(PageError, match="no-article"):
        read_page(body)


def test_a_page_too_large_is_refused():
    with pytest.raises(PageError, match="too-large"):
        read_page(b" " * ((8 << 20) + 1))


@pytest.mark.parametrize(
    "flood",
    ["<div>", "<p>a", "<!--", "<script", "<a href='x'>b</a>", "<", "&lt;", "<table><tr><td>", "<font>", "\0", "<svg>",
     "<script type='ld+json'>articleBody", "<meta charset=", "<title>"],
)  # fmt: skip
def test_a_flood_ends_in_text_or_a_clear_error(flood):
    """300 kB of each; a timeout is an answer too, a crash of this process is not."""
    with contextlib.suppress(PageError):
        read_page((flood * (300_000 // len(flood))).encode())
    assert "harbour" in read_page(ARTICLE.encode()).text


def test_an_article_is_never_fetched_from_what_the_page_names():
    body = ARTICLE.replace(
        "<nav>", "<iframe src='http://127.0.0.1:9/canary'></iframe><img src='file:///etc/passwd'><nav>"
    )
    assert "root:" not in read_page(body.encode()).text


@pytest.mark.shared
def test_without_the_extra_real_pages_are_read_at_f1_094(shared: Path):
    """Mean token F1 of the density reader over 92 pages; with trafilatura bench/extract.py measures 0.953."""
    word = re.compile(r"\w+")
    scores = []
    with gzip.open(shared / "data/extraction/articles.jsonl.gz", "rt") as lines:
        for row in map(json.loads, lines):
            found = Counter(word.findall(densest_text(parse_html(row["html"])).lower()))
            true = Counter(word.findall(row["articleBody"].lower()))
            scores.append(2 * (found & true).total() / max(1, found.total() + true.total()))
    assert len(scores) == 92
    assert sum(scores) / len(scores) >= 0.94
