"""Full text: the pages behind new entries of feeds that ask for it, read, and their entries scored again.

An entry is scored on title and summary at once (collect.py) and once more when its article arrives. A page that cannot
be read is an event with a retry; robots.txt is respected. Extraction is text/extract.py's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.config.values import FeedConfig
from monitor.fetch.policy import ACCEPT_PAGE, FetchPolicy
from monitor.fetch.values import FetchRequest, FetchResult
from monitor.log.codec import iso
from monitor.log.events import NewEvent, PageFailed, PageRead
from monitor.log.payloads import entry_payload, payload_sha, read_entry_payload
from monitor.parse.values import ParsedEntry
from monitor.views.queries.entries import WantedPage, wanted_pages
from monitor.worker.workspace import Workspace

if TYPE_CHECKING:
    from monitor.worker.assess import Candidate
    from monitor.worker.linking import StoryLinking

PAGES_PER_TICK = 200
# Older than this an entry's page is no news; four tries over two days are enough for what is not there.
GIVE_UP = timedelta(days=3)
RETRY_AFTER = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
MAX_CHARS = 200_000
FINAL_REASONS = frozenset({"http-404", "http-410", "http-403", "http-451", "not-http", "private-address", "too-large"})


def read_pages(workspace: Workspace, policy: FetchPolicy, now: datetime) -> tuple[int, int]:
    """Read the pages that are wanted now; return how many were read and how many entries they got flagged."""
    wanted = _wanted(workspace, now)
    if not wanted:
        return 0, 0
    from monitor.fetch.robots import allowed
    from monitor.worker.linking import StoryLinking

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
    for result in workspace.fetcher.fetch(requests, policy):
        flagged = _take(workspace, wanted[result.request_id], result, linking, now)
        n_read += flagged is not None
        n_flagged += bool(flagged)
    return n_read, n_flagged


def _wanted(workspace: Workspace, now: datetime) -> dict[str, WantedPage]:
    pages = wanted_pages(workspace.views, iso(now - GIVE_UP), iso(now), PAGES_PER_TICK)
    return {page.entry_id: page for page in pages}


def _take(
    workspace: Workspace, page: WantedPage, result: FetchResult, linking: StoryLinking, now: datetime
) -> bool | None:
    """Commit one page with its new score; return whether it got the entry flagged, None where it was not read."""
    from monitor.text.extract import PageError, read_page
    from monitor.worker.assess import Candidate
    from monitor.worker.reflag import earlier_flags

    if result.body is None:
        reason = result.error or "no-body"
        _record_failure(workspace, page, reason, result.detail, now, final=reason in FINAL_REASONS)
        return None
    try:
        article = read_page(result.body, result.final_url or page.link)
    except PageError as error:
        _record_failure(workspace, page, error.reason, error.detail, now, final=True)
        return None
    before = read_entry_payload(workspace.log.payload(page.text_sha))
    if before is None:
        return None
    text = article.text[:MAX_CHARS]
    payload = entry_payload(before.title, before.summary, text)
    sha = payload_sha(payload)
    data = PageRead(
        entry_id=page.entry_id, revision=page.revision, url=result.final_url or page.link, text_sha=sha,
        n_chars=len(text), extractor=article.extractor,
    )  # fmt: skip
    candidate = Candidate(
        entry_id=page.entry_id, revision=page.revision, text_sha=sha, title=before.title, summary=before.summary,
        text=text, lang=page.lang,
        earlier=tuple(earlier_flags(workspace.log, workspace.views, page.entry_id)) if page.flagged else (),
    )  # fmt: skip
    events = [NewEvent(f"page-read:{page.entry_id}:{page.revision}:{sha[:16]}", data)]
    scores, flagged = _assess(workspace, page, candidate, linking, now)
    workspace.append(events + scores, {sha: payload})
    return flagged


def _assess(
    workspace: Workspace, page: WantedPage, candidate: Candidate, linking: StoryLinking, now: datetime
) -> tuple[list[NewEvent], bool]:
    """Return the score's events, and whether the page got the entry flagged."""
    from monitor.worker.assess import flagged_event, score_all, scored_event

    model = workspace.model
    scored = score_all(model, [candidate], "page")
    events = [scored_event(model, scored, page.feed_id, "page")]
    if scored[0].flag:
        events.append(flagged_event(model, scored[0], workspace.config.settings.alert_score or None))
    if scored[0].flag and scored[0].is_first:
        events += linking.link(_feed(workspace, page.feed_id), candidate, _entry(page), now)
    return events, bool(scored[0].flag)


def _entry(page: WantedPage) -> ParsedEntry:
    at = datetime.fromisoformat(page.published_at) if page.published_at else None
    return ParsedEntry(
        guid="", link=page.link, title="", summary="", published_at=at, source_name=page.source_name,
        source_url=page.source_url,
    )  # fmt: skip


def _feed(workspace: Workspace, feed_id: str) -> FeedConfig:
    return next(feed for feed in workspace.config.feeds if feed.feed_id == feed_id)


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
