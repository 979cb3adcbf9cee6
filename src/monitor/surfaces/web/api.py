"""The HTTP API: queue, labels and corrections as JSON, health, metrics, and an OpenAPI description of all of it.

The same door guards it (guard.py); scripts use `Authorization: Bearer NAME:TOKEN`.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from monitor.errors import InputError, StaleViewError
from monitor.surfaces.condition import condition_of
from monitor.surfaces.health import health_of, metrics_text
from monitor.surfaces.web.apivalues import (
    MAX_LABEL_NOTE,
    NewCorrection,
    NewLabel,
    QueueAnswer,
    SavedCorrection,
    SavedLabel,
)
from monitor.surfaces.web.desk import Desk, reviewer_of
from monitor.surfaces.web.openapi import description
from monitor.surfaces.web.pages import threaded
from monitor.triage.decide import label_entry, story_changed
from monitor.triage.entries import find_entry
from monitor.triage.queue import list_queue
from monitor.triage.rearrange import correct_card, find_story
from monitor.triage.story import story_view
from monitor.views.queries.labels import newest_labels
from monitor.views.queries.stories import story_of

T = TypeVar("T")
MAX_ROWS, MAX_DIGITS = 500, 9


class Api:
    """The handlers, on one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the API."""
        looks = {
            "/api/queue": self.queue, "/api/status": self.status, "/api/entries/{entry}": self.entry,
            "/api/labels": self.labels, "/health": self.health, "/metrics": self.metrics,
        }  # fmt: skip
        return [
            *(Route(path, threaded(work), methods=["GET"]) for path, work in looks.items()),
            Route("/api/labels", self.add_label, methods=["POST"]),
            Route("/api/corrections", self.add_correction, methods=["POST"]),
            Route("/api/openapi.json", threaded(self.openapi), methods=["GET"]),
        ]

    def queue(self, request: Request) -> Response:
        """Return the waiting stories, the day's rows first; with `show=archive`, what archives brought and no other."""
        limit = _limit(request)
        show = request.query_params.get("show", "")
        if show not in ("", "archive"):
            raise InputError("show: archive, or nothing")
        with self.desk.workspace() as workspace:
            rows = list_queue(
                workspace.log, workspace.views, workspace.clock(), n_day=workspace.config.settings.rows_per_day,
                limit=limit, by=reviewer_of(request), backfill=show == "archive",
            )  # fmt: skip
            return _json(QueueAnswer(workspace.views.position, rows))

    def status(self, _request: Request) -> Response:
        """Return how things stand."""
        with self.desk.workspace() as workspace:
            return _json(condition_of(workspace))

    def entry(self, request: Request) -> Response:
        """Return an entry's story with all its evidence."""
        with self.desk.workspace() as workspace:
            entry_id = find_entry(workspace.views, request.path_params["entry"])
            return _json(story_view(workspace.log, workspace.views, story_of(workspace.views, entry_id)))

    def labels(self, request: Request) -> Response:
        """Return the newest labels."""
        with self.desk.workspace() as workspace:
            rows = newest_labels(workspace.views, _limit(request))
        return _json(rows)

    async def add_label(self, request: Request) -> Response:
        """Record a label and return its position; 409 where the row changed since `seen_position`."""
        new = _decoded(await request.body(), NewLabel, "a label")
        return await run_in_threadpool(self._add, new, reviewer_of(request))

    def _add(self, new: NewLabel, by: str) -> Response:
        with self.desk.workspace() as workspace:
            entry_id = find_entry(workspace.views, new.entry)
            event = label_entry(
                workspace.log, workspace.views, entry_id, new.label, by=by, now=workspace.clock(),
                note=new.note[:MAX_LABEL_NOTE], whole_story=not new.entry_only, seen_position=new.seen_position,
                heed_others=new.seen_position is None and not new.beside,
            )  # fmt: skip
            return _json(SavedLabel(entry_id, new.label, event.position if event else None))

    async def add_correction(self, request: Request) -> Response:
        """Correct a field of a story's card; the same rules, events and undo as the form and the command."""
        new = _decoded(await request.body(), NewCorrection, "a correction")
        return await run_in_threadpool(self._correct, new, reviewer_of(request))

    def _correct(self, new: NewCorrection, by: str) -> Response:
        with self.desk.workspace() as workspace:
            log, views = workspace.log, workspace.views
            story_id = find_story(views, new.story)
            if new.seen_position is not None and story_changed(views, story_id, new.seen_position):
                raise StaleViewError("the story changed since you saw it; look again, then correct")
            event = correct_card(
                log, views, story_id, new.field, new.value, by=by, now=workspace.clock(), note=new.note
            )
            position = event.position if event else None
            return _json(SavedCorrection(story_id, new.field, new.value, position))

    def health(self, _request: Request) -> Response:
        """Return 200 when all is well, else 503 with the reasons."""
        with self.desk.workspace() as workspace:
            health = health_of(workspace)
        return _json(health, 200 if health.ok else 503)

    def metrics(self, _request: Request) -> Response:
        """Return the figures for Prometheus."""
        with self.desk.workspace() as workspace:
            return PlainTextResponse(metrics_text(workspace), media_type="text/plain; version=0.0.4")

    def openapi(self, _request: Request) -> Response:
        """Return the description of this API."""
        return _json(description())


def _decoded(body: bytes, shape: type[T], what: str) -> T:
    """Return a posted body as the shape asked for. Raises InputError where it is none."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"the body is not {what}: {error}") from error


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", "50")
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS and 1 <= int(text) <= MAX_ROWS):
        raise InputError(f"limit: a whole number from 1 to {MAX_ROWS}")
    return int(text)


def _json(value: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
