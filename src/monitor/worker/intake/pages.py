"""Full text: the pages behind new entries of feeds that ask for it, read, and their entries scored again.

An entry is scored on title and summary at once (collect.py) and once more when its article arrives. A page that cannot
be read, or is no article, is an event with a retry; robots.txt is respected. Extraction is text/extract.py's; telling
an article from a consent or login page is text/walls.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from monitor.fetch.policy import ACCEPT_PAGE, FetchPolicy
from monitor.fetch.values import FetchRequest, FetchResult
from monitor.log.codec import iso
from monitor.log.events import NewEvent, PageFailed, PageRead
from monitor.log.payloads import EntryText, entry_payload, payload_sha, read_entry_payload
from monitor.poll.schedule import host_of
from monitor.text.walls import FITS, PASSING, fit_of, wall_of
from monitor.views.queries.entries import WantedPage, wanted_pages
from monitor.worker.faults import INTERNAL_ERROR, in_words, raise_what_concerns_all
from monitor.worker.workspace import Workspace

if TYPE_CHECKING:
    from monitor.text.extract import Article
    from monitor.worker.intake.assess import Unscored
    from monitor.worker.intake.linking import StoryLinking

PAGES_PER_TICK = 200
# Older than this an entry's page is no news; four tries over two days are enough for what is not there.
GIVE_UP = timedelta(days=3)
RETRY_AFTER = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
MAX_CHARS = 200_000
FINAL_REASONS = frozenset({"http-404", "http-410", "http-403", "http-451", "not-http", "private-address", "too-large"})


class Read(msgspec.Struct, frozen=True):
    """An article, the feed's words beside it, where it was found, and the share of those words in it."""

    words: EntryText
    article: Article
    url: str
    fit: float


class NotRead(msgspec.Struct, frozen=True):
    """Why a page gave no article; `final` where another try would give none either, `text` what a wall says."""

    reason: str
    detail: str
    final: bool
    text: str = ""


def read_pages(workspace: Workspace, policy: FetchPolicy, now: datetime) -> tuple[int, int]:
    """Read the pages that are wanted now; return how many were read and how many entries they got flagged."""
    wanted = _wanted(workspace, now)
    if not wanted:
        return 0, 0
    claims = workspace.log.claims
    mine = frozenset(claims.take(sorted({host_of(page.link) for page in wanted.values()})))
    try:
        if claims.shared:  # others may have read some of them meanwhile
            workspace.views.catch_up()
            known = {feed.feed_id for feed in workspace.config.feeds}
            wanted = {
                entry: page
                for entry, page in _wanted(workspace, now).items()
                if host_of(page.link) in mine and page.feed_id in known
            }
        return _read_all(workspace, wanted, policy, now) if wanted else (0, 0)
    finally:
        claims.release()


def _read_all(
    workspace: Workspace, wanted: dict[str, WantedPage], policy: FetchPolicy, now: datetime
) -> tuple[int, int]:
    from monitor.fetch.robots import allowed
    from monitor.worker.intake.linking import StoryLinking

    verdicts = allowed({page.link for page in wanted.values()}, workspace.fetcher, policy)
    linking = StoryLinking(workspace)
    n_read = n_flagged = 0
    requests = []
    for page in wanted.values():
        refusal = verdicts[page.link]
        if refusal:
            _record_failure(workspace, page, "robots", refusal.say, now, final=refusal.final)
        else:
            requests.append(FetchRequest(request_id=page.entry_id, url=page.link, accept=ACCEPT_PAGE))
    found = []
    walls: list[tuple[str, float, str]] = []
    for result in workspace.fetcher.fetch(requests, policy):
        page = wanted[result.request_id]
        read = _read_safely(workspace, page, result)
        if isinstance(read, NotRead):
            _record_failure(workspace, page, read.reason, read.detail, now, final=read.final)
            walls += [(page.link, 0.0, read.text)] if read.text else []
        else:
            found.append((page, read))
    shared = said_by_several([(page.link, read.fit, read.article.text) for page, read in found] + walls)
    for page, read in found:
        if read.article.text in shared:
            detail = "the site answers several addresses with this same text"
            _record_failure(workspace, page, "other-page", detail, now, final=False)
            continue
        try:
            n_flagged += _take(workspace, page, read, linking, now)
        except Exception as error:
            raise_what_concerns_all(error)
            _record_failure(workspace, page, INTERNAL_ERROR, in_words(error, "page"), now, final=False)
            linking = StoryLinking(workspace)  # what was linked and not written is dropped
            continue
        n_read += 1
    return n_read, n_flagged


def _read_safely(workspace: Workspace, page: WantedPage, result: FetchResult) -> Read | NotRead:
    """Read one page; what a page provokes in the reading of it is its own failure."""
    try:
        return _read(workspace, page, result)
    except Exception as error:
        raise_what_concerns_all(error)
        return NotRead(INTERNAL_ERROR, in_words(error, "page"), final=False)


def said_by_several(found: Sequence[tuple[str, float, str]]) -> set[str]:
    """Return the texts that several addresses were answered with and that fit their entries ill: walls, no articles.

    `found` holds (address, share of the entry's words in the text, text).
    """
    addresses: dict[str, set[str]] = {}
    for address, fit, text in found:
        if fit < FITS:
            addresses.setdefault(text, set()).add(address)
    return {text for text, several in addresses.items() if len(several) > 1}


def _wanted(workspace: Workspace, now: datetime) -> dict[str, WantedPage]:
    pages = wanted_pages(workspace.views, iso(now - GIVE_UP), iso(now), PAGES_PER_TICK)
    return {page.entry_id: page for page in pages}


def _read(workspace: Workspace, page: WantedPage, result: FetchResult) -> Read | NotRead:
    """Return the article of a fetched page, or why there is none better than what the feed says."""
    from monitor.text.extract import PageError, read_page

    if result.body is None:
        reason = result.error or "no-body"
        return NotRead(reason, result.detail, final=reason in FINAL_REASONS)
    url = result.final_url or page.link
    try:
        article = read_page(result.body, url, result.content_type)
    except PageError as error:
        return NotRead(error.reason, error.detail, final=True)
    words = read_entry_payload(workspace.log.payload(page.feed_sha))
    if words is None:
        return NotRead("text-erased", "the entry's text was erased", final=True)
    wall = wall_of(words.title, words.summary, article.title, article.text, page.link, url)
    if wall:
        return NotRead(wall.reason, wall.detail, final=wall.reason not in PASSING, text=article.text)
    if len(words.text) >= len(article.text):
        detail = f"the feed's own text is longer ({len(words.text)} characters; the page has {len(article.text)})"
        return NotRead("feed-has-more", detail, final=True)
    return Read(words, article, url, fit_of(words.title, words.summary, article.text))


def _take(workspace: Workspace, page: WantedPage, read: Read, linking: StoryLinking, now: datetime) -> bool:
    """Commit one page with its new score; return whether it got the entry flagged."""
    from monitor.sources.sitemap import slug_title
    from monitor.worker.intake.assess import Unscored
    from monitor.worker.intake.reflag import earlier_flags

    before, text = read.words, read.article.text[:MAX_CHARS]
    title = before.title if before.title not in ("", slug_title(page.link)) else read.article.title or before.title
    payload = entry_payload(title, before.summary, text)
    sha = payload_sha(payload)
    data = PageRead(
        entry_id=page.entry_id, revision=page.revision, url=read.url, text_sha=sha, n_chars=len(text),
        extractor=read.article.extractor,
    )  # fmt: skip
    candidate = Unscored(
        entry_id=page.entry_id, revision=page.revision, text_sha=sha,
        text=EntryText(title, before.summary, text, page.lang),
        earlier=tuple(earlier_flags(workspace.log, workspace.views, page.entry_id)) if page.flagged else (),
    )  # fmt: skip
    events = [NewEvent(f"page-read:{page.entry_id}:{page.revision}:{sha[:16]}", data)]
    scores, flagged = _assess(workspace, page, candidate, linking, now)
    workspace.append(events + scores, {sha: payload})
    return flagged


def _assess(
    workspace: Workspace, page: WantedPage, candidate: Unscored, linking: StoryLinking, now: datetime
) -> tuple[list[NewEvent], bool]:
    """Return the score's events, and whether the page got the entry flagged."""
    from monitor.worker.intake.assess import flagged_event, score_all, scored_event

    model = workspace.model
    scored = score_all(model, [candidate], "page")
    events = [scored_event(model, scored, page.feed_id, "page")]
    if scored[0].flag:
        events.append(flagged_event(model, scored[0], workspace.config.settings.alert_score or None))
    if scored[0].flag and scored[0].is_first:
        events += linking.link_row(page, candidate, now)
    return events, bool(scored[0].flag)


def _record_failure(
    workspace: Workspace, page: WantedPage, reason: str, detail: str, now: datetime, *, final: bool
) -> None:
    """Append page-failed with the time of the next try, none after the last."""
    attempt = page.attempt + 1
    again = "" if final or attempt > len(RETRY_AFTER) else iso(now + RETRY_AFTER[attempt - 1])
    data = PageFailed(
        entry_id=page.entry_id, url=page.link, reason=reason, detail=detail[:300], attempt=attempt, retry_at=again
    )
    workspace.append([NewEvent(f"page-failed:{page.entry_id}:{page.revision}:{attempt}", data)])
