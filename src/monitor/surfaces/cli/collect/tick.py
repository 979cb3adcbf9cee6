"""`monitor tick`: one pass for cron. Quiet and cheap when nothing is due."""

from __future__ import annotations

import sys

import click

from monitor import app
from monitor.surfaces import safe
from monitor.surfaces.cli.options import json_option, working, write_json
from monitor.surfaces.cli.plain import alert, check, quietly, warn
from monitor.worker.alone import collect
from monitor.worker.tick import TickProgress, TickReport


@click.command()
@click.option("--feed", "only", metavar="ID", multiple=True, help="Only this feed (may be given again).")
@click.option("--force", is_flag=True, help="Fetch feeds even if they are not due.")
@click.option("--quiet", "-q", is_flag=True, help="Say only what begins or ends to need a person.")
@json_option
@click.pass_context
def tick(ctx: click.Context, only: tuple[str, ...], force: bool, quiet: bool, as_json: bool) -> int:
    """Fetch every feed that is due, once; score and flag what is new.

    With --quiet it prints a line only when something begins to need you, and one when that is over. A feed that fails
    needs nobody: it is tried again and is listed in `monitor status` and the digest.

    \b
    Example (crontab):
      */10 * * * *  cd /srv/monitor && monitor tick --quiet

    Exit codes: 0 done (single feeds may have failed: see `monitor status`), 3 configuration, 5 another tick is running,
    6 the log is broken, 7 disk, 8 model, 10 no feed that was due could be reached.
    """
    if quiet and not as_json:
        folder = app.data_folder(ctx.obj["config"], ctx.obj["data"])
        return quietly(folder, lambda: working(ctx), only=only, force=force)
    with working(ctx) as workspace:
        report = collect(workspace, alert=alert, only=only, force=force, progress=_silent if as_json else show_progress)
    if as_json:
        write_json(report)
        warn(report)
    else:
        click.echo(summary(report))
    check(report)
    return 0


def summary(report: TickReport) -> str:
    """Say in one line what a tick did."""
    if not report.n_due:
        return "nothing due"
    feeds = f"{report.n_fetched} fetched ({report.n_not_modified} unchanged), {report.n_failed} failed"
    entries = f"{report.n_new} new entries, {report.n_revised} revised, {report.n_flagged} flagged"
    took = f" ({report.duration_ms} ms)" if report.duration_ms else ""  # a fixed clock measures nothing
    return f"{report.n_due} due: {feeds}; {entries}{took}"


def _silent(_: TickProgress) -> None:
    return


def show_progress(progress: TickProgress) -> None:
    """Show where a tick stands: a bar on a terminal, a plain line per feed elsewhere."""
    text = safe.line(progress.line, 100)
    if not sys.stderr.isatty():
        click.echo(f"[{progress.done}/{progress.total}] {text}", err=True)
        return
    filled = 24 * progress.done // progress.total
    bar = f"[{'#' * filled}{'.' * (24 - filled)}] {progress.done}/{progress.total} {text[:60]}"
    click.echo(f"\r\x1b[K{bar if progress.done < progress.total else ''}", nl=False, err=True)
