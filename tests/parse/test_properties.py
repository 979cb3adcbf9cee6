"""Whatever comes in: no reader raises, no id collides, canonical addresses stay put, dates stay in bounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import escape

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.parse.dates import FIRST_YEAR, LAST_YEAR, read_date
from monitor.parse.fastpath import DeclinedError, read_fast
from monitor.parse.feed import finish
from monitor.parse.tolerant import read_tolerantly
from monitor.parse.values import ParsedEntry
from monitor.poll.identity import Was, identify
from monitor.poll.urls import canonical_url
from monitor.text.clean import clean
from monitor.untrusted.markup import one_line, plain_text

FEW = settings(max_examples=150, deadline=None)
PIECES = st.sampled_from(
    ["<p>", "</p>", "<br>", "<!--", "-->", "<script>", "</script>", "&amp;", "&#8217;", "&", "<", ">", '"', "'", " ",
     "\n", "text", "می\u200cخواهم", "1 < 2", "<a href='x'>", "</a>", "\0", "Read more"]
)  # fmt: skip
MARKUP = st.lists(PIECES | st.text(max_size=8), max_size=30).map("".join)
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)
ENTRIES = st.lists(
    st.builds(
        ParsedEntry,
        guid=st.sampled_from(["", "a", "b", "c"]),
        link=st.sampled_from(["", "https://n.example/", "https://n.example/1", "https://n.example/2?utm_id=1"]),
        title=st.sampled_from(["", "T", "U"]),
        summary=st.sampled_from(["", "S"]),
        published_raw=st.sampled_from(["", "Tue, 02 Jan 2024"]),
    ),
    max_size=6,
)


@FEW
@given(MARKUP)
def test_text_of_any_markup_is_storable_and_stays_as_it_is(markup):
    for text in (plain_text(markup), one_line(markup), clean(markup)):
        text.encode("utf-8")
        assert text == text.strip()
    assert "\n" not in one_line(markup)


@FEW
@given(st.text(max_size=80) | st.from_regex(r"https?://[a-zA-Z0-9.:@\[\]%/?&=#;_-]{0,60}"))
def test_canonical_addresses_are_fixed_points(url):
    once = canonical_url(url)
    assert canonical_url(once) == once


@FEW
@given(st.text(max_size=60))
def test_any_text_as_a_date_is_in_bounds_or_unknown(raw):
    at, quality = read_date(raw)
    assert (at is None) == (quality in ("", "unknown"))
    assert at is None or FIRST_YEAR <= at.year <= LAST_YEAR


@FEW
@given(st.integers(315_532_800, 3_786_912_000), st.integers(-14 * 60, 14 * 60))
def test_both_common_forms_are_read_to_the_second(seconds, offset):
    moment = datetime.fromtimestamp(seconds, UTC)
    local = moment + timedelta(minutes=offset)
    sign, minutes = ("-", -offset) if offset < 0 else ("+", offset)
    zone = f"{sign}{minutes // 60:02}{minutes % 60:02}"
    english = "JanFebMarAprMayJunJulAugSepOctNovDec"[local.month * 3 - 3 : local.month * 3]
    assert read_date(f"{local.day:02} {english} {local.year} {local:%H:%M:%S} {zone}") == (moment, "exact")
    assert read_date(f"{local:%Y-%m-%dT%H:%M:%S}{zone[:3]}:{zone[3:]}") == (moment, "exact")


@FEW
@given(st.lists(ENTRIES, max_size=4))
def test_no_poll_loses_or_doubles_an_entry(polls):
    """Over any polls: ids are unique in a document; new means unknown; the same poll again changes nothing."""
    known: dict[str, Was] = {}
    for entries in polls:
        changes = identify("f", entries, known)
        ids = [change.entry_id for change in changes]
        assert len(set(ids)) == len(ids)
        assert all((change.kind == "new") == (change.entry_id not in known) for change in changes)
        assert {change.entry.title for change in changes} == {entry.title for entry in entries}
        known.update({c.entry_id: Was(c.revision, c.text_sha, c.entry.link) for c in changes})
        again = identify("f", entries, known)
        assert {change.kind for change in again} <= {"unchanged"}


@FEW
@given(TEXT, TEXT, TEXT, TEXT)
def test_both_readers_agree_on_any_text(title, link, guid, description):
    """Any letters in any field of a well-formed feed: the fast reader says what feedparser says, or declines."""
    document = (
        f"<rss version='2.0'><channel><item><title>{escape(title)}</title><link>{escape(link)}</link>"
        f"<guid isPermaLink='false'>{escape(guid)}</guid><description>{escape(description)}</description>"
        "</item></channel></rss>"
    ).encode()
    try:
        fast = finish(read_fast(document), "")
    except DeclinedError:
        return
    assert msgspec.to_builtins(fast) == msgspec.to_builtins(finish(read_tolerantly(document), ""))
