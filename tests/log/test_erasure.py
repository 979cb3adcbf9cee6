"""What is erased is gone from the file, the chain still verifies, and retention keeps what a person looked at."""

from __future__ import annotations

import random
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bench._traces import traces
from monitor.errors import KeyConflictError, NotFoundError
from monitor.log.codec import iso, parse_iso
from monitor.log.events import EntryFlagged, EntryRevised, EntrySeen, NewEvent, PageRead, PayloadErased, SampleDrawn
from monitor.log.keep.backup import backup_log
from monitor.log.keep.copies import COPIES_NAME, note_copy, still_holding
from monitor.log.keep.erasure import (
    complete_erasures,
    drop_expired,
    erase_entry,
    expired_texts,
    finish_erasures,
    kept_since,
    lift_erasure,
    retention_is_done,
    texts_of,
    was_asked_for,
)
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.sqlite.remains import has_remains
from monitor.log.sqlite.store import SqliteLog, open_log
from monitor.log.sqlite.verify import verify_log
from monitor.log.store import EventStore
from tests.log.conftest import AT, label

SECRET = "Zephyrine Quillfeather"


def holding(log: SqliteLog, *texts: bytes) -> list[str]:
    """Return the files beside a log that hold one of these texts, as words or as they are stored."""
    looked_for = [trace for text in texts for trace in traces(text, SECRET)]
    content = {path.name: path.read_bytes() for path in log.path.parent.iterdir()}
    return [name for name, whole in content.items() if any(trace in whole for trace in looked_for)]


def noise(n_words: int, seed: int) -> str:
    """Return words that deflate cannot make much of."""
    rng = random.Random(seed)
    return " ".join(f"{rng.getrandbits(64):x}" for _ in range(n_words))


def see(store: EventStore, entry_id: str, text: bytes, at: str = AT) -> str:
    """Append an entry with a text; return the text's name."""
    data = EntrySeen(entry_id=entry_id, feed_id="f", guid="g", link="", text_sha=payload_sha(text))
    store.append([NewEvent(f"entry-seen:{entry_id}", data)], recorded_at=at, payloads={payload_sha(text): text})
    return data.text_sha


@pytest.mark.parametrize("length", [1, 40, 4_000])
def test_an_erased_text_is_in_no_byte_of_any_file(log: SqliteLog, length: int) -> None:
    text = entry_payload(SECRET, noise(length, 1))
    see(log, "e1", text)
    see(log, "e2", entry_payload("Another", "text"))
    assert holding(log, text)
    erase_entry(log, "e1", reason="asked", actor="ana", recorded_at=AT)
    assert holding(log, text) == []
    report = verify_log(log.path)
    assert (report.problems, report.n_payloads, report.n_erased) == ([], 2, 1)


def test_every_revision_and_the_page_are_erased_once(store: EventStore) -> None:
    shas = [see(store, "e1", entry_payload("first", ""))]
    for n, cls in ((1, EntryRevised), (2, PageRead)):
        text = entry_payload(f"text {n}", "")
        fields = {"entry_id": "e1", "revision": n, "text_sha": payload_sha(text)}
        more = {"feed_id": "f", "link": "", "changed": []} if cls is EntryRevised else {"url": "", "n_chars": 1}
        store.append([NewEvent(f"{n}", cls(**fields, **more))], recorded_at=AT, payloads={payload_sha(text): text})  # type: ignore[arg-type]
        shas.append(payload_sha(text))
    assert texts_of(store, "e1") == shas
    assert erase_entry(store, "e1", reason="asked", actor="ana", recorded_at=AT).names == shas
    assert [store.payload(sha) for sha in shas] == [None, None, None]
    head = store.head()
    assert erase_entry(store, "e1", reason="again", actor="ana", recorded_at=AT).names == []
    assert store.head() == head
    with pytest.raises(NotFoundError):
        erase_entry(store, "nobody", reason="asked", actor="ana", recorded_at=AT)


def test_an_erasure_an_older_version_only_declared_is_completed(log: SqliteLog) -> None:
    sha = see(log, "e1", entry_payload("text", ""))
    log.append(
        [NewEvent(f"payload-erased:{sha}", PayloadErased(text_sha=sha, reason="r", entry_id="e1"))], recorded_at=AT
    )
    assert verify_log(log.path).n_unfinished == 1
    assert complete_erasures(log, [(sha, "e1")], AT) == 1
    assert log.payload(sha) is None
    assert verify_log(log.path).n_unfinished == 0
    assert complete_erasures(log, [(sha, "e1")], AT) == 0


def test_retention_drops_old_texts_nobody_flagged_labelled_or_sampled(store: EventStore) -> None:
    now = parse_iso(AT) + timedelta(days=40)
    old = {name: see(store, name, entry_payload(name, "")) for name in ("plain", "flagged", "e7", "sampled")}
    shared = see(store, "shared", entry_payload("same", ""))
    see(store, "recent", entry_payload("same", ""), at=iso(now - timedelta(days=1)))
    flag = EntryFlagged(entry_id="flagged", revision=0, model_id="m", score=1.0, threshold=0.5)
    sample = SampleDrawn(day="2026-01-31", entries=[("sampled", 0.1)], n_population=9)
    store.append([NewEvent("f", flag), label(7), NewEvent("s", sample)], recorded_at=AT)
    assert expired_texts(store, AT) == []
    before = iso(now - timedelta(days=30))
    assert expired_texts(store, before) == [(old["plain"], "plain")]
    assert drop_expired(store, now, 30, before) == 1
    assert drop_expired(store, now + timedelta(days=1), 30, before) == 0
    assert store.payload(old["plain"]) is None
    assert all(store.payload(old[name]) for name in ("flagged", "e7", "sampled"))
    assert store.payload(shared) is not None


def test_an_early_text_leaves_no_remains_where_the_tree_grew(log: SqliteLog) -> None:
    """Promise: what lay in the first page is not left in the page that became the root of a growing table."""
    texts = [entry_payload(f"{SECRET} {n:03d}", noise(6, n)) for n in range(40)]
    for n, text in enumerate(texts):
        see(log, f"e{n}", text)
    assert holding(log, *texts)
    for n in range(40):
        erase_entry(log, f"e{n}", reason="asked", actor="ana", recorded_at=AT)
    assert holding(log, *texts) == []


def test_remains_an_older_version_left_are_swept(log: SqliteLog) -> None:
    connection = log.connection
    connection.execute("PRAGMA secure_delete = OFF")
    texts = [entry_payload(f"{SECRET} {n:03d}", noise(6 + 150 * (n % 3 == 0), n)) for n in range(30)]
    for n, text in enumerate(texts):
        see(log, f"e{n}", text)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert has_remains(connection, log.path)
    for n in range(30):
        erase_entry(log, f"e{n}", reason="asked", actor="ana", recorded_at=AT)
    assert holding(log, *texts) == []
    assert verify_log(log.path).ok


def test_with_a_reader_open_an_erasure_is_pending_and_is_finished_later(log: SqliteLog) -> None:
    """Promise: "done" is said only when the write-ahead log is empty; the rest is done when the reader has gone."""
    text = entry_payload(SECRET, noise(6, 1))
    see(log, "e1", text)
    reader = open_log(log.path, read_only=True)
    with reader.snapshot():
        done = erase_entry(log, "e1", reason="asked", actor="ana", recorded_at=AT, wait_s=0.01)
        assert (len(done.names), done.finished) == (1, False)
        assert not finish_erasures(log, AT, wait_s=0.01)
        assert holding(log, text)
    reader.close()
    assert finish_erasures(log, AT)
    assert holding(log, text) == []
    head = log.head()
    assert finish_erasures(log, AT)
    assert log.head() == head


def test_an_erasure_is_one_transaction(log: SqliteLog) -> None:
    """Promise: killed anywhere, an erasure has happened whole or not at all, and the log verifies."""
    sha = see(log, "e1", entry_payload("text", ""))
    data = PayloadErased(text_sha=sha, reason="r", entry_id="e1")
    with pytest.raises(KeyConflictError):
        log.append(
            [NewEvent("payload-erased:x", data), label(1), NewEvent("label:1", data)], recorded_at=AT, erased=[sha]
        )
    assert log.payload(sha) is not None
    assert log.head()[0] == 1


def test_what_was_lifted_can_be_erased_again(store: EventStore) -> None:
    see(store, "e1", entry_payload("one", ""))
    say = {"actor": "ana", "recorded_at": AT}
    erase_entry(store, "e1", reason="asked", **say)
    lift_erasure(store, "e1", by="ana", reason="withdrawn", recorded_at=AT)
    second = entry_payload("two", "")
    data = EntryRevised(entry_id="e1", revision=1, text_sha=payload_sha(second), feed_id="f", link="", changed=[])
    store.append([NewEvent("r", data)], recorded_at=AT, payloads={payload_sha(second): second})
    assert erase_entry(store, "e1", reason="asked again", **say).names == [payload_sha(second)]
    asked = [event for event in store.read(types=["payload-erased"]) if was_asked_for(event)]
    assert len(asked) == 3, "the first text, the second, and the wish anew for the first"


DAYS = [f"2026-01-{day:02d}" for day in range(1, 21)]


@pytest.mark.parametrize(
    ("seen_on", "now", "days", "before"),
    [
        (DAYS, "2026-01-21T06:00:00Z", 5, "2026-01-16T06:00:00.000000Z"),
        (DAYS, "2026-01-21T06:00:00Z", 20, "2026-01-01T06:00:00.000000Z"),
        (DAYS, "2026-01-21T06:00:00Z", 21, ""),
        (DAYS, "2027-01-21T06:00:00Z", 5, "2026-01-17T06:00:00.000000Z"),  # a leap of a year makes nothing a year older
        (DAYS, "2027-01-21T06:00:00Z", 2, "2026-01-20T06:00:00.000000Z"),  # the last day seen is as old as asked for
        (DAYS[:3], "2036-01-21T06:00:00Z", 30, ""),
        ([], "2026-01-21T06:00:00Z", 1, ""),
        (["2026-01-19"], "2026-01-21T06:00:00Z", 1, "2026-01-20T06:00:00.000000Z"),
        ([*DAYS, "2036-05-05"], "2026-01-21T06:00:00Z", 5, "2026-01-16T06:00:00.000000Z"),  # a day that was set back
    ],
)
def test_texts_age_by_the_days_on_which_ticks_ran(seen_on: list[str], now: str, days: int, before: str) -> None:
    assert kept_since(seen_on, parse_iso(now), days) == before


def test_two_who_erase_the_same_at_once_do_not_refuse_each_other(log: SqliteLog) -> None:
    """Promise: retention and a person, or two persons, may meet at the same text at the same moment."""
    for n in range(120):
        see(log, f"e{n}", entry_payload(f"text {n}", ""))
    other = open_log(log.path)
    failed: list[BaseException] = []

    def erase(store: SqliteLog, actor: str) -> None:
        try:
            for n in range(120):
                erase_entry(store, f"e{n}", reason=actor, actor=actor, recorded_at=AT, wait_s=0.01)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=erase, args=(store, f"r{n}")) for n, store in enumerate((log, other))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert failed == []
    assert verify_log(log.path).ok


def test_copies_that_still_hold_an_erased_text_are_named(
    log: SqliteLog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Promise: a copy made elsewhere is looked into while it lies there; an export is named where it may hold it."""
    text = entry_payload("Title", "Summary", "")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    log.append([label(1)], recorded_at=AT)
    empty = Path(backup_log(log, elsewhere / "before.db").path)
    log.append([label(2)], recorded_at=AT, payloads={payload_sha(text): text})
    full = Path(backup_log(log, elsewhere / "after.db").path)
    for name, position in (("old.jsonl", 1), ("new.jsonl", 2)):
        (elsewhere / name).write_bytes(b"{}")
        note_copy(log.path, elsewhere / name, position, "export")
    with log.path.with_name(COPIES_NAME).open("ab") as lines:
        lines.write(b"no copy at all\n")
    note_copy(log.path, elsewhere / "new.jsonl", 3, "export")
    held = still_holding(log.path.parent, [payload_sha(text)], since=2)
    assert [line for line in held if str(full) in line] != []
    assert [line for line in held if str(empty) in line or "old.jsonl" in line] == []
    assert [line for line in held if "new.jsonl" in line] != []
    full.unlink()
    assert len(still_holding(log.path.parent, [payload_sha(text)], since=3)) == 1
    assert still_holding(log.path.parent, [payload_sha(text)], since=4) == []


@pytest.mark.parametrize(
    ("said", "actor", "asked"),
    [
        ({"reason": "asked", "keep_out": True}, "monitor", True),
        ({"reason": "asked"}, "ana", True),  # as older versions said it
        ({"reason": "retention: unflagged for 30 days"}, "ana", False),
        ({"reason": "asked"}, "monitor", False),
        ({"reason": "asked", "keep_out": True, "withheld": True}, "ana", False),
    ],
)
def test_what_a_person_asked_for_is_told_from_retention(
    log: SqliteLog, said: dict[str, Any], actor: str, *, asked: bool
) -> None:
    """Promise: what retention dropped may come back by an edit; what a person had erased may not."""
    erased = NewEvent("payload-erased:x", PayloadErased(text_sha="a" * 64, entry_id="e1", **said), actor)
    (event,) = log.append([erased], recorded_at=AT)
    assert was_asked_for(event) == asked


def test_retention_is_written_down_once_a_day(store: EventStore) -> None:
    """Promise: the day is done when it was done, however often a tick asks; the next day is another."""
    now = parse_iso(AT) + timedelta(days=40)
    assert not retention_is_done(store, now)
    for later in (0, 1, 24):
        drop_expired(store, now + timedelta(hours=later), 30, AT)
    assert retention_is_done(store, now)
    assert len(list(store.read(types=["retention-run"]))) == 2
