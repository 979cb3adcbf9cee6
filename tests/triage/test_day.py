"""The day's rows of the queue: the rule of `simulate` over what waits; nothing hidden, each row put behind says why."""

from __future__ import annotations

from datetime import timedelta

from monitor.learn.rows import WaitingRow, pick_rows, topic_words
from monitor.log.codec import iso
from monitor.log.events import StoryLinked
from monitor.log.payloads import EntryText
from monitor.triage.day import is_from_archive
from monitor.triage.decide import label_entry, skip_row, withdraw
from monitor.triage.moved import moved_cases
from monitor.triage.queue import count_known, count_queue, list_queue
from monitor.triage.undo import undo_last
from monitor.views.fold import open_views
from tests.triage.conftest import Desk

FERRY, MAYOR, BRIDGE = "Ferry service resumes", "Mayor resigns over contract", "Bridge closed after storm"


def shown(desk: Desk, n_day: int = 10, **options: object) -> list[tuple[str, str]]:
    """(title, behind) of every row, in order."""
    return [
        (row.title, row.behind)
        for row in list_queue(desk.log, desk.views, desk.now, n_day=n_day, **options)  # type: ignore[arg-type]
    ]


def test_the_queue_shows_what_the_rule_picks_and_then_the_rest_by_score(desk: Desk) -> None:
    """Promise: who reads the day's rows reads what `simulate` counts; the rest follows, nothing is left out."""
    rows = [(0.9, MAYOR), (0.8, f"{MAYOR}, aide says"), (0.7, FERRY), (0.6, BRIDGE)]
    for number, (score, title) in enumerate(rows):
        desk.entry(f"aaaa{number}", title, score)
    candidates = [WaitingRow(i, f"s{i}", score, f"p{i}", topic_words(title)) for i, (score, title) in enumerate(rows)]
    picked = [rows[row.entry][1] for row in pick_rows(candidates, 2).rows]
    assert shown(desk, 2) == [(picked[0], ""), (picked[1], ""), (f"{MAYOR}, aide says", "same topic"), (BRIDGE, "")]
    assert shown(desk, 2, limit=2) == [(MAYOR, ""), (FERRY, "")]
    assert count_queue(desk.views, desk.now) == 4


def test_a_publisher_fills_half_of_the_day_while_others_wait(desk: Desk) -> None:
    """Promise: a loud publisher, whatever feed brings it, cannot take the day; a row it lost says so."""
    for number, title in enumerate((MAYOR, BRIDGE)):
        desk.entry(f"aaaa{number}", title, 0.9 - number / 100, publisher="Loud")
    desk.entry("bbbb1", FERRY, 0.6)
    assert shown(desk, 2) == [(MAYOR, ""), (FERRY, ""), (BRIDGE, "source")]


def test_a_source_alone_is_not_said_to_be_behind(desk: Desk) -> None:
    """Promise: where the order is that of the scores there is nothing to explain."""
    for number, title in enumerate((MAYOR, BRIDGE, FERRY)):
        desk.entry(f"aaaa{number}", title, 0.9 - number / 100, publisher="Loud")
    assert shown(desk, 3) == [(MAYOR, ""), (BRIDGE, ""), (FERRY, "")]


def test_what_was_answered_lately_stands_behind_until_it_is_withdrawn_or_long_ago(desk: Desk) -> None:
    """Promise: yesterday's subject does not come first today, whoever answered; a withdrawn label does not count."""
    desk.entry("aaaa1", MAYOR, 0.9)
    label = label_entry(desk.log, desk.views, "aaaa1", "not-plot", by="ben", now=desk.now)
    desk.now += timedelta(days=2)
    desk.entry("bbbb1", f"{MAYOR} again", 0.8)
    desk.entry("cccc1", FERRY, 0.6)
    put_behind = [(FERRY, ""), (f"{MAYOR} again", "answered lately")]
    assert shown(desk) == put_behind
    desk.now += timedelta(days=1)
    assert shown(desk) == put_behind
    assert label is not None
    withdraw(desk.log, desk.views, label.position, by="ben", now=desk.now)
    assert shown(desk) == [(f"{MAYOR} again", ""), (FERRY, ""), (MAYOR, "same topic")]


def test_an_answer_of_four_days_ago_is_not_lately(desk: Desk) -> None:
    """Promise: a subject comes back with its score after some days."""
    desk.entry("aaaa1", MAYOR, 0.9)
    label_entry(desk.log, desk.views, "aaaa1", "plot", by="ben", now=desk.now)
    desk.now += timedelta(days=4)
    desk.entry("bbbb1", f"{MAYOR} again", 0.8)
    desk.entry("cccc1", FERRY, 0.6)
    assert [title for title, _ in shown(desk)] == [f"{MAYOR} again", FERRY]


def test_imports_second_readings_and_unflagged_entries_are_no_answers_of_this_queue(desk: Desk) -> None:
    """Promise: only what was read here puts anything behind."""
    for name, flag, options in (
        ("aaaa1", True, {"source": "import x"}),
        ("bbbb1", True, {"blind": True}),
        ("cccc1", False, {}),
    ):
        desk.entry(name, MAYOR, 0.9, flag=flag)
        label_entry(desk.log, desk.views, name, "not-plot", by="ben", now=desk.now, **options)  # type: ignore[arg-type]
    desk.entry("dddd1", f"{MAYOR} again", 0.8)
    desk.entry("eeee1", FERRY, 0.6)
    assert shown(desk) == [(f"{MAYOR} again", ""), (FERRY, "")]


def test_a_row_that_waited_three_days_stands_behind_newer_ones_and_is_not_lost(desk: Desk) -> None:
    """Promise: a backlog does not keep the newest from being read; an alert keeps its place; a new entry renews."""
    desk.entry("aaaa1", MAYOR, 0.9)
    desk.entry("bbbb1", BRIDGE, 0.95, band="alert")
    desk.now += timedelta(days=2)
    desk.entry("cccc1", FERRY, 0.6)
    assert [title for title, _ in shown(desk)] == [BRIDGE, MAYOR, FERRY]
    desk.now += timedelta(days=1)
    assert shown(desk) == [(BRIDGE, ""), (FERRY, ""), (MAYOR, "older")]
    desk.entry("dddd1", "Further on the contract", 0.7, story="saaaa1")
    assert shown(desk) == [(BRIDGE, ""), (MAYOR, ""), (FERRY, "")]


def test_reading_row_by_row_shows_the_rows_of_one_look(desk: Desk) -> None:
    """Promise: answering a row does not bring up what the day's shares keep back; undo takes back all it did."""
    for number, title in enumerate((MAYOR, BRIDGE, "Orchard flooded twice", "Tunnel opens early")):
        desk.entry(f"aaaa{number}", title, 0.9 - number / 100, publisher="Loud")
    desk.entry("bbbb1", FERRY, 0.6)
    desk.entry("bbbb2", "Library lends kites", 0.55)
    day = [title for title, _ in shown(desk, 4, limit=4)]
    read = []
    for _ in range(4):
        row = list_queue(desk.log, desk.views, desk.now, n_day=4)[0]
        read.append(row.title)
        label_entry(desk.log, desk.views, row.entry_id, "unsure", by="ana", now=desk.now)
    assert read == day == [MAYOR, BRIDGE, FERRY, "Library lends kites"]
    undo_last(desk.log, desk.views, by="ana", now=desk.now)
    row = list_queue(desk.log, desk.views, desk.now, n_day=4)[0]
    assert row.title == day[-1]
    skip_row(desk.log, desk.views, row.entry_id, by="ana", now=desk.now)
    assert shown(desk, 4, by="ana")[0] == ("Orchard flooded twice", "")


def test_an_erased_title_stands_by_its_score(desk: Desk) -> None:
    """Promise: a row without words is neither hidden nor put behind."""
    desk.entry("aaaa1", MAYOR, 0.9)
    desk.entry("bbbb1", f"{MAYOR} again", 0.8)
    desk.entry("cccc1", FERRY, 0.6)
    sha = desk.views.db.execute("SELECT lower(hex(text_sha)) FROM entries WHERE entry_id = 'bbbb1'").fetchone()[0]
    desk.log.append([], recorded_at=iso(desk.now), erased=[sha])
    assert shown(desk) == [(MAYOR, ""), ("", ""), (FERRY, "")]


def test_the_order_of_an_earlier_moment_is_what_it_was_then(desk: Desk) -> None:
    """Promise: the queue as of a log position, asked for later, is the queue of that moment."""
    desk.entry("aaaa1", MAYOR, 0.9)
    desk.entry("bbbb1", FERRY, 0.6)
    label_entry(desk.log, desk.views, "aaaa1", "plot", by="ben", now=desk.now)
    desk.entry("cccc1", f"{MAYOR} again", 0.8)
    then, position, at = shown(desk), desk.views.position, desk.now
    desk.now += timedelta(days=5)
    undo_last(desk.log, desk.views, by="ben", now=desk.now)
    assert shown(desk) != then
    views = open_views(None, desk.log, upto=position)
    assert [(row.title, row.behind) for row in list_queue(desk.log, views, at)] == then


def test_what_a_feed_lists_from_its_archive_stands_last_and_says_so(desk: Desk) -> None:
    """Promise: a feed added today does not fill the day with reports of years ago, alerts or not; nothing is hidden."""
    desk.entry("aaaa1", MAYOR, 0.95, published_at="2009-03-01T00:00:00Z", band="alert")
    desk.entry("bbbb2", FERRY, 0.6)
    desk.entry("cccc3", BRIDGE, 0.5, published_at=iso(desk.now - timedelta(days=13)))
    assert shown(desk) == [(FERRY, ""), (BRIDGE, ""), (MAYOR, "archive")]


def test_two_weeks_before_its_flag_an_entry_is_of_the_archive() -> None:
    """Promise: published two weeks or more before it was flagged; a day less is late news, and no date is none."""
    flagged = "2026-01-31T12:00:00Z"
    dates = ("2026-01-17T12:00:00Z", "2026-01-17T12:00:01Z", "")
    assert [is_from_archive(flagged, date) for date in dates] == [True, False, False]


def test_a_row_is_as_old_as_its_report_not_as_its_arrival(desk: Desk) -> None:
    """Promise: an old report that came today does not look fresh; a date of tomorrow or none is no older than that."""
    tomorrow = iso(desk.now + timedelta(days=1))
    dates = {"aaaa1": "2009-03-01T00:00:00Z", "bbbb2": tomorrow, "cccc3": ""}
    for entry_id, title in zip(dates, (MAYOR, FERRY, BRIDGE), strict=True):
        desk.entry(entry_id, title, 0.9, published_at=dates[entry_id])
    rows = {row.entry_id: row for row in list_queue(desk.log, desk.views, desk.now)}
    assert rows["aaaa1"].reported_at == "2009-03-01T00:00:00Z"
    assert [rows[e].reported_at == rows[e].flagged_at for e in ("bbbb2", "cccc3")] == [True, True]


def test_a_story_with_one_entry_of_today_is_todays(desk: Desk) -> None:
    """Promise: a follow-up of an old report is news, and leads its row."""
    desk.entry("aaaa1", MAYOR, 0.95, published_at="2009-03-01T00:00:00Z")
    desk.entry("bbbb2", f"{MAYOR}: trial opens", 0.6, story="saaaa1")
    assert shown(desk) == [(f"{MAYOR}: trial opens", "")]


def test_an_entry_without_a_title_is_shown_by_its_first_words(desk: Desk) -> None:
    """Promise: a post has a name in the queue, cut at a word."""
    desk.entry("aaaa1", "", 0.9)
    assert shown(desk) == [("Summary of", "")]
    assert EntryText("", "word " * 60).headline == " ".join(["word"] * 24) + "…"
    assert EntryText(" ", "", "Text\nof a page").headline == "Text of a page"
    assert EntryText("", "字" * 200).headline == "字" * 120 + "…"


def known_case(desk: Desk, name: str) -> None:
    """A story labelled plot, and another story of its case, in other words, that waits."""
    desk.entry(f"{name}1", f"{name} editor followed by hired men", 0.9)
    desk.entry(f"{name}2", f"Three charged, says {name} court", 0.8)
    linked = StoryLinked(story_id=f"s{name}2", case_id=f"s{name}1")
    desk.add(f"story-linked:{name}", linked)
    label_entry(desk.log, desk.views, f"{name}1", "plot", by="ana", now=desk.now)


def test_a_waiting_report_of_a_confirmed_case_is_a_case_that_moved_and_no_row_of_the_day(desk: Desk) -> None:
    """Promise: who said plot once does not read the case again among the ten; it stands apart, and is never lost."""
    known_case(desk, "aaaa")
    desk.entry("bbbb1", FERRY, 0.3)
    assert shown(desk) == [(FERRY, ""), ("Three charged, says aaaa court", "known case")]
    assert [case.entry_ids for case in moved_cases(desk.log, desk.views, desk.now)] == [("aaaa2",)]
    assert (count_queue(desk.views, desk.now), count_known(desk.views, desk.now)) == (2, 1)
    desk.now += timedelta(days=1, hours=1)
    assert [title for title, behind in shown(desk) if behind != "known case"] == [
        "Three charged, says aaaa court", FERRY,
    ]  # fmt: skip


def test_an_answer_to_the_waiting_report_itself_settles_it(desk: Desk) -> None:
    """Promise: what was answered, with whatever label, is shown no more."""
    known_case(desk, "aaaa")
    label_entry(desk.log, desk.views, "aaaa2", "not-plot", by="ana", now=desk.now)
    assert moved_cases(desk.log, desk.views, desk.now) == []
    assert shown(desk) == []


def test_more_known_cases_than_are_shown_all_keep_their_rows(desk: Desk) -> None:
    """Promise: a report is put apart only where it is shown apart; where too many cases moved, each has its row."""
    for number in range(3 + 1):
        known_case(desk, f"{'abcd'[number] * 4}")
    assert [behind for _, behind in shown(desk) if behind == "known case"] == []
    assert count_known(desk.views, desk.now) == 0
