"""A page's bytes to its article, in a child process that is killed when it takes too long or too much.

Extractors leak, hang and crash on hostile pages, and a tick must survive all of it. How the article is found is
article.py's; fetching the page and robots.txt are the fetch room's.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from monitor.text.kinds import other_kind
from monitor.untrusted.sandbox import KilledError, sandbox_for

T = TypeVar("T", bound=tuple[str, ...])
# The longest page of 221 measured ones took 0.2 s.
MAX_PAGE_BYTES = 8 << 20
_JOB = "monitor.text.article:extract_article"
_ARCHIVED_JOB = "monitor.text.archived:archived_page"


class Article(msgspec.Struct, frozen=True):
    """What a page says: its title, its text (a line per paragraph), and which reader found it."""

    title: str
    text: str
    extractor: str = ""


class ArchivedPage(msgspec.Struct, frozen=True):
    """A page out of an archive: its article, the language it states, and its date as written (empty: none)."""

    title: str
    text: str
    lang: str
    published: str


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
    return Article(*_run(_JOB, tuple[str, str, str], page, url, content_type))


def read_archived(page: bytes, url: str, content_type: str = "") -> ArchivedPage:
    """Return the article of a page out of an archive, by the fast reader. Raises PageError as `read_page` does."""
    return ArchivedPage(*_run(_ARCHIVED_JOB, tuple[str, str, str, str], page, url, content_type))


def _run(job: str, answer: type[T], page: bytes, url: str, content_type: str) -> T:
    """Return what a job says of a page: title, text and what else it finds."""
    kind = other_kind(page, content_type)
    if kind:
        raise PageError("not-html", f"{kind}, no web page")
    if len(page) > MAX_PAGE_BYTES:
        raise PageError("too-large", f"the page has {len(page)} bytes; at most {MAX_PAGE_BYTES} are read")
    try:
        found = sandbox_for(job).run(answer, page, url, content_type)
    except KilledError as error:
        raise PageError(f"read-{error.reason}", str(error)) from error
    if not found[1]:
        raise PageError("no-article", "the page holds no text that reads like an article")
    return found
