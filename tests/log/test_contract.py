"""What every event store promises, whatever it is made of."""

from __future__ import annotations

import pytest

from monitor.errors import InputError, KeyConflictError
from monitor.log.chain import ZERO_HEX
from monitor.log.events import EntryScored, NewEvent, TickStarted
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.store import EventStore
from tests.log.conftest import AT, label


def test_positions_are_gapless_and_each_event_names_its_predecessors_hash(store: EventStore) -> None:
    added = [*store.append([label(1), label(2)], recorded_at=AT), *store.append([label(3)], recorded_at=AT)]
    assert [event.position for event in added] == [1, 2, 3]
    assert [event.prev for event in added] == [ZERO_HEX, added[0].hash, added[1].hash]
    assert list(store.read()) == added
    assert store.head() == (3, added[2].hash)


def test_what_append_returns_is_a_sequence_of_what_reading_returns(store: EventStore) -> None:
    added = store.append([label(n) for n in range(5)], recorded_at=AT)
    stored = list(store.read())
    assert len(added) == 5
    assert [added[0], added[-1], added[3]] == [stored[0], stored[4], stored[3]]
    assert added[1:3] == stored[1:3]
    assert added == stored


def test_an_empty_store_has_a_head_of_zeros(store: EventStore) -> None:
    assert store.head() == (0, ZERO_HEX)
    assert list(store.read()) == []
    assert store.get(1) is None


def test_the_same_key_with_the_same_content_is_left_out(store: EventStore) -> None:
    store.append([label(1), label(2)], recorded_at=AT)
    added = store.append([label(2), label(3), label(3), label(1)], recorded_at=AT)
    assert [(event.position, event.key) for event in added] == [(3, "label:3")]
    assert store.append([label(1)], recorded_at=AT) == []


def test_the_same_key_with_other_content_is_refused_whole(store: EventStore) -> None:
    store.append([label(1)], recorded_at=AT)
    with pytest.raises(KeyConflictError, match=r"label:1.*event 1"):
        store.append([label(2), label(1, "not-plot")], recorded_at=AT)
    with pytest.raises(KeyConflictError, match="same batch"):
        store.append([label(3), label(3, "not-plot")], recorded_at=AT)
    assert store.head()[0] == 1


def test_reading_takes_a_range_and_types(store: EventStore) -> None:
    tick = NewEvent("tick:1", TickStarted(tick_id="t1", n_due=2))
    store.append([label(1), tick, label(2), label(3)], recorded_at=AT)
    assert [event.position for event in store.read(after=1, upto=3)] == [2, 3]
    assert [event.position for event in store.read(types=["tick-started"])] == [2]
    assert next(store.read(types=["tick-started"])) == store.get(2) == store.by_key("tick:1")
    assert [event.position for event in store.read(after=1, upto=3, types=["entry-labelled"])] == [3]
    assert store.by_key("tick:2") is None


def test_every_range_is_read_whole(store: EventStore) -> None:
    """Promise: wherever a range begins and ends, it has each event of it once; positions beyond the ends are none."""
    store.append([label(n) for n in range(7)], recorded_at=AT)
    for after in range(9):
        for upto in range(9):
            wanted = list(range(after + 1, min(upto, 7) + 1))
            assert [event.position for event in store.read(after=after, upto=upto)] == wanted
    assert (store.get(0), store.get(8)) == (None, None)


def test_reading_goes_on_while_others_append(store: EventStore) -> None:
    store.append([label(n) for n in range(2_500)], recorded_at=AT)
    seen = []
    for event in store.read():
        seen.append(event.position)
        if event.position == 1_500:
            store.append([label(9_999)], recorded_at=AT)
    assert seen[:2_500] == list(range(1, 2_501))


def test_a_payload_is_named_by_its_hash_and_erased_for_good(store: EventStore) -> None:
    short, long = entry_payload("Title", "Summary", ""), entry_payload("Title", "", "word " * 5_000)
    store.append([label(1)], recorded_at=AT, payloads={payload_sha(short): short, payload_sha(long): long})
    assert store.payload(payload_sha(short)) == short
    assert store.payload(payload_sha(long)) == long
    for _ in range(2):
        store.append([], recorded_at=AT, erased=[payload_sha(short)])
    store.append([label(2)], recorded_at=AT, payloads={payload_sha(short): short})
    assert store.payload(payload_sha(short)) is None
    assert store.payload("ab" * 32) is None


def test_many_payloads_come_together(store: EventStore) -> None:
    """Those that are there, by name; an erased one and one that never was are left out."""
    bodies = {payload_sha(body): body for body in (entry_payload(f"T{n}", "", "word " * n) for n in range(0, 900, 3))}
    store.append([label(1)], recorded_at=AT, payloads=bodies)
    gone = min(bodies)
    store.append([label(2)], recorded_at=AT, erased=[gone])
    assert store.payloads({*bodies, "ab" * 32}) == {sha: body for sha, body in bodies.items() if sha != gone}
    assert store.payloads([]) == {}


def test_a_payload_under_a_false_name_is_refused(store: EventStore) -> None:
    with pytest.raises(InputError, match="not named"):
        store.append([label(1)], recorded_at=AT, payloads={"ab" * 32: b"text"})
    assert store.head()[0] == 0


def test_what_the_chain_cannot_hold_is_refused(store: EventStore) -> None:
    for events, at in (
        ([NewEvent("two\nlines", label(1).data)], AT),
        ([NewEvent("", label(1).data)], AT),
        ([NewEvent("k", label(1).data, "an\na")], AT),
        ([NewEvent("k\ud800", label(1).data)], AT),
        ([NewEvent("k", label(1).data, "\udfff")], AT),
        ([label(1)], "2026-01-31"),
        ([NewEvent("k", EntryScored(model_id="m", threshold=0.5, scores=[("e1", 0, float("nan"))]))], AT),
        ([NewEvent("k", EntryScored(model_id="m", threshold=float("inf"), scores=[]))], AT),
        ([NewEvent("k", TickStarted(tick_id="\ud800", n_due=1))], AT),
    ):
        with pytest.raises(InputError):
            store.append(events, recorded_at=at)
    assert store.head()[0] == 0


def test_position_at_is_the_last_event_recorded_by_then(store: EventStore) -> None:
    for n, hour in enumerate((10, 11, 12)):
        store.append([label(n)], recorded_at=f"2026-01-31T{hour}:00:00.000000Z")
    assert store.position_at("2026-01-31T09:59:59.999999Z") == 0
    assert store.position_at("2026-01-31T11:00:00.000000Z") == 2
    assert store.position_at("2027-01-01T00:00:00.000000Z") == 3


def test_an_entry_whose_text_says_null_is_no_nan(store: EventStore) -> None:
    store.append([label(1, "null")], recorded_at=AT)
    assert next(store.read()).data == label(1, "null").data
