"""The overview: plots by month, state and target; what each source brought; and what is known of what was missed.

One value for the page, from views and log; drawing it is the surface's. Counts are of cases that reviewers confirmed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from monitor.facts.names import state_name
from monitor.learn.calibrate import Band
from monitor.learn.quality import Quality
from monitor.learn.recapture import Recapture
from monitor.log.store import EventStore
from monitor.triage.agreement import Agreement, agreement, read_units
from monitor.triage.counted import CountedPlot, KeptCodes, counted_plots
from monitor.triage.samples import read_quality, recall_words
from monitor.triage.trust import Noticed, Stratum, checks, elsewhere, learning_curve, noticed, promises, strata
from monitor.views.fold import Views
from monitor.views.queries.yields import FeedDay, FeedPolls, feed_days, feed_polls, feeds_of

MONTHS, DAYS, MULTIPLES = 12, 28, 5
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
    """What a feed brought in DAYS days: entries a day (None before it was added) and flags.

    In its life: `n_plots` that it reported, `n_first` of them before any other feed, polls.
    """

    feed_id: str
    name: str
    days: list[int | None]
    n_entries: int
    n_flagged: int
    n_plots: int
    n_first: int
    n_polls: int
    last_new_at: str


class Place(msgspec.Struct, frozen=True):
    """A country and how many plots somebody says were to happen there."""

    code: str
    name: str
    n_plots: int


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page. `months` and `days` (ISO) name the columns; `curve` is learning_curve's."""

    months: list[str]
    every: Series
    states: list[Series]
    targets: list[Series]
    places: list[Place]
    n_placeless: int
    days: list[str]
    sources: list[SourceFigures]
    quality: Quality
    recall: str
    strata: list[Stratum]
    elsewhere: Recapture | None
    noticed: Noticed
    promises: list[Band]
    agreement: Agreement
    curve: list[tuple[str, int, float, float]]


def overview(log: EventStore, views: Views, now: datetime, kept: KeptCodes | None = None) -> Overview:
    """Return the overview at a moment; stories whose codes `kept` holds are not read again."""
    plots = counted_plots(log, views, kept or KeptCodes())
    months, days = _months(now), [(now - timedelta(days=ago)).date().isoformat() for ago in range(DAYS - 1, -1, -1)]
    where = feeds_of(views, [row.entry_id for plot in plots for row in plot.case.rows])
    quality, drawn = read_quality(views), checks(views)
    in_year = [plot for plot in plots if plot.at[:7] in months]
    return Overview(
        months=months,
        every=_series("all plots", plots, months),
        states=_multiples(plots, months, lambda plot: plot.states, state_name, "no state named"),
        targets=_multiples(plots, months, lambda plot: plot.targets, _target, "target not said"),
        places=_places(in_year),
        n_placeless=sum(not plot.countries for plot in in_year),
        days=days,
        sources=_sources(feed_polls(views), feed_days(views, days[0]), days, plots),
        quality=quality,
        recall=recall_words(quality),
        strata=strata(drawn),
        elsewhere=elsewhere(plots, where),
        noticed=noticed(log, views, plots, where, drawn),
        promises=promises(log, views),
        agreement=agreement(read_units(views)),
        curve=learning_curve(views),
    )


def _months(now: datetime) -> list[str]:
    last = now.year * 12 + now.month - 1
    return [f"{number // 12}-{number % 12 + 1:02}" for number in range(last - MONTHS + 1, last + 1)]


def _series(name: str, plots: Iterable[CountedPlot], months: Sequence[str]) -> Series:
    counts = Counter(plot.at[:7] for plot in plots)
    return Series(name, [counts[month] for month in months])


def _multiples(
    plots: Sequence[CountedPlot], months: Sequence[str], codes_of: Callable[[CountedPlot], list[str]],
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


def _places(plots: Iterable[CountedPlot]) -> list[Place]:
    """Return the countries that reports name as the place, the commonest first."""
    counts = Counter(code for plot in plots for code in plot.countries)
    found = [Place(code, state_name(code), n) for code, n in counts.items()]
    return sorted(found, key=lambda place: (-place.n_plots, place.name))


def _sources(
    polls: Sequence[FeedPolls], came: Iterable[FeedDay], days: Sequence[str], plots: Sequence[CountedPlot]
) -> list[SourceFigures]:
    per_day = {(item.feed_id, item.day): item for item in came}
    n_plots = Counter(feed for plot in plots for feed in {row.feed_id for row in plot.case.rows})
    n_first = Counter(first_feed(plot) for plot in plots)
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
                sum(item.n_flagged for item in mine if item), n_plots[feed.feed_id], n_first[feed.feed_id],
                feed.n_fetches, feed.last_new_at,
            )
        )  # fmt: skip
    return sorted(found, key=lambda source: (-source.n_plots, -source.n_flagged, source.name))


def first_feed(plot: CountedPlot) -> str:
    """Return the feed that had a plot first: by when its report was published, or seen where that is earlier or all."""
    first = min(plot.case.rows, key=lambda row: (min(row.published_at or row.seen_at, row.seen_at), row.position))
    return first.feed_id
