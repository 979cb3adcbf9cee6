"""Long output on a terminal, shown page by page; nowhere else is anything held back.

A person who looks at a queue of two screens should not have to scroll back. Pipes, files and `--json` get every line as
it is written, and so does who sets PAGER to nothing.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout, suppress

# What only looks, and may be longer than a screen. A command that asks, waits or works shows its lines as they come.
PAGED = frozenset(("help", "queue", "show", "status", "coverage", "explain", "quality"))
PAGED_GROUPS = frozenset(
    (
        ("stories", "list"),
        ("stories", "show"),
        ("feeds", "list"),
        ("models", "list"),
        ("labels", "list"),
        ("log", "tail"),
    )
)


def paged(args: list[str], work: Callable[[], int]) -> int:
    """Do the work; on a terminal, show output longer than the screen through $PAGER (or `less`)."""
    pager = pager_for(args, os.environ)
    if not (pager and sys.stdin.isatty() and sys.stdout.isatty()):
        return work()
    held = io.StringIO()
    try:
        with redirect_stdout(held):
            code = work()
    finally:
        _show(held.getvalue(), pager)
    return code


def pager_for(args: list[str], environ: os._Environ[str] | dict[str, str]) -> str:
    """Return the pager that suits a command line, or nothing where it is to be shown as it comes."""
    words = [word for word in args if not word.startswith("-")]
    if "--json" in args or not (words[:1] and (words[0] in PAGED or tuple(words[:2]) in PAGED_GROUPS)):
        return ""
    return environ.get("PAGER", "less")


def _show(text: str, pager: str) -> None:
    if text.count("\n") < shutil.get_terminal_size().lines or not shutil.which(pager.split()[0]):
        sys.stdout.write(text)
        return
    environ = {"LESS": "-FRX", "LESSCHARSET": "utf-8"} | dict(os.environ)
    child = subprocess.Popen(pager, shell=True, stdin=subprocess.PIPE, env=environ)  # noqa: S602 - the user's own
    with child, suppress(BrokenPipeError):
        child.communicate(text.encode("utf-8"))
