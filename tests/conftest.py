"""Shared fixtures: the optional data folder, and a fixed clock."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def shared_dir() -> Path | None:
    """Return the optional data folder ($MONITOR_SHARED or ../shared), or None."""
    path = Path(os.environ.get("MONITOR_SHARED", ROOT.parent / "shared"))
    return path if path.is_dir() else None


@pytest.fixture(scope="session")
def shared() -> Path:
    """The optional data folder; tests that need it are skipped where it is absent."""
    path = shared_dir()
    if path is None:
        pytest.skip("needs the optional data folder: put it at ../shared or set MONITOR_SHARED")
    return path


@pytest.fixture
def now() -> datetime:
    """A fixed moment."""
    return NOW
