"""What a machine keeps beside its views for those who look: the search index, and the codes of confirmed plots.

Each machine its own. On a shared log a worker on which nobody looks is spared the work; a machine that serves pages
does it by itself, for it may collect nothing.
"""

from __future__ import annotations

from monitor.views.queries.cases import confirmed_stories
from monitor.worker.jobs.searching import SEARCHER_EVENTS, TICK_EVENTS, keep_index
from monitor.worker.workspace import Workspace


def keep_up(workspace: Workspace, *, serves: bool = False) -> int:
    """Bring index and codes up to the views; `serves`: this machine shows pages. Return how many events are left.

    Where pages are served it is done in small pieces, so that no visitor waits long for a turn.
    """
    left = keep_index(workspace, wanted=serves, most=SEARCHER_EVENTS if serves else TICK_EVENTS)
    if left or not confirmed_stories(workspace.views):
        return left
    from monitor.triage.counted import FILE_NAME, keep_codes  # reads texts with all rules: without plots none is read

    if serves or not workspace.log.claims.shared or (workspace.data_dir / FILE_NAME).exists():
        keep_codes(workspace.log, workspace.views, workspace.data_dir)
    return 0
