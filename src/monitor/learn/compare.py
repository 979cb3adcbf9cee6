"""Compare a candidate with the model in use: on held-out stories, on the gold items, and on the last weeks replayed.

Owns measurement; judging the figures is gate.py's. The candidate's held-out scores come from refits that never saw the
story they score. The model in use is scored as it is: where it was trained on some of these labels that favours it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec
import numpy as np

from monitor.learn.fit import Options
from monitor.learn.metrics import average_precision
from monitor.learn.texts import TrainingText
from monitor.learn.train import Row, TrainingSet, fit_set, scores_of

GOLD_FILE = Path(__file__).parent / "gold.jsonl"
N_FOLDS = 4


class Recent(msgspec.Struct, frozen=True):
    """An entry of the last weeks; `plot` is its verdict, None where nobody judged it."""

    entry_id: str
    story_id: str
    title: str
    plot: bool | None = None


class FigurePair(msgspec.Struct, frozen=True):
    """One figure of both models."""

    current: float
    candidate: float


class Replayed(msgspec.Struct, frozen=True):
    """What the last weeks would have looked like: entries only one of the models flags, and stories a day of each."""

    would_have_flagged: tuple[str, ...]
    would_have_missed: tuple[str, ...]
    missed_plots: tuple[str, ...]
    found_plots: tuple[str, ...]
    n_current: int
    n_candidate: int


class Comparison(msgspec.Struct, frozen=True):
    """Every figure the gate judges. Recalls are shares of plot stories at or above each model's own threshold."""

    n_plots: int
    n_not_plots: int
    held_out_recall: FigurePair
    held_out_precision: FigurePair
    gold_precision: FigurePair
    gold_recall: FigurePair
    seeds_found: tuple[str, ...]
    seeds_missed: tuple[str, ...]
    replay: Replayed


class ModelScores(msgspec.Struct, frozen=True):
    """One model's threshold and its scores of the labelled rows, gold items, seeds and recent entries, in order."""

    threshold: float
    labelled: Sequence[float]
    gold: Sequence[float]
    seeds: Sequence[float]
    recent: Sequence[float]


def compare(
    current: ModelScores,
    candidate: ModelScores,
    labelled: Sequence[Row],
    gold: Sequence[bool],
    seeds: Sequence[str],
    recent: Sequence[Recent],
) -> Comparison:
    """Set both models' scores side by side. `candidate.labelled` must be held-out scores."""
    truth = [row.plot for row in labelled]
    n_gold = sum(gold)
    return Comparison(
        n_plots=sum(truth),
        n_not_plots=len(truth) - sum(truth),
        held_out_recall=FigurePair(_story_recall(current, labelled), _story_recall(candidate, labelled)),
        held_out_precision=FigurePair(
            average_precision(current.labelled, truth), average_precision(candidate.labelled, truth)
        ),
        gold_precision=FigurePair(average_precision(current.gold, gold), average_precision(candidate.gold, gold)),
        gold_recall=FigurePair(_top_share(current.gold, gold, n_gold), _top_share(candidate.gold, gold, n_gold)),
        seeds_found=tuple(s for s, x in zip(seeds, candidate.seeds, strict=True) if x >= candidate.threshold),
        seeds_missed=tuple(s for s, x in zip(seeds, candidate.seeds, strict=True) if x < candidate.threshold),
        replay=replay_recent(current, candidate, recent),
    )


def replay_recent(current: ModelScores, candidate: ModelScores, recent: Sequence[Recent]) -> Replayed:
    """Return which recent stories each model would have flagged, at its own threshold."""
    flagged_now = {r.story_id for r, x in zip(recent, current.recent, strict=True) if x >= current.threshold}
    flagged_then = {r.story_id for r, x in zip(recent, candidate.recent, strict=True) if x >= candidate.threshold}
    plots = {r.story_id for r in recent if r.plot}
    gained, lost = flagged_then - flagged_now, flagged_now - flagged_then
    return Replayed(
        tuple(sorted(gained)),
        tuple(sorted(lost)),
        tuple(sorted(lost & plots)),
        tuple(sorted(gained & plots)),
        len(flagged_now),
        len(flagged_then),
    )


def held_out_scores(data: TrainingSet, options: Options | None = None) -> list[float]:
    """Return a score for each labelled row from a fit that saw none of its story's labels.

    Stories go to one of N_FOLDS folds by the hash of their id, so a label added later moves no other.
    """
    folds = [_fold(row.group or str(row.row)) for row in data.labelled]
    scores = [0.0] * len(folds)
    for fold in sorted(set(folds)):
        rest = tuple(row for row, at in zip(data.labelled, folds, strict=True) if at != fold)
        inside = [index for index, at in enumerate(folds) if at == fold]
        fitted = fit_set(msgspec.structs.replace(data, labelled=rest), options)
        margins = fitted.margins(np.array([data.labelled[index].row for index in inside], dtype=np.int64))
        for index, score in zip(inside, scores_of(margins), strict=True):
            scores[index] = score
    return scores


def _fold(group: str) -> int:
    return int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) % N_FOLDS


def _story_recall(model: ModelScores, labelled: Sequence[Row]) -> float:
    best: dict[str, float] = {}
    for row, score in zip(labelled, model.labelled, strict=True):
        if row.plot:
            key = row.group or str(row.row)
            best[key] = max(best.get(key, 0.0), score)
    return sum(score >= model.threshold for score in best.values()) / len(best) if best else 1.0


def _top_share(scores: Sequence[float], labels: Sequence[bool], n: int) -> float:
    """Return the share of positives among the `n` best: recall and precision where they meet."""
    ranked = sorted(zip(scores, labels, strict=True), key=lambda pair: -pair[0])[:n]
    return sum(label for _, label in ranked) / n if n else 1.0


@cache
def gold_items() -> tuple[tuple[TrainingText, bool], ...]:
    """Return the frozen items every candidate is measured on, written for this project; never trained on."""
    rows: list[Mapping[str, str]] = [json.loads(line) for line in GOLD_FILE.read_text("utf-8").splitlines()]
    return tuple(
        (TrainingText(f"gold:{row['id']}", row["title"], row["summary"], "", row["lang"]), bool(row["label"]))
        for row in rows
    )


def gold_sha() -> str:
    """Return the SHA-256 (hex) of the gold file."""
    return hashlib.sha256(GOLD_FILE.read_bytes()).hexdigest()
