"""From labels to a judged candidate: count, fit, set thresholds, compare, ask the gate. Values in, values out.

Owns the order of a retrain. Reading the log and appending events is worker/jobs/retrain.py's job; each step's rule
stands in its own module. The same values give the same bytes: nothing here reads a clock or draws a random number.
"""

from __future__ import annotations

import platform
from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import msgspec
import numpy as np

from monitor.classify.bands import Thresholds
from monitor.classify.features import FEATURES_VERSION, Features
from monitor.classify.model import Model, model_id_of, sigmoid
from monitor.classify.seeds import Seed, load_seeds
from monitor.learn.cold import Prior, seed_examples, shipped_prior
from monitor.learn.compare import Comparison, ModelScores, Recent, compare, gold_items, gold_sha, held_out_scores
from monitor.learn.fit import Fitted, Ints
from monitor.learn.gate import Bounds, judge, judge_labels
from monitor.learn.terms import TermStore
from monitor.learn.texts import Labelled, TrainingText
from monitor.learn.train import (
    N_EXAMPLES,
    OPTIONS,
    Row,
    TrainingSet,
    example_of,
    export,
    fit_set,
    options_for,
    scores_of,
    texts_sha,
    thresholds_for_budget,
    thresholds_for_recall,
)

MIN_DAYS = 3  # with fewer days of its own entries, a deployment's budget is measured on the shipped general news
ORDINARY_PER_DAY = 1_419.0  # entries a day of the stream the shipped general news was drawn from
MEASURES = ("held_out_recall", "held_out_average_precision", "gold_average_precision", "gold_recall")


class RecentText(msgspec.Struct, frozen=True):
    """An entry of the last weeks: its text, its UTC day, its story, its verdict if somebody judged it."""

    text: TrainingText
    day: str
    story_id: str
    plot: bool | None = None


class Materials(msgspec.Struct, frozen=True):
    """Everything a retrain learns from and is measured on. `label_positions` go on the card.

    `earlier` holds the verdicts the model in use was trained on, by ref ("entry:ID").
    """

    labelled: tuple[Labelled, ...]
    background: tuple[TrainingText, ...] = ()
    recent: tuple[RecentText, ...] = ()
    label_positions: tuple[int, ...] = ()
    rows_per_day: float = 10.0
    target_recall: float | None = None
    seeds: tuple[Seed, ...] | None = None
    earlier: Mapping[str, bool] = {}


class Candidate(msgspec.Struct, frozen=True):
    """A trained model with what the gate says of it. `reasons` is empty where it may be promoted."""

    model_id: str
    content: bytes
    card: dict[str, Any]
    comparison: Comparison
    reasons: tuple[str, ...]
    recent_scores: tuple[float, ...]
    thresholds: Thresholds


def train_candidate(materials: Materials, current: Model, rules: Bounds | None = None) -> Candidate | tuple[str, ...]:
    """Train on the materials and compare with `current`; the reasons alone where the labels must not be learnt from."""
    reasons = judge_labels(materials.labelled, rules, materials.earlier)
    if reasons:
        return tuple(reasons)
    counted = _Counted(materials, current)
    held_out = held_out_scores(counted.data)
    fitted = fit_set(counted.data)
    recent_scores = _honest(materials, held_out, scores_of(fitted.margins(counted.recent)))
    thresholds = _thresholds(materials, counted, fitted, held_out, recent_scores)
    candidate = ModelScores(
        thresholds.flag, held_out, scores_of(fitted.margins(counted.gold)),
        _best_per_seed(counted.seeds, scores_of(fitted.margins(counted.seed_rows))), recent_scores,
    )  # fmt: skip
    existing = ModelScores(
        current.threshold, counted.of(current, counted.labelled), counted.of(current, counted.gold),
        _best_per_seed(counted.seeds, counted.of(current, counted.seed_rows)), counted.of(current, counted.recent),
    )  # fmt: skip
    recent = [Recent(r.text.ref, r.story_id, r.text.title, r.plot) for r in materials.recent]
    names = list(dict.fromkeys(counted.seeds))
    comparison = compare(existing, candidate, counted.data.labelled, [plot for _, plot in gold_items()], names, recent)
    card = _card(materials, counted, comparison, thresholds)
    content = export(fitted, thresholds, examples=_examples(materials, counted), card=card)
    return Candidate(
        model_id_of(content),
        content,
        card,
        comparison,
        tuple(judge(comparison, rules)),
        tuple(recent_scores),
        thresholds,
    )


class _Counted:
    """The materials as rows of one store, and the current model's log-odds of the rows it must be compared on.

    `ordinary` is the shipped general news: where a deployment has too few days of its own, it stands for a day's flow.
    """

    def __init__(self, materials: Materials, current: Model) -> None:
        self.store = TermStore(len(OPTIONS.views))
        self._features = Features()
        self._current = current
        self._margins: dict[int, float] = {}
        seeds = load_seeds() if materials.seeds is None else materials.seeds
        prior = shipped_prior(seeds)
        first = self.store.add_all(p.counts for p in prior).start
        self.prior = tuple(Row(first + i, p.plot, p.weight) for i, p in enumerate(prior))
        self.seeds = [seed.name for seed in seeds for _ in seed.passages]
        self.seed_rows = np.arange(len(self.seeds), dtype=np.int64)
        for row, known in enumerate(prior):
            self._remember(first + row, known)
        self.labelled = self._count([item.text for item in materials.labelled])
        self.gold = self._count([text for text, _ in gold_items()])
        self.recent = self._count([item.text for item in materials.recent])
        self.background = self._count(materials.background, remember=False)
        general = [(first + i, int(known.weight)) for i, known in enumerate(prior) if known.ordinary]
        self.ordinary = np.repeat([row for row, _ in general], [n for _, n in general]).astype(np.int64)
        rows = tuple(
            Row(int(row), item.plot, item.weight, item.group, item.source)
            for row, item in zip(self.labelled, materials.labelled, strict=True)
        )
        self.data = TrainingSet(self.store, self.prior, rows, self.background)

    def of(self, model: Model, rows: Ints) -> list[float]:
        """Return the current model's scores of rows counted for it."""
        assert model is self._current  # noqa: S101 - margins are kept for one model
        return [sigmoid(self._margins[int(row)]) for row in rows]

    def _remember(self, row: int, prior: Prior) -> None:
        self._margins[row] = self._current.margin(prior.counts)  # type: ignore[arg-type]

    def _count(self, texts: Sequence[TrainingText], *, remember: bool = True) -> Any:
        rows = []
        for text in texts:
            counts = self._features.counts(text.title, text.summary, text.text, text.lang)
            row = self.store.add(counts)
            if remember:
                self._margins[row] = self._current.margin(counts)
            rows.append(row)
        return np.array(rows, dtype=np.int64)


def _best_per_seed(names: Sequence[str], scores: Sequence[float]) -> list[float]:
    """Return each article's best passage score: an entry is a passage, not an article."""
    best: dict[str, float] = {}
    for name, score in zip(names, scores, strict=True):
        best[name] = max(best.get(name, 0.0), score)
    return list(best.values())


def _honest(materials: Materials, held_out: Sequence[float], scores: list[float]) -> list[float]:
    """Put held-out scores in place of those of entries the candidate was trained on."""
    by_ref = {item.text.ref: score for item, score in zip(materials.labelled, held_out, strict=True)}
    return [by_ref.get(item.text.ref, score) for item, score in zip(materials.recent, scores, strict=True)]


def _thresholds(
    materials: Materials,
    counted: _Counted,
    fitted: Fitted,
    held_out: Sequence[float],
    recent_scores: Sequence[float],
) -> Thresholds:
    """Return thresholds for the target recall, or for the budget on the deployment's own days or general news."""
    if materials.target_recall is not None:
        plots = [score for score, item in zip(held_out, materials.labelled, strict=True) if item.plot]
        return thresholds_for_recall(plots, materials.target_recall)
    days: dict[str, dict[str, float]] = defaultdict(dict)
    for item, score in zip(materials.recent, recent_scores, strict=True):
        stories = days[item.day]
        stories[item.story_id] = max(stories.get(item.story_id, 0.0), score)
    if len(days) >= MIN_DAYS:
        return thresholds_for_budget({day: list(best.values()) for day, best in days.items()}, materials.rows_per_day)
    ranked = sorted(scores_of(fitted.margins(counted.ordinary)), reverse=True)
    n_flag = materials.rows_per_day * len(ranked) / ORDINARY_PER_DAY
    flag, look = (float(ranked[min(len(ranked), max(1, round(n))) - 1]) for n in (n_flag, 3 * n_flag))
    return Thresholds(min(max(flag, 1e-6), 1 - 1e-6), min(max(look, 1e-6), flag))


def _examples(materials: Materials, counted: _Counted) -> list[Any]:
    plots = [(int(row), item) for row, item in zip(counted.labelled, materials.labelled, strict=True) if item.plot][
        -N_EXAMPLES:
    ]
    seeds = seed_examples(counted.store, counted.prior, materials.seeds)
    return [*seeds, *(example_of(counted.store, row, item.text.ref, "") for row, item in plots)]


def _card(materials: Materials, counted: _Counted, comparison: Comparison, thresholds: Thresholds) -> dict[str, Any]:
    """Return what the model was made from and what it showed; no time, so that a rebuild gives the same card."""
    positions = materials.label_positions
    return {
        "kind": "trained",
        "n_plot": comparison.n_plots,
        "n_not_plot": comparison.n_not_plots,
        "n_stories": len({item.group or item.text.ref for item in materials.labelled}),
        "n_background": len(materials.background),
        "n_prior": len(counted.prior),
        "label_positions": [min(positions, default=0), max(positions, default=0)],
        "labels_sha": texts_sha(materials.labelled),
        "background_sha": texts_sha(materials.background),
        "gold_sha": gold_sha(),
        "features_version": FEATURES_VERSION,
        "options": msgspec.to_builtins(options_for(counted.data.labelled)),
        "rows_per_day": materials.rows_per_day,
        "thresholds": msgspec.to_builtins(thresholds),
        "figures": {name: value[1] for name, value in comparison_figures(comparison).items() if name in MEASURES},
        "versions": {
            "monitor": version("plotwatch"),
            "python": platform.python_version(),
            **{name: version(name) for name in ("scikit-learn", "numpy", "scipy")},
        },
    }


def comparison_figures(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison's figures for a card or an event: rounded, without lists of entries."""
    replay = comparison.replay
    pairs = {
        name: [round(pair.current, 4), round(pair.candidate, 4)]
        for name, pair in (
            ("held_out_recall", comparison.held_out_recall),
            ("held_out_average_precision", comparison.held_out_precision),
            ("gold_average_precision", comparison.gold_precision),
            ("gold_recall", comparison.gold_recall),
        )
    }
    return pairs | {
        "would_have_flagged": len(replay.would_have_flagged),
        "would_have_missed": len(replay.would_have_missed),
        "missed_plots": len(replay.missed_plots),
        "found_plots": len(replay.found_plots),
        "seeds_missed": list(comparison.seeds_missed),
    }
