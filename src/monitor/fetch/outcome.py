"""What an ended request means: complete answers, refusals and failures as one FetchResult. Pure.

Only 200, and 304 to a request that carried validators, are successes; a piece of a feed is never taken for a whole one.
"""

from __future__ import annotations

from typing import Protocol

from monitor.fetch.answer import PERMANENT, REDIRECTS, Head, one_line
from monitor.fetch.guard import Target
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.values import FetchRequest, FetchResult

__all__ = ["PERMANENT", "REDIRECTS", "answered", "failed"]


# 420 and 529 are older and newer words of single services for 429.
TOO_MUCH = frozenset({420, 429, 503, 529})


class Hop(Protocol):
    """Where a request stands: what was asked, where it ended, what the redirects said."""

    request: FetchRequest
    start: Target
    target: Target
    moved_to: str
    spent_s: float


class Answered(Protocol):
    """A complete answer."""

    head: Head

    @property
    def body(self) -> bytes:
        """Return the decoded body."""


def failed(
    request: FetchRequest,
    reason: str,
    detail: str,
    *,
    job: Hop | None = None,
    status: int = 0,
    retry_after_s: float | None = None,
) -> FetchResult:
    """Return a failure: a stable reason and one line for a person."""
    return FetchResult(
        request_id=request.request_id,
        url=request.url,
        status=status,
        final_url=job.target.url if job else "",
        duration_s=job.spent_s if job else 0.0,
        retry_after_s=retry_after_s,
        error=reason,
        detail=one_line(detail),
    )


def answered(job: Hop, transfer: Answered, policy: FetchPolicy) -> FetchResult:
    """Return the result of a complete answer; only 200, and 304 to a conditional request, are successes."""
    head, request = transfer.head, job.request
    same_host = job.target.host == job.start.host
    not_modified = head.status == 304 and bool(request.etag or request.last_modified) and same_host
    ok = head.is_whole
    error = "" if ok or not_modified else "unexpected-304" if head.status == 304 else f"http-{head.status}"
    if error and not not_modified and head.challenge:
        error = "blocked"
    return FetchResult(
        request_id=request.request_id,
        url=request.url,
        status=head.status,
        body=transfer.body if ok else None,
        not_modified=not_modified,
        content_type=head.text(b"content-type"),
        etag=head.validator(b"etag") or (request.etag if not_modified else ""),
        last_modified=head.validator(b"last-modified") or (request.last_modified if not_modified else ""),
        final_url=job.target.url,
        moved_to="" if error else job.moved_to,
        retry_after_s=head.retry_after_s(policy.now) if b"retry-after" in head.fields else None,
        max_age_s=head.max_age_s(policy.now),
        duration_s=job.spent_s,
        error=error,
        detail=_status_text(head.status, error),
    )


def _status_text(status: int, error: str) -> str:
    """Say in words what a status means for a feed."""
    if not error:
        return ""
    known = {
        "blocked": f"{status}: the server answered with a challenge page: it blocks automatic readers",
        "http-202": "202 Accepted: the feed is not ready, or a challenge stands before it",
        "unexpected-304": "304 Not Modified to a request without validators",
        "http-204": "204 No Content",
        "http-206": "206 Partial Content: a piece of the feed",
        "http-401": "401: the feed wants a password",
        "http-403": "403 Forbidden",
        "http-402": "402: the feed wants a payment",
        "http-404": "404 Not Found",
        "http-406": "406 Not Acceptable: the server takes our Accept or User-Agent for wrong",
        "http-407": "407: the proxy wants a password",
        "http-418": "418: the server turns automatic readers away",
        "http-420": "420: asked too often",
        "http-410": "410 Gone: the publisher says the feed has ended",
        "http-429": "429: asked too often",
        "http-451": "451: blocked for legal reasons",
        "http-500": "500: the server has an error",
        "http-502": "502 Bad Gateway: the server behind the front server does not answer",
        "http-503": "503 Service Unavailable: overloaded or in maintenance",
        "http-504": "504 Gateway Timeout: the server behind the front server does not answer",
        "http-999": "999: the server turns automatic readers away",
    }
    if 520 <= status <= 530:
        return f"{status}: the content network does not reach the publisher's own server"
    return known.get(error, f"HTTP status {status}")


def resting(host: str, status: int) -> str:
    """Say that a request was not made because its host asked for rest."""
    return f"not asked: {host} answered {status} to other feeds of this round, so it is left alone"


def in_a_circle(url: str) -> str:
    """Say that an address sets a cookie and redirects to itself."""
    return f"{url} redirects to itself: it wants a cookie back, and we send none"


def too_many_hops(limit: int, url: str, *, cookie: bool) -> str:
    """Say that there were more redirects than we follow, where the last one stood, and why."""
    why = "; it sets cookies on the way and may want them back, and we send none" if cookie else ""
    return f"more than {limit} redirects, the last from {url}{why}"
