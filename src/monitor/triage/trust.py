"""How far to trust the counts: what is missed, by three ways of looking, and whether the words keep their promise.

A reading of log and views for the overview; the estimates are learn/'s. Each says how many answers it rests on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from monitor.learn.calibrate import Band, promised
from monitor.learn.labels import NOT_PLOT, PLOT
from monitor.learn.quality import Quality, SampleAnswer, estimate
from monitor.learn.recapture import Recapture, all_there_were, recapture
from monitor.learn.watcher import notices
from monitor.log.store import EventStore
from monitor.triage.counted import CountedPlot
from monitor.triage.likelihood import QuestionOfAnswers, answers
from monitor.triage.standing import standing_of
from monitor.views.fold import Views
from monitor.views.queries.entries import entry
from monitor.views.queries.labels import newest_change
from monitor.views.queries.models import all_models
from monitor.views.queries.queue import drawn_since
from monitor.views.queries.texts import text_of
from monitor.views.queries.yields import EntryFeed

BY_HAND = "added-by-hand"
LEAST_BOTH = 7  # plots that two lists share, below which they say nothing of how many there were
NEAR = 1 / 50  # of an entry far below the line fewer are drawn than one in fifty, on any but the smallest of days


class Stratum(msgspec.Struct, frozen=True):
    """A part of what was not flagged: how many were drawn from it, answered, and called a plot."""

    name: str
    n_drawn: int
    n_answered: int
    n_plots: int


class CheckedEntry(NamedTuple):
    """An entry drawn for the audit: how likely that was, and the label that stands for it ("" before its answer)."""

    entry_id: str
    probability: float
    label: str


def checks(views: Views) -> list[CheckedEntry]:
    """Return every entry that was ever drawn."""
    drawn = drawn_since(views, "")
    return [CheckedEntry(item.entry_id, item.probability, standing_of(views, item.entry_id).label) for item in drawn]


def strata(drawn: Sequence[CheckedEntry]) -> list[Stratum]:
    """Return the audit answers from near the line and from far below it, by how likely each was to be drawn."""
    near, far = Counter[str](), Counter[str]()
    for check in drawn:
        counts = near if check.probability >= NEAR else far
        counts["drawn"] += 1
        counts["answered"] += check.label in (PLOT, NOT_PLOT)
        counts["plots"] += check.label == PLOT
    named = (("just below the line, or with words of a plot", near), ("far below the line", far))
    return [Stratum(name, counts["drawn"], counts["answered"], counts["plots"]) for name, counts in named]


def elsewhere(plots: Sequence[CountedPlot], where: Mapping[str, EntryFeed]) -> Recapture | None:
    """Compare the plots that somebody added by hand with those a feed's entry was flagged for."""
    n_flagged = n_elsewhere = n_both = 0
    for plot in plots:
        entries = [where[row.entry_id] for row in plot.case.rows if row.entry_id in where]
        flagged = any(one.flagged and one.feed_id != BY_HAND for one in entries)
        by_hand = any(one.feed_id == BY_HAND for one in entries)
        n_flagged, n_elsewhere = n_flagged + flagged, n_elsewhere + by_hand
        n_both += flagged and by_hand
    return recapture(n_flagged, n_elsewhere, n_both)


class Noticed(msgspec.Struct, frozen=True):
    """What a watcher of plain words notices (learn/watcher.py), set against the flags.

    `n_both`: confirmed plots of which it notices a flagged report. `quality` estimates, from the checks it led to, how
    many reports it notices that were not flagged. `total` is Chapman's estimate of all plots, None before both have
    seen LEAST_BOTH together.
    """

    n_flagged: int
    n_both: int
    quality: Quality
    total: float | None


def noticed(
    log: EventStore,
    views: Views,
    plots: Sequence[CountedPlot],
    where: Mapping[str, EntryFeed],
    drawn: Sequence[CheckedEntry],
) -> Noticed:
    """Return what plain words notice, in headlines of flagged reports of plots and of the answered checks."""
    n_flagged = n_both = 0
    for plot in plots:
        flagged = [row for row in plot.case.rows if row.entry_id in where and where[row.entry_id].flagged]
        n_flagged += bool(flagged)
        n_both += any(notices(text_of(log, row).headline) for row in flagged)
    seen = [check for check in drawn if _is_noticed(log, views, check.entry_id)]
    checked = [SampleAnswer(c.probability, c.label == PLOT) for c in seen if c.label in (PLOT, NOT_PLOT)]
    population = round(sum(1 / check.probability for check in seen))
    quality = estimate(n_both, checked, len(seen), population)
    n_words = n_both + quality.missed
    total = all_there_were(n_flagged, n_words, n_both) if n_both >= LEAST_BOTH else None
    return Noticed(n_flagged, n_both, quality, total)


def _is_noticed(log: EventStore, views: Views, entry_id: str) -> bool:
    row = entry(views, entry_id)
    return row is not None and notices(text_of(log, row).headline)


def promises(log: EventStore, views: Views) -> list[Band]:
    """Return for each word of likelihood what became of rows that carried it; kept until the next answer."""
    position = newest_change(views)
    event = log.get(position) if position else None
    return _promises(QuestionOfAnswers(views, event.hash)) if event is not None else []


@lru_cache(maxsize=8)
def _promises(asked: QuestionOfAnswers) -> list[Band]:
    found = promised(answers(asked.views)[::-1])
    asked.forget()
    return found


def learning_curve(views: Views) -> list[tuple[str, int, float, float]]:
    """Return (day, labels, held-out recall, held-out average precision) of each measured model, oldest first."""
    points = []
    for model in all_models(views):
        figures = model.card.get("figures") or {}
        shares = [figures.get(name) for name in ("held_out_recall", "held_out_precision")]
        if all(isinstance(share, int | float) for share in shares):
            n_labels = sum(int(model.card.get(name) or 0) for name in ("n_plot", "n_not_plot"))
            points.append((model.trained_at[:10], n_labels, float(shares[0] or 0), float(shares[1] or 0)))
    return points
