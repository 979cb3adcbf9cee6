"""A page that only lists: a press office, a court, a ministry without a feed. Its rows become entries by selectors.

Owns what an answer means; the selectors run in rows.py, in the killable child. Nothing found is a failure and never a
quiet list: a page whose layout changes must be noticed the same day.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from monitor.config.values import FeedConfig, Select
from monitor.fetch.values import FetchResult
from monitor.parse.feed import finish
from monitor.parse.raw import RawEntry, RawFeed
from monitor.parse.values import ParsedFeed
from monitor.untrusted.sandbox import KilledError, sandbox_for

MAX_PAGE_BYTES = 8 << 20
_JOB = "monitor.sources.rows:read_rows"


def read_listing(source: FeedConfig, answer: FetchResult, since: datetime | None, now: datetime) -> ParsedFeed:
    """Return the rows of a page as entries."""
    page = answer.body or b""
    if len(page) > MAX_PAGE_BYTES:
        text = f"the page has {len(page)} bytes; at most {MAX_PAGE_BYTES} are read"
        return ParsedFeed(error="too-large", warning=text)
    url = answer.final_url or source.url
    select = list(msgspec.structs.asdict(source.select or Select()).items())
    try:
        rows, title, fault = sandbox_for(_JOB).run(
            tuple[list[RawEntry], str, str], page, url, msgspec.json.encode(select), answer.content_type
        )
    except KilledError as error:
        return ParsedFeed(error=f"parse-{error.reason}", warning=str(error))
    if fault:
        return ParsedFeed(error="bad-selector", warning=fault)
    if not rows:
        text = "the selectors find nothing: has the page's layout changed? `monitor feeds try` proposes others"
        return ParsedFeed(error="nothing-found", warning=text)
    return finish(RawFeed(version="page", title=title, entries=rows), "page", url, now)
