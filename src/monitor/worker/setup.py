"""What a first tick needs: a model in use, and the feeds of feeds.yaml in the log. Harmless to repeat."""

from __future__ import annotations

from pathlib import Path

from monitor.config.values import FeedConfig
from monitor.log.events import ModelPromoted, ModelTrained, NewEvent
from monitor.log.store import LogStore
from monitor.views.fold import Views
from monitor.views.queries.feeds import watched_feeds
from monitor.views.queries.models import in_use
from monitor.worker.sync import feed_changes, note_recorded


def set_up(log: LogStore, views: Views, feeds: list[FeedConfig], models: Path, *, recorded_at: str) -> str:
    """Install the shipped model where none is in use, record what feeds.yaml says, and return the model's id."""
    if in_use(views) is None:
        views.fold(log.append(_first_model(models), recorded_at=recorded_at))
    in_a_fleet = log.claims.shared and bool(watched_feeds(views))  # the list of the log counts, not a new file's
    if not in_a_fleet and (events := feed_changes(views, feeds)):
        views.fold(log.append(events, recorded_at=recorded_at))
    if log.claims.shared:
        note_recorded(models.parent, feeds)
    model = in_use(views)
    if model is None:
        return ""
    bring_shipped(models, model.model_id)
    return model.model_id


def bring_shipped(models: Path, model_id: str) -> bool:
    """Install the shipped model's file where it is the one in use and missing; return whether a file is there then.

    A log that came from a backup or an import names its model; any other file than the shipped one has to come along.
    """
    if (models / f"{model_id}.json").is_file():
        return True
    from monitor.classify.model import model_id_of
    from monitor.classify.modelstore import COLD_MODEL, save_model

    content = COLD_MODEL.read_bytes()
    if model_id_of(content) != model_id:
        return False
    save_model(models, content)
    return True


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
