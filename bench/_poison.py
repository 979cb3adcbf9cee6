"""Attacks on the labels: each set of bad labels must be refused by the gate, or do no harm if it passes.

Made-up texts with a vocabulary of plots and one of other news; 200 honest labels, then an attack on them. Harm is
measured on 600 honest texts nobody trained on: average precision more than HARM below that of the honest model.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from monitor.classify.model import Model
from monitor.classify.modelstore import cold_model
from monitor.learn.candidate import Candidate, Materials, train_candidate
from monitor.learn.metrics import average_precision
from monitor.learn.texts import Labelled, TrainingText

HARM = 0.02
PLOT = [
    "plot",
    "agents",
    "arrested",
    "assassination",
    "embassy",
    "dissident",
    "murder",
    "hired",
    "gang",
    "surveillance",
    "alleged",
    "intelligence",
    "operative",
    "foiled",
    "court",
    "charged",
]
OTHER = [
    "football",
    "recipe",
    "weather",
    "market",
    "shares",
    "festival",
    "museum",
    "election",
    "budget",
    "school",
    "hospital",
    "traffic",
    "museum",
    "cup",
    "player",
    "film",
]
SHARED = [
    "officials",
    "said",
    "police",
    "country",
    "minister",
    "on",
    "the",
    "of",
    "in",
    "to",
    "a",
    "new",
    "report",
    "monday",
    "city",
    "people",
    "government",
]

Items = list[Labelled]


def item(name: str, words: list[str], plot: bool, source: str) -> Labelled:
    return Labelled(TrainingText(f"entry:{name}", "", " ".join(words)), plot, 1.0, f"s{name}", source)


def honest(n: int, seed: int, share: float = 0.3) -> Items:
    rng = random.Random(seed)
    found = []
    for i in range(n):
        plot = rng.random() < share
        words = rng.choices(SHARED, k=25) + rng.choices(PLOT if plot else OTHER, k=6)
        words += rng.choices(OTHER if plot else PLOT, k=2)
        rng.shuffle(words)
        found.append(item(f"{seed}-{i}", words, plot, f"source{rng.randrange(20)}"))
    return found


def relabel(items: Items, share: float, only: bool | None = None, seed: int = 1) -> Items:
    rng = random.Random(seed)
    out = list(items)
    places = [i for i, x in enumerate(out) if only is None or x.plot is only]
    for i in rng.sample(places, int(len(places) * share)):
        x = out[i]
        out[i] = Labelled(x.text, not x.plot, x.weight, x.group, x.source)
    return out


def flood(items: Items, n: int, plot: bool, words: list[str]) -> Items:
    rng = random.Random(1)
    made = [rng.choices(words, k=12) + rng.choices(SHARED, k=10) for _ in range(n)]
    return items + [item(f"flood{i}", text, plot, "flood.example") for i, text in enumerate(made)]


def dictionary(items: Items, share: float) -> Items:
    n = max(1, int(len(items) * share))
    return items + [item(f"dict{i}", PLOT * 4 + SHARED, False, "dict.example") for i in range(n)]


def contradict(items: Items) -> Items:
    again = [Labelled(x.text, not x.plot, 1.0, f"again{i}", x.source) for i, x in enumerate(items[: len(items) // 5])]
    return items + again


def dilute(items: Items, n: int) -> Items:
    rng = random.Random(2)
    plots = [x for x in items if x.plot]
    return items + [
        item(f"foc{i}", rng.sample(words, int(len(words) * 0.7)), False, f"foc{i % 5}.example")
        for i in range(n)
        for words in [plots[0].text.summary.split()]
    ]


ATTACKS: dict[str, Callable[[Items], Items]] = {
    "none": lambda x: x,
    "flip 1 %": lambda x: relabel(x, 0.01),
    "flip 10 %": lambda x: relabel(x, 0.10),
    "flip 30 %": lambda x: relabel(x, 0.30),
    "flip 10 % of plots": lambda x: relabel(x, 0.10, only=True),
    "flip 50 % of plots": lambda x: relabel(x, 0.50, only=True),
    "flip all": lambda x: relabel(x, 1.0),
    "flood not-plot, one source": lambda x: flood(x, len(x) // 2, plot=False, words=PLOT),
    "flood plot, one source": lambda x: flood(x, len(x) // 2, plot=True, words=OTHER),
    "dictionary 1 %": lambda x: dictionary(x, 0.01),
    "dictionary 10 %": lambda x: dictionary(x, 0.10),
    "one label only": lambda x: [Labelled(i.text, False, 1.0, i.group, i.source) for i in x],
    "no labels": lambda _: [],
    "contradictions": contradict,
    "dilution of one plot": lambda x: dilute(x, 20),
}


def precision_of(model: Model, test: Items) -> float:
    scores = [model.score("", x.text.summary) for x in test]
    return average_precision(scores, [x.plot for x in test])


def attack_all() -> list[tuple[str, tuple[str, ...], float, float]]:
    """Return (attack, the gate's reasons, average precision of the attacked model, of the honest one)."""
    items, test = honest(200, 1), honest(600, 2)
    background = tuple(TrainingText(f"background:{x.text.ref}", "", x.text.summary) for x in honest(300, 3, share=0.0))
    first = train_candidate(Materials(tuple(items), background), cold_model())
    assert isinstance(first, Candidate)
    current = Model.from_bytes(first.content)
    base = precision_of(current, test)
    rows = []
    for name, spoil in ATTACKS.items():
        found = train_candidate(
            Materials(tuple(spoil(items)), background, earlier={x.text.ref: x.plot for x in items}), current
        )
        if isinstance(found, tuple):
            rows.append((name, found, 0.0, base))
        else:
            rows.append((name, found.reasons, precision_of(Model.from_bytes(found.content), test), base))
    return rows


def run() -> None:
    for name, reasons, after, base in attack_all():
        state = "refused" if reasons else ("harmless" if after >= base - HARM else "HARMFUL AND PROMOTED")
        print(f"{name:28s} {state:10s} average precision {base:.3f} -> {after:.3f}  {'; '.join(reasons)[:110]}")
