"""A tick as cron runs it needs no command-line library, and says and returns what the command would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.surfaces.cli.main import run
from monitor.surfaces.cli.plain import plain_tick
from monitor.worker.lock import LOCK_NAME, worker_lock


@pytest.fixture
def quiet_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation without feeds, and so with nothing due."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MONITOR_NOW", "2026-01-31T12:00:00Z")
    Path("feeds.yaml").write_text("feeds:\n")
    assert run(["init"]) == 0
    return tmp_path


def test_nothing_due_is_said_once(quiet_folder: Path, capsys: pytest.CaptureFixture[str]):
    capsys.readouterr()
    assert plain_tick(["tick"]) == 0
    assert plain_tick(["tick", "--quiet"]) == 0
    assert capsys.readouterr().out == "nothing due\n"
    assert run(["tick"]) == 0
    assert capsys.readouterr().out == "nothing due\n"


@pytest.mark.parametrize("args", [["tick", "--force"], ["tick", "--json"], ["status"], [], ["tick", "-h"]])
def test_anything_but_a_plain_tick_is_the_commands_business(quiet_folder: Path, args: list[str]):
    assert plain_tick(args) is None


def test_a_new_feed_or_trouble_is_the_commands_business(quiet_folder: Path) -> None:
    """A feed just added, a broken feeds.yaml, none at all: the full command speaks, with its progress."""
    Path("feeds.yaml").write_text("feeds:\n- url: http://127.0.0.1:1/\n  name: A\n")
    assert plain_tick(["tick"]) is None
    Path("feeds.yaml").write_text("feeds: [")
    assert plain_tick(["tick"]) is None
    Path("feeds.yaml").unlink()
    assert plain_tick(["tick"]) is None


FEEDS = "settings:\n  allow_private: [127.0.0.1:9]\nfeeds:\n- url: http://127.0.0.1:9/\n  name: Пример\n"


@pytest.mark.parametrize(
    "feeds", [FEEDS, "feeds: [", None], ids=["no feed works", "broken feeds.yaml", "no feeds.yaml"]
)
def test_a_quiet_tick_ends_as_the_command_does(
    quiet_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, feeds: str | None
) -> None:
    """The same lines and the same exit code, whichever way it is run."""
    said = []
    for day, tick in enumerate((plain_tick, run), 1):
        monkeypatch.setenv("MONITOR_NOW", f"2026-02-0{day}T12:00:00Z")
        if feeds is None:
            Path("feeds.yaml").unlink(missing_ok=True)
        else:
            Path("feeds.yaml").write_text(feeds)
        for marker in Path("data").glob(".trouble-*"):  # as if neither had spoken of it before
            marker.unlink()
        capsys.readouterr()
        code = tick(["tick", "--quiet", "--force"])
        said.append((code, *(re.sub(r"\d+ ms", "N ms", text) for text in capsys.readouterr())))
    assert said[0] == said[1]
    assert said[0][0] == (10 if feeds == FEEDS else 3)
    assert "error: " in said[0][2]


def test_a_quiet_tick_that_meets_another_leaves_without_a_word(
    quiet_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two ticks never run at once; the second ends with exit code 5, and says so where the first hangs for hours."""
    with worker_lock(lock := Path("data") / LOCK_NAME):
        assert plain_tick(["tick", "--quiet", "--force"]) == 5
        assert capsys.readouterr().err == ""
        os.utime(lock, (0, 0))
        assert plain_tick(["tick", "--quiet", "--force"]) == 5
        assert "already running (pid " in capsys.readouterr().err


def test_a_quiet_tick_loads_no_command_line_library(quiet_folder: Path) -> None:
    """Importing it costs more than finding out that nothing is due."""
    program = (
        "import sys; from monitor.surfaces.cli.plain import plain_tick;"
        "code = plain_tick(['tick', '--quiet', '--force']); print(code, 'click' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "False"]
