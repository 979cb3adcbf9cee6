"""The two bands of a score: flagged, and worth a second look. Values only, because an idle tick reads them."""

from __future__ import annotations

import msgspec


class Thresholds(msgspec.Struct, frozen=True):
    """Scores at which an entry is flagged, and from which it is worth a second look."""

    flag: float
    look_again: float
