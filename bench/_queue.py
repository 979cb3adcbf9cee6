"""The queue itself on labelled streams: threshold, flags, stories, the day's rows and labels as the product makes them.

One model for the whole time, the shipped one; the threshold follows the flow as in a tick at the end of each day; the
stories are linked with the tick's settings; `list_queue` chooses the rows and `label_entry` answers them. What
`simulate` reports of its rows is thus checked on the rows of the product.
"""

from __future__ import annotations

from calendar import timegm
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.classify.bands import Thresholds
from monitor.classify.modelstore import cold_model
from monitor.learn.replay.streams import PLOT, StreamEntry, StreamLabel, read_labels, read_stream
from monitor.learn.threshold import CEILING, FLOOR, START, WINDOW_S, BandPlacement, Flow, Seen, best_rows, follow
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
from monitor.worker.intake.assess import SCORE_DIGITS
from monitor.worker.intake.linking import JOIN, MERGE, WINDOW

Scored = Sequence[tuple[StreamEntry, float]]
SHOWN = 3  # a row counts as found for its best entry and two more, as in simulate
Flags = dict[str, list[tuple[StreamEntry, float]]]


BURST = 1.5  # a day with this many times the usual day's entries above the model's own threshold is a burst
STREAMS = {"quarter": ("stream/2023q1", (10,)), "war": ("languages/war-2026-spring", (3, 10))}


def run(data: Path, only: Path | None = None, labels_of: Path | None = None, rows: int = 10) -> bool:
    """Print what the queue finds where the threshold follows the flow, with and without its floor; tell if all held."""
    wanted = [(only, labels_of, (rows,))] if only and labels_of else [
        (data / f"{name}.jsonl.gz", data / f"{name}.labels.tsv", sizes) for name, sizes in STREAMS.values()
    ]  # fmt: skip
    held = True
    for path, labels_path, sizes in wanted:
        stream, labels = read_stream(path), read_labels(labels_path)
        model = cold_model()
        scored = [(e, round(model.score(e.title, e.summary, e.text, e.lang), SCORE_DIGITS)) for e in stream]
        for subset in (None, *((8,) if path.name.startswith("2023q1") else ())):
            part = scored if subset is None else _of_feeds(scored, subset)
            for size in sizes:
                held &= report(f"{path.name.split('.')[0]}{f', {subset} feeds' if subset else ''}", part, labels, size)
    return held


def _of_feeds(scored: Scored, n: int) -> Scored:
    """Return the entries of every so-manieth feed, by name: a deployment of n feeds."""
    feeds = sorted({entry.feed for entry, _ in scored})
    chosen = set(feeds[:: max(1, len(feeds) // n)][:n])
    return [pair for pair in scored if pair[0].feed in chosen]


def report(name: str, scored: Scored, labels: dict[str, StreamLabel], rows: int) -> bool:
    """Print one deployment's figures at one budget and tell whether the threshold kept to the flow."""
    days = sorted({entry.day for entry, _ in scored})
    by_day: Flags = defaultdict(list)
    for entry, score in scored:
        by_day[entry.day].append((entry, score))
    first_day: dict[str, str] = {}
    for entry, _ in scored:
        if (label := labels.get(entry.entry_id)) and label.label == PLOT:
            first_day.setdefault(label.plot, entry.day)
    n = len(first_day)
    print(f"{name}: {len(scored)} entries, {len(days)} days, {n} plots; {rows} rows a day")
    flags, thresholds = flags_of(days, by_day, rows, floor=True)
    found, n_plot_rows, n_rows = replay(days, flags, labels, rows, by_rule=True)
    in_time = sum((date(found[plot]) - date(first_day[plot])).days <= 1 for plot in found)
    print(
        f"  the queue: {sum(map(len, flags.values()))} flagged, {n_rows} rows ({n_rows / len(days):.1f} a day), "
        f"plots {len(found)} of {n}, within 24 h {in_time}, precision of rows {n_plot_rows / max(n_rows, 1):.3f}, "
        f"threshold {min(thresholds.values()):.2f} to {max(thresholds.values()):.2f}",
        flush=True,
    )
    held = _kept(days, by_day, flags, labels, rows)
    bare, _ = flags_of(days, by_day, rows, floor=False)
    lost = _plots(bare, labels) - _plots(flags, labels)
    with_rows, without = (sum(_n_rows(kind[day]) for day in days) / len(days) for kind in (flags, bare))
    print(
        f"  rows flagged a day: {with_rows:.1f} with the floor, {without:.1f} without; "
        f"the floor cost {', '.join(sorted(lost)) if lost else 'no plot'}",
        flush=True,
    )
    return held


def _plots(flags: Flags, labels: dict[str, StreamLabel]) -> set[str]:
    found = (labels.get(entry.entry_id) for day in flags.values() for entry, _ in day)
    return {label.plot for label in found if label and label.label == PLOT}


def _n_rows(flagged: Sequence[tuple[StreamEntry, float]]) -> int:
    best = sorted(flagged, key=lambda pair: -pair[1])
    return len(best_rows([Seen(score, entry.title) for entry, score in best], 0.0))


def flags_of(days: Sequence[str], by_day: Flags, rows: int, floor: bool) -> tuple[Flags, dict[str, float]]:
    """Return each day's flags as a tick at its noon makes them, and where the threshold stood."""
    model = cold_model()
    own = Thresholds(model.threshold, model.look_again)
    flags: Flags = defaultdict(list)
    thresholds = {}
    for number, day in enumerate(days):
        best = sorted(by_day[day], key=lambda pair: -pair[1])
        seen = tuple(Seen(score, entry.title) for entry, score in best)
        known_s = number * 86_400.0
        stands = (
            follow(own, Flow(len(best), seen, known_s), rows) if floor else _without_floor(own, seen, known_s, rows)
        )
        thresholds[day] = stands.thresholds.flag
        flags[day] = [(entry, score) for entry, score in by_day[day] if score >= stands.thresholds.flag]
    return flags, thresholds


def _without_floor(own: Thresholds, best: tuple[Seen, ...], known_s: float, rows: int) -> BandPlacement:
    if known_s < WINDOW_S:
        return BandPlacement(own, START)
    scores = best_rows(best, 0.0)
    return BandPlacement(Thresholds(min(scores[min(rows, len(scores)) - 1], CEILING), own.look_again), "")


def _kept(days: Sequence[str], by_day: Flags, flags: Flags, labels: dict[str, StreamLabel], rows: int) -> bool:
    """Check from the fourth day on: no day flags too many rows, and plots among the day's best rows are flagged."""
    n_rows = {day: _n_rows(flags[day]) for day in days}
    own = cold_model().threshold
    above = {day: sum(score >= own for _, score in by_day[day]) for day in days}
    usual = sorted(above.values())[len(above) // 2]
    worst = max(days[3:], key=lambda day: n_rows[day] / (3 if above[day] > BURST * max(usual, rows) else 2))
    limit = (3 if above[worst] > BURST * max(usual, rows) else 2) * rows
    missed = set()
    for day in days[3:]:
        best = sorted(by_day[day], key=lambda pair: -pair[1])
        kept = best_rows([Seen(s, e.title) for e, s in best], FLOOR)
        cut = kept[min(rows, len(kept)) - 1] if kept else 1.0
        flagged = {entry.entry_id for entry, _ in flags[day]}
        for entry, score in best:
            label = labels.get(entry.entry_id)
            if label and label.label == PLOT and score >= cut and entry.entry_id not in flagged:
                missed.add(label.plot)
    ok = n_rows[worst] <= limit and not missed
    print(
        f"  {'ok    ' if ok else 'MISSED'} most rows flagged in a day from the fourth on: {n_rows[worst]} "
        f"(at most {limit}); plots among the day's best rows and not flagged: {', '.join(sorted(missed)) or 'none'}"
    )
    return ok


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


def flag(
    log: MemoryLog, linker: Linker, entries: Sequence[tuple[StreamEntry, float]], now: datetime, why: str = "new"
) -> None:
    """Append one day's flagged entries with their stories, as a tick does."""
    events: list[NewEvent] = []
    payloads: dict[str, bytes] = {}
    for entry, score in entries:
        payload = entry_payload(entry.title, entry.summary)
        sha = payload_sha(payload)
        payloads[sha] = payload
        events += list(_events(entry, score, sha, why))
        link = linker.add(entry.entry_id, float(timegm(now.timetuple())), entry.title, entry.summary)
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


def _events(entry: StreamEntry, score: float, sha: str, why: str) -> Iterator[NewEvent]:
    name = entry.entry_id
    seen = EntrySeen(entry_id=name, feed_id="f", guid=name, link=entry.link, text_sha=sha)
    yield NewEvent(f"entry-seen:{name}", seen)
    yield NewEvent(
        f"entry-scored:{name}", EntryScored(model_id="m", threshold=0.0, scores=[(name, 0, score)], feed_id="f")
    )
    yield NewEvent(
        f"entry-flagged:{name}",
        EntryFlagged(entry_id=name, revision=0, model_id="m", score=score, threshold=0.0, why=why),
    )
