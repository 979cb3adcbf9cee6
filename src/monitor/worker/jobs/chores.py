"""What a tick does beside collecting: the audit sample of yesterday, a signed checkpoint, dropping expired texts.

Each is harmless to repeat: its key, or its own look at the log, says whether it was done.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.learn.sample import Unflagged, draw_sample
from monitor.learn.watcher import notices
from monitor.log.codec import iso
from monitor.log.events import NewEvent, SampleDrawn
from monitor.log.keep.erasure import complete_erasures, drop_expired, finish_erasures, kept_since, retention_is_done
from monitor.log.proof.checkpoints import checkpoint_if_due
from monitor.views.queries.entries import unflagged_between
from monitor.views.queries.erasures import erasures_left, loose_erasures
from monitor.views.queries.queue import was_drawn
from monitor.views.queries.texts import read_texts
from monitor.views.queries.ticks import tick_days
from monitor.worker.jobs.searching import keep_index
from monitor.worker.workspace import Workspace

PACKED_PER_TICK = (
    4_096  # old events, a sixth of a second of CPU; more than ticks bring, so that large old logs shrink too
)


def do_chores(workspace: Workspace, now: datetime) -> None:
    """Do what is due after a tick, once for all workers on a log."""
    draw_yesterday(workspace, now)
    drop_old_texts(workspace, now)
    if checkpoint_if_due(workspace.log, recorded_at=iso(now)) is not None:
        workspace.views.catch_up()
    workspace.log.compact(PACKED_PER_TICK)


def drop_old_texts(workspace: Workspace, now: datetime) -> None:
    """Erase the texts kept long enough, once a day (UTC): finding them reads the whole log."""
    days = workspace.config.settings.retain_unflagged_days
    if not days:
        return
    if not retention_is_done(workspace.log, now):
        drop_expired(workspace.log, now, days, kept_since(tick_days(workspace.views), now, days))
        workspace.views.catch_up()


def end_erasures(workspace: Workspace, now: datetime) -> None:
    """Complete what an erasure left undone: one a reader was in the way of, or one an older version was cut short in.

    Where it is still not done, `monitor status` says so.
    """
    if not erasures_left(workspace.views):
        return
    workspace.log.check_writable()
    if left := loose_erasures(workspace.views):
        complete_erasures(workspace.log, left, iso(now))
    finish_erasures(workspace.log, iso(now))
    workspace.views.catch_up()
    keep_index(workspace)


def draw_yesterday(workspace: Workspace, now: datetime) -> None:
    """Draw the audit sample from the entries first seen yesterday (UTC) and not flagged, once."""
    n = workspace.config.settings.audit_per_day
    today = _midnight(now)
    day = (today - timedelta(days=1)).date().isoformat()
    if not n or was_drawn(workspace.views, day):
        return
    rows = unflagged_between(workspace.views, iso(today - timedelta(days=1)), iso(today))
    if not rows:
        return
    model = workspace.model
    texts = read_texts(workspace.log, (sha for _, _, sha in rows))
    unflagged = [
        Unflagged(entry_id, score, notices(text.headline))
        for (entry_id, score, _), text in zip(rows, texts, strict=True)
    ]
    draw = draw_sample(day, unflagged, n, model.look_again)
    data = SampleDrawn(day=day, entries=list(draw.entries), n_population=draw.n_population, model_id=model.model_id)
    workspace.append([NewEvent(f"sample-drawn:{day}", data)])


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
