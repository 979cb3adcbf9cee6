"""One simulation from files to figures: count terms once, fit the cold model, link stories, replay, retrain.

Owns the wiring of `monitor simulate`; each step is the product's own function. The day loop is simulate.py's.
"""

from __future__ import annotations

from calendar import timegm
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from time import strptime
from typing import Any

import msgspec
import numpy as np

from monitor.learn.cold import Prior, shipped_prior
from monitor.learn.fit import Options, ViewOptions
from monitor.learn.replay.pool import POOL_OPTIONS, Start, pool_counts, pool_figures, screen
from monitor.learn.replay.simulate import RETRAIN_DAYS, Replay, SimulatedAnswer, figures, replay
from monitor.learn.replay.streams import PoolRecord, StreamEntry, StreamLabel, read_pool
from monitor.learn.terms import TermStore
from monitor.learn.texts import TrainingText
from monitor.learn.train import OPTIONS, Row, TrainingSet, count_texts, fit_set
from monitor.stories.link import Linker

BACKGROUND_MAX = 20_000


class Linked:
    """Stories as the linker makes them, day by day; a story that was merged answers for the one it became."""

    def __init__(self) -> None:
        self._linker = Linker()
        self._story: dict[int, str] = {}
        self._became: dict[str, str] = {}

    def advance(self, entries: Sequence[tuple[int, StreamEntry]]) -> None:
        """Link one day's entries."""
        for index, entry in entries:
            at = float(timegm(strptime(entry.day, "%Y-%m-%d")))
            link = self._linker.add(entry.entry_id, at, entry.title, entry.summary)
            self._story[index] = link.story_id
            for kept, gone, _ in link.merged:
                self._became[gone] = kept

    def story_of(self, index: int) -> str:
        """Return an entry's story, following merges."""
        story = self._story[index]
        while story in self._became:
            story = self._became[story]
        return story


class Experiment:
    """A stream with its term counts in memory; `run` replays it."""

    def __init__(
        self,
        entries: Sequence[StreamEntry],
        labels: Mapping[str, StreamLabel],
        prior: Sequence[Prior],
        background: Sequence[StreamEntry] = (),
        options: Options | None = None,
    ) -> None:
        self.entries, self.labels, self.options = entries, labels, options
        self.store = TermStore(len(OPTIONS.views))
        first = self.store.add_all(p.counts for p in prior).start
        self.prior = tuple(Row(first + i, p.plot, p.weight) for i, p in enumerate(prior))
        self.background = np.array(count_texts(self.store, [_text(e) for e in background]), dtype=np.int64)
        self.rows = np.array(count_texts(self.store, [_text(e) for e in entries]), dtype=np.int64)

    def cold(self) -> Any:
        """Return every entry's log-odds from the model that has seen no label."""
        return self._margins((), self.background)

    def run(self, rows_per_day: int, retrain: str) -> tuple[Replay, dict[str, Any]]:
        """Replay the stream and return what happened and its figures."""
        result = replay(
            self.entries, self.labels, Linked(), self.cold(), self._retrain, rows_per_day=rows_per_day,
            every_days=RETRAIN_DAYS[retrain],
        )  # fmt: skip
        return result, figures(self.entries, self.labels, result)

    def _retrain(self, day: str, answers: Sequence[SimulatedAnswer], followed: Collection[int]) -> Any:
        shown = {index for answer in answers for index in answer.shown} | set(followed)
        labelled = tuple(
            Row(int(self.rows[answer.entry]), answer.label, 1.0, answer.story_id, self.entries[answer.entry].feed)
            for answer in answers
        )
        past = [i for i, entry in enumerate(self.entries) if entry.day < day and i not in shown][-BACKGROUND_MAX:]
        return self._margins(labelled, np.concatenate([self.background, self.rows[past]]))

    def _margins(self, labelled: tuple[Row, ...], background: Any) -> Any:
        data = TrainingSet(self.store, self.prior, labelled, background)
        return fit_set(data, self.options).margins(self.rows)


def _text(entry: StreamEntry) -> TrainingText:
    return TrainingText(f"entry:{entry.entry_id}", entry.title, entry.summary, entry.text, entry.lang)


def screen_file(path: Path, budget: int | None = None) -> dict[str, Any]:
    """Screen a pool file and return its figures.

    Records marked `prior` are the start; without any the seeds are, and the shipped contrast.
    """
    return screen_records(read_pool(path), budget)


def screen_records(records: Sequence[PoolRecord], budget: int | None = None) -> dict[str, Any]:
    """Screen a pool and return its figures; see screen_file."""
    store = TermStore(len(POOL_OPTIONS.views))
    rows = np.array(store.add_all(pool_counts(r.title, r.abstract) for r in records), dtype=np.int64)
    prior = np.array([record.prior for record in records], dtype=bool)
    truth = np.array([record.label for record in records], dtype=bool)
    margins = None if prior.any() else _cold_margins(store, rows)
    start = Start(rows[prior], truth[prior], np.ones(int(prior.sum())))
    result = screen(store, rows[~prior], truth[~prior], start, prior_margins=margins, budget=budget)
    return pool_figures(result, int(truth[~prior].sum()), int((~prior).sum()))


def _cold_margins(store: TermStore, rows: Any) -> Any:
    """Return the rows' log-odds from the shipped examples; plain words, which those have not, are left out."""
    prior = shipped_prior()
    first = store.add_all((*p.counts, {}) for p in prior).start
    data = TrainingSet(store, tuple(Row(first + i, p.plot, p.weight) for i, p in enumerate(prior)))
    without_plain = msgspec.structs.replace(OPTIONS, views=(*OPTIONS.views, ViewOptions(max_df=0.0)))
    return fit_set(data, without_plain).margins(rows)
