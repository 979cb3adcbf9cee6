"""A tick with nothing due is found out without the command-line library; anything else is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.surfaces.cli.idle import idle_tick
from monitor.surfaces.cli.main import run


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
    assert idle_tick(["tick"])
    assert idle_tick(["tick", "--quiet"])
    assert capsys.readouterr().out == "nothing due\n"
    assert run(["tick"]) == 0
    assert capsys.readouterr().out == "nothing due\n"


@pytest.mark.parametrize("args", [["tick", "--force"], ["tick", "--json"], ["status"], [], ["tick", "-h"]])
def test_anything_but_a_plain_tick_is_the_commands_business(quiet_folder: Path, args: list[str]):
    assert not idle_tick(args)


def test_a_new_feed_or_trouble_is_the_commands_business(quiet_folder: Path):
    """A feed just added, a broken feeds.yaml, no log: the full command speaks."""
    Path("feeds.yaml").write_text("feeds:\n- url: http://127.0.0.1:1/\n  name: A\n")
    assert not idle_tick(["tick"])
    Path("feeds.yaml").write_text("feeds: [")
    assert not idle_tick(["tick"])
    Path("feeds.yaml").unlink()
    assert not idle_tick(["tick"])
