"""`monitor log checkpoint|new-key|vouch|witness|cosign`: what is signed, by which key, and who else keeps it."""

from __future__ import annotations

import sys

import click

from monitor import app
from monitor.errors import MonitorError
from monitor.log.codec import iso
from monitor.surfaces import safe
from monitor.surfaces.cli.keep.keeping import data_folder
from monitor.worker.lock import worker_lock


@click.command()
@click.pass_context
def checkpoint(ctx: click.Context) -> None:
    """Sign the log's head now, and anchor it. Ticks do this once a day or every 1,000 events.

    \b
    Example:
      monitor log checkpoint
    """
    from monitor.log.proof.checkpoints import sign_checkpoint

    opened = app.open_the_log(ctx.obj["config"], ctx.obj["data"])
    try:
        signed = sign_checkpoint(opened, recorded_at=iso(app.clock_on(opened)[0]()))
    finally:
        opened.close()
    click.echo("nothing new since the last checkpoint" if signed is None else f"signed, as event {signed.position}")


@click.command()
@click.argument("places", nargs=-1)
@click.pass_context
def witness(ctx: click.Context, places: tuple[str, ...]) -> None:
    """Send the newest signed head to PLACES, or to those `witness` in feeds.yaml names, and keep what they answer.

    A place is git:FOLDER (a repository, committed and pushed), tsa:URL (a time-stamping authority, RFC 3161),
    ots:URL (a calendar of OpenTimestamps), run:COMMAND (another monitor's `log cosign`, by ssh for instance) or
    mail:ADDRESS. Receipts lie in data/witness/.

    \b
    Example:
      monitor log witness git:/srv/witness tsa:https://tsa.example/
      monitor log witness "run:ssh desk2 monitor --data /srv/monitor/data log cosign"

    Exit codes: 0 every place has it, 1 some place has not, 4 nothing is signed yet.
    """
    from monitor.surfaces.witness import mailer, send_head

    config, _ = app.read_config(ctx.obj["config"], ctx.obj["data"])
    if not (places := places or tuple(config.settings.witness)):
        raise click.UsageError("name a place, or set `witness` in feeds.yaml")
    failed = False
    opened = app.open_the_log(ctx.obj["config"], ctx.obj["data"], read_only=True)
    try:
        for place in places:
            try:
                click.echo(safe.line(send_head(opened, place, mailer(config.settings.digest)), 400))
            except (MonitorError, OSError) as error:
                failed = True
                click.echo(safe.line(f"{place}: not witnessed: {error}", 500), err=True)
    finally:
        opened.close()
    if failed:
        ctx.exit(1)


@click.command()
@click.pass_context
def cosign(ctx: click.Context) -> None:
    """Sign another monitor's head, read from standard input, if it only adds to the one signed last; write the receipt.

    This is what `log witness run:…` calls on the second machine. It needs no log here, only a key (made at first use).

    \b
    Example:
      monitor log cosign < request.json                  # what run:COMMAND asks for, on the second machine

    Exit codes: 0 signed, 6 that log was rewritten since, 9 not a request.
    """
    from monitor.surfaces.witness import cosign as sign

    folder = data_folder(ctx)
    folder.mkdir(parents=True, exist_ok=True)
    with worker_lock(folder / "cosign.lock"):
        receipt = sign(sys.stdin.buffer.read(1 << 20), folder, iso(app.now()))
    sys.stdout.buffer.write(receipt)
    sys.stdout.buffer.flush()


@click.command(name="new-key")
@click.option("--reason", required=True, help="Why; kept in the log for good.")
@click.option("--lost", is_flag=True, help="The old key is gone: go on without its signature.")
@click.pass_context
def new_key(ctx: click.Context, reason: str, lost: bool) -> None:
    """Change the signing key: the old one signs the new one in. The old file is kept beside it.

    With --lost nothing in the log vouches for the new key: `log verify` then asks for both keys by name.

    \b
    Example:
      monitor log new-key --reason "the old laptop was sold"

    Exit codes: 0 changed, 4 the key is missing, 9 the log was never signed.
    """
    from monitor.log.proof.checkpoints import change_key, sign_checkpoint

    opened = app.open_the_log(ctx.obj["config"], ctx.obj["data"])
    try:
        key = change_key(opened, recorded_at=iso(app.clock_on(opened)[0]()), reason=reason, lost=lost)
        sign_checkpoint(opened, recorded_at=iso(app.clock_on(opened)[0]()))
    finally:
        opened.close()
    click.echo(f"signed from now on by {key}: keep this line, and a copy of signing.key, elsewhere")


@click.command()
@click.pass_context
def vouch(ctx: click.Context) -> None:
    """Sign the restores that anchors.jsonl lists without a signature, once you know that they were yours.

    \b
    Example:
      monitor log vouch
    """
    from monitor.log.proof.checkpoints import vouch_restores

    folder = data_folder(ctx)
    app.open_the_log(ctx.obj["config"], ctx.obj["data"], read_only=True).close()
    n_signed = vouch_restores(folder / app.LOG_NAME)
    click.echo(f"signed {n_signed} restore(s)" if n_signed else "no restore is unsigned")
