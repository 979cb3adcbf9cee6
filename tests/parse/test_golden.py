"""How dates and feeds are read stays as it is written down, or is changed on purpose."""

from __future__ import annotations

import pytest

from tools.build_golden import differing


@pytest.mark.parametrize("name", ["dates", "feeds"])
def test_nothing_is_read_otherwise_than_before(name: str) -> None:
    """Promise: the same entries, moments and doubts, at every bound. On purpose: python -m tools.build_golden."""
    assert differing(name) == []
