"""Decisions: durable, repeatable without harm, undoable, never silently overwriting somebody else's."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from monitor.errors import InputError, KeyConflictError, NotFoundError, StaleViewError
from monitor.log.events import Event
from monitor.log.memory import MemoryLog
from monitor.triage.decide import label_all, label_entry, withdraw
from monitor.triage.entries import find_entry, labels_of
from monitor.triage.queue import count_queue
from monitor.triage.standing import standing_of
from monitor.triage.undo import undo_last
from tests.triage.conftest import Desk


def test_saying_the_same_twice_is_one_event(desk: Desk) -> None:
    """Promise: a double click or a repeated script changes nothing."""
    desk.entry("aaaa1111", "First", 0.6)
    assert label_entry(desk.log, desk.views, "aaaa1111", "plot", by="ana", now=desk.now) is not None
    assert label_entry(desk.log, desk.views, "aaaa1111", "plot", by="ana", now=desk.now) is None
    assert len(labels_of(desk.views, "aaaa1111")) == 1


def test_changing_ones_mind_and_back_is_three_labels(desk: Desk) -> None:
    """Promise: every change of mind is kept, and the last one stands."""
    desk.entry("aaaa1111", "First", 0.6)
    for label in ("plot", "not-plot", "plot"):
        label_entry(desk.log, desk.views, "aaaa1111", label, by="ana", now=desk.now)
    assert [item.label for item in labels_of(desk.views, "aaaa1111")] == ["plot", "not-plot", "plot"]


def test_undo_brings_the_row_back_and_keeps_both_events(desk: Desk) -> None:
    """Promise: undo is a new event; the withdrawn label stays visible."""
    desk.entry("aaaa1111", "First", 0.6)
    label_entry(desk.log, desk.views, "aaaa1111", "plot", by="ana", now=desk.now)
    undo_last(desk.log, desk.views, by="ana", now=desk.now)
    assert count_queue(desk.views, desk.now) == 1
    assert [item.withdrawn for item in labels_of(desk.views, "aaaa1111")] == [True]
    with pytest.raises(NotFoundError, match="nothing to undo"):
        undo_last(desk.log, desk.views, by="ana", now=desk.now)


def test_a_decision_on_a_row_somebody_else_decided_is_refused(desk: Desk) -> None:
    """Promise: two reviewers never overwrite each other unseen."""
    desk.entry("aaaa1111", "First", 0.6)
    seen = desk.views.position
    label_entry(desk.log, desk.views, "aaaa1111", "plot", by="ana", now=desk.now, seen_position=seen)
    with pytest.raises(StaleViewError, match="ana labelled this plot"):
        label_entry(desk.log, desk.views, "aaaa1111", "not-plot", by="ben", now=desk.now, seen_position=seen)


def test_a_decision_on_a_story_that_grew_is_refused(desk: Desk) -> None:
    """Promise: a label never covers an entry its reviewer could not see."""
    desk.entry("aaaa1111", "First", 0.6)
    seen = desk.views.position
    desk.entry("bbbb2222", "Joins", 0.7, story="saaaa1111")
    with pytest.raises(StaleViewError, match="the story changed"):
        label_entry(desk.log, desk.views, "aaaa1111", "plot", by="ana", now=desk.now, seen_position=seen)


def test_a_decision_on_words_that_changed_is_refused_until_they_are_seen(desk: Desk) -> None:
    """Promise: what was flagged again is decided by who saw it as it is, and by nobody else."""
    desk.entry("aaaa1111", "First", 0.6)
    seen = desk.views.position
    desk.reword("aaaa1111", "Another matter", 0.9)
    with pytest.raises(StaleViewError, match="flagged again"):
        label_entry(desk.log, desk.views, "aaaa1111", "plot", by="ana", now=desk.now, seen_position=seen)
    told = {"by": "ana", "now": desk.now, "seen_position": desk.views.position}
    assert label_entry(desk.log, desk.views, "aaaa1111", "plot", **told) is not None  # type: ignore[arg-type]


def test_labels_given_together_may_speak_of_the_entries_alone(desk: Desk) -> None:
    """Promise: one act over entries leaves the rest of their stories waiting."""
    desk.entry("aaaa1111", "First", 0.6)
    desk.entry("bbbb2222", "Second", 0.7, story="saaaa1111")
    seen = desk.views.position
    label_all(
        desk.log, desk.views, ["bbbb2222"], "not-plot", by="ana", now=desk.now, seen_position=seen, whole_story=False
    )
    assert (labels_of(desk.views, "aaaa1111"), count_queue(desk.views, desk.now)) == ([], 1)


def test_a_label_that_was_on_the_page_is_no_surprise(desk: Desk) -> None:
    """Promise: who saw the other's label, and decides otherwise, is not refused for it."""
    desk.entry("aaaa1111", "First", 0.6)
    given = label_entry(desk.log, desk.views, "aaaa1111", "plot", by="ana", now=desk.now)
    assert given is not None
    told = {"by": "ben", "now": desk.now, "seen_position": given.position}
    assert label_entry(desk.log, desk.views, "aaaa1111", "not-plot", **told) is not None  # type: ignore[arg-type]


class Contended(MemoryLog):
    """A log in which somebody else was always quicker."""

    def append(self, *args: object, **options: object) -> Sequence[Event]:
        """Refuse."""
        raise KeyConflictError("the key is taken")


def test_who_is_always_too_late_is_told_so(desk: Desk) -> None:
    """Promise: a decision that could not be written is an error, never silence."""
    desk.entry("aaaa1111", "First", 0.6)
    log = Contended()
    with pytest.raises(StaleViewError, match="others keep deciding"):
        label_entry(log, desk.views, "aaaa1111", "plot", by="ana", now=desk.now)
    seen = desk.views.position
    with pytest.raises(StaleViewError, match="others keep deciding"):
        label_all(log, desk.views, ["aaaa1111"], "plot", by="ana", now=desk.now, seen_position=seen)


def test_an_entry_that_is_not_in_the_log_is_said_to_be_that(desk: Desk) -> None:
    """Promise: nothing is decided of what nobody saw."""
    with pytest.raises(NotFoundError, match="no entry"):
        label_entry(desk.log, desk.views, "aaaa1111", "plot", by="ana", now=desk.now)


@pytest.mark.parametrize(("label", "by"), [("guilty", "ana"), ("plot", " "), ("plot", "a\nb"), ("plot", "x" * 81)])
def test_unknown_labels_and_unprintable_names_are_refused(desk: Desk, label: str, by: str) -> None:
    """Promise: nothing but the three labels, and nobody without a name, enters the log."""
    desk.entry("aaaa1111", "First", 0.6)
    with pytest.raises(InputError):
        label_entry(desk.log, desk.views, "aaaa1111", label, by=by, now=desk.now)


@pytest.mark.parametrize("prefix", ["zzzz", "aa", "aaaa", "a%%%", "aaaa1111x"])
def test_a_prefix_that_fits_none_or_several_is_refused(desk: Desk, prefix: str) -> None:
    """Promise: a decision never lands on a guessed entry."""
    desk.entry("aaaa1111", "First", 0.6)
    desk.entry("aaaa2222", "Second", 0.6)
    with pytest.raises(NotFoundError):
        find_entry(desk.views, prefix)
    assert find_entry(desk.views, "aaaa1") == "aaaa1111"
    assert find_entry(desk.views, "saaaa2") == "aaaa2222"


def test_a_withdrawn_label_is_in_nobodys_way(desk: Desk) -> None:
    """Promise: what its reviewer took back neither refuses a later decision nor counts as somebody else's."""
    desk.entry("aaaa1111", "First", 0.6)
    seen = desk.views.position
    given = label_entry(desk.log, desk.views, "aaaa1111", "plot", by="ana", now=desk.now, seen_position=seen)
    assert given is not None
    withdraw(desk.log, desk.views, given.position, by="ana", now=desk.now)
    assert label_entry(
        desk.log, desk.views, "aaaa1111", "not-plot", by="ben", now=desk.now, seen_position=seen, heed_others=True
    )
    assert standing_of(desk.views, "aaaa1111").by == {"ben": "not-plot"}


def test_who_heeds_others_is_stopped_by_a_standing_label(desk: Desk) -> None:
    """Promise: a first reading that must not repeat another's work is refused while that work stands."""
    desk.entry("aaaa1111", "First", 0.6)
    label_entry(desk.log, desk.views, "aaaa1111", "plot", by="ana", now=desk.now)
    with pytest.raises(StaleViewError, match="ana labelled this plot"):
        label_entry(desk.log, desk.views, "aaaa1111", "not-plot", by="ben", now=desk.now, heed_others=True)
    assert label_entry(desk.log, desk.views, "aaaa1111", "unsure", by="ana", now=desk.now, heed_others=True)


@pytest.mark.parametrize("position", [0, 10**9])
def test_what_is_no_standing_label_cannot_be_withdrawn(desk: Desk, position: int) -> None:
    """Promise: a withdrawal names a label that stands; twice is an error, not a second event."""
    desk.entry("aaaa1111", "First", 0.6)
    given = label_entry(desk.log, desk.views, "aaaa1111", "plot", by="ana", now=desk.now)
    assert given is not None
    withdraw(desk.log, desk.views, given.position, by="ana", now=desk.now)
    for wrong in (position, given.position):
        with pytest.raises(NotFoundError, match="no standing label"):
            withdraw(desk.log, desk.views, wrong, by="ana", now=desk.now)
