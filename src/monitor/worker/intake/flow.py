"""The threshold follows the flow: at a tick's end it is moved, and what the day has room for is flagged.

Owns the reading of the last day's scores and the events; where the threshold stands is learn/threshold.py's rule. In a
tick no more new entries are flagged at once than a day has rows: in a burst the first to come are not the best. Nor
are more flagged in any 24 hours than learn/threshold.most_rows; the best of what is left take the room that comes free.
Harmless to repeat: what a tick that died left undone, the next one finds in the same day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.learn.rows import LOOKED_AT
from monitor.learn.threshold import (
    FLOOR,
    WINDOW_S,
    BandPlacement,
    Flow,
    Seen,
    follow,
    has_moved,
    most_rows,
    n_topics,
    within_day,
)
from monitor.log.codec import iso, parse_iso
from monitor.log.events import NewEvent, ThresholdMoved
from monitor.views.queries.entries import FlowEntry, best_since, first_seen_at, n_scored_since
from monitor.views.queries.queue import flagged_since
from monitor.views.queries.texts import read_text, read_texts
from monitor.worker.intake.assess import Scored, Unscored, flagged_event
from monitor.worker.intake.linking import StoryLinking
from monitor.worker.workspace import Workspace

ROOM = "room in the day"  # why an entry is flagged that was passed over first
_TITLES_PER_ROW = 10  # entries of one topic that are looked through for each row, at most


def room_at_once(workspace: Workspace, now: datetime) -> int | None:
    """Return how many new entries one tick may flag before it has seen them all; None before there is a day of flow."""
    if _known_s(workspace, now) < WINDOW_S:
        return None
    left = _most(workspace) - n_topics(_flagged(workspace, now))
    return max(0, min(round(workspace.config.settings.rows_per_day) or 1, left))


def follow_flow(workspace: Workspace, now: datetime) -> int:
    """Move the thresholds, flag what stands above them and was passed over today; return how many were flagged."""
    since = iso(now - timedelta(seconds=WINDOW_S))
    best = _best(workspace, since)
    stands = stand(workspace, now, best)
    _move(workspace, stands, best)
    model, linking = workspace.model, StoryLinking(workspace)
    passed_over = [entry for entry in best if entry.open and entry.score >= round(model.threshold, 6)]
    if _known_s(workspace, now) < WINDOW_S:
        return 0
    waiting = _seen(workspace, [(entry.score, entry.text_sha) for entry in passed_over])
    n_flagged = 0
    for place in within_day(waiting, _flagged(workspace, now), _most(workspace)) if waiting else ():
        entry = passed_over[place]
        text = read_text(workspace.log, entry.text_sha, entry.lang)
        if text.erased:
            continue
        candidate = Unscored(entry.entry_id, entry.revision, entry.text_sha, text)
        found = Scored(candidate, entry.score, ROOM)
        events = [flagged_event(model, found, workspace.config.settings.alert_score or None)]
        events += linking.link_row(entry, candidate, now)
        workspace.append(events)
        n_flagged += 1
    return n_flagged


def stand(workspace: Workspace, now: datetime, best: list[FlowEntry] | None = None) -> BandPlacement:
    """Return where the thresholds should stand now, from the log alone."""
    since = iso(now - timedelta(seconds=WINDOW_S))
    best = _best(workspace, since) if best is None else best
    seen = _seen(workspace, [(entry.score, entry.text_sha) for entry in best])
    flow = Flow(n_scored_since(workspace.views, since), tuple(seen), _known_s(workspace, now))
    _ = workspace.model  # its own thresholds are known once it is loaded
    return follow(workspace.own_thresholds, flow, workspace.config.settings.rows_per_day)


def _move(workspace: Workspace, stands: BandPlacement, best: list[FlowEntry]) -> None:
    model, to = workspace.model, stands.thresholds
    makes_room = any(entry.open and to.flag <= entry.score < model.threshold for entry in best)  # however small a move
    if not makes_room and not has_moved(model.threshold, to.flag):
        return
    data = ThresholdMoved(
        model_id=model.model_id, threshold=to.flag, previous=model.threshold, look_again=to.look_again,
        previous_look_again=model.look_again, why=stands.why, n_entries=stands.n_entries, n_rows=stands.n_rows,
        rows_per_day=float(workspace.config.settings.rows_per_day),
    )  # fmt: skip
    workspace.append([NewEvent(f"threshold-moved:{workspace.log.head()[0]}", data)])
    workspace.move_thresholds(to)


def _best(workspace: Workspace, since: str) -> list[FlowEntry]:
    least = min(FLOOR, workspace.model.threshold)
    limit = max(LOOKED_AT, _TITLES_PER_ROW * round(workspace.config.settings.rows_per_day))
    return best_since(workspace.views, since, least, limit)


def _most(workspace: Workspace) -> int:
    threshold = workspace.model.threshold  # the model's own are known once it is loaded
    return most_rows(threshold, workspace.own_thresholds.flag, workspace.config.settings.rows_per_day)


def _flagged(workspace: Workspace, now: datetime) -> list[Seen]:
    """Return what the 24 hours before `now` flagged, follow-ups and archives apart."""
    window = timedelta(seconds=WINDOW_S)
    return _seen(workspace, flagged_since(workspace.views, iso(now - 2 * window), iso(now - window)))


def _known_s(workspace: Workspace, now: datetime) -> float:
    first = first_seen_at(workspace.views)
    return (now - parse_iso(first)).total_seconds() if first else 0.0


def _seen(workspace: Workspace, scored: Sequence[tuple[float, str]]) -> list[Seen]:
    """Return (score, text) pairs with the titles of the texts."""
    texts = read_texts(workspace.log, (sha for _, sha in scored))
    return [Seen(score, text.title) for (score, _), text in zip(scored, texts, strict=True)]
