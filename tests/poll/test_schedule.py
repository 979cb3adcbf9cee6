"""The schedule is polite to servers, loses no entries, and never gives a feed up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from monitor.config.values import FeedConfig
from monitor.fetch.values import FetchResult
from monitor.parse.values import ParsedEntry, ParsedFeed
from monitor.poll import schedule
from monitor.poll.values import FeedState

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
FEED = FeedConfig(feed_id="f", url="http://a.example/", name="A")
SET = FeedConfig(feed_id="f", url="http://a.example/", name="A", interval_s=1800)


def state(**known: object) -> FeedState:
    return FeedState(**{"feed_id": "f", "last_ok_at": NOW, "last_full_at": NOW, "interval_s": 1800, **known})  # type: ignore[arg-type]


def result(**said: object) -> FetchResult:
    return FetchResult(**{"request_id": "f", "url": "http://a.example/", "status": 200, **said})  # type: ignore[arg-type]


def listing(n: int, **said: object) -> ParsedFeed:
    entry = ParsedEntry(guid="g", link="", title="t", summary="")
    return ParsedFeed(entries=[entry] * n, **said)  # type: ignore[arg-type]


def wait_s(poll: schedule.NextPoll) -> float:
    return (poll.due_at - NOW).total_seconds()


def good(known: FeedState | None, feed: FeedConfig = FEED, answer: FetchResult | None = None, **what: object):
    return schedule.after_success(known, feed, answer or result(), NOW, base_s=1800, **what)  # type: ignore[arg-type]


def bad(error: str, known: FeedState | None = None, **said: object) -> schedule.NextPoll:
    return schedule.after_failure(known, FEED, result(error=error, **said), NOW, base_s=1800)


def test_a_feed_never_asked_is_due():
    assert schedule.is_due(None, NOW)
    assert schedule.is_due(state(next_due_at=None), NOW)


def test_a_feed_is_due_when_its_time_has_come_and_not_before():
    assert not schedule.is_due(state(next_due_at=NOW + timedelta(seconds=1)), NOW)
    assert schedule.is_due(state(next_due_at=NOW), NOW)


def test_a_clock_set_back_does_not_silence_a_feed():
    """A due time further off than any wait we give cannot be ours."""
    assert schedule.is_due(state(next_due_at=NOW + timedelta(days=3650)), NOW)


def test_the_first_answer_gives_the_configured_interval_just_under():
    """A cron job at the same interval finds the feed due each time."""
    poll = good(None, parsed=listing(40), n_new=40)
    assert poll.interval_s == 1800
    assert 1620 <= wait_s(poll) <= 1800


def test_a_gap_between_polls_halves_the_interval_and_overrules_hints():
    """No overlap means entries may be lost; no ttl or max-age outweighs that."""
    poll = good(state(), answer=result(max_age_s=86400.0), parsed=listing(40, ttl_s=86400.0), n_new=40, overlap=False)
    assert (poll.interval_s, poll.why, wait_s(poll) <= 900) == (900, "gap", True)


def test_a_busy_feed_is_asked_sooner_and_a_quiet_one_later():
    busy = good(state(), parsed=listing(30), n_new=15, overlap=True)
    quiet = good(state(), answer=result(status=304))
    assert (busy.interval_s, quiet.interval_s) == (1260, 2070)


@pytest.mark.parametrize(("n_new", "why"), [(9, "usual"), (10, "busy")])
def test_a_list_is_busy_from_a_third_of_new_entries_on(n_new: int, why: str):
    """Promise: where a third of the list is new, the next third must not be missed."""
    assert good(state(), parsed=listing(30), n_new=n_new, overlap=True).why == why


def test_adaptation_has_limits():
    """Never under five minutes, never over four times the interval, never over an interval set for the feed."""
    known = state()
    for _ in range(50):
        known = state(interval_s=good(known, parsed=listing(2), n_new=2, overlap=False).interval_s)
    assert known.interval_s == 300
    for _ in range(50):
        known = state(interval_s=good(known).interval_s)
    assert known.interval_s == 7200
    assert good(state(interval_s=1800), SET).interval_s == 1800


@pytest.mark.parametrize(("hint", "expected"), [(7200.0, 7200.0), (315360000.0, 4 * 3600.0)])
def test_hints_slow_us_down_within_reason(hint: float, expected: float):
    """A max-age of ten years is no reason to stay away for more than four hours."""
    assert wait_s(good(state(), answer=result(max_age_s=hint))) == expected
    assert wait_s(good(state(), parsed=listing(1, ttl_s=hint), n_new=0)) == expected


def test_skipped_hours_are_skipped_unless_all_are():
    poll = good(state(), parsed=listing(1, skip_hours=frozenset({12, 13})))
    assert poll.due_at == NOW.replace(hour=14)
    assert wait_s(good(state(), parsed=listing(1, skip_hours=frozenset(range(24))))) < 2100


def test_back_off_doubles_with_jitter_up_to_a_day():
    """Half of each wait is fixed, half is jitter that the same feed gets again on a replay."""
    waits = [wait_s(bad("http-500", state(n_failures=n))) for n in range(20)]
    for n, wait in enumerate(waits):
        full = min(86400, 300 * 2**n)
        assert full / 2 <= wait <= full
    assert waits == [wait_s(bad("http-500", state(n_failures=n))) for n in range(20)]
    spread = {schedule.back_off(f"feed{i}", 3) for i in range(50)}
    assert len(spread) == 50
    assert min(spread) < 0.6 * 1200  # feeds that failed together do not come back together
    assert max(spread) > 0.9 * 1200


def test_a_broken_network_keeps_us_away_for_hours_not_a_day():
    assert wait_s(bad("dns", state(n_failures=30))) <= 4 * 3600


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [(30.0, 150, 300), (3600.0, 3600, 3600), (3.2e8, 86400, 86400), (-5.0, 150, 300), (None, 150, 300)],
)
def test_retry_after_is_kept_between_a_minute_and_a_day(said: float | None, low: float, high: float):
    """Garbage and negative values leave the back-off; ten years become a day."""
    wait = wait_s(bad("http-429", status=429, retry_after_s=said))
    assert low <= wait <= high
    assert schedule.retry_after(said) >= 60


def test_no_request_is_early_in_a_thousand_ticks():
    """Every tick of a simulated month respects the due time it was given."""
    now, known, last = NOW, state(), NOW - timedelta(days=1)
    due = NOW
    for tick in range(1000):
        known = state(next_due_at=due, n_failures=tick % 7)
        if schedule.is_due(known, now):
            assert now >= due
            last = now
            answer = result(error="http-503", status=503, retry_after_s=float(tick * 37 % 90_000))
            due = schedule.after_failure(known, FEED, answer, now, base_s=1800).due_at
            assert due - now >= timedelta(seconds=min(max(60, tick * 37 % 90_000), 86_400))
        now += timedelta(minutes=41)
    assert now - last < timedelta(days=1, hours=1)


def test_a_feed_that_is_gone_is_still_asked_once_a_day():
    assert bad("http-410", state(n_failures=9)) == schedule.NextPoll(NOW + timedelta(days=1), 1800, "gone")


def test_requests_are_conditional_and_now_and_then_full():
    """Some publishers keep the ETag when the feed changes; about once a day it is not sent."""
    known = state(etag='"v"', last_modified="yesterday", url=FEED.url)
    request = schedule.request_for(FEED, known, NOW + timedelta(hours=1))
    assert (request.request_id, request.etag, request.last_modified) == ("f", '"v"', "yesterday")
    for later in (known, None):
        request = schedule.request_for(FEED, later, NOW + timedelta(hours=31))
        assert (request.etag, request.last_modified) == ("", "")


def test_validators_of_another_address_are_not_sent():
    """A feed whose URL was edited starts afresh."""
    known = state(etag='"v"', url="http://old.example/")
    assert schedule.request_for(FEED, known, NOW).etag == ""


@pytest.mark.parametrize("days", [1, 2, 3, 7, 31])
def test_an_interval_of_days_is_kept(days: int):
    """Asked once in it, whether cron looks every ten minutes or once a day, and due when it has passed."""
    slow = FeedConfig(feed_id="f", url="http://a.example/", name="A", interval_s=days * 86_400)
    poll = good(state(interval_s=days * 86_400), slow, parsed=listing(1), n_new=0, overlap=True)
    known = state(interval_s=poll.interval_s, next_due_at=poll.due_at, last_try_at=NOW)
    assert days * 86_400 - 900 <= wait_s(poll) <= days * 86_400
    early = [NOW + timedelta(minutes=10 * n) for n in range(1, days * 144 - 2)]
    assert not any(schedule.is_due(known, at) for at in early)
    assert schedule.is_due(known, NOW + timedelta(days=days))


def test_a_clock_set_back_is_seen_by_the_last_try_whatever_the_interval():
    known = state(interval_s=259_200, next_due_at=NOW + timedelta(days=3), last_try_at=NOW)
    assert not schedule.is_due(known, NOW - timedelta(minutes=4))
    assert schedule.is_due(known, NOW - timedelta(hours=1))


def test_a_host_rests_while_two_of_its_feeds_do_and_for_an_hour_at_most():
    """Promise: a feed that falls due meanwhile waits; feeds refused for ever do not keep it waiting."""
    refused = [
        state(
            feed_id=f"r{n}",
            url="http://a.example/x",
            refused=True,
            last_try_at=NOW,
            next_due_at=NOW + timedelta(hours=5),
        )
        for n in range(2)
    ]
    others = [state(url="http://b.example/", refused=True, last_try_at=NOW, next_due_at=NOW + timedelta(hours=5))]
    minute = timedelta(minutes=1)
    assert schedule.resting_hosts(refused + others, NOW + minute) == {"a.example"}
    assert schedule.resting_hosts(refused[:1], NOW + minute) == set()
    assert schedule.resting_hosts(refused, NOW + 61 * minute) == set()
    assert schedule.resting_hosts([state(url="http://a.example/y"), *refused[:1]], NOW + minute) == set()


def test_feeds_of_a_resting_host_follow_spread_out_and_are_not_blamed():
    said = result(status=0, error="host-resting", retry_after_s=600.0)
    feeds = [FeedConfig(feed_id=f"f{n}", url="http://a.example/", name="A") for n in range(50)]
    waits = [wait_s(schedule.after_failure(state(n_failures=0), feed, said, NOW, base_s=1800)) for feed in feeds]
    assert 600 <= min(waits) < 700
    assert 1100 < max(waits) <= 1200


def test_after_a_failure_a_feed_is_asked_in_full():
    """Promise: a server that answers conditional requests with an error is read all the same."""
    known = state(etag='"x"', last_modified="Mon", url="http://a.example/", n_failures=1)
    asked = schedule.request_for(FEED, known, NOW)
    assert (asked.etag, asked.last_modified) == ("", "")
    assert schedule.request_for(FEED, msgspec.structs.replace(known, n_failures=0), NOW).etag == '"x"'


def test_validators_a_server_cannot_bear_are_not_sent_again():
    refused = state(etag='"x"', n_failures=1, validators_refused=True)
    assert schedule.validators_lie(refused, result(etag='"x"'), 0)
    assert not schedule.validators_lie(state(n_failures=1, validators_refused=True), result(etag='"x"'), 0)
    assert schedule.request_for(FEED, state(etag='"x"', url="http://a.example/", validators_lie=True), NOW).etag == ""


@pytest.mark.parametrize(("ahead_s", "due"), [(0, False), (1, True)])
def test_a_feed_that_was_asked_in_the_future_is_due(ahead_s: int, due: bool) -> None:
    """A clock that was set back by more than slack must not silence what was asked before."""
    tried = NOW + schedule.CLOCK_SLACK + timedelta(seconds=ahead_s)
    assert schedule.is_due(state(last_try_at=tried, next_due_at=NOW + timedelta(minutes=30)), NOW) is due


@pytest.mark.parametrize("error", ["http-404", "http-500"])
def test_an_error_with_a_wait_is_left_for_so_long(error: str) -> None:
    """Retry-After counts on every failure, and silence about it is no request for rest."""
    asked = bad(error, retry_after_s=7200.0)
    silent = bad(error)
    assert (asked.why, wait_s(asked)) == ("retry-after", 7200.0)
    assert (silent.why, wait_s(silent) < 7200.0) == ("back-off", True)


def test_a_host_rests_no_longer_than_an_hour_and_where_two_of_its_feeds_say_so() -> None:
    """One feed that is refused keeps nobody from being asked; two do, until the sooner of their time and an hour."""
    known = [
        state(feed_id=name, url="https://a.example/" + name, refused=True, last_try_at=NOW,
              next_due_at=NOW + timedelta(hours=wait))
        for name, wait in (("f", 3), ("g", 3))
    ]  # fmt: skip
    assert schedule.resting_hosts(known[:1], NOW) == set()
    assert schedule.resting_hosts(known, NOW) == {"a.example"}
    hour = NOW + timedelta(seconds=schedule.MAX_REST_S)
    assert schedule.resting_hosts(known, hour - timedelta(seconds=1)) == {"a.example"}
    assert schedule.resting_hosts(known, hour) == set()


@pytest.mark.parametrize(
    ("skipped", "hour"), [({12, 13}, 14), ({11, 13}, 12), (set(range(24)), 12), ({12, *range(13, 24), 0}, 1)]
)
def test_hours_a_feed_asks_to_skip_are_skipped(skipped: set[int], hour: int) -> None:
    """The first hour that is open is taken; who closes the whole day is not believed."""
    poll = good(state(), answer=result(status=304), parsed=listing(3, skip_hours=frozenset(skipped)))
    assert poll.due_at.hour == hour


def test_a_wait_a_server_names_has_a_floor_and_a_cap() -> None:
    assert [schedule.retry_after(seconds) for seconds in (None, 1.0, 600.0, 1e9)] == [
        schedule.RETRY_FLOOR_S, schedule.RETRY_FLOOR_S, 600.0, schedule.RETRY_CAP_S,
    ]  # fmt: skip


def test_failures_in_a_row_double_the_wait_up_to_a_cap() -> None:
    """Half of it is chance fixed by the feed, so that feeds which fail together come back apart."""
    for n in range(1, 30):
        full = min(schedule.DAY_S, schedule.BACK_OFF_S << min(n - 1, 16))
        assert full / 2 <= schedule.back_off("f", n) <= full
        assert schedule.back_off("f", n, network=True) <= min(full, schedule.NETWORK_CAP_S)
    assert schedule.back_off("f", 3) != schedule.back_off("g", 3)


@pytest.mark.parametrize("lacks", [{"next_due_at": None}, {"last_try_at": None}, {"refused": False}])
def test_a_host_rests_only_where_all_that_makes_a_rest_is_known(lacks: dict[str, object]) -> None:
    """Who asked for rest, when, and until when: without one of them nobody is kept from being asked."""
    known: dict[str, object] = {"refused": True, "last_try_at": NOW, "next_due_at": NOW + timedelta(hours=1)}
    feeds = [state(feed_id=name, url=f"https://a.example/{name}", **(known | lacks)) for name in ("f", "g")]
    assert schedule.resting_hosts(feeds, NOW) == set()


def test_a_host_is_read_off_an_address_and_nothing_else() -> None:
    hosts = [schedule.host_of(url) for url in ("https://A.Example:8080/x", "https://a.example", "a.example", "", "a/b")]
    assert hosts == ["a.example:8080", "a.example", "", "", ""]
