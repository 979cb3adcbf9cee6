"""The requests that decide: label, undo, skip, merge, split, correct, sign in and out.

A decision is appended, durable, before the answer says saved. With a script the row is replaced; without one the
browser is sent back to the page it came from.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.errors import InputError
from monitor.surfaces.web.desk import Desk, is_fragment, reviewer_of
from monitor.surfaces.web.forms import read_form, whole_number
from monitor.surfaces.web.guard import COOKIE
from monitor.surfaces.web.reviewers import SESSION_S, Reviewers
from monitor.triage.decide import label_entry, skip_row, undo_last
from monitor.triage.entries import find_entry
from monitor.triage.rearrange import correct_card, merge_stories, split_story
from monitor.worker.workspace import Workspace

Fields = dict[str, str]


class Actions:
    """The handlers, on one desk."""

    def __init__(self, desk: Desk, reviewers: Reviewers) -> None:
        self.desk = desk
        self.reviewers = reviewers

    async def label(self, request: Request) -> Response:
        """Label a story (or one entry of it)."""
        fields = await read_form(request)
        return await run_in_threadpool(self._decide, request, fields, _label)

    async def skip(self, request: Request) -> Response:
        """Put a row off until tomorrow."""
        fields = await read_form(request)
        return await run_in_threadpool(self._decide, request, fields, _skip)

    async def undo(self, request: Request) -> Response:
        """Withdraw the reviewer's last label."""
        fields = await read_form(request)
        return await run_in_threadpool(self._decide, request, fields, _undo)

    async def merge(self, request: Request) -> Response:
        """Merge one story into another."""
        fields = await read_form(request)
        return await run_in_threadpool(self._decide, request, fields, _merge)

    async def split(self, request: Request) -> Response:
        """Take an entry out of its story."""
        fields = await read_form(request)
        return await run_in_threadpool(self._decide, request, fields, _split)

    async def correct(self, request: Request) -> Response:
        """Correct a field of a story's card."""
        fields = await read_form(request)
        return await run_in_threadpool(self._decide, request, fields, _correct)

    def _decide(
        self, request: Request, fields: Fields, work: Callable[[Workspace, Fields, str], tuple[str, str]]
    ) -> Response:
        """Do the work; answer with the row's new state, or send the browser back."""
        with self.desk.workspace() as workspace:
            entry_id, said = work(workspace, fields, reviewer_of(request))
        if is_fragment(request):
            answer = self.desk.bare("saved.html", entry_id=entry_id, said=said)
            answer.headers["HX-Trigger"] = "decided"
            return answer
        return RedirectResponse(_back(fields.get("back", "/")), 303)

    async def sign_in_page(self, request: Request) -> Response:
        """Show the sign-in form."""
        del request
        return self.desk.bare("login.html", said="", names=bool(self.reviewers.all()))

    async def sign_in(self, request: Request) -> Response:
        """Check a reviewer's token and start a session."""
        fields = await read_form(request)
        name, token = fields.get("name", "").strip(), fields.get("token", "").strip()
        right = await run_in_threadpool(self.reviewers.check, name, token)
        if not right:
            return self.desk.bare("login.html", 403, said="Name and token do not fit.", names=True)
        with self.desk.workspace() as workspace:
            at = workspace.clock().timestamp()
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            COOKIE, self.reviewers.sign_in(name, at), max_age=SESSION_S, httponly=True, samesite="strict", path="/"
        )
        return answer

    async def sign_out(self, request: Request) -> Response:
        """End the session in this browser."""
        del request
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE, path="/")
        return answer


def _back(path: str) -> str:
    """Return a path of our own to go back to; anything else is the queue (no open redirect)."""
    own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if own else "/"


def _required(fields: Fields, name: str) -> str:
    value = fields.get(name, "").strip()
    if not value:
        raise InputError(f"{name} is missing")
    return value


def _label(workspace: Workspace, fields: Fields, by: str) -> tuple[str, str]:
    entry_id = find_entry(workspace.views, _required(fields, "entry"))
    label = _required(fields, "label")
    label_entry(
        workspace.log,
        workspace.views,
        entry_id,
        label,
        by=by,
        now=workspace.clock(),
        note=fields.get("note", "")[:2000],
        whole_story=fields.get("entry_only", "") != "1",
        seen_position=whole_number(fields, "seen"),
        blind=fields.get("blind", "") == "1",
    )
    return entry_id, f"saved: {label}"


def _skip(workspace: Workspace, fields: Fields, by: str) -> tuple[str, str]:
    entry_id = find_entry(workspace.views, _required(fields, "entry"))
    skip_row(workspace.log, workspace.views, entry_id, by=by, now=workspace.clock())
    return entry_id, "put off until tomorrow"


def _undo(workspace: Workspace, fields: Fields, by: str) -> tuple[str, str]:
    del fields
    event = undo_last(workspace.log, workspace.views, by=by, now=workspace.clock())
    return str(getattr(event.data, "entry_id", "")), "withdrawn"


def _merge(workspace: Workspace, fields: Fields, by: str) -> tuple[str, str]:
    into, gone = _required(fields, "into"), _required(fields, "story")
    merge_stories(workspace.log, workspace.views, into, gone, by=by, now=workspace.clock())
    return gone.removeprefix("s"), f"merged into {into}"


def _split(workspace: Workspace, fields: Fields, by: str) -> tuple[str, str]:
    entry_id = find_entry(workspace.views, _required(fields, "entry"))
    split_story(workspace.log, workspace.views, [entry_id], by=by, now=workspace.clock())
    return entry_id, "split off"


def _correct(workspace: Workspace, fields: Fields, by: str) -> tuple[str, str]:
    story_id, field = _required(fields, "story"), _required(fields, "field")
    values = [value.strip() for value in fields.get("value", "").split(",") if value.strip()]
    correct_card(workspace.log, workspace.views, story_id, field, values, by=by, now=workspace.clock())
    return story_id.removeprefix("s"), f"{field} corrected"
