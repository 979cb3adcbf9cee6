"""How likely rows are, learnt from what reviewers answered: the answers with the scores their rows had then.

A score is taken as it was when the reviewer read the row, before any model learnt from the answer: later models
score kindly what they were taught. Fitting is learn/calibrate.py.
"""

from __future__ import annotations

from functools import lru_cache

from monitor.learn.calibrate import AnsweredScore, Calibration, calibrate
from monitor.learn.labels import NOT_PLOT, PLOT
from monitor.log.store import EventStore
from monitor.triage.standing import standing
from monitor.views.fold import Views
from monitor.views.queries.labels import answered_entries, covering_each, newest_change

MAX_ANSWERS = 500  # the newest; a model of last year and news of last year say little of today's


def answers(views: Views) -> list[AnsweredScore]:
    """Return the newest answers to rows and audit checks, with the score each had when it was read."""
    scores = answered_entries(views, MAX_ANSWERS)
    said = {entry_id: standing(labels).label for entry_id, labels in covering_each(views, list(scores)).items()}
    return [
        AnsweredScore(score, said[entry_id] == PLOT)
        for entry_id, score in scores.items()
        if score is not None and said[entry_id] in (PLOT, NOT_PLOT)
    ]


def calibration_of(log: EventStore, views: Views) -> Calibration | None:
    """Return the calibration by all answers so far, None where they are too few; kept until the next answer."""
    position = newest_change(views)
    event = log.get(position) if position else None
    return _calibrated(QuestionOfAnswers(views, event.hash)) if event is not None else None


class QuestionOfAnswers:
    """A question that equals another one about the same answers."""

    def __init__(self, views: Views, name: str) -> None:
        self.views, self.name = views, name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, QuestionOfAnswers) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def forget(self) -> None:
        """Let go of the connection: the key of an answer is kept."""
        del self.views


@lru_cache(maxsize=8)
def _calibrated(asked: QuestionOfAnswers) -> Calibration | None:
    found = calibrate(answers(asked.views))
    asked.forget()
    return found
