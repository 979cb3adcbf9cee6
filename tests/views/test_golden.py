"""What the views answer of an invented log stays as it is written down, or is changed on purpose."""

from __future__ import annotations

import pytest

from tools.build_golden import differing


@pytest.mark.parametrize("name", ["answers", "searches"])
def test_nothing_is_answered_otherwise_than_before(name: str) -> None:
    """Promise: the same log, the same answers, whole rows in their order. On purpose: python -m tools.build_golden."""
    assert differing(name) == []
