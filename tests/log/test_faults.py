"""A few of every fault bench/kill.py makes by the thousand: nothing acknowledged is lost, every change is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import _faults, _keeps, _kills
from bench.kill import MUST_BE_ZERO

needs_compiler = pytest.mark.skipif(not _faults.have_compiler(), reason="disk faults need Linux and a C compiler (cc)")


def wrong(found: dict[str, int]) -> dict[str, int]:
    """Return the counts that must be 0 and are not."""
    return {name: found[name] for name in MUST_BE_ZERO if found.get(name)}


@pytest.mark.parametrize("way", list(_faults._WAYS))
def test_every_way_of_tampering_is_found(way: str) -> None:
    tally = _faults.tamper({way: 12}, seed=7)[way]
    assert tally["missed"] == 0
    assert tally["found"] > 0


@needs_compiler
def test_power_loss_loses_nothing_acknowledged() -> None:
    found = _faults.power_loss(40, n_batches=30)
    assert found["acked"] > 0
    assert wrong(found) == {}


@needs_compiler
@pytest.mark.parametrize(("mode", "sticky"), [("eio", False), ("enospc", True), ("short", True), ("kill", False)])
def test_a_disk_that_fails_keeps_no_half_batch_and_says_so_in_one_line(mode: str, sticky: bool) -> None:
    found = _faults.sweep(mode, sticky=sticky, most=3)
    assert found["calls"] > 20
    assert wrong(found) == {}


@pytest.fixture
def place(tmp_path: Path):  # type: ignore[no-untyped-def]
    """An installation over feeds that never stop."""
    opened = _kills.Installation(tmp_path)
    yield opened
    opened.close()


def test_killed_commands_leave_a_whole_log(place: _kills.Installation) -> None:
    ticks = _kills.kill_tick(place, 12)
    assert ticks["killed"] > 0
    assert ticks["flags"] > 0
    assert wrong(ticks) == {}
    labels = _kills.kill_label(place, 6)
    assert wrong(labels) == {}
    exports = _kills.kill_export(place, 6)
    assert wrong(exports) == {}


@pytest.mark.parametrize("name", list(_keeps.COMMANDS))
def test_what_keeps_a_log_goes_on_by_itself_after_a_kill(place: _kills.Installation, name: str) -> None:
    """Promise: killed anywhere, the same command run again does the rest, the next tick works, the log verifies."""
    place.run("tick", "--force")
    found = _keeps.kill_keeping(place, 1, name)
    assert found["killed"] + found["finished"] > 0
    assert wrong(found) == {}
