"""How things stand: one value that `status`, `health`, the digest and the web page all read.

Folds nothing itself; it reads the views and says what a person has to know.
"""

from __future__ import annotations

import os
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from monitor.errors import StorageError
from monitor.log.codec import parse_iso
from monitor.log.database import check_free_space
from monitor.poll.health import HABIT_ENTRIES, FeedFacts, judge
from monitor.triage.queue import count_queue
from monitor.views.outbox import unsent
from monitor.views.ticks import last_runs
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
    last_tick_at: str
    last_tick_finished: bool
    feeds: list[FeedCondition]
    failures: list[str]  # what stops work now: the disk, jobs and messages that failed and have not worked since
    warnings: list[str]
    tick_warnings: list[str] = []


def condition_of(workspace: Workspace) -> Condition:
    """Return how things stand now (or then, where the views were folded as of then)."""
    db, now = workspace.views.db, workspace.clock()
    feeds = [_feed(db, row, now) for row in db.execute(_FEEDS).fetchall()]
    tick = db.execute("SELECT started_at, finished_at FROM ticks ORDER BY position DESC LIMIT 1").fetchone()
    model = db.execute("SELECT model_id, threshold FROM promotions ORDER BY position DESC LIMIT 1").fetchone()
    bad = [feed for feed in feeds if feed.state not in ("ok", "new")]
    warnings = [f"{feed.name}: {feed.what}" for feed in bad]
    overdue = _tick_warnings(tick, feeds, now)
    warnings += overdue
    failures = storage_problems(workspace.data_dir) + _failures(db)
    if model is None:
        warnings.append("no model is in use: run `monitor init`")
    return Condition(
        position=workspace.views.position,
        at=now.isoformat(),
        n_entries=_count(db, "entries"),
        n_flagged=db.execute("SELECT count(*) FROM entries WHERE flagged_position IS NOT NULL").fetchone()[0],
        n_waiting=count_queue(workspace.views, now),
        n_labels=db.execute("SELECT count(*) FROM labels WHERE withdrawn_position IS NULL").fetchone()[0],
        model_id=model[0] if model else "",
        threshold=model[1] if model else 0.0,
        last_tick_at=tick[0] if tick else "",
        last_tick_finished=bool(tick and tick[1]),
        feeds=feeds,
        failures=failures,
        warnings=failures + warnings,
        tick_warnings=overdue,
    )


_FEEDS = """SELECT feed_id, name, grp, last_error, last_detail, n_failures, last_ok_at, last_new_at, next_due_at,
    interval_s, n_empty, warning, added_at, moved_to FROM feeds WHERE removed_at IS NULL ORDER BY grp, name"""
_RECENT = """SELECT iif(published_at <> '' AND published_at < seen_at, published_at, seen_at) FROM entries
    WHERE feed_id = ? ORDER BY position DESC LIMIT ?"""


def _count(db: object, table: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # type: ignore[attr-defined]  # noqa: S608


def _feed(db: sqlite3.Connection, row: tuple[object, ...], now: datetime) -> FeedCondition:
    (
        feed_id,
        name,
        group,
        error,
        detail,
        n_failures,
        ok_at,
        new_at,
        due_at,
        interval_s,
        n_empty,
        warning,
        added,
        moved_to,
    ) = row
    facts = FeedFacts(
        added_at=parse_iso(str(added)), last_ok_at=_time(ok_at), last_new_at=_time(new_at), error=str(error),
        detail=str(detail), n_failures=int(str(n_failures)), n_empty=int(str(n_empty)), moved_to=str(moved_to),
        warning=str(warning),
    )  # fmt: skip
    state, what = judge(facts, now, lambda: _recent(db, str(feed_id)))
    return FeedCondition(
        feed_id=str(feed_id), name=str(name), group=str(group), state=state, what=what, last_ok_at=str(ok_at or ""),
        last_new_at=str(new_at or ""), next_due_at=str(due_at or ""), n_failures=int(str(n_failures)),
        interval_s=int(str(interval_s)),
    )  # fmt: skip


def _time(value: object) -> datetime | None:
    return parse_iso(str(value)) if value else None


def _recent(db: sqlite3.Connection, feed_id: str) -> list[datetime]:
    """Return when a feed's last entries were published (or first seen)."""
    rows = db.execute(_RECENT, (feed_id, HABIT_ENTRIES)).fetchall()
    return [parse_iso(row[0]) for row in rows]


def storage_problems(folder: Path) -> list[str]:
    """Return why the next tick or label could not be written into this data folder; nothing where it could."""
    if not os.access(folder, os.W_OK):
        return [f"{folder} cannot be written (read-only, or not ours): no tick and no label can be kept"]
    try:
        check_free_space(folder / "log.db")
    except StorageError as error:
        return [str(error)]
    return []


def _failures(db: sqlite3.Connection) -> list[str]:
    """Return one line for each daily job and each channel whose last try failed."""
    lines = [f"{run.job} of {run.scheduled_at[:16]} UTC {run.detail}" for run in last_runs(db).values() if not run.ok]
    return lines + [f"{item.kind} by {item.channel} failed at {item.at[:16]} UTC: {item.detail}" for item in unsent(db)]


def _tick_warnings(tick: tuple[str, str] | None, feeds: list[FeedCondition], now: datetime) -> list[str]:
    if tick is None:
        return ["no tick yet: run `monitor tick`, or put it into cron"]
    warnings = []
    interval_s = min((feed.interval_s for feed in feeds if feed.interval_s), default=1800)
    late = now - parse_iso(tick[0])
    if late > timedelta(seconds=max(3600, LATE_INTERVALS * interval_s)):
        warnings.append(
            f"the last tick began {late.total_seconds() / 3600:.1f} hours ago: is cron or the service running?"
        )
    if not tick[1] and late > timedelta(hours=1):
        warnings.append(f"the tick of {tick[0][:16]} never finished; the next one takes up what it left")
    return warnings
