"""The overview page: pictures and tables of what was confirmed, watched and missed, each figure with how it was got."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from starlette.requests import Request
from starlette.responses import Response

from monitor.poll.coverage import FeedCoverage, coverage
from monitor.surfaces.web import figures
from monitor.surfaces.web.desk import Desk
from monitor.triage.counted import KeptCodes
from monitor.triage.overview import Overview, overview
from monitor.worker.workspace import Workspace

COVERED_DAYS = 14
MOST_SOURCES = 30  # shown at first; the rest are folded


class OverviewPage:
    """The handler, on one desk. What was read last is kept until the log grows or the day ends, codes longer."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._last: tuple[tuple[int, str], Overview] | None = None
        self._codes: KeptCodes | None = None

    def page(self, request: Request) -> Response:
        """Show the overview; with `?coverage=1` also the calendar, which reads every poll of two weeks."""
        with self.desk.workspace() as workspace:
            now = workspace.clock()
            wanted = request.query_params.get("coverage") == "1"
            days = [(now - timedelta(days=ago)).date().isoformat() for ago in range(COVERED_DAYS - 1, -1, -1)]
            feeds: list[FeedCoverage] = []
            if wanted:
                since = datetime.combine(now.date() - timedelta(days=COVERED_DAYS - 1), time(), UTC)
                feeds = coverage(workspace.log, since, now, workspace.views)
                feeds.sort(key=lambda feed: (feed.share, feed.name))  # the troubled first
            cells = [[cell_of(feed, day) for day in days] for feed in feeds]
            return self.desk.page(
                request, "overview.html", workspace, found=self._overview(workspace, now), figures=figures,
                wanted=wanted, calendar_days=days, feeds=feeds, cells=cells, most=MOST_SOURCES, isfinite=math.isfinite,
            )  # fmt: skip

    def _overview(self, workspace: Workspace, now: datetime) -> Overview:
        at = (workspace.views.position, now.date().isoformat())
        if self._last is None or self._last[0] != at:
            self._codes = self._codes or KeptCodes(workspace.data_dir)
            self._codes.load()
            self._last = at, overview(workspace.log, workspace.views, now, self._codes)
        return self._last[1]


def cell_of(feed: FeedCoverage, day: str) -> str:
    """Return how much of a feed's day (ISO, UTC) is proven: full, half, gap; empty where it was not watched."""
    begin = datetime.fromisoformat(day).replace(tzinfo=UTC)
    end = begin + timedelta(days=1)
    spans = [(max(span.since, begin), min(span.until, end), span.state) for span in feed.spans]
    lengths: Sequence[tuple[float, str]] = [
        ((until - since).total_seconds(), state) for since, until, state in spans if until > since
    ]
    total = sum(length for length, _ in lengths)
    if not total:
        return ""
    proven = sum(length for length, state in lengths if state == "proven")
    return "full" if proven == total else "half" if proven else "gap"
