"""Questions about cases that a reviewer confirmed: which there are, and which entries joined one since."""

from __future__ import annotations

import json

import msgspec

from monitor.views.entries import SEEN_SINCE
from monitor.views.fold import Views
from monitor.views.queries.rows import with_truths

FOLLOW_UP = "follow-up of "  # what an entry's `why` begins with where its case got it flagged, not its own score


class ConfirmedStory(msgspec.Struct, frozen=True):
    """A story of a confirmed case. `position` is that of the case's newest standing label `plot`.

    `labelled`: the story itself has such a label, which speaks of all its entries.
    """

    story_id: str
    case_id: str
    position: int
    opened_at: str
    labelled: bool


# From the labels, which are few, to their stories: asked of each story, a year of them cost a page its time.
_CONFIRMED = """WITH said AS (
    SELECT l.story_id AS story_id, l.position AS position FROM labels l
    WHERE l.withdrawn_position IS NULL AND l.label = 'plot' AND l.story_id <> ''
    UNION ALL
    SELECT e.story_id, l.position FROM labels l CROSS JOIN story_entries e ON e.entry_id = l.entry_id
    WHERE l.withdrawn_position IS NULL AND l.label = 'plot'
), confirmed AS (
    SELECT s.case_id AS case_id, max(said.position) AS position FROM said
    CROSS JOIN stories s ON s.story_id = said.story_id WHERE s.merged_into IS NULL GROUP BY s.case_id
)
SELECT s.story_id, s.case_id, c.position, s.opened_at, s.story_id IN (SELECT story_id FROM said)
FROM confirmed c CROSS JOIN stories s ON s.case_id = c.case_id
WHERE s.merged_into IS NULL ORDER BY s.opened_at, s.story_id"""


def confirmed_stories(views: Views) -> list[ConfirmedStory]:
    """Return the stories of every case of which a story has a standing label `plot`, oldest first."""
    return [ConfirmedStory(*with_truths(row, 4)) for row in views.db.execute(_CONFIRMED)]


class ConfirmedReport(msgspec.Struct, frozen=True):
    """A report that a reviewer's `plot` speaks of: its case, its text, and when its story was opened."""

    case_id: str
    story_id: str
    text_sha: str
    opened_at: str


# What followed a case, or was linked to it, is not among them until a label says `plot` of its own story: else each
# follow-up would bring the next, ever farther from what was confirmed.
_REPORTS = f"""WITH said AS (
    SELECT l.story_id AS story_id FROM labels l
    WHERE l.withdrawn_position IS NULL AND l.label = 'plot' AND l.story_id <> ''
    UNION
    SELECT e.story_id FROM labels l CROSS JOIN story_entries e ON e.entry_id = l.entry_id
    WHERE l.withdrawn_position IS NULL AND l.label = 'plot'
)
SELECT s.case_id, s.story_id, lower(hex(e.text_sha)), s.opened_at
FROM said CROSS JOIN stories s ON s.story_id = said.story_id
    CROSS JOIN story_entries m ON m.story_id = s.story_id CROSS JOIN entries e ON e.entry_id = m.entry_id
WHERE s.merged_into IS NULL AND e.erased = 0 AND coalesce(e.why, '') NOT LIKE '{FOLLOW_UP}%'
ORDER BY s.opened_at, m.position"""


def confirmed_reports(views: Views, most: int) -> list[ConfirmedReport]:
    """Return the reports of stories with a standing label `plot`, at most the newest `most` of each, oldest first."""
    of_story: dict[str, list[ConfirmedReport]] = {}
    for row in views.db.execute(_REPORTS):
        of_story.setdefault(str(row[1]), []).append(ConfirmedReport(*row))
    return [report for reports in of_story.values() for report in reports[-most:]]


class Joined(msgspec.Struct, frozen=True):
    """An entry of a confirmed case, and whether it joined after the case's newest label.

    `followed`: its case got it flagged, not its own score. `labelled`: its own story was called a plot.
    """

    entry_id: str
    story_id: str
    case_id: str
    position: int
    followed: bool
    after_label: bool
    labelled: bool


def joined_since(views: Views, since: str) -> list[Joined]:
    """Return the entries first seen since a moment that stand in a confirmed case, in the order they joined."""
    confirmed = {story.story_id: story for story in confirmed_stories(views)}
    rows = views.db.execute(
        f"""SELECT e.entry_id, s.story_id, s.position, coalesce(e.why, '') LIKE '{FOLLOW_UP}%' FROM story_entries s
            CROSS JOIN entries e ON e.entry_id = s.entry_id
            WHERE s.story_id IN (SELECT value FROM json_each(?2)) AND {SEEN_SINCE} AND e.erased = 0
            ORDER BY s.position, e.position""",
        (since, json.dumps(list(confirmed))),
    )
    found = []
    for row in rows:
        entry_id, story_id, position, followed = with_truths(row, 3)
        story = confirmed.get(str(story_id))
        if story is not None:
            at = int(str(position))
            new = at > story.position
            found.append(Joined(str(entry_id), story.story_id, story.case_id, at, bool(followed), new, story.labelled))
    return found


class PossibleFollowup(msgspec.Struct, frozen=True):
    """A scored entry that was not flagged, for a look at whether it follows a confirmed case."""

    entry_id: str
    revision: int
    score: float
    text_sha: str
    lang: str
    feed_id: str
    link: str
    published_at: str
    source_name: str
    source_url: str


def unflagged_after(views: Views, position: int, limit: int) -> list[PossibleFollowup]:
    """Return the scored entries first seen after a log position that nobody flagged or judged, oldest first."""
    rows = views.db.execute(
        """SELECT e.entry_id, e.revision, e.score, lower(hex(e.text_sha)), e.lang, e.feed_id, e.link, e.published_at,
               e.source_name, e.source_url FROM entries e
           WHERE e.position > ? AND e.flagged_position IS NULL AND e.score IS NOT NULL AND e.erased = 0
             AND e.backfill = 0 ORDER BY e.position LIMIT ?""",
        (position, limit),
    )
    return [PossibleFollowup(*row) for row in rows]
