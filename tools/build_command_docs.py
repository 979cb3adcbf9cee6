"""Write docs/commands.md from the commands' own help: `python -m tools.build_command_docs [--check]`.

Owns the shape of the page; the words are those of `--help`, so the two cannot differ.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from monitor.surfaces.cli.main import COMMANDS, cli

PAGE = Path(__file__).resolve().parent.parent / "docs" / "commands.md"
WIDTH = 100
HEAD = """# Commands

What `monitor COMMAND --help` says, on one page. Made by `python -m tools.build_command_docs`. Exit codes are listed in
[operations.md](operations.md#exit-codes); `--config FILE` and `--data DIR` go before the command.

"""


def sections(group: click.Group, context: click.Context, names: list[str]) -> Iterator[str]:
    """Yield the section of each command and of its subcommands."""
    for name in names:
        command = group.get_command(context, name)
        if command is None:
            continue
        below = click.Context(command, info_name=name, parent=context, max_content_width=WIDTH, terminal_width=WIDTH)
        level = "##" if context.parent is None else "###"
        yield f"{level} `{below.command_path}`\n\n```text\n{command.get_help(below).rstrip()}\n```\n"
        if isinstance(command, click.Group):
            yield from sections(command, below, command.list_commands(below))


def page() -> str:
    """Return the whole page."""
    settings = {**cli.context_settings, "max_content_width": WIDTH, "terminal_width": WIDTH}
    context = click.Context(cli, info_name="monitor", **settings)
    return HEAD + "\n".join(sections(cli, context, list(COMMANDS)))


def main(args: list[str]) -> int:
    """Write the page, or with --check say whether it is current."""
    if args == ["--check"]:
        current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page()
        print("current" if current else "docs/commands.md differs: run `python -m tools.build_command_docs`")
        return 0 if current else 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
