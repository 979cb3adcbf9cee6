"""`monitor label`, `undo` and `skip`: decisions, each durable before it is called saved."""

from __future__ import annotations

import click

from monitor.log.codec import iso
from monitor.surfaces import safe
from monitor.surfaces.cli.options import by_option, json_option, working, write_json
from monitor.triage.decide import LABELS, label_entry, skip_row
from monitor.triage.entries import find_entry
from monitor.triage.undo import describe, undo_last
from monitor.views.queries.acts import acts_by


@click.command()
@click.argument("entry")
@click.argument("label", type=click.Choice(LABELS))
@click.option("--note", default="", help="Why; kept in the log for good, so name no one who need not be named.")
@click.option("--entry-only", is_flag=True, help="Label this entry alone, not its whole story.")
@click.option("--beside", is_flag=True, help="Also where another reviewer decided: your label stands beside theirs.")
@by_option
@json_option
@click.pass_context
def label(
    ctx: click.Context, entry: str, label: str, note: str, entry_only: bool, beside: bool, by: str, as_json: bool
) -> None:
    """Label ENTRY's story: plot, not-plot or unsure.

    `plot` says that the report is about an alleged state-linked plot; it says nothing about anybody's guilt. If another
    reviewer has decided already, your label is refused (exit code 11) with their name; `--beside` records yours as
    well.

    \b
    Example:
      monitor label 3fb2a91c plot --note "two independent sources" --by ana
    """
    with working(ctx) as workspace:
        entry_id = find_entry(workspace.views, entry)
        event = label_entry(
            workspace.log, workspace.views, entry_id, label, by=by, now=workspace.clock(), note=note,
            whole_story=not entry_only, heed_others=not beside,
        )  # fmt: skip
    if as_json:
        write_json({"entry_id": entry_id, "label": label, "by": by, "position": event.position if event else None})
    elif event is None:
        click.echo(f"{entry_id[:8]} was already labelled {label} by {safe.line(by)}; nothing to do")
    else:
        click.echo(f"saved: {entry_id[:8]} {label} by {safe.line(by)} (position {event.position})")


@click.command()
@by_option
@click.option("--reason", default="undo", help="Why it is taken back.")
@click.option("--position", type=click.IntRange(1), help="The act at this log position, not the last one.")
@click.option("--list", "listing", is_flag=True, help="Only list your acts of today (UTC) that stand.")
@json_option
@click.pass_context
def undo(ctx: click.Context, by: str, reason: str, position: int | None, listing: bool, as_json: bool) -> None:
    """Take back your last act of today (UTC), whatever it was; the log keeps both.

    An act is a label, labels given together, a skip, a merge, a split, a link to a case or a corrected card field.

    \b
    Example:
      monitor undo --by ana
      monitor undo --list --by ana
    """
    with working(ctx) as workspace:
        log, views, now = workspace.log, workspace.views, workspace.clock()
        today = iso(now.replace(hour=0, minute=0, second=0, microsecond=0))
        if listing:
            acts = [(act, describe(log, views, [act])) for act in acts_by(views, by, today)]
            if as_json:
                write_json([act for act, _ in acts])
            for act, what in () if as_json else acts:
                click.echo(f"{act.position:>8}  {act.at[11:16]}  {safe.line(what, 200)}")
            return
        undone = undo_last(log, views, by=by, now=now, since=today, position=position, reason=reason)
    if as_json:
        write_json(undone)
    else:
        click.echo(f"undone: {safe.line(undone.what, 300)} (position {undone.position})")


@click.command()
@click.argument("entry")
@by_option
@click.option("--days", type=click.IntRange(1, 30), default=1, show_default=True, help="For how many days.")
@click.pass_context
def skip(ctx: click.Context, entry: str, by: str, days: int) -> None:
    """Put ENTRY's story off until tomorrow (UTC), for you alone; `undo` brings it back.

    Other reviewers, the digest and alerts keep it.

    \b
    Example:
      monitor skip 3fb2a91c
    """
    with working(ctx) as workspace:
        entry_id = find_entry(workspace.views, entry)
        skip_row(workspace.log, workspace.views, entry_id, by=by, now=workspace.clock(), days=days)
    click.echo(f"put off: {entry_id[:8]} for {days} day{'s' if days > 1 else ''}")
