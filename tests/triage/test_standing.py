"""Which label stands: one rule, and the queue, training, exports, quality and agreement all go by it."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.log.events import EntryFlagged, SampleDrawn, StoryJoined, StoryMerged, StorySplit
from monitor.surfaces.export.labelled import labelled_entries
from monitor.triage.agreement import conflicts, read_units
from monitor.triage.decide import label_entry, withdraw
from monitor.triage.queue import list_queue
from monitor.triage.samples import read_quality
from monitor.triage.standing import Standing, standing, standing_of, verdicts
from monitor.views.queries.labels import LabelRow, standing_labels
from monitor.views.queries.queue import open_flags
from monitor.views.queries.stories import story_of
from tests.surfaces.conftest import House, house
from tests.triage.conftest import Desk, new_desk

__all__ = ["house"]


def said(*labels: tuple[str, str], story: str = "s1") -> Standing:
    """What stands after these (reviewer, label) in this order, given to the whole story."""
    rows = [LabelRow(at, "e1", story, label, by, "", "", False) for at, (by, label) in enumerate(labels, 1)]
    return standing(rows)


@pytest.mark.parametrize(
    ("labels", "stands"),
    [
        ([], ""),
        ([("ana", "plot")], "plot"),
        ([("ana", "plot"), ("ana", "not-plot")], "not-plot"),
        ([("ana", "plot"), ("ben", "unsure")], "plot"),
        ([("ana", "not-plot"), ("ben", "unsure")], "not-plot"),
        ([("ana", "plot"), ("ben", "not-plot")], "unsure"),
        ([("ana", "plot"), ("ben", "not-plot"), ("cleo", "plot")], "plot"),
        ([("ana", "plot"), ("ana", "unsure")], "unsure"),
        ([("ana", "unsure"), ("ben", "unsure")], "unsure"),
    ],
)
def test_the_rule(labels: list[tuple[str, str]], stands: str) -> None:
    """Promise: of each reviewer the newest; of plot and not-plot the majority; unsure abstains; even votes: unsure."""
    assert said(*labels).label == stands


def test_a_label_for_the_entry_alone_goes_before_the_storys() -> None:
    """Promise: an exception for one entry is not undone by a later word on its whole story."""
    rows = [
        LabelRow(1, "e1", "", "not-plot", "ana", "", "", False),
        LabelRow(2, "e1", "s1", "plot", "ana", "", "", False),
    ]
    assert standing(rows).label == "not-plot"


def test_split_and_agreed_are_two_things() -> None:
    """Promise: even votes are split, and agreement is everybody saying the same."""
    even, two_to_one, unsure = (
        said(("ana", "plot"), ("ben", "not-plot")),
        said(("ana", "plot"), ("ben", "not-plot"), ("cleo", "plot")),
        said(("ana", "plot"), ("ben", "unsure")),
    )
    assert [(one.split, one.agreed) for one in (even, two_to_one, unsure)] == [
        (True, False), (False, False), (False, False),
    ]  # fmt: skip


CASES = [
    ("plot", "unsure", "plot", True, 0),
    ("plot", "not-plot", "unsure", None, 1),
    ("not-plot", "unsure", "not-plot", False, 0),
]


@pytest.mark.parametrize(("one", "other", "stands", "learnt", "n_conflicts"), CASES)
def test_all_go_by_it(house: House, one: str, other: str, stands: str, learnt: bool | None, n_conflicts: int) -> None:
    """Promise: one plot and one unsure is the same answer in queue, training, export, quality and agreement."""
    house.entry("aaaa1111", "Alleged plot foiled")
    with closing(house.open()) as space:
        log, views, now = space.log, space.views, house.now
        label_entry(log, views, "aaaa1111", one, by="ana", now=now)
        label_entry(log, views, "aaaa1111", other, by="ben", now=now)
        settled, split = verdicts(views)
        assert standing_of(views, "aaaa1111").label == stands
        assert list_queue(log, views, now) == []
        assert [item.label for item in labelled_entries(space)] == [stands]
        assert [item.plot for item in settled] == ([] if learnt is None else [learnt])
        assert bool(split) == (learnt is None)
        assert read_quality(views).n_found == (stands == "plot")
        assert len(conflicts(read_units(views))) == n_conflicts


def test_an_audit_answer_is_the_label_that_stands(desk: Desk) -> None:
    """Promise: two reviewers who contradict each other on a drawn entry answer nothing."""
    desk.entry("aaaa1111", "Quiet", 0.1, flag=False)
    desk.add("sample-drawn:d", SampleDrawn(day="2026-01-30", entries=[("aaaa1111", 0.5)], n_population=2))
    for by, label, n_answered in (("ana", "not-plot", 1), ("ben", "plot", 0), ("cleo", "plot", 1)):
        label_entry(desk.log, desk.views, "aaaa1111", label, by=by, now=desk.now, whole_story=False)
        assert read_quality(desk.views).n_answered == n_answered


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["aaaa1111", "bbbb2222", "cccc3333"]),
        st.sampled_from(["plot", "not-plot", "unsure", "withdraw", "join", "split", "merge", "move", "flag"]),
        st.sampled_from(["ana", "ben"]),
        st.booleans(),
    ),
    max_size=9,
)


def rearrange(desk: Desk, number: int, what: str, entry_id: str) -> None:
    """Take an entry out of its story or into another one, merge its story, or flag it anew for other words."""
    story_id = story_of(desk.views, entry_id)
    if what == "flag":
        flag = EntryFlagged(entry_id=entry_id, revision=1, model_id="m1", score=0.9, threshold=0.5, why="revised")
        desk.add(f"entry-flagged:{entry_id}:{number}", flag)
    elif what == "split":
        split = StorySplit(story_id=story_id, new_id=f"sn{number}", entry_ids=[entry_id])
        desk.add(f"story-split:{number}", split)
    else:
        other = "scccc3333" if story_id == "saaaa1111" else "saaaa1111"
        merged, moved = StoryMerged(story_id=other, from_id=story_id), StoryJoined(story_id=other, entry_id=entry_id)
        desk.add(f"story-{what}:{number}", merged if what == "merge" else moved)


ANSWERED = ("aaaa1111", "not-plot", "ana", True)  # with its whole story, in which bbbb2222 stands


@settings(max_examples=150, deadline=None)
@given(ACTS)
@example([ANSWERED, ("aaaa1111", "merge", "ana", True)])
@example([ANSWERED, ("bbbb2222", "move", "ana", True)])
@example([ANSWERED, ("bbbb2222", "split", "ana", True)])
@example([ANSWERED, ("bbbb2222", "flag", "ana", True)])
@example([ANSWERED, ("aaaa1111", "withdraw", "ana", True)])
def test_the_queue_holds_what_nothing_stands_for(acts: list[tuple[str, str, str, bool]]) -> None:
    """Promise: however labels, joins, splits, merges and flags follow each other, what no label answers waits."""
    desk = new_desk()
    desk.entry("aaaa1111", "First", 0.9)
    desk.entry("bbbb2222", "Second", 0.8, story="saaaa1111", similarity=0.3)
    desk.entry("cccc3333", "Third", 0.7)
    for number, (entry_id, what, by, whole) in enumerate(acts):
        now = desk.now + timedelta(minutes=number)
        if what == "join":
            similarity = 0.9 if whole else 0.2
            desk.entry(f"dddd{number:04d}", "Later", 0.6, story="saaaa1111", similarity=similarity)
        elif what in ("split", "merge", "move", "flag"):
            rearrange(desk, number, what, entry_id)
        elif what == "withdraw":
            standing_rows = [row for row in standing_labels(desk.views) if row.by == by]
            if standing_rows:
                withdraw(desk.log, desk.views, standing_rows[-1].position, by=by, now=now)
        else:
            label_entry(desk.log, desk.views, entry_id, what, by=by, now=now, whole_story=whole)
    waiting = {flag.entry_id for flag in open_flags(desk.views, "2027", "")}
    flagged = {flag for flag in desk.flagged if not standing_of(desk.views, flag).label}
    assert waiting == flagged


def test_agreed_is_said_only_where_nobody_says_otherwise() -> None:
    """Promise: an outvoted or abstaining reviewer is no agreement, and neither is silence."""
    assert said(("ana", "plot"), ("ben", "plot")).agreed
    assert not said(("ana", "plot"), ("ben", "not-plot")).agreed
    assert not said(("ana", "plot"), ("ben", "not-plot"), ("cleo", "plot")).agreed
    assert not said(("ana", "plot"), ("ben", "unsure")).agreed
    assert not said().agreed
