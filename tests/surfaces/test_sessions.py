"""What every command and page prints, whole: what is said to a person changes on purpose or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.surfaces import sessions


@pytest.mark.parametrize("name", sessions.names())
def test_a_session_prints_what_is_written_down(name: str, tmp_path: Path) -> None:
    """Promise: no line, number or mark goes missing. After a change on purpose: python -m tests.surfaces.sessions."""
    written = (sessions.FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert sessions.told(name, tmp_path.resolve()).splitlines() == written.splitlines()
