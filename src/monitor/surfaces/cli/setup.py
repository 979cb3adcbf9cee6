"""`monitor init`: everything a first tick needs, made once and harmless to repeat."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from monitor import app
from monitor.errors import StorageError
from monitor.log.codec import iso
from monitor.log.events import ModelPromoted, ModelTrained, NewEvent
from monitor.views.fold import open_views
from monitor.views.queries.models import in_use
from monitor.worker.sync import feed_changes

DEFAULT_FEEDS = Path(__file__).parents[2] / "config" / "default-feeds.yaml"


@click.command()
@click.pass_context
def init(ctx: click.Context) -> None:
    """Create feeds.yaml, the data folder, the event log and the first model; what exists is kept.

    The first model is shipped with the package: trained on four seed articles, no labels.

    \b
    Example:
      monitor init
    """
    path = app.config_path(ctx.obj["config"])
    if path.exists():
        click.echo(f"kept {path}")
    else:
        try:
            shutil.copyfile(DEFAULT_FEEDS, path)
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}") from error
        click.echo(f"wrote {path}: edit it, above all `contact`")
    config, folder = app.read_config(ctx.obj["config"], ctx.obj["data"])
    new = not (folder / app.LOG_NAME).exists()
    log = app.create_log(folder)
    try:
        views = open_views(folder / app.VIEWS_NAME, log)
        click.echo(f"{'wrote' if new else 'kept'} {folder / app.LOG_NAME}")
        at = iso(app.now())
        if in_use(views) is None:
            log.append(_first_model(folder), recorded_at=at)
            views.catch_up()
        events = feed_changes(views, config.feeds)
        if events:
            views.fold(log.append(events, recorded_at=at))
        promotion = in_use(views)
        model_id = promotion.model_id if promotion else ""
        views.close()
    finally:
        log.close()
    click.echo(f"model {model_id} in use, {len(config.feeds)} feeds; next: `monitor tick`, then `monitor queue`")


def _first_model(folder: Path) -> list[NewEvent]:
    """Install the shipped model and return the events that say so."""
    from monitor.classify.model import Model
    from monitor.classify.modelstore import COLD_MODEL, save_model

    content = COLD_MODEL.read_bytes()
    model_id = save_model(folder / app.MODELS_NAME, content)
    model = Model.from_bytes(content)
    return [
        NewEvent(f"model-trained:{model_id}", ModelTrained(model_id=model_id, card=model.card)),
        NewEvent(
            f"model-promoted:{model_id}:first",
            ModelPromoted(model_id=model_id, threshold=model.threshold, reason="shipped with the package"),
        ),
    ]
