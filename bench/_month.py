"""A stretch of a labelled stream lived through by the product itself: its worker, its queue, its nightly training.

Each day's entries are served by a fetcher in memory, each feed as RSS with the day before still on it, and collected by
one tick. A reader then answers the first of the day's rows by the stream's labels (a borderline entry: unsure) until
the page says that the day is done, then the known cases that moved and the random checks; at night the product trains.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import cast

import msgspec

from monitor import app
from monitor.config.load import Config
from monitor.config.settings import Settings
from monitor.config.values import FeedConfig, derived_id
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.values import FetchRequest, FetchResult
from monitor.learn.calibrate import likely
from monitor.learn.replay.streams import PLOT, StreamEntry, StreamLabel
from monitor.log.codec import iso
from monitor.log.events import EntrySeen
from monitor.surfaces.progress import progress_of
from monitor.triage.decide import label_entry
from monitor.triage.moved import moved_cases
from monitor.triage.queue import list_queue
from monitor.triage.rows import QueueRow
from monitor.triage.samples import waiting_samples
from monitor.views.fold import open_views
from monitor.worker.jobs.retrain import retrain
from monitor.worker.setup import set_up
from monitor.worker.tick import run_tick
from monitor.worker.workspace import Workspace

READER = "reader"
BORDERLINE = 2
TICK, LOOK, NIGHT = timedelta(hours=18), timedelta(hours=18, minutes=30), timedelta(hours=27)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was read. `plots`: the labelled cases that it reports; `known`: each of them was labelled before."""

    day: str
    title: str
    score: float
    probability: float | None
    plots: tuple[str, ...]
    known: bool

    @property
    def word(self) -> str:
        """The word of likelihood that stood on it; empty before there was a calibration."""
        return likely(self.probability) if self.probability is not None else ""


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a known case that moved, and whether one of its new entries reports a plot."""

    day: str
    title: str
    plot: bool


class Lived(msgspec.Struct):
    """What the reader was shown, day by day."""

    days: list[str] = []
    rows: list[Shown] = []
    moved: list[Moved] = []
    n_entries: int = 0
    n_flagged: int = 0
    n_checks: int = 0
    n_checks_plot: int = 0
    promoted: list[str] = []
    refused: list[str] = []


class Papers:
    """A fetcher in memory: each feed's address answers with RSS of what it has listed lately."""

    def __init__(self) -> None:
        self.listed: dict[str, list[StreamEntry]] = {}

    def publish(self, today: Mapping[str, list[StreamEntry]]) -> None:
        """Put today's entries on top of each feed; those of the last day with any stay below them."""
        for url, entries in today.items():
            before = self.listed.get(url, [])
            last = before[0].day if before else ""
            self.listed[url] = [*entries, *(entry for entry in before if entry.day == last)]

    def fetch(self, requests: Iterable[FetchRequest], policy: FetchPolicy) -> Iterator[FetchResult]:
        """Answer each request."""
        for request in requests:
            body = rss(self.listed.get(request.url, []))
            yield FetchResult(
                request_id=request.request_id, url=request.url, status=200, body=body, final_url=request.url,
                content_type="application/rss+xml",
            )  # fmt: skip


def rss(entries: Sequence[StreamEntry]) -> bytes:
    """Return an RSS feed of stream entries, published at noon of their day; the guid is the stream's id."""
    items = "".join(
        f'<item><guid isPermaLink="false">{escape(entry.entry_id)}</guid><title>{_escaped(entry.title)}</title>'
        f"<link>{escape(entry.link)}</link><description>{_escaped(entry.summary)}</description>"
        f"<pubDate>{datetime.fromisoformat(entry.day):%a, %d %b %Y} 12:00:00 GMT</pubDate></item>"
        for entry in entries
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{items}</channel></rss>'.encode()


def _escaped(text: str) -> str:
    """Return text as RSS carries it: escaped once as HTML and once as XML."""
    return escape(escape("".join(letter for letter in text if letter >= " " or letter in "\n\t"), quote=False))


class Reader:
    """The product in a folder, and somebody who reads its queue once a day and answers by the labels."""

    def __init__(self, folder: Path, urls: Sequence[str], labels: Mapping[str, StreamLabel], n_rows: int) -> None:
        self.labels, self.papers, self.now = labels, Papers(), datetime(2000, 1, 1, tzinfo=UTC)
        self.stream_ids: dict[str, str] = {}
        self.lived, self._read_upto, self._known = Lived(), 0, set[str]()
        feeds = [FeedConfig(feed_id=derived_id(url), url=url, name=url.split("/")[2]) for url in urls]
        log = app.create_log(folder)
        self.workspace = Workspace(
            config=Config(feeds=feeds, settings=Settings(rows_per_day=n_rows)), data_dir=folder, log=log,
            views=open_views(folder / app.VIEWS_NAME, log), clock=lambda: self.now, load_model=app.current_model,
            fetcher=self.papers,
        )  # fmt: skip

    def live(self, days: Mapping[str, Sequence[StreamEntry]], train_every: int) -> Lived:
        """Go through the days; `train_every` so many days the night trains, 0 never."""
        for number, (day, entries) in enumerate(days.items(), 1):
            midnight = datetime.fromisoformat(day).replace(tzinfo=UTC)
            self.now = midnight + TICK
            if number == 1:
                set_up(
                    self.workspace.log, self.workspace.views, self.workspace.config.feeds,
                    self.workspace.data_dir / app.MODELS_NAME, recorded_at=iso(self.now),
                )  # fmt: skip
            self._collect(entries)
            self.now = midnight + LOOK
            self._read(day)
            if train_every and number % train_every == 0:
                self.now = midnight + NIGHT
                self._train(day)
            self.lived.days.append(day)
        return self.lived

    def _collect(self, entries: Sequence[StreamEntry]) -> None:
        today: dict[str, list[StreamEntry]] = defaultdict(list)
        for entry in entries:
            today[entry.feed].append(entry)
        self.papers.publish(today)
        report = run_tick(self.workspace, force=True)
        self.lived.n_entries += report.n_new
        self.lived.n_flagged += report.n_flagged
        for event in self.workspace.log.read(after=self._read_upto, types=[EntrySeen.type]):
            seen = cast(EntrySeen, event.data)
            self.stream_ids[seen.entry_id] = seen.guid
        self._read_upto = self.workspace.log.head()[0]

    def _read(self, day: str) -> None:
        """Answer the first of the day's rows until none is left, then what moved and the checks."""
        log, views, n_rows = self.workspace.log, self.workspace.views, self.workspace.config.settings.rows_per_day
        while progress_of(self.workspace, READER).n_left:
            self._answer_row(day, list_queue(log, views, self.now, n_day=n_rows, limit=1, by=READER)[0])
        moved = moved_cases(log, views, self.now)
        checks = waiting_samples(log, views)
        for case in moved:
            verdicts = [self._verdict([entry_id]) for entry_id in case.entry_ids]
            self.lived.moved.append(Moved(day=day, title=case.title, plot="plot" in verdicts))
            for entry_id, verdict in zip(case.entry_ids, verdicts, strict=True):
                self._label(entry_id, verdict, whole=False)
        for check in checks:
            verdict = self._verdict([check.entry_id])
            self.lived.n_checks += 1
            self.lived.n_checks_plot += verdict == "plot"
            self._label(check.entry_id, verdict, whole=False)

    def _answer_row(self, day: str, row: QueueRow) -> None:
        plots = self._plots(row.entry_ids)
        known = bool(plots) and plots <= self._known
        self.lived.rows.append(
            Shown(
                day=day, title=row.title, score=row.score, probability=row.probability, plots=tuple(sorted(plots)),
                known=known,
            )
        )  # fmt: skip
        self._known |= plots
        self._label(row.entry_id, self._verdict(row.entry_ids), whole=True)

    def _label(self, entry_id: str, verdict: str, *, whole: bool) -> None:
        self.now += timedelta(seconds=30)
        label_entry(
            self.workspace.log, self.workspace.views, entry_id, verdict, by=READER, now=self.now, whole_story=whole
        )

    def _plots(self, entry_ids: Iterable[str]) -> set[str]:
        found = (self.labels.get(self.stream_ids.get(entry_id, "")) for entry_id in entry_ids)
        return {label.plot for label in found if label and label.label == PLOT}

    def _verdict(self, entry_ids: Sequence[str]) -> str:
        found = [self.labels.get(self.stream_ids.get(entry_id, "")) for entry_id in entry_ids]
        codes = {label.label for label in found if label}
        return "plot" if PLOT in codes else "unsure" if BORDERLINE in codes else "not-plot"

    def _train(self, day: str) -> None:
        outcome = retrain(self.workspace)
        if outcome.state == "promoted":
            self.workspace.forget_model()
            self.lived.promoted.append(day)
        elif outcome.state == "rejected":
            self.lived.refused.append(day)
