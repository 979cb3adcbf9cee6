"""What a feed's state means to a person: well, new, failing, gone, silent, empty, moved. Pure.

Owns the judgement and its limits; the facts come from the feeds view. A feed that answers 200 with nothing new for ever
is the failure nobody notices, so silence is measured against the feed's own habits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec

from monitor.views.feeds import FEWER

# A day's silence is reported in that day's digest; shorter ones are nights.
SILENCE_FLOOR = timedelta(hours=20)
# A silence twice as long as any among its last entries (weekends and holidays included) is not this feed's habit.
SILENCE_FACTOR = 2
# Too few entries to have habits.
FEW_ENTRIES, FEW_ENTRIES_SILENCE = 5, timedelta(days=7)
HABIT_ENTRIES = 40
EMPTY_ANSWERS = 2

NOT_A_FEED = frozenset(
    {"not-a-feed", "html-page", "empty-body", "parse-failed", "not-a-sitemap", "no-dates", "not-json"}
)


class FeedFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the log says of one feed. Times are aware UTC; `n_empty` counts answers in a row without an entry.

    `n_listed` is what it listed last, `n_usual` what it usually lists, `shrunk_at` since when far less; `partial`: what
    it listed last was not read whole.
    """

    added_at: datetime
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None
    error: str = ""
    detail: str = ""
    n_failures: int = 0
    n_empty: int = 0
    moved_to: str = ""
    warning: str = ""
    kind: str = "feed"
    n_listed: int = 0
    n_usual: int = 0
    shrunk_at: datetime | None = None
    partial: bool = False


def judge(facts: FeedFacts, now: datetime, recent: Callable[[], Sequence[datetime]]) -> tuple[str, str]:
    """Return a feed's state in one word and in one sentence ('' where there is nothing to say).

    `recent` gives the times of its last entries; it is called only where the silence is long enough to ask.
    """
    if facts.error:
        return _failing(facts)
    if facts.last_ok_at is None:
        return "new", "not fetched yet"
    if facts.n_empty >= EMPTY_ANSWERS:
        return "empty", f"answered {facts.n_empty} times in a row without a single entry"
    if facts.kind in ("page", "json") and facts.n_listed * FEWER <= facts.n_usual and facts.n_listed < facts.n_usual:
        return "fewer", (
            f"lists {facts.n_listed} entries where it usually lists {facts.n_usual}: has its layout changed? "
            "`monitor feeds try` shows what it reads now"
        )
    if facts.shrunk_at is not None and now - facts.shrunk_at > SILENCE_FLOOR:
        since = f"{facts.shrunk_at:%Y-%m-%d %H:%M}"
        return "shrunk", (
            f"lists {facts.n_listed} where it used to list {facts.n_usual} entries (since {since}): "
            "look at what it says, it may be an error in place of the list"
        )
    quiet_since = facts.last_new_at or facts.added_at
    silence = now - quiet_since
    if silence > SILENCE_FLOOR and silence > (allowed := allowed_silence(recent())):
        usual = f"its longest silence before was {_words(allowed / SILENCE_FACTOR)}"
        return "stale", f"no new entry for {_words(silence)} (since {quiet_since:%Y-%m-%d %H:%M}); {usual}"
    if facts.moved_to:
        return "moved", f"moved for good to {facts.moved_to}; put that into feeds.yaml; its entries stay with it"
    return "partial" if facts.partial else "ok", facts.warning


def _failing(facts: FeedFacts) -> tuple[str, str]:
    if facts.error == "http-410":
        return "gone", "the publisher says the feed is gone for good (410); it is still asked once a day"
    if facts.error == "host-resting" and not facts.n_failures:
        return "resting", facts.detail
    times = "once" if facts.n_failures == 1 else f"{facts.n_failures} times in a row"
    since = f", last good {facts.last_ok_at:%Y-%m-%d %H:%M}" if facts.last_ok_at else ", never good"
    what = f"failed {times}: {facts.error} {facts.detail}".rstrip()
    return ("not-a-feed" if facts.error in NOT_A_FEED else "failing"), what + since


def allowed_silence(times: Sequence[datetime]) -> timedelta:
    """Return how long a feed with entries at these times may be silent before it counts as stale."""
    if len(times) < FEW_ENTRIES:
        return FEW_ENTRIES_SILENCE
    ordered = sorted(times)
    longest = max(later - earlier for earlier, later in pairwise(ordered))
    return max(SILENCE_FLOOR, SILENCE_FACTOR * longest)


def _words(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"
