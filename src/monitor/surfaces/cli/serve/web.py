"""`monitor web` and `monitor users`: serve the triage page, and say who may use it."""

from __future__ import annotations

import errno
import importlib.util
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from monitor import app
from monitor.errors import AlreadyRunningError, InputError, MissingExtraError
from monitor.log.codec import iso
from monitor.surfaces import safe
from monitor.surfaces.cli.options import json_option, write_json
from monitor.worker.workspace import Workspace


@click.command()
@click.option("--host", help="The address to listen on [127.0.0.1].")
@click.option("--port", type=click.IntRange(0, 65535), help="The port [8765]; 0: any that is free.")
@click.option("--allow-host", "names", metavar="HOST:PORT", multiple=True, help="A further Host header to answer to.")
@click.pass_context
def web(ctx: click.Context, host: str | None, port: int | None, names: tuple[str, ...]) -> None:
    """Serve the triage page and the API on 127.0.0.1 (extra: web). Stop with Ctrl-C.

    Reviewers sign in with a token: `monitor users add NAME` first. Put a TLS proxy in front before others can reach it.

    \b
    Example:
      monitor web --port 8765
    """
    if importlib.util.find_spec("uvicorn") is None or importlib.util.find_spec("starlette") is None:
        raise MissingExtraError("the triage page", "web")
    import uvicorn

    from monitor.surfaces.web.door.connections import TimedProtocol
    from monitor.surfaces.web.door.reviewers import Reviewers
    from monitor.surfaces.web.server import create_app

    config, data = ctx.obj["config"], ctx.obj["data"]
    with app.closing_workspace(config, data) as workspace:
        settings, folder, shared = workspace.config.settings, workspace.data_dir, workspace.log.claims.shared
    host, port = host or settings.web.host, settings.web.port if port is None else port
    reviewers = Reviewers(folder)
    if not reviewers.all():
        click.echo("nobody may sign in yet: `monitor users add NAME`", err=True)
    with listening(host, port) as listener, kept_up(lambda: app.open_workspace(config, data), wanted=shared):
        port = listener.getsockname()[1]
        hosts = frozenset({f"{host}:{port}", f"127.0.0.1:{port}", f"localhost:{port}", *names})
        served = create_app(lambda: app.open_workspace(config, data), reviewers, hosts, lambda: app.now().timestamp())
        click.echo(f"http://{host}:{port}/")
        config_ = uvicorn.Config(
            served, http=TimedProtocol, log_level="warning", server_header=False, date_header=False
        )
        uvicorn.Server(config_).run(sockets=[listener])


@contextmanager
def kept_up(open_workspace: Callable[[], Workspace], *, wanted: bool) -> Iterator[None]:
    """Keep up what visitors look things up in; on a log of one machine its ticks do."""
    from monitor.surfaces.web.upkeep import Upkeep

    upkeep = Upkeep(open_workspace) if wanted else None
    if upkeep:
        upkeep.start()
    try:
        yield
    finally:
        if upkeep:
            upkeep.stop()


def listening(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address, before anything is promised.

    Raises AlreadyRunningError where something else listens there, InputError where the address is not ours to use.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            text = f"something else listens on {host}:{port}; stop it, or name another port with --port"
            raise AlreadyRunningError(text) from error
        raise InputError(f"cannot listen on {host}:{port}: {error.strerror or error}") from error


@click.group()
def users() -> None:
    """Add, list and remove the reviewers who may use the triage page and the API."""


@users.command("add")
@click.argument("name")
@click.pass_context
def add(ctx: click.Context, name: str) -> None:
    """Add reviewer NAME, or give a known one a new token. The token is shown once.

    \b
    Example:
      monitor users add ana
    """
    from monitor.surfaces.web.door.reviewers import Reviewers

    token = Reviewers(_folder(ctx)).add(name, iso(app.now()))
    click.echo(f"{safe.line(name)}: {token}\nkeep it: it cannot be shown again")


@users.command("list")
@json_option
@click.pass_context
def list_users(ctx: click.Context, as_json: bool) -> None:
    """List the reviewers.

    \b
    Example:
      monitor users list
    """
    from monitor.surfaces.web.door.reviewers import Reviewers

    rows = [{"name": item.name, "added_at": item.added_at} for item in Reviewers(_folder(ctx)).all()]
    if as_json:
        write_json(rows)
        return
    for row in rows:
        click.echo(f"{safe.line(row['name'], 80)}  {row['added_at'][:16]}")


@users.command("remove")
@click.argument("name")
@click.pass_context
def remove(ctx: click.Context, name: str) -> None:
    """Remove reviewer NAME: sessions and tokens end at once, decisions stay.

    \b
    Example:
      monitor users remove ana
    """
    from monitor.surfaces.web.door.reviewers import Reviewers

    Reviewers(_folder(ctx)).remove(name)
    click.echo(f"removed {safe.line(name)}")


def _folder(ctx: click.Context) -> Path:
    with app.closing_workspace(ctx.obj["config"], ctx.obj["data"]) as workspace:
        return workspace.data_dir
