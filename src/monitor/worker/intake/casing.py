"""New stories into cases, within a tick: reads earlier stories when the first story opens, and words the event.

What makes two stories one case is decided by stories/cases.py. Compared are stories labelled plot, however old, and
undecided ones of the last 90 days; a story labelled not-plot begins no case.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.log.codec import iso
from monitor.log.events import NewEvent, StoryLinked
from monitor.stories.cases import Cases
from monitor.views.queries.stories import continuable_stories, text_shas
from monitor.views.queries.texts import read_texts
from monitor.worker.workspace import Workspace

UNDECIDED = timedelta(days=90)
MOST_STORIES = 2_000
TEXTS_PER_STORY = 3


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
        log, views = self._workspace.log, self._workspace.views
        for story in continuable_stories(views, iso(now - UNDECIDED), MOST_STORIES):
            texts = read_texts(log, text_shas(views, story.story_id, TEXTS_PER_STORY))
            cases.add(story.story_id, story.case_id, [(text.title, text.words) for text in texts if not text.erased])
        return cases
