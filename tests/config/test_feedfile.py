"""Editing feeds.yaml keeps every comment, and never leaves a file that says something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.edit import NewFeed, add_feeds, find_feed, move_feeds, remove_feed, write_list
from monitor.config.load import parse_config
from monitor.errors import ConfigError, InputError, NotFoundError

GROUPED = """\
# my feeds
settings:
  contact: me@example.org   # for complaints
feeds:
  # the wires
  wires:
    - url: https://a.example/rss   # first
      name: A
      language: en
    # about B: slow at night
    - url: https://b.example/rss
      name: B

  # the rest
  rest:
    - {url: https://c.example/rss, name: C}
# the end
"""
LISTED = "feeds:\n- url: https://a.example/rss\n  name: A\n- url: https://b.example/rss\n  name: B\n"


def added(text: str, **feed: object) -> str:
    return add_feeds(text, [NewFeed(**{"url": "https://n.example/rss", "name": "New", **feed})])  # type: ignore[arg-type]


def test_a_feed_is_added_at_the_end_of_its_group():
    new = added(GROUPED, group="wires", language="fa")
    block = "    - url: https://n.example/rss\n      name: New\n      language: fa\n"
    assert new == GROUPED.replace("      name: B\n", "      name: B\n" + block)


def test_a_new_group_comes_last():
    new = added(GROUPED, group="new one")
    assert new == GROUPED.replace(
        "# the end", "  new one:\n    - url: https://n.example/rss\n      name: New\n# the end"
    )


def test_without_a_group_a_feed_goes_where_it_can():
    assert added(LISTED) == LISTED + "- url: https://n.example/rss\n  name: New\n"
    assert "  added:\n    - url: https://n.example/rss" in added(GROUPED)
    for empty in ("feeds:\n", "feeds: # none yet\nsettings:\n  contact: x\n", "feeds:\n  wires:\n"):
        assert parse_config(added(empty).encode()).feeds[0].name == "New"


@pytest.mark.parametrize(
    "text", ['yes: "no" # x', "12:30", "- a", "Ö: ü", "سلام", "a\tb".replace("\t", " "), "'q'", "NO"]
)
def test_any_name_comes_back_as_given(text: str):
    """Names YAML would misread are quoted."""
    feed = parse_config(added(GROUPED, name=text, group=text).encode()).feeds[-1]
    assert (feed.name, feed.group) == (text, text)


def test_removing_a_feed_leaves_everything_else():
    new, feed = remove_feed(GROUPED, "https://a.example/rss")
    assert feed.name == "A"
    gone = "    - url: https://a.example/rss   # first\n      name: A\n      language: en\n"
    assert new == GROUPED.replace(gone, "")
    new, _ = remove_feed(GROUPED, "https://c.example/rss")
    assert new == GROUPED.replace("    - {url: https://c.example/rss, name: C}\n", "")


def test_a_feed_written_as_its_address_alone_can_be_removed_and_moved():
    text = "feeds:\n- https://a.example/rss  # first\n- https://b.example/rss\n"
    assert remove_feed(text, "https://b.example/rss")[0] == "feeds:\n- https://a.example/rss  # first\n"
    moved = move_feeds(text, {"https://a.example/rss": "https://a.example/new"})
    assert moved == text.replace("a.example/rss", "a.example/new")
    assert [feed.url for feed in parse_config(added(text).encode()).feeds][-1] == "https://n.example/rss"


def test_adding_and_removing_is_nothing():
    assert remove_feed(added(GROUPED, group="wires"), "https://n.example/rss")[0] == GROUPED
    assert remove_feed(added(LISTED), "https://n.example/rss")[0] == LISTED


def test_a_feed_is_found_by_id_prefix_and_url():
    config = parse_config(GROUPED.encode())
    feed = config.feeds[1]
    assert find_feed(config, feed.feed_id[:6]) == find_feed(config, feed.url) == feed
    for which in ("", "https://x.example/", "zzz"):
        with pytest.raises(NotFoundError):
            find_feed(config, which)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("feeds: [{url: https://a.example/, name: A}]\n", InputError),
        ("feeds: nonsense\n", ConfigError),
        ("feeds:\n- url: https://n.example/rss\n  name: again\n", ConfigError),
    ],
)
def test_what_cannot_be_edited_is_refused(text: str, error: type[Exception]):
    """Flow style, a broken file, a URL that is there already."""
    with pytest.raises(error):
        added(text)


def test_a_bad_value_never_reaches_the_file():
    for bad in ({"url": "ftp://x"}, {"name": "a\nfeeds: []"}, {"language": "not a language"}, {"id": "Ünïcode"}):
        with pytest.raises(ConfigError):
            added(GROUPED, **bad)


def test_the_file_is_replaced_as_a_whole(tmp_path: Path):
    path = tmp_path / "feeds.yaml"
    path.write_text("old")
    path.chmod(0o640)
    write_list(path, GROUPED)
    assert path.read_text() == GROUPED
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["feeds.yaml"]


def test_addresses_move_on_their_own_line_and_comments_stay():
    """Promise: a move changes the address and nothing else, wherever in its item it stands."""
    text = (
        "feeds:\n  a:\n  - url: http://a.example/rss  # national, A\n    name: A\n  - name: B  # the second\n"
        '    url: "http://b.example/rss"\n  - {url: http://c.example/rss, name: C}\n'
    )
    moved = {"http://a.example/rss": "https://a.example/rss", "http://b.example/rss": "https://b.example/feed?x=1"}
    edited = move_feeds(text, moved | {"http://none.example/": "https://none.example/"})
    assert edited == text.replace("http://a.example/rss", "https://a.example/rss").replace(
        "http://b.example/rss", "https://b.example/feed?x=1"
    )


def test_a_move_to_an_address_that_is_listed_is_left_alone():
    text = "feeds:\n- url: http://a.example/\n  name: A\n- url: https://a.example/\n  name: B\n"
    assert move_feeds(text, {"http://a.example/": "https://a.example/"}) == text


def test_two_feeds_that_moved_to_one_address_are_refused():
    text = "feeds:\n- url: http://a.example/\n  name: A\n- url: http://b.example/\n  name: B\n"
    with pytest.raises(ConfigError):
        move_feeds(text, dict.fromkeys(("http://a.example/", "http://b.example/"), "https://c.example/"))
