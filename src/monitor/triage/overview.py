"""The overview: plots by month, state and target; what each source brought; and what is known of what was missed.

One value for the page, from views and log; drawing it is the surface's. Counts are of cases that reviewers confirmed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec

from monitor.facts.names import state_name
from monitor.learn.labels import NOT_PLOT, PLOT
from monitor.learn.quality import Quality
from monitor.learn.recapture import Recapture, recapture
from monitor.log.store import EventStore
from monitor.triage.agreement import Agreement, agreement, read_units
from monitor.triage.plots import Plot, confirmed_plots
from monitor.triage.samples import read_quality, recall_words
from monitor.triage.standing import standing_of
from monitor.triage.told import MAX_CARD_ENTRIES, StoryFacts, story_facts
from monitor.views.fold import Views
from monitor.views.queries import stories
from monitor.views.queries.models import all_models
from monitor.views.queries.queue import drawn_since
from monitor.views.queries.yields import FeedDay, FeedPolls, feed_days, feed_polls, feeds_of

MONTHS, DAYS, MULTIPLES = 12, 28, 6
BY_HAND = "added-by-hand"
NEAR = 1 / 50  # of an entry far below the line fewer are drawn than one in fifty, on any but the smallest of days
TARGET_WORDS = {"jewish-or-israeli": "Jewish or Israeli", "": "target not said"}


class Series(msgspec.Struct, frozen=True):
    """Counts of one name, one for each month, oldest first."""

    name: str
    counts: list[int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts)


class SourceFigures(msgspec.Struct, frozen=True):
    """What a feed brought in DAYS days: entries a day (None before it was added), flags, plots, polls in its life."""

    feed_id: str
    name: str
    days: list[int | None]
    n_entries: int
    n_flagged: int
    n_plots: int
    n_polls: int
    last_new_at: str


class Stratum(msgspec.Struct, frozen=True):
    """A part of what was not flagged: how many were drawn from it, answered, and called a plot."""

    name: str
    n_drawn: int
    n_answered: int
    n_plots: int


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page. `months` and `days` (ISO) name the columns; `curve` is _curve's."""

    months: list[str]
    every: Series
    states: list[Series]
    targets: list[Series]
    days: list[str]
    sources: list[SourceFigures]
    quality: Quality
    recall: str
    strata: list[Stratum]
    elsewhere: Recapture | None
    agreement: Agreement
    curve: list[tuple[str, int, float, float]]


class Kept:
    """The cards of plots read before, each until its texts or corrections change: reading them is most of the work."""

    def __init__(self) -> None:
        self._cards: dict[str, tuple[tuple[object, ...], StoryFacts]] = {}

    def facts(self, log: EventStore, views: Views, story_id: str) -> StoryFacts:
        """Return a story's facts; of what is kept, the card alone is as new as the log."""
        corrected = tuple((field, *codes) for field, codes in stories.corrections(views, story_id).items())
        state = (*stories.text_shas(views, story_id, MAX_CARD_ENTRIES), *corrected)
        kept = self._cards.get(story_id)
        if kept is None or kept[0] != state:
            kept = self._cards[story_id] = state, story_facts(log, views, story_id)
        return kept[1]


def overview(log: EventStore, views: Views, now: datetime, kept: Kept | None = None) -> Overview:
    """Return the overview at a moment; cards that `kept` holds are not read again."""
    kept = kept or Kept()
    plots = confirmed_plots(log, views, told=partial(kept.facts, log, views))
    months, days = _months(now), [(now - timedelta(days=ago)).date().isoformat() for ago in range(DAYS - 1, -1, -1)]
    where = feeds_of(views, [entry_id for plot in plots for entry_id in plot.entry_ids])
    quality = read_quality(views)
    return Overview(
        months=months,
        every=_series("all plots", plots, months),
        states=_multiples(plots, months, lambda plot: plot.states, state_name, "no state named"),
        targets=_multiples(plots, months, lambda plot: plot.targets, _target, "target not said"),
        days=days,
        sources=_sources(feed_polls(views), feed_days(views, days[0]), days, plots, where),
        quality=quality,
        recall=recall_words(quality),
        strata=_strata(views),
        elsewhere=_elsewhere(plots, where),
        agreement=agreement(read_units(views)),
        curve=_curve(views),
    )


def _months(now: datetime) -> list[str]:
    last = now.year * 12 + now.month - 1
    return [f"{number // 12}-{number % 12 + 1:02}" for number in range(last - MONTHS + 1, last + 1)]


def _series(name: str, plots: Iterable[Plot], months: Sequence[str]) -> Series:
    counts = Counter(plot.at[:7] for plot in plots)
    return Series(name, [counts[month] for month in months])


def _multiples(
    plots: Sequence[Plot], months: Sequence[str], codes_of: Callable[[Plot], list[str]],
    name_of: Callable[[str], str], none: str,
) -> list[Series]:  # fmt: skip
    """Return the commonest values by number, each a series; those of no value last. A plot may count for several."""
    shown = [plot for plot in plots if plot.at[:7] in months]
    common = Counter(code for plot in shown for code in codes_of(plot)).most_common()
    ranked = sorted(common, key=lambda item: (-item[1], item[0]))[:MULTIPLES]
    found = [_series(name_of(code), [plot for plot in shown if code in codes_of(plot)], months) for code, _ in ranked]
    without = _series(none, [plot for plot in shown if not codes_of(plot)], months)
    return [*found, without] if without.total else found


def _target(code: str) -> str:
    return TARGET_WORDS.get(code, code)


def _sources(
    polls: Sequence[FeedPolls], came: Iterable[FeedDay], days: Sequence[str], plots: Sequence[Plot],
    where: dict[str, tuple[str, bool]],
) -> list[SourceFigures]:  # fmt: skip
    per_day = {(item.feed_id, item.day): item for item in came}
    n_plots = Counter(feed for plot in plots for feed in {where[one][0] for one in plot.entry_ids if one in where})
    found = []
    for feed in polls:
        mine = [per_day.get((feed.feed_id, day)) for day in days]
        counts = [
            item.n_entries if item else 0 if day >= feed.added_at[:10] else None
            for item, day in zip(mine, days, strict=True)
        ]
        found.append(
            SourceFigures(
                feed.feed_id, feed.name or feed.feed_id, counts, sum(item.n_entries for item in mine if item),
                sum(item.n_flagged for item in mine if item), n_plots[feed.feed_id], feed.n_fetches, feed.last_new_at,
            )
        )  # fmt: skip
    return sorted(found, key=lambda source: (-source.n_plots, -source.n_flagged, source.name))


def _strata(views: Views) -> list[Stratum]:
    """Return the audit answers from near the line and from far below it, by how likely each was to be drawn."""
    near, far = Counter[str](), Counter[str]()
    for drawn in drawn_since(views, ""):
        counts = near if drawn.probability >= NEAR else far
        label = standing_of(views, drawn.entry_id).label
        counts["drawn"] += 1
        counts["answered"] += label in (PLOT, NOT_PLOT)
        counts["plots"] += label == PLOT
    named = (("just below the line, or with words of a plot", near), ("far below the line", far))
    return [Stratum(name, counts["drawn"], counts["answered"], counts["plots"]) for name, counts in named]


def _elsewhere(plots: Sequence[Plot], where: dict[str, tuple[str, bool]]) -> Recapture | None:
    """Compare the plots that somebody added by hand with those a feed's entry was flagged for."""
    n_flagged = n_elsewhere = n_both = 0
    for plot in plots:
        entries = [where[one] for one in plot.entry_ids if one in where]
        flagged = any(is_flagged and feed != BY_HAND for feed, is_flagged in entries)
        by_hand = any(feed == BY_HAND for feed, _ in entries)
        n_flagged, n_elsewhere = n_flagged + flagged, n_elsewhere + by_hand
        n_both += flagged and by_hand
    return recapture(n_flagged, n_elsewhere, n_both)


def _curve(views: Views) -> list[tuple[str, int, float, float]]:
    """Return (day, labels, held-out recall, held-out average precision) of each measured model, oldest first."""
    points = []
    for model in all_models(views):
        figures = model.card.get("figures") or {}
        shares = [figures.get(name) for name in ("held_out_recall", "held_out_precision")]
        if all(isinstance(share, int | float) for share in shares):
            n_labels = sum(int(model.card.get(name) or 0) for name in ("n_plot", "n_not_plot"))
            points.append((model.trained_at[:10], n_labels, float(shares[0] or 0), float(shares[1] or 0)))
    return points
