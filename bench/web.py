"""The pages over a log of a million events: server time a request, and what `monitor queue` costs.

    python3 dev.py bench web [--events 1000000]

Forty confirmed plots of eight reports stand in it, and three known cases that moved. Exits 1 where the queue page takes
60 ms or more of CPU or 100 kB, a story of 500 entries 150 ms, the first visit of the overview 300 ms, or opening the
log and listing the queue 0.3 s.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from starlette.testclient import TestClient

from monitor.classify.modelstore import cold_model
from monitor.config.load import Config
from monitor.config.settings import Settings
from monitor.fetch.fetcher import CurlFetcher
from monitor.log.codec import iso
from monitor.log.events import (
    EntryFlagged,
    EntryLabelled,
    EntryScored,
    EntrySeen,
    FeedAdded,
    NewEvent,
    StoryJoined,
    StoryOpened,
)
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.sqlite.store import open_log
from monitor.log.store import EventStore
from monitor.surfaces.web.desk import HERE
from monitor.surfaces.web.door.reviewers import Reviewers
from monitor.surfaces.web.server import create_app
from monitor.triage.counted import keep_codes
from monitor.triage.queue import list_queue
from monitor.triage.told import card_of
from monitor.views.fold import open_views
from monitor.worker.workspace import Workspace
from tools.invented_year import plot

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
HOST = "127.0.0.1:8765"
PAGE_LIMIT_S, STORY_LIMIT_S, OPEN_LIMIT_S = 0.06, 0.15, 0.3
OVERVIEW_LIMIT_S = 0.3
PAGE_BYTES, STORY_ENTRIES, BIG = 100_000, 500, "sbig"
PLOTS, REPORTS, MOVED = 40, 8, 3
BATCH = 2_000
FURTHER = (
    "The court heard that the men had followed their target for weeks and photographed the front door. Their lawyers "
    "said on Friday that they denied every charge. A neighbour told a local paper that police had searched two flats. "
    "The embassy called the accusation baseless. The trial is to open in the spring, the court's office said."
)
FLAG_EVERY = 300  # about as often as a cold model flags on a real stream
WAITING = 200  # flagged stories left without a label


def build(folder: Path, n_events: int) -> None:
    """Fill a log: entries seen and scored, one in FLAG_EVERY flagged, all but the last WAITING flags labelled."""
    log = open_log(folder / "log.db", create=True)
    at = iso(NOW)
    log.append([NewEvent("feed-added:w:0", FeedAdded(feed_id="w", url="https://x.test/", name="W"))], recorded_at=at)
    n_flags = n_events // FLAG_EVERY
    number = 0
    while log.head()[0] < n_events:
        events, payloads, scores = [], {}, []
        for _ in range(BATCH):
            number += 1
            entry_id = f"{number * 2654435761 % 2**64:016x}"
            payload = entry_payload(f"Alleged plot reported, number {number}", "Officials allege; the state denies it.")
            sha = payload_sha(payload)
            payloads[sha] = payload
            seen = EntrySeen(entry_id=entry_id, feed_id="w", guid=entry_id, link="https://x.test/a", text_sha=sha)
            events.append(NewEvent(f"entry-seen:{entry_id}", seen))
            scores.append((entry_id, 0, 0.8))
            if number % FLAG_EVERY == 0:
                events += decided(entry_id, labelled=number // FLAG_EVERY < n_flags - WAITING)
        data = EntryScored(model_id="m", threshold=0.5, scores=scores, feed_id="w")
        events.append(NewEvent(f"entry-scored:{number}", data))
        log.append(events, recorded_at=at, payloads=payloads)
    big_story(log, at)
    confirmed_plots(log, at)
    log.close()


def big_story(log: EventStore, at: str) -> None:
    """Add one story of STORY_ENTRIES entries of as many publishers."""
    events, payloads = [], {}
    for number in range(STORY_ENTRIES):
        entry_id = f"{number:08x}big"
        payload = entry_payload(f"Police report {number} on the alleged plot", f"Officials allege; part {number}.")
        sha = payload_sha(payload)
        payloads[sha] = payload
        data = EntrySeen(entry_id=entry_id, feed_id="w", guid=entry_id, link=f"https://p{number}.test/", text_sha=sha)
        joined = StoryJoined(story_id=BIG, entry_id=entry_id, similarity=0.6, publisher=f"p{number}.test")
        opened = StoryOpened(story_id=BIG, entry_id=entry_id, publisher="p0.test")
        story = joined if number else opened
        events += [NewEvent(f"entry-seen:{entry_id}", data), NewEvent(f"story-entry:{entry_id}", story)]
    scored = EntryScored(model_id="m", threshold=0.5, scores=[("00000000big", 0, 0.7)], feed_id="w")
    flag = EntryFlagged(entry_id="00000000big", revision=0, model_id="m", score=0.7, threshold=0.5)
    events += [NewEvent("entry-scored:big", scored), NewEvent("entry-flagged:big", flag)]
    log.append(events, recorded_at=at, payloads=payloads)


def confirmed_plots(log: EventStore, at: str) -> None:
    """Add PLOTS stories of REPORTS entries, labelled plot; MOVED of them get a further report after the label."""
    rng = random.Random(14)
    for number in range(PLOTS):
        events, payloads, story = [], {}, f"splot{number:03}"
        items = [item for _ in range(REPORTS) for item in plot(f"b{number}", NOW, rng, 8)][:REPORTS]
        for report, item in enumerate([*items, *(items[:1] if number < MOVED else [])]):
            entry_id = f"{number:04x}{report:02x}plot"
            summary = f"{item.summary} {FURTHER}"
            payload = entry_payload(f"{item.title}, report {report}", summary)
            payloads[sha := payload_sha(payload)] = payload
            seen = EntrySeen(
                entry_id=entry_id, feed_id="w", guid=entry_id, link=f"https://p{report}.test/", text_sha=sha
            )
            joined = StoryJoined(story_id=story, entry_id=entry_id, similarity=0.6, publisher=f"p{report}.test")
            opened = StoryOpened(story_id=story, entry_id=entry_id, publisher="p0.test")
            if report == len(items):
                label = EntryLabelled(entry_id=f"{number:04x}00plot", label="plot", by="ana", story_id=story)
                events.append(NewEvent(f"entry-labelled:{story}", label))
            events += [
                NewEvent(f"entry-seen:{entry_id}", seen),
                NewEvent(f"entry-scored:{entry_id}",
                         EntryScored(model_id="m", threshold=0.5, scores=[(entry_id, 0, 0.9)], feed_id="w")),
                NewEvent(f"entry-flagged:{entry_id}",
                         EntryFlagged(entry_id=entry_id, revision=0, model_id="m", score=0.9, threshold=0.5)),
                NewEvent(f"story-entry:{entry_id}", joined if report else opened),
            ]  # fmt: skip
        if number >= MOVED:
            label = EntryLabelled(entry_id=f"{number:04x}00plot", label="plot", by="ana", story_id=story)
            events.append(NewEvent(f"entry-labelled:{story}", label))
        log.append(events, recorded_at=at, payloads=payloads)


def decided(entry_id: str, *, labelled: bool) -> list[NewEvent]:
    """Return the events of a flagged entry."""
    flag = EntryFlagged(
        entry_id=entry_id, revision=0, model_id="m", score=0.8, threshold=0.5, terms_for=[("w:plot", 1.0, "plot")]
    )
    events = [
        NewEvent(f"entry-flagged:{entry_id}", flag),
        NewEvent(f"story-entry:{entry_id}", StoryOpened(story_id="s" + entry_id, entry_id=entry_id)),
    ]
    if labelled:
        label = EntryLabelled(entry_id=entry_id, label="not-plot", by="ana", story_id="s" + entry_id)
        events.append(NewEvent(f"entry-labelled:{entry_id}", label))
    return events


def workspace_of(folder: Path) -> Workspace:
    """Open the folder as a request does."""
    log = open_log(folder / "log.db")
    return Workspace(
        config=Config(feeds=[], settings=Settings()), data_dir=folder, log=log,
        views=open_views(folder / "views.db", log), clock=lambda: NOW, load_model=lambda _: cold_model(),
        fetcher=CurlFetcher(),
    )  # fmt: skip


def main() -> int:
    """Build, measure, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    events = parser.parse_args().events
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build(folder, events)
        started = time.process_time()
        workspace = workspace_of(folder)
        print(f"first fold of {events} events: {time.process_time() - started:.1f} s CPU")
        keep_codes(workspace.log, workspace.views, folder)  # as a tick does
        workspace.close()
        opened = measured(lambda: open_and_list(folder))
        reviewers = Reviewers(folder)
        reviewers.add("ana", iso(NOW))
        app = create_app(lambda: workspace_of(folder), reviewers, frozenset({HOST}), NOW.timestamp)
        client = TestClient(app, base_url=f"http://{HOST}")
        client.cookies.set("monitor_session", reviewers.sign_in("ana", NOW.timestamp()))
        first = client.get("/")
        assert first.status_code == 200
        assert client.get(f"/story/{BIG}").status_code == 200
        page = measured(lambda: client.get("/"))
        story = measured(lambda: client.get(f"/story/{BIG}"))
        card_of.cache_clear()
        first_visit = measured(lambda: client.get("/overview"), runs=1)
        again = measured(lambda: client.get("/overview"))
        files = sum(file.stat().st_size for file in (HERE / "static").glob("*.[cj]s*"))
        size = len(first.content) + files
    print(f"open the log and list the queue: {opened:.3f} s CPU (limit {OPEN_LIMIT_S})")
    print(f"queue page: {page * 1000:.0f} ms CPU (limit {PAGE_LIMIT_S * 1000:.0f})")
    print(f"queue page with styles and scripts: {size / 1000:.0f} kB (limit {PAGE_BYTES // 1000})")
    print(f"story of {STORY_ENTRIES} entries: {story * 1000:.0f} ms CPU (limit {STORY_LIMIT_S * 1000:.0f})")
    limit = f"(limit {OVERVIEW_LIMIT_S * 1000:.0f})"
    print(f"overview, first visit: {first_visit * 1000:.0f} ms CPU {limit}; again: {again * 1000:.0f}")
    slow = page >= PAGE_LIMIT_S or opened >= OPEN_LIMIT_S or story >= STORY_LIMIT_S
    slow |= first_visit >= OVERVIEW_LIMIT_S
    return int(slow or size >= PAGE_BYTES)


def open_and_list(folder: Path) -> None:
    """Do what `monitor queue` does after its imports."""
    workspace = workspace_of(folder)
    list_queue(workspace.log, workspace.views, NOW, limit=10)
    workspace.close()


def measured(work: object, runs: int = 15) -> float:
    """Return the median CPU seconds of a call."""
    times = []
    for _ in range(runs):
        started = time.process_time()
        work()  # type: ignore[operator]
        times.append(time.process_time() - started)
    return statistics.median(times)


if __name__ == "__main__":
    sys.exit(main())
