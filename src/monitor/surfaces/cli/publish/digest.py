"""`monitor digest`: write the day's digest or the weekly report, or send it where feeds.yaml says."""

from __future__ import annotations

import click

from monitor.surfaces import safe
from monitor.surfaces.cli.options import json_option, reading, working, write_json
from monitor.surfaces.digest.content import DAY, WEEK, gather
from monitor.surfaces.digest.render import FORMS
from monitor.surfaces.digest.send import send_digest


@click.command()
@click.option("--format", "form", type=click.Choice(sorted(FORMS)), default="text", show_default=True)
@click.option("--send", is_flag=True, help="Send it to the channels of feeds.yaml, each once a day.")
@click.option("--weekly", is_flag=True, help="The report of the last seven days instead.")
@json_option
@click.pass_context
def digest(ctx: click.Context, form: str, send: bool, weekly: bool, as_json: bool) -> int:
    """Write the day's digest: the queue, known cases that moved, confirmed plots, feeds that need attention.

    With --weekly it is a report to pass on: the plots confirmed in seven days, the cases that moved, half a year by
    week. Links lead to triage where feeds.yaml has `web: url:`.

    With --send it goes to the channels of feeds.yaml; exit code 1 where one failed (it is tried again at the next run).

    \b
    Example:
      monitor digest --format markdown
      monitor digest --weekly --format html > week.html
      monitor digest --send
    """
    kind = WEEK if weekly else DAY
    if send:
        with working(ctx) as workspace:
            lines = send_digest(workspace, kind)
        for line in lines or ["no channel is configured: see `digest` in feeds.yaml"]:
            click.echo(safe.line(line, 400))
        return int(any(": failed" in line for line in lines))
    with reading(ctx) as workspace:
        content = gather(workspace, kind)
    if as_json:
        write_json(content)
    else:
        click.echo(FORMS[form](content), nl=False)
    return 0
