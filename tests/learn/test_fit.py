"""Fitting: the exported model scores what scikit-learn scores, and the same rows give the same bytes."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from monitor.classify.bands import Thresholds
from monitor.classify.features import Features
from monitor.classify.model import Model, sigmoid
from monitor.learn.cold import shipped_prior
from monitor.learn.fit import Options, ViewOptions, fit
from monitor.learn.terms import TermStore
from monitor.learn.texts import TrainingText
from monitor.learn.train import OPTIONS, Row, TrainingSet, count_texts, export, fit_set, weigh

WORDS = [
    "police",
    "arrest",
    "agent",
    "embassy",
    "plot",
    "Iran",
    "Russia",
    "court",
    "match",
    "goal",
    "weather",
    "film",
    "oil",
    "charged",
    "foiled",
    "exile",
]


def texts(n: int, seed: int) -> list[TrainingText]:
    """Made-up texts of a small vocabulary."""
    rng = random.Random(seed)
    return [
        TrainingText(f"entry:{i}", " ".join(rng.choices(WORDS, k=6)), " ".join(rng.choices(WORDS, k=rng.randrange(30))))
        for i in range(n)
    ]


def small_set(n: int = 120) -> tuple[TrainingSet, list[TrainingText]]:
    """A training set of made-up texts, every third a plot."""
    store = TermStore(3)
    made = texts(n, 1)
    rows = count_texts(store, made)
    labelled = tuple(Row(row, row % 3 == 0, 1.0, f"s{row // 2}", f"p{row % 7}") for row in rows[: n // 2])
    prior = tuple(Row(row, row % 2 == 0) for row in rows[n // 2 : n // 2 + 10])
    return TrainingSet(store, prior, labelled, np.array(rows[n // 2 + 10 :])), made


def test_the_exported_model_scores_what_was_fitted_to_1e_12() -> None:
    """The pure scorer, the arrays and the file agree on texts seen and unseen."""
    data, made = small_set()
    fitted = fit_set(data)
    model = Model.from_bytes(export(fitted, Thresholds(0.5, 0.3)))
    features, fresh = Features(), texts(200, 2)
    rows = count_texts(data.store, fresh)
    for row, text in [*enumerate(made), *zip(rows, fresh, strict=True)]:
        margin = float(fitted.margins(np.array([row]))[0])
        assert model.margin(features.counts(text.title, text.summary)) == pytest.approx(margin, abs=1e-12)
        assert model.score(text.title, text.summary) == pytest.approx(sigmoid(margin), abs=1e-12)


def test_no_model_is_written_whose_second_band_stands_above_the_first() -> None:
    """A file that every reader would refuse is never made: what is flagged is worth a second look too."""
    model = Model.from_bytes(export(fit_set(small_set()[0]), Thresholds(0.4, 0.6)))
    assert (model.threshold, model.look_again) == (0.4, 0.4)


def test_one_view_without_padding_is_scikit_learns_tfidf_and_regression_to_1e_12() -> None:
    """With pad 0 the view is TfidfVectorizer(sublinear_tf, min_df=2) and the score LogisticRegression's."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    rng = random.Random(3)
    docs = [" ".join(rng.choices(WORDS, k=12)) for _ in range(80)]
    labels = np.array([rng.random() < 0.4 for _ in docs])
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2, max_df=0.95, token_pattern=r"\S+")
    matrix = vectorizer.fit_transform(docs)
    peer = LogisticRegression(C=1.0, tol=1e-6, max_iter=400).fit(matrix, labels)
    store = TermStore(1)
    for doc in docs:
        words = doc.lower().split()
        terms = words + [f"{a} {b}" for a, b in itertools.pairwise(words)]
        store.add(({term: terms.count(term) for term in terms},))
    options = Options(views=(ViewOptions(),), c=1.0, positive_ratio=0)
    rows = np.arange(len(docs))
    fitted = fit(store, rows, labels, np.ones(len(docs)), options)
    ours = fitted.space.matrix(rows)
    assert abs(ours - matrix).max() < 1e-8  # idf is rounded to nine decimals
    exact = matrix @ fitted.weights[0] + fitted.bias
    assert np.abs(fitted.margins() - (ours @ fitted.weights[0] + fitted.bias)).max() < 1e-12
    assert np.abs(exact - peer.decision_function(matrix)).max() < 1e-3  # two runs of one solver, equal to its tolerance


def test_the_same_rows_give_the_same_bytes() -> None:
    """Training is repeatable bit for bit, whatever order the terms were met in."""
    first, second = (export(fit_set(small_set()[0]), Thresholds(0.5, 0.3)) for _ in range(2))
    assert first == second


def test_labels_take_over_from_the_prior() -> None:
    """With 20 labelled plot stories, seeds and templates hold half of the plots' weight; classes weigh the same."""
    store = TermStore(3)
    store.add_all(({"w": 1.0}, {}, {}) for _ in range(100))
    prior = (Row(0, plot=True, weight=3.0), Row(1, plot=True, weight=1.0))
    labelled = (*tuple(Row(2 + i, plot=True, group=f"s{i}") for i in range(20)), Row(50, plot=False))
    weights = {row.row: weight for row, weight in weigh(TrainingSet(store, prior, labelled, np.array([60, 61])))}
    assert weights[0] + weights[1] == pytest.approx(0.5)
    assert weights[0] == pytest.approx(3 * weights[1])
    assert sum(weights[2 + i] for i in range(20)) == pytest.approx(0.5)
    assert weights[50] + weights[60] + weights[61] == pytest.approx(1.0)
    assert weights[50] == pytest.approx(5 * weights[60])


def test_a_story_counts_once_and_a_source_is_capped() -> None:
    """Ten labels in one story weigh as one; one loud source weighs at most a fifth of its class."""
    store = TermStore(3)
    store.add_all(({"w": 1.0}, {}, {}) for _ in range(100))
    one_story = tuple(Row(i, plot=True, group="s1", source="a") for i in range(10))
    others = tuple(Row(10 + i, plot=True, group=f"t{i}", source=f"b{i % 4}") for i in range(9))
    loud = tuple(Row(20 + i, plot=True, group=f"l{i}", source="loud") for i in range(30))
    rows = (*one_story, *others, *loud, Row(90, plot=False))
    weights = {row.row: weight for row, weight in weigh(TrainingSet(store, (), rows))}
    assert sum(weights[i] for i in range(10)) == pytest.approx(weights[10])
    before_cap = 30 + 9 + 1
    assert sum(weights[20 + i] for i in range(30)) / weights[10] == pytest.approx(0.2 * before_cap)


def test_training_without_both_kinds_is_refused() -> None:
    """There is nothing to separate."""
    store = TermStore(3)
    store.add_all(({"w": 1.0}, {}, {}) for _ in range(3))
    with pytest.raises(ValueError, match="plots and not-plots"):
        fit_set(TrainingSet(store, (Row(0, plot=True),)))


def test_the_shipped_prior_has_plots_and_contrast() -> None:
    """The cold model has something on both sides, and seeds weigh less than the templates."""
    prior = shipped_prior()
    assert {p.plot for p in prior} == {True, False}
    assert len(OPTIONS.views) == 3
