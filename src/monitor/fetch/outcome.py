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


def failed(request: FetchRequest, reason: str, detail: str, *, job: Hop | None = None, status: int = 0) -> FetchResult:
    """Return a failure: a stable reason and one line for a person."""
    return FetchResult(
        request_id=request.request_id,
        url=request.url,
        status=status,
        final_url=job.target.url if job else "",
        duration_s=job.spent_s if job else 0.0,
        error=reason,
        detail=one_line(detail),
    )


def answered(job: Hop, transfer: Answered, policy: FetchPolicy) -> FetchResult:
    """Return the result of a complete answer; only 200, and 304 to a conditional request, are successes."""
    head, request = transfer.head, job.request
    same_host = job.target.host == job.start.host
    not_modified = head.status == 304 and bool(request.etag or request.last_modified) and same_host
    ok = head.status == 200
    error = "" if ok or not_modified else "unexpected-304" if head.status == 304 else f"http-{head.status}"
    if head.status == 403 and head.text(b"cf-mitigated"):
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
        "blocked": "the server answered with a challenge page: it blocks automatic readers",
        "unexpected-304": "304 Not Modified to a request without validators",
        "http-204": "204 No Content",
        "http-206": "206 Partial Content: a piece of the feed",
        "http-401": "401: the feed wants a password",
        "http-403": "403 Forbidden",
        "http-404": "404 Not Found",
        "http-410": "410 Gone: the publisher says the feed has ended",
        "http-429": "429: asked too often",
        "http-451": "451: blocked for legal reasons",
    }
    return known.get(error, f"HTTP status {status}")
