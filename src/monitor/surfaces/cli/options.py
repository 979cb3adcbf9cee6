"""What every command shares: opening the workspace from --config/--data, the common options, JSON output.

Commands import this; it imports no command.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

import click
import msgspec

from monitor import app
from monitor.worker.workspace import Workspace

F = TypeVar("F", bound=Callable[..., Any])


def working(ctx: click.Context, *, anew: bool = False) -> AbstractContextManager[Workspace]:
    """Open the workspace for a command that writes, close it after; `anew` folds the views from the first event."""
    return app.closing_workspace(ctx.obj["config"], ctx.obj["data"], anew=anew)


@contextmanager
def reading(ctx: click.Context, as_of: str | None = None) -> Iterator[Workspace]:
    """Open the workspace for a command that looks, now or as of then, and close it."""
    opener = ctx.obj.get("open", app.open_reading)
    workspace = opener(ctx.obj["config"], ctx.obj["data"], as_of)
    try:
        yield workspace
    finally:
        workspace.close()


def json_option(command: F) -> F:
    """Add --json to a command."""
    return click.option("--json", "as_json", is_flag=True, help="Write JSON instead of text.")(command)


def as_of_option(command: F) -> F:
    """Add --as-of to a command."""
    return click.option("--as-of", metavar="WHEN", help="What was known then: a log position, a day or a time (UTC).")(
        command
    )


def by_option(command: F) -> F:
    """Add --by to a command; without it the reviewer is $MONITOR_REVIEWER or the login name."""
    return click.option(
        "--by", metavar="NAME", default=reviewer, help="Who decides [$MONITOR_REVIEWER or your login]."
    )(command)


def reviewer() -> str:
    """Return the reviewer's name where none was given."""
    return os.environ.get("MONITOR_REVIEWER") or getpass.getuser()


def write_json(value: object) -> None:
    """Print a value as indented JSON, text as it is (UTF-8)."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def write_json_line(value: object) -> None:
    """Print a value as one line of JSON."""
    click.echo(msgspec.json.encode(value).decode())
