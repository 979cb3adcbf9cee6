"""A link by hand: what somebody found elsewhere is fetched, read, scored and entered, ready to be labelled.

The page goes through the same careful fetcher, robots.txt and reader as those behind feeds. Its entry stands under the
source "added by hand", which is never asked; a link that the log holds already leads there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from monitor.config.values import FeedConfig
from monitor.errors import InputError, KeyConflictError
from monitor.fetch.policy import ACCEPT_PAGE, FetchPolicy
from monitor.fetch.robots import allowed
from monitor.fetch.values import FetchRequest
from monitor.log.events import FeedAdded, NewEvent
from monitor.log.payloads import entry_payload, payload_sha
from monitor.parse.values import ParsedEntry
from monitor.poll.identity import Change, page_id_of
from monitor.poll.urls import canonical_url
from monitor.text.extract import PageError, read_page
from monitor.text.language import guess_language
from monitor.views.queries.entries import entry_of_link
from monitor.worker.intake.entries import EntryReader
from monitor.worker.workspace import Workspace

SOURCE = FeedConfig(feed_id="added-by-hand", url="", name="Added by hand", kind="archive")
MAX_URLS, MAX_URL, MAX_TITLE, MAX_TEXT = 20, 2_000, 400, 200_000
ADDED, KNOWN, FAILED = "added", "known", "failed"


class ByHand(msgspec.Struct, frozen=True):
    """What became of one link. `state`: added, known (the log held it) or failed, `why` says so in words."""

    url: str
    state: str
    entry_id: str = ""
    title: str = ""
    score: float | None = None
    flagged: bool = False
    why: str = ""


def add_links(
    workspace: Workspace, urls: Sequence[str], *, by: str, now: datetime, policy: FetchPolicy, title: str = ""
) -> list[ByHand]:
    """Enter pages by their addresses, in the order given.

    With `title` a page that cannot be read is entered under it all the same, with no text. Raises InputError where an
    address is none, or there are too many.
    """
    wanted = [_checked(url) for url in dict.fromkeys(urls)]
    if not wanted or len(wanted) > MAX_URLS:
        raise InputError(f"give 1 to {MAX_URLS} addresses")
    workspace.log.check_writable()
    return [_add(workspace, url, by, now, policy, title.strip()[:MAX_TITLE]) for url in wanted]


def _checked(url: str) -> str:
    url = url.strip()
    if not url.startswith(("http://", "https://")) or len(url) > MAX_URL or not url.isprintable() or " " in url:
        raise InputError(f"{url[:80]!r} is no http(s) address")
    return url


def _add(workspace: Workspace, url: str, by: str, now: datetime, policy: FetchPolicy, title: str) -> ByHand:
    if held := _held(workspace, url):
        return held
    refusal = allowed([url], workspace.fetcher, policy)[url]
    if refusal is not None:
        return _enter(workspace, url, title, "", by, now) if title else ByHand(url, FAILED, why=refusal.say)
    request = FetchRequest(request_id=url, url=url, accept=ACCEPT_PAGE)
    result = next(iter(workspace.fetcher.fetch([request], policy)))
    where = result.final_url or url
    if where != url and (held := _held(workspace, where)):
        return held
    try:
        if result.body is None:
            raise PageError(result.error or "no-body", result.detail)
        article = read_page(result.body, where, result.content_type)
    except PageError as error:
        why = f"{error.reason} {error.detail}".strip()
        return _enter(workspace, where, title, "", by, now) if title else ByHand(url, FAILED, why=why)
    return _enter(workspace, where, title or article.title, article.text[:MAX_TEXT], by, now)


def _held(workspace: Workspace, url: str) -> ByHand | None:
    """Return what the log holds under an address, or under the same one written otherwise."""
    row = entry_of_link(workspace.views, [url, canonical_url(url)])
    if row is None:
        return None
    return ByHand(
        url, KNOWN, row.entry_id, score=row.score, flagged=row.flagged, why=f"in the log since {row.seen_at[:10]}"
    )


def _enter(workspace: Workspace, url: str, title: str, text: str, by: str, now: datetime) -> ByHand:
    """Append the entry with its score, and with its flag and story where it reaches the threshold."""
    key = f"feed-added:{SOURCE.feed_id}"
    if workspace.log.by_key(key) is None:
        data = FeedAdded(feed_id=SOURCE.feed_id, url=SOURCE.url, name=SOURCE.name, kind=SOURCE.kind)
        workspace.append([NewEvent(key, data)])
    lang = guess_language(f"{title} {text[:2_000]}")
    entry = ParsedEntry(guid=url, link=url, title=title, summary="", text=text, lang=lang)
    payload = entry_payload(title, "", text)
    change = Change(page_id_of(SOURCE.feed_id, entry), "new", 0, entry, payload, payload_sha(payload))
    events, payloads, n_flagged = EntryReader(workspace, now).take(SOURCE, [change], {})
    own = [msgspec.structs.replace(event, actor=by) if event.data.type == "entry-seen" else event for event in events]
    try:
        workspace.append(own, payloads)
    except KeyConflictError:
        return ByHand(url, KNOWN, change.entry_id, title, why="somebody added it at the same moment")
    row = entry_of_link(workspace.views, [url])
    return ByHand(url, ADDED, change.entry_id, title, row.score if row else None, bool(n_flagged))
