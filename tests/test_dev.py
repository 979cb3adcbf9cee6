"""Set-up and the checks' own honesty: what is locked, and that a run without tests is no pass."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import dev
from tests.conftest import ROOT

PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==(\S+)", re.MULTILINE)


def pins(path: Path) -> set[tuple[str, str]]:
    """Name and version of everything a lock file pins."""
    return set(PIN.findall(path.read_text()))


def wanted() -> set[str]:
    """Names of everything pyproject.toml asks for that set-up installs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    asked += [item for extra in dev.EXTRAS for item in project["project"]["optional-dependencies"][extra]]
    names = [re.match(r"[A-Za-z0-9._-]+", item) for item in asked]
    return {re.sub(r"[._-]+", "-", name[0]).lower() for name in names if name}


def test_everything_asked_for_is_locked() -> None:
    """requirements.lock pins it all; runtime.lock is the same without the development tools."""
    locked = pins(dev.LOCK)
    assert wanted() - {name for name, _ in locked} == set()
    runtime = pins(dev.RUNTIME)
    assert runtime <= locked
    assert {"pytest", "mypy", "ruff"} & {name for name, _ in runtime} == set()


def test_every_pin_has_its_hashes_and_no_lock_names_a_host() -> None:
    """A mirror will do, and a changed file will not."""
    for path in (dev.LOCK, dev.RUNTIME, dev.BOOTSTRAP):
        text = path.read_text()
        blocks = re.split(r"\n(?=[a-z0-9])", text)
        assert [block.split()[0] for block in blocks if "==" in block and "--hash=sha256:" not in block] == []
        assert "://" not in text
        assert "index" not in text


def test_a_run_without_a_passed_test_is_no_pass(tmp_path: Path) -> None:
    """Nothing collected, everything skipped, something failed: each counts as failure; one passed test does not."""
    cases = {
        "nothing": "",
        "skipped": "import pytest\n@pytest.mark.skip(reason='x')\ndef test_a(): pass\n",
        "failed": "def test_a(): pass\ndef test_b(): raise ValueError\n",
        "passed": "def test_a(): pass\n",
    }
    found = {}
    for name, source in cases.items():
        file = tmp_path / f"test_{name}.py"
        file.write_text(source)
        found[name] = dev.run_tests([str(file), "-p", "no:cacheprovider", "--override-ini", "pythonpath="])
    assert found == {"nothing": False, "skipped": False, "failed": False, "passed": True}


def test_children_may_write_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would bend or slow the children's Python is taken out of their environment."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    env = dev.environment()
    assert {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME"} & set(env) == set()
    assert env["UV_SYSTEM_CERTS"] == "1"
