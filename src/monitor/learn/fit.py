"""Fit the weights: sublinear TF-IDF per view and a linear classifier over the views joined. Numbers in, numbers out.

Owns the estimator and its constants. Reads rows of term counts (terms.py), returns plain arrays; making them a model
file is train.py's job. Columns are sorted and solvers run on one thread from a fixed start, so the same rows give the
same weights bit for bit.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.learn.terms import TermStore, View

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

DECIMALS = 9  # weights and idf are rounded to this many decimals: what is written is what is used


class ViewOptions(msgspec.Struct, frozen=True):
    """How one view's terms become values.

    `scale` multiplies its values before fitting; `pad` and `unknown_idf` lengthen the norm (classify/model.py has the
    formula), so that a text with one known word is not taken for that word.
    """

    scale: float = 1.0
    min_df: int = 2
    max_df: float = 0.95
    pad: float = 0.0
    unknown_idf: float = 0.0


class Options(msgspec.Struct, frozen=True):
    """How to fit. `positive_ratio`: total weight of the positives over that of the negatives (0: as given)."""

    views: tuple[ViewOptions, ...]
    kind: str = "logistic"
    c: float = 1.0
    positive_ratio: float = 1.0


class Vocabulary(msgspec.Struct, frozen=True):
    """One view's terms: columns of the store in the order of their terms, and the idf of each."""

    columns: Any
    idf: Any
    options: ViewOptions


class Space:
    """The vocabularies of all views, learnt from some rows of a store; turns rows into matrices."""

    def __init__(self, store: TermStore, rows: Ints, views: tuple[ViewOptions, ...]) -> None:
        self.store = store
        self.vocabularies = tuple(
            _vocabulary(view, rows, options) for view, options in zip(store.views, views, strict=True)
        )

    def matrix(self, rows: Ints) -> Any:
        """Return the rows as one sparse matrix, a row each, the views side by side."""
        from scipy.sparse import csr_matrix, hstack

        blocks = []
        for vocabulary, view in zip(self.vocabularies, self.store.views, strict=True):
            lines, places, values = _values(vocabulary, view, rows)
            shape = (len(rows), len(vocabulary.columns))
            blocks.append(csr_matrix((values * vocabulary.options.scale, (lines, places)), shape=shape))
        return hstack(blocks, format="csr")

    def split(self, weights: Floats) -> tuple[Floats, ...]:
        """Cut a vector over all columns of the matrix into one per view, with the view's scale worked in."""
        parts, start = [], 0
        for vocabulary in self.vocabularies:
            end = start + len(vocabulary.columns)
            parts.append(np.round(weights[start:end] * vocabulary.options.scale, DECIMALS))
            start = end
        return tuple(parts)


class Fitted(msgspec.Struct, frozen=True):
    """A fitted classifier: score = sigmoid(bias + sum over views of weights x normalised tf-idf)."""

    space: Space
    weights: tuple[Any, ...]
    bias: float

    def margins(self, rows: Ints | None = None) -> Floats:
        """Return the log-odds of the given rows of the store (all rows by default)."""
        store = self.space.store
        n_rows = store.n_rows if rows is None else len(rows)
        total = np.full(n_rows, self.bias)
        for vocabulary, weights, view in zip(self.space.vocabularies, self.weights, store.views, strict=True):
            lines, places, values = _values(vocabulary, view, rows)
            total += np.bincount(lines, weights=values * weights[places], minlength=n_rows)
        return total


def fit(store: TermStore, rows: Ints, labels: Bools, weights: Floats, options: Options) -> Fitted:
    """Fit a classifier on the given rows of the store, one weight per row."""
    space = Space(store, rows, options.views)
    coefficients, bias = solve(space.matrix(rows), labels, weights, options)
    return Fitted(space, space.split(coefficients), round(bias, DECIMALS))


def solve(matrix: Any, labels: Bools, weights: Floats, options: Options) -> tuple[Floats, float]:
    """Return the weights and bias of a linear classifier on the matrix's rows."""
    if options.kind == "logistic":
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=options.c, solver="lbfgs", tol=1e-6, max_iter=400)
    else:
        from sklearn.svm import LinearSVC

        model = LinearSVC(C=options.c, loss="squared_hinge", max_iter=5000, random_state=0)
    model.fit(matrix, labels.astype(int), sample_weight=balanced(labels, weights, options.positive_ratio))
    return model.coef_[0].astype(np.float64), float(model.intercept_[0])


def balanced(labels: Bools, weights: Floats, ratio: float) -> Floats:
    """Return weights of the same sum in which the positives' total is `ratio` times the negatives' (0: as given)."""
    positive, negative = weights[labels].sum(), weights[~labels].sum()
    if not ratio or not positive or not negative:
        return weights
    scaled = np.where(labels, weights * ratio * negative / positive, weights)
    return np.asarray(scaled * (weights.sum() / scaled.sum()), dtype=np.float64)


def _vocabulary(view: View, rows: Ints, options: ViewOptions) -> Vocabulary:
    _, columns, _ = view.take(rows)
    df = np.bincount(columns, minlength=view.n_terms)
    keep = np.flatnonzero((df >= options.min_df) & (df <= options.max_df * len(rows)))
    terms = view.terms
    keep = np.array(sorted(keep.tolist(), key=terms.__getitem__), dtype=np.int64)
    idf = np.log((1 + len(rows)) / (1 + df[keep])) + 1  # scikit-learn's smooth_idf
    return Vocabulary(keep, np.round(idf, DECIMALS), options)


def _values(vocabulary: Vocabulary, view: View, rows: Ints | None) -> tuple[Ints, Ints, Floats]:
    """Return (row of each value, its place in the vocabulary, normalised sublinear tf-idf)."""
    indptr, columns, counts = view.arrays() if rows is None else view.take(rows)
    n_rows, options = len(indptr) - 1, vocabulary.options
    table = np.full(view.n_terms, -1, dtype=np.int64)
    table[vocabulary.columns] = np.arange(len(vocabulary.columns))
    places = table[columns]
    lines = np.repeat(np.arange(n_rows), np.diff(indptr))
    known = places >= 0
    squares = np.full(n_rows, options.pad**2)
    if options.unknown_idf:
        squares += options.unknown_idf**2 * np.bincount(lines[~known], minlength=n_rows)
    places, lines, counts = places[known], lines[known], counts[known]
    values = (1 + np.log(counts)) * vocabulary.idf[places]
    norms = np.sqrt(squares + np.bincount(lines, weights=values * values, minlength=n_rows))
    return lines, places, values / norms[lines]
