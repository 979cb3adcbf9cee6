"""The door of the triage page: who may come in, with what kind of request, and what a browser may do with the answer.

A pure ASGI middleware, first in line. It checks Host (DNS rebinding), Origin and Sec-Fetch-Site (CSRF), the session or
the bearer token, and the size of the body; it sets the security headers. Handlers below see only requests that passed.
"""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.surfaces.web.reviewers import Reviewers

COOKIE = "monitor_session"
MAX_BODY = 256 << 10
OPEN_PATHS = frozenset({"/login", "/health", "/metrics"})
SAFE_METHODS = frozenset({"GET", "HEAD"})
# Referrer-Policy is same-origin, not no-referrer: that would make browsers send `Origin: null` with our own forms.
# Other sites get no referrer either way.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """Wraps the application. `hosts` are the Host headers it answers to; `clock` gives seconds since the epoch."""

    def __init__(
        self, app: ASGIApp, *, reviewers: Reviewers, hosts: frozenset[str], clock: Callable[[], float]
    ) -> None:
        self._app = app
        self._reviewers = reviewers
        self._hosts = hosts
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through with its reviewer in scope["state"], or answer why not."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        refused = self._refuse(scope)
        if refused is not None:
            await refused(scope, receive, _with_headers(send, scope))
            return
        await self._app(scope, _capped(receive), _with_headers(send, scope))

    def _refuse(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if headers.get("host", "") not in self._hosts:
            return PlainTextResponse("unknown Host", 421)
        if scope["method"] not in SAFE_METHODS | {"POST"}:
            return PlainTextResponse("method not allowed", 405, headers={"Allow": "GET, HEAD, POST"})
        if not headers.get("content-length", "0").isdigit() or int(headers.get("content-length", "0")) > MAX_BODY:
            return PlainTextResponse("body too large", 413)
        reviewer, by_token = self._who(headers)
        scope.setdefault("state", {})["reviewer"] = reviewer
        if scope["method"] not in SAFE_METHODS and not by_token and not self._same_origin(headers):
            return PlainTextResponse("cross-site request refused", 403)
        path = scope["path"]
        if reviewer is None and path not in OPEN_PATHS and not path.startswith("/static/"):
            if path.startswith("/api/") or scope["method"] not in SAFE_METHODS:
                return PlainTextResponse("sign in first", 401, headers={"WWW-Authenticate": "Bearer"})
            return RedirectResponse("/login", 303)
        return None

    def _who(self, headers: Headers) -> tuple[str | None, bool]:
        """Return the reviewer and whether a bearer token (which no browser adds by itself) proved it."""
        kind, _, value = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            name, _, token = value.strip().rpartition(":")
            return (name, True) if self._reviewers.check(name, token) else (None, False)
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
            return (self._reviewers.signed_in(morsel.value, self._clock()) if morsel else None), False
        except (CookieError, ValueError):
            return None, False

    def _same_origin(self, headers: Headers) -> bool:
        """Tell whether a POST comes from our own page: Origin must be given and be us."""
        origin = headers.get("origin", "")
        scheme, _, host = origin.partition("://")
        site = headers.get("sec-fetch-site", "same-origin")
        return scheme in ("http", "https") and host == headers.get("host") and site == "same-origin"


def _with_headers(send: Send, scope: Scope) -> Send:
    static = scope["path"].startswith("/static/")

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers["Cache-Control"] = "max-age=3600" if static else "no-store"
        await send(message)

    return sending


def _capped(receive: Receive) -> Receive:
    """Stop reading a body that is longer than it said or may be."""
    seen = 0

    async def receiving() -> Any:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY:
            return {"type": "http.disconnect"}
        return message

    return receiving
