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
from monitor.worker.states import feed_states, states_of
from monitor.worker.workspace import Workspace

Due = dict[str, tuple[FeedConfig, FeedState]]
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def due_feeds(workspace: Workspace, now: datetime, only: frozenset[str], force: bool) -> Due:
    """Return the feeds to ask now, by id; `force` asks those that are not due and of hosts that rest, too."""
    return _due(workspace.config.feeds, feed_states(workspace.views), now, only, force)


def _due(
    feeds: Iterable[FeedConfig], states: Mapping[str, FeedState], now: datetime, only: frozenset[str], force: bool
) -> Due:
    """Return which of the feeds are to be asked now, where `states` has all of their hosts."""
    resting = set() if force else schedule.resting_hosts(states.values(), now)
    due = {}
    for feed in feeds:
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
    watched: dict[str, list[FeedConfig]] = {}
    for feed in workspace.config.feeds:
        watched.setdefault(schedule.host_of(feed.url), []).append(feed)
    waiting = waiting_hosts(due)
    while waiting:
        mine = frozenset(claims.take(waiting))
        if not mine:
            return
        try:
            workspace.views.catch_up()
            now = workspace.clock()
            feeds = [feed for host in mine for feed in watched.get(host, ())]
            states = states_of(workspace.views, (feed.feed_id for feed in feeds))
            busy = just_asked(states.values(), workspace.config.settings.per_host_delay_s, now)
            free = (feed for feed in feeds if schedule.host_of(feed.url) not in busy)
            if share := _due(free, states, now, only, force):
                yield share, now
        finally:
            claims.release()
        waiting = [host for host in waiting if host not in mine]


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
