"""Counters that tick make no revisions; numbers that are news do."""

from __future__ import annotations

import pytest

from monitor.poll.counters import only_counters


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Body. Points: 17 | Comments: 2", "Body. Points: 19 | Comments: 3"),
        ("Body. 1,204 comments", "Body. 1,310 comments"),
        ("Body. 999 views", "Body. 1.2k views"),
        ("Held in Riga. 3 Kommentare", "Held in Riga. 14 Kommentare"),
        ("Задержаны двое. Просмотров: 120", "Задержаны двое. Просмотров: 1 240"),
        ("两人被捕 评论(12)", "两人被捕 评论(40)"),
        ("二人を逮捕 コメント:3", "二人を逮捕 コメント:9"),
        ("Posted 3 hours ago. Words.", "Posted 4 hours ago. Words."),
        ("Posted 59 minutes ago. Words.", "Posted an hour ago. Words."),
        ("Posted just now. Words.", "Posted 5 minutes ago. Words."),
        ("vor 3 Stunden: zwei Festnahmen", "vor einem Tag: zwei Festnahmen"),
        ("il y a 5 minutes, deux arrestations", "il y a 2 heures, deux arrestations"),
        ("3 часа назад задержаны двое", "4 часа назад задержаны двое"),
        ("5分钟前 两人被捕", "2小时前 两人被捕"),
    ],
)
def test_a_counter_that_ticks_is_no_change(old: str, new: str):
    assert only_counters([(old, new)]) == [True]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("3 held over plot", "5 held over plot"),
        ("3 held over plot. 12 comments", "5 held over plot. 14 comments"),
        ("Killed: 3", "Killed: 4"),
        ("Three held. Comments: 2", "Four held. Comments: 2"),
        ("Held for 3 days", "Held for 4 days"),
        ("Words. Comments: 2", "Words, denied. Comments: 3"),
        ("Trial on 3 May", "Trial on 5 May"),
        ("12 комментариев, задержаны 2", "13 комментариев, задержаны 3"),
        ("Drone 3 hits", "Drone 5 hits"),
    ],
)
def test_a_number_that_is_news_is_a_change(old: str, new: str):
    assert only_counters([(old, new)]) == [False]


def test_a_word_beside_numbers_that_tick_in_nearly_all_entries_is_a_counters():
    """Whatever the language; the entry whose other number changed as well is revised."""
    ticking = [(f"Report {n}. Xyzzy: {n}", f"Report {n}. Xyzzy: {n + 7}") for n in range(20)]
    news = ("3 held. Xyzzy: 1", "5 held. Xyzzy: 2")
    assert only_counters([*ticking, news]) == [True] * 20 + [False]
    assert only_counters(ticking[:9]) == [False] * 9


def test_the_toll_of_a_day_is_no_counter():
    assert only_counters([(f"Town {n}: 3 killed", f"Town {n}: 5 killed") for n in range(9)]) == [False] * 9


def test_ten_entries_make_a_counter_and_nine_do_not():
    """So many must tick beside an unknown word, and so much of what changed: four fifths."""
    ticking = [(f"Report {n}. Xyzzy: {n}", f"Report {n}. Xyzzy: {n + 7}") for n in range(12)]
    other = [(f"Report {n}. Plugh: {n}", f"Report {n}. Plugh: {n + 7}") for n in range(4)]
    assert only_counters(ticking[:10]) == [True] * 10
    assert only_counters(ticking[:9]) == [False] * 9
    assert only_counters([*ticking, *other[:3]]) == [True] * 12 + [False] * 3
    assert only_counters([*ticking, *other]) == [False] * 16
