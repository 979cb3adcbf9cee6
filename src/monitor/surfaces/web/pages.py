"""The pages of the triage desk that only look: story, labels, models, feeds, log; the queue is queuepage.py.

Each handler opens a workspace, gathers one value per block of the page and renders a template. Deciding is in
actions.py.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from monitor.errors import InputError
from monitor.facts.corrections import allowed_codes
from monitor.facts.values import LIST_FIELDS
from monitor.poll.coverage import coverage
from monitor.surfaces.condition import condition_of
from monitor.surfaces.export.labelled import labelled_entries
from monitor.surfaces.export.tables import PER, as_csv
from monitor.surfaces.web import storypage
from monitor.surfaces.web.desk import HERE, Desk, reviewer_of
from monitor.triage.agreement import agreement, conflicts, read_units, second_readings
from monitor.triage.entries import find_entry, story_entries
from monitor.triage.story import StoryView, story_view
from monitor.views.queries.entries import entry
from monitor.views.queries.labels import newest_labels
from monitor.views.queries.models import all_models
from monitor.views.queries.stories import newest_stories, standing_story, story_of
from monitor.views.queries.texts import text_of
from monitor.views.queries.ticks import last_signed
from monitor.worker.workspace import Workspace

Handler = Callable[[Request], Awaitable[Response]]
PAGE_ROWS = 30
LABEL_ROWS, MODEL_ROWS = 200, 60
LOG_ROWS = 60
OTHER_STORIES = 40  # offered to be merged with
COVERAGE_SPAN = timedelta(days=7)


def threaded(work: Callable[[Request], Response]) -> Handler:
    """Run a handler that reads SQLite in a thread, so that no request waits for another's disk."""

    async def handler(request: Request) -> Response:
        return await run_in_threadpool(work, request)

    return handler


class Pages:
    """The handlers, on one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def story(self, request: Request) -> Response:
        """Show one story with all its evidence; an entry's id leads to its story."""
        with self.desk.workspace() as workspace:
            story_id = _story_id(workspace, request.path_params["story"])
            blind_for = _blind_for(workspace, request, story_id)
            story = story_view(workspace.log, workspace.views, story_id, blind_for=blind_for)
            return self._story(request, workspace, story, blind=bool(blind_for))

    def _story(self, request: Request, workspace: Workspace, story: StoryView, *, blind: bool) -> Response:
        """Render a story as a page, or as the pane beside the rows."""
        sources = storypage.sources_of(story)
        shown: dict[str, Any] = {
            "story": story, "steps": storypage.steps_of(story), "questions": storypage.questions_of(story),
            "sources_list": sources, "denials": storypage.denials_of(story.card), "days": storypage.dots_of(sources),
            "full_texts": storypage.FULL_TEXTS, "blind": blind,
        }  # fmt: skip
        if request.query_params.get("part") == "pane":
            return self.desk.bare("pane.html", now=workspace.clock(), **shown)
        return self.desk.page(
            request, "story.html", workspace, allowed={field: allowed_codes(field) for field in LIST_FIELDS},
            others=_others(workspace, story), case=[(one, _lead_title(workspace, one)) for one in story.case],
            read_at=workspace.log.get(story.position), **shown,
        )  # fmt: skip

    def labels(self, request: Request) -> Response:
        """Show the newest decisions."""
        with self.desk.workspace() as workspace:
            labels = [(row, _title(workspace, row.entry_id)) for row in newest_labels(workspace.views, LABEL_ROWS)]
            units = read_units(workspace.views)
            split = [(item, _unit_title(workspace, item.unit)) for item in conflicts(units)]
            return self.desk.page(
                request, "labels.html", workspace, labels=labels, agreement=agreement(units), conflicts=split
            )

    def export(self, request: Request) -> Response:
        """Return what is labelled as a table for spreadsheets, a row for each report, story or case."""
        per = request.query_params.get("per", "entry")
        if per not in PER:
            raise InputError(f"per: {', '.join(PER)}")
        with self.desk.workspace() as workspace:
            text = "".join(as_csv(labelled_entries(workspace), per=per))
        headers = {"Content-Disposition": f'attachment; filename="labelled-per-{per}.csv"'}
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    def models(self, request: Request) -> Response:
        """Show every model with its card and figures."""
        with self.desk.workspace() as workspace:
            models = all_models(workspace.views)[: -MODEL_ROWS - 1 : -1]
            return self.desk.page(request, "models.html", workspace, models=models)

    def feeds(self, request: Request) -> Response:
        """Show each feed's health."""
        with self.desk.workspace() as workspace:
            end = workspace.clock()
            wanted = request.query_params.get("coverage") == "1"  # reads every poll in the log, so only when asked
            proven = coverage(workspace.log, end - COVERAGE_SPAN, end, workspace.views) if wanted else []
            return self.desk.page(
                request, "feeds.html", workspace, condition=condition_of(workspace), wanted=wanted,
                proven={feed.feed_id: feed for feed in proven},
            )  # fmt: skip

    def offline(self, _request: Request) -> Response:
        """Say that there is no connection: kept in the browser for when there is none."""
        return self.desk.bare("offline.html")

    def manifest(self, _request: Request) -> Response:
        """Return what makes the page installable."""
        return FileResponse(HERE / "static" / "manifest.webmanifest", media_type="application/manifest+json")

    def worker(self, _request: Request) -> Response:
        """Return the script that shows the offline page; it stands at the root so that it may speak for every page."""
        return FileResponse(HERE / "static" / "sw.js", media_type="text/javascript")

    def log(self, request: Request) -> Response:
        """Show the newest events and the state of the chain."""
        with self.desk.workspace() as workspace:
            head, head_hash = workspace.log.head()
            events = list(workspace.log.read(after=max(0, head - LOG_ROWS)))[::-1]
            signed = last_signed(workspace.views)
            lines = [(event.position, event.recorded_at, event.type, event.actor, event.key) for event in events]
            return self.desk.page(
                request, "log.html", workspace, head=head, head_hash=head_hash, lines=lines, signed=signed
            )


def _blind_for(workspace: Workspace, request: Request, story_id: str) -> str:
    """Return the reviewer where the story waits for their blind second reading."""
    by, share = reviewer_of(request), workspace.config.settings.second_reading
    if share and story_id in second_readings(read_units(workspace.views), by, share):
        return by
    return ""


def _others(workspace: Workspace, story: StoryView) -> list[tuple[str, str]]:
    """Return (id, title) of the stories this one could be a part of: those of its case, then the newest."""
    ids = [*story.case, *(row.story_id for row in newest_stories(workspace.views, OTHER_STORIES))]
    return [(one, _lead_title(workspace, one)) for one in dict.fromkeys(ids) if one != story.story_id]


def _lead_title(workspace: Workspace, story_id: str) -> str:
    """Return the title of a story's first entry."""
    return _title(workspace, story_entries(workspace.views, story_id)[0])


def _unit_title(workspace: Workspace, unit: str) -> str:
    """Return the title of what several reviewers decided: a story, or an entry by itself."""
    story_id = standing_story(workspace.views, unit)
    return _lead_title(workspace, story_id) if story_id else _title(workspace, unit)


def _title(workspace: Workspace, entry_id: str) -> str:
    row = entry(workspace.views, entry_id)
    return text_of(workspace.log, row).headline if row else ""


def _story_id(workspace: Workspace, wanted: str) -> str:
    if standing := standing_story(workspace.views, wanted):
        return standing
    return story_of(workspace.views, find_entry(workspace.views, wanted))
