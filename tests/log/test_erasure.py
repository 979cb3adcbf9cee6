"""What is erased is gone from the file, the chain still verifies, and retention keeps what a person looked at."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.errors import NotFoundError
from monitor.log.codec import iso, parse_iso
from monitor.log.erasure import drop_expired, erase_entry, expired_texts, texts_of
from monitor.log.events import EntryFlagged, EntryRevised, EntrySeen, NewEvent, PageRead, PayloadErased, SampleDrawn
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.sqlite import SqliteLog
from monitor.log.store import EventStore
from monitor.log.verify import verify_log
from tests.log.conftest import AT, label

SECRET = "Zephyrine Quillfeather"


def see(store: EventStore, entry_id: str, text: bytes, at: str = AT) -> str:
    """Append an entry with a text; return the text's name."""
    data = EntrySeen(entry_id=entry_id, feed_id="f", guid="g", link="", text_sha=payload_sha(text))
    store.append([NewEvent(f"entry-seen:{entry_id}", data)], recorded_at=at, payloads={payload_sha(text): text})
    return data.text_sha


@pytest.mark.parametrize("length", [1, 40, 4_000])
def test_an_erased_text_is_in_no_byte_of_any_file(log: SqliteLog, length: int) -> None:
    see(log, "e1", entry_payload(SECRET, (SECRET + " ") * length))
    see(log, "e2", entry_payload("Another", "text"))
    assert length > 40 or any(SECRET.encode() in path.read_bytes() for path in log.path.parent.iterdir())
    erase_entry(log, "e1", reason="asked", actor="ana", recorded_at=AT)
    assert [path.name for path in log.path.parent.iterdir() if SECRET.encode() in path.read_bytes()] == []
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
    assert erase_entry(store, "e1", reason="asked", actor="ana", recorded_at=AT) == shas
    assert [store.payload(sha) for sha in shas] == [None, None, None]
    head = store.head()
    assert erase_entry(store, "e1", reason="again", actor="ana", recorded_at=AT) == []
    assert store.head() == head
    with pytest.raises(NotFoundError):
        erase_entry(store, "nobody", reason="asked", actor="ana", recorded_at=AT)


def test_a_crash_between_saying_and_erasing_is_mended_by_erasing_again(log: SqliteLog) -> None:
    sha = see(log, "e1", entry_payload("text", ""))
    log.append(
        [NewEvent(f"payload-erased:{sha}", PayloadErased(text_sha=sha, reason="r", entry_id="e1"))], recorded_at=AT
    )
    assert "erase it again" in verify_log(log.path).problems[0].what
    assert erase_entry(log, "e1", reason="r", actor="ana", recorded_at=AT) == [sha]
    assert verify_log(log.path).ok


def test_retention_drops_old_texts_nobody_flagged_labelled_or_sampled(store: EventStore) -> None:
    now = parse_iso(AT) + timedelta(days=40)
    old = {name: see(store, name, entry_payload(name, "")) for name in ("plain", "flagged", "e7", "sampled")}
    shared = see(store, "shared", entry_payload("same", ""))
    see(store, "recent", entry_payload("same", ""), at=iso(now - timedelta(days=1)))
    flag = EntryFlagged(entry_id="flagged", revision=0, model_id="m", score=1.0, threshold=0.5)
    sample = SampleDrawn(day="2026-01-31", entries=[("sampled", 0.1)], n_population=9)
    store.append([NewEvent("f", flag), label(7), NewEvent("s", sample)], recorded_at=AT)
    assert drop_expired(store, now, 0) == 0
    assert expired_texts(store, now, 41) == []
    assert expired_texts(store, now, 30) == [(old["plain"], "plain")]
    assert drop_expired(store, now, 30) == 1
    assert drop_expired(store, now, 30) == 0
    assert store.payload(old["plain"]) is None
    assert all(store.payload(old[name]) for name in ("flagged", "e7", "sampled"))
    assert store.payload(shared) is not None
