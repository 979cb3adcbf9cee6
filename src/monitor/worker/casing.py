"""New stories into cases, within a tick: reads earlier stories when the first story opens, and words the event.

What makes two stories one case is decided by stories/cases.py. Compared are stories labelled plot, however old, and
undecided ones of the last 90 days; a story labelled not-plot begins no case.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.log.codec import iso
from monitor.log.events import NewEvent, StoryLinked
from monitor.log.payloads import read_entry_payload
from monitor.stories.cases import Cases
from monitor.worker.workspace import Workspace

UNDECIDED = timedelta(days=90)
MOST_STORIES = 2_000
TEXTS_PER_STORY = 3
_LABEL = """SELECT 1 FROM labels l WHERE l.withdrawn_position IS NULL AND l.label = '{label}'
    AND (l.story_id = s.story_id
         OR l.entry_id IN (SELECT entry_id FROM story_entries e WHERE e.story_id = s.story_id))"""
_EARLIER = f"""SELECT s.story_id, s.case_id FROM stories s WHERE s.merged_into IS NULL AND (
    EXISTS ({_LABEL.format(label="plot")})
    OR (s.opened_at >= ? AND NOT EXISTS ({_LABEL.format(label="not-plot")})))
    ORDER BY s.opened_at DESC, s.story_id LIMIT ?"""  # noqa: S608 - the labels are ours
_TEXTS = """SELECT e.text_sha FROM story_entries s JOIN entries e ON e.entry_id = s.entry_id
    WHERE s.story_id = ? ORDER BY s.position, s.entry_id LIMIT ?"""


class CaseLinking:
    """Links stories that open in one tick to the cases they continue."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._cases: Cases | None = None

    def link(self, story_id: str, title: str, words: str, now: datetime) -> list[NewEvent]:
        """Return the `story-linked` event of a new story, or nothing where no earlier story is near enough."""
        if self._cases is None:
            self._cases = self._earlier(now)
        texts = [(title, words)]
        match = self._cases.find(texts)
        self._cases.add(story_id, match.case_id if match else story_id, texts)
        if match is None:
            return []
        linked = StoryLinked(story_id=story_id, case_id=match.case_id, similarity=match.similarity, reason=match.reason)
        return [NewEvent(f"story-linked:{story_id}:{match.case_id}", linked)]

    def _earlier(self, now: datetime) -> Cases:
        cases = Cases()
        db = self._workspace.views.db
        rows = db.execute(_EARLIER, (iso(now - UNDECIDED), MOST_STORIES)).fetchall()
        for story_id, case_id in reversed(rows):
            texts = []
            for (text_sha,) in db.execute(_TEXTS, (story_id, TEXTS_PER_STORY)).fetchall():
                text = read_entry_payload(self._workspace.log.payload(text_sha))
                if text is not None:
                    texts.append((text.title, f"{text.summary}\n{text.text}".strip()))
            cases.add(story_id, case_id, texts)
        return cases
