"""How likely rows are: from the answers and the scores of then; nothing is named before enough was answered."""

from __future__ import annotations

from monitor.learn.calibrate import likely
from monitor.log.events import EntryScored, StoryLinked
from monitor.triage.decide import label_entry
from monitor.triage.likelihood import answers, calibration_of
from monitor.triage.queue import list_queue
from monitor.triage.undo import undo_last
from tests.triage.conftest import Desk


def answer(desk: Desk, n: int) -> None:
    """Label rows: those with high scores plot, with low ones not-plot, some the other way."""
    for number in range(n):
        entry_id, high = f"aaaa{number:04d}", number % 2 == 0
        desk.entry(entry_id, f"Row {number}", 0.9 if high else 0.4)
        label = "plot" if high != (number % 10 == 3) else "not-plot"
        label_entry(desk.log, desk.views, entry_id, label, by="ana", now=desk.now)


def test_rows_have_a_probability_once_enough_was_answered(desk: Desk) -> None:
    """Promise: with 49 answers none is named, with 50 every row has one, and an undone answer counts no more."""
    desk.entry("bbbb0000", "Waiting", 0.9)
    answer(desk, 50)
    (row,) = list_queue(desk.log, desk.views, desk.now)
    assert row.probability is not None
    assert likely(row.probability) in ("very likely", "almost certain")
    undo_last(desk.log, desk.views, by="ana", now=desk.now)
    assert calibration_of(desk.log, desk.views) is None


def test_the_score_of_then_counts(desk: Desk) -> None:
    """Promise: a model that learnt from an answer and scores its row higher does not flatter the calibration."""
    answer(desk, 2)
    scores = [("aaaa0000", 0, 0.999), ("aaaa0001", 0, 0.001)]
    desk.add("rescored", EntryScored(model_id="m2", threshold=0.5, scores=scores, why="second-look"))
    assert sorted(item.score for item in answers(desk.views)) == [0.4, 0.9]


def test_reports_of_a_case_confirmed_before_teach_the_words_nothing(desk: Desk) -> None:
    """Promise: a low-scored report is no plot for its words but for its case; a row of the day is judged by rows."""
    desk.entry("aaaa0001", "Editor followed by hired men", 0.9)
    label_entry(desk.log, desk.views, "aaaa0001", "plot", by="ana", now=desk.now)
    desk.entry("aaaa0002", "Lawyer speaks", 0.2)
    desk.add("linked", StoryLinked(story_id="saaaa0002", case_id="saaaa0001"))
    label_entry(desk.log, desk.views, "aaaa0002", "plot", by="ana", now=desk.now)
    desk.entry("bbbb0001", "Harbour festival", 0.3)
    label_entry(desk.log, desk.views, "bbbb0001", "not-plot", by="ana", now=desk.now)
    label_entry(desk.log, desk.views, "aaaa0001", "plot", by="ben", now=desk.now)
    assert sorted(item.score for item in answers(desk.views)) == [0.3, 0.9]
