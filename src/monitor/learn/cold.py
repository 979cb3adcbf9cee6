"""The cold model: what is known before the first label, and the model trained on nothing else.

Owns which shipped examples count how much. The examples are classify/'s data, the fit is train.py's.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from monitor.classify.bands import Thresholds
from monitor.classify.contrast import contrast_counts
from monitor.classify.model import Example, sigmoid
from monitor.classify.seeds import Seed, load_seeds
from monitor.classify.sequences import CONTRAST_TEMPLATES, background_counts, template_counts
from monitor.learn.terms import Counts, TermStore
from monitor.learn.train import OPTIONS, Row, TrainingSet, example_of, export, fit_set  # fmt: skip

# Log-odds that 10 and 30 of 1,419 entries of general news a day reach (docs/classifier.md): where a deployment starts,
# until its own flow moves the threshold.
FLAG_MARGIN = -0.08
LOOK_AGAIN_MARGIN = -0.78
SEED_SHARE = 0.08  # the passages' total weight, the templates' being 1: more makes one outlet's wording count too much
CONTRAST_TEMPLATE_WEIGHT = 0.75
LOOK_ALIKE_WEIGHT = 15.0  # a look-alike counts as this many background entries: it was written to be hard


class Prior(msgspec.Struct, frozen=True):
    """What is known before the first label: term counts, and what they are an example of.

    `ordinary` marks the shipped general news; its `weight` is the number of entries with these counts.
    """

    counts: Counts
    plot: bool
    weight: float = 1.0
    ordinary: bool = False


def shipped_prior(seeds: Sequence[Seed] | None = None) -> list[Prior]:
    """Return the seeds' passages and the templates (their weights shared by kind), look-alikes and background."""
    passages = [passage.counts for seed in (load_seeds() if seeds is None else seeds) for passage in seed.passages]
    templates = template_counts()
    return [
        *(Prior(counts, plot=True, weight=SEED_SHARE / len(passages)) for counts in passages),
        *(Prior(counts, plot=True, weight=1 / len(templates)) for counts in templates),
        *(Prior(counts, plot=False, weight=LOOK_ALIKE_WEIGHT) for counts in contrast_counts()),
        *(Prior(counts, plot=False, weight=CONTRAST_TEMPLATE_WEIGHT) for counts in template_counts(CONTRAST_TEMPLATES)),
        *(Prior(counts, plot=False, weight=float(n), ordinary=True) for counts, n in background_counts()),
    ]


def cold_bytes() -> bytes:
    """Return the file of the model trained on the shipped examples alone, the same bytes every time."""
    prior = shipped_prior()
    store = TermStore(len(OPTIONS.views))
    store.add_all(p.counts for p in prior)
    rows = tuple(Row(i, p.plot, p.weight) for i, p in enumerate(prior))
    fitted = fit_set(TrainingSet(store, rows), OPTIONS)
    thresholds = Thresholds(flag=sigmoid(FLAG_MARGIN), look_again=sigmoid(LOOK_AGAIN_MARGIN))
    card = {
        "kind": "cold",
        "seeds": [{"title": s.title, "outlet": s.outlet, "published": s.published} for s in load_seeds()],
        "n_plot": sum(p.plot for p in prior),
        "n_not_plot": sum(not p.plot for p in prior),
        "options": msgspec.to_builtins(OPTIONS),
    }
    return export(fitted, thresholds, examples=seed_examples(store, rows), card=card)


def seed_examples(store: TermStore, rows: Sequence[Row], seeds: Sequence[Seed] | None = None) -> list[Example]:
    """Return the seeds' passages (the first rows of `rows`) to compare entries with."""
    names = [(seed, i) for seed in (load_seeds() if seeds is None else seeds) for i in range(len(seed.passages))]
    return [
        example_of(store, row.row, f"seed:{seed.name}:{i + 1}", seed.title)
        for (seed, i), row in zip(names, rows, strict=False)
    ]
