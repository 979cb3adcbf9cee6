"""What a tick met: feeds, their answers, entries, revisions, pages, archives."""

from __future__ import annotations

from typing import ClassVar

from monitor.log.events.shape import EventData

__all__ = [
    "ArchiveImported", "EntryRevised", "EntrySeen", "FeedAdded", "FeedChanged", "FeedFailed", "FeedFetched",
    "FeedRemoved", "PageFailed", "PageRead", "TickFinished", "TickStarted",
]  # fmt: skip


class FeedAdded(EventData, frozen=True, kw_only=True):
    """A feed was configured."""

    type: ClassVar[str] = "feed-added"
    feed_id: str
    url: str
    name: str
    publisher: str = ""
    language: str = ""
    country: str = ""
    group: str = ""
    full_text: bool = False
    interval_s: int | None = None
    allow_private: bool = False
    kind: str = "feed"
    select: dict[str, str] = {}


class FeedChanged(FeedAdded, frozen=True, kw_only=True):
    """A configured feed's settings changed; the event carries all of them."""

    type: ClassVar[str] = "feed-changed"


class FeedRemoved(EventData, frozen=True, kw_only=True):
    """A feed was taken out of the configuration; its entries stay."""

    type: ClassVar[str] = "feed-removed"
    feed_id: str


class FeedFetched(EventData, frozen=True, kw_only=True):
    """A feed answered and its answer was read to the end."""

    type: ClassVar[str] = "feed-fetched"
    feed_id: str
    status: int
    not_modified: bool = False
    n_bytes: int = 0
    body_sha: str = ""
    etag: str = ""
    last_modified: str = ""
    moved_to: str = ""
    n_entries: int = 0
    n_new: int = 0
    n_revised: int = 0
    n_dropped: int = 0
    overlap: bool | None = None
    newest_at: str = ""
    next_due_at: str = ""
    interval_s: int = 0
    duration_ms: int = 0
    warning: str = ""
    parts: list[tuple[str, str, str]] = []
    is_cut: bool = False
    validators_lie: bool = False


class FeedFailed(EventData, frozen=True, kw_only=True):
    """A feed could not be fetched or parsed; it is tried again at `next_due_at`, never disabled."""

    type: ClassVar[str] = "feed-failed"
    feed_id: str
    reason: str
    detail: str = ""
    status: int = 0
    n_failures: int = 1
    next_due_at: str = ""
    duration_ms: int = 0


class TickStarted(EventData, frozen=True, kw_only=True):
    """A pass over the due feeds began. Without a `tick-finished` of the same `tick_id` it was cut short."""

    type: ClassVar[str] = "tick-started"
    tick_id: str
    n_due: int


class TickFinished(EventData, frozen=True, kw_only=True):
    """A pass over the due feeds ended."""

    type: ClassVar[str] = "tick-finished"
    tick_id: str
    n_due: int
    n_fetched: int = 0
    n_not_modified: int = 0
    n_failed: int = 0
    n_new: int = 0
    n_revised: int = 0
    n_flagged: int = 0
    n_pages: int = 0
    duration_ms: int = 0
    note: str = ""


class EntrySeen(EventData, frozen=True):
    """An entry appeared in a feed for the first time."""

    type: ClassVar[str] = "entry-seen"
    entry_id: str
    feed_id: str
    guid: str
    link: str
    text_sha: str
    published_at: str = ""
    published_raw: str = ""
    date_quality: str = ""
    lang: str = ""
    author: str = ""
    source_name: str = ""
    source_url: str = ""
    backfill: bool = False  # from an archive: it happened long before it was seen here


class ArchiveImported(EventData, frozen=True, kw_only=True):
    """A file of an archive was read to its end; reading the same bytes into the same source again does nothing."""

    type: ClassVar[str] = "archive-imported"
    feed_id: str
    file: str
    file_sha: str
    n_read: int
    n_new: int = 0
    n_revised: int = 0
    n_flagged: int = 0
    n_refused: int = 0


class EntryRevised(EventData, frozen=True, kw_only=True):
    """A known entry came back with another title, text or link."""

    type: ClassVar[str] = "entry-revised"
    entry_id: str
    feed_id: str
    revision: int
    link: str
    text_sha: str
    changed: list[str]
    published_at: str = ""


class PageRead(EventData, frozen=True, kw_only=True):
    """The linked page was fetched and its article extracted; `text_sha` names the payload with `text` filled.

    `kept`: the feed changed its own words, and the article read before stays beside them until the page is read again.
    """

    type: ClassVar[str] = "page-read"
    entry_id: str
    revision: int
    url: str
    text_sha: str
    n_chars: int
    extractor: str = ""
    kept: bool = False


class PageFailed(EventData, frozen=True, kw_only=True):
    """The linked page could not be read; tried again at `retry_at` unless that is empty."""

    type: ClassVar[str] = "page-failed"
    entry_id: str
    url: str
    reason: str
    detail: str = ""
    attempt: int = 1
    retry_at: str = ""
