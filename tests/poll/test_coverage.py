"""Coverage is proven by overlapping polls, from the log alone; what is not proven is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.log.codec import iso
from monitor.log.events import EventData, FeedAdded, FeedFailed, FeedFetched, FeedRemoved, NewEvent
from monitor.log.memory import MemoryLog
from monitor.poll.coverage import FeedCoverage, coverage
from monitor.views.fold import open_views

START = datetime(2026, 1, 31, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def poll(overlap: bool | None = True, **said: object) -> FeedFetched:
    return FeedFetched(
        **{"feed_id": "f", "status": 200, "n_entries": 20, "interval_s": 3600, "overlap": overlap, **said}
    )  # type: ignore[arg-type]


FAILED = FeedFailed(feed_id="f", reason="timeout", detail="no answer")
ADDED = FeedAdded(feed_id="f", url="https://a.example/", name="A")


def proof(*happened: tuple[float, EventData], until: float, since: float = 0) -> list[tuple[float, float, str]]:
    (feed,) = run(*happened, until=until, since=since)
    return [((s.since - START) / HOUR, (s.until - START) / HOUR, s.state) for s in feed.spans]


def run(*happened: tuple[float, EventData], until: float, since: float = 0) -> list[FeedCoverage]:
    log = MemoryLog()
    for n, (hours, data) in enumerate(((0.0, ADDED), *happened)):
        log.append([NewEvent(f"{n}", data)], recorded_at=iso(START + hours * HOUR))
    return coverage(log, START + since * HOUR, START + until * HOUR)


def test_overlapping_polls_prove_the_time_between_them():
    happened = [(1, poll(None)), (2, poll()), (3, poll(not_modified=True, status=304)), (4, poll())]
    assert proof(*happened, until=4) == [(1, 4, "proven")]


def test_failures_between_overlapping_polls_do_no_harm():
    """Ten hours of timeouts, and the list still holds what it held before: nothing was missed."""
    assert proof((1, poll(None)), *((n, FAILED) for n in range(2, 11)), (11, poll()), until=11) == [(1, 11, "proven")]


def test_lists_without_overlap_are_a_gap():
    (feed,) = run((1, poll(None)), (2, poll(False)), (3, poll()), until=3)
    assert [(span.state, span.why) for span in feed.spans] == [
        ("gap", "none of 20 entries was there at the poll before"),
        ("proven", ""),
    ]
    assert feed.share == 0.5


def test_an_empty_list_proves_nothing():
    assert proof((1, poll(None)), (2, poll(None, n_entries=0)), until=2) == [(1, 2, "gap")]


def test_a_failing_feed_is_unproven_since_its_last_good_poll():
    (feed,) = run((1, poll(None)), (2, poll()), (3, FAILED), until=5)
    assert [(s.state, (s.since - START) / HOUR, (s.until - START) / HOUR, s.why) for s in feed.holes] == [
        ("unproven", 2, 5, "timeout no answer")
    ]
    assert (feed.n_good, feed.n_failed) == (2, 1)


def test_waiting_for_the_next_poll_is_no_hole_but_two_intervals_are():
    assert proof((1, poll(None)), (2, poll()), until=3.5) == [(1, 2, "proven")]
    assert proof((1, poll(None)), (2, poll()), until=4.5) == [(1, 2, "proven"), (2, 4.5, "unproven")]


def test_the_window_cuts_spans_and_forgets_what_came_later():
    happened = [(1, poll(None)), (2, poll()), (8, poll()), (9, poll(False))]
    assert proof(*happened, since=3, until=7) == [(3, 7, "unproven")]
    assert proof(*happened, since=3, until=8) == [(3, 8, "proven")]


def test_a_removed_feed_is_judged_while_it_was_there():
    happened = [(1, poll(None)), (2, poll()), (3, FeedRemoved(feed_id="f"))]
    assert proof(*happened, until=9) == [(1, 2, "proven"), (2, 3, "unproven")]
    assert run(*happened, since=4, until=9) == []


def test_a_feed_not_asked_for_long_or_failing_from_the_start_is_unproven():
    assert proof((9, poll(None)), (10, poll()), until=10) == [(0, 9, "unproven"), (9, 10, "proven")]
    assert proof((1, FAILED), (2, poll(None)), until=2) == [(0, 2, "unproven")]
    assert proof((1, FAILED), until=2) == [(0, 2, "unproven")]


STEPS = st.one_of(
    st.builds(lambda f, o: poll(o, feed_id=f), st.sampled_from("fgh"), st.sampled_from([True, False, None])),
    st.builds(lambda f: FeedFailed(feed_id=f, reason="timeout"), st.sampled_from("fgh")),
    st.builds(lambda f: FeedRemoved(feed_id=f), st.sampled_from("gh")),
    st.builds(lambda f: FeedAdded(feed_id=f, url="https://a.example/", name=f), st.sampled_from("gh")),
)


@given(
    happened=st.lists(STEPS, max_size=40), since=st.integers(0, 40), hours=st.integers(1, 20), lead=st.integers(1, 9)
)
@settings(max_examples=300, deadline=None)
def test_reading_from_shortly_before_the_window_proves_what_reading_all_does(
    happened: list[EventData], since: int, hours: int, lead: int
) -> None:
    """Promise: on a large log only the window is read, and no answer changes by it."""
    log, there = MemoryLog(), set()
    for n, data in enumerate((ADDED, *happened)):
        feed_id = str(data.feed_id)  # type: ignore[attr-defined]
        if isinstance(data, FeedAdded):
            there.add(feed_id)
        elif feed_id not in there:
            continue  # only feeds that are there are polled or removed
        if isinstance(data, FeedRemoved):
            there.discard(feed_id)
        log.append([NewEvent(f"{n}", data)], recorded_at=iso(START + n * HOUR))
    window = (START + (since + 0.5) * HOUR, START + (since + hours + 0.5) * HOUR)
    views = open_views(None, log)
    assert coverage(log, *window, views, lead=lead) == coverage(log, *window)


def test_a_failure_after_the_window_is_none_within_it() -> None:
    """Promise: what the views know of a feed today is not told of a window before it."""
    log = MemoryLog()
    for n, data in ((0, ADDED), (1, poll(None)), (2, poll(None, feed_id="g")), (9, FAILED)):
        log.append([NewEvent(f"{n}", data)], recorded_at=iso(START + n * HOUR))
    window = (START + 4.5 * HOUR, START + 5.5 * HOUR)
    (feed,) = coverage(log, *window, open_views(None, log), lead=1)
    assert [span.why for span in feed.spans] == ["not asked since"]
