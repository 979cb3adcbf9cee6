"""The audit sample as triage sees it: drawn entries that wait for an answer, and what the answers say was missed."""

from __future__ import annotations

import msgspec

from monitor.learn.labels import list_decisions, verdicts
from monitor.learn.quality import Quality, SampleAnswer, estimate
from monitor.log.store import EventStore
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
        entry_id=drawn.entry_id, day=drawn.day, probability=drawn.probability, title=text.title, summary=text.summary,
        link=entry.link, feed=entry.feed,
    )  # fmt: skip


def read_quality(views: Views, since: str = "") -> Quality:
    """Read found plots, the sample and its answers from the views, and estimate.

    An entry's own verdict counts; where it has none, the newest verdict on another entry of its story.
    """
    settled, _ = verdicts(list_decisions(views))
    own = {verdict.entry_id: verdict.plot for verdict in settled}
    of_story = {verdict.story_id: verdict.plot for verdict in settled}

    def plot(entry_id: str, story_id: str) -> bool | None:
        return own.get(entry_id, of_story.get(story_id))

    n_found = sum(plot(*row) is True for row in queue.flagged_unsampled(views, since))
    drawn = queue.drawn_since(views, since)
    answers = [SampleAnswer(item.probability, own[item.entry_id]) for item in drawn if item.entry_id in own]
    return estimate(n_found, answers, len(drawn), queue.n_population(views, since))
