"""The requests that decide: label, none of these, undo, skip, merge, split, correct.

A decision is appended, durable, before the answer says saved. A script gets what was said and the rows as they are now;
without one the browser is sent back to the page it came from. Signing in and out is in signin.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.errors import InputError, StaleViewError
from monitor.surfaces.web.desk import Desk, is_fragment, own_path, reviewer_of, session_start
from monitor.surfaces.web.forms import read_form, whole_number
from monitor.surfaces.web.rows import RowPage
from monitor.triage.decide import label_all, label_entry, skip_row, story_changed
from monitor.triage.entries import find_entry, story_entries
from monitor.triage.rearrange import confirm_card, correct_card, merge_stories, split_story
from monitor.triage.told import story_facts
from monitor.triage.undo import title_of, undo_last
from monitor.worker.workspace import Workspace

Fields = dict[str, str]
MAX_NOTE = 2_000
MAX_TOGETHER = 200
UNDO = "Undo: Z."
# Fields that a person types, by what they are called; the others of a form are hidden.
TYPED = {"url": "Address", "title": "Title", "value": "Value", "note": "Note", "name": "Name"}


class Done(msgspec.Struct, frozen=True):
    """What a decision did: in words, the entries whose rows changed, and the row to select (an undo brings it back)."""

    said: str
    entry_ids: list[str] = []
    select: str = ""
    go: str = ""


class PostedAct(msgspec.Struct, frozen=True):
    """One decision on its way: who decides, the fields they sent, and since when their session lasts."""

    workspace: Workspace
    fields: Fields
    by: str
    since: str


class Actions:
    """The handlers, on one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.rows = RowPage(desk)

    def handler(self, work: Callable[[PostedAct], Done]) -> Callable[[Request], Any]:
        """Return the handler of one kind of decision."""

        async def handle(request: Request) -> Response:
            fields = await read_form(request)
            return await run_in_threadpool(self._decide, request, fields, work)

        return handle

    def _decide(self, request: Request, fields: Fields, work: Callable[[PostedAct], Done]) -> Response:
        """Do the work; answer with the rows as they are now, or send the browser back."""
        with self.desk.workspace() as workspace:
            act = PostedAct(workspace, fields, reviewer_of(request), session_start(request))
            if not is_fragment(request):
                try:
                    done = work(act)
                except InputError as error:
                    return self._again(request, fields, str(error))
                return RedirectResponse(done.go or own_path(fields.get("back", "/")), 303)
            try:
                done = work(act)
            except StaleViewError as error:
                return self.rows.conflict(request, workspace, fields.get("entry", ""), str(error))
            return self.rows.answer(request, workspace, done.said, done.entry_ids, done.select)

    def _again(self, request: Request, fields: Fields, message: str) -> Response:
        """Say what is wrong with what was sent, in a form that still holds it."""
        back, again = own_path(fields.get("back", "/")), {"path": request.url.path, "fields": fields}
        return self.desk.bare("error.html", 400, message=message, status_code=400, back=back, again=again, typed=TYPED)


def _required(fields: Fields, name: str) -> str:
    value = fields.get(name, "").strip()
    if not value:
        raise InputError(f"{name} is missing")
    return value


def _named(act: PostedAct, entry_id: str) -> str:
    title = title_of(act.workspace.log, act.workspace.views, entry_id)
    return title if len(title) <= 80 else title[:79].rstrip() + "…"


def label(act: PostedAct) -> Done:
    """Label a story (or one entry of it)."""
    space, fields = act.workspace, act.fields
    entry_id = find_entry(space.views, _required(fields, "entry"))
    value = _required(fields, "label")
    label_entry(
        space.log,
        space.views,
        entry_id,
        value,
        by=act.by,
        now=space.clock(),
        note=fields.get("note", "")[:MAX_NOTE].strip(),
        whole_story=fields.get("entry_only", "") != "1",
        seen_position=whole_number(fields, "seen"),
        blind=fields.get("blind", "") == "1",
    )
    return Done(f"Saved: {value.replace('-', ' ')}. {_named(act, entry_id)}. {UNDO}", [entry_id])


def none_of_these(act: PostedAct) -> Done:
    """Answer all the rows named with not-plot, in one act."""
    space, fields = act.workspace, act.fields
    wanted = _required(fields, "entries").split(",")[:MAX_TOGETHER]
    entry_ids = [find_entry(space.views, entry_id) for entry_id in wanted]
    seen = whole_number(fields, "seen")
    if seen is None:
        raise InputError("seen is missing")
    batch = label_all(
        space.log, space.views, entry_ids, "not-plot", by=act.by, now=space.clock(), seen_position=seen,
        whole_story=fields.get("entry_only", "") != "1",
    )  # fmt: skip
    rest = f" {len(batch.changed)} changed meanwhile and stay." if batch.changed else ""
    return Done(f"Saved: not plot for {len(batch.entry_ids)} rows.{rest} {UNDO}", [*batch.entry_ids, *batch.changed])


def skip(act: PostedAct) -> Done:
    """Put a story off until tomorrow, for this reviewer."""
    space = act.workspace
    entry_id = find_entry(space.views, _required(act.fields, "entry"))
    skip_row(space.log, space.views, entry_id, by=act.by, now=space.clock())
    return Done(f"Put off until tomorrow, for you alone. {_named(act, entry_id)}. {UNDO}", [entry_id])


def undo(act: PostedAct) -> Done:
    """Take back the reviewer's last act of this session, or the one named by its position."""
    space = act.workspace
    position = whole_number(act.fields, "position")
    undone = undo_last(space.log, space.views, by=act.by, now=space.clock(), since=act.since, position=position)
    entry_ids = list(dict.fromkeys(undone.entry_ids))
    return Done(f"Undone: {undone.what}", entry_ids, select=entry_ids[0] if entry_ids else "")


def merge(act: PostedAct) -> Done:
    """Merge one story into another."""
    space, fields = act.workspace, act.fields
    into, gone = _required(fields, "into"), _required(fields, "story")
    lead = story_entries(space.views, gone)[0]
    merge_stories(space.log, space.views, into, gone, by=act.by, now=space.clock())
    target = story_entries(space.views, into)[0]
    return Done(f'Merged: "{_named(act, lead)}" is part of "{_named(act, target)}". {UNDO}', [lead, target])


def split(act: PostedAct) -> Done:
    """Take an entry out of its story."""
    space = act.workspace
    entry_id = find_entry(space.views, _required(act.fields, "entry"))
    split_story(space.log, space.views, [entry_id], by=act.by, now=space.clock())
    return Done(f"Split off: {_named(act, entry_id)}. {UNDO}", [entry_id])


def add(act: PostedAct) -> Done:
    """Enter a page that the reviewer found elsewhere; what the log holds already is shown."""
    from monitor.worker.intake.byhand import FAILED, KNOWN, add_links
    from monitor.worker.tick import fetch_policy

    space, now = act.workspace, act.workspace.clock()
    policy = fetch_policy(space.config.settings, now)
    url, title = _required(act.fields, "url"), act.fields.get("title", "")
    (found,) = add_links(space, [url], by=act.by, now=now, policy=policy, title=title)
    if found.state == FAILED:
        raise InputError(
            f"{found.url} could not be read: {found.why}. Give a title, and it is entered without its text"
        )
    said = "The log holds this page already." if found.state == KNOWN else "Added by hand, ready to be labelled."
    return Done(said, go=f"/story/{found.entry_id}")


def confirm(act: PostedAct) -> Done:
    """Confirm what a story's card says, as it was shown."""
    space, fields, now = act.workspace, act.fields, act.workspace.clock()
    story_id, seen = _required(fields, "story"), whole_number(fields, "seen")
    lead = story_entries(space.views, story_id)[0]
    if seen is not None and story_changed(space.views, story_id, seen):
        raise StaleViewError("the story changed since you saw it; look again, then confirm")
    facts = story_facts(space.log, space.views, story_id)
    confirm_card(space.log, space.views, story_id, facts.shown(), by=act.by, now=now, sentence=facts.sentence)
    return Done(f"Confirmed: {_named(act, lead)}. {UNDO}", [lead])


def correct(act: PostedAct) -> Done:
    """Correct a field of a story's card."""
    space, fields = act.workspace, act.fields
    story_id, field = _required(fields, "story"), _required(fields, "field")
    values = [value.strip() for value in fields.get("value", "").split(",") if value.strip()]
    correct_card(space.log, space.views, story_id, field, values, by=act.by, now=space.clock())
    return Done(f"Saved: {field.replace('_', ' ')} corrected. {UNDO}", story_entries(space.views, story_id)[:1])
