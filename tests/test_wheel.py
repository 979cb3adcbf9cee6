"""The wheel as a user installs it: its own name, the command, the manual page, completions and every extra."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import dev
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from this checkout, without a network."""
    target = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=300)
    return next(target.glob("plotwatch-*.whl"))


def test_the_wheel_carries_its_manual_and_completions(wheel: Path) -> None:
    """A user of the wheel gets `man monitor` and completion for three shells, and every data file of the package."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        manual = next(archive.read(name).decode() for name in names if name.endswith("share/man/man1/monitor.1"))
    assert ".SH monitor tick" in manual
    for end in ("bash-completion/completions/monitor", "site-functions/_monitor", "vendor_completions.d/monitor.fish"):
        assert [name for name in names if name.endswith(end)], end
    package = ROOT / "src" / "monitor"
    kept = {
        path.relative_to(ROOT / "src").as_posix()
        for path in package.rglob("*")
        if path.suffix in (".py", ".txt", ".yaml", ".jsonl", ".html", ".css", ".js")
    }
    assert kept - set(names) == set()


def test_the_manual_page_is_well_formed(wheel: Path) -> None:
    """No warning of the formatter, where there is one: no line of the help is taken for a macro."""
    with zipfile.ZipFile(wheel) as archive:
        page = next(archive.read(name) for name in archive.namelist() if name.endswith("monitor.1"))
    assert b"\n'" not in page
    try:
        done = subprocess.run(["groff", "-man", "-ww", "-z", "-Tutf8"], input=page, capture_output=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("no groff on this machine")
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_wheel_installs_with_its_extras(wheel: Path, tmp_path: Path) -> None:
    """In a clean environment: every extra is asked for, the command answers and the first model is installed."""
    found = dev.find_uv()
    if found is None:
        pytest.skip("uv has no build for this machine")
    uv, env = found
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True, timeout=120)
    asked = f"plotwatch[{','.join(dev.EXTRAS)}] @ {wheel.as_uri()}"
    command = [uv, "pip", "install", "--quiet", "--offline", "--python", str(venv), "-c", str(dev.LOCK), asked]
    done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=300)
    if done.returncode and "offline" in done.stderr:
        pytest.skip("the packages are not in uv's cache: set up with uv first")
    assert done.returncode == 0, done.stderr
    bare = {"PATH": os.defpath, "HOME": str(tmp_path)}
    for args in (["--version"], ["init"], ["doctor"]):
        ran = subprocess.run([venv / "bin" / "monitor", *args], cwd=tmp_path, env=bare, capture_output=True, text=True)
        assert "Traceback" not in ran.stderr, ran.stderr
        assert ran.returncode == 0 or args == ["doctor"], ran.stderr
    assert "not installed" not in ran.stdout
    assert (venv / "share" / "man" / "man1" / "monitor.1").is_file()
