"""A feed that died without saying so is reported within a day; a feed that rests as usual is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.poll.health import FeedFacts, allowed_silence, judge

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def facts(**known: object) -> FeedFacts:
    return FeedFacts(**{"added_at": NOW - 100 * 24 * HOUR, "last_ok_at": NOW, **known})  # type: ignore[arg-type]


def state(known: FeedFacts, times: list[datetime] | None = None) -> str:
    return judge(known, NOW, lambda: times or [])[0]


def every(hours: float, n: int = 40, end: datetime = NOW) -> list[datetime]:
    return [end - i * hours * HOUR for i in range(n)]


def test_a_busy_feed_that_falls_silent_is_stale_within_a_day():
    """Every 20 minutes for months, then the same 200 for ever."""
    assert state(facts(last_new_at=NOW - 19 * HOUR), every(0.33, end=NOW - 19 * HOUR)) == "ok"
    assert state(facts(last_new_at=NOW - 21 * HOUR), every(0.33, end=NOW - 21 * HOUR)) == "stale"


def test_a_weekly_feed_is_not_stale_on_its_sixth_day():
    """Silence is measured against the feed's own longest one."""
    assert state(facts(last_new_at=NOW - 144 * HOUR), every(168, end=NOW - 144 * HOUR)) == "ok"
    assert state(facts(last_new_at=NOW - 340 * HOUR), every(168, end=NOW - 340 * HOUR)) == "stale"


def test_a_weekend_is_not_an_alarm():
    """Hourly on working days, silent for 63 hours at each weekend."""
    week = [NOW - 63 * HOUR - i * HOUR for i in range(20)] + [NOW - 63 * HOUR - 83 * HOUR - i * HOUR for i in range(20)]
    assert state(facts(last_new_at=NOW - 63 * HOUR), week) == "ok"


def test_a_feed_with_few_entries_has_a_week():
    assert allowed_silence(every(1, n=4)) == timedelta(days=7)


def test_a_feed_that_never_had_an_entry_becomes_stale():
    assert state(facts(last_new_at=None)) == "stale"


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (facts(error="http-410", n_failures=3), "gone"),
        (facts(error="http-500", n_failures=1), "failing"),
        (facts(error="not-a-feed", n_failures=2, last_ok_at=None), "not-a-feed"),
        (facts(last_ok_at=None), "new"),
        (facts(n_empty=2, last_new_at=NOW), "empty"),
        (facts(n_empty=1, last_new_at=NOW), "ok"),
        (facts(moved_to="https://new.example/", last_new_at=NOW), "moved"),
        (facts(last_new_at=NOW), "ok"),
    ],
)
def test_every_state_has_its_word(known: FeedFacts, expected: str):
    assert state(known) == expected


def test_habits_are_asked_for_only_when_it_matters():
    """A healthy feed costs no query."""

    def fail() -> list[datetime]:
        raise AssertionError

    assert judge(facts(last_new_at=NOW - HOUR), NOW, fail) == ("ok", "")


def test_a_list_that_shrank_for_a_day_is_named_whatever_is_new_in_it():
    """One error entry a day, in place of twenty reports."""
    shrunk = facts(last_new_at=NOW - HOUR, n_listed=1, n_usual=20, shrunk_at=NOW - 21 * HOUR)
    assert judge(shrunk, NOW, list)[0] == "shrunk"
    assert "lists 1 where it used to list 20 entries" in judge(shrunk, NOW, list)[1]
    assert state(facts(last_new_at=NOW - HOUR, n_listed=1, n_usual=20, shrunk_at=NOW - 3 * HOUR)) == "ok"


def test_a_list_that_was_not_read_whole_is_named():
    assert judge(facts(last_new_at=NOW, partial=True, warning="cut"), NOW, list) == ("partial", "cut")
