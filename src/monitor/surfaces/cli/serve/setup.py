"""`monitor init`: everything a first tick needs, made once and harmless to repeat."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from monitor import app
from monitor.errors import StorageError
from monitor.log.codec import iso
from monitor.views.fold import open_views
from monitor.worker.setup import set_up

DEFAULT_FEEDS = Path(__file__).parents[3] / "config" / "default-feeds.yaml"


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
    shared = app.log_address(ctx.obj["config"], ctx.obj["data"])
    new = not shared and not (folder / app.LOG_NAME).exists()
    log = app.create_log(folder, config)
    try:
        views = open_views(folder / app.VIEWS_NAME, log)
        where = "the log in PostgreSQL" if shared else folder / app.LOG_NAME
        click.echo(f"{'wrote' if new else 'kept'} {where}")
        model_id = set_up(log, views, config.feeds, folder / app.MODELS_NAME, recorded_at=iso(app.clock_on(log)[0]()))
        views.close()
    finally:
        log.close()
    if not (folder / app.MODELS_NAME / f"{model_id}.json").is_file():
        click.echo(
            f"the model in use, {model_id}, is not in {folder / app.MODELS_NAME}: copy its file there, or run "
            "`monitor train`; until then ticks end with an error"
        )
        return
    click.echo(f"model {model_id} in use, {len(config.feeds)} feeds; next: `monitor tick`, then `monitor queue`")
