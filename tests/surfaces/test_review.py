"""The terminal queue: keys to decisions, decisions to events, refusals said on the screen."""

from __future__ import annotations

from monitor.surfaces.cli.review import carry_out, keys_of, load
from monitor.surfaces.review import press, screen
from monitor.triage.decide import label_entry
from monitor.triage.entries import labels_of
from tests.surfaces.conftest import House


def test_a_row_is_read_and_decided_with_a_few_keys(house: House) -> None:
    """Promise: j, o, p, z do what the page's keys do, and the log has it."""
    house.entry("aaaa1111", "First alleged plot", score=0.9)
    house.entry("bbbb2222", "Second alleged plot", "Officials allege much.", score=0.8)
    workspace = house.open()
    state = load(workspace, "ana")
    for key in "jo":
        state = carry_out(workspace, press(state, key), "ana", 80)
    assert "Officials allege much." in screen(state, 80, 40)
    state = carry_out(workspace, press(state, "p"), "ana", 80)
    assert ("saved: plot" in state.said, len(state.rows)) == (True, 1)
    assert [item.label for item in labels_of(workspace.views, "bbbb2222")] == ["plot"]
    state = carry_out(workspace, press(state, "z"), "ana", 80)
    assert (state.said, len(state.rows)) == ("withdrawn", 2)
    state = carry_out(workspace, press(state, "s"), "ana", 80)
    assert len(state.rows) == 1
    workspace.close()


def test_a_row_somebody_else_decided_is_said_not_overwritten(house: House) -> None:
    """Promise: the conflict stands on the screen and the other's label stands in the log."""
    house.entry("aaaa1111", "First alleged plot")
    workspace = house.open()
    state = load(workspace, "ana")
    label_entry(workspace.log, workspace.views, "aaaa1111", "not-plot", by="ben", now=house.now)
    state = carry_out(workspace, press(state, "p"), "ana", 80)
    assert "ben labelled this not-plot" in state.said
    assert [item.by for item in labels_of(workspace.views, "aaaa1111")] == ["ben"]
    workspace.close()


def test_a_screen_never_exceeds_its_cells(house: House) -> None:
    """Promise: narrow and low terminals are not scrolled by a long title."""
    house.entry("aaaa1111", "长" * 300, score=0.9)
    house.entry("bbbb2222", "می‌خواهم " * 60, score=0.8)
    workspace = house.open()
    for width, height in ((40, 10), (80, 24), (200, 60)):
        lines = screen(load(workspace, "ana"), width, height).split("\n")
        assert len(lines) <= height
        assert all(line.count("\u2068") == line.count("\u2069") for line in lines)
    workspace.close()


def test_fast_typing_is_several_keys_and_an_arrow_is_one() -> None:
    """Promise: no key is lost when the terminal hands over several at once."""
    assert keys_of("jjp") == ["j", "j", "p"]
    assert keys_of("\x1b[B") == ["\x1b[B"]
