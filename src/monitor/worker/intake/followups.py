"""Follow-ups inherit: an entry that continues a confirmed case is worth a look whatever its own score.

Owns the look at a tick's unflagged entries and the events of those that follow; what makes two reports one case is
stories/cases.py, where they are shown triage/moved.py. Costs nothing before a case is confirmed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.log.codec import iso
from monitor.log.events import NewEvent, StoryLinked, StoryOpened
from monitor.log.store import EventStore
from monitor.stories.cases import CaseMatch, Cases
from monitor.stories.followed import Followed
from monitor.views.fold import Views
from monitor.views.queries.cases import FOLLOW_UP, confirmed_reports, unflagged_after
from monitor.views.queries.texts import read_texts, with_texts
from monitor.worker.intake.assess import Scored, Unscored, flagged_event
from monitor.worker.intake.linking import StoryLinking
from monitor.worker.workspace import Workspace

NEAR = 0.35  # a score from which likeness to a recent report of a case is enough; the floor of the flow is 0.42
RECENT = timedelta(days=14)
MOST_REPORTS = 24  # of a confirmed story, the newest, that an entry is compared with
MOST_ENTRIES = 20_000  # of one tick that are looked at


class KnownCases:
    """The confirmed cases at a moment, to ask of an entry which of them it continues."""

    def __init__(self, log: EventStore, views: Views, now: datetime) -> None:
        self._cases, self._followed = Cases(), Followed()
        self.any = False
        reports = confirmed_reports(views, MOST_REPORTS)
        for report, text in zip(reports, read_texts(log, (each.text_sha for each in reports)), strict=True):
            if text.erased:
                continue
            self.any = True
            self._cases.add(report.story_id, report.case_id, [(text.title, text.words)])
            if report.opened_at >= iso(now - RECENT):
                self._followed.add(report.case_id, text.title, text.words)

    def continued(self, score: float, title: str, words: str) -> CaseMatch | None:
        """Return the case an entry continues: by rare names and matter, or by matter alone where its score is near."""
        found = self._cases.find([(title, words)])
        if found is not None or score < NEAR:
            return found
        alike = self._followed.find(title, words)
        return CaseMatch(alike[0], alike[1], ()) if alike else None


def flag_followups(workspace: Workspace, after: int, now: datetime) -> int:
    """Flag the entries seen after a log position that continue a confirmed case; return how many."""
    log, views = workspace.log, workspace.views
    known = KnownCases(log, views, now)
    if not known.any:
        return 0
    linking = StoryLinking(workspace)
    n_flagged = 0
    entries = unflagged_after(views, after, MOST_ENTRIES)
    for entry, text in with_texts(log, entries):
        if text.erased:
            continue
        match = known.continued(entry.score, text.title, text.words)
        if match is None:
            continue
        candidate = Unscored(entry.entry_id, entry.revision, entry.text_sha, text)
        events = [flagged_event(workspace.model, Scored(candidate, entry.score, f"{FOLLOW_UP}{match.case_id}"))]
        events += linking.link_row(entry, candidate, now)
        opened = next((event.data for event in events if isinstance(event.data, StoryOpened)), None)
        if opened is not None and not any(isinstance(event.data, StoryLinked) for event in events):
            data = StoryLinked(
                story_id=opened.story_id, case_id=match.case_id, similarity=match.similarity, reason=match.reason
            )
            events.append(NewEvent(f"story-linked:{opened.story_id}:{match.case_id}", data))
        workspace.append(events)
        n_flagged += 1
    return n_flagged
