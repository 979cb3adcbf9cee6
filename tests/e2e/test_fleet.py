"""Two machines on one log in PostgreSQL: what one does the other knows, and what must happen once happens once."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
from starlette.testclient import TestClient

from monitor import app
from monitor.log.codec import parse_iso
from monitor.log.events import DigestSent
from monitor.log.postgres.store import PostgresLog, open_postgres
from monitor.surfaces.cli.serve.run import Jobs
from monitor.surfaces.web.door.reviewers import Reviewers
from monitor.surfaces.web.server import create_app
from monitor.worker.service import Service
from tests.e2e.conftest import FIRST, Installation

HOST = "127.0.0.1:8765"


@pytest.fixture
def pair(
    tmp_path: Path, shipped: dict[str, str], database: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[Installation, Installation]:
    """Two machines that have run `init` on one log."""
    made = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        made.append(Installation(tmp_path / name))
        made[-1].configure(shipped, ["digest: {file: digest.txt}", "schedule: {digest_at: '06:00'}"])
    made[0].run("log", "init-postgres", database)
    monkeypatch.setenv("MONITOR_LOG", database.replace("owner@", "monitor_writer@"))
    monkeypatch.setenv("MONITOR_NOW", FIRST)
    for machine in made:
        machine.run("init")
    return made[0], made[1]


@contextmanager
def log_of(database: str, folder: Path) -> Iterator[PostgresLog]:
    """The shared log, to look at."""
    log = open_postgres(database, folder / "look.db", read_only=True)
    yield log
    log.close()


def test_a_label_given_on_one_machine_shows_on_the_other(pair: tuple[Installation, Installation]) -> None:
    """At once, in the terminal and in a page whose server was running before: views catch up at every request."""
    one, other = pair
    one.run("tick")
    rows = json.loads(other.run("queue", "--json").stdout)
    assert rows == json.loads(one.run("queue", "--json").stdout)
    config, data = str(other.folder / "feeds.yaml"), str(other.data)
    reviewers = Reviewers(other.data)
    reviewers.add("ben", FIRST)
    moment = parse_iso(FIRST).timestamp()
    page = create_app(lambda: app.open_workspace(config, data), reviewers, frozenset({HOST}), lambda: moment)
    browser = TestClient(page, base_url=f"http://{HOST}")
    browser.cookies.set("monitor_session", reviewers.sign_in("ben", moment))
    entry = rows[0]["entry_id"]
    assert f"row-{entry}" in browser.get("/").text
    before = browser.get(f"/news?rows={entry}").json()
    assert before["swap"] == {}
    one.run("label", entry, "plot")
    news = browser.get(f"/news?rows={entry},nobody").json()  # what a page that is open asks every second and a half
    assert "<b>Plot</b>" in news["swap"][f"row-{entry}"]
    assert news["said"][f"row-{entry}"].startswith("Answered meanwhile by ")
    assert news["said"][f"row-{entry}"].endswith(": plot.")
    assert int(news["count"]) == int(before["count"]) - 1
    assert f"row-{entry}" not in browser.get("/").text
    assert entry not in [row["entry_id"] for row in json.loads(other.run("queue", "--json").stdout)]


def test_the_second_machine_finds_nothing_due(
    pair: tuple[Installation, Installation], database: str, tmp_path: Path
) -> None:
    """A tick on the other machine folds what the first wrote and asks no feed again."""
    one, other = pair
    one.run("tick")
    assert other.run("tick").stdout.strip() == "nothing due"
    with log_of(database, tmp_path) as log:
        counts = Counter(event.type for event in log.read())
        assert counts["tick-started"] == counts["tick-finished"] == 1
        assert max(Counter(event.key for event in log.read(types=("entry-seen",))).values()) == 1
    assert "the log verifies" in one.run("log", "verify").stdout


def test_models_travel_in_the_log(pair: tuple[Installation, Installation]) -> None:
    """A worker whose folder lacks the model in use takes its file from the log, and scores with it."""
    one, other = pair
    names = sorted(path.name for path in (one.data / "models").glob("*.json"))
    shutil.rmtree(other.data / "models")
    assert "new entries" in other.run("tick").stdout
    assert sorted(path.name for path in (other.data / "models").glob("*.json")) == names


def test_a_digest_goes_out_once(
    pair: tuple[Installation, Installation], database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both machines plan it for the same time; one sends, the other sees that it was sent, and so does `digest`."""
    one, other = pair
    one.run("tick")
    said: list[tuple[str, ...]] = []
    for machine in (one, other):
        monkeypatch.chdir(machine.folder)
        jobs = Jobs(str(machine.folder / "feeds.yaml"), None, lambda *line: said.append(line))
        service = Service(list, record=jobs, say=lambda *line: said.append(line), clock=lambda: parse_iso(FIRST))
        daily = next(job for job in jobs.all(jobs.settings(), 60) if job.name == "digest")
        service.attempt(daily, parse_iso(FIRST), n_tries=0)
    assert [path.is_file() for path in (one.folder / "digest.txt", other.folder / "digest.txt")] == [True, False]
    assert "sent before" in other.run("digest", "--send").stdout
    with log_of(database, tmp_path) as log:
        sent = [cast(DigestSent, event.data).state for event in log.read(types=("digest-sent",))]
        assert Counter(sent)["sent"] == 1
        assert Counter(event.type for event in log.read())["job-finished"] == 1


def test_training_has_one_worker(pair: tuple[Installation, Installation], database: str, tmp_path: Path) -> None:
    """While one machine trains, another one says so and leaves it alone."""
    one, _ = pair
    with log_of(database.replace("owner@", "monitor_writer@"), tmp_path) as log, log.claims.alone("retrain"):
        assert "another worker on this log is training" in one.run("train", code=5).stderr
    assert one.run("train", code=None).returncode in (0, 1)
