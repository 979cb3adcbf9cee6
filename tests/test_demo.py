"""`python3 dev.py demo`: the main job in under a minute, and the README shows what it prints."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

TIMEOUT_S = 120


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What one run of the demo prints."""
    folder: Path = tmp_path_factory.mktemp("demo") / "work"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "tools.demo", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 0, done.stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return f"{done.stdout}\nCPU {after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime:.1f} s\n"


def test_it_runs_the_whole_line(printed: str) -> None:
    """Two ticks, a queue with reasons, two labels, a training, a verified log."""
    assert "161 new entries, 0 revised" in printed
    assert "8 due: 8 fetched (8 unchanged), 0 failed; 0 new entries, 0 revised, 0 flagged" in printed
    assert "then 8 times 304 Not Modified" in printed
    assert len(re.findall(r"^ +\d+\. 0\.\d\d  ", printed, re.MULTILINE)) == 10
    assert printed.count("     why: ") == 10
    assert re.findall(r"^saved: \w{8} (\S+) by ana", printed, re.MULTILINE) == ["plot", "not-plot"]
    assert "in use" in printed
    assert len(re.findall(r"^  0\.\d\d → 0\.\d\d  ", printed, re.MULTILINE)) == 5
    assert "Two answers change little" in printed
    assert "held out recall: 1.0 -> 1.0" not in printed
    assert "the ten best held" in printed
    assert "saved: confirmed: " in printed
    assert "casebook/index.html" in printed
    assert "the log verifies" in printed


def test_it_speaks_in_sentences_and_not_in_codes(printed: str) -> None:
    """What a newcomer reads says who alleges what; no weight of a word stands in it."""
    assert "Prosecutors link Iran" in printed
    assert re.findall(r"[a-z]+ [+-]0\.\d\d", printed) == []


def test_it_takes_less_than_a_minute(printed: str) -> None:
    """Set-up aside; counted in CPU time, which a busy machine does not change."""
    took = re.search(r"^CPU ([0-9.]+) s", printed, re.MULTILINE)
    assert took is not None
    assert float(took[1]) < 60


def shape(line: str) -> str:
    """A line without what differs between runs and models: numbers, hashes, addresses, the words of reasons."""
    line = re.sub(r"(why|against): .*", r"\1: #", line)
    return re.sub(r"\bm?[0-9a-f]{12,}\b|\d+(\.\d+)?|[A-Za-z0-9+/]{43}=", "#", line).strip()


def test_the_readme_shows_what_it_prints(printed: str) -> None:
    """Every line of the README's demo block is printed, and its commands come in this order."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"```console\n\$ python3 dev\.py demo\n(.*?)```", readme, re.DOTALL)
    assert block is not None
    shown = [shape(line) for line in block[1].splitlines() if line.strip() and line.strip() != "…"]
    lines = [shape(line) for line in printed.splitlines()]
    assert [line for line in shown if line not in lines] == []
    commands = iter([line for line in lines if line.startswith("$")])
    assert [line for line in shown if line.startswith("$") and line not in commands] == []
    assert len(shown) > 10
