"""Listing pages: rows by selectors, proposals a person can paste, and a changed layout that is never silence."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from monitor.config.values import FeedConfig, Select
from monitor.fetch.values import FetchResult
from monitor.sources.listing import read_listing
from monitor.sources.propose import propose
from monitor.sources.rows import MAX_ROWS

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
URL = "https://court.example/press/"
TITLES = (
    "Three accused of an alleged plot against an exiled editor",
    "Sentence handed down in the harbour smuggling case",
    "New opening hours of the registry from February",
    "Court publishes its annual report on appeals",
)
MENU = "<nav><ul>" + "".join(f"<li><a href=/{n}>A menu entry with a rather long name {n}</a></li>" for n in range(9))
PAGE = "<html><head><title>Press office</title></head><body>{menu}</ul></nav><main>{rows}</main>{foot}</body></html>"
FOOT = "<div class='social-links'>" + "".join(f"<a href=/s{n}>Follow us on a network, {n}</a>" for n in range(5))

LAYOUTS = {
    "list": "<ul class='press-list'>{}</ul>",
    "table": "<table>{}</table>",
    "cards": "<div class='view-content'>{}</div>",
    "headings": "<section id='news'>{}</section>",
}
ROWS = {
    "list": "<li><a href='{link}'>{title}</a> <span class='date'>{date}</span></li>",
    "table": "<tr><td>{date}</td><td><a href='{link}'>{title}</a></td></tr>",
    "cards": "<div class='views-row views-row-{n}'><a href='{link}'><img src=x></a>"
    "<h3><a href='{link}'>{title}</a></h3><time datetime='{iso}'>{date}</time><p>A lead.</p></div>",
    "headings": "<article><h2>{title}</h2><p class='posted-on'>{date}</p><a href='{link}'>Read on</a></article>",
}


def page(layout: str, titles: tuple[str, ...] = TITLES) -> bytes:
    rows = "".join(
        ROWS[layout].format(n=n, link=f"item/{n}", title=title, date=f"{30 - n} January 2026", iso=f"2026-01-{30 - n}")
        for n, title in enumerate(titles)
    )
    return PAGE.format(menu=MENU, rows=LAYOUTS[layout].format(rows), foot=FOOT).encode()


def read(body: bytes, **select: str):
    source = FeedConfig(feed_id="p", url=URL, name="Press", kind="page", select=Select(**select))
    return read_listing(source, FetchResult(request_id="p", url=URL, body=body, final_url=URL), None, NOW)


@pytest.mark.parametrize(
    ("layout", "rows"),
    [("list", "ul.press-list > li"), ("table", "tr"), ("cards", "div.views-row"), ("headings", "#news article")],
)
def test_rows_give_title_link_and_date(layout: str, rows: str) -> None:
    """Promise: `rows:` is enough where a row has a heading or a link, and a date anywhere a machine can see it."""
    feed = read(page(layout), rows=rows, **({"date": "td:first-child"} if layout == "table" else {}))
    assert (feed.error, feed.title) == ("", "Press office")
    assert [entry.title for entry in feed.entries] == list(TITLES)
    assert [entry.link for entry in feed.entries] == [f"https://court.example/press/item/{n}" for n in range(4)]
    if layout != "headings":  # its date has a class nobody could guess
        assert [entry.published_at.day for entry in feed.entries if entry.published_at] == [30, 29, 28, 27]


def test_parts_may_be_named_and_attributes_taken() -> None:
    body = (
        b"<base href='https://cdn.court.example/'><ul><li data-when='2026-01-30' data-to='/a?x=1#top'>"
        b"<b>A &amp; B &lt;i&gt;</b><p>Lead</p></li></ul>"
    )
    (entry,) = read(body, rows="li", title="b", link="@data-to", date="@data-when", summary="p").entries
    assert (entry.title, entry.link, entry.summary) == ("A & B <i>", "https://cdn.court.example/a?x=1", "Lead")
    assert (entry.published_at, entry.date_quality) == (datetime(2026, 1, 30, tzinfo=UTC), "date-only")


@pytest.mark.parametrize(
    ("select", "error"),
    [
        ({"rows": "div.gone"}, "nothing-found"),
        ({"rows": "li["}, "bad-selector"),
        ({"rows": "li", "title": "::"}, "bad-selector"),
        ({"rows": "li:contains(')"}, "bad-selector"),
        ({"rows": "li", "link": "b"}, "nothing-found"),
    ],
)
def test_what_finds_nothing_is_a_failure_with_a_sentence(select: dict[str, str], error: str) -> None:
    feed = read(page("list"), **select)
    assert (feed.error, feed.entries, bool(feed.warning)) == (error, [], True)


def test_a_selector_that_matches_everything_is_refused_or_harmless() -> None:
    """Promise: each address counts once, whatever matches it; more rows than a list has are refused."""
    feed = read(page("list"), rows="*")
    assert len({entry.link for entry in feed.entries}) == len(feed.entries)
    many = b"<p><a href=/x>x</a></p>" * (MAX_ROWS + 1)
    assert f"matches {MAX_ROWS + 1} elements" in read(many, rows="p").warning


def test_links_that_lead_nowhere_are_no_rows() -> None:
    body = b"<ul>" + b"".join(
        b"<li><a href='%s'>A headline that is long enough</a></li>" % link
        for link in (b"", b"#", b"#x", b"javascript:alert(1)", b"mailto:a@b.example", b"http://[::1", b"data:x", b"/ok")
    )
    assert [entry.link for entry in read(body, rows="li").entries] == ["https://court.example/ok"]


def test_letters_of_any_page_are_read() -> None:
    body = "<meta charset=windows-1256><ul><li><a href=/a>محاكمة متهمين</a></li></ul>".encode("cp1256")
    assert read(body, rows="li").entries[0].title == "محاكمة متهمين"


def test_hostile_pages_end_within_the_childs_limits() -> None:
    """Promise: depth, breadth and half-open tags cost seconds at most and never a crash."""
    before = time.monotonic()
    deep = b"<div>" * 100_000 + b"<a href=/x>x</a>"
    wide = b"<a href=/x>" * 300_000
    for body in (deep, wide, b"<" * 2_000_000, b"<table>" * 200_000, b""):
        read(body, rows="div:nth-last-child(2n+1) ~ div, a")
        propose(body[:3_000_000], URL)
    assert time.monotonic() - before < 60


@pytest.mark.parametrize("layout", LAYOUTS)
def test_selectors_are_proposed_for_a_page_that_lists(layout: str) -> None:
    """Promise: what is proposed reads the list, and neither the menu nor the links of the footer."""
    body = page(layout, TITLES * 3)
    best = propose(body, URL)[0]
    feed = read(body, rows=best.select.rows, date=best.select.date)
    assert [entry.title for entry in feed.entries] == list(TITLES * 3)
    assert all(entry.published_at for entry in feed.entries)


def test_three_ways_are_proposed_at_most() -> None:
    """Promise: of a page with five lists, each of another shape, a person is shown three."""
    lists = "".join(
        f"<div class='list{kind}'>"
        + "".join(
            f"<p class='row{kind}'><a href='/{kind}/{n}'>{title} ({kind}{n})</a></p>" for n, title in enumerate(TITLES)
        )
        + "</div>"
        for kind in "abcde"
    )
    assert len(propose(f"<html><body>{lists}</body></html>".encode(), URL)) == 3


def test_nothing_is_proposed_where_nothing_lists() -> None:
    assert propose(b"<html><body><p>Just a text with <a href=/x>one link in it</a>.</p></body></html>", URL) == []
    assert propose(PAGE.format(menu=MENU, rows="", foot="").encode(), URL) == []
