"""A page's bytes to its article, in a child process that is killed when it takes too long or too much.

Extractors leak, hang and crash on hostile pages, and a tick must survive all of it. How the article is found is
article.py's; fetching the page and robots.txt are the feeds room's.
"""

from __future__ import annotations

import msgspec

from monitor.text.kinds import other_kind
from monitor.untrusted.sandbox import KilledError, sandbox_for

# The longest page of 221 measured ones took 0.2 s.
LIMIT_S = 5.0
MAX_PAGE_BYTES = 8 << 20
_JOB = "monitor.text.article:extract_article"


class Article(msgspec.Struct, frozen=True):
    """What a page says: its title, its text (a line per paragraph), and which reader found it."""

    title: str
    text: str
    extractor: str = ""


class PageError(Exception):
    """The page could not be read.

    `reason` is a stable kebab word: not-html, no-article, too-large, read-timeout, read-died.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def read_page(page: bytes, url: str = "", content_type: str = "") -> Article:
    """Return the article of a page. Raises PageError where there is none or the page is beyond reading."""
    kind = other_kind(page, content_type)
    if kind:
        raise PageError("not-html", f"{kind}, no web page")
    if len(page) > MAX_PAGE_BYTES:
        raise PageError("too-large", f"the page has {len(page)} bytes; at most {MAX_PAGE_BYTES} are read")
    try:
        title, text, extractor = sandbox_for(_JOB, limit_s=LIMIT_S).run(tuple[str, str, str], page, url, content_type)
    except KilledError as error:
        raise PageError(f"read-{error.reason}", str(error)) from error
    if not text:
        raise PageError("no-article", "the page holds no text that reads like an article")
    return Article(title, text, extractor)
