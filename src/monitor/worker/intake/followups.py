"""Follow-ups inherit: an entry that continues a confirmed case is worth a look whatever its own score.

Owns the look at a tick's unflagged entries and the events of those that follow; what continues a case is told by
stories/followed.py, where they are shown triage/moved.py. Costs nothing before a case is confirmed.
"""

from __future__ import annotations

from datetime import datetime

from monitor.log.codec import iso
from monitor.log.events import NewEvent, StoryLinked, StoryOpened
from monitor.log.store import EventStore
from monitor.stories.followed import MOST_REPORTS, RECENT, ConfirmedCases
from monitor.views.fold import Views
from monitor.views.queries.cases import FOLLOW_UP, confirmed_reports, unflagged_after
from monitor.views.queries.texts import read_texts, with_texts
from monitor.worker.intake.assess import Scored, Unscored, flagged_event
from monitor.worker.intake.linking import StoryLinking
from monitor.worker.workspace import Workspace

MOST_ENTRIES = 20_000  # of one tick that are looked at


def known_cases(log: EventStore, views: Views, now: datetime) -> ConfirmedCases:
    """Return the cases a reviewer confirmed, with the reports that a `plot` speaks of."""
    known = ConfirmedCases()
    reports = confirmed_reports(views, MOST_REPORTS)
    for report, text in zip(reports, read_texts(log, (each.text_sha for each in reports)), strict=True):
        if not text.erased:
            recent = report.opened_at >= iso(now - RECENT)
            known.add(report.story_id, report.case_id, text.title, text.words, recent=recent)
    return known


def flag_followups(workspace: Workspace, after: int, now: datetime) -> int:
    """Flag the entries seen after a log position that continue a confirmed case; return how many."""
    log, views = workspace.log, workspace.views
    known = known_cases(log, views, now)
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
