"""Write the list of event types in docs/events.md, and the golden log of this version in fixtures/logs/.

    python -m tools.build_event_docs           docs/events.md, from the types themselves and the examples below
    python -m tools.build_event_docs --golden  also fixtures/logs/VERSION.db and .jsonl, once for a release, never again

One example per type, none of a real person, place or case. tests/log/test_documents.py holds docs and types together.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import msgspec

from monitor.log import events as ev
from monitor.log.codec import encode_data
from monitor.log.keep.transfer import export_log
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.proof.checkpoints import sign_checkpoint
from monitor.log.sqlite.store import open_log

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "events.md"
GOLDEN = ROOT / "fixtures" / "logs"
START, END = "<!-- types: written by tools/build_event_docs.py -->", "<!-- end of types -->"
AT = "2026-01-31T12:00:00.000000Z"
LATER = "2026-01-31T12:30:00.000000Z"
FEED, ENTRY, MODEL, STORY = "4f2a90c1d7", "3fb2a91c00d4e5f6", "m5d41402abc4b", "s3fb2a91c00d4e5f6"
TEXTS = [
    entry_payload("Two charged over alleged plot", "Prosecutors allege that …"),
    entry_payload("Two charged over alleged plot (updated)", "Prosecutors allege that …"),
    entry_payload("Two charged over alleged plot (updated)", "Prosecutors allege that …", "The whole article. " * 90),
]
FIRST, SECOND, PAGE = (payload_sha(text) for text in TEXTS)

EXAMPLES: list[ev.EventData] = [
    ev.FeedAdded(feed_id=FEED, url="https://news.example/rss", name="Example News", language="en", country="GB"),
    ev.FeedChanged(feed_id=FEED, url="https://news.example/feed.xml", name="Example News", interval_s=900),
    ev.FeedRemoved(feed_id="0a1b2c3d4e"),
    ev.FeedFetched(
        feed_id=FEED, status=200, n_bytes=18_233, etag='"5e1f"', n_entries=40, n_new=2, overlap=True,
        newest_at=AT, next_due_at=LATER, interval_s=1800, duration_ms=412,
    ),
    ev.FeedFailed(feed_id=FEED, reason="timeout", detail="no answer within 30 s", n_failures=2, next_due_at=LATER),
    ev.TickStarted(tick_id=AT, n_due=12),
    ev.TickFinished(tick_id=AT, n_due=12, n_fetched=11, n_failed=1, n_new=2, n_flagged=1, duration_ms=5_310),
    ev.EntrySeen(
        entry_id=ENTRY, feed_id=FEED, guid="https://news.example/a/17", link="https://news.example/a/17",
        text_sha=FIRST, published_at=AT, published_raw="Sat, 31 Jan 2026 12:00:00 GMT", lang="en",
    ),
    ev.ArchiveImported(
        feed_id="gazette-2025-3f2a91", file="gazette-2025.jsonl.gz", file_sha=FIRST, n_read=31204, n_new=31187,
        n_flagged=61, n_refused=2,
    ),
    ev.EntryRevised(
        entry_id=ENTRY, feed_id=FEED, revision=1, link="https://news.example/a/17", text_sha=SECOND, changed=["title"]
    ),
    ev.PageRead(entry_id=ENTRY, revision=1, url="https://news.example/a/17", text_sha=PAGE, n_chars=1_710),
    ev.PageFailed(entry_id=ENTRY, url="https://news.example/a/18", reason="http-404", retry_at=LATER),
    ev.EntryScored(model_id=MODEL, threshold=0.41, scores=[(ENTRY, 0, 0.8731)], feed_id=FEED),
    ev.EntryFlagged(
        entry_id=ENTRY, revision=0, model_id=MODEL, score=0.8731, threshold=0.41,
        terms_for=[("alleged plot", 1.92, "alleged plot")], terms_against=[("budget", -0.4, "budget")],
        nearest="seed-2", nearest_similarity=0.44,
    ),
    ev.StoryOpened(story_id=STORY, entry_id=ENTRY, publisher="Example News"),
    ev.StoryJoined(story_id=STORY, entry_id="77aa00bb11cc22dd", similarity=0.71, why="same charge, same day"),
    ev.StoryMerged(story_id=STORY, from_id="s77aa00bb11cc22dd", reason="the same indictment"),
    ev.StorySplit(story_id=STORY, new_id="s77aa00bb11cc22dd", entry_ids=["77aa00bb11cc22dd"], reason="another trial"),
    ev.StoryLinked(story_id=STORY, case_id="s0123456789abcdef", similarity=0.52, reason="verdict after charge"),
    ev.CardCorrected(story_id=STORY, field="stage", value=["foiled"], before=["planned"]),
    ev.CardConfirmed(
        story_id=STORY, values={"linked_states": ["IR"], "stage": ["foiled"]},
        sentence="Police in Denmark allege that Iran was behind a foiled plot.",
    ),
    ev.EntryLabelled(entry_id=ENTRY, label="plot", by="ana", story_id=STORY, seen_position=20),
    ev.LabelWithdrawn(label_position=20, entry_id=ENTRY, by="ana", reason="undo"),
    ev.RowSkipped(entry_id=ENTRY, by="ana", until="2026-02-01T06:00:00.000000Z"),
    ev.SampleDrawn(day="2026-01-31", entries=[("99ff00ee11dd22cc", 0.004)], n_population=500, model_id=MODEL),
    ev.ModelTrained(model_id=MODEL, card={"n_labels": 120, "n_plot": 31, "seeds": 4}),
    ev.ModelPromoted(model_id=MODEL, threshold=0.41, previous_id="m0cc175b9c0f1", figures={"recall": 0.93}),
    ev.ModelRejected(model_id="m92eb5ffee6ae", reason="recall on the seeds fell", figures={"recall": 0.71}),
    ev.ThresholdMoved(
        model_id="m92eb5ffee6ae", threshold=0.57, previous=0.48, look_again=0.4, previous_look_again=0.31,
        why="more rows than a day has room for", n_entries=1380, n_rows=17, rows_per_day=10.0,
    ),
    ev.SecondLookBegun(
        model_id=MODEL, since="2026-01-03T06:00:00.000000Z", bounds=[120, 4310, 8871], most=20, n_entries=3122
    ),
    ev.SecondLookFinished(begun=9001, n_rescored=3120, n_flagged=6),
    ev.DigestSent(digest_id="2026-01-31", channel="file", state="sent", n_rows=8),
    ev.AlertSent(alert_id="a1", story_id=STORY, channel="mail", state="queued"),
    ev.JobMissed(job="digest", scheduled_at=AT, reason="started 3600 s late"),
    ev.JobFinished(job="backup", scheduled_at=AT, detail="copied and verified 10 events", duration_ms=420),
    ev.SearchSaved(name="couriers", query='"arms dealer" OR courier lang:en', by="ana"),
    ev.ClockJumped(last_at=LATER, now_at=AT, seconds=-1800.0),
    ev.ClockDiffered(seconds=3600),
    ev.PayloadErased(
        text_sha=FIRST, reason="request of 2026-01-31", entry_id=ENTRY, keep_out=True,
        marks=["9f86d081884c7d659a2feaa0"],
    ),
    ev.ErasureBegun(n_texts=3, entry_id=ENTRY),
    ev.ErasureFinished(upto=29),
    ev.ErasureLifted(entry_id=ENTRY, by="ana", reason="the request was withdrawn"),
    ev.RetentionRun(day="2026-01-31", before="2026-01-01T12:00:00.000000Z", n_texts=12),
    ev.SigningKeyChanged(
        at_position=30, at_hash="5f" * 32, old_key="MCowBQYDK2VwAyEA…", new_key="MCowBQYDK2VwAyEB…",
        new_signature="q83vEjRWeJA…", old_signature="EjRWeJCrze8…", reason="the old laptop was sold",
    ),
    ev.CheckpointSigned(
        at_position=31, at_hash="5f" * 32, root="3c" * 32, peaks=["3c" * 32],
        public_key="MCowBQYDK2VwAyEA…", signature="q83vEjRWeJA…",
    ),
]  # fmt: skip


def types_text() -> str:
    """Return the section of docs/events.md that lists the types."""
    return "\n".join(_section(example) for example in EXAMPLES)


def _section(example: ev.EventData) -> str:
    cls = type(example)
    summary = " ".join((cls.__doc__ or "").split())
    fields = []
    for field in msgspec.structs.fields(cls):
        default = "" if field.required else " (optional)"
        fields.append(f"`{field.name}`{default}")
    text = msgspec.json.format(encode_data(example), indent=2).decode()
    head = f"### {cls.type}\n\nVersion {cls.version}. {summary}\n\nFields: {', '.join(fields)}."
    return f"{head}\n\n```json\n{text}\n```\n"


def build_document() -> str:
    """Return docs/events.md with its list of types written anew."""
    before, rest = DOCUMENT.read_text(encoding="utf-8").split(START)
    return f"{before}{START}\n\n{types_text()}\n{END}{rest.split(END)[1]}"


def build_golden(folder: Path, name: str) -> None:
    """Write a log with one event of every type, a text erased and a true checkpoint: NAME.db and NAME.jsonl."""
    with tempfile.TemporaryDirectory() as temporary:
        log = open_log(Path(temporary) / "log.db", create=True)
        payloads = {payload_sha(text): text for text in TEXTS}
        new = [ev.NewEvent(f"{data.type}:{n}", data) for n, data in enumerate(EXAMPLES[:-1])]
        log.append(new, recorded_at=AT, payloads=payloads)
        log.append([], recorded_at=AT, erased=[FIRST])
        sign_checkpoint(log, recorded_at=LATER)
        (folder / f"{name}.jsonl").write_bytes(b"".join(export_log(log)))
        log.connection.execute("PRAGMA journal_mode = DELETE")
        log.close()
        shutil.copy(log.path, folder / f"{name}.db")


def main() -> None:
    """Run the command line."""
    DOCUMENT.write_text(build_document(), encoding="utf-8")
    if "--golden" in sys.argv[1:]:
        GOLDEN.mkdir(parents=True, exist_ok=True)
        build_golden(GOLDEN, version("plotwatch"))


if __name__ == "__main__":
    main()
