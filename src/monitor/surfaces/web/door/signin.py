"""Signing in and out: a token in a form starts a session on the server, and signing out ends it there.

What somebody typed before they were found signed out is carried through the form and shown again, not lost.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from monitor.surfaces.web.desk import Desk, own_path
from monitor.surfaces.web.door.guard import COOKIE, address_of, is_secure
from monitor.surfaces.web.door.reviewers import SESSION_S, Reviewers
from monitor.surfaces.web.door.throttle import Throttle
from monitor.surfaces.web.forms import read_form

CARRIED = ("/label", "/skip", "/undo", "/merge", "/split", "/correct", "/confirm", "/none", "/add")


class SignIn:
    """The handlers, on one desk. `clock` gives seconds since the epoch."""

    def __init__(self, desk: Desk, reviewers: Reviewers, throttle: Throttle, clock: Callable[[], float]) -> None:
        self.desk = desk
        self.reviewers = reviewers
        self.throttle = throttle
        self.clock = clock

    async def page(self, request: Request) -> Response:
        """Show the sign-in form; `next` is where it leads."""
        return self._form(next_path=own_path(request.query_params.get("next", "/")))

    async def sign_in(self, request: Request) -> Response:
        """Check a reviewer's token and start a session."""
        fields = await read_form(request)
        name, token = fields.get("name", "").strip(), fields.get("token", "").strip()
        where = own_path(fields.get("next", "/"))
        kept = {"kept_path": fields.get("kept_path", ""), "kept": fields.get("kept", "")}
        wait_s = self.throttle.wait(address_of(request.scope), name, self.clock())
        if wait_s:
            said = f"Too many wrong tokens. Try again in {wait_s} seconds."
            answer = self._form(said, 429, next_path=where, **kept)
            answer.headers["Retry-After"] = str(wait_s)
            return answer
        right = await run_in_threadpool(self.reviewers.check, name, token)
        self.throttle.note(address_of(request.scope), name, self.clock(), right=right)
        if not right:
            return self._form("Name and token do not fit.", 403, next_path=where, **kept)
        cookie = await run_in_threadpool(self.reviewers.sign_in, name, self.clock())
        answer = self._resumed(**kept) if kept["kept_path"] in CARRIED else RedirectResponse(where, 303)
        answer.set_cookie(
            COOKIE, cookie, max_age=SESSION_S, httponly=True, samesite="strict", path="/",
            secure=is_secure(request.scope),
        )  # fmt: skip
        return answer

    async def sign_out(self, request: Request) -> Response:
        """End the session, on the server and in this browser."""
        await run_in_threadpool(self.reviewers.sign_out, request.cookies.get(COOKIE, ""))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE, path="/")
        return answer

    async def signed_in(self, request: Request) -> Response:
        """Say that the other tab may go on."""
        del request
        return self.desk.bare("signedin.html", path="", fields=[])

    def signed_out(self, scope: Scope, body: bytes) -> Response:
        """Answer a form whose sender is no longer signed in: sign in, and what it held is shown again."""
        kept = {"kept_path": scope["path"], "kept": body.decode("ascii", "replace")} if scope["path"] in CARRIED else {}
        said = "You are signed out; nothing was saved yet. Sign in, and what you typed is shown again."
        answer = self._form(said, 401, **kept)
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    def _form(self, said: str = "", status: int = 200, **values: str) -> Response:
        shown = {"next_path": "/", "kept_path": "", "kept": ""} | values
        return self.desk.bare("login.html", status, said=said, names=bool(self.reviewers.all()), **shown)

    def _resumed(self, kept_path: str, kept: str) -> Response:
        """Show what could not be saved before, to be saved now by the reviewer's own press."""
        return self.desk.bare("signedin.html", path=kept_path, fields=parse_qsl(kept, keep_blank_values=True))
