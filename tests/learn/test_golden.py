"""What the rules of this room say of invented material stays as it is written down, or is changed on purpose."""

from __future__ import annotations

import pytest

from tools.build_golden import differing


@pytest.mark.parametrize("name", ["estimates", "calibrations", "thresholds", "day-rows", "weights", "replays"])
def test_nothing_is_read_otherwise_than_before(name: str) -> None:
    """Promise: why a row is here can be told years later. After a change of a rule: python -m tools.build_golden."""
    assert differing(name) == []
