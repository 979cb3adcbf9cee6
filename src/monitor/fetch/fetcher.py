"""Fetch many URLs at once, carefully: own redirects, one deadline each, and failures as values.

Owns the round (who starts when, what an ended hop means); transfer.py owns the wire, guard.py the refusals, hosts.py
the turns. pycurl is imported when the first round starts, so a tick with nothing due does not pay for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from monitor.fetch.policy import ACCEPT_FEED, FetchPolicy
from monitor.fetch.values import FetchRequest, FetchResult

if TYPE_CHECKING:
    from monitor.fetch.guard import Target
    from monitor.fetch.hosts import Turns
    from monitor.fetch.transfer import Transfer

# A caller that works on a result for longer than this must not cost the waiting sockets their deadline.
BUSY_S = 0.05
MAX_CONCURRENCY = 256  # libcurl's select() ends at file descriptor 1024; each transfer may keep idle connections too


class Underway:
    """A request on its way: where it is now, what is left of its deadline, what the redirects said."""

    __slots__ = ("budget_s", "hops", "moved_to", "permanent", "request", "spent_s", "start", "started_at", "target")

    def __init__(self, request: FetchRequest, target: Target, budget_s: float) -> None:
        self.request = request
        self.start = self.target = target
        self.budget_s = budget_s
        self.spent_s = 0.0
        self.started_at = 0.0
        self.hops = 0
        self.permanent = True
        self.moved_to = ""


def fetch_all(requests: Iterable[FetchRequest], policy: FetchPolicy) -> Iterator[FetchResult]:
    """Yield one result per request as they finish. Sockets keep waiting while the caller works on a result."""
    todo = list(requests)
    if not todo:
        return
    fetcher = Round(policy)
    try:
        yield from fetcher.run(todo)
    finally:
        fetcher.close()


class CurlFetcher:
    """The fetcher that opens sockets (protocol.py's `Fetcher`); keeps nothing between two rounds."""

    def fetch(self, requests: Iterable[FetchRequest], policy: FetchPolicy) -> Iterator[FetchResult]:
        """Yield one result per request as they finish."""
        return fetch_all(requests, policy)


class Round:
    """One round of fetching: the curl multi handle and everything in flight on it."""

    def __init__(self, policy: FetchPolicy) -> None:
        import pycurl

        from monitor.fetch import decode, guard, hosts, outcome

        self.outcome = outcome
        self.guard = guard
        self.policy = policy
        self.turns: Turns[Underway] = hosts.Turns(policy.per_host, policy.per_host_delay_s)
        self.n_slots = max(1, min(policy.concurrency, MAX_CONCURRENCY))
        self.multi = pycurl.CurlMulti()
        self.multi.setopt(pycurl.M_MAXCONNECTS, max(64, 2 * self.n_slots))
        self.multi.setopt(pycurl.M_PIPELINING, 0)
        self.idle: list[Transfer] = []
        self.live: set[Transfer] = set()
        self.done: list[FetchResult] = []
        self.unresolved = False
        self.agent = f"User-Agent: {policy.user_agent}"
        self.encodings = f"Accept-Encoding: {', '.join(decode.accepted())}"

    def run(self, todo: list[FetchRequest]) -> Iterator[FetchResult]:
        """Yield results until every request has one."""
        for request in todo:
            self._admit(request)
        while True:
            yield from self._hand_over()
            self._fill()
            if not self.live and not self.done and not self.turns:
                return
            if self.live:
                self._work()
            if not self.done:
                self._wait()

    def close(self) -> None:
        """Free every handle; requests still in flight are dropped."""
        for transfer in self.live:
            self.multi.remove_handle(transfer.curl)
            transfer.close()
        for transfer in self.idle:
            transfer.close()
        if self.unresolved:  # libcurl's close waits for name servers that never answer: not on our time
            threading.Thread(target=self.multi.close, daemon=True).start()
        else:
            self.multi.close()

    def _hand_over(self) -> Iterator[FetchResult]:
        results, self.done = self.done, []
        for result in results:
            before = time.monotonic()
            yield result
            busy_s = time.monotonic() - before
            if busy_s > BUSY_S:  # libcurl looks at its deadlines before it looks at what arrived meanwhile
                for transfer in self.live:
                    transfer.job.started_at += busy_s
                    transfer.wait_longer(busy_s)

    def _admit(self, request: FetchRequest) -> None:
        try:
            target = self.guard.read_target(request.url)
            self.guard.check_start(target, self.policy.allow_private, request.allow_private)
        except self.guard.RefusedError as refused:
            self.done.append(self.outcome.failed(request, refused.reason, str(refused)))
            return
        self.turns.add(target.host, Underway(request, target, self.policy.deadline_s))

    def _fill(self) -> None:
        """Start requests until the slots are full or nobody may start."""
        while len(self.live) < self.n_slots and (job := self.turns.take(time.monotonic())) is not None:
            self._start(job)

    def _start(self, job: Underway) -> None:
        from monitor.fetch.transfer import Transfer

        transfer = self.idle.pop() if self.idle else Transfer(self.policy)
        transfer.job = job
        job.started_at = time.monotonic()
        private_ok = job.target.authority in self.policy.allow_private or (
            job.request.allow_private and job.target.host == job.start.host
        )
        transfer.start(job.target, self._headers(job), private_ok=private_ok, budget_s=job.budget_s - job.spent_s)
        self.multi.add_handle(transfer.curl)
        self.live.add(transfer)

    def _headers(self, job: Underway) -> list[str]:
        request = job.request
        headers = [self.agent, f"Accept: {request.accept or ACCEPT_FEED}", self.encodings]
        if job.target.host == job.start.host:  # validators go to the feed's own host only
            if request.etag:
                headers.append(f"If-None-Match: {request.etag}")
            if request.last_modified:
                headers.append(f"If-Modified-Since: {request.last_modified}")
        return headers

    def _work(self) -> None:
        """Let libcurl move bytes, and collect what ended."""
        self.multi.perform()
        while True:
            left, good, bad = self.multi.info_read()
            for curl in good:
                self._end(curl, 0, "")
            for curl, code, message in bad:
                self._end(curl, code, message)
            if not left:
                return

    def _wait(self) -> None:
        """Sleep until a socket, a timer of libcurl or a resting host wants something."""
        rest = self.turns.wait_s(time.monotonic()) if len(self.live) < self.n_slots else None
        if not self.live:
            time.sleep(rest or 0.0)
            return
        timeout_ms = self.multi.timeout()
        wait = min(1.0 if rest is None else rest, timeout_ms / 1000 if timeout_ms >= 0 else 1.0, 1.0)
        if wait > 0 and self.multi.select(wait) < 0:
            time.sleep(min(wait, 0.01))  # no descriptor yet (a name is being resolved)

    def _end(self, curl: Any, code: int, message: str) -> None:
        transfer: Transfer = curl.transfer
        self.multi.remove_handle(curl)
        self.live.discard(transfer)
        self.idle.append(transfer)
        job = transfer.job
        job.spent_s += time.monotonic() - job.started_at
        self.turns.done(job.target.host, time.monotonic())
        self.unresolved = self.unresolved or message.startswith("Resolving")
        transfer.finish(code, message)
        try:
            result = self._settle(job, transfer)
        except Exception as error:  # an answer nobody thought of is the failure of its own request
            text = f"this answer could not be understood ({type(error).__name__}: {error})"
            result = self.outcome.failed(job.request, "internal-error", text, job=job, status=transfer.head.status)
        if result is not None:
            self.done.append(result)
            self._let_rest(job, result)

    def _let_rest(self, job: Underway, result: FetchResult) -> None:
        """Ask a host nothing more in this round once it has said twice that it is asked too much."""
        host = job.target.host
        if result.status not in self.outcome.TOO_MUCH:
            if result.status:
                self.turns.served(host)
            return
        text = self.outcome.resting(host, result.status)
        for waiting in self.turns.refused(host):
            self.done.append(
                self.outcome.failed(
                    waiting.request, "host-resting", text, job=waiting, retry_after_s=result.retry_after_s
                )
            )

    def _settle(self, job: Underway, transfer: Transfer) -> FetchResult | None:
        """Turn an ended hop into a result, or send the job on its next hop."""
        status = transfer.head.status
        if transfer.reason:
            return self.outcome.failed(job.request, transfer.reason, transfer.detail, job=job, status=status)
        if status in self.outcome.REDIRECTS:
            return self._redirect(job, transfer, permanent=status in self.outcome.PERMANENT)
        return self.outcome.answered(job, transfer, self.policy)

    def _redirect(self, job: Underway, transfer: Transfer, *, permanent: bool) -> FetchResult | None:
        head = transfer.head
        status = head.status
        cookie = b"set-cookie" in head.fields
        if job.hops >= self.policy.max_hops:
            text = self.outcome.too_many_hops(self.policy.max_hops, job.target.url, cookie=cookie)
            return self.outcome.failed(job.request, "too-many-hops", text, job=job, status=status)
        if job.spent_s >= job.budget_s:
            return self.outcome.failed(
                job.request, "timeout", "the redirects used up the deadline", job=job, status=status
            )
        try:
            target = self.guard.next_target(job.target, transfer.head.location(), job.start, self.policy.allow_private)
        except self.guard.RefusedError as refused:
            return self.outcome.failed(job.request, refused.reason, str(refused), job=job, status=status)
        if target.url == job.target.url and cookie:
            text = self.outcome.in_a_circle(target.url)
            return self.outcome.failed(job.request, "too-many-hops", text, job=job, status=status)
        job.hops += 1
        job.permanent = job.permanent and permanent
        if job.permanent:
            job.moved_to = target.url
        job.target = target
        self.turns.add(target.host, job, first=True)
        return None
