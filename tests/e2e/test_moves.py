"""A folder that moves while nothing runs goes on as if nothing had happened."""

from __future__ import annotations

from tests.e2e.conftest import Installation
from tools.feed_server import FeedServer


def test_a_moved_folder_goes_on(installation: Installation, server: FeedServer, shipped: dict[str, str]) -> None:
    """Nothing in the folder names its own path: the queue, the labels, the keys and the anchors come along."""
    installation.configure(shipped)
    installation.run("init")
    installation.run("tick")
    before = installation.run("queue", "--json").stdout
    moved = Installation(installation.folder / "elsewhere")
    moved.folder.mkdir()
    (installation.folder / "feeds.yaml").rename(moved.folder / "feeds.yaml")
    installation.data.rename(moved.data)
    assert moved.run("queue", "--json").stdout == before
    assert "0 new entries" in moved.run("tick", "--force", now="2026-01-23T15:00:00Z").stdout
    assert "verifies" in moved.run("log", "verify").stdout
