"""Questions to the acts view: what a reviewer did and can take back, what they put off, how many rows were read."""

from __future__ import annotations

import msgspec

from monitor.views.fold import Views

_ACT = "SELECT position, by, at, kind, entry_id, story_id, detail, act FROM acts WHERE undone_position IS NULL AND"
# Rows, not answers to the audit sample; two labels of one story are one row read.
_ROW = "coalesce(nullif(a.story_id, ''), a.entry_id)"
_READ = f"""SELECT count(DISTINCT {_ROW}), count(DISTINCT iif(a.by = ?, {_ROW}, NULL))
    FROM acts a JOIN labels l ON l.position = a.position
    WHERE a.at >= ? AND a.kind = 'label' AND a.undone_position IS NULL AND l.sample = 0 AND l.blind = 0"""


class Act(msgspec.Struct, frozen=True):
    """Something a reviewer did. `detail`: the label, the day a skip ends, the story merged or split, or the field."""

    position: int
    by: str
    at: str
    kind: str
    entry_id: str
    story_id: str
    detail: str
    act: str = ""


class Skip(msgspec.Struct, frozen=True):
    """A story a reviewer put off until `until` (ISO, UTC)."""

    story_id: str
    until: str
    entry_id: str
    position: int


def acts_by(views: Views, by: str, since: str, limit: int = 500) -> list[Act]:
    """Return a reviewer's acts since a moment (ISO, UTC) that were not taken back, newest first."""
    query = f"{_ACT} by = ? AND at >= ? ORDER BY position DESC LIMIT ?"
    return [Act(*row) for row in views.db.execute(query, (by, since, limit))]


def act_at(views: Views, position: int, by: str) -> Act | None:
    """Return a reviewer's act at a log position, None where it is none of theirs or was taken back."""
    row = views.db.execute(f"{_ACT} position = ? AND by = ?", (position, by)).fetchone()
    return Act(*row) if row else None


def together_with(views: Views, act: Act) -> list[Act]:
    """Return what was done in one act with `act`, itself included, oldest first."""
    if not act.act:
        return [act]
    query = f"{_ACT} act = ? AND by = ? AND at = ? ORDER BY position"
    return [Act(*row) for row in views.db.execute(query, (act.act, act.by, act.at))]


def rows_read(views: Views, since: str, by: str) -> tuple[int, int]:
    """Return how many rows of the queue were labelled since a moment (ISO), by anybody and by `by`."""
    row = views.db.execute(_READ, (by, since)).fetchone()
    return int(row[0]), int(row[1])


def skips_of(views: Views, by: str, now: str) -> list[Skip]:
    """Return what a reviewer has put off beyond `now`, the newest first."""
    query = "SELECT story_id, until, entry_id, position FROM skips WHERE by = ? AND until > ? ORDER BY position DESC"
    return [Skip(*row) for row in views.db.execute(query, (by, now))]
