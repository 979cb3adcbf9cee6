"""`monitor digest`: write the day's digest, or send it where feeds.yaml says."""

from __future__ import annotations

import click

from monitor.surfaces import safe
from monitor.surfaces.cli.options import json_option, reading, working, write_json
from monitor.surfaces.digest.content import gather
from monitor.surfaces.digest.render import FORMS
from monitor.surfaces.digest.send import send_digest


@click.command()
@click.option("--format", "form", type=click.Choice(sorted(FORMS)), default="text", show_default=True)
@click.option("--send", is_flag=True, help="Send it to the channels of feeds.yaml, each once a day.")
@json_option
@click.pass_context
def digest(ctx: click.Context, form: str, send: bool, as_json: bool) -> int:
    """Write the day's digest: the queue, feeds that need attention, audit rows, the estimate of what was missed.

    With --send it goes to the channels of feeds.yaml; exit code 1 where one failed (it is tried again at the next run).

    \b
    Example:
      monitor digest --format markdown
      monitor digest --send
    """
    if send:
        with working(ctx) as workspace:
            lines = send_digest(workspace)
        for line in lines or ["no channel is configured: see `digest` in feeds.yaml"]:
            click.echo(safe.line(line, 400))
        return int(any(": failed" in line for line in lines))
    with reading(ctx) as workspace:
        content = gather(workspace)
    if as_json:
        write_json(content)
    else:
        click.echo(FORMS[form](content), nl=False)
    return 0
