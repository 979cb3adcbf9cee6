"""Rows of the queue as the page shows them: waiting, answered, or changed under the reader's hands.

Owns what a row says and the answers that replace rows; which rows stand on the page is queuepage.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from monitor.log.codec import iso
from monitor.surfaces.progress import progress_of
from monitor.surfaces.web.desk import Desk, reviewer_of
from monitor.triage.entries import find_entry
from monitor.triage.queue import queue_row
from monitor.triage.rows import QueueRow
from monitor.triage.samples import sample_row
from monitor.triage.undo import title_of
from monitor.views.queries.acts import Act, acts_by
from monitor.views.queries.stories import story_of
from monitor.worker.workspace import Workspace

WORDS = {
    "skip": "Put off", "merge": "Merged", "split": "Split off", "link": "Case", "correct": "Corrected",
    "confirm": "Confirmed",
}  # fmt: skip
LABEL_WORDS = {"plot": "Plot", "not-plot": "Not plot", "unsure": "Unsure"}
MAX_ACTS = 300


class ActLine(msgspec.Struct, frozen=True):
    """An act of today as one line: what it was, and the title of its row. `n`: how many rows it answered."""

    what: str
    title: str
    entry_id: str
    story_id: str
    position: int
    at: str
    kind: str
    n: int = 1


class RowPage:
    """Renders rows, on one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def row(self, workspace: Workspace, row: QueueRow, by: str, **more: Any) -> str:
        """Return a waiting row's markup."""
        return self.desk.text(
            "row.html", row=row, position=workspace.views.position,
            now=workspace.clock(), reviewer=by, **({"here": False, "problem": ""} | more),
        )  # fmt: skip

    def answer(
        self, request: Request, workspace: Workspace, said: str, entry_ids: Sequence[str], select: str = ""
    ) -> Response:
        """Return what was said, and every row and figure that changed, for the script to put in place."""
        by = reviewer_of(request)
        swap = {f"row-{entry_id}": self._now(workspace, entry_id, by) for entry_id in entry_ids}
        day = progress_of(workspace, by)
        swap["day"] = self.desk.text("day.html", day=day)
        swap["count"] = self.desk.text("count.html", n_waiting=day.n_waiting)
        return _json({"said": said, "swap": swap, "select": select})

    def conflict(self, request: Request, workspace: Workspace, entry: str, error: str) -> Response:
        """Return the row as it is now, with what changed it, to be decided again or left."""
        workspace.views.catch_up()
        entry_id = find_entry(workspace.views, entry)
        row = queue_row(workspace.log, workspace.views, story_of(workspace.views, entry_id))
        swap = {}
        if row is not None:
            swap[f"row-{entry_id}"] = self.row(workspace, row, reviewer_of(request), problem=error, here=True)
        return _json({"error": error, "swap": swap}, 409)

    def _now(self, workspace: Workspace, entry_id: str, by: str) -> str:
        """Return the markup of a row as it is now: a line where the reviewer answered it, else the row."""
        story_id = story_of(workspace.views, entry_id)
        mine = next((act for act in acts_since(workspace, by) if _about(act, entry_id, story_id)), None)
        if mine is not None:
            return self.desk.text("done.html", line=line_of(workspace, mine, entry_id))
        row = queue_row(workspace.log, workspace.views, story_id)
        if row is not None:
            return self.row(workspace, row, by)
        sample = sample_row(workspace.log, workspace.views, entry_id)
        return self.desk.text("check.html", sample=sample) if sample else ""


def _about(act: Act, entry_id: str, story_id: str) -> bool:
    """Tell whether an act answers a row: its entry, its story, or the story that was merged away."""
    if act.kind in ("correct", "confirm", "link", "split"):
        return False
    if act.kind == "merge":
        return act.entry_id == entry_id
    return act.entry_id == entry_id or (bool(act.story_id) and act.story_id == story_id)


def acts_since(workspace: Workspace, by: str, days: int = 0) -> list[Act]:
    """Return the reviewer's acts that stand, of today (UTC) and so many days before, newest first."""
    midnight = workspace.clock().replace(hour=0, minute=0, second=0, microsecond=0)
    return acts_by(workspace.views, by, iso(midnight - timedelta(days=days)), MAX_ACTS)


def line_of(workspace: Workspace, act: Act, entry_id: str = "", n: int = 1) -> ActLine:
    """Return an act as a line."""
    what = LABEL_WORDS.get(act.detail, act.detail) if act.kind == "label" else WORDS[act.kind]
    entry_id = entry_id or act.entry_id or act.story_id.removeprefix("s")
    title = title_of(workspace.log, workspace.views, entry_id)
    return ActLine(what, title, entry_id, act.story_id or "s" + entry_id, act.position, act.at, act.kind, n)


def _json(value: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
