"""The triage page as an application: routes, errors in words, the door in front.

Owns the wiring of the web room. What a page shows is in pages.py, what a click does in actions.py, who may in door/.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from monitor.errors import InputError, MonitorError, NotFoundError, StaleViewError
from monitor.surfaces.web import actions, api
from monitor.surfaces.web.desk import HERE, Desk, is_fragment, own_path
from monitor.surfaces.web.door.guard import Guard
from monitor.surfaces.web.door.reviewers import Reviewers
from monitor.surfaces.web.door.signin import SignIn
from monitor.surfaces.web.door.throttle import Throttle
from monitor.surfaces.web.overview import OverviewPage
from monitor.surfaces.web.pages import Pages, threaded
from monitor.surfaces.web.queuepage import QueuePage
from monitor.surfaces.web.searchpage import SearchPage, forget, save
from monitor.worker.workspace import Workspace

_STATUS: tuple[tuple[type[MonitorError], int], ...] = ((NotFoundError, 404), (StaleViewError, 409), (InputError, 400))


def create_app(
    open_workspace: Callable[[], Workspace], reviewers: Reviewers, hosts: frozenset[str], clock: Callable[[], float]
) -> Guard:
    """Return the guarded application. `hosts` are the Host headers to answer, `clock` gives seconds since the epoch."""
    desk = Desk(open_workspace)
    throttle = Throttle()
    door = SignIn(desk, reviewers, throttle, clock)
    app = Starlette(routes=_routes(desk, door), exception_handlers={MonitorError: _in_words(desk)})
    return Guard(app, reviewers=reviewers, hosts=hosts, clock=clock, throttle=throttle, signed_out=door.signed_out)


def _routes(desk: Desk, door: SignIn) -> list[BaseRoute]:
    pages, queue, acts, service = Pages(desk), QueuePage(desk), actions.Actions(desk), api.Api(desk)
    looks = {
        "/": queue.page, "/news": queue.news, "/story/{story}": pages.story, "/search": SearchPage(desk).page,
        "/overview": OverviewPage(desk).page,
        "/labels": pages.labels, "/labels.csv": pages.export,
        "/models": pages.models, "/feeds": pages.feeds, "/log": pages.log,
        "/offline": pages.offline, "/manifest.webmanifest": pages.manifest, "/sw.js": pages.worker,
    }  # fmt: skip
    decides = {
        "/label": actions.label, "/none": actions.none_of_these, "/skip": actions.skip, "/undo": actions.undo,
        "/merge": actions.merge, "/split": actions.split, "/correct": actions.correct,
        "/confirm": actions.confirm, "/add": actions.add,
        "/search/save": save, "/search/forget": forget,
    }  # fmt: skip
    return [
        *(Route(path, threaded(work), methods=["GET"]) for path, work in looks.items()),
        *(Route(path, acts.handler(work), methods=["POST"]) for path, work in decides.items()),
        Route("/login", door.page, methods=["GET"]),
        Route("/login", door.sign_in, methods=["POST"]),
        Route("/logout", door.sign_out, methods=["POST"]),
        Route("/signed-in", door.signed_in, methods=["GET"]),
        *service.routes(),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]


def _in_words(desk: Desk) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        """Say what went wrong, in the form the caller reads."""
        status = next((code for kind, code in _STATUS if isinstance(error, kind)), 503)
        if request.url.path.startswith("/api/") or is_fragment(request):
            return JSONResponse({"error": str(error)}, status)
        back = own_path(urlsplit(request.headers.get("referer", "")).path or "/")
        return desk.bare("error.html", status, message=str(error), status_code=status, back=back)

    return answer
