"""One request's view of the log: a workspace opened for it, and what every page needs (counts, reviewer, time).

SQLite connections are not shared between requests; opening costs a few milliseconds and the views catch up by the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from monitor.facts.names import state_name
from monitor.surfaces import safe
from monitor.surfaces.condition import unmended
from monitor.surfaces.web import charts, storypage, wording
from monitor.surfaces.web.marks import marked
from monitor.text.language import language_name
from monitor.triage.queue import count_queue
from monitor.worker.workspace import Workspace

HERE = Path(__file__).parent
_PART = "monitor-part"


class Desk:
    """Opens workspaces and renders templates; one per application."""

    def __init__(self, open_workspace: Callable[[], Workspace]) -> None:
        self._open = open_workspace
        self._pages = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._pages.filters.update(
            line=safe.line, block=safe.block, link=safe.http_link, host=safe.shown_host, age=age,
            short_age=wording.short_age, short_until=wording.short_until, day=wording.day, moment=wording.moment,
            language=language_name, state=state_name, told=storypage.status_words,
        )  # fmt: skip
        self._pages.globals.update(why_words=wording.why_words, value_words=storypage.value_words)
        self._pages.globals.update(
            marked=marked, bar=charts.bar, likelihood=wording.likelihood,
            sources=wording.sources, dot_chart=charts.dot_chart, only_changes=storypage.only_changes,
        )  # fmt: skip

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        """Open a workspace for one request."""
        workspace = self._open()
        try:
            yield workspace
        finally:
            workspace.close()

    def page(
        self, request: Request, name: str, workspace: Workspace, *, n_waiting: int | None = None, **values: Any
    ) -> HTMLResponse:
        """Render a whole page; the queue counts what waits itself and hands it in as `n_waiting`."""
        reviewer = reviewer_of(request)
        if n_waiting is None:
            n_waiting = count_queue(workspace.views, workspace.clock(), reviewer)
        text = self._pages.get_template(name).render(
            reviewer=reviewer,
            n_waiting=n_waiting,
            path=request.url.path,
            now=workspace.clock(),
            unmended=unmended(workspace.views),
            **values,
        )
        return HTMLResponse(text)

    def text(self, name: str, **values: Any) -> str:
        """Render a piece of a page."""
        return self._pages.get_template(name).render(**values)

    def bare(self, name: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Render a template that needs no workspace (a fragment, the sign-in page)."""
        return HTMLResponse(self._pages.get_template(name).render(**values), status)


def age(since: str, now: datetime) -> str:
    """Return how long ago an ISO time was, in the largest whole unit."""
    seconds = (now - datetime.fromisoformat(since)).total_seconds()
    for name, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if (count := int(seconds // size)) > 0:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"


def reviewer_of(request: Request) -> str:
    """Return the signed-in reviewer's name."""
    return str(request.scope["state"]["reviewer"] or "")


def session_start(request: Request) -> str:
    """Return when the reviewer's session began (ISO, UTC): undo goes back no further."""
    return str(request.scope["state"].get("since", ""))


def own_path(path: str) -> str:
    """Return a path of our own to go back to; anything else is the queue (no open redirect)."""
    own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and len(path) <= 2_000
    return path if own else "/"


def is_fragment(request: Request) -> bool:
    """Tell whether the page asked for a piece of itself."""
    return request.headers.get(_PART) == "1"
