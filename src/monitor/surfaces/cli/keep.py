"""`rebuild`, `erase`, `backup`, `restore`: keeping the log, and letting go of what must go."""

from __future__ import annotations

import os
from pathlib import Path

import click

from monitor import app
from monitor.errors import LogBrokenError
from monitor.log.anchors import anchors_path, read_anchors, write_marker
from monitor.log.backup import Copy, backup_log, checksum_path, restore_log
from monitor.log.checkpoints import sign_checkpoint
from monitor.log.codec import iso
from monitor.log.erasure import erase_entry
from monitor.log.verify import verify_log
from monitor.surfaces.cli.options import json_option, reviewer, working, write_json
from monitor.triage.entries import find_entry
from monitor.views.fold import rebuild_views
from monitor.worker.lock import LOCK_NAME, worker_lock
from monitor.worker.searching import renew_index
from monitor.worker.workspace import Workspace

BACKUPS_NAME = "backups"
KEEP_BACKUPS = 7


def data_folder(ctx: click.Context) -> Path:
    """Return the data folder; feeds.yaml is read only where neither --data nor $MONITOR_DATA names it."""
    named = ctx.obj["data"] or os.environ.get("MONITOR_DATA")
    return Path(named) if named else app.read_config(ctx.obj["config"], None)[1]


@click.command()
@click.pass_context
def rebuild(ctx: click.Context) -> None:
    """Delete the views and the search index and make both again from the log. Harmless; seldom needed.

    \b
    Example:
      monitor rebuild
    """
    with working(ctx) as workspace:
        workspace.views.close()
        workspace.views = rebuild_views(workspace.data_dir / app.VIEWS_NAME, workspace.log)
        position, fingerprint = workspace.views.position, workspace.views.fingerprint()
        renew_index(workspace)
    click.echo(f"folded {position} events; fingerprint of the views {fingerprint[:16]}")


@click.command()
@click.argument("entry")
@click.option("--reason", required=True, help="Why; kept in the log for good, so name no person.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_context
def erase(ctx: click.Context, entry: str, reason: str, yes: bool, as_json: bool) -> None:
    """Erase the title, summary and text of ENTRY for good, in every revision; the chain still verifies.

    Backups and exports made before still hold the text: delete them too. The link and the author the feed gave stay.

    \b
    Example:
      monitor erase 3fb2a91c --reason "request of 2026-01-31"

    Exit codes: 0 erased (or already was), 4 no such entry.
    """
    with working(ctx) as workspace:
        entry_id = find_entry(workspace.views, entry)
        if not yes and not as_json:
            click.confirm(f"Erase the text of entry {entry_id} for good?", abort=True)
        at = iso(workspace.clock())
        erased = erase_entry(workspace.log, entry_id, reason=reason, actor=reviewer(), recorded_at=at)
        workspace.views.catch_up()
        copies = len(list((workspace.data_dir / BACKUPS_NAME).glob("*.db")))
    if as_json:
        write_json({"entry_id": entry_id, "erased": erased, "n_backups_that_may_hold_it": copies})
        return
    click.echo(f"erased {len(erased)} text(s) of entry {entry_id}" if erased else "already erased")
    if copies:
        click.echo(f"{copies} backup(s) in {BACKUPS_NAME}/ may still hold it: delete them, then `monitor backup`")


@click.command()
@click.argument("target", type=click.Path(path_type=Path), required=False)
@json_option
@click.pass_context
def backup(ctx: click.Context, target: Path | None, as_json: bool) -> None:
    """Copy the log while it is in use and verify the copy, to TARGET (a file or a folder) or data/backups.

    The signing key (signing.key) is not in it: keep a copy of that elsewhere.

    \b
    Example:
      monitor backup /mnt/usb

    Exit codes: 0 copied and verified, 6 the log or the copy does not verify, 7 disk.
    """
    folder = data_folder(ctx)
    log = app.open_existing_log(folder)
    try:
        made = backup_log(log, target or _own_folder(folder))
    finally:
        log.close()
    if as_json:
        write_json(made)
        return
    click.echo(f"copied and verified {made.position} events ({made.n_bytes / 1e6:.1f} MB) to {made.path}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--give-up-events", is_flag=True, help="Go back even though the log holds events the backup lacks.")
@click.pass_context
def restore(ctx: click.Context, file: Path, give_up_events: bool) -> None:
    """Put a verified backup FILE in place of the log. The file it replaces is kept; views follow by themselves.

    \b
    Example:
      monitor restore data/backups/log-000001234-5f3c9a10.db

    Exit codes: 0 restored, 4 no such file, 5 a tick is running, 6 the backup does not verify, or events would be lost.
    """
    folder = data_folder(ctx)
    folder.mkdir(parents=True, exist_ok=True)
    with worker_lock(folder / LOCK_NAME):
        at = iso(app.now())
        position, n_lost = restore_log(file, folder / app.LOG_NAME, recorded_at=at, give_up_events=give_up_events)
    lost = f"; {n_lost} later event(s) given up" if n_lost else ""
    click.echo(f"restored: the log ends at event {position}{lost}")


def write_backup(workspace: Workspace) -> Copy:
    """Do what the nightly job does: sign, verify, back up, keep the newest seven.

    Raises LogBrokenError where the log does not verify: the older backups are kept then, and appending stops.
    """
    now = workspace.clock()
    sign_checkpoint(workspace.log, recorded_at=iso(now))
    workspace.views.catch_up()
    report = verify_log(workspace.log.path, read_anchors(anchors_path(workspace.log.path)))
    first = report.first()
    if first is not None:
        write_marker(workspace.log.path, first.what)
        raise LogBrokenError(f"the log does not verify: {first.what}; no backup was made", first.position)
    folder = _own_folder(workspace.data_dir)
    made = backup_log(workspace.log, folder)
    for old in sorted(folder.glob("log-*.db"))[:-KEEP_BACKUPS]:
        old.unlink()
        checksum_path(old).unlink(missing_ok=True)
    return made


def _own_folder(data_dir: Path) -> Path:
    folder = data_dir / BACKUPS_NAME
    folder.mkdir(parents=True, exist_ok=True)
    return folder
