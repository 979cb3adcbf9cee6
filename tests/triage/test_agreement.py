"""Several reviewers: figures as published, conflicts named, second readings blind and not to be chosen."""

from __future__ import annotations

import pytest

from monitor.triage.agreement import (
    agreement,
    cohen_kappa,
    conflicts,
    krippendorff_alpha,
    read_units,
    second_readings,
    wants_second_reading,
)
from monitor.triage.decide import label_entry
from monitor.triage.queue import SECOND, list_queue
from monitor.triage.story import story_view
from tests.triage.conftest import Desk


def test_kappa_of_a_textbook_table() -> None:
    """Promise: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no give kappa 0.4."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert cohen_kappa(pairs) == pytest.approx(0.4)
    assert cohen_kappa([("y", "y")] * 3) is None


def test_alpha_of_a_worked_example() -> None:
    """Promise: ten units, two readers, binary: the counts (a a x 5, b b x 1, a b x 4) give alpha 0.095."""
    units = [["0", "0"]] * 5 + [["1", "1"]] + [["0", "1"]] * 4
    assert krippendorff_alpha(units) == pytest.approx(0.0952, abs=1e-4)
    assert krippendorff_alpha([["0", "0"], ["0", "0"]]) is None
    assert krippendorff_alpha([]) is None
    assert krippendorff_alpha([["0", "1"]]) == pytest.approx(0.0)
    assert krippendorff_alpha([["0", "0", "1"], ["1", "1"]]) == pytest.approx(1 - 2 / 3)


def test_reviewers_are_compared_on_what_both_decided() -> None:
    """Promise: a unit that one of them never saw is no disagreement; who shares none with another is no pair."""
    units = {"s1": {"ana": "plot", "ben": "plot"}, "s2": {"ana": "plot"}, "s3": {"cleo": "plot"}}
    found = agreement(units)
    assert [(pair.one, pair.other, pair.n_units, pair.agreed) for pair in found.pairs] == [("ana", "ben", 1, 1.0)]
    assert (found.n_units, found.n_shared, found.alpha) == (3, 1, None)


def test_conflicts_and_agreement_come_from_the_newest_standing_labels(desk: Desk) -> None:
    """Promise: a changed mind counts once, as it is now."""
    desk.entry("aaaa1111", "First", 0.9)
    desk.entry("bbbb2222", "Second", 0.8)
    for entry_id, by, label in [
        ("aaaa1111", "ana", "plot"), ("aaaa1111", "ben", "not-plot"), ("bbbb2222", "ana", "plot"),
        ("bbbb2222", "ben", "not-plot"), ("bbbb2222", "ben", "plot"),
    ]:  # fmt: skip
        label_entry(desk.log, desk.views, entry_id, label, by=by, now=desk.now)
    units = read_units(desk.views)
    assert [item.unit for item in conflicts(units)] == ["saaaa1111"]
    found = agreement(units)
    assert (found.n_shared, found.pairs[0].agreed) == (2, 0.5)


def test_a_second_reading_is_blind_and_not_refused(desk: Desk) -> None:
    """Promise: the second reader sees the row but not the first label, and their answer is kept beside it."""
    desk.entry("aaaa1111", "First", 0.9)
    seen = desk.views.position
    label_entry(desk.log, desk.views, "aaaa1111", "plot", by="ana", now=desk.now)
    assert list_queue(desk.log, desk.views, desk.now, by="ana", second_share=1.0) == []
    (row,) = list_queue(desk.log, desk.views, desk.now, by="ben", second_share=1.0)
    assert row.why == SECOND
    story = story_view(desk.log, desk.views, row.story_id, blind_for="ben")
    assert (story.labels, [line for line in story.history if "ana" in line.what]) == ([], [])
    label_entry(desk.log, desk.views, "aaaa1111", "not-plot", by="ben", now=desk.now, seen_position=seen, blind=True)
    assert list_queue(desk.log, desk.views, desk.now, by="ben", second_share=1.0) == []
    assert second_readings(read_units(desk.views), "cleo", 1.0) == []


def test_a_second_reading_of_what_nobody_flagged_is_no_row(desk: Desk) -> None:
    """Promise: an answer to an audit check asks for no row that the queue cannot show, nor breaks the queue."""
    desk.entry("aaaa1111", "First", 0.2, flag=False)
    label_entry(desk.log, desk.views, "aaaa1111", "plot", by="ana", now=desk.now, whole_story=False)
    assert list_queue(desk.log, desk.views, desk.now, by="ben", second_share=1.0) == []


def test_the_share_is_kept_and_fixed_by_the_id() -> None:
    """Promise: about the share asked for, the same stories every time."""
    chosen = [n for n in range(2000) if wants_second_reading(f"s{n}", 0.2)]
    assert 340 < len(chosen) < 460
    assert chosen == [n for n in range(2000) if wants_second_reading(f"s{n}", 0.2)]
