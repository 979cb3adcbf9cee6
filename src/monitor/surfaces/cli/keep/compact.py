"""`monitor log compact`: the log in as little room as can be."""

from __future__ import annotations

import click

from monitor import app
from monitor.surfaces.cli.keep.keeping import data_folder
from monitor.surfaces.cli.options import json_option, write_json
from monitor.worker.lock import LOCK_NAME, worker_lock


@click.command()
@json_option
@click.pass_context
def compact(ctx: click.Context, as_json: bool) -> None:
    """Pack old events and texts and give the room back to the disk. No hash changes, and what was erased stays gone.

    Ticks pack old events as they go, so this is for a log of an older release, or after an import. It can be stopped
    and run again. It needs free room for a second copy of the log, and ticks wait until it ends.

    \b
    Example:
      monitor log compact

    Exit codes: 0 done, 5 a tick is at work, 6 the log does not verify, 7 no room, or another program reads the log.
    """
    from monitor.log.sqlite.shrink import shrink

    with worker_lock(data_folder(ctx) / LOCK_NAME):
        log = app.open_the_log(ctx.obj["config"], ctx.obj["data"])
        try:
            done = shrink(log)
        finally:
            log.close()
    if as_json:
        write_json(done)
        return
    click.echo(
        f"packed {done.n_events} events and {done.n_texts} texts: "
        f"{done.bytes_before / 1e6:.1f} MB are {done.bytes_after / 1e6:.1f} MB"
    )
