"""What the rooms above may ask of the network: requests in, results out. Tests hand in one that lives in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from monitor.fetch.policy import FetchPolicy
from monitor.fetch.values import FetchRequest, FetchResult


class Fetcher(Protocol):
    """Something that fetches. The one that opens sockets is fetcher.py's `CurlFetcher`."""

    def fetch(self, requests: Iterable[FetchRequest], policy: FetchPolicy) -> Iterator[FetchResult]:
        """Yield one result per request, in the order they end. A failure is a result; nothing is raised for it."""
