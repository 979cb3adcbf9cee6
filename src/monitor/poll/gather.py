"""The answers of a tick, each whole: a source that consists of several documents is asked for those too.

Owns the question to robots.txt where a kind asks it, and the second round (the sitemaps of an index, and an index among
those once more); what is worth asking for is the
kind's decision (sources/kinds.py). A source of one document, and one that failed, is handed on as it comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import msgspec

from monitor.config.values import FeedConfig
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.protocol import Fetcher
from monitor.fetch.values import FetchRequest, FetchResult
from monitor.parse.values import Part
from monitor.poll.values import FeedState
from monitor.sources.kinds import BY_NAME, parts_of

MAX_ROUNDS = 2
MAX_DOCUMENTS = 12


class _Whole(msgspec.Struct):
    """A source's first answer, and its parts as they come."""

    feed: FeedConfig
    state: FeedState
    answer: FetchResult
    parts: list[FetchResult] = []
    asked: set[str] = set()


def whole_answers(
    fetcher: Fetcher,
    requests: Iterable[FetchRequest],
    due: Mapping[str, tuple[FeedConfig, FeedState]],
    policy: FetchPolicy,
    now: datetime,
) -> Iterator[FetchResult]:
    """Yield one result per request, with the parts of the sources that consist of several documents."""
    waiting: dict[str, _Whole] = {}
    todo: list[FetchRequest] = []
    refused = _refused(fetcher, requests := list(requests), due, policy)
    yield from refused.values()
    for answer in fetcher.fetch([each for each in requests if each.request_id not in refused], policy):
        feed, state = due[answer.request_id]
        parts = parts_of(feed, answer, state.last_ok_at, now) if BY_NAME[feed.kind].parts else ()
        if not parts:
            yield answer
            continue
        if any(part.modified_at is None for part in parts):  # only its parts say whether anything changed
            answer = msgspec.structs.replace(answer, etag="", last_modified="")
        waiting[feed.feed_id] = whole = _Whole(feed, state, answer, asked={answer.url, answer.final_url})
        todo += _requests(whole, parts)
    for _ in range(MAX_ROUNDS):
        requests, todo = todo, []
        for part in fetcher.fetch(requests, policy):
            whole = waiting[part.request_id.partition(" ")[0]]
            inner = parts_of(whole.feed, part, whole.state.last_ok_at, now)
            if inner:
                todo += _requests(whole, inner)
            else:
                whole.parts.append(part)
    for whole in waiting.values():
        yield msgspec.structs.replace(whole.answer, parts=sorted(whole.parts, key=lambda part: part.url))


def parts_read(answer: FetchResult) -> list[tuple[str, str, str]]:
    """Return address, ETag and Last-Modified of each part of an answer that came."""
    return [(part.url, part.etag, part.last_modified) for part in answer.parts if not part.error]


def _refused(
    fetcher: Fetcher,
    requests: Iterable[FetchRequest],
    due: Mapping[str, tuple[FeedConfig, FeedState]],
    policy: FetchPolicy,
) -> dict[str, FetchResult]:
    """Return a failure for each source whose site does not want its page read; one's own network is not asked."""
    asked = [each for each in requests if BY_NAME[due[each.request_id][0].kind].asks_robots and not each.allow_private]
    if not asked:
        return {}
    from monitor.fetch.robots import allowed

    verdicts = allowed({each.url for each in asked}, fetcher, policy)
    return {
        each.request_id: FetchResult(request_id=each.request_id, url=each.url, error="robots", detail=refusal.say)
        for each in asked
        if (refusal := verdicts[each.url]) is not None
    }


def _requests(whole: _Whole, parts: Iterable[Part]) -> list[FetchRequest]:
    """Return conditional requests for the parts not asked for yet."""
    requests = []
    for part in parts:
        if part.url in whole.asked or len(whole.asked) >= MAX_DOCUMENTS:
            continue
        whole.asked.add(part.url)
        etag, modified = whole.state.parts.get(part.url, ("", ""))
        requests.append(FetchRequest(
            request_id=f"{whole.feed.feed_id} {part.url}", url=part.url, etag=etag, last_modified=modified,
            accept=BY_NAME[whole.feed.kind].accept, allow_private=whole.feed.allow_private,
        ))  # fmt: skip
    return requests
