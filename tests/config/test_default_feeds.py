"""The shipped feeds.yaml is good, and the copy in the package is the same file."""

from __future__ import annotations

import re
from pathlib import Path

from monitor.config.load import load_config
from monitor.config.settings import Settings
from tests.conftest import ROOT

PACKAGED = ROOT / "src/monitor/config/default-feeds.yaml"


def test_the_packaged_copy_is_the_file_at_the_root():
    assert PACKAGED.read_bytes() == (ROOT / "feeds.yaml").read_bytes()


def test_every_default_feed_is_described_in_full():
    config = load_config(ROOT / "feeds.yaml")
    assert len(config.feeds) >= 150
    assert len({feed.group for feed in config.feeds}) >= 12
    assert len({feed.language for feed in config.feeds}) >= 15
    assert len({feed.country for feed in config.feeds}) >= 50
    assert all(feed.publisher and feed.language and feed.country for feed in config.feeds)


REACHES = {
    "international", "national", "regional", "local", "exile", "rights", "investigations", "official", "state",
    "aggregator",
}  # fmt: skip


def test_every_default_source_says_its_reach_and_the_evidence_for_its_address():
    """Promise: no address is a guess: each names its evidence, and the letter stands explained, with its date."""
    text = (ROOT / "feeds.yaml").read_text()
    explained = dict(re.findall(r"^#   ([A-Z])  (.*)$", text, re.MULTILINE))
    marks = re.findall(r"^    - url: (\S+)(?:  # (\w+), ([A-Z]))?$", text, re.MULTILINE)
    assert len(marks) == len(load_config(ROOT / "feeds.yaml").feeds)
    assert [url for url, reach, letter in marks if reach not in REACHES or letter not in explained] == []
    assert [letter for letter, what in explained.items() if letter != "N" and not re.search(r"2026", what)] == []
    assert sum(letter == "N" for _, _, letter in marks) < len(marks) / 8


def test_no_default_source_is_an_aggregator_s_search():
    """Promise: a search feed or an alert lists others and is nobody's report; it is not among the defaults."""
    urls = [feed.url for feed in load_config(ROOT / "feeds.yaml").feeds]
    assert [url for url in urls if "news.google." in url or "/alerts/" in url or "rss.app" in url] == []


def test_the_settings_written_there_are_the_defaults():
    assert load_config(ROOT / "feeds.yaml").settings == Settings()


def test_every_key_is_documented():
    """docs/feeds-yaml.md names each key of a feed and of the settings."""
    text = Path(ROOT / "docs/feeds-yaml.md").read_text()
    keys = [*Settings.__struct_fields__, "url", "name", "id", "publisher", "language", "country", "full_text"]
    assert [key for key in keys if f"`{key}`" not in text] == []


def test_the_documents_count_the_default_sources_right():
    config = load_config(ROOT / "feeds.yaml")
    told = f"{len(config.feeds)} public feeds"
    assert told in (ROOT / "README.md").read_text()
    languages, countries = {feed.language for feed in config.feeds}, {feed.country for feed in config.feeds}
    text = " ".join((ROOT / "docs/feeds-yaml.md").read_text().split())
    groups = len({feed.group for feed in config.feeds})
    assert f"{told} in {groups} groups by region: {len(languages)} languages, {len(countries)} countries" in text
