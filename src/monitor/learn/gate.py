"""The gate: may a candidate take the place of the model in use? Figures in, reasons for a refusal out.

Each rule names the harm it stops. A refusal is not an error: the model in use stays, and the reasons are logged.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from monitor.learn.compare import Comparison
from monitor.learn.texts import Labelled

RECALL_DROP = 0.05  # held-out recall may fall by this, or by one story where there are few
GOLD_DROP = 0.03  # average precision and recall on the gold items: noise of a harmless retrain is about 0.01
SOURCE_SHARE = 0.33  # of one class's labels from one source, once it has SOURCE_MIN of them
SOURCE_MIN = 10
CONFLICT_SHARE = 0.05  # near-identical texts labelled both ways
REPEAT_SHARE = 0.05  # near-identical texts of one class beyond the first
REVERSED_SHARE = 0.05  # of the verdicts the model in use was trained on, turned round since (and not withdrawn)
REVERSED_MIN = 3
MISSED_PLOTS = 1  # labelled plots the current model flags and the candidate does not
VOLUME = 3.0  # the candidate may flag this many times the stories the current model flags


class Bounds(msgspec.Struct, frozen=True):
    """The gate's bounds; the defaults are the product's."""

    recall_drop: float = RECALL_DROP
    gold_drop: float = GOLD_DROP
    source_share: float = SOURCE_SHARE
    conflict_share: float = CONFLICT_SHARE
    missed_plots: int = MISSED_PLOTS


def judge_labels(
    labelled: Sequence[Labelled], rules: Bounds | None = None, earlier: Mapping[str, bool] | None = None
) -> list[str]:
    """Return why these labels should not be learnt from; empty where nothing speaks against it.

    `earlier` holds, by the text's ref, the verdicts the model in use was trained on.
    """
    rules = rules or Bounds()
    reasons = []
    known = [(row.plot, earlier[row.text.ref]) for row in labelled if earlier and row.text.ref in earlier]
    n_reversed = sum(now is not then for now, then in known)
    if n_reversed > max(REVERSED_MIN, REVERSED_SHARE * len(known)):
        reasons.append(
            f"{n_reversed} of {len(known)} verdicts the model in use was trained on were reversed; "
            "withdraw the labels that were wrong, then train"
        )
    for plot, name in ((True, "plot"), (False, "not-plot")):
        rows = [row for row in labelled if row.plot is plot]
        if not rows:
            reasons.append(f"no {name} label to learn from")
            continue
        source, n = Counter(row.source for row in rows if row.source).most_common(1)[0] if _sources(rows) else ("", 0)
        if n >= SOURCE_MIN and n > rules.source_share * len(rows):
            reasons.append(f"{n} of {len(rows)} {name} labels come from one source ({source})")
    conflicts, repeats = _alike(labelled)
    if len(labelled) and conflicts > max(1, rules.conflict_share * len(labelled)):
        reasons.append(f"{conflicts} of {len(labelled)} labels contradict another on nearly the same text")
    if len(labelled) and repeats > max(SOURCE_MIN, REPEAT_SHARE * len(labelled)):
        reasons.append(f"{repeats} of {len(labelled)} labels repeat another on nearly the same text in another story")
    return reasons


def judge(comparison: Comparison, rules: Bounds | None = None) -> list[str]:
    """Return why the candidate should not be promoted; empty where the gate holds."""
    rules = rules or Bounds()
    reasons = [f"seed {seed} is no longer found" for seed in comparison.seeds_missed]
    one_story = 1 / comparison.n_plots if comparison.n_plots else 0.0
    recall = comparison.held_out_recall
    if recall.candidate < recall.current - max(rules.recall_drop, one_story) - 1e-9:
        reasons.append(f"recall on held-out stories falls from {recall.current:.2f} to {recall.candidate:.2f}")
    for name, pair in (("average precision", comparison.gold_precision), ("recall", comparison.gold_recall)):
        if pair.candidate < pair.current - rules.gold_drop - 1e-9:
            reasons.append(f"{name} on the gold items falls from {pair.current:.2f} to {pair.candidate:.2f}")
    replay = comparison.replay
    if len(replay.missed_plots) > rules.missed_plots + len(replay.found_plots):
        reasons.append(f"{len(replay.missed_plots)} labelled plots of the last weeks would have been missed")
    if replay.n_candidate > VOLUME * max(10, replay.n_current):
        reasons.append(f"it would have flagged {replay.n_candidate} stories instead of {replay.n_current}")
    return reasons


def _sources(rows: Sequence[Labelled]) -> bool:
    return any(row.source for row in rows)


def _alike(labelled: Sequence[Labelled]) -> tuple[int, int]:
    """Return (labels that contradict, labels that repeat) another on the same set of words, outside its own story."""
    groups: dict[frozenset[str], list[Labelled]] = defaultdict(list)
    for row in labelled:
        words = frozenset(re.findall(r"\w+", f"{row.text.title} {row.text.summary}".lower()))
        groups[words].append(row)
    conflicts = repeats = 0
    for rows in groups.values():
        n_plot = sum(row.plot for row in rows)
        conflicts += 2 * min(n_plot, len(rows) - n_plot)
        stories = {row.group or row.text.ref for row in rows}
        repeats += len(stories) - 1
    return conflicts, repeats
