"""Lists in JSON: WordPress without a word of configuration, anything else by paths."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from monitor.config.values import FeedConfig, Select
from monitor.fetch.values import FetchResult
from monitor.sources.jsonlist import at_path, read_list

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
POST = {
    "id": 7,
    "date_gmt": "2026-01-31T10:00:00",
    "link": "https://gazette.example/plot",
    "title": {"rendered": "Court hears of an alleged plot &#8211; editor unharmed"},
    "excerpt": {"rendered": "<p>The lead.</p>"},
    "content": {"rendered": "<p>The whole text, with <b>marks</b>.</p>"},
}


def read(document: object, select: Select | None = None, body: bytes | None = None):
    source = FeedConfig(feed_id="j", url="https://gazette.example/x.json", name="J", kind="json", select=select)
    body = json.dumps(document).encode() if body is None else body
    return read_list(source, FetchResult(request_id="j", url=source.url, body=body), None, NOW)


def test_wordpress_posts_need_no_paths() -> None:
    (entry,) = read([POST]).entries
    assert (entry.title, entry.summary, entry.text, entry.link, entry.published_at) == (
        "Court hears of an alleged plot – editor unharmed", "The lead.", "The whole text, with marks.",
        "https://gazette.example/plot", datetime(2026, 1, 31, 10, tzinfo=UTC),
    )  # fmt: skip


def test_paths_lead_to_any_list() -> None:
    document = {"data": {"items": [{"head": ["", "A title"], "to": "/a", "when": 1769853600}, None, {"to": "/b"}]}}
    select = Select(rows="data.items", title="head.1", link="to", date="when")
    (entry,) = read(document, select).entries
    assert (entry.title, entry.link) == ("A title", "https://gazette.example/a")
    assert entry.published_at == datetime(2026, 1, 31, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "not-json"),
        (b"<html>", "not-json"),
        (b"[" * 100_000, "not-json"),
        (b'{"code":"rest_no_route"}', "nothing-found"),
        (b"[]", "nothing-found"),
        (b'[{"link":5}]', "nothing-found"),
        (b'[{"link":"/a","title":{"rendered":{"x":1}}}]', "nothing-found"),
    ],
)
def test_what_is_no_list_is_a_failure_with_a_sentence(body: bytes, error: str) -> None:
    feed = read(None, body=body)
    assert (feed.error, feed.entries, bool(feed.warning)) == (error, [], True)


def test_a_path_ends_in_nothing_rather_than_in_a_fault() -> None:
    assert [at_path({"a": [1]}, path) for path in ("", "a.0", "a.7", "a.x", "b.c", "a.99999999999999")] == [
        {"a": [1]}, 1, None, None, None, None,
    ]  # fmt: skip
