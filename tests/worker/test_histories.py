"""What the worker writes into the log, whole: each event of a scenario, field by field, and what each step reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worker import histories


@pytest.mark.parametrize("name", sorted(histories.SCENARIOS))
def test_a_history_is_written_as_it_is_written_down(name: str, tmp_path: Path) -> None:
    """Promise: what is stored changes on purpose or not at all. Then: python -m tests.worker.histories."""
    pytest.importorskip("trafilatura")
    written = (histories.FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert histories.told(name, tmp_path).splitlines() == written.splitlines()
