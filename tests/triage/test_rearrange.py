"""Rearranging stories: one event each, only of what the reviewer named, refused where it would mean nothing."""

from __future__ import annotations

import pytest

from monitor.errors import InputError, NotFoundError
from monitor.log.codec import iso
from monitor.log.events import CardConfirmed, NewEvent, StoryLinked
from monitor.triage.entries import history, story_entries
from monitor.triage.moved import moved_cases
from monitor.triage.rearrange import (
    MAX_NOTE,
    confirm_card,
    correct_card,
    find_story,
    link_case,
    merge_stories,
    split_story,
)
from monitor.triage.story import revisions_of, story_view
from monitor.triage.undo import undo_last
from monitor.views.queries.stories import case_of, story_of
from tests.triage.conftest import Desk
from tests.triage.test_day import known_case

FIRST, SECOND, THIRD = "aaaa1111", "bbbb2222", "cccc3333"


@pytest.fixture
def rows(desk: Desk) -> Desk:
    """Three stories."""
    for entry_id, title in ((FIRST, "Alpha"), (SECOND, "Beta"), (THIRD, "Gamma")):
        desk.entry(entry_id, title, 0.9)
    return desk


def test_a_story_is_not_merged_with_itself(rows: Desk) -> None:
    """Promise: nothing is written where nothing would change, also where an earlier merge made them one."""
    merge_stories(rows.log, rows.views, "s" + FIRST, "s" + SECOND, by="ana", now=rows.now)
    for other in (FIRST, SECOND):
        with pytest.raises(InputError, match="one story already"):
            merge_stories(rows.log, rows.views, "s" + FIRST, "s" + other, by="ana", now=rows.now)
    assert story_entries(rows.views, "s" + FIRST) == [FIRST, SECOND]


def test_only_a_part_of_one_story_is_split_off(rows: Desk) -> None:
    """Promise: a split leaves something behind and takes from one story; a second one gets a name of its own."""
    rows.entry("dddd4444", "Delta", 0.6, story="s" + FIRST)
    for wrong, why in (([FIRST, SECOND], "in one story"), ([FIRST, "dddd4444"], "nothing to split"), ([], "one story")):
        with pytest.raises(InputError, match=why):
            split_story(rows.log, rows.views, wrong, by="ana", now=rows.now)
    split_story(rows.log, rows.views, [FIRST], by="ana", now=rows.now)
    assert story_of(rows.views, FIRST) == f"s{FIRST}-2"
    merge_stories(rows.log, rows.views, "s" + FIRST, f"s{FIRST}-2", by="ana", now=rows.now)
    split_story(rows.log, rows.views, [FIRST], by="ana", now=rows.now)
    assert story_of(rows.views, FIRST) not in ("s" + FIRST, f"s{FIRST}-2")


def test_a_story_is_named_by_enough_of_its_id(rows: Desk) -> None:
    """Promise: four letters after the s will do; fewer, none or several are refused."""
    rows.entry("aaaa9999", "Other", 0.6)
    assert find_story(rows.views, "saaaa1") == "s" + FIRST
    assert find_story(rows.views, "sbbbb") == "s" + SECOND
    for wrong in ("sbbb", "saaaa", "szzzzz"):
        with pytest.raises(NotFoundError):
            find_story(rows.views, wrong)


def test_a_whole_id_names_its_story_also_after_a_split(rows: Desk) -> None:
    """Promise: a story whose first entry was split off is still found, though the new one's id begins like its own."""
    rows.entry("dddd4444", "Delta", 0.6, story="s" + FIRST)
    split_story(rows.log, rows.views, [FIRST], by="ana", now=rows.now)
    assert find_story(rows.views, "s" + FIRST) == "s" + FIRST
    assert find_story(rows.views, f"s{FIRST}-") == f"s{FIRST}-2"


def test_a_link_brings_a_story_into_the_others_case_and_out_again(rows: Desk) -> None:
    """Promise: a case is joined as it stands; with itself a story leaves; undo puts it where it was before."""
    link_case(rows.log, rows.views, "s" + SECOND, "s" + FIRST, by="ana", now=rows.now)
    link_case(rows.log, rows.views, "s" + THIRD, "s" + SECOND, by="ana", now=rows.now)
    assert case_of(rows.views, "s" + THIRD) == "s" + FIRST
    link_case(rows.log, rows.views, "s" + THIRD, "s" + THIRD, by="ana", now=rows.now)
    assert case_of(rows.views, "s" + THIRD) == "s" + THIRD
    undo_last(rows.log, rows.views, by="ana", now=rows.now)
    assert case_of(rows.views, "s" + THIRD) == "s" + FIRST


def test_undoing_a_link_of_an_old_log_leaves_the_story_alone(rows: Desk) -> None:
    """Promise: where the event does not say which case was left, the story is its own case again."""
    linked = StoryLinked(story_id="s" + FIRST, case_id="s" + SECOND)
    rows.log.append([NewEvent("l1", linked, actor="ana")], recorded_at=iso(rows.now))
    undo_last(rows.log, rows.views, by="ana", now=rows.now)
    assert case_of(rows.views, "s" + FIRST) == "s" + FIRST


def test_a_correction_is_written_once_and_a_note_has_an_end(rows: Desk) -> None:
    """Promise: saying the same again changes nothing; a note of the greatest length is taken, a longer one is not."""
    told = {"by": "ana", "now": rows.now}
    for _ in range(2):
        event = correct_card(rows.log, rows.views, "s" + FIRST, "stage", ["foiled"], note="n" * MAX_NOTE, **told)  # type: ignore[arg-type]
    assert event is None
    with pytest.raises(InputError, match="characters"):
        correct_card(rows.log, rows.views, "s" + FIRST, "stage", ["planned"], note="n" * (MAX_NOTE + 1), **told)  # type: ignore[arg-type]


def test_a_reviewer_confirms_what_reports_that_differ_say(rows: Desk) -> None:
    """Promise: two stages read in two reports can be confirmed as read; the same twice is one event."""
    values = {"stage": ["foiled", "attempted"]}
    event = confirm_card(rows.log, rows.views, "s" + FIRST, values, by="ana", now=rows.now)
    assert event is not None
    assert isinstance(event.data, CardConfirmed)
    assert confirm_card(rows.log, rows.views, "s" + FIRST, values, by="ana", now=rows.now) is None
    assert confirm_card(rows.log, rows.views, "s" + FIRST, {"stage": ["foiled"]}, by="ana", now=rows.now) is not None


def test_a_story_shows_each_of_its_entries_and_every_version_of_their_words(rows: Desk) -> None:
    """Promise: nothing of the evidence is left out, a later version is told by what changed, each score is dated."""
    rows.entry("dddd4444", "Delta", 0.6, story="s" + FIRST)
    rows.reword(FIRST, "Alpha of late", 0.95)
    story = story_view(rows.log, rows.views, "s" + FIRST)
    assert [entry.entry_id for entry in story.entries] == [FIRST, "dddd4444"]
    assert [len(entry.revisions) for entry in story.entries] == [1, 0]
    (revision,) = revisions_of(rows.log, FIRST)
    assert revision.revision == 1
    pieces = [(piece.how, piece.words.split()) for piece in revision.changes]
    assert pieces[:2] == [("same", ["Alpha"]), ("added", ["of", "late"])]
    lines = [line.what for line in history(rows.log, rows.views, FIRST) if line.type == "entry-scored"]
    assert [score in line for line, score in zip(lines, ("0.90", "0.95"), strict=True)] == [True, True]


def test_a_story_names_the_others_of_its_case(rows: Desk) -> None:
    """Promise: a story's page leads to the rest of the case and not to itself."""
    link_case(rows.log, rows.views, "s" + SECOND, "s" + FIRST, by="ana", now=rows.now)
    assert story_view(rows.log, rows.views, "s" + SECOND).case == ["s" + FIRST]


def test_what_moved_is_what_no_earlier_report_of_the_case_said(desk: Desk) -> None:
    """Promise: a step is news once; several reports are counted; the one that says most leads."""
    known_case(desk, "aaaa")
    (case,) = moved_cases(desk.log, desk.views, desk.now)
    first = case.what
    assert first[-1] == "+1 report"
    desk.entry("aaaa3", "Nothing to add", 0.8, story="saaaa2")
    (case,) = moved_cases(desk.log, desk.views, desk.now)
    assert (case.entry_id, case.entry_ids, case.what) == ("aaaa2", ("aaaa2", "aaaa3"), (*first[:-1], "+2 reports"))
    assert first[:-1] == ("new step: charged", "3 charged")
