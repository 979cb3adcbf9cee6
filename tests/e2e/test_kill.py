"""Kill a tick anywhere and run it again: nothing lost, nothing twice, the log verifies."""

from __future__ import annotations

import random
import time
from collections import Counter

from tests.e2e.conftest import Installation

N_KILLS = 14
STEP_S = 0.06  # a tick lives from about 0.3 s on a quiet machine to some seconds on a busy one


def test_a_killed_tick_is_made_up_for(installation: Installation, shipped: dict[str, str]) -> None:
    """SIGKILL at later and later moments of a first tick; after one that ends, the log is as if none was killed."""
    installation.configure(shipped)
    installation.run("init")
    chance = random.Random(7)
    n_killed = 0
    for attempt in range(N_KILLS):
        tick = installation.start("tick", now=f"2026-01-23T14:{attempt:02}:00Z")
        time.sleep(STEP_S * (attempt + chance.random()))
        if tick.poll() is None:
            tick.kill()
            n_killed += 1
        tick.communicate()
    assert n_killed > 0
    installation.run("tick", now="2026-01-23T15:00:00Z")
    seen = Counter(event.data.entry_id for event in installation.events("entry-seen"))  # type: ignore[attr-defined]
    assert (len(seen), set(seen.values())) == (161, {1})
    scored = Counter(row[0] for e in installation.events("entry-scored") for row in e.data.scores)  # type: ignore[attr-defined]
    assert scored == seen
    flagged = Counter(event.data.entry_id for event in installation.events("entry-flagged"))  # type: ignore[attr-defined]
    assert set(flagged.values()) <= {1}
    installation.run("log", "verify")
