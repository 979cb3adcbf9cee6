"""Fit the weights: sublinear TF-IDF per view and a linear classifier over the views joined. Numbers in, numbers out.

Owns the estimator and its constants. Reads rows of term counts (terms.py), returns plain arrays; making them a model
file is train.py's job. Runs with one thread and sorted columns, so the same rows give the same weights bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.learn.terms import TermStore, View

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DECIMALS = 9  # weights and idf are rounded to this many decimals: what is written is what is used


class Options(msgspec.Struct, frozen=True):
    """How to fit. Defaults are the product's; the reason of each stands in docs/classifier.md."""

    kind: str = "logistic"
    c: float = 1.0
    positive_ratio: float = 1.0  # total weight of the positives over that of the negatives; 0: leave weights alone
    min_df: int = 2
    max_df: float = 0.95
    view_scale: tuple[float, ...] = ()


class FittedView(msgspec.Struct, frozen=True):
    """One view's terms: column numbers of the store, idf and weight of each, and the view's scale."""

    columns: Any
    idf: Any
    weights: Any


class Fitted(msgspec.Struct, frozen=True):
    """A fitted classifier over a TermStore: score = sigmoid(bias + sum of weights x normalised tf-idf)."""

    views: tuple[FittedView, ...]
    bias: float

    def margins(self, store: TermStore, rows: Ints | None = None) -> Floats:
        """Return the log-odds of the given rows (all rows by default)."""
        total: Floats | None = None
        for fitted, view in zip(self.views, store.views, strict=True):
            part = _view_margins(fitted, view, rows)
            total = part if total is None else total + part
        assert total is not None  # noqa: S101 - a store has a view
        return total + self.bias


def fit(store: TermStore, rows: Ints, labels: NDArray[np.bool_], weights: Floats, options: Options) -> Fitted:
    """Fit a classifier on the given rows of the store, one weight per row.

    The vocabulary of each view is the terms in at least `min_df` and at most `max_df` of the rows.
    """
    vocabularies = [_vocabulary(view, rows, options) for view in store.views]
    scales = options.view_scale or (1.0,) * len(store.views)
    blocks = [
        _matrix(view, rows, columns, idf, scale)
        for view, (columns, idf), scale in zip(store.views, vocabularies, scales, strict=True)
    ]
    coef, bias = _solve(blocks, labels, _balanced(labels, weights, options.positive_ratio), options)
    views, start = [], 0
    for (columns, idf), scale in zip(vocabularies, scales, strict=True):
        part = np.round(coef[start : start + len(columns)] * scale, DECIMALS)
        views.append(FittedView(columns, idf, part))
        start += len(columns)
    return Fitted(tuple(views), round(bias, DECIMALS))


def _vocabulary(view: View, rows: Ints, options: Options) -> tuple[Ints, Floats]:
    _, columns, _ = view.take(rows)
    df = np.bincount(columns, minlength=view.n_terms)
    keep = np.flatnonzero((df >= options.min_df) & (df <= options.max_df * len(rows)))
    terms = view.terms
    keep = np.array(sorted(keep.tolist(), key=terms.__getitem__), dtype=np.int64)
    idf = np.log((1 + len(rows)) / (1 + df[keep])) + 1  # scikit-learn's smooth_idf
    return keep, np.round(idf, DECIMALS)


def _lookup(view: View, columns: Ints) -> Ints:
    table = np.full(view.n_terms, -1, dtype=np.int64)
    table[columns] = np.arange(len(columns))
    return table


def _tfidf(view: View, rows: Ints | None, columns: Ints, idf: Floats) -> tuple[Ints, Ints, Floats]:
    """Return (row of each value, place in the vocabulary, L2-normalised sublinear tf-idf)."""
    indptr, found, counts = view.arrays() if rows is None else view.take(rows)
    places = _lookup(view, columns)[found]
    lines = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    known = places >= 0
    places, lines, counts = places[known], lines[known], counts[known]
    values = (1 + np.log(counts)) * idf[places]
    norms = np.sqrt(np.bincount(lines, weights=values * values, minlength=len(indptr) - 1))
    return lines, places, values / norms[lines]


def _matrix(view: View, rows: Ints, columns: Ints, idf: Floats, scale: float) -> Any:
    from scipy.sparse import csr_matrix

    lines, places, values = _tfidf(view, rows, columns, idf)
    return csr_matrix((values * scale, (lines, places)), shape=(len(rows), len(columns)))


def _view_margins(fitted: FittedView, view: View, rows: Ints | None) -> Floats:
    n_rows = len(view.arrays()[0]) - 1 if rows is None else len(rows)
    lines, places, values = _tfidf(view, rows, fitted.columns, fitted.idf)
    return np.bincount(lines, weights=values * fitted.weights[places], minlength=n_rows).astype(np.float64)


def _balanced(labels: NDArray[np.bool_], weights: Floats, ratio: float) -> Floats:
    if not ratio:
        return weights
    positive, negative = weights[labels].sum(), weights[~labels].sum()
    return np.where(labels, weights * ratio * negative / positive, weights)


def _solve(blocks: Sequence[Any], labels: NDArray[np.bool_], weights: Floats, options: Options) -> tuple[Floats, float]:
    from scipy.sparse import hstack

    matrix = hstack(blocks, format="csr")
    if options.kind == "logistic":
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=options.c, solver="lbfgs", tol=1e-6, max_iter=400)
    else:
        from sklearn.svm import LinearSVC

        model = LinearSVC(C=options.c, loss="squared_hinge", tol=1e-5, max_iter=5000, random_state=0)
    model.fit(matrix, labels.astype(int), sample_weight=weights)
    return model.coef_[0].astype(np.float64), float(model.intercept_[0])
