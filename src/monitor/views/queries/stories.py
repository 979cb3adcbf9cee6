"""Questions to the stories view: which story an entry stands in, a story's entries, its case, its corrections."""

from __future__ import annotations

import json

import msgspec

from monitor.views.fold import Views
from monitor.views.stories import resolve


class StoryRow(msgspec.Struct, frozen=True):
    """One story. `case_id` is its own id where it continues no other; `merged_into` is empty while it stands."""

    story_id: str
    case_id: str
    opened_at: str
    changed_position: int
    merged_into: str


class Member(msgspec.Struct, frozen=True):
    """An entry in a story, and whose report it is: `publisher` printed it, `origin` wrote it (empty where the same)."""

    entry_id: str
    publisher: str
    origin: str


_STORY = "SELECT story_id, case_id, opened_at, changed_position, coalesce(merged_into, '') FROM stories"
_MEMBER = "SELECT entry_id, publisher, origin FROM story_entries"


def alone(entry_id: str) -> str:
    """Return the id of the story that an entry is as long as it stands in no other."""
    return "s" + entry_id


def story(views: Views, story_id: str) -> StoryRow | None:
    """Return a story, merged or not; None where none was opened under this id."""
    row = views.db.execute(f"{_STORY} WHERE story_id = ?", (story_id,)).fetchone()
    return StoryRow(*row) if row else None


def standing_story(views: Views, story_id: str) -> str | None:
    """Return the story that `story_id` is part of today, following merges; None where there is none."""
    return resolve(views.db, story_id) if story(views, story_id) else None


def stories_starting(views: Views, prefix: str, limit: int) -> list[str]:
    """Return up to `limit` ids of stories that begin with `prefix`, in their order."""
    rows = views.db.execute(
        "SELECT story_id FROM stories WHERE story_id >= ? AND story_id < ? ORDER BY story_id LIMIT ?",
        (prefix, prefix + "\uffff", limit),
    )
    return [str(row[0]) for row in rows]


def newest_stories(views: Views, limit: int) -> list[StoryRow]:
    """Return the stories that stand, newest first."""
    query = f"{_STORY} WHERE merged_into IS NULL ORDER BY opened_at DESC, story_id LIMIT ?"
    return [StoryRow(*row) for row in views.db.execute(query, (limit,))]


def case_of(views: Views, story_id: str) -> str:
    """Return the case of a story: its own id where it continues no other or was never opened."""
    row = views.db.execute("SELECT case_id FROM stories WHERE story_id = ?", (story_id,)).fetchone()
    return str(row[0]) if row else story_id


def stories_of_case(views: Views, case_id: str) -> list[StoryRow]:
    """Return the stories of a case that stand, oldest first; of one moment, by id."""
    query = f"{_STORY} WHERE case_id = ? AND merged_into IS NULL ORDER BY opened_at, story_id"
    return [StoryRow(*row) for row in views.db.execute(query, (case_id,))]


def story_of(views: Views, entry_id: str) -> str:
    """Return the story an entry stands in: one of its own where none was opened."""
    row = views.db.execute("SELECT story_id FROM story_entries WHERE entry_id = ?", (entry_id,)).fetchone()
    return str(row[0]) if row else alone(entry_id)


def member(views: Views, entry_id: str) -> Member | None:
    """Return whose report an entry is; None where it stands in no story yet."""
    row = views.db.execute(f"{_MEMBER} WHERE entry_id = ?", (entry_id,)).fetchone()
    return Member(*row) if row else None


def members(views: Views, story_id: str) -> list[Member]:
    """Return a story's entries in the order they joined; an entry that is a story of its own has itself."""
    rows = views.db.execute(f"{_MEMBER} WHERE story_id = ? ORDER BY position, entry_id", (story_id,)).fetchall()
    return [Member(*row) for row in rows] or [Member(story_id.removeprefix(alone("")), "", "")]


def text_shas(views: Views, story_id: str, limit: int) -> list[str]:
    """Return the payloads of a story's first entries, in the order they joined."""
    rows = views.db.execute(
        """SELECT lower(hex(e.text_sha)) FROM story_entries s JOIN entries e ON e.entry_id = s.entry_id
           WHERE s.story_id = ? ORDER BY s.position, s.entry_id LIMIT ?""",
        (story_id, limit),
    )
    return [str(row[0]) for row in rows]


def corrections(views: Views, story_id: str) -> dict[str, list[str]]:
    """Return card field -> the codes a reviewer set; an empty list says that the field is unknown."""
    rows = views.db.execute("SELECT field, value FROM corrections WHERE story_id = ? ORDER BY field", (story_id,))
    return {field: json.loads(value) for field, value in rows}


class ConfirmedField(msgspec.Struct, frozen=True):
    """What a reviewer confirmed of one field, and when: a log position and an ISO time."""

    codes: list[str]
    by: str
    at: str
    position: int


def confirmations(views: Views, story_id: str) -> dict[str, ConfirmedField]:
    """Return card field -> its newest confirmation. It holds as long as the card still has these codes."""
    rows = views.db.execute(
        "SELECT field, value, by, at, position FROM confirmations WHERE story_id = ? ORDER BY field", (story_id,)
    )
    return {field: ConfirmedField(json.loads(value), by, at, position) for field, value, by, at, position in rows}


def corrected_at(views: Views, story_id: str, field: str) -> int | None:
    """Return the log position of the correction of a card field that stands; None where there is none."""
    query = "SELECT position FROM corrections WHERE story_id = ? AND field = ?"
    row = views.db.execute(query, (story_id, field)).fetchone()
    return int(row[0]) if row else None


# Each label once, as the stories it speaks of: its own, and that of its entry. Asked story by story whether some
# label does, SQLite walked all labels for each: 104 s of CPU among 21,797 stories and 19,568 labels; this takes 0.07.
_CONTINUABLE = """WITH said AS (
        SELECT l.label, l.story_id FROM labels l WHERE l.withdrawn_position IS NULL AND l.story_id <> ''
        UNION SELECT l.label, e.story_id FROM labels l CROSS JOIN story_entries e ON e.entry_id = l.entry_id
        WHERE l.withdrawn_position IS NULL)
    SELECT s.story_id, s.case_id, s.opened_at, s.changed_position, '' FROM stories s
    WHERE s.merged_into IS NULL AND (s.story_id IN (SELECT story_id FROM said WHERE label = 'plot')
        OR (s.opened_at >= ? AND s.story_id NOT IN (SELECT story_id FROM said WHERE label = 'not-plot')))
    ORDER BY s.opened_at DESC, s.story_id LIMIT ?"""


def continuable_stories(views: Views, since: str, limit: int) -> list[StoryRow]:
    """Return the stories a new one may continue, oldest first: labelled plot, or opened since `since` and undecided.

    Of more than `limit` the newest count.
    """
    rows = views.db.execute(_CONTINUABLE, (since, limit)).fetchall()
    return [StoryRow(*row) for row in reversed(rows)]
