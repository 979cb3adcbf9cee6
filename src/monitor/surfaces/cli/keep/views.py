"""`monitor views`: hand the folded views to another machine of the same log, and take them in."""

from __future__ import annotations

from pathlib import Path

import click

from monitor import app
from monitor.surfaces.cli.keep.keeping import data_folder
from monitor.surfaces.cli.options import working
from monitor.views.fold import open_views
from monitor.views.snapshot import export_views, import_views
from monitor.worker.lock import LOCK_NAME, worker_lock


@click.group()
def views() -> None:
    """Hand the views to another machine of the same log.

    Views can always be rebuilt from the log; a snapshot spares a new machine the work on a large log.
    """


@views.command("export")
@click.argument("target", type=click.Path(path_type=Path))
@click.pass_context
def export(ctx: click.Context, target: Path) -> None:
    """Write the views as they stand to TARGET, a new file.

    \b
    Example:
      monitor views export views-2026-01-31.db
    """
    with working(ctx) as workspace:
        position = export_views(workspace.views, target)
    click.echo(f"wrote {target}: the views at event {position}")


@views.command("import")
@click.argument("source", type=click.Path(path_type=Path))
@click.pass_context
def import_(ctx: click.Context, source: Path) -> None:
    """Put the snapshot SOURCE in place of the views, and fold what came since.

    It must have been folded from this log: the hash at its position is compared. Stop the service and the web page.

    \b
    Example:
      monitor views import views-2026-01-31.db

    Exit codes: 0 taken in, 9 not a snapshot of this release or of this log (nothing was changed).
    """
    folder = data_folder(ctx)
    log = app.open_existing_log(folder)
    try:
        with worker_lock(folder / LOCK_NAME):
            position = import_views(source, log, folder / app.VIEWS_NAME)
            made = open_views(folder / app.VIEWS_NAME, log)
        reached = made.position
        made.close()
    finally:
        log.close()
    click.echo(f"took in the views at event {position}; they now stand at event {reached}")
