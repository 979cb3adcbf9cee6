"""An entry keeps its id through rotating, missing, doubled and foreign guids; a change of text is a revision."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from monitor.log.codec import iso
from monitor.parse.values import ParsedEntry
from monitor.poll.identity import Change, Was, entry_id_of, identify, lookup_keys


def entry(guid="g1", link="https://news.example/1", title="A title", summary="A summary", **more) -> ParsedEntry:
    return ParsedEntry(guid=guid, link=link, title=title, summary=summary, **more)


def remembered(changes: list[Change], known: dict | None = None) -> dict[str, Was]:
    """Return what the log knows after these changes."""
    known = dict(known or {})
    for change in changes:
        at = change.entry.published_at
        known[change.entry_id] = Was(change.revision, change.text_sha, change.entry.link, iso(at) if at else "")
    return known


def kinds(changes: list[Change]) -> list[str]:
    return [change.kind for change in changes]


def test_the_same_document_again_changes_nothing():
    entries = [entry(), entry("g2", "https://news.example/2")]
    first = identify("f", entries, {})
    assert kinds(first) == ["new", "new"]
    assert kinds(identify("f", entries, remembered(first))) == ["unchanged", "unchanged"]


def test_a_changed_title_is_a_revision_of_the_same_entry():
    first = identify("f", [entry()], {})
    second = identify("f", [entry(title="Another title")], remembered(first))
    assert [(c.entry_id, c.kind, c.revision, c.changed) for c in second] == [
        (first[0].entry_id, "revised", 1, ("text",))
    ]


def test_a_changed_path_is_a_revision_and_a_tracking_parameter_is_none():
    known = remembered(identify("f", [entry()], {}))
    tracked = identify("f", [entry(link="http://www.news.example/1?utm_source=rss&sid=9")], known)
    moved = identify("f", [entry(link="https://news.example/1-final")], known)
    assert (tracked[0].kind, moved[0].kind, moved[0].changed) == ("unchanged", "revised", ("link",))


def test_a_guid_counts_within_its_feed_only():
    hijack = entry("https://other.example/real-story")
    assert entry_id_of("a", hijack) != entry_id_of("b", hijack)


def test_without_guid_the_page_identifies_whatever_its_tracking():
    entries = [entry("", f"https://news.example/same?utm_source={n}", "Same story") for n in range(20)]
    assert kinds(identify("f", entries, {})) == ["new"]


def test_without_guid_and_link_title_and_date_identify():
    one = entry("", "", "Bulletin", published_raw="Mon, 01 Jan 2024")
    two = entry("", "", "Bulletin", published_raw="Tue, 02 Jan 2024")
    assert kinds(identify("f", [one, two, one], {})) == ["new", "new"]


def test_new_guids_for_the_same_page_and_text_are_the_same_entry_for_ever():
    """A feed that numbers its guids anew at every poll floods no queue."""
    known: dict = {}
    for tick in range(100):
        entries = [entry(f"rot-{tick}-{n}", f"https://news.example/{n}", f"Story {n}") for n in range(5)]
        changes = identify("f", entries, known)
        assert kinds(changes) == (["new"] if tick == 0 else ["unchanged"]) * 5
        known = remembered(changes, known)


def test_a_hundred_guids_for_one_story_in_one_document_are_one_entry():
    entries = [entry(f"rot-{n}", "https://news.example/same", "Same story") for n in range(100)]
    assert len(identify("f", entries, {})) == 1


def test_a_new_guid_with_a_new_text_for_a_known_page_is_a_revision():
    """Some outlets append a revision number to the guid."""
    first = identify("f", [entry("https://news.example/1#0")], {})
    second = identify("f", [entry("https://news.example/1#1", title="Updated title")], remembered(first))
    assert (second[0].entry_id, second[0].kind) == (first[0].entry_id, "revised")


def test_alerts_that_share_the_front_page_stay_apart():
    entries = [entry(f"alert-{n}", "https://alerts.example/", "Sirens") for n in range(3)]
    first = identify("f", entries, {})
    assert kinds(first) == ["new"] * 3
    later = identify("f", [entry("alert-9", "https://alerts.example/", "Sirens")], remembered(first))
    assert kinds(later) == ["new"]


def test_entries_that_share_a_guid_are_told_apart_at_every_poll():
    """A feed whose guids are all alike: fifty entries, none lost, none revised for ever."""
    entries = [entry("same", f"https://news.example/{n}", f"v{n}") for n in range(50)]
    known = remembered(identify("f", entries, {}))
    assert len(known) == 50
    for cut in (0, 10, 30, 49):
        assert set(kinds(identify("f", entries[: 50 - cut], known))) == {"unchanged"}
    arrived = identify("f", [entry("same", "https://news.example/new", "new"), *entries[:40]], known)
    assert kinds(arrived) == ["new"] + ["unchanged"] * 40


def test_a_lone_guid_joined_by_a_namesake_keeps_its_id():
    old = entry("same", "https://news.example/old", "old")
    known = remembered(identify("f", [old], {}))
    changes = identify("f", [entry("same", "https://news.example/new", "new"), old], known)
    assert kinds(changes) == ["new", "unchanged"]


def test_exact_repeats_are_one_entry():
    assert kinds(identify("f", [entry()] * 50, {})) == ["new"]


def test_lookup_keys_cover_every_id_that_may_come_out():
    entries = [entry("same", f"https://news.example/{n}", f"v{n}") for n in range(3)]
    ids, links = lookup_keys("f", entries)
    assert {change.entry_id for change in identify("f", entries, {})} <= ids
    assert links == {f"https://news.example/{n}" for n in range(3)}


def test_a_change_carries_the_payload_its_hash_names(now: datetime):
    change = identify("f", [entry(published_at=datetime(2026, 1, 1, tzinfo=UTC))], {})[0]
    assert change.payload == b'{"summary":"A summary","text":"","title":"A title"}'
    assert len(change.text_sha) == 64


AT = datetime(2026, 11, 30, 8, 15, 7, tzinfo=UTC)


def again(before: ParsedEntry, after: ParsedEntry, *neighbours: ParsedEntry, gone: tuple[ParsedEntry, ...] = ()) -> str:
    """Return what an entry is to the log that knew another in its place, beside neighbours that stay."""
    first = identify("f", [before, *gone, *neighbours], {})
    texts = {change.text_sha: f"{change.entry.title} {change.entry.summary}" for change in first}
    second = identify("f", [after, *neighbours], remembered(first), texts.__getitem__)
    if second[0].entry_id == first[0].entry_id:
        return second[0].kind
    return second[0].kind if second[0].kind == "new" else f"{second[0].kind} of another"


SCHEMES = [
    ("http://news.example/?p=1", "https://news.example/?p=1"),
    ("https://news.example/a/1", "https://www.news.example/a/1"),
    ("https://news.example/a/1", "https://m.news.example/a/1"),
    ("https://news.example/a/1", "https://news.example/a/1/"),
    ("https://news.example/a/1", "https://news.example/a/1/amp"),
    ("https://news.example/a/1", "https://amp.news.example/a/1?outputType=amp"),
    ("https://news.example/a/1.html", "https://news.example/a/1.amp.html"),
    ("https://news.example/a/1/", "https://news.example/a/1/index.html"),
    ("https://news.example/a/1?utm_source=x", "https://news.example/a/1?fbclid=9"),
]


@pytest.mark.parametrize(("before", "after"), [*SCHEMES, *[pair[::-1] for pair in SCHEMES]])
@pytest.mark.parametrize("has_guid", [True, False])
def test_a_page_reached_another_way_is_the_same_entry(before, after, has_guid):
    one = entry(before if has_guid else "", before, published_at=AT)
    other = entry(after if has_guid else "", after, published_at=AT)
    assert again(one, other, entry("n", "https://news.example/n", "Neighbour")) == "unchanged"
    assert again(one, msgspec.structs.replace(other, title="An edited title")) == "revised"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://news.example/a/1", "https://news.example/a/2"),
        ("https://news.example/?p=1", "https://news.example/?p=2"),
        ("https://news.example/a/1", "https://other.example/a/1"),
        ("https://news.example/", "https://www.news.example/"),
        ("https://news.example/a/1", "https://sport.news.example/a/1"),
    ],
)
def test_another_page_with_other_words_is_another_entry(before, after):
    assert again(entry("1", before, published_at=AT), entry("2", after, "Other", "Words", published_at=AT)) == "new"


def test_a_link_with_a_fresh_token_each_time_is_the_same_entry():
    """A click counter that carries the page, and one that hides it."""
    for link in ("https://s.example/c?t={0}&url=https%3A%2F%2Fnews.example%2Fa&s={0}9", "https://s.example/r/{0}"):
        one, other = (entry("", link.format(token), published_at=AT) for token in ("aa", "bb"))
        assert again(one, other) in ("unchanged", "revised")


def test_a_mended_permalink_is_a_revision():
    one = entry("https://news.example/plot-foild", "https://news.example/plot-foild", published_at=AT)
    other = entry("https://news.example/plot-foiled", "https://news.example/plot-foiled", published_at=AT)
    assert again(one, other) == "revised"
    edited = msgspec.structs.replace(other, title="A title, updated")
    assert again(one, edited) == "revised"
    assert again(one, msgspec.structs.replace(edited, title="Quite other matters", summary="Of chess")) == "new"


@pytest.mark.parametrize(
    ("words", "kind"), [("one two three four five six", "revised"), ("one two three four five six seven", "new")]
)
def test_half_of_the_words_must_be_the_same_where_only_moment_and_host_are(words: str, kind: str):
    """Promise: from half of the words on, an entry with another guid and address is an edit; below, it is another."""
    known = entry("1", "https://news.example/a", "one two three", "", published_at=AT)
    assert again(known, entry("2", "https://news.example/b", words, "", published_at=AT)) == kind


def test_words_alone_do_not_make_two_entries_one():
    """The same bulletin every hour, a date without a time, or no date."""
    later = AT.replace(hour=9)
    assert again(entry("1", published_at=AT), entry("2", "https://news.example/2", published_at=later)) == "new"
    assert again(entry("1"), entry("2", "https://news.example/2")) == "new"
    midnight = AT.replace(hour=0, minute=0, second=0)
    one = entry("1", published_at=midnight)
    other = entry("2", "https://news.example/2", "A title or so", published_at=midnight)
    assert again(one, other) == "new"


def test_an_entry_that_is_still_listed_is_not_taken_for_its_twin():
    one, twin = entry("1", published_at=AT), entry("2", "https://news.example/2", published_at=AT)
    assert again(twin, one, one) == "unchanged of another"
    first = identify("f", [one], {})
    assert kinds(identify("f", [one, twin], remembered(first))) == ["unchanged", "new"]


def test_two_that_may_be_meant_are_told_apart_or_new():
    gone = entry("3", "https://news.example/3", "A title", "Other words", published_at=AT)
    fresh = entry("9", "https://news.example/9", "A title", "Still others", published_at=AT)
    assert again(entry("1", published_at=AT), fresh, gone=(gone,)) == "new"


def test_a_thousand_guids_made_anew_are_followed_at_every_poll():
    known: dict = {}
    for poll in range(4):
        entries = [entry(f"{poll}-{n}", f"https://news.example/{n}", f"Title {n}") for n in range(1000)]
        changes = identify("f", entries, known)
        known = remembered(changes, known)
    assert set(kinds(changes)) == {"unchanged"}
    assert len(known) == 1000


def test_a_number_made_anew_in_the_query_is_no_new_entry_whatever_the_date():
    one, other = (entry("", f"https://news.example/a/1?_={n}") for n in (1, 2))
    assert again(one, other) == "unchanged"
    pinned = [entry("", f"https://news.example/?p={n}", published_at=None) for n in (1, 2)]
    assert again(*pinned) == "new"


def test_a_link_that_comes_late_is_no_revision():
    """Promise: an entry is a revision where its words or its page change, not where a feed mends what it left out."""
    known = remembered(identify("f", [entry(link="")], {}))
    (change,) = identify("f", [entry()], known)
    assert (change.kind, change.revision, change.changed) == ("unchanged", 0, ())


def test_of_two_under_one_guid_the_one_with_the_known_page_or_text_is_the_known_entry():
    """A guid that a feed gives twice does not make a stranger of the entry that was there first."""
    (first,) = identify("f", [entry()], {})
    known = remembered([first])
    moved = entry(link="https://news.example/9")
    edited = entry(title="Another title")
    for pair in (
        [moved, entry("g1", "https://news.example/7", "Other")],
        [edited, entry("g1", "https://news.example/7", "Other")],
    ):
        for shown in (pair, pair[::-1]):
            changes = {change.entry.title + change.entry.link: change for change in identify("f", shown, known)}
            assert changes[pair[0].title + pair[0].link].entry_id == first.entry_id
            assert changes[pair[1].title + pair[1].link].kind == "new"
