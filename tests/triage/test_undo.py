"""True undo: the last act of this reviewer whatever it was, and the row as it was before; nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import NotFoundError, StaleViewError
from monitor.log.codec import iso
from monitor.triage.decide import label_all, label_entry, skip_row
from monitor.triage.entries import history, labels_of, story_entries
from monitor.triage.queue import list_queue
from monitor.triage.rearrange import confirm_card, correct_card, link_case, merge_stories, split_story
from monitor.triage.story import story_card
from monitor.triage.undo import undo_last
from monitor.views.queries.acts import acts_by, skips_of
from monitor.views.queries.stories import confirmations, story_of
from tests.triage.conftest import Desk

FIRST, SECOND, THIRD = "aaaa1111", "bbbb2222", "cccc3333"
Act = Callable[[Desk], object]
ACTS: dict[str, Act] = {
    'plot: "Alpha"': lambda d: label_entry(d.log, d.views, FIRST, "plot", by="ana", now=d.now),
    'put off: "Alpha"': lambda d: skip_row(d.log, d.views, FIRST, by="ana", now=d.now),
    'merged: "Alpha"': lambda d: merge_stories(d.log, d.views, "s" + SECOND, "s" + FIRST, by="ana", now=d.now),
    'split off: "Gamma"': lambda d: split_story(d.log, d.views, [THIRD], by="ana", now=d.now),
    'put into a case: "Alpha"': lambda d: link_case(d.log, d.views, "s" + FIRST, "s" + SECOND, by="ana", now=d.now),
    'stage corrected: "Alpha"': lambda d: correct_card(
        d.log, d.views, "s" + FIRST, "stage", ["foiled"], by="ana", now=d.now
    ),
    'card confirmed: "Alpha"': lambda d: confirm_card(
        d.log, d.views, "s" + FIRST, {"stage": ["foiled"]}, by="ana", now=d.now
    ),
    "not-plot for 2 rows": lambda d: label_all(
        d.log, d.views, [FIRST, SECOND], "not-plot", by="ana", now=d.now, seen_position=d.views.position
    ),
}


@pytest.fixture
def rows(desk: Desk) -> Desk:
    """Two stories, the second of two entries."""
    desk.entry(FIRST, "Alpha", 0.9)
    desk.entry(SECOND, "Beta", 0.8)
    desk.entry(THIRD, "Gamma", 0.7, story="s" + SECOND)
    return desk


def state(desk: Desk) -> tuple[object, ...]:
    """Everything a reviewer sees of the rows: the queue, the stories and their cases, cards, standing labels."""
    ids = (FIRST, SECOND, THIRD)
    queue = [(row.story_id, row.case_id, row.entry_id, row.n_entries) for row in list_queue(
        desk.log, desk.views, desk.now, by="ana")]  # fmt: skip
    labels = [[item.label for item in labels_of(desk.views, one) if not item.withdrawn] for one in ids]
    cards = [story_card(desk.log, desk.views, "s" + one) for one in ids[:2]]
    said = [confirmations(desk.views, "s" + one) for one in ids[:2]]
    skips = skips_of(desk.views, "ana", iso(desk.now))
    return queue, [story_of(desk.views, one) for one in ids], labels, cards, said, skips


@pytest.mark.parametrize("what", ACTS)
def test_every_kind_of_act_is_taken_back_whole(rows: Desk, what: str) -> None:
    """Promise: after an undo everything is as before, and the answer says what was undone, by its title."""
    before = state(rows)
    ACTS[what](rows)
    assert state(rows) != before
    undone = undo_last(rows.log, rows.views, by="ana", now=rows.now)
    assert (undone.what, state(rows)) == (what, before)


def test_repeated_undo_goes_back_act_by_act_and_then_stops(rows: Desk) -> None:
    """Promise: each z takes back one act more; then it says that there is nothing, and touches nothing older."""
    label_entry(rows.log, rows.views, SECOND, "plot", by="ana", now=rows.now - timedelta(days=9))
    session = iso(rows.now)
    wanted = ['plot: "Alpha"', 'put off: "Alpha"', 'put into a case: "Alpha"']
    for what in wanted:
        ACTS[what](rows)
    undone = [undo_last(rows.log, rows.views, by="ana", now=rows.now, since=session).what for _ in wanted]
    assert undone == wanted[::-1]
    with pytest.raises(NotFoundError, match="nothing to undo"):
        undo_last(rows.log, rows.views, by="ana", now=rows.now, since=session)
    assert [item.withdrawn for item in labels_of(rows.views, SECOND)] == [False]


def test_nobody_undoes_what_somebody_else_did(rows: Desk) -> None:
    """Promise: ben's undo finds only ben's acts."""
    ACTS['plot: "Alpha"'](rows)
    with pytest.raises(NotFoundError):
        undo_last(rows.log, rows.views, by="ben", now=rows.now)
    position = acts_by(rows.views, "ana", "")[0].position
    with pytest.raises(NotFoundError):
        undo_last(rows.log, rows.views, by="ben", now=rows.now, position=position)


def test_an_act_is_undone_once(rows: Desk) -> None:
    """Promise: the same act named twice is refused the second time."""
    ACTS['plot: "Alpha"'](rows)
    position = acts_by(rows.views, "ana", "")[0].position
    undo_last(rows.log, rows.views, by="ana", now=rows.now, position=position)
    with pytest.raises(NotFoundError):
        undo_last(rows.log, rows.views, by="ana", now=rows.now, position=position)


def test_what_others_changed_since_is_not_overwritten(rows: Desk) -> None:
    """Promise: a correction that was corrected again, and a merge that was rearranged, stay as they are."""
    ACTS['stage corrected: "Alpha"'](rows)
    position = acts_by(rows.views, "ana", "")[0].position
    correct_card(rows.log, rows.views, "s" + FIRST, "stage", ["attempted"], by="ben", now=rows.now)
    with pytest.raises(StaleViewError, match="corrected again"):
        undo_last(rows.log, rows.views, by="ana", now=rows.now, position=position)


def test_a_merge_that_was_rearranged_is_not_taken_apart_again(rows: Desk) -> None:
    """Promise: where another reviewer split the merged stories already, undo says so and changes nothing."""
    ACTS['merged: "Alpha"'](rows)
    position = acts_by(rows.views, "ana", "")[0].position
    split_story(rows.log, rows.views, [FIRST], by="ben", now=rows.now)
    before = state(rows)
    with pytest.raises(StaleViewError, match="rearranged since"):
        undo_last(rows.log, rows.views, by="ana", now=rows.now, position=position)
    assert state(rows) == before


def test_history_tells_who_put_a_row_off_and_took_it_up_again(rows: Desk) -> None:
    """Promise: each act and its undo is a line that says what it did, until when and why."""
    skip_row(rows.log, rows.views, FIRST, by="ana", now=rows.now, days=2)
    undo_last(rows.log, rows.views, by="ana", now=rows.now)
    label_entry(rows.log, rows.views, FIRST, "plot", by="ana", now=rows.now)
    undo_last(rows.log, rows.views, by="ana", now=rows.now, reason="a slip")
    told = [line.what for line in history(rows.log, rows.views, FIRST)][-4:]
    assert "ana" in told[0]
    assert "2026-02-02" in told[0]
    assert "2026" not in told[1]
    assert (told[0] != told[1], "plot" in told[2], "a slip" in told[3]) == (True, True, True)


def test_undo_brings_back_the_correction_before(rows: Desk) -> None:
    """Promise: a second correction that is taken back leaves the first, and that one the text."""
    for stage in ("foiled", "attempted"):
        correct_card(rows.log, rows.views, "s" + FIRST, "stage", [stage], by="ana", now=rows.now)
    undo_last(rows.log, rows.views, by="ana", now=rows.now)
    assert story_card(rows.log, rows.views, "s" + FIRST).codes("stage") == ["foiled"]
    undo_last(rows.log, rows.views, by="ana", now=rows.now)
    assert story_card(rows.log, rows.views, "s" + FIRST).codes("stage") == []


def test_a_card_that_was_confirmed_again_stays_confirmed(rows: Desk) -> None:
    """Promise: undo takes back what one reviewer said, not what another confirmed since."""
    ACTS['card confirmed: "Alpha"'](rows)
    position = acts_by(rows.views, "ana", "")[0].position
    confirm_card(rows.log, rows.views, "s" + FIRST, {"stage": ["foiled"], "methods": []}, by="ben", now=rows.now)
    with pytest.raises(StaleViewError, match="confirmed again"):
        undo_last(rows.log, rows.views, by="ana", now=rows.now, position=position)


def test_none_of_these_leaves_out_what_was_decided_or_changed(rows: Desk) -> None:
    """Promise: one act answers what remains; a row that was labelled or grew meanwhile keeps what it has."""
    seen = rows.views.position
    label_entry(rows.log, rows.views, FIRST, "plot", by="ana", now=rows.now)
    rows.entry("dddd4444", "Delta", 0.6, story="s" + SECOND)
    rows.entry("eeee5555", "Epsilon", 0.6)
    batch = label_all(
        rows.log, rows.views, [FIRST, SECOND, "eeee5555"], "not-plot", by="ana", now=rows.now, seen_position=seen
    )
    assert (batch.entry_ids, batch.changed) == ([], [FIRST, SECOND, "eeee5555"])
    assert [item.label for item in labels_of(rows.views, FIRST)] == ["plot"]


def test_a_put_off_story_waits_for_everybody_else(rows: Desk) -> None:
    """Promise: a skip covers the whole story, for one reviewer; others, the digest and alerts keep it."""
    skip_row(rows.log, rows.views, THIRD, by="ana", now=rows.now, days=30)
    assert [row.story_id for row in list_queue(rows.log, rows.views, rows.now, by="ana")] == ["s" + FIRST]
    for by in ("ben", ""):
        assert len(list_queue(rows.log, rows.views, rows.now, by=by)) == 2
    assert [item.story_id for item in skips_of(rows.views, "ana", iso(rows.now))] == ["s" + SECOND]
    (skip,) = skips_of(rows.views, "ana", iso(rows.now))
    assert skip.until == iso(datetime(2026, 3, 2, tzinfo=UTC))
    assert story_entries(rows.views, "s" + SECOND) == [SECOND, THIRD]
