"""`rebuild`, `erase`, `backup`, `restore`: keeping the log, and letting go of what must go."""

from __future__ import annotations

import os
from pathlib import Path

import click
import msgspec

from monitor import app
from monitor.log.codec import iso
from monitor.log.keep.backup import Copy
from monitor.log.keep.copies import still_holding
from monitor.log.keep.erasure import WAIT_S, erase_entry, lift_erasure, mark_shared, texts_of
from monitor.surfaces import safe
from monitor.surfaces.cli.options import json_option, reviewer, working, write_json
from monitor.triage.entries import find_entry
from monitor.views.queries.erasures import pending_erasure, sharing_entries, text_positions
from monitor.worker.jobs.backups import back_up, put_back
from monitor.worker.jobs.searching import keep_index, renew_index
from monitor.worker.lock import LOCK_NAME, worker_lock
from monitor.worker.workspace import Workspace


def data_folder(ctx: click.Context) -> Path:
    """Return the data folder; feeds.yaml is read only where neither --data nor $MONITOR_DATA names it."""
    named = ctx.obj["data"] or os.environ.get("MONITOR_DATA")
    return Path(named) if named else app.read_config(ctx.obj["config"], None)[1]


@click.command()
@click.pass_context
def rebuild(ctx: click.Context) -> None:
    """Delete the views and the search index and rebuild both from the log. Harmless, seldom needed.

    \b
    Example:
      monitor rebuild
    """
    with working(ctx, anew=True) as workspace:
        position, fingerprint = workspace.views.position, workspace.views.fingerprint()
        renew_index(workspace)
    click.echo(f"folded {position} events; fingerprint of the views {fingerprint[:16]}")


@click.command()
@click.argument("entry")
@click.option("--reason", required=True, help="Why; kept in the log for good, so name no person.")
@click.option("--lift", is_flag=True, help="Instead, allow that later texts of the entry are stored again.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_context
def erase(ctx: click.Context, entry: str, reason: str, lift: bool, yes: bool, as_json: bool) -> None:
    """Erase the title, summary and text of ENTRY for good, in every revision; the chain still verifies.

    Later edits of the entry, and copies of it in other feeds, are scored and flagged, but their text is not stored
    until you --lift that. Earlier backups still hold the text; the command names them. The link and the author stay.

    \b
    Example:
      monitor erase 3fb2a91c --reason "request of 2026-01-31"

    Exit codes: 0 erased (or already was), 4 no such entry.
    """
    with working(ctx) as workspace:
        entry_id = find_entry(workspace.views, entry)
        if not yes and not as_json:
            asked = "Store later texts of entry {} again?" if lift else "Erase the text of entry {} for good?"
            click.confirm(asked.format(entry_id), abort=True)
        at = iso(workspace.clock())
        if lift:
            lift_erasure(workspace.log, entry_id, by=reviewer(), reason=reason, recorded_at=at)
            workspace.views.catch_up()
            click.echo(f"lifted: later texts of entry {entry_id} are stored again; what was erased stays erased")
            return
        answer = _erase(workspace, entry_id, reason, at)
    if as_json:
        write_json(answer)
        return
    n_texts = len(answer.erased)
    click.echo(f"erased {n_texts} text(s) of entry {entry_id}" if n_texts else "already erased")
    if answer.n_shared:
        click.echo(f"{answer.n_shared} other entries had the same text; theirs is gone too")
    if not answer.finished:
        click.echo(
            "another program is reading the log, so copies may still lie in its side files: the next tick "
            "removes them; `monitor status` tells until then"
        )
    for copy in answer.copies:
        click.echo(f"still holds it: {safe.line(copy, 300)}; delete it (then `monitor backup`)")


class EraseAnswer(msgspec.Struct, frozen=True):
    """What `erase` did, and which files still hold the text or may."""

    entry_id: str
    erased: list[str]
    finished: bool
    n_shared: int
    copies: list[str]


def _erase(workspace: Workspace, entry_id: str, reason: str, at: str) -> EraseAnswer:
    log, views = workspace.log, workspace.views
    positions = text_positions(views, entry_id)
    names = texts_of(log, entry_id, positions)
    shared = sharing_entries(views, names, entry_id)
    mark_shared(log, shared, reason=reason, recorded_at=at)
    wait_s = 0.1 if pending_erasure(views) else WAIT_S  # who was in the way of the last one is there still
    done = erase_entry(
        log, entry_id, reason=reason, actor=reviewer(), recorded_at=at, positions=positions, wait_s=wait_s
    )
    views.catch_up()
    keep_index(workspace)
    copies = still_holding(workspace.data_dir, names, min(positions, default=0))
    return EraseAnswer(entry_id, done.names, done.finished, len(shared), copies)


@click.command()
@click.argument("target", type=click.Path(path_type=Path), required=False)
@json_option
@click.pass_context
def backup(ctx: click.Context, target: Path | None, as_json: bool) -> None:
    """Copy the log while it is in use and verify the copy, to TARGET (a file or a folder) or data/backups.

    The anchors and the model in use go along. In data/backups the newest seven (`keep_backups` in feeds.yaml) that
    were made without a TARGET are kept; copies you named are never deleted. The signing key (signing.key) is not in it:
    keep a copy of it elsewhere.

    \b
    Example:
      monitor backup /mnt/usb

    Exit codes: 0 copied and verified, 6 the log or the copy does not verify, 7 disk.
    """
    config, _ = app.read_config(ctx.obj["config"], ctx.obj["data"])
    log = app.open_the_log(ctx.obj["config"], ctx.obj["data"])
    try:
        made = back_up(log, app.now(), target, keep=config.settings.keep_backups)
    finally:
        log.close()
    if as_json:
        write_json(made)
        return
    click.echo(f"copied and verified {made.position} events ({made.n_bytes / 1e6:.1f} MB) to {made.path}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--give-up-events", is_flag=True, help="Go back even though the log holds events the backup lacks.")
@click.option("--other-log", is_flag=True, help="Replace this log by a backup of another one.")
@click.pass_context
def restore(ctx: click.Context, file: Path, give_up_events: bool, other_log: bool) -> None:
    """Put a verified backup FILE in place of the log. The replaced file is kept; views are rebuilt where needed.

    On a new machine: `monitor init`, then this, then `monitor log verify`. Put back your copies of signing.key and
    feeds.yaml.

    \b
    Example:
      monitor restore data/backups/log-20260131T020000Z-000001234-5f3c9a10.db

    Exit codes: 0 restored, 4 no such file, 5 a tick is running, 6 the backup does not verify, is another log's, or
    events would be lost.
    """
    folder = data_folder(ctx)
    folder.mkdir(parents=True, exist_ok=True)
    with worker_lock(folder / LOCK_NAME):
        path = folder / app.LOG_NAME
        done, missing = put_back(file, path, app.now(), give_up_events=give_up_events, other_log=other_log)
    lost = f"; {done.n_given_up} later event(s) given up" if done.n_given_up else ""
    click.echo(f"restored: the log ends at event {done.position}{lost}")
    if missing:
        click.echo(
            f"the model in use, {missing}, is not beside the backup: copy models/{missing}.json into "
            f"{folder / app.MODELS_NAME}, or run `monitor train`"
        )
    if done.public_key and not (folder / "signing.key").exists():
        click.echo(f"the key that signs this log is not here: put your copy of signing.key into {folder}")


def write_backup(workspace: Workspace) -> Copy:
    """Do what the nightly job does: sign, back up, verify, keep the newest few.

    Raises LogBrokenError where the log does not verify: the older backups are kept then, and appending stops.
    """
    made = back_up(workspace.log, workspace.clock(), keep=workspace.config.settings.keep_backups)
    workspace.views.catch_up()
    return made
