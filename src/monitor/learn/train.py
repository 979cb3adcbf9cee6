"""Train a model: seeds, labels and background in, a model file and its card out.

Owns what counts how much in training, the thresholds and the card. The estimator is fit.py's, the file format
classify/model.py's, which labels count labels.py's. No clock, no log: the same values give the same bytes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from monitor.classify.bands import Thresholds
from monitor.classify.features import FEATURES_VERSION, VIEWS, Features
from monitor.classify.model import FORMAT, Example, ModelData, ViewData, model_bytes, sigmoid
from monitor.learn.fit import Fitted, Floats, Options, ViewOptions, fit
from monitor.learn.terms import TermStore
from monitor.learn.texts import Labelled, TrainingText

PRIOR_FADE = 20.0  # with this many labelled plot stories, seeds and templates hold half of the plots' weight
HARD_WEIGHT = 5.0  # an answered row counts as this many unread entries: it was shown because it looked like a plot
SAMPLE_CAP = 5.0  # an audit sample's answer counts as at most this many answers
SOURCE_CAP = 0.2  # one source's labels weigh at most this share of their class
TOTAL = 10_000.0  # weights are scaled to this sum, so that `c` means the same with few and many rows
N_EXAMPLES = 200  # labelled plots kept for "nearest example"

# The options of a model without labels; pad 20 keeps a text with one known word from being taken for that word.
# Plateau: docs/classifier.md.
OPTIONS = Options(
    views=(ViewOptions(pad=20.0), ViewOptions(pad=20.0), ViewOptions(pad=20.0)),
    kind="logistic",
    c=0.1,
    positive_ratio=1.0,
)


class Row(msgspec.Struct, frozen=True):
    """A labelled row of a TermStore."""

    row: int
    plot: bool
    weight: float = 1.0
    group: str = ""
    source: str = ""


class TrainingSet(msgspec.Struct, frozen=True):
    """Rows of a store to fit on: seeds and templates (`prior`), labels, and background taken as not-plot."""

    store: TermStore
    prior: tuple[Row, ...]
    labelled: tuple[Row, ...] = ()
    background: Any = ()


def options_for(labelled: Sequence[Row]) -> Options:
    """Return the options for these labels: the words view's room grows from once to twice that of the others.

    Words mean little before there are labels (four articles in one style), and are what labels teach best.
    """
    words, *others = OPTIONS.views
    return msgspec.structs.replace(
        OPTIONS, views=(msgspec.structs.replace(words, scale=2.0 - _prior_share(labelled)), *others)
    )


def _prior_share(labelled: Sequence[Row]) -> float:
    """Return the part of the plots' weight that seeds and templates keep beside so many labelled plot stories."""
    n_stories = len({row.group or str(row.row) for row in labelled if row.plot})
    return PRIOR_FADE / (PRIOR_FADE + n_stories)


def fit_set(data: TrainingSet, options: Options | None = None) -> Fitted:
    """Fit the classifier on a training set, by default with the options for its labels.

    Raises ValueError where there is no example of one kind.
    """
    options = options or options_for(data.labelled)
    weighed = weigh(data)
    rows = np.array([row.row for row, _ in weighed], dtype=np.int64)
    labels = np.array([row.plot for row, _ in weighed], dtype=bool)
    weights = np.array([weight for _, weight in weighed])
    if not len(labels) or labels.all() or not labels.any():
        raise ValueError("training needs plots and not-plots")
    weights *= TOTAL / weights.sum()
    return fit(data.store, rows, labels, weights, options)


def weigh(data: TrainingSet) -> list[tuple[Row, float]]:
    """Return every row with its weight, each class's weights summing to 1.

    Plots: seeds and templates (as weighed in `prior`) hold PRIOR_FADE / (PRIOR_FADE + n), n labelled stories the rest,
    a story's labels sharing one weight. Not-plots: each background row counts 1, each answered row HARD_WEIGHT.
    """
    labelled = _cap_sources(data.labelled, _label_weights(data.labelled))
    prior_share = _prior_share(data.labelled)
    prior_total = sum(row.weight for row in data.prior if row.plot) or 1.0
    label_total = sum(w for row, w in zip(data.labelled, labelled, strict=True) if row.plot) or 1.0
    plots = [(row, row.weight * prior_share / prior_total) for row in data.prior if row.plot]
    plots += [
        (row, weight * (1 - prior_share) / label_total)
        for row, weight in zip(data.labelled, labelled, strict=True)
        if row.plot
    ]
    others = [(row, row.weight) for row in data.prior if not row.plot]
    others += [(row, HARD_WEIGHT * weight) for row, weight in zip(data.labelled, labelled, strict=True) if not row.plot]
    others += [(Row(int(row), plot=False), 1.0) for row in data.background]
    total = sum(weight for _, weight in others) or 1.0
    return plots + [(row, weight / total) for row, weight in others]


def _label_weights(rows: Sequence[Row]) -> list[float]:
    """Return one weight a story and verdict, shared by its rows; an audit answer's 1 / probability is capped."""
    per_story = Counter((row.group, row.plot) for row in rows)
    return [min(row.weight, SAMPLE_CAP) / (per_story[row.group, row.plot] if row.group else 1) for row in rows]


def _cap_sources(rows: Sequence[Row], weights: Sequence[float]) -> list[float]:
    """Scale a source down to SOURCE_CAP of its class where five or more sources have labels."""
    out = list(weights)
    for plot in (True, False):
        totals: Counter[str] = Counter()
        for row, weight in zip(rows, weights, strict=True):
            if row.plot is plot and row.source:
                totals[row.source] += weight  # type: ignore[assignment]
        if len(totals) < 1 / SOURCE_CAP:
            continue
        limit = SOURCE_CAP * sum(totals.values())
        for index, row in enumerate(rows):
            if row.plot is plot and totals[row.source] > limit:
                out[index] *= limit / totals[row.source]
    return out


def thresholds_for_budget(scores_by_day: Mapping[str, Sequence[float]], rows_per_day: float) -> Thresholds:
    """Return the thresholds that flag `rows_per_day` rows on an average day, and three times as many to look again.

    `scores_by_day` holds the best score of each story seen on each of the recent days.
    """
    ranked = sorted((score for day in scores_by_day.values() for score in day), reverse=True)
    return Thresholds(
        _cut(ranked, rows_per_day * len(scores_by_day)), _cut(ranked, 3 * rows_per_day * len(scores_by_day))
    )


def thresholds_for_recall(plot_scores: Sequence[float], recall: float) -> Thresholds:
    """Return the thresholds above which this share of held-out plots lies (and half of the rest to look again)."""
    ranked = sorted(plot_scores, reverse=True)
    return Thresholds(_cut(ranked, recall * len(ranked)), _cut(ranked, (1 + recall) / 2 * len(ranked)))


def _cut(ranked: Sequence[float], wanted: float) -> float:
    """Return the score of the last of `wanted` entries, kept inside (0, 1)."""
    if not ranked:
        return 0.5
    place = min(len(ranked), max(1, round(wanted)))
    return float(min(max(ranked[place - 1], 1e-6), 1 - 1e-6))


def export(
    fitted: Fitted, thresholds: Thresholds, *, examples: Sequence[Example] = (), card: Mapping[str, Any] | None = None
) -> bytes:
    """Return the model file of a fitted classifier."""
    views = []
    for name, vocabulary, weights, view in zip(
        VIEWS, fitted.space.vocabularies, fitted.weights, fitted.space.store.views, strict=True
    ):
        terms = view.terms
        table = {
            terms[column]: (float(idf), float(weight))
            for column, idf, weight in zip(vocabulary.columns, vocabulary.idf, weights, strict=True)
        }
        views.append(ViewData(name, table, vocabulary.options.pad, vocabulary.options.unknown_idf))
    return model_bytes(
        ModelData(
            format=FORMAT,
            features_version=FEATURES_VERSION,
            views=tuple(views),
            bias=fitted.bias,
            threshold=thresholds.flag,
            look_again=min(thresholds.look_again, thresholds.flag),
            examples=tuple(examples),
            card=dict(card or {}),
        )
    )


def scores_of(margins: Floats) -> list[float]:
    """Return scores from log-odds, with the scorer's own arithmetic."""
    return [sigmoid(margin) for margin in margins.tolist()]


def count_texts(store: TermStore, texts: Sequence[TrainingText]) -> range:
    """Count texts into the store and return their rows."""
    features = Features()
    return store.add_all(features.counts(t.title, t.summary, t.text, t.lang) for t in texts)


def example_of(store: TermStore, row: int, ref: str, title: str) -> Example:
    """Return a row's concepts as an example to compare with: unit length, six decimals."""
    view = store.views[VIEWS.index("concepts")]
    _, columns, counts = view.take(np.array([row]))
    length = float(np.sqrt((counts * counts).sum())) or 1.0
    terms = view.terms
    return Example(ref, title, {terms[c]: round(float(n) / length, 6) for c, n in zip(columns, counts, strict=True)})


def texts_sha(texts: Sequence[TrainingText | Labelled]) -> str:
    """Return the SHA-256 (hex) over texts (and verdicts) in order: what the card names a set of them by."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(msgspec.json.encode(text))
        digest.update(b"\n")
    return digest.hexdigest()
