"""`monitor run`: ticks by itself, lets nobody in beside it, does its daily work, and stops when asked."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import cast

import pytest

from monitor.config.load import load_config
from monitor.errors import MonitorError
from monitor.log.codec import parse_iso
from monitor.log.events import JobFinished
from monitor.surfaces.cli.serve.run import Jobs
from monitor.worker.service import Service
from tests.e2e.conftest import FIRST, Installation

PATIENCE_S = 60.0


def wait_for(installation: Installation, kind: str) -> None:
    """Wait until the log holds an event of this type."""
    until = time.monotonic() + PATIENCE_S
    while not installation.events(kind):
        assert time.monotonic() < until, f"no {kind} after {PATIENCE_S:.0f} s"
        time.sleep(0.2)


def test_the_service_collects_and_stops_cleanly(installation: Installation, shipped: dict[str, str]) -> None:
    """It ticks at once; a second service leaves with exit code 5; SIGTERM ends it after the job in hand, with 0."""
    installation.configure(shipped)
    installation.run("init", now=None)
    service = installation.start("run", "--every", "1", now=None)
    try:
        wait_for(installation, "tick-finished")
        assert "already running" in installation.run("run", now=None, code=5).stderr
    finally:
        service.send_signal(signal.SIGTERM)
        said, errors = service.communicate(timeout=PATIENCE_S)
    assert (service.returncode, errors) == (0, "")
    assert "161 new entries" in said
    assert said.strip().endswith("stopped")
    assert len(installation.events("entry-seen")) == 161
    installation.run("log", "verify", now=None)


def test_the_daily_jobs_run(
    installation: Installation, shipped: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tick, digest, retrain and backup, each as the service calls it."""
    installation.configure(shipped)
    installation.run("init")
    monkeypatch.setenv("MONITOR_NOW", FIRST)
    config = installation.folder / "feeds.yaml"
    jobs = Jobs(str(config), None, lambda *_: None)
    said = {job.name: job.run() for job in jobs.all(load_config(config).settings, 60)}
    assert len(installation.events("entry-seen")) == 161
    assert list(Path(installation.data / "backups").iterdir()) != []
    assert installation.events("job-missed") == []
    assert said["digest"] == "no channel is configured"
    assert "stays in use" in said["retrain"]
    assert said["backup"].startswith("copied and verified ")


def test_each_backup_of_the_service_is_shown_to_the_witnesses(
    installation: Installation, shipped: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: the signed head goes to every place of `witness`; where one refuses, the job fails, not the copy."""
    installation.configure(shipped, ["witness: ['run:false']"])
    installation.run("init")
    monkeypatch.setenv("MONITOR_NOW", FIRST)
    jobs = Jobs(str(installation.folder / "feeds.yaml"), None, lambda *_: None)
    with pytest.raises(MonitorError, match=r"^copied and verified .*; run:false: not witnessed: "):
        jobs.backup()
    assert list(Path(installation.data / "backups").glob("log-*.db")) != []


def test_a_digest_that_failed_is_told_everywhere_until_one_goes_out(
    installation: Installation, shipped: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service's line, the log, `status` and `health` say it; the next success ends it."""
    installation.configure(shipped, ["digest: {file: no/such/folder/today.html}"])
    installation.run("init")
    monkeypatch.setenv("MONITOR_NOW", FIRST)
    said: list[tuple[str, ...]] = []
    jobs = Jobs(str(installation.folder / "feeds.yaml"), None, lambda *line: said.append(line))
    monkeypatch.chdir(installation.folder)
    service = Service(list, record=jobs, say=lambda *line: said.append(line), clock=lambda: parse_iso(FIRST))
    digest = next(job for job in jobs.all(jobs.settings(), 60) if job.name == "digest")
    service.attempt(digest, parse_iso(FIRST), n_tries=3)
    assert ("error", "digest") in [line[:2] for line in said]
    for command in ("status", "health"):
        told = installation.run(command, code=None).stdout
        assert "digest of 2026-" in told, told
        assert "No such file or directory" in told
    assert cast(JobFinished, installation.events("job-finished")[-1].data).ok is False
    (installation.folder / "no" / "such" / "folder").mkdir(parents=True)
    service.attempt(digest, parse_iso(FIRST), n_tries=0)
    assert "No such file" not in installation.run("status").stdout
