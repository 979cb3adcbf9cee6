"""A few seconds of what `bench soak` does for minutes: everything at once on one log."""

from __future__ import annotations

from pathlib import Path

from bench.soak import MUST_BE_ZERO, soak


def test_everything_at_once_cries_no_wolf_and_loses_nothing(tmp_path: Path) -> None:
    """Promise: no false alarm, no refused decision, no lost label, no double flag, and no byte of an erased text."""
    total = soak(tmp_path, 4)
    assert {name: total[name] for name in MUST_BE_ZERO if total.get(name)} == {}
    assert total["looks"] > 0
    assert total["commands"] > 0
