"""`monitor health`: one answer for monitoring systems."""

from __future__ import annotations

import click

from monitor.surfaces import safe
from monitor.surfaces.cli.options import json_option, reading, write_json
from monitor.surfaces.health import health_of, metrics_text


@click.command()
@click.option("--metrics", is_flag=True, help="Print figures for Prometheus (textfile collector) instead.")
@json_option
@click.pass_context
def health(ctx: click.Context, metrics: bool, as_json: bool) -> int:
    """Check that all is well: exit 0, or 1 with the reasons.

    \b
    Example:
      monitor health || mail -s "monitor is not well" desk@example.org
    """
    with reading(ctx) as workspace:
        if metrics:
            click.echo(metrics_text(workspace), nl=False)
            return 0
        state = health_of(workspace)
    if as_json:
        write_json(state)
    else:
        for reason in state.reasons:
            click.echo(f"not well: {safe.line(reason, 300)}")
        n = len(state.reasons)
        click.echo("all is well" if state.ok else f"{n} reason{'s' if n > 1 else ''}")
    return 0 if state.ok else 1
