"""Of a document with thousands of entries the newest are read, wherever they stand."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from monitor.parse.feed import parse_feed
from monitor.parse.newest import newest
from monitor.parse.raw import RawEntry

START = datetime(2026, 1, 1, tzinfo=UTC)


def dated(n: int) -> RawEntry:
    return RawEntry(guid=str(n), published=(START + timedelta(minutes=n)).isoformat())


@pytest.mark.parametrize("order", ["newest first", "oldest first", "by chance"])
def test_the_latest_dates_are_kept_in_the_documents_order(order):
    entries = [dated(n) for n in range(50)]
    if order == "newest first":
        entries.reverse()
    elif order == "by chance":
        random.Random(1).shuffle(entries)
    kept = newest(entries, 20)
    assert {int(entry.guid) for entry in kept} == set(range(30, 50))
    assert kept == [entry for entry in entries if int(entry.guid) >= 30]


def test_undated_entries_are_kept_from_both_ends():
    assert [entry.guid for entry in newest([RawEntry(guid=str(n)) for n in range(10)], 4)] == ["0", "1", "8", "9"]
    mixed = [RawEntry(guid="pinned"), *[dated(n) for n in range(9)]]
    assert [entry.guid for entry in newest(mixed, 3)] == ["pinned", "7", "8"]


def test_an_edited_old_entry_counts_by_its_edit():
    old = RawEntry(guid="old", published="2001-01-01T00:00:00Z", updated="2030-01-01T00:00:00Z")
    assert old in newest([old, *[dated(n) for n in range(9)]], 2)


@pytest.mark.parametrize("broken", [False, True], ids=["fast reader", "feedparser"])
@pytest.mark.parametrize("n", [2000 + 5, 10_000 + 500])
def test_the_last_of_many_is_read_and_the_cut_is_said(n, broken):
    dates = [f"{START + timedelta(minutes=k):%d %b %Y %H:%M:%S} GMT" for k in range(n)]
    items = "".join(f"<item><guid>{k}</guid><pubDate>{date}</pubDate></item>" for k, date in enumerate(dates))
    body = f"<rss version='2.0'><channel>{'<title>a & b</title>' if broken else ''}{items}</channel></rss>".encode()
    feed = parse_feed(body)
    assert (feed.reader, len(feed.entries), feed.n_dropped) == (
        "feedparser" if broken else "fast",
        2000,
        n - 2000,
    )
    assert {feed.entries[0].guid, feed.entries[-1].guid} == {str(n - 2000), str(n - 1)} or n > 10_000
    assert str(n - 1) in {entry.guid for entry in feed.entries}
