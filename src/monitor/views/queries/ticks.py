"""Questions to the ticks and outbox views: passes, the last run of each daily job, signatures, what was sent."""

from __future__ import annotations

import msgspec

from monitor.views.fold import Views


class TickRow(msgspec.Struct, frozen=True):
    """One pass over the due feeds; `finished_at` is empty and the counts are 0 where it has not ended."""

    tick_id: str
    started_at: str
    finished_at: str
    n_new: int
    n_flagged: int
    n_failed: int
    duration_ms: int


class SignedCheckpoint(msgspec.Struct, frozen=True):
    """A signed checkpoint: when, and the position and hash it vouches for."""

    at: str
    at_position: int
    at_hash: str


_TICK = """SELECT tick_id, started_at, coalesce(finished_at, ''), coalesce(n_new, 0), coalesce(n_flagged, 0),
    coalesce(n_failed, 0), coalesce(duration_ms, 0) FROM ticks"""


def newest_ticks(views: Views, limit: int) -> list[TickRow]:
    """Return the newest ticks, newest first."""
    return [TickRow(*row) for row in views.db.execute(f"{_TICK} ORDER BY position DESC LIMIT ?", (limit,))]


def tick_days(views: Views) -> list[str]:
    """Return the days (ISO, UTC) on which ticks began, in order."""
    return [row[0] for row in views.db.execute("SELECT DISTINCT substr(started_at, 1, 10) FROM ticks ORDER BY 1")]


def last_finished_tick(views: Views) -> TickRow | None:
    """Return the newest tick that came to its end."""
    row = views.db.execute(f"{_TICK} WHERE finished_at IS NOT NULL ORDER BY position DESC LIMIT 1").fetchone()
    return TickRow(*row) if row else None


def last_finished_position(views: Views) -> int:
    """Return the log position at which the newest finished tick began; 0 before there is one."""
    row = views.db.execute("SELECT max(position) FROM ticks WHERE finished_at IS NOT NULL").fetchone()
    return int(row[0] or 0)


def last_signed(views: Views) -> SignedCheckpoint | None:
    """Return the newest signed checkpoint."""
    row = views.db.execute("SELECT at, at_position, at_hash FROM checkpoints ORDER BY position DESC LIMIT 1").fetchone()
    return SignedCheckpoint(*row) if row else None


def message_state(views: Views, message_id: str, channel: str) -> str:
    """Return queued, sent or failed for a digest or alert on one channel; empty where it was never tried."""
    row = views.db.execute(
        "SELECT state FROM outbox WHERE message_id = ? AND channel = ?", (message_id, channel)
    ).fetchone()
    return str(row[0]) if row else ""


class JobRun(msgspec.Struct, frozen=True):
    """The last run of a daily job; times are ISO 8601, UTC."""

    job: str
    scheduled_at: str
    at: str
    ok: bool
    detail: str


def last_runs(views: Views) -> dict[str, JobRun]:
    """Return the last run of every daily job that ever ran, by name."""
    rows = views.db.execute("SELECT job, scheduled_at, at, ok, detail FROM jobs ORDER BY job").fetchall()
    return {job: JobRun(job, scheduled_at, at, bool(ok), detail) for job, scheduled_at, at, ok, detail in rows}


class Unsent(msgspec.Struct, frozen=True):
    """A message that failed on a channel which has taken none since."""

    message_id: str
    channel: str
    kind: str
    detail: str
    at: str


_UNSENT = """SELECT message_id, channel, kind, detail, max(at) FROM outbox AS o WHERE state = 'failed'
    AND NOT EXISTS (SELECT 1 FROM outbox AS n WHERE n.channel = o.channel AND n.state = 'sent' AND n.at > o.at)
    GROUP BY channel ORDER BY channel"""


def unsent(views: Views) -> list[Unsent]:
    """Return the newest failure of every channel that has not worked since; a message sent later mends it."""
    return [Unsent(*row) for row in views.db.execute(_UNSENT).fetchall()]
