"""`monitor status`: what the log knows, in one screen."""

from __future__ import annotations

import click
import msgspec

from monitor.surfaces import safe
from monitor.surfaces.cli.options import as_of_option, json_option, reading, write_json
from monitor.surfaces.condition import Condition, condition_of
from monitor.triage.unread import Unread, newest_unread


@click.command()
@as_of_option
@json_option
@click.pass_context
def status(ctx: click.Context, as_of: str | None, as_json: bool) -> None:
    """Show what the log knows: feeds and their health, the queue, the model, the last tick.

    \b
    Example:
      monitor status
      monitor status --as-of 2026-01-31
    """
    with reading(ctx, as_of) as workspace:
        condition = condition_of(workspace)
        unread = newest_unread(workspace.log, workspace.views)
    if as_json:
        write_json(msgspec.to_builtins(condition) | {"not_read": unread})
        return
    click.echo(text_of(condition, unread))


def text_of(condition: Condition, unread: Unread) -> str:
    """Return the screen."""
    n_ok = sum(feed.state == "ok" for feed in condition.feeds)
    lines = [
        f"log      {condition.position} events, {condition.n_entries} entries, {condition.n_flagged} flagged",
        f"queue    {condition.n_waiting} waiting, {condition.n_labels} labels",
        f"model    {condition.model_id or 'none'} (threshold {condition.threshold:.3f}, {condition.threshold_why})",
        f"tick     {condition.last_tick_at[:19] or 'never'}{'' if condition.last_tick_finished else ' (unfinished)'}",
        f"feeds    {n_ok} of {len(condition.feeds)} ok",
    ]
    lines += [f"reading  {unread.sentence}"] if unread.sentence else []
    lines += [f"warning  {safe.line(warning, 300)}" for warning in condition.warnings]
    return "\n".join(lines)
