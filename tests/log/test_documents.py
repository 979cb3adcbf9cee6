"""docs/events.md names every type with a true example, and every released version's log stays readable."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.log.codec import decode_data, encode_data
from monitor.log.events import EVENT_TYPES
from monitor.log.keep.transfer import export_log, import_log
from monitor.log.sqlite.store import open_log
from monitor.log.sqlite.verify import verify_log
from tests.conftest import ROOT
from tools.build_event_docs import DOCUMENT, EXAMPLES, GOLDEN, build_document

RELEASES = sorted(path.stem for path in GOLDEN.glob("*.db"))


def test_every_type_has_an_example_that_reads_back_as_itself() -> None:
    assert {type(example).type for example in EXAMPLES} == set(EVENT_TYPES)
    for example in EXAMPLES:
        assert decode_data(example.type, example.version, encode_data(example)) == example


def test_the_document_lists_the_types_as_they_are() -> None:
    """After a change of an event: python -m tools.build_event_docs."""
    assert DOCUMENT.read_text(encoding="utf-8") == build_document()
    assert all(f"\n### {name}\n" in build_document() for name in EVENT_TYPES)


def test_there_is_a_log_of_this_version() -> None:
    assert RELEASES


@pytest.mark.parametrize("release", RELEASES)
def test_a_released_log_opens_verifies_and_says_what_it_said(release: str, tmp_path: Path) -> None:
    shutil.copy(GOLDEN / f"{release}.db", tmp_path / "log.db")
    log = open_log(tmp_path / "log.db")
    events = list(log.read())
    lines = [json.loads(line) for line in (GOLDEN / f"{release}.jsonl").read_text().splitlines()]
    stored = [(line["position"], line["type"], line["hash"], line["data"]) for line in lines if "data" in line]
    assert [(event.position, event.type, event.hash, json.loads(event.raw)) for event in events] == stored
    assert {event.type for event in events} <= set(EVENT_TYPES)
    assert verify_log(tmp_path / "log.db").problems == []
    assert log.append([], recorded_at="2026-02-01T00:00:00.000000Z") == []
    log.close()


@pytest.mark.parametrize("release", RELEASES)
def test_a_released_export_imports_and_comes_out_again(release: str, tmp_path: Path) -> None:
    lines = (GOLDEN / f"{release}.jsonl").read_bytes().splitlines(keepends=True)
    import_log(lines, tmp_path / "log.db")
    log = open_log(tmp_path / "log.db")
    assert list(export_log(log)) == lines
    log.close()


@pytest.mark.parametrize("kind", ["db", "jsonl"])
@pytest.mark.parametrize("release", RELEASES)
def test_the_independent_verifier_reads_a_released_log(release: str, kind: str) -> None:
    command = [sys.executable, "-I", str(ROOT / "tools" / "verify_log.py"), str(GOLDEN / f"{release}.{kind}")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.split(":")[0]) == (0, "holds"), done.stdout
