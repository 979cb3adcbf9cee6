"""The queue itself on the labelled stream: flags, stories, the day's rows and labels as the product makes them.

One model for the whole time, the shipped one; the stories are linked with the tick's settings; `list_queue` chooses the
rows and `label_entry` answers them. What `simulate` reports of its rows is thus checked on the rows of the product.
"""

from __future__ import annotations

from calendar import timegm
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.classify.modelstore import cold_model
from monitor.learn.streams import PLOT, StreamEntry, StreamLabel, read_labels, read_stream
from monitor.log.codec import iso
from monitor.log.events import (
    EntryFlagged,
    EntryScored,
    EntrySeen,
    FeedAdded,
    NewEvent,
    StoryJoined,
    StoryMerged,
    StoryOpened,
)
from monitor.log.memory import MemoryLog
from monitor.log.payloads import entry_payload, payload_sha
from monitor.stories.link import Linker
from monitor.triage.decide import label_entry
from monitor.triage.queue import list_queue
from monitor.triage.rows import QueueRow
from monitor.views.fold import Views, open_views
from monitor.worker.linking import JOIN, MERGE, WINDOW

SHOWN = 3  # a row counts as found for its best entry and two more, as in simulate
Flags = dict[str, list[tuple[StreamEntry, float]]]


def run(folder: Path, rows: int) -> None:
    """Print what the rows of the queue find, in its order and by score alone, at two thresholds.

    The shipped threshold flags fewer rows than the days have room for; the other flags two entries for every row.
    """
    stream = read_stream(folder / "2023q1.jsonl.gz")
    labels = read_labels(folder / "2023q1.labels.tsv")
    model = cold_model()
    scores = [model.score(entry.title, entry.summary, entry.text, entry.lang) for entry in stream]
    days = sorted({entry.day for entry in stream})
    first_day: dict[str, str] = {}
    for entry in stream:
        if (label := labels.get(entry.entry_id)) and label.label == PLOT:
            first_day.setdefault(label.plot, entry.day)
    n = len(first_day)
    for threshold in (model.threshold, sorted(scores, reverse=True)[2 * rows * len(days)]):
        flags: Flags = defaultdict(list)
        for entry, score in zip(stream, scores, strict=True):
            if score >= threshold:
                flags[entry.day].append((entry, score))
        print(f"threshold {threshold:.3f}: {sum(map(len, flags.values()))} of {len(stream)} flagged, {rows} rows a day")
        for name, by_rule in (("the queue", True), ("by score alone", False)):
            found, n_plot_rows, n_rows = replay(days, flags, labels, rows, by_rule)
            in_time = sum((date(found[plot]) - date(first_day[plot])).days <= 1 for plot in found)
            print(
                f"  {name}: {n_rows} rows, plot_recall {len(found) / n:.2f} ({len(found)} of {n}), "
                f"within 24 h {in_time / n:.2f}, precision of rows {n_plot_rows / n_rows:.3f}"
            )


def date(day: str) -> datetime:
    """Return noon of a day."""
    return datetime.fromisoformat(day + "T12:00:00").replace(tzinfo=UTC)


def replay(
    days: Sequence[str], flags: Flags, labels: dict[str, StreamLabel], n_rows: int, by_rule: bool
) -> tuple[dict[str, str], int, int]:
    """Return the day each plot was found, the rows that showed one, and all rows."""
    log = MemoryLog()
    views = open_views(None, log)
    linker = Linker(window_s=WINDOW.total_seconds(), join=JOIN, merge=MERGE)
    log.append(
        [NewEvent("feed-added:f:0", FeedAdded(feed_id="f", url="https://x.test/", name="F"))],
        recorded_at=iso(date(days[0])),
    )
    found: dict[str, str] = {}
    n_plot_rows = n_all = 0
    scores: dict[str, float] = {}
    read: set[str] = set()
    for day in days:
        now = date(day)
        flag(log, linker, flags[day], now)
        scores.update((entry.entry_id, score) for entry, score in flags[day])
        views.catch_up()
        for row in day_rows(log, views, now, n_rows, by_rule):
            shown = sorted(set(row.entry_ids) - read, key=lambda entry_id: (-scores[entry_id], entry_id))[:SHOWN]
            read.update(row.entry_ids)
            plots = {labels[i].plot for i in shown if i in labels and labels[i].label == PLOT}
            for plot in plots:
                found.setdefault(plot, day)
            n_plot_rows += bool(plots)
            n_all += 1
            verdict = "plot" if plots else "not-plot"
            label_entry(log, views, row.entry_id, verdict, by="reader", now=now + timedelta(hours=1))
    return found, n_plot_rows, n_all


def day_rows(log: MemoryLog, views: Views, now: datetime, n_rows: int, by_rule: bool) -> list[QueueRow]:
    """Return a day's rows at one look."""
    if by_rule:
        return list_queue(log, views, now, n_day=n_rows, limit=n_rows)
    return sorted(list_queue(log, views, now), key=lambda row: -row.score)[:n_rows]


def flag(log: MemoryLog, linker: Linker, entries: Sequence[tuple[StreamEntry, float]], now: datetime) -> None:
    """Append one day's flagged entries with their stories, as a tick does."""
    events: list[NewEvent] = []
    payloads: dict[str, bytes] = {}
    for entry, score in entries:
        payload = entry_payload(entry.title, entry.summary)
        sha = payload_sha(payload)
        payloads[sha] = payload
        events += list(_events(entry, score, sha))
        link = linker.add(entry.entry_id, float(timegm(now.timetuple())), entry.title, entry.summary, entry.lang)
        data: StoryOpened | StoryJoined = (
            StoryOpened(story_id=link.story_id, entry_id=entry.entry_id, publisher=entry.feed)
            if link.opened
            else StoryJoined(
                story_id=link.story_id, entry_id=entry.entry_id, similarity=link.similarity, publisher=entry.feed
            )
        )
        events.append(NewEvent(f"story-entry:{entry.entry_id}", data))
        events += [NewEvent(f"m:{gone}", StoryMerged(story_id=kept, from_id=gone)) for kept, gone, _ in link.merged]
    log.append(events, recorded_at=iso(now), payloads=payloads)


def _events(entry: StreamEntry, score: float, sha: str) -> Iterator[NewEvent]:
    name = entry.entry_id
    seen = EntrySeen(entry_id=name, feed_id="f", guid=name, link=entry.link, text_sha=sha)
    yield NewEvent(f"entry-seen:{name}", seen)
    yield NewEvent(
        f"entry-scored:{name}", EntryScored(model_id="m", threshold=0.0, scores=[(name, 0, score)], feed_id="f")
    )
    yield NewEvent(
        f"entry-flagged:{name}", EntryFlagged(entry_id=name, revision=0, model_id="m", score=score, threshold=0.0)
    )
