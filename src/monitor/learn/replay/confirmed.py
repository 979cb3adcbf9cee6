"""Follow-ups in a replay: what continues a confirmed plot is shown in a place of its own, as the product shows it.

Owns which entries follow which plot, and the figures of it. The rule is stories/followed.py's; the reader here links
every row of a plot to the plot's case, as the labels name it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from monitor.classify.model import sigmoid
from monitor.learn.replay.streams import IGNORED, PLOT, StreamEntry, StreamLabel
from monitor.stories.followed import MOST_REPORTS, RECENT, ConfirmedCases


class FollowUp(msgspec.Struct, frozen=True):
    """An entry shown because it continues a confirmed plot; `plot` names the case it was put to."""

    day: str
    entry: int
    plot: str


class AnsweredReport(msgspec.Struct, frozen=True):
    """A report that the answer `plot` speaks of."""

    day: str
    story_id: str
    entry: int
    plot: str


def plot_of(labels: Mapping[str, StreamLabel], entry: StreamEntry) -> str:
    """Return the plot an entry reports by its label, "" where it reports none."""
    label = labels.get(entry.entry_id)
    return (label.plot or entry.entry_id) if label and label.label == PLOT else ""


class Confirmed:
    """The plots confirmed so far, and what followed them."""

    def __init__(self, entries: Sequence[StreamEntry], labels: Mapping[str, StreamLabel]) -> None:
        self._entries, self._labels = entries, labels
        self._reports: list[AnsweredReport] = []
        self.since: dict[str, str] = {}  # a plot -> the day it was confirmed
        self.followed: list[FollowUp] = []

    def confirm(self, day: str, story_id: str, shown: Sequence[int], members: Sequence[int]) -> None:
        """Take in a row that was answered `plot`: its plot is the first that its shown entries report."""
        plots = [plot for index in shown if (plot := plot_of(self._labels, self._entries[index]))]
        for plot in plots:
            self.since.setdefault(plot, day)
        self._reports += [AnsweredReport(day, story_id, index, plots[0]) for index in members[:MOST_REPORTS]]

    def follow(self, day: str, unread: Iterable[int], margins: Sequence[float]) -> set[int]:
        """Show the entries of a day, none of them in a row, that continue a plot confirmed before; return them."""
        known = ConfirmedCases()
        for report in self._reports:
            entry, age = self._entries[report.entry], date.fromisoformat(day) - date.fromisoformat(report.day)
            known.add(report.story_id, report.plot, entry.title, entry.summary, recent=age <= RECENT)
        found = set()
        for index in unread if known.any else ():
            entry = self._entries[index]
            match = known.continued(sigmoid(float(margins[index])), entry.title, entry.summary)
            if match is not None:
                self.followed.append(FollowUp(day, index, match.case_id))
                found.add(index)
        return found


def followup_figures(
    entries: Sequence[StreamEntry],
    labels: Mapping[str, StreamLabel],
    since: Mapping[str, str],
    followed: Sequence[FollowUp],
    in_rows: set[int],
) -> dict[str, Any]:
    """Return how many later reports of confirmed plots were shown, and in how many rows of known cases a day.

    Later: of a day after the one their plot was confirmed on. Entries labelled 2 are neither right nor wrong.
    """
    plots = [plot_of(labels, entry) for entry in entries]
    later = {index for index, plot in enumerate(plots) if plot and since.get(plot, "9") < entries[index].day}
    beside = {each.entry for each in followed}
    doubtful = {i for i in beside if (label := labels.get(entries[i].entry_id)) and label.label == IGNORED}
    cases = Counter(day for day, _ in {(each.day, each.plot) for each in followed})
    return {
        "later_entries": len(later),
        "in_rows": len(later & in_rows),
        "followed": len(later & beside - in_rows),
        "recall": round(len(later & (in_rows | beside)) / len(later), 4) if later else 0.0,
        "wrong": sum(not plots[index] for index in beside - doubtful),
        "most_cases_a_day": max(cases.values(), default=0),
    }
