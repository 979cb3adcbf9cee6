"""Which label stands: the one rule that the queue, training, exports, quality and agreement go by (docs/triage.md).

Of each reviewer the newest label counts that speaks of the entry, one given to the entry alone before one given to its
story. Plot against not-plot, the majority stands; `unsure` casts no vote; where the votes are even, or there are none,
`unsure` stands. Labels that were withdrawn, or given to other words than the entry has now, are not handed in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from monitor.learn.labels import NOT_PLOT, PLOT, UNSURE, Verdict
from monitor.views.fold import Views
from monitor.views.queries.labels import LabelRow, covering, labelled_ids
from monitor.views.queries.stories import story_of


class Standing(msgspec.Struct, frozen=True):
    """What the reviewers together say of an entry. `label` is empty where nobody said anything.

    `by`: each reviewer's newest label. `n_plot`, `n_not_plot`: the votes. `position`: the newest vote's, else label's.
    """

    label: str = ""
    by: dict[str, str] = {}
    n_plot: int = 0
    n_not_plot: int = 0
    position: int = 0
    sample: bool = False

    @property
    def split(self) -> bool:
        """Whether votes were cast and are even."""
        return 0 < self.n_plot == self.n_not_plot

    @property
    def agreed(self) -> bool:
        """Whether every reviewer says the same."""
        return len(set(self.by.values())) == 1


def newest(labels: Iterable[LabelRow]) -> dict[str, LabelRow]:
    """Return each reviewer's label that counts, from labels in log order."""
    alone: dict[str, LabelRow] = {}
    whole: dict[str, LabelRow] = {}
    for label in labels:
        (whole if label.story_id else alone)[label.by] = label
    return whole | alone


def standing(labels: Iterable[LabelRow]) -> Standing:
    """Return which label stands among those that speak of one entry, in log order."""
    counted = newest(labels)
    if not counted:
        return Standing()
    votes = [label for label in counted.values() if label.label != UNSURE]
    n_plot = sum(label.label == PLOT for label in votes)
    n_not_plot = len(votes) - n_plot
    return Standing(
        label=UNSURE if n_plot == n_not_plot else PLOT if n_plot > n_not_plot else NOT_PLOT,
        by={by: label.label for by, label in counted.items()},
        n_plot=n_plot,
        n_not_plot=n_not_plot,
        position=max(label.position for label in votes or counted.values()),
        sample=any(label.sample for label in votes or counted.values()),
    )


def standing_of(views: Views, entry_id: str, *, upto: int | None = None) -> Standing:
    """Return which label stands for an entry, of those given up to a log position."""
    return standing(label for label in covering(views, entry_id) if upto is None or label.position <= upto)


def verdicts(views: Views, *, upto: int | None = None) -> tuple[list[Verdict], list[str]]:
    """Return one verdict for each entry that was itself labelled, and the entries on which votes are even.

    Training learns from the entries that somebody looked at, not from every copy that a story's label answers.
    """
    settled, split = [], []
    for entry_id in labelled_ids(views):
        found = standing_of(views, entry_id, upto=upto)
        if found.split:
            split.append(entry_id)
        elif found.label in (PLOT, NOT_PLOT):
            votes = (found.n_plot, found.n_not_plot)
            plot, story_id = found.label == PLOT, story_of(views, entry_id)
            settled.append(Verdict(entry_id, story_id, plot, votes, found.position, found.sample))
    return sorted(settled, key=lambda verdict: (verdict.position, verdict.entry_id)), sorted(split)


def n_plots(views: Views, entry_ids: Collection[str]) -> int:
    """Return for how many of these entries `plot` stands."""
    return sum(standing_of(views, entry_id).label == PLOT for entry_id in entry_ids)
