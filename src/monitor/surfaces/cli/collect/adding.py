"""`monitor add`: pages that somebody found elsewhere, fetched, read, scored and ready to be labelled."""

from __future__ import annotations

import click

from monitor.surfaces import safe
from monitor.surfaces.cli.options import by_option, json_option, working, write_json


@click.command()
@click.argument("urls", nargs=-1, required=True)
@click.option("--title", default="", help="The title of a page that cannot be read; it is entered without its text.")
@by_option
@json_option
@click.pass_context
def add(ctx: click.Context, urls: tuple[str, ...], title: str, by: str, as_json: bool) -> None:
    """Add the pages at URLS, which no feed brought, so that they reach the log and the training.

    Each is fetched as carefully as the pages behind feeds, entered under the source "Added by hand", scored, and
    flagged where it reaches the threshold. A page that the log holds already is named. Exit code 1 where one failed.

    \b
    Example:
      monitor add https://gazette.example/politics/4711 --by ana
      monitor label 3fb2a91c plot --by ana
    """
    from monitor.worker.intake.byhand import FAILED, KNOWN, add_links
    from monitor.worker.tick import fetch_policy

    with working(ctx) as workspace:
        now = workspace.clock()
        policy = fetch_policy(workspace.config.settings, now)
        found = add_links(workspace, urls, by=by, now=now, policy=policy, title=title)
    if as_json:
        write_json(found)
    for item in () if as_json else found:
        if item.state == FAILED:
            click.echo(f"not added: {safe.line(item.url, 200)}: {safe.line(item.why, 200)}; --title enters it unread")
        elif item.state == KNOWN:
            click.echo(f"known: {item.entry_id[:8]} {item.why}: {safe.line(item.url, 200)}")
        else:
            flagged = ", flagged" if item.flagged else ""
            score = f"{item.score:.2f}" if item.score is not None else "none"
            click.echo(f"added: {item.entry_id[:8]} score {score}{flagged}  {safe.isolated(item.title, 120)}")
    if any(item.state == FAILED for item in found):
        ctx.exit(1)
