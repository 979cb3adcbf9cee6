"""The shipped feeds.yaml is good, and the copy in the package is the same file."""

from __future__ import annotations

from pathlib import Path

from monitor.config.load import load_config
from monitor.config.settings import Settings
from tests.conftest import ROOT

PACKAGED = ROOT / "src/monitor/config/default-feeds.yaml"


def test_the_packaged_copy_is_the_file_at_the_root():
    assert PACKAGED.read_bytes() == (ROOT / "feeds.yaml").read_bytes()


def test_every_default_feed_is_described_in_full():
    config = load_config(ROOT / "feeds.yaml")
    assert len(config.feeds) >= 40
    assert len({feed.group for feed in config.feeds}) >= 5
    assert all(feed.publisher and feed.language and feed.country for feed in config.feeds)


def test_the_settings_written_there_are_the_defaults():
    assert load_config(ROOT / "feeds.yaml").settings == Settings()


def test_every_key_is_documented():
    """docs/feeds-yaml.md names each key of a feed and of the settings."""
    text = Path(ROOT / "docs/feeds-yaml.md").read_text()
    keys = [*Settings.__struct_fields__, "url", "name", "id", "publisher", "language", "country", "full_text"]
    assert [key for key in keys if f"`{key}`" not in text] == []
