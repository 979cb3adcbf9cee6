"""`monitor label`, `undo` and `skip`: decisions, each durable before it is called saved."""

from __future__ import annotations

import click

from monitor.surfaces import safe
from monitor.surfaces.cli.options import by_option, json_option, working, write_json
from monitor.triage.decide import LABELS, label_entry, skip_row, undo_last
from monitor.triage.entries import find_entry


@click.command()
@click.argument("entry")
@click.argument("label", type=click.Choice(LABELS))
@click.option("--note", default="", help="Why; kept in the log for good, so name no one who need not be named.")
@click.option("--entry-only", is_flag=True, help="Label this entry alone, not its whole story.")
@by_option
@json_option
@click.pass_context
def label(ctx: click.Context, entry: str, label: str, note: str, entry_only: bool, by: str, as_json: bool) -> None:
    """Label ENTRY's story: plot, not-plot or unsure.

    `plot` says that the report is about an alleged state-linked plot; it says nothing about anybody's guilt.

    \b
    Example:
      monitor label 3fb2a91c plot --note "two independent sources" --by ana
    """
    with working(ctx) as workspace:
        entry_id = find_entry(workspace.views, entry)
        event = label_entry(
            workspace.log, workspace.views, entry_id, label, by=by, now=workspace.clock(), note=note,
            whole_story=not entry_only,
        )  # fmt: skip
    if as_json:
        write_json({"entry_id": entry_id, "label": label, "by": by, "position": event.position if event else None})
    elif event is None:
        click.echo(f"{entry_id[:8]} was already labelled {label} by {safe.line(by)}; nothing to do")
    else:
        click.echo(f"saved: {entry_id[:8]} {label} by {safe.line(by)} (position {event.position})")


@click.command()
@by_option
@click.option("--reason", default="undo", help="Why the label is withdrawn.")
@json_option
@click.pass_context
def undo(ctx: click.Context, by: str, reason: str, as_json: bool) -> None:
    """Withdraw your last standing label; the log keeps both.

    \b
    Example:
      monitor undo --by ana
    """
    with working(ctx) as workspace:
        event = undo_last(workspace.log, workspace.views, by=by, now=workspace.clock(), reason=reason)
    if as_json:
        write_json({"position": event.position, "data": event.data})
    else:
        click.echo(f"withdrawn: {event.data.entry_id[:8]} (position {event.position})")  # type: ignore[attr-defined]


@click.command()
@click.argument("entry")
@by_option
@click.option("--days", type=click.IntRange(1, 30), default=1, show_default=True, help="For how many days.")
@click.pass_context
def skip(ctx: click.Context, entry: str, by: str, days: int) -> None:
    """Put ENTRY's row off until tomorrow (UTC).

    \b
    Example:
      monitor skip 3fb2a91c
    """
    with working(ctx) as workspace:
        entry_id = find_entry(workspace.views, entry)
        skip_row(workspace.log, workspace.views, entry_id, by=by, now=workspace.clock(), days=days)
    click.echo(f"put off: {entry_id[:8]} for {days} day{'s' if days > 1 else ''}")
