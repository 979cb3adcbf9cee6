"""Screen a static pool: show the most likely record, learn from the answer, until all are answered or a budget ends.

Owns the loop, its estimator and its figures. Same terms and solver as the stream's classifier; the vocabulary and idf
come from the whole pool, which is known from the start.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np

from monitor.classify.features import Features
from monitor.learn.fit import Bools, Floats, Ints, Options, Space, ViewOptions, solve
from monitor.learn.metrics import labels_needed, loss, wss
from monitor.learn.terms import Counts, TermStore
from monitor.text.tokens import split

RECALLS = (0.5, 0.8, 0.9, 0.95, 1.0)
REFIT_SHARE = 1 / 50  # refit after this share of new answers, at least after each one
PRIOR_SHARE = 0.3  # of the prior's ranking beside the answers' ranking, both standardised
N_STAND_INS = 10  # least likely records that stand in for not-plots where a pool starts from the seeds
# ELAS u4's loss, C and balance (ASReview 2, tuned by its authors on 26 reviews). A pool may be about anything, so
# unmasked words lead (the last view) and the stream's three views help; terms of three records or more.
POOL_OPTIONS = Options(
    views=(
        ViewOptions(scale=0.5, min_df=3),
        ViewOptions(scale=0.3, min_df=3),
        ViewOptions(scale=0.3, min_df=3),
        ViewOptions(scale=1.0, min_df=3),
    ),
    kind="svm",
    c=0.11,
    positive_ratio=9.8,
)


def pool_counts(title: str, abstract: str) -> Counts:
    """Return a record's counts: the stream's views and plain words with their pairs."""
    plain: Counter[str] = Counter()
    for part in (title, abstract):
        words = [word for word in split(part)[1] if len(word) > 1]
        plain.update(words)
        plain.update(map(" ".join, pairwise(words)))
    return (*Features().counts(title, abstract), plain)


class PoolResult(msgspec.Struct, frozen=True):
    """The order in which records were answered, and each answer; priors are in neither."""

    order: tuple[int, ...]
    answers: tuple[bool, ...]


class Start(msgspec.Struct, frozen=True):
    """What is known before the first answer: rows of the store, their labels and weights."""

    rows: Any
    labels: Any
    weights: Any


def screen(
    store: TermStore,
    pool: Ints,
    truth: Bools,
    start: Start,
    options: Options = POOL_OPTIONS,
    *,
    prior_margins: Floats | None = None,
    budget: int | None = None,
) -> PoolResult:
    """Answer the pool's rows most likely first; `start` is labelled beforehand and in none of the answers.

    `prior_margins` (one per pool row, of a model that has seen no answer) ranks the pool until both kinds of answer
    are known and keeps a share after; its least likely records stand in for not-plots.
    """
    space = Space(store, np.concatenate([pool, start.rows]), options.views)
    matrix = space.matrix(np.concatenate([pool, start.rows]))
    n, known = len(pool), len(pool) + np.arange(len(start.rows))
    labels = np.concatenate([truth, start.labels])
    weights = np.concatenate([np.ones(n), start.weights])
    stand_ins = np.zeros(0, np.int64)
    if prior_margins is not None:
        stand_ins = np.argsort(prior_margins, kind="stable")[:N_STAND_INS]
    waiting = np.ones(n, dtype=bool)
    order: list[int] = []
    scores, since = np.zeros(n), n
    limit = n if budget is None else min(n, budget)
    n_positive = int(truth.sum())
    n_found = 0
    while len(order) < limit and n_found < n_positive:
        if since >= max(1.0, len(order) * REFIT_SHARE):
            done = np.array(order, dtype=np.int64)
            ghosts = np.setdiff1d(stand_ins, done)
            taught = np.concatenate([done, known, ghosts])
            said = np.concatenate([labels[done], labels[known], np.zeros(len(ghosts), bool)])
            scores, since = _scores(matrix, taught, said, weights, n, options, prior_margins), 0
        best = int(np.argmax(np.where(waiting, scores, -np.inf)))
        waiting[best] = False
        order.append(best)
        n_found += bool(truth[best])
        since += 1
    rest = [] if budget is not None else np.flatnonzero(waiting).tolist()
    order += rest
    return PoolResult(tuple(order), tuple(bool(truth[i]) for i in order))


def _scores(
    matrix: Any, taught: Ints, said: Bools, weights: Floats, n: int, options: Options, prior: Floats | None
) -> Floats:
    if said.all() or not said.any():
        return np.zeros(n) if prior is None else prior
    coefficients, _ = solve(matrix[taught], said, weights[taught], options)
    scores = np.asarray(matrix[:n] @ coefficients, dtype=np.float64)
    return scores if prior is None else _standard(scores) + PRIOR_SHARE * _standard(prior)


def _standard(values: Floats) -> Floats:
    return np.asarray((values - values.mean()) / (values.std() or 1.0), dtype=np.float64)


def pool_figures(result: PoolResult, n_positive: int, n_total: int) -> dict[str, Any]:
    """Return labels needed for each recall, WSS@95 and the loss (positives never shown count as last)."""
    answers: Sequence[bool] = result.answers
    missing = n_positive - sum(answers)
    complete = [*answers, *([False] * (n_total - len(answers) - missing)), *([True] * missing)]
    saved = wss(answers, n_positive, n_total)
    return {
        "records": n_total,
        "positives": n_positive,
        "positives_found": n_positive - missing,
        "labels_used": len(answers),
        "labels_needed": {f"{recall:.2f}": labels_needed(answers, n_positive, recall) for recall in RECALLS},
        "wss_95": None if saved is None else round(saved, 4),
        "loss": round(loss(complete), 4),
    }
