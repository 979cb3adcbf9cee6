"""From SQLite's rows to values: what every query needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def with_truths(row: Sequence[Any], *columns: int) -> list[Any]:
    """Return a row's values, with SQLite's 0 and 1 in these columns as booleans."""
    values = list(row)
    for column in columns:
        values[column] = bool(values[column])
    return values
