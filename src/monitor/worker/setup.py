"""What a first tick needs: a model in use, and the feeds of feeds.yaml in the log. Harmless to repeat."""

from __future__ import annotations

from pathlib import Path

from monitor.config.values import FeedConfig
from monitor.log.events import ModelPromoted, ModelTrained, NewEvent
from monitor.log.store import EventStore
from monitor.views.fold import Views
from monitor.views.queries.models import in_use
from monitor.worker.sync import feed_changes


def set_up(log: EventStore, views: Views, feeds: list[FeedConfig], models: Path, *, recorded_at: str) -> str:
    """Install the shipped model where none is in use, record what feeds.yaml says, and return the model's id."""
    if in_use(views) is None:
        views.fold(log.append(_first_model(models), recorded_at=recorded_at))
    if events := feed_changes(views, feeds):
        views.fold(log.append(events, recorded_at=recorded_at))
    model = in_use(views)
    return model.model_id if model else ""


def _first_model(models: Path) -> list[NewEvent]:
    """Install the shipped model and return the events that say so."""
    from monitor.classify.model import Model
    from monitor.classify.modelstore import COLD_MODEL, save_model

    content = COLD_MODEL.read_bytes()
    model_id = save_model(models, content)
    model = Model.from_bytes(content)
    return [
        NewEvent(f"model-trained:{model_id}", ModelTrained(model_id=model_id, card=model.card)),
        NewEvent(
            f"model-promoted:{model_id}:first",
            ModelPromoted(model_id=model_id, threshold=model.threshold, reason="shipped with the package"),
        ),
    ]
