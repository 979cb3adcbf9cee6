"""What search asks of the entries view: which entries fit fields, and their rows in a wanted order."""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec

from monitor.views.fold import Views
from monitor.views.queries.entries import JOINED, SELECT, STORY, EntryRow, entry_row
from monitor.views.search.query import FieldFilter

_REPORTED = "iif(e.published_at <> '' AND e.published_at < e.seen_at, e.published_at, e.seen_at)"
_PUBLISHER = "coalesce(nullif(s.publisher, ''), nullif(e.source_name, ''), f.publisher, '')"
_LABELLED = f"""EXISTS (SELECT 1 FROM labels l WHERE l.withdrawn_position IS NULL AND (l.entry_id = e.entry_id
    OR (l.story_id <> '' AND l.story_id = {STORY})) AND (:value IN ('any', 'none') OR l.label = :value))"""
# Field -> the condition on a row of JOINED. Names are compared without regard to case, in any part.
_CONDITIONS = {
    "feed": "(e.feed_id = :value OR instr(lower(coalesce(f.name, '')), lower(:value)) > 0)",
    "publisher": f"instr(lower({_PUBLISHER}), lower(:value)) > 0",
    "lang": "(lower(e.lang) = :value OR lower(e.lang) LIKE :value || '-%')",
    "label": f"iif(:value = 'none', NOT {_LABELLED}, {_LABELLED})",
    "flagged": "(e.flagged_position IS NOT NULL) = (:value = 'yes')",
    "score": "coalesce(e.score, -1.0) >= CAST(:value AS REAL)",
    "after": f"{_REPORTED} >= :value",
    "before": f"{_REPORTED} < :value",
}


def _where(filters: Sequence[FieldFilter]) -> tuple[str, dict[str, str]]:
    """Return the filters as a condition and the values it binds."""
    parts, values = ["1"], {}
    for number, item in enumerate(filters):
        name = f"value_{number}"
        condition = f"({_CONDITIONS[item.field].replace(':value', ':' + name)})"
        parts.append(f"NOT {condition}" if item.minus else condition)
        values[name] = item.value
    return " AND ".join(parts), values


def fitting(views: Views, filters: Sequence[FieldFilter], positions: Sequence[int]) -> list[int]:
    """Return those of the entries at `positions` that the views know and that fit every filter."""
    where, values = _where(filters)
    query = f"""SELECT e.position FROM json_each(:positions) j CROSS JOIN {JOINED}
        WHERE e.position = j.value AND e.erased = 0 AND {where}"""
    return [int(row[0]) for row in views.db.execute(query, {**values, "positions": json.dumps(list(positions))})]


def newest_fitting(views: Views, filters: Sequence[FieldFilter], limit: int) -> list[int]:
    """Return the positions of the newest entries that fit every filter, newest first."""
    where, values = _where(filters)
    query = f"SELECT e.position FROM {JOINED} WHERE e.erased = 0 AND {where} ORDER BY e.position DESC LIMIT :limit"
    return [int(row[0]) for row in views.db.execute(query, {**values, "limit": limit})]


def rows_at(views: Views, positions: Sequence[int]) -> list[EntryRow]:
    """Return the entries at these positions, in this order."""
    query = f"{SELECT} WHERE e.position IN (SELECT value FROM json_each(?))"
    found = {row[2]: entry_row(row) for row in views.db.execute(query, (json.dumps(list(positions)),))}
    return [found[position] for position in positions if position in found]


class SavedSearch(msgspec.Struct, frozen=True):
    """A query that a reviewer saved under a name."""

    name: str
    query: str
    by: str
    at: str


def saved_searches(views: Views) -> list[SavedSearch]:
    """Return the saved searches by name."""
    return [SavedSearch(*row) for row in views.db.execute("SELECT name, query, by, at FROM searches ORDER BY name")]
