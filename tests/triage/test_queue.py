"""The queue: one row per story, highest score first, nothing decided in it; test_day.py has the day's rows."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from monitor.log.codec import iso
from monitor.log.events import PageFailed, PageRead
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


def test_two_papers_with_one_text_are_one_source(desk: Desk) -> None:
    """Promise: a pair of copies is counted as the one report it is; two papers with words of their own are two."""
    words = "Officers held two men over an alleged plan to follow a publisher home from the harbour office"
    desk.entry("aaaa1111", words, 0.9, publisher="harbour.example")
    desk.entry("bbbb2222", words, 0.8, story="saaaa1111", publisher="valley.example")
    desk.entry("cccc3333", "Ferry resumes", 0.6, publisher="harbour.example")
    desk.entry("dddd4444", "Boats go again between the two towns", 0.5, story="scccc3333", publisher="valley.example")
    rows = list_queue(desk.log, desk.views, desk.now)
    assert [(row.n_publishers, row.n_independent) for row in rows] == [(2, 1), (2, 2)]


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


def test_history_says_in_words_what_happened_to_an_entry(desk: Desk) -> None:
    """Promise: flags, pages and edits are told with their reasons, those of a known case and of a copy too."""
    desk.entry("aaaa1111", "First", 0.6, published_at="2026-01-30T08:15:00Z")
    failed = PageFailed(entry_id="aaaa1111", url="https://x.test/a", reason="http-500", detail="", attempt=1)
    desk.add("page-failed:1", failed)
    read = PageRead(entry_id="aaaa1111", revision=0, url="https://x.test/a", text_sha="0" * 64, n_chars=321)
    desk.add("page-read:1", read)
    desk.reword("aaaa1111", "Another matter", 0.9)
    desk.reword("aaaa1111", "A third", 0.8, revision=2, why="follow-up of sbbbb2222")
    desk.add("page-kept:1", PageRead(**{**msgspec.structs.asdict(read), "revision": 2, "kept": True}))
    told = [line.what for line in history(desk.log, desk.views, "aaaa1111")]
    assert [told[0], told[1], told[3]] == [
        "first seen in Wire, published 2026-01-30 08:15 UTC",
        "scored: 0.60, where a flag began at 0.50 (model m1)",
        "began a story",
    ]
    assert told[4:] == [
        "its page could not be read: http-500",
        "its page was read: 321 characters",
        "its text changed",
        "scored again: 0.90, where a flag began at 0.50 (model m1)",
        "put into the queue: its words changed",
        "its text changed",
        "scored again: 0.80, where a flag began at 0.50 (model m1)",
        "put into the queue: it follows a known case",
        "page to be read again; the article read before is kept until then",
    ]
