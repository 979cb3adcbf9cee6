"""`monitor log init-postgres` and `monitor log copy`: the log's move into PostgreSQL and back."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor import app
from monitor.surfaces import safe
from monitor.surfaces.cli.keep.keeping import data_folder

if TYPE_CHECKING:
    from monitor.log.store import LogStore


@click.command(name="init-postgres")
@click.argument("address")
@click.option("--writer", default="monitor_writer", show_default=True, help="The role of the workers.")
@click.option("--reader", default="monitor_reader", show_default=True, help="The role of those who only look.")
def init_postgres(address: str, writer: str, reader: str) -> None:
    """Make the tables, guards and roles of a log in the PostgreSQL database at ADDRESS, as its owner (extra: postgres).

    Harmless to repeat. Set the passwords yourself; they are never part of an address (use PGPASSFILE or a service
    file).

    \b
    Example:
      monitor log init-postgres postgresql://owner@db.example/monitor

    Exit codes: 0 it is there, 3 the address is wrong, 7 the database refused, 12 the extra is missing.
    """
    from monitor.log.postgres.connect import check_address
    from monitor.log.postgres.setup import init_postgres as set_up

    check_address(address, "ADDRESS")
    for line in set_up(address, writer=writer, reader=reader):
        click.echo(safe.line(line, 200))
    click.echo("workers find it by MONITOR_LOG, or `log:` in feeds.yaml, with the writer's role in the address")


@click.command()
@click.argument("target")
@click.pass_context
def copy(ctx: click.Context, target: str) -> None:
    """Copy the log in use to TARGET: an address of PostgreSQL, or a file to be a log.db. Same events, same hashes.

    First stop everything that appends. A copy that was cut short continues when the command is run again, and is
    verified at the end.

    \b
    Example:
      monitor log copy postgresql://monitor_writer@db.example/monitor
      MONITOR_LOG=postgresql://monitor_reader@db.example/monitor monitor log copy elsewhere/log.db

    Exit codes: 0 copied and verified, 1 the copy does not verify, 6 TARGET holds another log.
    """
    from monitor.log.keep.moving import move_log, take_along
    from monitor.log.postgres.connect import check_address, is_address
    from monitor.log.postgres.snapshot import verify_postgres
    from monitor.log.postgres.store import open_postgres
    from monitor.log.proof.anchors import anchors_path
    from monitor.log.sqlite.store import open_log
    from monitor.log.sqlite.verify import verify_with_anchors

    to: LogStore
    source = app.open_the_log(ctx.obj["config"], ctx.obj["data"], read_only=True)
    with closing(source):
        if is_address(target):
            check_address(target, "TARGET")
            to = open_postgres(target, data_folder(ctx) / app.LOG_NAME)
        else:
            to = open_log(Path(target), create=True)
        try:
            n_events = move_log(source, to)
            position, hash_ = to.head()
            if is_address(target):
                report = verify_postgres(to, [])
        finally:
            to.close()
        if not is_address(target):
            take_along(anchors_path(source.path), anchors_path(Path(target)))
            report = verify_with_anchors(Path(target))
    for problem in report.problems:
        click.echo(f"WRONG  {safe.line(problem.what, 400)}")
    if report.problems:
        ctx.exit(1)
    click.echo(f"copied {n_events} events; {position} in all verify, head {hash_[:16]}")
