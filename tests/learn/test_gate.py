"""The gate at its bounds: each rule lets the last harmless figure through and stops the next one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from monitor.learn.compare import Comparison, FigurePair, Replayed
from monitor.learn.gate import judge, judge_labels
from monitor.learn.texts import Labelled, TrainingText

SAME = FigurePair(0.8, 0.8)


def comparison(replay: dict[str, Any] | None = None, **changes: Any) -> Comparison:
    """Two models that are equal, but for what is named."""
    found: dict[str, Any] = {"n_current": 30, "n_candidate": 30, "found_plots": (), "missed_plots": ()} | (replay or {})
    known = {name: found[name] for name in Replayed.__struct_fields__ if name in found}
    rest = {name: 0 for name in Replayed.__struct_fields__ if name not in found}
    return msgspec.structs.replace(
        Comparison(
            n_plots=100, n_not_plots=200, held_out_recall=SAME, held_out_precision=SAME, gold_precision=SAME,
            gold_recall=SAME, seeds_found=("peru",), seeds_missed=(), replay=Replayed(**known, **rest),
        ),
        **changes,
    )  # fmt: skip


def labels(n: int, plot: bool, *, source: str = "", start: int = 0, words: str = "report number") -> list[Labelled]:
    """Labels on texts of their own."""
    name = "plot" if plot else "other"
    return [
        Labelled(TrainingText(f"entry:{name}{n}", f"{name} {words} {n}"), plot, source=source, group=f"{name}{n}")
        for n in range(start, start + n)
    ]


def test_an_equal_candidate_passes() -> None:
    assert judge(comparison()) == []


@pytest.mark.parametrize(
    ("passes", "stopped", "reason"),
    [
        (
            {"held_out_recall": FigurePair(0.80, 0.75)},
            {"held_out_recall": FigurePair(0.80, 0.749)},
            "recall on held-out stories",
        ),
        (
            {"gold_precision": FigurePair(0.80, 0.77)},
            {"gold_precision": FigurePair(0.80, 0.769)},
            "average precision on the gold",
        ),
        (
            {"gold_recall": FigurePair(0.80, 0.77)},
            {"gold_recall": FigurePair(0.80, 0.769)},
            "recall on the gold items falls",
        ),
        ({"seeds_missed": ()}, {"seeds_missed": ("peru",)}, "seed peru is no longer found"),
    ],
)
def test_a_figure_may_fall_so_far(passes: dict[str, Any], stopped: dict[str, Any], reason: str) -> None:
    """At the bound it passes, just past it the candidate is refused, with a reason a person understands."""
    assert judge(comparison(**passes)) == []
    (said,) = judge(comparison(**stopped))
    assert reason in said


def test_with_few_stories_one_may_be_lost() -> None:
    """Of four held-out plots one is a quarter: that alone is no reason; of none nothing can be said."""
    one_of_four = {"n_plots": 4, "held_out_recall": FigurePair(1.0, 0.75)}
    assert judge(comparison(**one_of_four)) == []
    assert judge(comparison(**(one_of_four | {"held_out_recall": FigurePair(1.0, 0.5)}))) != []
    assert judge(comparison(n_plots=0, held_out_recall=FigurePair(0.0, 0.0))) == []


@pytest.mark.parametrize(
    ("missed", "found", "passes"), [(0, 0, True), (1, 0, True), (2, 0, False), (3, 2, True), (4, 2, False)]
)
def test_plots_may_not_be_lost_on_balance(missed: int, found: int, passes: bool) -> None:
    """One labelled plot of the last weeks may be missed more than are newly found; three more may not."""
    replay = {"missed_plots": tuple("abcdef"[:missed]), "found_plots": tuple("uvwxyz"[:found])}
    reasons = judge(comparison(replay))
    assert (reasons == []) is passes
    assert passes or f"{missed} labelled plots" in reasons[0]


@pytest.mark.parametrize(
    ("current", "candidate", "passes"), [(30, 90, True), (30, 91, False), (2, 30, True), (2, 31, False)]
)
def test_the_queue_may_not_be_flooded(current: int, candidate: int, passes: bool) -> None:
    """Three times the stories is the most, counted from ten."""
    assert (judge(comparison({"n_current": current, "n_candidate": candidate})) == []) is passes


def test_labels_of_both_kinds_are_needed() -> None:
    assert judge_labels(labels(5, True) + labels(5, False)) == []
    assert judge_labels(labels(20, True) + labels(20, False)) == []
    assert judge_labels(labels(5, True)) == ["no not-plot label to learn from"]
    assert judge_labels(labels(5, False)) == ["no plot label to learn from"]


def test_one_source_may_not_carry_a_class() -> None:
    """From ten labels on, a third of a class from one publisher is the most; below ten nobody can say."""
    others = [label for n in range(40) for label in labels(1, True, source=f"paper {n}", start=100 + n)]
    many = labels(20, True, source="wire")
    assert judge_labels([*many[:20], *others, *labels(20, False)]) == [
        "20 of 60 plot labels come from one source (wire)"
    ]
    assert judge_labels([*many[:19], *others, *labels(20, False)]) == []
    assert judge_labels([*many[:9], *labels(9, False)]) == []
    assert judge_labels([*many[:10], *labels(9, False)]) == ["10 of 10 plot labels come from one source (wire)"]


def test_the_same_text_may_not_be_labelled_both_ways() -> None:
    """One pair is a slip; more than a twentieth of the labels is a reason."""
    clean = labels(50, True) + labels(50, False)

    def both_ways(n: int) -> list[Labelled]:
        text = [TrainingText(f"entry:x{n}", f"the very same words {n}") for n in range(n)]
        pairs = [(item, plot) for item in text for plot in (True, False)]
        return [Labelled(item, plot, group=f"{item.ref}{plot}") for item, plot in pairs]

    assert not any("contradict" in reason for reason in judge_labels(clean + both_ways(2)))
    assert any("6 of 106 labels contradict" in reason for reason in judge_labels(clean + both_ways(3)))


def test_the_same_text_may_not_be_labelled_again_and_again() -> None:
    """Repeats in one story are copies of it; in other stories, ten are the most."""
    clean = labels(50, True) + labels(50, False)

    def repeated(n: int, group: str = "") -> list[Labelled]:
        return [Labelled(TrainingText(f"entry:r{k}", "one text"), True, group=group or f"g{k}") for k in range(n)]

    assert judge_labels(clean + repeated(11)) == []
    assert any("11 of 112 labels repeat" in reason for reason in judge_labels(clean + repeated(12)))
    assert judge_labels(clean + repeated(40, "one story")) == []


@pytest.mark.parametrize(
    ("n_known", "n_reversed", "passes"), [(20, 3, True), (20, 4, False), (100, 5, True), (100, 6, False)]
)
def test_verdicts_may_not_be_turned_round(n_known: int, n_reversed: int, passes: bool) -> None:
    """Three, or a twentieth, of the verdicts the model in use was trained on; more looks like somebody else's hand."""
    rows = labels(n_known, True) + labels(n_known, False)
    earlier = {row.text.ref: (not row.plot if n < n_reversed else row.plot) for n, row in enumerate(rows[:n_known])}
    reasons = judge_labels(rows, earlier=earlier)
    assert (reasons == []) is passes
    assert passes or f"{n_reversed} of {n_known} verdicts" in reasons[0]
