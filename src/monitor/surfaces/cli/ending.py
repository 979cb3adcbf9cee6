"""How a command line ends: a user's mistake in one line and an exit code, never in a traceback.

Knows nothing of the command-line library, so that a plain tick need not import it.
"""

from __future__ import annotations

import io
import os
import sqlite3
import sys
from collections.abc import Callable

from monitor.errors import MonitorError


def ended(work: Callable[[], int], say: Callable[[str], None] | None = None) -> int:
    """Do the work and return its exit code, or that of what went wrong, said in one line (by `say`)."""
    say = say or complain
    try:
        code = work()
        sys.stdout.flush()  # a full disk or a closed pipe behind us shows here, not in a traceback at the end
        return code
    except KeyboardInterrupt:
        say("stopped")
        return 130
    except MonitorError as error:
        say(f"error: {error}")
        return error.exit_code
    except BrokenPipeError:  # whoever read has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (OSError, sqlite3.Error) as error:
        say(f"error: {storage_message(error)}")
        return 7


def complain(line: str) -> None:
    """Say a line where errors go."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def escape_foreign_letters() -> None:
    """Let a terminal of few letters (Latin-1, ASCII) show the others as escapes; it would refuse the whole line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def storage_message(error: OSError | sqlite3.Error) -> str:
    """Return one line that says what the disk or the database refused, and what to do."""
    text = str(error)
    if isinstance(error, OSError):
        where = f": {error.filename}" if error.filename else ""
        return f"{error.strerror or text}{where}"
    if "full" in text:
        return "disk full: the log was left as it was; free some space and run again"
    if "readonly" in text or "unable to open" in text:
        return f"the data folder cannot be written ({text}); check its permissions"
    if "malformed" in text or "not a database" in text:
        return f"{text}: if `monitor log verify` says that the log holds, `monitor rebuild` makes all else anew"
    return f"database: {text}"
