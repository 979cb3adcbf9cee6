"""The page of the day: the rows to read, those that were read, known cases that moved, random checks, what lies below.

Gathers one value for the template; what a row says is rows.py, which rows are the day's is triage.
"""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from monitor.learn.calibrate import WORDS
from monitor.log.codec import iso
from monitor.surfaces.progress import progress_of
from monitor.surfaces.web.desk import Desk, reviewer_of
from monitor.surfaces.web.filters import Filter, read_filter
from monitor.surfaces.web.rows import LABEL_WORDS, ActLine, acts_since, line_of
from monitor.triage.moved import MovedCase, NewInCases, moved_cases
from monitor.triage.queue import count_queue, queue_row, waiting_queue
from monitor.triage.rows import QueueRow
from monitor.triage.samples import waiting_samples
from monitor.triage.told import story_told
from monitor.triage.undo import title_of
from monitor.views.queries.acts import skips_of
from monitor.views.queries.labels import covering
from monitor.views.queries.stories import story_of
from monitor.worker.workspace import Workspace

PAGE_ROWS = 30
CHECKS = 5
MOST_NAMED = 100  # rows a page may ask after at once
MINE_DAYS = 30  # how far back the list of a reviewer's own acts goes


class MovedRow(msgspec.Struct, frozen=True):
    """A known case that moved, and what its newest story says in one sentence (empty where nobody is accused)."""

    case: MovedCase
    sentence: str


class AnsweredRow(msgspec.Struct, frozen=True):
    """A row somebody answered while it stood open on a page: with what, and who."""

    entry_id: str
    story_id: str
    title: str
    what: str
    by: str


class QueuePage:
    """The handlers, on one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def page(self, request: Request) -> Response:
        """Show the day, or with a filter or a page number every row that fits."""
        by = reviewer_of(request)
        with self.desk.workspace() as workspace:
            chosen = read_filter(request.query_params)
            settings = workspace.config.settings
            queue = waiting_queue(
                workspace.log, workspace.views, workspace.clock(), n_day=settings.rows_per_day, by=by,
                limit=_limit(workspace, chosen), second_share=settings.second_reading,
                backfill=chosen.show == "archive",
            )  # fmt: skip
            rows, n_waiting = queue.rows, queue.n_waiting
            day = progress_of(workspace, by, n_waiting, queue.n_known)
            shown = _shown(rows, chosen, day.n_left)
            wanted = request.query_params.get("row", "")
            if wanted and not any(row.entry_id == wanted for row in shown):
                shown = [*_named(workspace, wanted), *shown]
            return self.desk.page(
                request, "queue.html", workspace, n_waiting=n_waiting, day=day, rows=shown, here=wanted, chosen=chosen,
                lines=_lines(workspace, by, chosen), put_off=_put_off(workspace, by, chosen),
                n_below=n_waiting - len(shown) if chosen.page == 0 else 0, n_pages=-(-n_waiting // PAGE_ROWS),
                moved=[] if chosen.active else _moved(workspace, by, queue.new_in_cases),
                samples=waiting_samples(workspace.log, workspace.views, CHECKS) if not chosen.active else [],
                position=workspace.views.position, page_rows=PAGE_ROWS, bands=[word for _, word in WORDS],
            )  # fmt: skip

    def news(self, request: Request) -> Response:
        """Return how many stories wait, and in place of each row an open page names what others answered meanwhile."""
        by, named = reviewer_of(request), request.query_params.get("rows", "").split(",")[:MOST_NAMED]
        with self.desk.workspace() as workspace:
            n_waiting = count_queue(workspace.views, workspace.clock(), by)
            answered = {f"row-{entry_id}": found for entry_id in named if (found := _answered(workspace, entry_id))}
        news = {
            "count": str(n_waiting),
            "swap": {place: self.desk.text("elsewhere.html", said=each) for place, each in answered.items()},
            "said": {place: f"Answered meanwhile by {e.by}: {e.what.lower()}." for place, e in answered.items()},
        }
        return Response(msgspec.json.encode(news), media_type="application/json")


def _answered(workspace: Workspace, entry_id: str) -> AnsweredRow | None:
    """Return the newest label that stands for an entry; None where it waits, or is not known."""
    standing = [label for label in covering(workspace.views, entry_id) if not (label.withdrawn or label.overtaken)]
    if not standing:
        return None
    label = standing[-1]
    title = title_of(workspace.log, workspace.views, entry_id)
    story_id = story_of(workspace.views, entry_id)
    return AnsweredRow(entry_id, story_id, title, LABEL_WORDS.get(label.label, label.label), label.by)


def _limit(workspace: Workspace, chosen: Filter) -> int | None:
    """Return how many rows are to be read: all of them only for a filter."""
    if chosen.narrows:
        return None
    return max(workspace.config.settings.rows_per_day, chosen.page * PAGE_ROWS)


def _shown(rows: list[QueueRow], chosen: Filter, n_left: int) -> list[QueueRow]:
    """Return the rows of this page: the day's that are left, or a page of all that fit the filter."""
    if chosen.show in ("mine", "put-off"):
        return []
    if not chosen.active:
        seconds = [row for row in rows if row.why == "second reading"]
        return [row for row in rows if row.why != "second reading"][:n_left] + seconds
    fitting = [row for row in rows if chosen.fits(row)]
    page = max(1, chosen.page)
    return fitting[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]


def _named(workspace: Workspace, entry_id: str) -> list[QueueRow]:
    """Return the row that the address names, where it is one (a link from a mail, an undo)."""
    row = queue_row(workspace.log, workspace.views, story_of(workspace.views, entry_id))
    return [row] if row is not None else []


def _lines(workspace: Workspace, by: str, chosen: Filter) -> list[ActLine]:
    """Return what the reviewer did today, or lately where that is asked for, oldest first.

    Labels given together are one line.
    """
    if chosen.active and chosen.show != "mine":
        return []
    lines: dict[str, ActLine] = {}
    for act in reversed(acts_since(workspace, by, MINE_DAYS if chosen.show == "mine" else 0)):
        key = act.act or str(act.position)
        lines[key] = line_of(workspace, act, n=lines[key].n + 1 if key in lines else 1)
    return list(lines.values())


def _moved(workspace: Workspace, by: str, new: NewInCases) -> list[MovedRow]:
    """Return the known cases that moved and that the reviewer has not seen yet, each with its plain sentence."""
    log, views, now = workspace.log, workspace.views, workspace.clock()
    seen = {skip.story_id for skip in skips_of(views, by, iso(now))}
    return [
        MovedRow(case, story_told(log, views, case.story_id).sentence)
        for case in moved_cases(log, views, now, new=new)
        if case.story_id not in seen
    ]


def _put_off(workspace: Workspace, by: str, chosen: Filter) -> list[dict[str, Any]]:
    """Return what the reviewer put off, where that is asked for."""
    if chosen.show != "put-off":
        return []
    return [
        {"skip": skip, "title": title_of(workspace.log, workspace.views, skip.entry_id)}
        for skip in skips_of(workspace.views, by, iso(workspace.clock()))
    ]
