"""What a digest says: the day's queue, what ails the feeds, audit rows, and the estimate of what was missed."""

from __future__ import annotations

import msgspec

from monitor.surfaces.condition import condition_of
from monitor.triage.queue import count_queue, list_queue
from monitor.triage.rows import QueueRow
from monitor.triage.samples import SampleRow, read_quality, waiting_samples
from monitor.worker.workspace import Workspace


class DigestContent(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one day's digest says. `recall` is empty until an audit entry was answered."""

    day: str
    at: str
    rows: list[QueueRow]
    n_waiting: int
    warnings: list[str]
    samples: list[SampleRow]
    recall: str
    position: int
    head: str


def gather(workspace: Workspace) -> DigestContent:
    """Gather the digest of the day (UTC) the clock shows."""
    now = workspace.clock()
    quality = read_quality(workspace.views)
    recall = ""
    if quality.n_answered:
        interval = f"{quality.recall_low:.0%} to {quality.recall_high:.0%}"
        recall = f"{quality.recall:.0%} of reports found ({interval}), from {quality.n_answered} audited entries"
    position, head = workspace.log.head()
    n_day = workspace.config.settings.rows_per_day
    return DigestContent(
        day=now.date().isoformat(),
        at=now.isoformat(),
        rows=list_queue(workspace.log, workspace.views, now, n_day=n_day, limit=n_day),
        n_waiting=count_queue(workspace.views, now),
        warnings=condition_of(workspace).warnings,
        samples=waiting_samples(workspace.log, workspace.views, limit=5),
        recall=recall,
        position=position,
        head=head,
    )
