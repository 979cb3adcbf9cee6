"""How likely rows are, learnt from what reviewers answered: the answers with the scores their rows had then.

A score is taken as it was when the reviewer read the row, before any model learnt from the answer: later models
score kindly what they were taught. Fitting is learn/calibrate.py.
"""

from __future__ import annotations

from functools import lru_cache
from typing import cast

from monitor.learn.calibrate import AnsweredScore, Calibration, calibrate
from monitor.learn.labels import NOT_PLOT, PLOT
from monitor.log.events import EntryFlagged
from monitor.log.store import EventStore
from monitor.triage.standing import standing_of
from monitor.views.fold import Views
from monitor.views.queries.labels import answered_entries, newest_change

MAX_ANSWERS = 500  # the newest; a model of last year and news of last year say little of today's


def answers(log: EventStore, views: Views) -> list[AnsweredScore]:
    """Return the newest answers to rows and audit checks, with the score each had when it was read."""
    found = []
    for entry_id, flagged_position, score in answered_entries(views, MAX_ANSWERS):
        label = standing_of(views, entry_id).label
        if label in (PLOT, NOT_PLOT):
            then = _score_then(log, flagged_position, score)
            if then is not None:
                found.append(AnsweredScore(then, label == PLOT))
    return found


def calibration_of(log: EventStore, views: Views) -> Calibration | None:
    """Return the calibration by all answers so far, None where they are too few; kept until the next answer."""
    position = newest_change(views)
    event = log.get(position) if position else None
    return _calibrated(QuestionOfAnswers(log, views, event.hash)) if event is not None else None


class QuestionOfAnswers:
    """A question that equals another one about the same answers."""

    def __init__(self, log: EventStore, views: Views, name: str) -> None:
        self.log, self.views, self.name = log, views, name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, QuestionOfAnswers) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def forget(self) -> None:
        """Let go of the connections: the key of an answer is kept."""
        del self.log, self.views


@lru_cache(maxsize=8)
def _calibrated(asked: QuestionOfAnswers) -> Calibration | None:
    found = calibrate(answers(asked.log, asked.views))
    asked.forget()
    return found


def _score_then(log: EventStore, flagged_position: int | None, score: float | None) -> float | None:
    event = log.get(flagged_position) if flagged_position else None
    return cast(EntryFlagged, event.data).score if event is not None else score
