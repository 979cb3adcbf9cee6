"""Answers given to words that changed since: the row comes back, and the old answer counts for nothing more."""

from __future__ import annotations

import pytest

from monitor.errors import StaleViewError
from monitor.triage.agreement import conflicts, read_units
from monitor.triage.decide import label_entry
from monitor.triage.queue import count_queue, list_queue
from monitor.triage.standing import verdicts
from tests.triage.conftest import Desk


def answer(desk: Desk, entry_id: str, label: str, by: str = "ana", seen: int | None = None) -> bool:
    """Label an entry's story; tell whether that was an event."""
    found = label_entry(desk.log, desk.views, entry_id, label, by=by, now=desk.now, seen_position=seen)
    return found is not None


@pytest.mark.parametrize(
    ("label", "why", "n_waiting"),
    [
        ("not-plot", "revised", 1), ("unsure", "revised", 1), ("plot", "revised", 0), ("not-plot", "page", 1),
        ("not-plot", "second-look", 0), ("plot", "replaced", 1), ("not-plot", "replaced", 1),
    ],
)  # fmt: skip
def test_an_answer_holds_for_the_words_it_was_given_to(desk: Desk, label: str, why: str, n_waiting: int) -> None:
    """Promise: what was dismissed and then rewritten waits again; a plot stays one unless the text is another."""
    desk.entry("aaaa1111", "Smoke over the harbour", 0.6)
    answer(desk, "aaaa1111", label)
    desk.reword("aaaa1111", "Two charged over the harbour fire", 0.97, why=why)
    assert count_queue(desk.views, desk.now) == n_waiting


def test_the_row_says_which_answer_it_had_and_stands_by_its_score(desk: Desk) -> None:
    """Promise: the analyst sees that it was answered, what and by whom, and it is not put behind for that."""
    desk.entry("aaaa1111", "Smoke over the harbour at night", 0.6)
    desk.entry("bbbb2222", "Minister opens a bridge", 0.55)
    answer(desk, "aaaa1111", "not-plot")
    desk.reword("aaaa1111", "Smoke over the harbour at night: two charged", 0.97)
    first = list_queue(desk.log, desk.views, desk.now, n_day=1)[0]
    assert (first.entry_id, first.why, first.behind) == ("aaaa1111", "revised", "")
    assert first.answered == f"not-plot by ana on {desk.now.date()}, before the words changed"


def test_the_same_answer_again_answers_the_new_words(desk: Desk) -> None:
    """Promise: saying `not-plot` again takes the row away; it is no repetition of the first."""
    desk.entry("aaaa1111", "Smoke over the harbour", 0.6)
    answer(desk, "aaaa1111", "not-plot")
    desk.reword("aaaa1111", "Two charged over the harbour fire", 0.97)
    assert answer(desk, "aaaa1111", "not-plot")
    assert count_queue(desk.views, desk.now) == 0
    assert not answer(desk, "aaaa1111", "not-plot")


def test_a_decision_made_on_the_old_words_is_refused(desk: Desk) -> None:
    """Promise: who still has the old words before them is told, and nothing is saved."""
    desk.entry("aaaa1111", "Smoke over the harbour", 0.6)
    seen = desk.views.position
    desk.reword("aaaa1111", "Two charged over the harbour fire", 0.97)
    with pytest.raises(StaleViewError, match="words changed"):
        answer(desk, "aaaa1111", "not-plot", seen=seen)
    assert count_queue(desk.views, desk.now) == 1


def test_an_overtaken_answer_neither_teaches_nor_disagrees(desk: Desk) -> None:
    """Promise: `not-plot` on the first report must not teach that the charge is none, nor count as a conflict."""
    desk.entry("aaaa1111", "Smoke over the harbour", 0.6)
    answer(desk, "aaaa1111", "not-plot")
    assert [verdict.plot for verdict in verdicts(desk.views)[0]] == [False]
    desk.reword("aaaa1111", "Two charged over the harbour fire", 0.97)
    assert verdicts(desk.views) == ([], [])
    answer(desk, "aaaa1111", "plot", by="ben")
    assert [verdict.plot for verdict in verdicts(desk.views)[0]] == [True]
    assert conflicts(read_units(desk.views)) == []


def test_another_entry_of_an_answered_story_waits_when_its_words_change(desk: Desk) -> None:
    """Promise: a story's answer holds for the words of each of its entries."""
    desk.entry("aaaa1111", "Smoke over the harbour", 0.6)
    desk.entry("bbbb2222", "Harbour smoke", 0.7, story="saaaa1111")
    answer(desk, "aaaa1111", "not-plot")
    desk.reword("bbbb2222", "Two charged over the harbour fire", 0.97)
    assert [row.entry_id for row in list_queue(desk.log, desk.views, desk.now)] == ["bbbb2222"]


@pytest.mark.parametrize(
    ("label", "similarity", "score", "n_waiting"),
    [
        ("not-plot", 0.95, 0.90, 1), ("unsure", 0.95, 0.90, 1), ("plot", 0.95, 0.90, 0), ("not-plot", 0.95, 0.79, 0),
        ("not-plot", 0.95, 0.81, 1), ("unsure", 0.95, 0.30, 0), ("not-plot", 0.50, 0.90, 1), ("plot", 0.20, 0.90, 0),
        ("not-plot", 0.20, 0.30, 1),
    ],
)  # fmt: skip
def test_a_copy_that_says_much_more_waits_again(
    desk: Desk, label: str, similarity: float, score: float, n_waiting: int
) -> None:
    """Promise: an answer to less does not hide more, even where the words are nearly the same: one in log-odds."""
    desk.entry("aaaa1111", "Smoke over the harbour", 0.6)
    answer(desk, "aaaa1111", label)
    desk.entry("bbbb2222", "Smoke over the harbour, two charged", score, story="saaaa1111", similarity=similarity)
    assert count_queue(desk.views, desk.now) == n_waiting


def test_what_waits_again_says_so_and_stands_by_its_score(desk: Desk) -> None:
    """Promise: the row names the answer the story had, and the answered topic does not push it behind."""
    desk.entry("aaaa1111", "Smoke over the harbour at night", 0.6)
    desk.entry("cccc3333", "Minister opens a bridge", 0.55)
    answer(desk, "aaaa1111", "not-plot")
    desk.entry("bbbb2222", "Smoke over the harbour at night: charges", 0.97, story="saaaa1111")
    first = list_queue(desk.log, desk.views, desk.now, n_day=1)[0]
    assert (first.entry_id, first.behind) == ("bbbb2222", "")
    assert first.answered == f"not-plot by ana on {desk.now.date()}, before this report came"


def test_the_second_answer_covers_copies_of_what_rose(desk: Desk) -> None:
    """Promise: twenty reports of the charge cost one answer, not twenty; the first answer teaches nothing of them."""
    desk.entry("aaaa1111", "Smoke over the harbour", 0.6)
    answer(desk, "aaaa1111", "not-plot")
    desk.entry("bbbb2222", "Smoke over the harbour, two charged", 0.95, story="saaaa1111")
    assert [verdict.plot for verdict in verdicts(desk.views)[0]] == [False]
    answer(desk, "bbbb2222", "not-plot", by="ben")
    desk.entry("cccc3333", "Smoke over the harbour, two charged", 0.96, story="saaaa1111")
    assert count_queue(desk.views, desk.now) == 0


def test_the_best_of_what_was_judged_is_what_counts(desk: Desk) -> None:
    """Promise: a copy is measured against all the reader had before them, not against the entry that was clicked."""
    desk.entry("aaaa1111", "Smoke over the harbour", 0.5)
    desk.entry("bbbb2222", "Smoke over the harbour, two charged", 0.9, story="saaaa1111")
    answer(desk, "aaaa1111", "not-plot")
    desk.entry("cccc3333", "Two charged, smoke over the harbour", 0.92, story="saaaa1111")
    assert count_queue(desk.views, desk.now) == 0


@pytest.mark.parametrize("score", [1.0, 0.0])
def test_scores_at_the_ends_are_no_error(desk: Desk, score: float) -> None:
    """Promise: odds without end are compared like any other."""
    desk.entry("aaaa1111", "Smoke over the harbour", 0.6)
    answer(desk, "aaaa1111", "unsure")
    desk.entry("bbbb2222", "Smoke over the harbour", score, story="saaaa1111")
    assert count_queue(desk.views, desk.now) == (score == 1.0)
