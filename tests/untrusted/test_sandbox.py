"""A parser that hangs, eats memory, crashes or reaches out ends with its child process, and the next job runs."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.untrusted.sandbox import KilledError, Sandbox, sandbox_for


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch):
    """Return a maker of sandboxes for the jobs in sandbox_jobs.py, with short limits."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parent))
    made: list[Sandbox] = []

    def make(job: str, limit_s: float = 0.5) -> Sandbox:
        made.append(Sandbox(f"sandbox_jobs:{job}", limit_s=limit_s, grace_s=1.0))
        return made[-1]

    yield make
    for box in made:
        box.close()


def test_a_child_serves_job_after_job(sandbox):
    box = sandbox("double")
    assert [box.run(str, "ab"), box.run(str, "c" * 100_000)] == ["abab", "c" * 200_000]
    assert box.n_started == 1


@pytest.mark.parametrize("job", ["hang", "sleep"])
def test_a_hang_is_killed(sandbox, job):
    box = sandbox(job)
    with pytest.raises(KilledError) as caught:
        box.run(str, "x")
    assert caught.value.reason == "timeout"


def test_after_a_kill_the_next_job_gets_a_new_child(sandbox):
    box = sandbox("crash")
    for _ in range(2):
        with pytest.raises(KilledError) as caught:
            box.run(str, "x")
        assert caught.value.reason == "died"
    assert box.n_started == 2


def test_an_idle_child_ends_and_the_next_job_gets_another(sandbox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MONITOR_SANDBOX_IDLE_S", "0.05")
    box = sandbox("double")
    assert box.run(str, "a") == "aa"
    assert box._process.wait(timeout=10) == 0
    assert box.run(str, "b") == "bb"
    assert box.n_started == 2


def test_a_job_that_meets_a_child_just_leaving_is_not_lost(sandbox, monkeypatch: pytest.MonkeyPatch):
    """Whatever the moment, the answer comes: twenty jobs against a child that leaves after a millisecond."""
    monkeypatch.setenv("MONITOR_SANDBOX_IDLE_S", "0.001")
    box = sandbox("double")
    assert {box.run(str, "a") for _ in range(20)} == {"aa"}


def test_memory_is_bounded(sandbox):
    assert sandbox("eat_memory", 10).run(str, "x") == "out of memory"


def test_whatever_strangers_send_has_five_seconds_and_a_gibibyte(sandbox):
    """Promise: feeds, pages and lists are read with the same limits; nobody sets others."""
    box = sandbox_for("sandbox_jobs:limits")
    seconds, memory = box.run(tuple[float, int], "x")
    box.close()
    assert 4 < seconds < 5.1  # the timer goes by the kernel's ticks
    assert memory == 1 << 30


def test_no_connection_and_no_file_comes_out(sandbox, tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert sandbox("connect").run(str, str(port)) == "PermissionError"
    assert sandbox("write_file").run(str, str(tmp_path / "x")) == "PermissionError"
    assert not (tmp_path / "x").exists()


def test_a_good_feed_costs_no_import_of_the_heavy_parsers():
    """A tick that meets only well-formed feeds imports neither feedparser nor lxml, YAML or subprocess."""
    script = (
        "import sys; from monitor.parse.feed import parse_feed\n"
        "feed = parse_feed(b'<rss version=\"2.0\"><channel><item><title>T</title></item></channel></rss>')\n"
        "assert feed.entries[0].title == 'T'\n"
        "print(sorted({'feedparser', 'lxml', 'yaml', 'subprocess', 'trafilatura'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "[]\n"
