"""`monitor run`: ticks by itself, lets nobody in beside it, does its daily work, and stops when asked."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from monitor.config.load import load_config
from monitor.surfaces.cli.run import Jobs
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
    jobs = Jobs(str(config), None)
    for job in jobs.all(load_config(config).settings, 60):
        job.run()
    assert len(installation.events("entry-seen")) == 161
    assert list(Path(installation.data / "backups").iterdir()) != []
    assert installation.events("job-missed") == []
