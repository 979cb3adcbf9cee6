"""The filter line of the queue: a URL in, a value out; a value that fits rows, and the words that say it.

Every filter is a part of the address, so that it can be kept, sent and gone back to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from monitor.errors import InputError
from monitor.facts.names import state_code
from monitor.learn.calibrate import likely
from monitor.text.language import language_code
from monitor.triage.rows import QueueRow

MAX_TEXT = 80
SHOWS = ("", "all", "put-off", "archive", "mine")
NARROWING = ("state", "band", "lang", "source", "since", "until")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be shown. `page` counts from 1; 0 is the day's page."""

    show: str = ""
    state: str = ""
    band: str = ""
    lang: str = ""
    source: str = ""
    since: str = ""
    until: str = ""
    page: int = 0

    @property
    def narrows(self) -> bool:
        """Tell whether rows are left out, so that all of them have to be looked at."""
        return bool(self.state or self.band or self.lang or self.source or self.since or self.until)

    @property
    def active(self) -> bool:
        """Tell whether this is another page than the day's."""
        return self.narrows or self.page > 0 or self.show != ""

    def fits(self, row: QueueRow) -> bool:
        """Tell whether a row is to be shown."""
        day = row.published_at[:10] or row.flagged_at[:10]
        return (
            (not self.state or self.state in row.states)
            and (not self.band or (row.probability is not None and likely(row.probability) == self.band))
            and (not self.lang or row.lang.lower().partition("-")[0] == self.lang)
            and (not self.source or self.source.casefold() in f"{row.publisher} {row.feed}".casefold())
            and (not self.since or day >= self.since)
            and (not self.until or day <= self.until)
        )

    def query(self, page: int) -> str:
        """Return the address of another page of the same rows."""
        fields = {name: getattr(self, name) for name in NARROWING} | {"show": self.show or "all", "page": str(page)}
        return "?" + urlencode({name: value for name, value in fields.items() if value})


def read_filter(query: Mapping[str, str]) -> Filter:
    """Read the filter of an address. Raises InputError naming the part that is wrong."""
    show = "all" if query.get("all") == "1" else query.get("show", "")
    if show not in SHOWS:
        raise InputError(f"show: {', '.join(SHOWS[1:])}")
    for name in ("since", "until"):
        if query.get(name) and not _DAY.fullmatch(query[name]):
            raise InputError(f"{name}: a day such as 2026-01-31")
    page = query.get("page", "0") or "0"
    if not (page.isascii() and page.isdigit() and len(page) < 7):
        raise InputError("page: a whole number")
    return Filter(
        show=show,
        state=_state(query.get("state", "")[:MAX_TEXT].strip()),
        band=query.get("band", "")[:40].strip(),
        lang=language_code(query.get("lang", "")[:MAX_TEXT])[:8],
        source=query.get("source", "")[:MAX_TEXT].strip(),
        since=query.get("since", ""),
        until=query.get("until", ""),
        page=int(page) or (1 if show in ("all", "archive") or _narrows(query) else 0),
    )


def _state(typed: str) -> str:
    """Return the code of a state that was named; what is none stays, and fits no row."""
    code = state_code(typed)
    return code.upper() if len(code) == 2 else code


def _narrows(query: Mapping[str, str]) -> bool:
    return any(query.get(name, "").strip() for name in NARROWING)
