"""An installation in an empty folder, driven through the `monitor` command alone, as its users drive it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from monitor.log.events import Event
from monitor.log.sqlite.store import open_log
from tools.build_fixtures import FEEDS, sources
from tools.feed_server import FeedServer

MONITOR = Path(sys.executable).with_name("monitor")
TIMEOUT_S = 120
FIRST = "2026-01-23T14:00:00Z"


class Installation:
    """A folder with feeds.yaml and data/, and the command line to use it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"

    def configure(self, feeds: Mapping[str, str], settings: Iterable[str] = ()) -> None:
        """Write feeds.yaml: feed id to address; loopback addresses are allowed."""
        hosts = ", ".join(sorted({f'"{url.split("/")[2]}"' for url in feeds.values()}))
        lines = ["settings:", f"  allow_private: [{hosts}]", *(f"  {line}" for line in settings), "feeds:"]
        for feed_id, url in feeds.items():
            lines += [f"- url: {url}", f"  id: {feed_id}", f"  name: {feed_id}"]
        (self.folder / "feeds.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def environment(self, now: str | None) -> dict[str, str]:
        """The environment of a command; `now` fixes its clock."""
        env = {**os.environ, "MONITOR_REVIEWER": "ana", "COLUMNS": "120"}
        return {**env, "MONITOR_NOW": now} if now else env

    def start(self, *args: str, now: str | None = FIRST) -> subprocess.Popen[str]:
        """Start `monitor …` and leave it running."""
        return subprocess.Popen(
            [str(MONITOR), *args],
            cwd=self.folder,
            env=self.environment(now),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(
        self, *args: str, now: str | None = FIRST, code: int | None = 0, prefix: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run `monitor …` to its end; `code` is the exit code it must have (None: any)."""
        done = subprocess.run(
            [*prefix, str(MONITOR), *args],
            cwd=self.folder,
            env=self.environment(now),
            text=True,
            capture_output=True,
            timeout=TIMEOUT_S,
        )
        if code is not None:
            assert (args, code) == (args, done.returncode), done.stdout + done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def events(self, *types: str) -> list[Event]:
        """The log's events, of these types or all."""
        log = open_log(self.data / "log.db", read_only=True)
        try:
            return list(log.read(types=types or None))
        finally:
            log.close()


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """An empty folder."""
    return Installation(tmp_path)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    """A server of the shipped feeds."""
    with FeedServer.of_folder(FEEDS) as running:
        yield running


@pytest.fixture
def shipped(server: FeedServer) -> dict[str, str]:
    """Feed id to address of the shipped feeds."""
    return {source["file"].split(".")[0]: server.url("/" + source["file"]) for source in sources()}
