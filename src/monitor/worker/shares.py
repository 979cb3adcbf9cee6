"""Which feeds are due, and which of them are this worker's: all due feeds of a host together, host by host.

On a log of one machine a tick takes everything at once. On a shared one it claims some hosts, folds what others wrote,
and only then decides what of theirs is due; then it claims the next ones, until all that is left is in other hands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from monitor.config.values import FeedConfig
from monitor.poll import schedule
from monitor.poll.values import FeedState
from monitor.worker.states import feed_states
from monitor.worker.workspace import Workspace

Due = dict[str, tuple[FeedConfig, FeedState]]
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def due_feeds(workspace: Workspace, now: datetime, only: frozenset[str], force: bool) -> Due:
    """Return the feeds to ask now, by id; `force` asks those that are not due and of hosts that rest, too."""
    states = feed_states(workspace.views)
    resting = set() if force else schedule.resting_hosts(states.values(), now)
    due = {}
    for feed in workspace.config.feeds:
        if (only and feed.feed_id not in only) or feed.feed_id not in states:
            continue
        state = states[feed.feed_id]
        if force or (schedule.is_due(state, now) and schedule.host_of(feed.url) not in resting):
            due[feed.feed_id] = (feed, state)
    return due


def shares(
    workspace: Workspace, due: Due, now: datetime, only: frozenset[str], force: bool
) -> Iterator[tuple[Due, datetime]]:
    """Yield what is this worker's to ask, share by share, and when each was decided; `due` is what may be.

    A feed comes once. What is yielded is held by nobody else until the next share is asked for.
    """
    claims = workspace.log.claims
    if not claims.shared:
        yield due, now
        return
    done: set[str] = set()
    while due:
        mine = frozenset(claims.take(waiting_hosts(due)))
        if not mine:
            return
        try:
            workspace.views.catch_up()
            now = workspace.clock()
            found = due_feeds(workspace, now, only, force)
            busy = just_asked(feed_states(workspace.views).values(), workspace.config.settings.per_host_delay_s, now)
            share = {
                feed_id: each
                for feed_id, each in found.items()
                if feed_id not in done and (host := schedule.host_of(each[0].url)) in mine and host not in busy
            }
            if share:
                yield share, now
        finally:
            claims.release()
        done.update(share)
        due = {
            feed_id: each
            for feed_id, each in due.items()
            if feed_id not in done and schedule.host_of(each[0].url) not in mine
        }


def waiting_hosts(due: Mapping[str, tuple[FeedConfig, FeedState]]) -> list[str]:
    """Return the hosts of the feeds that are due, those that wait longest first: so none is passed over for ever."""
    since: dict[str, datetime] = {}
    for feed, state in due.values():
        host, at = schedule.host_of(feed.url), state.next_due_at or _LONG_AGO
        since[host] = min(since.get(host, at), at)
    return sorted(since, key=lambda host: (since[host], host))


def just_asked(states: Iterable[FeedState], delay_s: float, now: datetime) -> set[str]:
    """Return the hosts another worker may have asked less than `delay_s` seconds ago: they wait for the next tick."""
    if not delay_s:
        return set()
    moment = now - timedelta(seconds=delay_s)
    return {schedule.host_of(state.url) for state in states if state.last_try_at and moment < state.last_try_at <= now}
