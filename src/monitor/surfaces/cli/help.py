"""`monitor help`: what `--help` says, for those who type it first."""

from __future__ import annotations

import click

from monitor.surfaces import safe


@click.command("help")
@click.argument("words", nargs=-1, metavar="[COMMAND]...")
@click.pass_context
def help_command(ctx: click.Context, words: tuple[str, ...]) -> None:
    """Say how COMMAND is used; without one, list the commands.

    \b
    Example:
      monitor help feeds add
    """
    assert ctx.parent is not None  # noqa: S101 - a command of a group has one
    at, command = ctx.parent, ctx.parent.command
    for word in words:
        found = command.get_command(at, word) if isinstance(command, click.Group) else None
        if found is None:
            raise click.UsageError(f"no command {safe.line(' '.join(words), 80)!r}; `monitor help` lists them", at)
        command, at = found, click.Context(found, info_name=word, parent=at)
    click.echo(command.get_help(at))
