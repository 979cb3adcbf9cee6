"""Faults of one feed or page told from those that concern all: the disk, the log, the model, the views."""

from __future__ import annotations

import sqlite3

from monitor.errors import KeyConflictError, MonitorError

INTERNAL_ERROR = "internal-error"


def raise_what_concerns_all(error: Exception) -> None:
    """Raise an error again where no single feed or page is at fault."""
    if isinstance(error, MonitorError | sqlite3.OperationalError) and not isinstance(error, KeyConflictError):
        raise error


def in_words(error: Exception, what: str) -> str:
    """Say in one line that something of one feed or page could not be recorded, and why."""
    raised = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return f"this {what} could not be recorded ({raised}); others were. Please report this as a fault"
