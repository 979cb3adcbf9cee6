"""What the command line does at its edges: closed pipes, few letters, long output, names that do not exist."""

from __future__ import annotations

import os
import pty
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.fetch.transfer import default_ca_file
from monitor.surfaces.cli.main import COMMANDS, run
from monitor.surfaces.cli.pager import pager_for
from monitor.surfaces.cli.serve.doctor import certificate_check

MONITOR = [sys.executable, "-m", "monitor"]
NOW = "2026-01-31T12:00:00Z"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with one feed whose name no Latin letter spells."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MONITOR_NOW", NOW)
    Path("feeds.yaml").write_text(
        "settings:\n  allow_private: [127.0.0.1:9]\nfeeds:\n- url: http://127.0.0.1:9/\n  name: Пример\n",
        encoding="utf-8",
    )
    assert run(["init"]) == 0
    return tmp_path


def test_a_closed_pipe_is_no_error(folder: Path) -> None:
    """`monitor … | head -1` ends well: whoever reads has read enough."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*MONITOR, "help", "tick"], stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_of_few_letters_shows_escapes(folder: Path) -> None:
    """A Latin-1 locale gets every line; letters it has not are written as escapes."""
    env = os.environ | {"PYTHONIOENCODING": "iso-8859-1", "PYTHONUTF8": "0"}
    done = subprocess.run([*MONITOR, "feeds", "list"], capture_output=True, env=env, timeout=60)
    assert done.returncode == 0
    assert rb"\u041f\u0440\u0438\u043c\u0435\u0440" in done.stdout
    assert done.stderr == b""


def test_an_unknown_feed_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped --feed is an error with a way on, not "nothing due"."""
    assert run(["tick", "--feed", "nope"]) == 4
    assert "no feed nope in feeds.yaml; `monitor feeds list`" in capsys.readouterr().err


@pytest.mark.parametrize("when", ["99999", "2027-01-01", "2026-01-31T12:00:01Z"])
def test_what_is_still_to_come_is_not_shown(folder: Path, capsys: pytest.CaptureFixture[str], when: str) -> None:
    """--as-of beyond the log or the clock is refused, where the present would be passed off as the future."""
    assert run(["queue", "--as-of", when]) == 9
    assert "the log ends at position " in capsys.readouterr().err


@pytest.mark.parametrize("when", ["2026-01-31", NOW, "1"])
def test_today_and_now_are_known(folder: Path, when: str) -> None:
    """The day that is not over yet may be asked for: it is shown as far as it is known."""
    assert run(["queue", "--as-of", when]) == 0


def test_a_port_in_use_is_said_before_an_address_is_promised(folder: Path) -> None:
    """Exit code 5, one line, no address printed that somebody else answers."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run([*MONITOR, "web", "--port", port], capture_output=True, text=True, timeout=60)
    assert done.returncode == 5
    assert "http://" not in done.stdout
    assert f"error: something else listens on 127.0.0.1:{port}" in done.stderr


def test_an_address_of_another_machine_is_refused(folder: Path) -> None:
    """Neither a traceback nor a hang for a host that is not ours."""
    done = subprocess.run([*MONITOR, "web", "--host", "192.0.2.1"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, "cannot listen on 192.0.2.1:8765" in done.stderr) == (9, True)


def test_help_is_a_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`monitor help`, `help COMMAND` and `help COMMAND SUBCOMMAND` say what --help says."""
    for words in ([], ["tick"], ["feeds", "add"]):
        assert run(["help", *words]) == 0
        helped = capsys.readouterr().out
        assert run([*words, "--help"]) == 0
        assert capsys.readouterr().out == helped
    assert run(["help", "nope"]) == 2
    assert "no command 'nope'" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands(shell: str) -> None:
    """The completion scripts in packaging/completion ask this, and get every command that fits."""
    words = {"COMP_WORDS": "monitor se", "COMP_CWORD": "se" if shell == "fish" else "1"}
    env = os.environ | words | {"_MONITOR_COMPLETE": f"{shell}_complete"}
    done = subprocess.run(MONITOR, capture_output=True, text=True, env=env, timeout=60)
    assert (done.returncode, "seeds" in done.stdout) == (0, True)


def test_only_what_looks_is_paged() -> None:
    """A command that works or waits shows its lines as they come; JSON is never paged; PAGER= turns it off."""
    assert pager_for(["queue"], {}) == "less"
    assert pager_for(["log", "tail"], {"PAGER": "most"}) == "most"
    for args in (["tick"], ["run"], ["review"], ["web"], ["queue", "--json"], ["log", "verify"], []):
        assert pager_for(args, {}) == ""
    assert pager_for(["queue"], {"PAGER": ""}) == ""


@pytest.mark.parametrize(("lines", "paged"), [(24, True), (500, False)])
def test_a_terminal_gets_long_output_through_its_pager(folder: Path, lines: int, paged: bool) -> None:
    """On a terminal with fewer lines than the output, it goes through $PAGER; what fits is printed as it is."""
    env = os.environ | {"PAGER": "sed s/^/PAGED:/", "LINES": str(lines), "COLUMNS": "100"}
    screen, slave = pty.openpty()
    child = subprocess.Popen([*MONITOR, "help"], stdin=slave, stdout=slave, stderr=slave, env=env)
    os.close(slave)
    shown = b"".join(iter(lambda: _read(screen), b""))
    os.close(screen)
    assert child.wait(60) == 0
    assert b"Usage: monitor" in shown
    assert (b"PAGED:Usage" in shown) is paged


def _read(screen: int) -> bytes:
    """What a pseudo-terminal shows next; nothing when its program has ended."""
    try:
        return os.read(screen, 65536)
    except OSError:
        return b""


def test_nothing_is_coloured(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """NO_COLOR is honoured by never using colour: no escape sequence leaves a command that only looks."""
    for name in ("status", "queue", "help"):
        assert run([name]) == 0
    assert "\x1b" not in capsys.readouterr().out
    assert len(COMMANDS) > 20


def test_labels_alone_lists_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`monitor labels` is `monitor labels list`, as the documents say."""
    capsys.readouterr()
    assert run(["labels"]) == 0
    listed = capsys.readouterr().out
    assert run(["labels", "list"]) == 0
    assert capsys.readouterr().out == listed


def test_doctor_looks_at_the_certificates(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bundle that cannot be read is bad: every https feed would fail. One that can is counted."""
    assert certificate_check(default_ca_file()).state == "ok"
    assert certificate_check(str(folder / "none.pem")).state == "bad"
    empty = folder / "empty.pem"
    empty.write_text("")
    assert certificate_check(str(empty)).state == "bad"
