"""A few of the faults that `bench scale-faults` lets befall a fleet by the hundred."""

from __future__ import annotations

import pytest

from bench.scale_faults import run
from tests.postgres import WORD, programs


@pytest.mark.skipif(programs() is None, reason=WORD)
def test_a_fleet_survives(capsys: pytest.CaptureFixture[str]) -> None:
    """A worker killed, a backend ended, the server stopped dead, a commit cut off: nothing lost, nothing twice."""
    faults, counts = run(kills=2, backends=1, stops=1, cuts=1, seed=3)
    assert faults == []
    assert counts["ticks acknowledged"] >= 9
