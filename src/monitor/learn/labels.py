"""Labels for learning: verdicts with their texts, and unlabelled texts as contrast. Which label stands: triage.

Reads the views and the payloads; decides nothing about weights (train.py). Verdicts come in the order of the log, so
the same log gives the same training set.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from monitor.learn.texts import Labelled, TrainingText
from monitor.log.store import EventStore
from monitor.views.fold import Views
from monitor.views.queries.entries import entry, undecided
from monitor.views.queries.labels import all_labels
from monitor.views.queries.texts import with_texts

PLOT, NOT_PLOT, UNSURE = "plot", "not-plot", "unsure"


class Decision(msgspec.Struct, frozen=True):
    """One decision as the log has it. `overtaken`: the entry was flagged for other words since."""

    position: int
    entry_id: str
    story_id: str
    label: str
    by: str
    at: str
    sample: bool = False
    withdrawn: bool = False
    source: str = ""
    note: str = ""
    overtaken: bool = False

    @property
    def day(self) -> str:
        """The UTC day of the decision."""
        return self.at[:10]


class Verdict(msgspec.Struct, frozen=True):
    """What the reviewers together say of an entry; `votes` is (plot, not-plot)."""

    entry_id: str
    story_id: str
    plot: bool
    votes: tuple[int, int]
    position: int
    sample: bool = False


def list_decisions(views: Views, *, upto: int | None = None) -> list[Decision]:
    """Return every decision in log order, withdrawn ones included."""
    return [
        Decision(
            label.position, label.entry_id, story_id, label.label, label.by, label.at, label.sample, label.withdrawn,
            label.source, label.note, label.overtaken,
        )
        for label, story_id in all_labels(views)
        if upto is None or label.position <= upto
    ]  # fmt: skip


def labelled_texts(views: Views, log: EventStore, settled: Sequence[Verdict]) -> list[Labelled]:
    """Return the verdicts with their texts; entries whose text was erased are left out."""
    found = []
    known = [(verdict, row) for verdict in settled if (row := entry(views, verdict.entry_id))]
    contents = with_texts(log, (row for _, row in known))
    for (verdict, _), (row, content) in zip(known, contents, strict=True):
        if content.erased:
            continue
        weight = 1.0 / row.probability if verdict.sample and row.probability else 1.0
        text = TrainingText(f"entry:{verdict.entry_id}", content.title, content.summary, content.text, row.lang)
        found.append(Labelled(text, verdict.plot, weight, verdict.story_id, row.source))
    return found


def background_texts(views: Views, log: EventStore, n: int) -> list[TrainingText]:
    """Return the texts of at most `n` recent entries nobody flagged or labelled: contrast for training."""
    texts = []
    for row, content in with_texts(log, undecided(views, n)):
        if not content.erased:
            texts.append(
                TrainingText(f"background:{row.entry_id}", content.title, content.summary, content.text, row.lang)
            )
    return texts
