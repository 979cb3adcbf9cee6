"""When a feed is asked next: pure functions of what is known of it and an explicit `now`.

Owns interval, adaptation, server hints, back-off and jitter. A feed is never given up: the longest wait is 24 hours.
Jitter comes from the feed's id and a counter, so the same log gives the same schedule.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from monitor.config.values import FeedConfig
from monitor.fetch.hosts import RESTS_AFTER
from monitor.fetch.outcome import TOO_MUCH
from monitor.fetch.values import FetchRequest, FetchResult
from monitor.parse.values import ParsedFeed
from monitor.poll.values import FeedState
from monitor.sources.kinds import BY_NAME

DAY_S = 86_400
MIN_INTERVAL_S = 300  # adaptation goes no lower; only feeds.yaml may ask for more
MAX_INTERVAL_S = 6 * 3600
# A quiet feed is asked up to four times less often than configured: two hours late at worst with the usual 30 minutes.
MAX_STRETCH = 4
# ttl and max-age are often set to a day by a default nobody chose; they may slow us down so far and no further.
MAX_HINT_S = 4 * 3600
RETRY_FLOOR_S = 60
RETRY_CAP_S = DAY_S
# First retry after five minutes, then doubling.
BACK_OFF_S = 300
# A broken network says nothing about the feed: do not stay away for a day because of our own cable.
NETWORK_CAP_S = 4 * 3600
HOST_RESTING = "host-resting"
# What servers answer to validators they cannot read.
REFUSES_VALIDATORS = frozenset({"http-400", "http-412", "http-416", "http-417"})
REFUSALS = frozenset({HOST_RESTING, *(f"http-{status}" for status in TOO_MUCH)})
NETWORK_REASONS = frozenset({"dns", "timeout", "refused", "reset", "proxy", "tls", "truncated"})
# Some publishers keep the ETag when the feed changes; once a day the whole feed is asked for whatever the ETag says.
FULL_EVERY_S = DAY_S
# cron fires a little early or late; a feed is due when less than this share of its interval is left.
EARLY_SHARE = 0.1
MAX_EARLY_S = 900  # of an interval of days a tenth is no longer a little early
# A host that asked for rest is left alone so long at most; what it was not asked for follows over as long a time again.
MAX_REST_S = 3600
CLOCK_SLACK = timedelta(minutes=5)


class NextPoll(msgspec.Struct, frozen=True):
    """When to ask again, the interval in force, and why in one word."""

    due_at: datetime
    interval_s: int
    why: str


def is_due(state: FeedState | None, now: datetime) -> bool:
    """Say whether to ask now. A due time further off than any wait we give means the clock was set back: ask."""
    if state is None or state.next_due_at is None:
        return True
    wait_s = (state.next_due_at - now).total_seconds()
    return wait_s <= 0 or wait_s > max(RETRY_CAP_S, state.interval_s * MAX_STRETCH) * 1.1 or _is_set_back(state, now)


def _is_set_back(state: FeedState, now: datetime) -> bool:
    """Say whether the clock stands before the last time the feed was asked."""
    return state.last_try_at is not None and state.last_try_at > now + CLOCK_SLACK


def resting_hosts(states: Iterable[FeedState], now: datetime) -> set[str]:
    """Return the hosts that asked for rest when last asked: two feeds of theirs wait for it, for an hour at most.

    No longer, so that feeds which are refused for ever cannot keep their host's others from being asked.
    """
    waiting = Counter(host_of(state.url) for state in states if _is_resting(state, now))
    return {host for host, n in waiting.items() if n >= RESTS_AFTER}


def _is_resting(state: FeedState, now: datetime) -> bool:
    if not state.refused or state.next_due_at is None or state.last_try_at is None:
        return False
    return now < min(state.next_due_at, state.last_try_at + timedelta(seconds=MAX_REST_S))


def host_of(url: str) -> str:
    """Return the host and port of a feed's address."""
    return url.split("/")[2].lower() if url.count("/") > 1 else ""


def request_for(feed: FeedConfig, state: FeedState | None, now: datetime) -> FetchRequest:
    """Return the request for a feed: conditional, and about once a day in full."""
    moved = state is not None and state.url not in ("", feed.url)
    # some servers answer a conditional request with an error, and a full one as usual: after a failure ask in full
    full = state is None or moved or state.n_failures > 0 or state.validators_lie or wants_full(state, now)
    return FetchRequest(
        request_id=feed.feed_id,
        url=feed.url,
        etag="" if full or state is None else state.etag,
        last_modified="" if full or state is None else state.last_modified,
        accept=BY_NAME[feed.kind].accept,
        allow_private=feed.allow_private,
    )


def validators_lie(state: FeedState, result: FetchResult, n_new: int) -> bool:
    """Say whether a server stands by its last validators though it now has news, or cannot bear them."""
    if state.validators_refused and (state.etag or state.last_modified):
        return True  # what was an error to the validators is an answer without them
    if not n_new or result.not_modified or not (state.etag or state.last_modified):
        return False
    return result.etag == state.etag and (bool(state.etag) or result.last_modified == state.last_modified)


def wants_full(state: FeedState, now: datetime) -> bool:
    """Say whether it is time to fetch without validators."""
    if state.last_full_at is None:
        return True
    age_s = (now - state.last_full_at).total_seconds()
    return age_s < 0 or age_s >= FULL_EVERY_S * (0.75 + 0.5 * unit(state.feed_id, "full"))


def after_success(
    state: FeedState | None,
    feed: FeedConfig,
    result: FetchResult,
    now: datetime,
    *,
    base_s: int,
    parsed: ParsedFeed | None = None,
    n_new: int = 0,
    overlap: bool | None = None,
) -> NextPoll:
    """Return the next poll after a good answer (`parsed` is None for 304 and for bytes seen before)."""
    interval_s, why = _adapted(state, feed, base_s, parsed, n_new, overlap)
    early_s = min(interval_s * EARLY_SHARE, MAX_EARLY_S)
    wait_s = interval_s - early_s * unit(feed.feed_id, now.strftime("%Y%m%d%H%M"))
    if overlap is not False:  # entries were lost between two polls: nobody's hint counts
        hint_s = max(result.max_age_s or 0.0, (parsed.ttl_s or 0.0) if parsed else 0.0)
        if min(hint_s, MAX_HINT_S) > wait_s:
            wait_s, why = min(hint_s, MAX_HINT_S), "hint"
    if result.retry_after_s:
        wait_s, why = max(wait_s, retry_after(result.retry_after_s)), "retry-after"
    due_at = now + timedelta(seconds=wait_s)
    if parsed and parsed.skip_hours:
        due_at = _after_skipped(due_at, parsed.skip_hours)
    return NextPoll(due_at, interval_s, why)


def after_failure(
    state: FeedState | None, feed: FeedConfig, result: FetchResult, now: datetime, *, base_s: int
) -> NextPoll:
    """Return the next poll after a failure: Retry-After where given, else exponential back-off, a day for 410."""
    n_failures = (state.n_failures if state else 0) + 1
    interval_s = _configured(feed, base_s)
    if result.error == "http-410":
        return NextPoll(now + timedelta(seconds=DAY_S), interval_s, "gone")
    if result.error == HOST_RESTING:  # all its feeds at once would be too much again
        wait_s = min(retry_after(result.retry_after_s or MIN_INTERVAL_S), MAX_REST_S)
        return NextPoll(now + timedelta(seconds=wait_s * (1 + unit(feed.feed_id, "rest"))), interval_s, "host-resting")
    wait_s = back_off(feed.feed_id, n_failures, network=result.error in NETWORK_REASONS)
    why = "back-off"
    if result.retry_after_s is not None or result.status in TOO_MUCH:
        wait_s, why = max(wait_s, retry_after(result.retry_after_s)), "retry-after"
    return NextPoll(now + timedelta(seconds=wait_s), interval_s, why)


def back_off(feed_id: str, n_failures: int, *, network: bool = False) -> float:
    """Return the seconds to wait after the n-th failure in a row: doubling, half of it jitter, capped."""
    cap_s = NETWORK_CAP_S if network else DAY_S
    full_s = float(min(cap_s, BACK_OFF_S << min(n_failures - 1, 16)))
    return full_s * (0.5 + 0.5 * unit(feed_id, f"failure {n_failures}"))


def retry_after(seconds: float | None) -> float:
    """Return the wait a server asked for, at least a minute (also where it said nothing usable), at most a day."""
    return max(RETRY_FLOOR_S, min(seconds or 0.0, RETRY_CAP_S))


def unit(feed_id: str, salt: str) -> float:
    """Return a number in [0, 1) fixed by the feed and the salt."""
    digest = hashlib.sha256(f"{feed_id} {salt}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32


def _configured(feed: FeedConfig, base_s: int) -> int:
    return feed.interval_s or base_s


def _adapted(
    state: FeedState | None,
    feed: FeedConfig,
    base_s: int,
    parsed: ParsedFeed | None,
    n_new: int,
    overlap: bool | None,
) -> tuple[int, str]:
    """Return the new interval: halved when entries were missed, shorter when busy, slowly longer when quiet.

    An interval set for the feed itself is never stretched.
    """
    base = _configured(feed, base_s)
    floor = min(MIN_INTERVAL_S, base)
    current = state.interval_s if state and state.interval_s else base
    if overlap is False:
        return max(floor, current // 2), "gap"
    n_entries = len(parsed.entries) if parsed else 0
    first_time = state is None or state.last_ok_at is None
    if n_new and not first_time:
        busy = n_new * 3 >= n_entries  # a third of the list is new: the next third must not be missed
        wanted = current * 0.7 if busy else min(current, base)
        return max(floor, int(wanted)), "busy" if busy else "usual"
    if first_time:
        return base, "usual"
    ceiling = base if feed.interval_s else min(base * MAX_STRETCH, max(base, MAX_INTERVAL_S))
    return min(ceiling, max(current, int(current * 1.15))), "quiet"


def _after_skipped(due_at: datetime, skip_hours: frozenset[int]) -> datetime:
    """Move a poll to the start of the first hour (UTC) the feed does not ask us to skip."""
    if due_at.hour not in skip_hours or len(skip_hours) >= 24:
        return due_at
    hour = due_at.replace(minute=0, second=0, microsecond=0)
    for _ in range(24):
        hour += timedelta(hours=1)
        if hour.hour not in skip_hours:
            break
    return hour
