"""The door of the triage page: who may come in, with what kind of request, and what a browser may do with the answer.

A pure ASGI middleware, first in line. What is slow (a token never seen before) runs off the event loop. It checks Host
(DNS rebinding), Origin and Sec-Fetch-Site (CSRF), the session or the bearer token, and the size of the body; it sets
the security headers. Handlers below see only requests that passed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.log.codec import iso
from monitor.surfaces.web.door.reviewers import Reviewers
from monitor.surfaces.web.door.sessions import Session
from monitor.surfaces.web.door.throttle import Throttle

COOKIE = "monitor_session"
MAX_BODY = 256 << 10
OPEN_PATHS = frozenset({"/login", "/health", "/metrics", "/offline", "/manifest.webmanifest", "/sw.js"})
SAFE_METHODS = frozenset({"GET", "HEAD"})
# Referrer-Policy is same-origin, not no-referrer: that would make browsers send `Origin: null` with our own forms.
# Other sites get no referrer either way.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """Wraps the application. `hosts` are the Host headers it answers to; `clock` gives seconds since the epoch.

    `signed_out` makes the answer to a form whose sender's session has ended: what was typed must not be lost.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        reviewers: Reviewers,
        hosts: frozenset[str],
        clock: Callable[[], float],
        throttle: Throttle,
        signed_out: Callable[[Scope, bytes], Response],
    ) -> None:
        self.app = app
        self._reviewers = reviewers
        self._hosts = hosts
        self._clock = clock
        self._throttle = throttle
        self._signed_out = signed_out

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through with its reviewer in scope["state"], or answer why not."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        sending = _with_headers(send, scope)
        refused = self._refuse_shape(scope) or await self._refuse_stranger(scope, receive)
        if refused is not None:
            await refused(scope, receive, sending)
            return
        await self.app(scope, _capped(receive), sending)

    def _refuse_shape(self, scope: Scope) -> Response | None:
        """Refuse what no page of ours would send."""
        headers = Headers(scope=scope)
        if headers.get("host", "") not in self._hosts:
            return PlainTextResponse("unknown Host", 421)
        if scope["method"] not in SAFE_METHODS | {"POST"}:
            return PlainTextResponse("method not allowed", 405, headers={"Allow": "GET, HEAD, POST"})
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit() and len(length) < 10) or int(length) > MAX_BODY:
            return PlainTextResponse("body too large", 413)
        return None

    async def _refuse_stranger(self, scope: Scope, receive: Receive) -> Response | None:
        """Find out who asks; refuse whom the path is not open to."""
        headers = Headers(scope=scope)
        state = scope.setdefault("state", {})
        state["reviewer"], state["since"] = None, ""
        kind, _, value = headers.get("authorization", "").partition(" ")
        by_token = kind.lower() == "bearer"
        if by_token:
            wait_s, state["reviewer"] = await self._by_token(address_of(scope), value.strip())
            if wait_s:
                return PlainTextResponse("too many wrong tokens", 429, headers={"Retry-After": str(wait_s)})
        elif (session := self._session(headers)) is not None:
            state["reviewer"], state["since"] = session.name, iso(datetime.fromtimestamp(session.since, UTC))
        safe = scope["method"] in SAFE_METHODS
        if not safe and not (by_token and state["reviewer"]) and not self._same_origin(headers):
            return PlainTextResponse("cross-site request refused", 403)
        path = scope["path"]
        if state["reviewer"] is not None or path in OPEN_PATHS or path.startswith("/static/"):
            return None
        if path.startswith("/api/") or by_token or headers.get("monitor-part"):
            return PlainTextResponse("sign in first", 401, headers={"WWW-Authenticate": "Bearer"})
        if not safe:
            return self._signed_out(scope, await _body(_capped(receive)))
        query = scope.get("query_string", b"").decode("latin-1")
        where = path + ("?" + query if query else "")
        return RedirectResponse("/login" if where == "/" else f"/login?next={quote(where, safe='/')}", 303)

    async def _by_token(self, address: str, value: str) -> tuple[int, str | None]:
        """Return (seconds to wait, reviewer) of a bearer token, which no browser adds by itself."""
        name, _, token = value.rpartition(":")
        if self._reviewers.is_proven(name, token):
            return 0, name
        if wait_s := self._throttle.wait(address, name, self._clock()):
            return wait_s, None
        right = await run_in_threadpool(self._reviewers.check, name, token)
        self._throttle.note(address, name, self._clock(), right=right)
        return 0, name if right else None

    def _session(self, headers: Headers) -> Session | None:
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return None
        return self._reviewers.signed_in(morsel.value, self._clock()) if morsel else None

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


async def _body(receive: Receive) -> bytes:
    """Return a request's body, what was received of it."""
    parts = []
    while (message := await receive())["type"] == "http.request":
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    return b"".join(parts)


def address_of(scope: Scope) -> str:
    """Return the address a request came from (behind a trusted proxy, the one it names)."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def is_secure(scope: Scope) -> bool:
    """Tell whether the browser speaks TLS with us or with the proxy in front."""
    return bool(scope.get("scheme") == "https")
