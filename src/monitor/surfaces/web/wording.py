"""Small wordings of the page: how likely, how many sources, how long ago, which day. Values in, words or markup out."""

from __future__ import annotations

from datetime import date, datetime

from markupsafe import Markup

from monitor.learn.calibrate import likely
from monitor.triage.rows import QueueRow
from monitor.views.queries.cases import FOLLOW_UP

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _date(at: date) -> str:
    return f"{at.day} {MONTHS[at.month - 1]}"


def short_age(since: str, now: datetime) -> str:
    """Return how long ago an ISO time was: `12 min`, `5 h`, `yesterday`, then the date."""
    at = datetime.fromisoformat(since)
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h"
    if (now.date() - at.date()).days == 1:
        return "yesterday"
    return _date(at) + ("" if at.year == now.year else f" {at.year}")


def short_until(at: str, now: datetime) -> str:
    """Return how soon an ISO time comes: `now`, `in 5 min`, `in 3 h`, then the date."""
    when = datetime.fromisoformat(at)
    minutes = int((when - now).total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"in {minutes} min"
    return f"in {minutes // 60} h" if minutes < 24 * 60 else _date(when)


def day(iso_day: str) -> str:
    """Return a day in words: `Tuesday 17 November`."""
    at = date.fromisoformat(iso_day)
    return f"{DAYS[at.weekday()]} {_date(at)}"


def moment(at: str) -> str:
    """Return a moment in words, marked UTC where it has an hour: `12 November 2026, 09:20 UTC`."""
    if len(at) < 10 or not at[0].isdigit():
        return at
    when = datetime.fromisoformat(at)
    words = f"{_date(when)} {when.year}"
    return f"{words}, {when:%H:%M} UTC" if len(at) > 10 else words


_WHY = {"revised": "its words changed", "second-look": "found by a newer model", "sample": "a random check"}
_UNSAID = frozenset({"new", "second reading", "room in the day"})  # the usual ways to a row need no word


def why_words(why: str) -> str:
    """Return in a few words what besides its score brought a row here; empty for the usual ways."""
    if why.startswith(FOLLOW_UP):
        return "follows a known case"
    return "" if why in _UNSAID else _WHY.get(why, why)


def sources(row: QueueRow) -> Markup:
    """Return how many publishers carry a story and how many independent sources stand behind it."""
    if row.n_publishers <= 1:
        return Markup("1 publisher") if row.n_publishers else Markup("publisher unknown")
    alone = ' class="one"' if row.n_independent <= 1 else ""
    return Markup(f"{row.n_publishers} publishers, <b{alone}>{row.n_independent} independent</b>")  # noqa: S704 - numbers


def likelihood(row: QueueRow) -> Markup:
    """Return the bar and the word for how likely it is that the text is a plot report, never that it is true."""
    if row.probability is None:
        said = f'<b><span class="hidden">Score, not yet calibrated: </span>{row.score:.2f}</b>'
        return Markup(f"{_bar(row.score)}{said}")  # noqa: S704 - numbers and our own words
    word = likely(row.probability)
    unseen = '<span class="hidden">Likelihood that the text reports a plot: </span>'
    said = f'<b title="{row.probability:.0%}">{unseen}{word}</b>'
    return Markup(f"{_bar(row.probability)}{said}")  # noqa: S704 - numbers and our own words


def _bar(share: float) -> str:
    n_full = (share >= 0.2) + (share >= 0.55) + (share >= 0.8)
    return f'<i class="bars b{n_full}" aria-hidden="true"></i>'
