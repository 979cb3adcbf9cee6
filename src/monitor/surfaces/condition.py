"""How things stand: one value that `status`, `health`, the digest and the web page all read.

Folds nothing itself; it reads the views and says what a person has to know.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from monitor.errors import StorageError
from monitor.log.codec import parse_iso
from monitor.log.proof.checkpoints import key_missing
from monitor.log.sqlite.database import check_free_space
from monitor.poll.health import HABIT_ENTRIES, FeedFacts, judge
from monitor.poll.schedule import CLOCK_SLACK
from monitor.triage.queue import count_queue
from monitor.views.fold import Views
from monitor.views.queries.entries import n_entries, n_flagged, reported_times
from monitor.views.queries.erasures import pending_erasure
from monitor.views.queries.feeds import FeedRow, watched_feeds
from monitor.views.queries.labels import n_standing
from monitor.views.queries.models import in_use, moved
from monitor.views.queries.ticks import TickRow, last_runs, newest_ticks, unsent
from monitor.worker.workspace import Workspace

# A tick later than this many intervals of the most frequent feed means that nobody runs it.
LATE_INTERVALS = 4


class FeedCondition(msgspec.Struct, frozen=True, kw_only=True):
    """One feed's health. `state` is one of poll/health.py's words; `what` says it in a sentence."""

    feed_id: str
    name: str
    group: str
    state: str
    what: str
    last_ok_at: str
    last_new_at: str
    next_due_at: str
    n_failures: int
    interval_s: int


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """The whole installation at one moment.

    `warnings` are lines a person should act on; those that say nobody collects stand in `tick_warnings` as well.
    """

    position: int
    at: str
    n_entries: int
    n_flagged: int
    n_waiting: int
    n_labels: int
    model_id: str
    threshold: float
    threshold_why: str
    last_tick_at: str
    last_tick_finished: bool
    feeds: list[FeedCondition]
    failures: list[str]  # what stops work now: the disk, jobs and messages that failed and have not worked since
    warnings: list[str]
    tick_warnings: list[str] = []


def condition_of(workspace: Workspace) -> Condition:
    """Return how things stand now (or then, where the views were folded as of then)."""
    views, now = workspace.views, workspace.clock()
    feeds = [_feed(views, row, now) for row in watched_feeds(views)]
    tick = next(iter(newest_ticks(views, 1)), None)
    model = in_use(views)
    bad = [feed for feed in feeds if feed.state not in ("ok", "new")]
    warnings = [f"{feed.name}: {feed.what}" for feed in bad]
    overdue = _tick_warnings(tick, feeds, now)
    warnings += overdue
    failures = storage_problems(workspace.data_dir) + unmended(views)
    if at := pending_erasure(views):
        warnings.append(
            f"an erasure (event {at}) is not finished: a program that reads the log was in the way; the next tick "
            "tries again; close what has been open for long"
        )
    warnings += _clock_warnings(workspace.ahead_s)
    if key_missing(workspace.log):
        warnings.append("signing.key is missing: nothing is signed until your copy is back (docs/security.md)")
    if model is None:
        warnings.append("no model is in use: run `monitor init`")
    return Condition(
        position=views.position,
        at=now.isoformat(),
        n_entries=n_entries(views),
        n_flagged=n_flagged(views),
        n_waiting=count_queue(views, now),
        n_labels=n_standing(views),
        model_id=model.model_id if model else "",
        threshold=model.threshold if model else 0.0,
        threshold_why=_threshold_why(views),
        last_tick_at=tick.started_at if tick else "",
        last_tick_finished=bool(tick and tick.finished_at),
        feeds=feeds,
        failures=failures,
        warnings=failures + warnings,
        tick_warnings=overdue,
    )


def _clock_warnings(ahead_s: float) -> list[str]:
    """Say that this machine's clock is far from the one that counts on a shared log."""
    if abs(ahead_s) <= CLOCK_SLACK.total_seconds():
        return []
    way = "ahead of" if ahead_s > 0 else "behind"
    far = f"{abs(ahead_s) / 60:,.0f} minutes {way}"
    return [
        f"this machine's clock is {far} the server's, which counts for all but the times of daily jobs: set it right"
    ]


def _threshold_why(views: Views) -> str:
    """Say where the threshold comes from: the last day's entries, or the model itself before there is a day of them."""
    stands = moved(views)
    return f"follows the last day's entries: {stands.why}" if stands else "the model's own"


def _feed(views: Views, row: FeedRow, now: datetime) -> FeedCondition:
    facts = FeedFacts(
        added_at=parse_iso(row.added_at), last_ok_at=_time(row.last_ok_at), last_new_at=_time(row.last_new_at),
        error=row.last_error, detail=row.last_detail, n_failures=row.n_failures, n_empty=row.n_empty,
        moved_to=row.moved_to, warning=row.warning, kind=row.kind, n_listed=row.n_entries, n_usual=row.n_usual,
        shrunk_at=_time(row.shrunk_at), partial=row.partial,
    )  # fmt: skip
    state, what = judge(facts, now, lambda: [parse_iso(at) for at in reported_times(views, row.feed_id, HABIT_ENTRIES)])
    return FeedCondition(
        feed_id=row.feed_id, name=row.name, group=row.group, state=state, what=what, last_ok_at=row.last_ok_at,
        last_new_at=row.last_new_at, next_due_at=row.next_due_at, n_failures=row.n_failures, interval_s=row.interval_s,
    )  # fmt: skip


def _time(value: str) -> datetime | None:
    return parse_iso(value) if value else None


def storage_problems(folder: Path) -> list[str]:
    """Return why the next tick or label could not be written into this data folder; nothing where it could."""
    if not os.access(folder, os.W_OK):
        return [f"{folder} cannot be written (read-only, or not ours): no tick and no label can be kept"]
    try:
        check_free_space(folder / "log.db")
    except StorageError as error:
        return [str(error)]
    return []


def unmended(views: Views) -> list[str]:
    """Return one line for each daily job and each channel whose last try failed."""
    lines = [
        f"{run.job} of {run.scheduled_at[:16]} UTC {run.detail}" for run in last_runs(views).values() if not run.ok
    ]
    return lines + [
        f"{item.kind} by {item.channel} failed at {item.at[:16]} UTC: {item.detail}" for item in unsent(views)
    ]


def _tick_warnings(tick: TickRow | None, feeds: list[FeedCondition], now: datetime) -> list[str]:
    if tick is None:
        return ["no tick yet: run `monitor tick`, or put it into cron"]
    warnings = []
    interval_s = min((feed.interval_s for feed in feeds if feed.interval_s), default=1800)
    late = now - parse_iso(tick.started_at)
    if late > timedelta(seconds=max(3600, LATE_INTERVALS * interval_s)):
        warnings.append(
            f"the last tick began {late.total_seconds() / 3600:.1f} hours ago: is cron or the service running?"
        )
    if not tick.finished_at and late > timedelta(hours=1):
        warnings.append(f"the tick of {tick.started_at[:16]} never finished; the next one takes up what it left")
    return warnings
