"""Whose turn it is: requests wait in line per host, hosts wait in line for a free slot. Pure, with `now` in seconds.

A host with two waiting requests gets them one after the other over one connection; only a longer line opens a second.
Nothing here sleeps: `wait_s` says how long nobody may start.
"""

from __future__ import annotations

import heapq
from collections import deque
from typing import Generic, TypeVar

RESTS_AFTER = 2

Item = TypeVar("Item")


class HostLine(Generic[Item]):
    """One host's requests and what is known of its pace."""

    __slots__ = ("live", "n_refused", "n_served", "next_at", "queued", "waiting")

    def __init__(self) -> None:
        self.n_refused = self.n_served = 0
        self.waiting: deque[Item] = deque()
        self.live = 0
        self.next_at = 0.0
        self.queued = False


class Turns(Generic[Item]):
    """Hands out requests in order, at most `per_host` at a time from one host and `delay_s` after its last answer.

    After the answer: what is handed out now may be sent later, while answers are written to the log.
    """

    def __init__(self, per_host: int, delay_s: float) -> None:
        self.per_host = max(1, per_host)
        self.delay_s = max(0.0, delay_s)
        self.lines: dict[str, HostLine[Item]] = {}
        self.ready: deque[HostLine[Item]] = deque()
        self.asleep: list[tuple[float, int, HostLine[Item]]] = []
        self._n = 0

    def add(self, host: str, item: Item, *, first: bool = False) -> None:
        """Put a request in its host's line; `first` for the next hop of one already begun."""
        line = self.lines.get(host)
        if line is None:
            line = self.lines[host] = HostLine()
        if first:
            line.waiting.appendleft(item)
        else:
            line.waiting.append(item)
        self._offer(line, front=first)

    def take(self, now: float) -> Item | None:
        """Return the next request that may start now, or None."""
        while self.asleep and self.asleep[0][0] <= now:
            self.ready.append(heapq.heappop(self.asleep)[2])
        while self.ready:
            line = self.ready.popleft()
            if line.next_at > now:
                self._n += 1
                heapq.heappush(self.asleep, (line.next_at, self._n, line))
                continue
            line.queued = False
            if not line.waiting:  # the host asked for rest meanwhile
                continue
            line.live += 1
            line.next_at = now + self.delay_s
            item = line.waiting.popleft()
            if len(line.waiting) > 1:
                self._offer(line, front=False)
            return item
        return None

    def done(self, host: str, now: float) -> None:
        """Give back a host's slot; its next request comes first, while the connection is warm."""
        line = self.lines[host]
        line.live -= 1
        line.next_at = max(line.next_at, now + self.delay_s)
        self._offer(line, front=True)

    def served(self, host: str) -> None:
        """Note that a host answered a request as usual."""
        self.lines[host].n_served += 1

    def refused(self, host: str) -> list[Item]:
        """Note that a host asked for rest; from the second time on, return what waits for it and is not to be asked.

        Where it serves others meanwhile, it is one address that is refused and not us.
        """
        line = self.lines[host]
        line.n_refused += 1
        if line.n_refused < RESTS_AFTER or line.n_served >= line.n_refused:
            return []
        dropped = list(line.waiting)
        line.waiting.clear()
        return dropped

    def wait_s(self, now: float) -> float | None:
        """Return the seconds until a resting host may be asked again; None where no host rests."""
        return max(0.0, self.asleep[0][0] - now) if self.asleep else None

    def __bool__(self) -> bool:
        """Say whether a request is ready or resting (hosts that are busy offer theirs when they are done)."""
        return bool(self.ready or self.asleep)

    def _offer(self, line: HostLine[Item], *, front: bool) -> None:
        if line.queued or not line.waiting or line.live >= self.per_host:
            return
        line.queued = True
        if front:
            self.ready.appendleft(line)
        else:
            self.ready.append(line)
