"""The second look: past entries nobody flagged, scored by the model that was just promoted, shard by shard.

The log says what is to be looked at, each shard is one commit, and the best finds are flagged when all are in: so
whoever is free takes the next shard, and what a killed worker left undone the ticks of others go on with. A model that
is promoted meanwhile ends the look of the one before it.
"""

from __future__ import annotations

from datetime import timedelta

from monitor.errors import AlreadyRunningError, KeyConflictError
from monitor.log.codec import iso
from monitor.log.events import EntryScored, NewEvent, SecondLookBegun, SecondLookFinished
from monitor.views.entries import SECOND_LOOK
from monitor.views.queries.entries import undecided_between, undecided_of, undecided_since
from monitor.views.queries.models import SecondLook, second_look_left
from monitor.views.queries.texts import with_texts
from monitor.worker.intake.assess import SCORE_DIGITS, Scored, Unscored, flagged_event, score_all, scored_event
from monitor.worker.lock import worker_lock
from monitor.worker.shards import WAIT_S, share_out
from monitor.worker.workspace import Workspace

RECENT_DAYS = 28  # replayed, rescored after a promotion, and the measure of the budget
RECENT_MAX = 60_000
ROWS = 2.0  # a second look adds at most this many days' worth of rows
SHARD = 2_000  # entries; a tenth of a second to a second of CPU
BATCH = 500  # scores in one event
LOCK_NAME = "second-look.lock"  # of this machine: its tick and its training do not do the same shards
TRIES = 4  # of a commit in whose way another worker's was


def second_look(workspace: Workspace, *, shard: int = SHARD) -> tuple[int, int]:
    """Rescore the undecided entries of the last weeks, `shard` at a time, with the model in use; flag the best finds.

    Returns how many were rescored and how many flagged (marked `second-look`), at most ROWS days' rows. Where another
    process of this machine is at an earlier one, that is left to the ticks, and both are 0.
    """
    since = iso(workspace.clock() - timedelta(days=RECENT_DAYS))
    rows = undecided_since(workspace.views, since, RECENT_MAX)
    if not rows:
        return 0, 0
    places = [row.position for row in rows]
    data = SecondLookBegun(
        model_id=workspace.model.model_id, since=since, n_entries=len(rows),
        bounds=[places[0] - 1, *places[shard - 1 : -1 : shard], places[-1]],
        most=int(ROWS * workspace.config.settings.rows_per_day),
    )  # fmt: skip
    (begun,) = workspace.append([NewEvent(f"second-look-begun:{workspace.log.head()[0]}:{data.model_id}", data)])
    look_on(workspace, wait=True)
    finished = workspace.log.by_key(_finished_key(begun.position))
    if finished is None or not isinstance(finished.data, SecondLookFinished):
        return 0, 0
    return finished.data.n_rescored, finished.data.n_flagged


def look_on(workspace: Workspace, *, wait: bool = False) -> None:
    """Go on with a second look that is under way; with `wait` to its end, otherwise leave what others have in hand."""
    look = second_look_left(workspace.views)
    if look is None:
        return
    try:
        with worker_lock(workspace.data_dir / LOCK_NAME):
            workspace.forget_model()  # another worker may have promoted the one in use since it was loaded
            n_shards = len(look.bounds) - 1
            done = share_out(
                workspace,
                range(n_shards),
                lambda number: f"second look {look.position} {number}",
                lambda number: _rescore(workspace, look, number),
                wait=wait,
            )
            if sum(1 for _ in done) == n_shards:
                _finish(workspace, look)
    except AlreadyRunningError:
        return


def _rescore(workspace: Workspace, look: SecondLook, number: int) -> bool:
    """Score one shard in one commit; return False where that was done before, or the look is over."""
    if second_look_left(workspace.views) != look or workspace.log.by_key(_key(look, number, 0)) is not None:
        return False
    rows = undecided_between(workspace.views, look.since, *look.bounds[number : number + 2])
    texts = with_texts(workspace.log, rows)
    candidates = [Unscored(row.entry_id, row.revision, row.text_sha, text) for row, text in texts if not text.erased]
    scored = score_all(workspace.model, candidates, SECOND_LOOK)
    batches = [scored[start : start + BATCH] for start in range(0, len(scored), BATCH)]
    workspace.append([
        NewEvent(_key(look, number, part), scored_event(workspace.model, batch, "", SECOND_LOOK).data)
        for part, batch in enumerate(batches)
    ])  # fmt: skip
    return True


def _finish(workspace: Workspace, look: SecondLook) -> None:
    """Flag the best finds of all shards, once."""
    with workspace.alone(f"second look {look.position}", WAIT_S) as mine:
        for tries_left in reversed(range(TRIES)):
            if not mine or second_look_left(workspace.views) != look:
                return
            scores = _scores(workspace, look)
            finds = _finds(workspace, look, scores)
            data = SecondLookFinished(begun=look.position, n_rescored=len(scores), n_flagged=len(finds))
            flags = [flagged_event(workspace.model, find) for find in finds]
            try:
                workspace.append([*flags, NewEvent(_finished_key(look.position), data)])
                return
            except KeyConflictError:  # one of them was flagged in this moment for other words
                if not tries_left:
                    raise
                workspace.views.catch_up()


def _scores(workspace: Workspace, look: SecondLook) -> dict[str, tuple[int, float]]:
    """Return revision and score of each entry of every shard."""
    found = {}
    for number in range(len(look.bounds) - 1):
        part = 0
        while (event := workspace.log.by_key(_key(look, number, part))) is not None:
            if isinstance(event.data, EntryScored):
                found.update({entry_id: (revision, score) for entry_id, revision, score in event.data.scores})
            part += 1
    return found


def _finds(workspace: Workspace, look: SecondLook, scores: dict[str, tuple[int, float]]) -> list[Scored]:
    """Return what is to be flagged, best first: of the day's entries, then of archives, which have their own queue.

    A year that was imported must not crowd out the weeks. What somebody flagged or labelled meanwhile is left out.
    """
    threshold = round(workspace.model.threshold, SCORE_DIGITS)
    high = [entry_id for entry_id, (_, score) in scores.items() if score >= threshold]
    rows = [row for row in undecided_of(workspace.views, high) if row.revision == scores[row.entry_id][0]]
    rows.sort(key=lambda row: (-scores[row.entry_id][1], row.entry_id))
    best = [row for old in (False, True) for row in [row for row in rows if row.backfill == old][: look.most]]
    return [
        Scored(Unscored(row.entry_id, row.revision, row.text_sha, text), scores[row.entry_id][1], SECOND_LOOK)
        for row, text in with_texts(workspace.log, best)
        if not text.erased
    ]


def _key(look: SecondLook, number: int, part: int) -> str:
    return f"entry-scored:{look.model_id}:second-look:{look.position}:{number}:{part}"


def _finished_key(begun: int) -> str:
    return f"second-look-finished:{begun}"
