"""Which entries of a document are read where it lists more than anybody polls for: the newest, wherever they stand.

Most feeds list the newest first, some append at the end, some sort by name. The dates decide; entries without one
cannot be shown to be old, and of them both ends of the list are kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.parse.dates import read_date
from monitor.parse.raw import RawEntry


def newest(entries: Sequence[RawEntry], limit: int) -> list[RawEntry]:
    """Return at most `limit` entries in the document's order: the undated of both ends, then the latest dates."""
    if len(entries) <= limit:
        return list(entries)
    moments = [_moment(entry) for entry in entries]
    undated = [place for place, moment in enumerate(moments) if moment is None]
    kept = set(_both_ends(undated, limit))
    dated = sorted((-moment, place) for place, moment in enumerate(moments) if moment is not None)
    kept.update(place for _, place in dated[: limit - len(kept)])
    return [entries[place] for place in sorted(kept)]


def _both_ends(places: Sequence[int], limit: int) -> Sequence[int]:
    if len(places) <= limit:
        return places
    half = limit // 2
    return [*places[: limit - half], *places[-half:]]


def _moment(entry: RawEntry) -> float | None:
    """Return the latest moment an entry states, in seconds; None where it states none that can be read."""
    moments = [read_date(text)[0] for text in (entry.published, entry.updated, entry.created) if text]
    return max((moment.timestamp() for moment in moments if moment is not None), default=None)
