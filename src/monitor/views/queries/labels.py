"""Questions to the labels view. Which of several labels counts is for triage and learning to say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from monitor.views.fold import Views
from monitor.views.queries.cases import FOLLOW_UP
from monitor.views.queries.entries import COVERED, OVERTAKEN, RISEN, SOURCE, STORY
from monitor.views.queries.rows import with_truths


class LabelRow(msgspec.Struct, frozen=True):
    """One decision as the log has it. `story_id` is empty where it was given to the entry alone.

    Withdrawn labels stay in the history and count for nothing, nor do those `overtaken`: their entry was flagged for
    other words since. `source` names the file an imported one came from.
    """

    position: int
    entry_id: str
    story_id: str
    label: str
    by: str
    note: str
    at: str
    withdrawn: bool
    sample: bool = False
    blind: bool = False
    source: str = ""
    overtaken: bool = False


_COLUMNS = f"""l.position, l.entry_id, l.story_id, l.label, l.by, l.note, l.at, l.withdrawn_position IS NOT NULL,
    l.sample, l.blind, l.source, {OVERTAKEN}"""
_SELECT = f"SELECT {_COLUMNS} FROM labels l LEFT JOIN entries e ON e.entry_id = l.entry_id"


def _label(row: Sequence[Any]) -> LabelRow:
    return LabelRow(*with_truths(row[:12], 7, 8, 9, 11))


def labels_of(views: Views, entry_id: str, story_id: str) -> list[LabelRow]:
    """Return every label of an entry and of the story it stands in, oldest first."""
    query = f"{_SELECT} WHERE l.entry_id = ? OR (l.story_id = ? AND l.story_id <> '') ORDER BY l.position"
    return [_label(row) for row in views.db.execute(query, (entry_id, story_id))]


def all_labels(views: Views) -> list[tuple[LabelRow, str]]:
    """Return every label in log order with the story its entry stands in today."""
    query = f"""SELECT {_COLUMNS}, coalesce(s.story_id, nullif(l.story_id, ''), 's' || l.entry_id)
        FROM labels l LEFT JOIN story_entries s ON s.entry_id = l.entry_id
        LEFT JOIN entries e ON e.entry_id = l.entry_id ORDER BY l.position"""
    return [(_label(row), str(row[12])) for row in views.db.execute(query)]


def standing_labels(views: Views) -> list[LabelRow]:
    """Return the labels nobody withdrew and no other words overtook, in log order."""
    return [
        _label(row)
        for row in views.db.execute(
            f"{_SELECT} WHERE l.withdrawn_position IS NULL AND NOT {OVERTAKEN} ORDER BY l.position"
        )
    ]


def newest_labels(views: Views, limit: int) -> list[LabelRow]:
    """Return the newest labels, withdrawn ones included, newest first."""
    return [_label(row) for row in views.db.execute(f"{_SELECT} ORDER BY l.position DESC LIMIT ?", (limit,))]


_COVERING = f"""SELECT {_COLUMNS}, e.entry_id FROM entries e LEFT JOIN story_entries s ON s.entry_id = e.entry_id
    JOIN labels l ON l.entry_id = e.entry_id OR (l.story_id = {STORY} AND l.story_id <> '' AND {COVERED})
    WHERE e.entry_id = ? AND l.withdrawn_position IS NULL AND NOT {OVERTAKEN} ORDER BY l.position"""


_COVERING_EACH = _COVERING.replace("FROM entries e", "FROM json_each(?) j CROSS JOIN entries e").replace(
    "e.entry_id = ?", "e.entry_id = j.value"
)


def covering(views: Views, entry_id: str) -> list[LabelRow]:
    """Return the labels that stand and speak of an entry, its own and its story's, in log order."""
    return [_label(row) for row in views.db.execute(_COVERING, (entry_id,))]


def covering_each(views: Views, entry_ids: Sequence[str]) -> dict[str, list[LabelRow]]:
    """Return the same of many entries at once, by their ids; of what no label speaks of, an empty list."""
    found: dict[str, list[LabelRow]] = {entry_id: [] for entry_id in entry_ids}
    for row in views.db.execute(_COVERING_EACH, (json.dumps(list(found)),)):
        found[row[12]].append(_label(row))
    return found


def labelled_ids(views: Views) -> list[str]:
    """Return the entries that were themselves given a label nobody withdrew, in the order of their first."""
    query = "SELECT entry_id FROM labels WHERE withdrawn_position IS NULL GROUP BY entry_id ORDER BY min(position)"
    return [str(row[0]) for row in views.db.execute(query)]


_NEWEST_CHANGE = """SELECT max(coalesce((SELECT max(position) FROM labels), 0), coalesce(
    (SELECT max(withdrawn_position) FROM labels WHERE withdrawn_position IS NOT NULL), 0))"""


def newest_change(views: Views) -> int:
    """Return the log position of the newest label or withdrawal, 0 where there is none."""
    row = views.db.execute(_NEWEST_CHANGE).fetchone()
    return int(row[0])


# Reports of a case confirmed before are plots more often than their score says, and are no rows of the day. Labels are
# walked from the newest until there are enough: to group those of a year took longer than all else.
_ANSWERED = f"""WITH first AS (
    SELECT s.case_id AS case_id, min(l.position) AS position FROM labels l
    CROSS JOIN story_entries m ON m.entry_id = l.entry_id CROSS JOIN stories s ON s.story_id = m.story_id
    WHERE l.label = 'plot' AND l.withdrawn_position IS NULL GROUP BY s.case_id
)
SELECT l.entry_id, coalesce(e.flagged_score, e.score) FROM labels l CROSS JOIN entries e ON e.entry_id = l.entry_id
    LEFT JOIN story_entries m ON m.entry_id = l.entry_id LEFT JOIN stories s ON s.story_id = m.story_id
    LEFT JOIN first ON first.case_id = s.case_id
WHERE l.withdrawn_position IS NULL AND l.source = '' AND coalesce(e.why, '') NOT LIKE '{FOLLOW_UP}%'
  AND (e.flagged_position < l.position OR (e.flagged_position IS NULL AND l.sample = 1))
  AND l.position <= coalesce(first.position, l.position)
ORDER BY l.position DESC"""


def answered_entries(views: Views, limit: int) -> dict[str, float | None]:
    """Return entry id -> the score it was flagged with, of the rows and checks labelled last, newest first; no imports.

    What was never flagged has the score it has now.

    Left out are entries flagged anew after the label, neither flagged nor drawn for the audit, and what followed or
    joined a case that was confirmed before.
    """
    found: dict[str, float | None] = {}
    for entry_id, score in views.db.execute(_ANSWERED):
        found.setdefault(entry_id, score)
        if len(found) == limit:
            break
    return found


def answered_before(views: Views, entry_id: str, story_id: str) -> LabelRow | None:
    """Return the newest label that an entry, or its story, was given for words it no longer has."""
    query = f"""SELECT {_COLUMNS} FROM labels l JOIN entries e ON e.entry_id = ?1
        WHERE (l.entry_id = ?1 OR (l.story_id = ?2 AND l.story_id <> '')) AND l.withdrawn_position IS NULL
          AND {OVERTAKEN} ORDER BY l.position DESC LIMIT 1"""
    row = views.db.execute(query, (entry_id, story_id)).fetchone()
    return _label(row) if row else None


def answered_without(views: Views, entry_id: str) -> LabelRow | None:
    """Return the newest label of an entry's story that does not speak of the entry, which joined it later."""
    query = f"""SELECT {_COLUMNS} FROM entries e JOIN story_entries s ON s.entry_id = e.entry_id
        JOIN labels l ON l.story_id = s.story_id
        WHERE e.entry_id = ? AND l.withdrawn_position IS NULL AND NOT {COVERED} ORDER BY l.position DESC LIMIT 1"""
    row = views.db.execute(query, (entry_id,)).fetchone()
    return _label(row) if row else None


def label_at(views: Views, position: int) -> LabelRow | None:
    """Return the label at a log position; None where there is none."""
    row = views.db.execute(f"{_SELECT} WHERE l.position = ?", (position,)).fetchone()
    return _label(row) if row else None


def n_given(views: Views, entry_id: str, story_id: str) -> int:
    """Return how many labels a story (or, where `story_id` is empty, an entry alone) was ever given."""
    if story_id:
        row = views.db.execute("SELECT count(*) FROM labels WHERE story_id = ?", (story_id,))
    else:
        row = views.db.execute("SELECT count(*) FROM labels WHERE entry_id = ? AND story_id = ''", (entry_id,))
    return int(row.fetchone()[0])


def n_standing(views: Views) -> int:
    """Return how many labels stand."""
    return int(views.db.execute("SELECT count(*) FROM labels WHERE withdrawn_position IS NULL").fetchone()[0])


class Answer(msgspec.Struct, frozen=True):
    """A reviewer's answer to a row of the queue: when, on which story, with the text and source of its entry."""

    at: str
    story_id: str
    text_sha: str
    source: str


# Not to audit rows (never flagged), not a second reading, not what was imported; nor where a later report of the story
# scores so much higher that it waits again: it must not stand behind the answer to less.
_OUTGROWN = f"""l.label <> 'plot' AND l.story_id <> '' AND EXISTS (
    SELECT 1 FROM story_entries s JOIN entries e ON e.entry_id = s.entry_id
    WHERE s.story_id = l.story_id AND s.position > l.position AND e.flagged_position IS NOT NULL AND {RISEN})"""
_ANSWERS = f"""SELECT l.at, {STORY}, lower(hex(e.text_sha)), {SOURCE}
    FROM labels l CROSS JOIN entries e LEFT JOIN story_entries s ON s.entry_id = e.entry_id
        LEFT JOIN feeds f ON f.feed_id = e.feed_id
    WHERE e.entry_id = l.entry_id AND l.withdrawn_position IS NULL AND l.blind = 0 AND l.source = ''
      AND e.flagged_position IS NOT NULL AND NOT {OVERTAKEN} AND NOT ({_OUTGROWN})
    ORDER BY l.position DESC LIMIT ?"""


def newest_answers(views: Views, limit: int) -> list[Answer]:
    """Return the newest answers to flagged rows, newest first."""
    return [Answer(*row) for row in views.db.execute(_ANSWERS, (limit,))]
