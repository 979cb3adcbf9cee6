"""Events keep their meaning over releases: old ones are upcast, unknown fields survive, the unreadable is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import LogError
from monitor.log.codec import Shapes, Upcaster, decode_data, encode_data, iso, parse_iso, same_content
from monitor.log.events import EntryScored, FeedFailed, TickStarted
from monitor.log.payloads import EntryText, entry_payload, read_entry_payload
from monitor.log.sqlite.store import SqliteLog
from tests.log.conftest import AT


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 - zones are drawn
def test_a_moment_is_written_as_isoformat_writes_it_in_utc(moment: datetime) -> None:
    """Promise: however a moment is written, not one byte of an event depends on the way."""
    assert iso(moment) == moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_is_written_and_read_back_exactly(moment: datetime) -> None:
    assert parse_iso(iso(moment)) == moment
    assert len(iso(moment)) == 27


def test_a_moment_of_another_zone_is_written_in_utc() -> None:
    assert iso(datetime(2026, 1, 31, 15, 30, tzinfo=timezone(timedelta(hours=3, minutes=30)))) == AT
    with pytest.raises(ValueError, match="time zone"):
        iso(datetime(2026, 1, 31))  # noqa: DTZ001 - a naive moment is the point
    with pytest.raises(ValueError, match="time zone"):
        parse_iso("2026-01-31T12:00:00")


class FailedNow(FeedFailed, frozen=True, kw_only=True):
    """The shape that a third version might have."""

    version: ClassVar[int] = 3


def test_an_older_version_is_upcast_step_by_step() -> None:
    """Promise: a shape of long ago reads as today's, without touching what is stored."""
    steps: dict[tuple[str, int], Upcaster] = {
        ("feed-failed", 1): lambda old: {**old, "reason": old["error"]},
        ("feed-failed", 2): lambda old: {**old, "n_failures": old["n_failures"] + 1},
    }
    shapes = Shapes({"feed-failed": FailedNow}, steps)
    now = FailedNow(feed_id="a", reason="dns", n_failures=5)
    old = b'{"feed_id":"a","error":"dns","n_failures":4}'
    assert decode_data("feed-failed", 1, old, shapes) == now
    assert same_content(now, "feed-failed", 1, old, shapes)


def test_unknown_fields_of_a_newer_release_are_passed_over_and_kept(log: SqliteLog) -> None:
    raw = b'{"tick_id":"t","n_due":1,"mood":"fine"}'
    assert decode_data("tick-started", 2, raw) == TickStarted(tick_id="t", n_due=1)
    statement = "INSERT INTO events SELECT 1, ?, 'k', ?, x'00'"
    log.connection.execute(statement, (f"{AT} tick-started 2 monitor", raw))
    (event,) = log.read()
    assert (event.version, event.raw) == (2, raw)


@pytest.mark.parametrize(
    ("type_", "raw"), [("tea-served", b"{}"), ("tick-started", b"{"), ("tick-started", b'{"tick_id":1}')]
)
def test_what_cannot_be_read_is_named(type_: str, raw: bytes) -> None:
    with pytest.raises(LogError, match=type_):
        decode_data(type_, 1, raw)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_score_comes_back_bit_for_bit(score: float) -> None:
    data = EntryScored(model_id="m", threshold=0.5, scores=[("e", 0, score)])
    assert decode_data(data.type, 1, encode_data(data)) == data


@given(st.text(), st.text(), st.text())
def test_a_payload_is_canonical_and_reads_back(title: str, summary: str, text: str) -> None:
    payload = entry_payload(title, summary, text)
    assert read_entry_payload(payload) == EntryText(summary=summary, text=text, title=title)
    assert payload.startswith(b'{"summary":"')
    assert read_entry_payload(None) is None
