"""A machine that only serves pages on a shared log: it has all that a machine has which collects."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from monitor import app
from monitor.log.codec import parse_iso
from monitor.surfaces.web.door.reviewers import Reviewers
from monitor.surfaces.web.server import create_app
from monitor.surfaces.web.upkeep import Upkeep
from monitor.worker.jobs.searching import open_index
from monitor.worker.workspace import Workspace
from tests.e2e.conftest import FIRST, Installation

HOST = "127.0.0.1:8765"


def wait_for(what: Callable[[], bool]) -> None:
    """Wait until something is so."""
    until = time.monotonic() + 60
    while not what():
        assert time.monotonic() < until
        time.sleep(0.05)


def n_behind(folder: Path) -> int:
    """How many events the search index of a machine lacks; everything where it has none."""
    with app.closing_workspace(str(folder / "feeds.yaml"), str(folder / "data")) as workspace:
        if not (folder / "data/search.db").exists():
            return workspace.log.head()[0]
        index = open_index(workspace)
        try:
            return workspace.log.head()[0] - index.position
        finally:
            index.close()


def test_a_machine_that_only_serves_pages_is_complete(
    tmp_path: Path, shipped: dict[str, str], database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows, search, codes, the model and the words of a report come from the log; what is erased leaves its index."""
    worker, pages = (Installation(tmp_path / name) for name in ("worker", "pages"))
    for machine in (worker, pages):
        machine.folder.mkdir()
        machine.configure(shipped)
    worker.run("log", "init-postgres", database)
    monkeypatch.setenv("MONITOR_LOG", database.replace("owner@", "monitor_writer@"))
    monkeypatch.setenv("MONITOR_NOW", FIRST)
    worker.run("init")
    pages.run("init")
    worker.run("tick")
    rows = json.loads(worker.run("queue", "--json").stdout)
    worker.run("label", rows[0]["entry_id"], "plot")
    assert not (worker.data / "search.db").exists()
    config, data = str(pages.folder / "feeds.yaml"), str(pages.data)

    def opened() -> Workspace:
        return app.open_workspace(config, data)

    upkeep = Upkeep(opened, every_s=0.05)
    upkeep.start()
    try:
        wait_for(lambda: n_behind(pages.folder) == 0)
        wait_for((pages.data / "plots.json").exists)
        reviewers, moment = Reviewers(pages.data), parse_iso(FIRST).timestamp()
        reviewers.add("ben", FIRST)
        browser = TestClient(
            create_app(opened, reviewers, frozenset({HOST}), lambda: moment), base_url=f"http://{HOST}"
        )
        browser.cookies.set("monitor_session", reviewers.sign_in("ben", moment))
        for path in ("/", "/overview", "/labels", "/models", "/feeds", "/log", f"/story/{rows[1]['story_id']}"):
            assert browser.get(path).status_code == 200, path
        gone = rows[1]["entry_id"]
        word = max(rows[1]["title"].split(), key=len)
        assert f'href="/story/{gone}"' in browser.get("/search", params={"q": word}).text
        worker.run("erase", gone, "--reason", "asked", "--yes")
        wait_for(lambda: n_behind(pages.folder) == 0)
        assert f'href="/story/{gone}"' not in browser.get("/search", params={"q": f'"{rows[1]["title"]}"'}).text
    finally:
        upkeep.stop()
    assert not upkeep.is_alive()
    assert {path.name for path in (worker.data / "models").iterdir()} == {
        path.name for path in (pages.data / "models").iterdir()
    }


def test_a_log_that_is_away_ends_no_upkeep(tmp_path: Path) -> None:
    """Promise: the thread goes on until it is stopped, whatever it meets."""
    tried = threading.Semaphore(0)

    def away() -> Workspace:
        tried.release()
        return app.open_workspace(str(tmp_path / "feeds.yaml"), str(tmp_path))

    upkeep = Upkeep(away, every_s=0.01)
    upkeep.start()
    for _ in range(3):
        assert tried.acquire(timeout=30)
    assert upkeep.is_alive()
    upkeep.stop()
    assert not upkeep.is_alive()
