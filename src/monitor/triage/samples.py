"""The audit sample as triage sees it: drawn entries that wait for an answer, and what the answers say was missed."""

from __future__ import annotations

import msgspec

from monitor.learn.labels import NOT_PLOT, PLOT
from monitor.learn.quality import Quality, SampleAnswer, estimate
from monitor.log.store import EventStore
from monitor.triage.standing import n_plots, standing_of
from monitor.views.fold import Views
from monitor.views.queries import queue
from monitor.views.queries.entries import EntryRow
from monitor.views.queries.texts import text_of


class SampleRow(msgspec.Struct, frozen=True, kw_only=True):
    """An unflagged entry drawn at random, to be labelled like any other."""

    entry_id: str
    day: str
    probability: float
    title: str
    summary: str
    link: str
    feed: str


def waiting_samples(log: EventStore, views: Views, limit: int = 20) -> list[SampleRow]:
    """Return the drawn entries nobody has answered, the newest day first."""
    return [_row(log, drawn, entry) for drawn, entry in queue.waiting_samples(views, limit)]


def sample_row(log: EventStore, views: Views, entry_id: str) -> SampleRow | None:
    """Return one drawn entry, answered or not; None where it was not drawn."""
    found = queue.sample(views, entry_id)
    return None if found is None else _row(log, *found)


def _row(log: EventStore, drawn: queue.Drawn, entry: EntryRow) -> SampleRow:
    text = text_of(log, entry)
    return SampleRow(
        entry_id=drawn.entry_id, day=drawn.day, probability=drawn.probability, title=text.headline,
        summary=text.summary, link=entry.link, feed=entry.feed,
    )  # fmt: skip


# An interval wider than this says too little to be quoted as a figure.
WIDE = 0.3


def recall_words(quality: Quality) -> str:
    """Say what the audit answers know of recall; empty without answers, no figure where it is a guess."""
    if not quality.n_answered:
        return ""
    interval = f"{quality.recall_low:.0%} to {quality.recall_high:.0%}"
    if quality.recall_high - quality.recall_low > WIDE:
        return f"too few answers to say how much is missed: anything from {interval} of reports found"
    return f"{quality.recall:.0%} of reports found ({interval}), from {quality.n_answered} audited entries"


def read_quality(views: Views, since: str = "") -> Quality:
    """Read found plots, the sample and its answers from the views, and estimate, by the label that stands."""
    n_found = n_plots(views, [entry_id for entry_id, _ in queue.flagged_unsampled(views, since)])
    drawn = queue.drawn_since(views, since)
    said = [(item.probability, standing_of(views, item.entry_id).label) for item in drawn]
    answers = [SampleAnswer(probability, label == PLOT) for probability, label in said if label in (PLOT, NOT_PLOT)]
    return estimate(n_found, answers, len(drawn), queue.n_population(views, since))
