"""One pass over the feeds that are due: fetch, parse, score, flag, link; each feed's answer whole or not at all.

A tick that dies leaves whole commits behind; the next one takes up the feeds it did not reach. It never ends because of
one feed, and it writes nothing when nothing is due.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from monitor.config.settings import Settings
from monitor.config.values import FeedConfig
from monitor.errors import KeyConflictError, NotFoundError, StorageError
from monitor.fetch.policy import FetchPolicy, user_agent
from monitor.fetch.values import FetchRequest
from monitor.log.codec import iso, parse_iso
from monitor.log.events import ClockDiffered, ClockJumped, NewEvent, TickFinished, TickStarted
from monitor.poll import schedule
from monitor.poll.values import FeedState
from monitor.views.queries.erasures import erasures_left
from monitor.views.queries.models import second_look_left
from monitor.views.queries.ticks import last_finished_position
from monitor.worker.shares import Due, due_feeds, shares
from monitor.worker.states import feed_states
from monitor.worker.sync import is_synced, sync_feeds, watch_what_the_log_says
from monitor.worker.workspace import Workspace

if TYPE_CHECKING:
    from monitor.worker.intake.collect import Outcome

RECENTLY = timedelta(hours=1)  # a feed that worked so lately shows that there was a network
CLOCK_SLACK = timedelta(minutes=5)
CLOCK_LEAP = timedelta(days=3)
FLOW_WAIT_S = 60.0  # another worker's look at the flow is waited for: it may not have seen what this tick wrote


class TickReport(msgspec.Struct, kw_only=True):
    """What a tick did. `problems` holds a line per feed that failed, `unsent` one per channel that took no alert.

    `offline`: no server was heard, and it looks as if there is no network.
    """

    tick_id: str = ""
    n_due: int = 0
    n_fetched: int = 0
    n_not_modified: int = 0
    n_failed: int = 0
    n_new: int = 0
    n_revised: int = 0
    n_flagged: int = 0
    n_pages: int = 0
    duration_ms: int = 0
    problems: list[str] = []
    unsent: list[str] = []
    n_unheard: int = 0
    offline: bool = False


class TickProgress(msgspec.Struct, frozen=True):
    """Where a tick stands, for a progress bar or a plain line."""

    done: int
    total: int
    line: str


def run_tick(
    workspace: Workspace,
    *,
    only: Iterable[str] = (),
    force: bool = False,
    progress: Callable[[TickProgress], None] = lambda _: None,
) -> TickReport:
    """Collect once; `only` names feed ids, `force` fetches them due or not.

    Raises NotFoundError (no such feed), LogBrokenError and StorageError before anything is fetched.
    """
    now = workspace.clock()
    sync_feeds(workspace)
    _check_names(workspace, only := frozenset(only))
    due = due_feeds(workspace, now, only, force)
    report = TickReport(n_due=len(due))
    if erasures_left(workspace.views):
        from monitor.worker.jobs.chores import end_erasures

        end_erasures(workspace, now)
    if not due:
        _go_on_looking(workspace)
        return report
    from monitor.worker.intake.pages import read_pages  # what only a working tick needs costs an idle one a third more

    workspace.log.check_writable()
    before = workspace.views.position
    asked: Due = {}
    for share, at in shares(workspace, due, now, only, force):
        if not report.tick_id:
            report.tick_id = _begin(workspace, now, len(due))
        asked.update(share)
        _collect_share(workspace, share, at, report, progress)
    report.n_due = len(asked)
    if not asked:  # all that is due is in other workers' hands
        return report
    report.offline = report.n_due == report.n_unheard and _is_offline(workspace, asked, now)
    n_pages, n_flagged = read_pages(workspace, fetch_policy(workspace.config.settings, now), now)
    report.n_pages, report.n_flagged = n_pages, report.n_flagged + n_flagged
    if report.n_new or report.n_revised or n_pages:
        report.n_flagged += _after_news(workspace, before, now)
    report.duration_ms = max(0, round((workspace.clock() - now).total_seconds() * 1000))
    fields = {name: getattr(report, name) for name in TickFinished.__struct_fields__ if name != "note"}
    workspace.append([NewEvent(f"tick-finished:{report.tick_id}", TickFinished(**fields))])
    _see_to_the_rest(workspace)
    return report


def _see_to_the_rest(workspace: Workspace) -> None:
    """Do what a tick does beside collecting."""
    from monitor.worker.jobs.chores import do_chores
    from monitor.worker.jobs.upkeep import keep_up

    with workspace.alone("chores") as mine:
        if mine:
            do_chores(workspace, workspace.clock())
    keep_up(workspace)
    _go_on_looking(workspace)


def _go_on_looking(workspace: Workspace) -> None:
    """Take a share of what a new model is to look at again: of another worker's training, or one that was killed."""
    if second_look_left(workspace.views) is not None:
        from monitor.worker.jobs.secondlook import look_on

        look_on(workspace)


def _after_news(workspace: Workspace, before: int, now: datetime) -> int:
    """Follow the flow and flag follow-ups of what came after the position `before`; return how many were flagged."""
    from monitor.worker.intake.flow import follow_flow
    from monitor.worker.intake.followups import flag_followups

    with workspace.alone("flow", FLOW_WAIT_S) as mine:
        if not mine:
            return 0
        n_flagged = follow_flow(workspace, now)
        return n_flagged + flag_followups(workspace, min(before, last_finished_position(workspace.views)), now)


def nothing_due(workspace: Workspace) -> bool:
    """Say whether a tick now would do nothing: feeds.yaml as the log knows it, no feed due, nothing left undone."""
    if not is_synced(workspace) or erasures_left(workspace.views) or second_look_left(workspace.views) is not None:
        return False
    watch_what_the_log_says(workspace)
    return not due_feeds(workspace, workspace.clock(), frozenset(), force=False)


def _is_offline(workspace: Workspace, due: dict[str, tuple[FeedConfig, FeedState]], now: datetime) -> bool:
    """Tell no network from dead feeds, where no server was heard: several hosts, or none heard for a while."""
    if len({urlsplit(feed.url).hostname for feed, _ in due.values()}) > 1:
        return True
    heard = [state.last_ok_at for state in feed_states(workspace.views).values() if state.last_ok_at]
    return not heard or now - max(heard) > RECENTLY


def _check_names(workspace: Workspace, only: frozenset[str]) -> None:
    """Raise NotFoundError where `only` names a feed that feeds.yaml does not have."""
    unknown = sorted(only - {feed.feed_id for feed in workspace.config.feeds})
    if unknown:
        raise NotFoundError(f"no feed {', '.join(unknown)} in feeds.yaml; `monitor feeds list` shows the ids")


def _begin(workspace: Workspace, now: datetime, n_due: int) -> str:
    """Append tick-started and return the tick's id: the moment, or the next one that nobody has taken."""
    at = now
    while True:
        tick_id = iso(at)
        started = NewEvent(f"tick-started:{tick_id}", TickStarted(tick_id=tick_id, n_due=n_due))
        at += timedelta(microseconds=1)
        if workspace.log.by_key(started.key) is not None:
            continue
        try:
            told = workspace.append([*_clock_jump(workspace, now), *_clock_difference(workspace, now), started])
            if any(event.key == started.key for event in told):
                return tick_id
        except KeyConflictError:  # another worker took it since
            continue


def _clock_jump(workspace: Workspace, now: datetime) -> list[NewEvent]:
    """Return a clock-jumped event where the clock stands before the last event, or days after it.

    A machine that was off for as long looks the same; retention counts neither (log/keep/erasure.py).
    """
    position, _ = workspace.log.head()
    last = workspace.log.get(position)
    if last is None or -CLOCK_SLACK <= now - parse_iso(last.recorded_at) <= CLOCK_LEAP:
        return []
    seconds = (now - parse_iso(last.recorded_at)).total_seconds()
    return [
        NewEvent(
            f"clock-jumped:{position}",
            ClockJumped(last_at=last.recorded_at, now_at=iso(now), seconds=seconds),
        )
    ]


def _clock_difference(workspace: Workspace, now: datetime) -> list[NewEvent]:
    """Return a clock-differed event where this machine's clock is far from the one that counts."""
    if abs(workspace.ahead_s) <= CLOCK_SLACK.total_seconds():
        return []
    seconds = 60 * round(workspace.ahead_s / 60)
    return [NewEvent(f"clock-differed:{iso(now)[:10]}:{seconds}", ClockDiffered(seconds=seconds))]


def fetch_policy(settings: Settings, now: datetime) -> FetchPolicy:
    """Return the limits of a round of fetching as feeds.yaml sets them."""
    return FetchPolicy(
        user_agent=user_agent(settings.contact, settings.user_agent),
        concurrency=settings.concurrency,
        per_host=settings.per_host,
        per_host_delay_s=settings.per_host_delay_s,
        deadline_s=settings.deadline_s,
        max_bytes=settings.max_bytes,
        proxy=settings.proxy,
        allow_private=frozenset(settings.allow_private),
        now=now,
    )


def _requests(due: dict[str, tuple[FeedConfig, FeedState]], now: datetime) -> list[FetchRequest]:
    """Return one request per feed; those of one host stand together and reuse connections, the refused ones last."""
    ordered = sorted(due.values(), key=lambda each: (schedule.host_of(each[0].url), each[1].n_failures))
    return [schedule.request_for(feed, state, now) for feed, state in ordered]


def _collect_share(
    workspace: Workspace, share: Due, now: datetime, report: TickReport, progress: Callable[[TickProgress], None]
) -> None:
    """Collect one share; where its claims were lost, what was not written yet is left to whoever has them now."""
    try:
        _collect(workspace, share, now, report, progress)
    except StorageError as error:
        if not workspace.log.claims.lost():
            raise
        report.problems.append(f"{len(share)} feeds were in hand: {error}")


def _collect(
    workspace: Workspace,
    due: dict[str, tuple[FeedConfig, FeedState]],
    now: datetime,
    report: TickReport,
    progress: Callable[[TickProgress], None],
) -> None:
    from monitor.poll.gather import whole_answers
    from monitor.worker.intake.batch import Batch
    from monitor.worker.intake.collect import Collector

    batch = Batch(workspace, Collector(workspace, report.tick_id, now), lambda outcome: _count(report, outcome))
    policy = fetch_policy(workspace.config.settings, now)
    results = whole_answers(workspace.fetcher, _requests(due, now), due, policy, now)
    try:
        for done, result in enumerate(results, 1):
            feed, state = due[result.request_id]
            outcome = batch.take(feed, state, result)
            progress(TickProgress(done, len(due), outcome.line or _line(feed, outcome)))
    finally:
        batch.write()


def _count(report: TickReport, outcome: Outcome) -> None:
    """Count what one written commit came to."""
    report.n_fetched += outcome.ok
    report.n_not_modified += outcome.not_modified
    report.n_failed += not outcome.ok
    report.n_unheard += not outcome.heard
    report.n_new += outcome.n_new
    report.n_revised += outcome.n_revised
    report.n_flagged += outcome.n_flagged
    if not outcome.ok:
        report.problems.append(outcome.line)


def _line(feed: FeedConfig, outcome: Outcome) -> str:
    if outcome.not_modified:
        return f"{feed.name}: nothing new"
    flagged = f", {outcome.n_flagged} flagged" if outcome.n_flagged else ""
    return f"{feed.name}: {outcome.n_new} new, {outcome.n_revised} revised{flagged}"
