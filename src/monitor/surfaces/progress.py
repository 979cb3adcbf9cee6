"""How far the day is: rows read, rows left, the time that they will take, and what stands beside the rows."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from math import ceil

import msgspec

from monitor.log.codec import iso
from monitor.triage.queue import count_known, count_queue
from monitor.views.queries.acts import acts_by, rows_read, skips_of
from monitor.worker.workspace import Workspace

RECENT_ACTS = 51  # the reviewer's last decisions that are timed
PAUSE_S = 180.0  # a longer gap between two decisions was a pause
FEWEST = 10  # decisions before a time left is shown


class DayProgress(msgspec.Struct, frozen=True, kw_only=True):
    """Today (UTC): `n_read` of `n_day` rows were answered by anybody, `n_mine` by this reviewer.

    `n_known` of those that wait are shown as known cases that moved, and are no rows of the day. `minutes_left` is
    None before enough decisions were timed.
    """

    day: str
    n_day: int
    n_read: int
    n_mine: int
    n_waiting: int
    n_known: int
    n_put_off: int
    minutes_left: int | None

    @property
    def n_left(self) -> int:
        """The day's rows that are still to be read."""
        return max(0, min(self.n_day - self.n_read, self.n_waiting - self.n_known))


def progress_of(workspace: Workspace, by: str, n_waiting: int | None = None, n_known: int | None = None) -> DayProgress:
    """Return how far the day is for a reviewer."""
    views, now = workspace.views, workspace.clock()
    n_day = workspace.config.settings.rows_per_day
    if n_waiting is None:
        n_waiting = count_queue(views, now, by)
    if n_known is None:
        n_known = count_known(views, now, by)
    midnight = iso(now.replace(hour=0, minute=0, second=0, microsecond=0))
    n_read, n_mine = rows_read(views, midnight, by)
    left = max(0, min(n_day - n_read, n_waiting - n_known))
    times = [datetime.fromisoformat(act.at) for act in acts_by(views, by, "", RECENT_ACTS) if act.kind == "label"]
    return DayProgress(
        day=midnight[:10], n_day=n_day, n_read=n_read, n_mine=n_mine, n_waiting=n_waiting, n_known=n_known,
        n_put_off=len(skips_of(views, by, iso(now))), minutes_left=minutes_left(times, left),
    )  # fmt: skip


def minutes_left(times: Sequence[datetime], n_rows: int) -> int | None:
    """Return the reviewer's median time for a decision times the rows left, in whole minutes, rounded up."""
    if len(times) < FEWEST:
        return None
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(times)]
    counted = [gap for gap in gaps if 0 < gap <= PAUSE_S]
    return ceil(statistics.median(counted) * n_rows / 60) if counted else None
