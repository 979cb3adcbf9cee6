"""`monitor status`: what the log knows, in one screen."""

from __future__ import annotations

from collections.abc import Sequence

import click
import msgspec

from monitor.log.claims import AtWork
from monitor.poll.schedule import host_of
from monitor.surfaces import safe
from monitor.surfaces.cli.options import as_of_option, json_option, reading, write_json
from monitor.surfaces.condition import Condition, condition_of
from monitor.triage.unread import Unread, newest_unread
from monitor.views.queries.feeds import watched_feeds
from monitor.worker.workspace import Workspace

# What one worker at a time does, by the names under which it is claimed.
JOBS = {
    "chores": "the chores of a tick", "flow": "a look at the flow", "feeds": "feeds.yaml", "retrain": "training",
    "messages": "sending messages", "daily digest": "the digest", "daily retrain": "the day's training",
    "daily backup": "the backup",
}  # fmt: skip
SHOWN_HOSTS = 3


@click.command()
@as_of_option
@json_option
@click.pass_context
def status(ctx: click.Context, as_of: str | None, as_json: bool) -> None:
    """Show what the log knows: feeds and their health, the queue, the model, the last tick.

    On a shared log also which other workers are on it now, and what they have in hand.

    \b
    Example:
      monitor status
      monitor status --as-of 2026-01-31
    """
    with reading(ctx, as_of) as workspace:
        condition = condition_of(workspace)
        unread = newest_unread(workspace.log, workspace.views)
        workers = [] if as_of else others_on(workspace)
    if as_json:
        write_json(msgspec.to_builtins(condition) | {"not_read": unread, "workers": workers})
        return
    click.echo(text_of(condition, unread, workers))


def others_on(workspace: Workspace) -> list[AtWork]:
    """Return who else works on a shared log now."""
    if not workspace.log.claims.shared:
        return []
    hosts = {host_of(feed.url) for feed in workspace.config.feeds} | {
        host_of(row.url) for row in watched_feeds(workspace.views)
    }
    return workspace.log.claims.others(hosts, JOBS)


def text_of(condition: Condition, unread: Unread, workers: Sequence[AtWork] = ()) -> str:
    """Return the screen."""
    n_ok = sum(feed.state == "ok" for feed in condition.feeds)
    model = f"{condition.model_id} (threshold {condition.threshold:.3f}, {condition.threshold_why})"
    unfinished = "" if condition.last_tick_finished else " (unfinished)"
    lines = [
        f"log      {condition.position} events, {condition.n_entries} entries, {condition.n_flagged} flagged",
        f"queue    {condition.n_waiting} waiting, {condition.n_labels} labels",
        f"model    {model if condition.model_id else 'none'}",
        f"tick     {condition.last_tick_at[:19] + unfinished if condition.last_tick_at else 'never'}",
        f"feeds    {n_ok} of {len(condition.feeds)} ok",
    ]
    lines += [f"reading  {unread.sentence}"] if unread.sentence else []
    lines += [f"worker   {_doing(worker)}" for worker in workers]
    lines += [f"warning  {safe.line(warning, 300)}" for warning in condition.warnings]
    return "\n".join(lines)


def _doing(worker: AtWork) -> str:
    """Say in one line where a worker is and what it has in hand."""
    parts = [f"{worker.machine} (process {worker.pid}{', ' if worker.address else ''}{worker.address})"]
    parts.append(f"since {worker.since[:16].replace('T', ' ')} UTC")
    if worker.hosts:
        some = ", ".join(worker.hosts[:SHOWN_HOSTS]) + (", …" if len(worker.hosts) > SHOWN_HOSTS else "")
        parts.append(f"{len(worker.hosts)} hosts in hand: {some}")
    parts += [JOBS[job] for job in worker.jobs]
    if worker.n_more:
        parts.append(f"{worker.n_more} shards or other turns")
    return safe.line("; ".join(parts), 200)
