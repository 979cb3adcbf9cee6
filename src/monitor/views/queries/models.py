"""Questions to the models view: which model is in use, which was before it, all there were, what is looked at again."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from monitor.views.fold import Views


class Promotion(msgspec.Struct, frozen=True):
    """A model put in use; `previous_id` is empty for the first one."""

    position: int
    at: str
    model_id: str
    previous_id: str
    threshold: float
    reason: str


class ModelRow(msgspec.Struct, frozen=True):
    """One model. `state` is candidate, in use, retired or rejected; `card` and `figures` are as logged."""

    model_id: str
    state: str
    trained_at: str
    promoted_at: str
    threshold: float | None
    reason: str
    card: dict[str, Any]
    figures: dict[str, Any]
    position: int


def in_use(views: Views) -> Promotion | None:
    """Return the newest promotion: the model in use; None before the first."""
    row = views.db.execute(
        "SELECT position, at, model_id, previous_id, threshold, reason FROM promotions ORDER BY position DESC LIMIT 1"
    ).fetchone()
    return Promotion(*row) if row else None


class MovedThresholds(msgspec.Struct, frozen=True):
    """Where the flow has moved the thresholds of the model in use to, when and why."""

    position: int
    at: str
    model_id: str
    threshold: float
    look_again: float
    previous: float
    why: str


def moved(views: Views) -> MovedThresholds | None:
    """Return the newest move of the thresholds since the model in use was promoted; None where its own still hold."""
    row = views.db.execute(
        """SELECT position, at, model_id, threshold, look_again, previous, why FROM thresholds
           WHERE position > coalesce((SELECT max(position) FROM promotions), 0) ORDER BY position DESC LIMIT 1"""
    ).fetchone()
    return MovedThresholds(*row) if row else None


class SecondLook(msgspec.Struct, frozen=True):
    """A second look that is under way; `bounds` are those of its shards, as positions of entries first seen."""

    position: int
    model_id: str
    since: str
    bounds: tuple[int, ...]
    most: int


def second_look_left(views: Views) -> SecondLook | None:
    """Return the newest second look where it is not finished and its model still is in use."""
    row = views.db.execute(
        """SELECT position, model_id, since, bounds, most, finished FROM second_looks
           ORDER BY position DESC LIMIT 1"""
    ).fetchone()
    if row is None or row[5]:
        return None
    now = in_use(views)
    if now is None or now.model_id != row[1]:
        return None
    return SecondLook(row[0], row[1], row[2], tuple(json.loads(row[3])), row[4])


def _model(values: list[Any]) -> ModelRow:
    values[6:8] = json.loads(values[6]), json.loads(values[7])
    return ModelRow(*values)


def all_models(views: Views) -> list[ModelRow]:
    """Return every model, oldest first."""
    rows = views.db.execute(
        """SELECT model_id, state, trained_at, promoted_at, threshold, reason, card, figures, position FROM models
           ORDER BY position, model_id"""
    )
    return [_model(list(row)) for row in rows]
