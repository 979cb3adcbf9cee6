"""JSON Feed as servers write it: a field of another kind never costs the entry, one bad item never the feed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitor.parse.feed import parse_feed
from monitor.parse.values import ParsedEntry

KINDS: list[Any] = [
    None,
    True,
    7,
    1.5,
    "",
    "words",
    [],
    [None],
    ["a", "b"],
    {},
    {"name": "Nell"},
    [{"name": None}],
    [[[[]]]],
]
FIELDS = [
    "id", "url", "external_url", "title", "summary", "content_html", "content_text", "date_published", "date_modified",
    "language", "author", "authors", "tags", "attachments", "image", "banner_image", "_ours",
]  # fmt: skip


def feed(*items: Any, **more: Any) -> bytes:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": list(items), **more}).encode()


def only(item: dict[str, Any]) -> ParsedEntry:
    (entry,) = parse_feed(feed(item)).entries
    return entry


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_of_any_kind_keeps_the_entry_and_its_neighbours(field):
    whole = {"id": "k", "url": "https://harbour.example/k", "title": "Ferry held", "summary": "Words."}
    for kind in KINDS:
        parsed = parse_feed(feed(whole, {**whole, "id": "odd", field: kind}, whole | {"id": "z"}))
        assert (parsed.error, len(parsed.entries)) == ("", 3)
        assert [entry.guid for entry in parsed.entries][::2] == ["k", "z"]


@pytest.mark.parametrize("odd", [None, 3, "text", [], [1, 2], True])
def test_an_item_that_is_no_object_is_passed_over_and_said(odd):
    parsed = parse_feed(feed({"id": "a"}, odd, {"id": "b"}))
    assert [entry.guid for entry in parsed.entries] == ["a", "b"]
    assert parsed.warning == "1 items are no objects and were passed over"


@pytest.mark.parametrize(
    ("authors", "name"),
    [(None, ""), ([], ""), ([{"name": "Ida"}], "Ida"), ({"name": "Ida"}, "Ida"), ("Ida", "Ida"),
     (["Ida", "Ole"], "Ida"), ([{"url": "https://ida.example"}], "https://ida.example"),
     ([None, {"name": "Ole"}], "Ole")],
)  # fmt: skip
def test_an_author_is_read_however_it_is_written(authors, name):
    assert only({"id": "a", "authors": authors}).author == name


def test_items_named_by_an_object_are_read():
    parsed = parse_feed(b'{"version":"https://jsonfeed.org/version/1","items":{"x":{"id":"a"},"y":{"id":"b"}}}')
    assert [entry.guid for entry in parsed.entries] == ["a", "b"]


def test_a_number_of_any_size_stays_as_written():
    assert [only({"id": n}).guid for n in (7, 123456789012345678901234567890)] == [
        "7",
        "123456789012345678901234567890",
    ]
    assert parse_feed(b'{"version":"https://jsonfeed.org/version/1","items":[{"id":1.50}]}').entries[0].guid == "1.50"


def test_an_attachment_stands_in_for_a_missing_page():
    item = {
        "id": "a",
        "attachments": [{"mime_type": "audio/mpeg", "title": "Talk", "url": "https://cdn.example/1.mp3"}],
    }
    assert only(item).link == "https://cdn.example/1.mp3"
    assert only({**item, "url": "https://harbour.example/a"}).link == "https://harbour.example/a"


@pytest.mark.parametrize(
    "written",
    [
        b'"title":"half \\ud83d pair"',
        b'"title":"half \\ude00 pair"',
        b'"title":"a\nb\tc\x01"',
        b'"title":"x","tags":["a",],',
    ],
    ids=["high half", "low half", "bare control characters", "commas before brackets"],
)
def test_slips_of_a_generator_are_mended(written):
    body = b'{"version":"https://jsonfeed.org/version/1","items":[{"id":"a",' + written + b'},{"id":"b"}]}'
    assert [entry.guid for entry in parse_feed(body).entries] == ["a", "b"]


def test_a_whole_pair_stays():
    body = b'{"version":"https://jsonfeed.org/version/1","items":[{"id":"a","title":"\\ud83d\\ude00\n"}]}'
    assert parse_feed(body).entries[0].title == "\N{GRINNING FACE}"


def test_a_document_cut_off_is_no_feed():
    body = feed({"id": "a", "title": "Ferry held"}, {"id": "b"})
    assert {parse_feed(body[:size]).error for size in range(60, len(body) - 1, 3)} == {"not-a-feed"}
