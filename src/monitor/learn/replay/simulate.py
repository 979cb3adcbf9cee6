"""Replay a labelled stream day by day: the queue shows rows, the labels answer, the answers retrain.

Owns the day loop and its figures. How the day's rows are chosen (rows.pick_rows, as the queue of triage does) and how a
model is fitted (fit) are the same functions the product runs. What competes differs: here every entry, and a row is its
story's entries on one topic; in the product the stories of flagged entries (docs/classifier.md compares the two). Files
are read elsewhere. No clock: a day is a date in the stream.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import msgspec

from monitor.learn.metrics import average_precision
from monitor.learn.replay.confirmed import Confirmed, FollowUp, followup_figures
from monitor.learn.replay.streams import IGNORED, PLOT, StreamEntry, StreamLabel
from monitor.learn.rows import LOOKED_AT, QUEUE_DAYS, RECENT_DAYS, WaitingRow, entries_of, pick_rows, rank, topic_words

SHOWN_PER_ROW = 3  # a row shows its best entry and names this many entries in all
RETRAIN_DAYS = {"never": 0, "weekly": 7, "daily": 1}

Scores = Sequence[float]


class SimulatedAnswer(msgspec.Struct, frozen=True):
    """What the reviewer said of one row."""

    day: str
    story_id: str
    entry: int
    shown: tuple[int, ...]
    label: bool
    members: tuple[int, ...] = ()  # all entries the answer settled


class Replay(msgspec.Struct, frozen=True):
    """What happened: each day's answers, the score every entry had on its day, and how often a model was fitted.

    `confirmed_on` holds the day each plot was first answered with `plot`, `followed` what was shown as its follow-up.
    """

    answers: tuple[SimulatedAnswer, ...]
    scores: tuple[float, ...]
    n_retrained: int
    confirmed_on: dict[str, str]
    followed: tuple[FollowUp, ...]


Retrain = Callable[[str, Sequence[SimulatedAnswer], Collection[int]], Scores]


class Stories(Protocol):
    """Which story each entry belongs to, as known at the end of a day."""

    def advance(self, entries: Sequence[tuple[int, StreamEntry]]) -> None:
        """Take in one day's entries."""

    def story_of(self, index: int) -> str:
        """Return the story of an entry taken in."""


def replay(
    entries: Sequence[StreamEntry],
    labels: Mapping[str, StreamLabel],
    stories: Stories,
    scores: Scores,
    retrain: Retrain | None,
    *,
    rows_per_day: int,
    every_days: int,
) -> Replay:
    """Run the stream from its first day to its last; `scores[i]` belongs to `entries[i]`.

    `retrain(day, answers, followed)` returns new scores for all entries from a model fitted on what was known before
    `day`; `followed` are the entries that were shown as follow-ups.
    """
    by_day = _days(entries)
    first = min(by_day, default="")
    words = [topic_words(entry.title) for entry in entries]
    answers: list[SimulatedAnswer] = []
    confirmed = Confirmed(entries, labels)
    waiting: list[int] = []
    known_scores: dict[int, float] = {}
    n_retrained = 0
    for day, today in by_day.items():
        age = _days_between(first, day)
        if retrain and every_days and age and age % every_days == 0 and answers:
            scores = retrain(day, answers, {each.entry for each in confirmed.followed})
            n_retrained += 1
        known_scores.update((index, float(scores[index])) for index in today)
        stories.advance([(index, entries[index]) for index in today])
        ranked = [
            WaitingRow(i, stories.story_of(i), -negative, entries[i].feed, words[i])
            for _, negative, i in _ranked([*waiting, *today], entries, scores, day)
        ]
        lately = {words[a.entry] for a in answers if _days_between(a.day, day) <= RECENT_DAYS}
        rows = [
            _answered(day, row, entries_of(row, ranked), entries, labels)
            for row in pick_rows(ranked, rows_per_day, lately).rows
        ]
        answers += rows
        settled = {index for answer in rows for index in answer.members}
        settled |= confirmed.follow(day, [index for index in today if index not in settled], scores)
        for answer in rows:
            if answer.label:
                confirmed.confirm(day, answer.story_id, answer.shown, answer.members)
        waiting = [candidate.entry for candidate in ranked if candidate.entry not in settled]
    day_scores = tuple(known_scores[index] for index in range(len(entries)))
    return Replay(tuple(answers), day_scores, n_retrained, confirmed.since, tuple(confirmed.followed))


def _answered(
    day: str,
    row: WaitingRow,
    members: tuple[int, ...],
    entries: Sequence[StreamEntry],
    labels: Mapping[str, StreamLabel],
) -> SimulatedAnswer:
    """Return what the labels answer to a row: a plot where one of its shown entries reports one."""
    shown = members[:SHOWN_PER_ROW]
    plot = any(_label(labels, entries[index]) == PLOT for index in shown)
    return SimulatedAnswer(day, row.story_id, row.entry, shown, plot, members)


def _ranked(
    waiting: Iterable[int], entries: Sequence[StreamEntry], scores: Scores, day: str
) -> list[tuple[bool, float, int]]:
    """Return the keys of what waits, in order; of the older ones no more than a day looks at."""
    keys = sorted(rank(i, float(scores[i]), older=_days_between(entries[i].day, day) >= QUEUE_DAYS) for i in waiting)
    n_newer = sum(not older for older, _, _ in keys)
    return keys[: n_newer + LOOKED_AT]


def _label(labels: Mapping[str, StreamLabel], entry: StreamEntry) -> int:
    found = labels.get(entry.entry_id)
    return found.label if found else 0


def _days(entries: Sequence[StreamEntry]) -> dict[str, list[int]]:
    days: dict[str, list[int]] = {}
    for index, entry in enumerate(entries):
        days.setdefault(entry.day, []).append(index)
    return dict(sorted(days.items()))


def _days_between(first: str, second: str) -> int:
    return (date.fromisoformat(second) - date.fromisoformat(first)).days


def figures(entries: Sequence[StreamEntry], labels: Mapping[str, StreamLabel], result: Replay) -> dict[str, Any]:
    """Return the figures of a replay; entries labelled 2 count in none of them."""
    truth = [_label(labels, entry) for entry in entries]
    first_day: dict[str, str] = {}
    for entry, label in zip(entries, truth, strict=True):
        if label == PLOT:
            first_day.setdefault(labels[entry.entry_id].plot or entry.entry_id, entry.day)
    found: dict[str, str] = {}
    found_lead: set[str] = set()
    shown: set[int] = set()
    for answer in result.answers:
        for index in answer.shown:
            shown.add(index)
            if truth[index] == PLOT:
                plot = labels[entries[index].entry_id].plot or entries[index].entry_id
                found.setdefault(plot, answer.day)
                if index == answer.entry:
                    found_lead.add(plot)
    rated = [(s, t == PLOT) for s, t in zip(result.scores, truth, strict=True) if t != IGNORED]
    n_plot_entries = sum(label == PLOT for label in truth)
    judged = [a for a in result.answers if any(truth[i] != IGNORED for i in a.shown)]
    n_plots = len(first_day)
    return {
        "days": len({entry.day for entry in entries}),
        "entries": len(entries),
        "rows_shown": len(result.answers),
        "plots_total": n_plots,
        "plots_found": len(found),
        "plot_recall": _share(len(found), n_plots),
        "plot_recall_24h": _share(
            sum(_days_between(first_day[plot], day) <= 1 for plot, day in found.items()), n_plots
        ),
        "plot_recall_best_entry": _share(len(found_lead), n_plots),
        "entry_recall": _share(
            sum(truth[i] == PLOT for i in shown | {each.entry for each in result.followed}), n_plot_entries
        ),
        "precision": _share(sum(a.label for a in judged), len(judged)),
        "average_precision": round(average_precision([s for s, _ in rated], [t for _, t in rated]), 4),
        "labels_used": len(result.answers) if result.n_retrained else 0,
        "n_retrained": result.n_retrained,
        "missed": sorted(set(first_day) - set(found)),
        "followups": followup_figures(
            entries, labels, result.confirmed_on, result.followed, {i for a in result.answers for i in a.members}
        ),
        "weekly": _weekly(result.answers, found, first_day),
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _weekly(
    answers: Sequence[SimulatedAnswer], found: Mapping[str, str], first_day: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return, week by week, rows and plots of that week, and plots published and found up to its end."""
    if not answers:
        return []
    start = min(answer.day for answer in answers)
    weeks = []
    for week in range(max(_days_between(start, a.day) for a in answers) // 7 + 1):
        inside = [a for a in answers if _days_between(start, a.day) // 7 == week]
        weeks.append({
            "week": week + 1,
            "rows": len(inside),
            "plot_rows": sum(a.label for a in inside),
            "plots_seen": sum(_days_between(start, day) // 7 <= week for day in first_day.values()),
            "plots_found": sum(_days_between(start, day) // 7 <= week for day in found.values()),
        })  # fmt: skip
    return weeks
