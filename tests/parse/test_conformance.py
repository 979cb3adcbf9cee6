"""The small feeds in fixtures/conformance say what the JSON beside them says."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from monitor.parse.feed import parse_feed
from tests.conftest import ROOT

FOLDER = ROOT / "fixtures/conformance"
FEEDS = sorted(path for path in FOLDER.iterdir() if path.suffix in (".xml", ".feed"))


def as_json(path: Path, now: datetime) -> dict:
    """Return what the reader says of a file, without empty fields."""
    feed = parse_feed(path.read_bytes(), now=now)
    entries = [msgspec.to_builtins(entry) for entry in feed.entries]
    return {
        "title": feed.title,
        "language": feed.language,
        "reader": feed.reader,
        "entries": [{key: value for key, value in entry.items() if value} for entry in entries],
    }


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.name)
def test_a_feed_is_read_as_expected(path: Path, now: datetime):
    assert as_json(path, now) == json.loads(path.with_name(path.name + ".json").read_text())
