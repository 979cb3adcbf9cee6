"""A fetcher that lives in memory: no sockets, no clock, the same promises about results."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from monitor.fetch.policy import FetchPolicy
from monitor.fetch.values import FetchRequest, FetchResult

HOME = "https://site.test/"


@dataclass
class Site:
    """Pages by address (what has no scheme stands below `HOME`): (status, body). Every request is noted."""

    pages: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)  # path -> an ETag that stays whatever the body

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return path if "://" in path else HOME + path

    def fetch(self, requests: Iterable[FetchRequest], policy: FetchPolicy) -> Iterator[FetchResult]:
        """Answer in the order asked, with ETags."""
        for request in requests:
            self.requests.append((request.url.removeprefix(HOME), request.etag))
            yield self._answer(request, policy)

    def _answer(self, request: FetchRequest, policy: FetchPolicy) -> FetchResult:
        final = self.moved.get(request.url, request.url)
        status, body = next((page for path, page in self.pages.items() if self.url(path) == final), (404, b""))
        tag = self.tags.get(final.removeprefix(HOME), f'"{hashlib.sha256(body).hexdigest()[:8]}"')
        same = status == 200 and request.etag == tag
        error = "" if status == 200 else f"http-{status}"
        if len(body) > policy.max_bytes:
            status, error = 0, "too-large"
        return FetchResult(
            request_id=request.request_id, url=request.url, status=304 if same else status,
            body=None if same or error else body, not_modified=same, etag=tag, final_url=final,
            moved_to=final if final != request.url else "", error=error,
            detail=f"HTTP status {status}" if error else "",
            content_type=self.types.get(final.removeprefix(HOME), ""),
        )  # fmt: skip
