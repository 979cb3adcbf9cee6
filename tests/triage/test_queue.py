"""The queue: one row per story, highest score first, nothing decided in it; test_day.py has the day's rows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.log.codec import iso
from monitor.triage.decide import label_entry, skip_row
from monitor.triage.entries import history
from monitor.triage.queue import count_queue, list_queue
from tests.triage.conftest import Desk


def test_rows_come_highest_score_first_and_unflagged_entries_stay_out(desk: Desk) -> None:
    """Promise: the first row is the one the model is surest of; what was not flagged is not shown."""
    desk.entry("aaaa1111", "Lower", 0.6)
    desk.entry("bbbb2222", "Higher", 0.9)
    desk.entry("cccc3333", "Unflagged", 0.2, flag=False)
    rows = list_queue(desk.log, desk.views, desk.now)
    assert [row.title for row in rows] == ["Higher", "Lower"]
    assert rows[0].terms_for[0].words == "attack"
    assert (rows[0].n_entries, rows[0].n_publishers, rows[0].n_independent) == (1, 1, 1)


def test_entries_of_one_story_are_one_row_led_by_the_highest(desk: Desk) -> None:
    """Promise: twelve reports of one happening cost the analyst one row."""
    desk.entry("aaaa1111", "First report", 0.6)
    desk.entry("bbbb2222", "Better report", 0.9, story="saaaa1111")
    rows = list_queue(desk.log, desk.views, desk.now)
    assert [(row.story_id, row.entry_id, row.n_entries, row.n_publishers) for row in rows] == [
        ("saaaa1111", "bbbb2222", 2, 2)
    ]


def test_a_story_label_answers_all_its_entries(desk: Desk) -> None:
    """Promise: one decision empties the row, also for entries that join the story later."""
    desk.entry("aaaa1111", "First", 0.6)
    label_entry(desk.log, desk.views, "aaaa1111", "plot", by="ana", now=desk.now)
    desk.entry("bbbb2222", "Later copy", 0.9, story="saaaa1111")
    assert count_queue(desk.views, desk.now) == 0


@pytest.mark.parametrize(("similarity", "n_waiting"), [(0.3, 1), (0.6, 0)])
def test_a_not_plot_answers_later_copies_but_not_later_news(desk: Desk, similarity: float, n_waiting: int) -> None:
    """Promise: an entry that joins a dismissed story with other words comes before a person's eyes."""
    desk.entry("aaaa1111", "First", 0.6)
    label_entry(desk.log, desk.views, "aaaa1111", "not-plot", by="ana", now=desk.now)
    desk.entry("bbbb2222", "Later", 0.7, story="saaaa1111", similarity=similarity)
    assert count_queue(desk.views, desk.now) == n_waiting


def test_an_entry_label_leaves_the_rest_of_the_story_waiting(desk: Desk) -> None:
    """Promise: a per-entry exception does not speak for the story."""
    desk.entry("aaaa1111", "First", 0.6)
    desk.entry("bbbb2222", "Second", 0.9, story="saaaa1111")
    label_entry(desk.log, desk.views, "bbbb2222", "not-plot", by="ana", now=desk.now, whole_story=False)
    assert [row.entry_id for row in list_queue(desk.log, desk.views, desk.now)] == ["aaaa1111"]


def test_a_skipped_row_is_back_tomorrow(desk: Desk) -> None:
    """Promise: skipping puts a row off until the next day (UTC), and only that."""
    desk.entry("aaaa1111", "First", 0.6)
    skip_row(desk.log, desk.views, "aaaa1111", by="ana", now=desk.now)
    assert count_queue(desk.views, desk.now, by="ana") == 0
    assert count_queue(desk.views, desk.now, by="ben") == 1
    assert count_queue(desk.views, desk.now + timedelta(days=1), by="ana") == 1


def test_an_erased_text_stays_a_row_without_words(desk: Desk) -> None:
    """Promise: erasing a text does not make its row vanish or fail."""
    desk.entry("aaaa1111", "To be erased", 0.6)
    sha = desk.views.db.execute("SELECT lower(hex(text_sha)) FROM entries").fetchone()[0]
    desk.log.append([], recorded_at=iso(desk.now), erased=[sha])
    row = list_queue(desk.log, desk.views, desk.now)[0]
    assert (row.title, row.erased) == ("", True)


def test_history_tells_an_entrys_whole_life(desk: Desk) -> None:
    """Promise: of any row one can ask what happened to it, in order, citing log positions."""
    desk.entry("aaaa1111", "First", 0.6)
    label_entry(desk.log, desk.views, "aaaa1111", "unsure", by="ana", now=desk.now, note="read again")
    lines = history(desk.log, desk.views, "aaaa1111")
    assert [line.type for line in lines] == [
        "entry-seen", "entry-scored", "entry-flagged", "story-opened", "entry-labelled",
    ]  # fmt: skip
    assert lines[-1].what == "labelled unsure by ana: read again"
