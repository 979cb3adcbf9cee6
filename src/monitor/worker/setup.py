"""What a first tick needs: a model in use, and the feeds of feeds.yaml in the log. Harmless to repeat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from monitor.config.values import FeedConfig
from monitor.log.events import ModelPromoted, ModelTrained, NewEvent
from monitor.log.payloads import payload_sha
from monitor.log.store import EventStore, LogStore
from monitor.views.fold import Views
from monitor.views.queries.feeds import watched_feeds
from monitor.views.queries.models import in_use
from monitor.worker.sync import feed_changes, note_recorded


def set_up(log: LogStore, views: Views, feeds: list[FeedConfig], models: Path, *, recorded_at: str) -> str:
    """Install the shipped model where none is in use, record what feeds.yaml says, and return the model's id."""
    if in_use(views) is None:
        events, payloads = _first_model(models)
        views.fold(log.append(events, recorded_at=recorded_at, payloads=payloads))
    in_a_fleet = log.claims.shared and bool(watched_feeds(views))  # the list of the log counts, not a new file's
    if not in_a_fleet and (events := feed_changes(views, feeds)):
        views.fold(log.append(events, recorded_at=recorded_at))
    if log.claims.shared:
        note_recorded(models.parent, feeds)
    model = in_use(views)
    assert model is not None  # noqa: S101 - one is promoted above at the latest
    bring_model(log, models, model.model_id)
    return model.model_id


def bring_model(log: EventStore, models: Path, model_id: str) -> bool:
    """Put a model's file into the folder where it is missing; return whether it is there then.

    The log carries the file of every model trained since it does so; of an older one only the shipped file is known.
    Raises LogBrokenError where the log's copy does not match its name.
    """
    if (models / f"{model_id}.json").is_file():
        return True
    from monitor.classify.model import model_id_of
    from monitor.classify.modelstore import COLD_MODEL, save_model

    trained = log.by_key(f"{ModelTrained.type}:{model_id}")
    named = trained.data.content_sha if trained is not None and isinstance(trained.data, ModelTrained) else ""
    for content in (log.payload(named) if named else None, COLD_MODEL.read_bytes()):
        if content is not None and model_id_of(content) == model_id:
            save_model(models, content)
            return True
    return False


def trained_event(model_id: str, card: dict[str, Any], content: bytes) -> tuple[NewEvent, dict[str, bytes]]:
    """Return the event of a fitted model and the payload that carries its file to every worker on the log."""
    sha = payload_sha(content)
    return NewEvent(f"{ModelTrained.type}:{model_id}", ModelTrained(model_id=model_id, card=card, content_sha=sha)), {
        sha: content
    }


def _first_model(models: Path) -> tuple[list[NewEvent], dict[str, bytes]]:
    """Install the shipped model and return the events that say so, and the payload."""
    from monitor.classify.model import Model
    from monitor.classify.modelstore import COLD_MODEL, save_model

    content = COLD_MODEL.read_bytes()
    model_id = save_model(models, content)
    model = Model.from_bytes(content)
    promoted = ModelPromoted(model_id=model_id, threshold=model.threshold, reason="shipped with the package")
    trained, payloads = trained_event(model_id, model.card, content)
    return [trained, NewEvent(f"model-promoted:{model_id}:first", promoted)], payloads
