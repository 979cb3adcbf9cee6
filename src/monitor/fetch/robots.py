"""What a site's robots.txt says of the pages we would read. Feeds are offered to readers; pages are asked about first.

Follows RFC 9309 in what matters to us: a missing file (4xx) allows, an unreachable one (5xx, network) forbids for now.
Owns the asking and the rules' reading (standard library); nothing is remembered beyond one round.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

import msgspec

from monitor.fetch.policy import ACCEPT_TEXT, FetchPolicy
from monitor.fetch.protocol import Fetcher
from monitor.fetch.values import FetchRequest, FetchResult

MAX_BYTES = 500 << 10  # RFC 9309, 2.5
MAX_LINES = 20_000
PRODUCT = "monitor"  # the name a site may address in its robots.txt


class Refusal(msgspec.Struct, frozen=True):
    """Why a page is not read. `final`: asking again would get the same answer."""

    say: str
    final: bool


FORBIDDEN = Refusal("robots.txt forbids it", final=True)
UNREADABLE = Refusal("robots.txt could not be read; asked again later", final=False)
NO_ADDRESS = Refusal("not an http(s) address", final=True)


def allowed(urls: Iterable[str], fetcher: Fetcher, policy: FetchPolicy) -> dict[str, Refusal | None]:
    """Return each URL with None where it may be read, else with the refusal; one request per site."""
    by_origin: dict[str, list[str]] = {}
    verdicts: dict[str, Refusal | None] = {}
    for url in urls:
        origin = origin_of(url)
        if origin:
            by_origin.setdefault(origin, []).append(url)
        else:
            verdicts[url] = NO_ADDRESS
    requests = [FetchRequest(request_id=o, url=f"{o}/robots.txt", accept=ACCEPT_TEXT) for o in by_origin]
    for answer in fetcher.fetch(requests, msgspec.structs.replace(policy, max_bytes=MAX_BYTES)):
        rules = rules_of(answer)
        for url in by_origin[answer.request_id]:
            verdicts[url] = refusal(rules, url)
    return verdicts


def origin_of(url: str) -> str:
    """Return scheme and authority of a URL, '' where it is no http(s) address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else ""


def rules_of(answer: FetchResult) -> RobotFileParser | None:
    """Return the rules an answer for robots.txt gives; None where the site could not say."""
    rules = RobotFileParser()
    if answer.body is not None:
        lines = answer.body.decode("utf-8", "replace").splitlines()[:MAX_LINES]
        rules.parse([line[:2000] for line in lines])
    elif 400 <= answer.status < 500 and answer.status != 429:
        rules.allow_all = True  # type: ignore[attr-defined]
    elif answer.error == "too-large":
        rules.disallow_all = True  # type: ignore[attr-defined]
    else:
        return None
    return rules


def refusal(rules: RobotFileParser | None, url: str) -> Refusal | None:
    """Return why a page may not be read, None where it may."""
    if rules is None:
        return UNREADABLE
    try:
        return None if rules.can_fetch(PRODUCT, url) else FORBIDDEN
    except ValueError:
        return NO_ADDRESS
