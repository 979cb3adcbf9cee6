"""What a site's robots.txt says of the pages we would read. Feeds are offered to readers; pages are asked about first.

Follows RFC 9309 in what matters to us: a missing file (4xx) allows, an unreachable one (5xx, network) forbids for now.
Owns the asking; reading the rules is Protego's. Nothing is remembered beyond one round.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import msgspec

from monitor.fetch.policy import ACCEPT_TEXT, FetchPolicy
from monitor.fetch.protocol import Fetcher
from monitor.fetch.values import FetchRequest, FetchResult

MAX_BYTES = 500 << 10  # RFC 9309, 2.5
MAX_LINES, MAX_LINE = 20_000, 2_000
FORBID_ALL = "User-agent: *\nDisallow: /"
_VERSION = re.compile(r"(?im)^([ \t]*user-agent[ \t]*:[ \t]*[\w-]+)/[\w.-]+")
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
        verdicts.update(refusals(rules_of(answer), by_origin[answer.request_id]))
    return verdicts


def origin_of(url: str) -> str:
    """Return scheme and authority of a URL, '' where it is no http(s) address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else ""


def rules_of(answer: FetchResult) -> str | None:
    """Return the text of the rules an answer for robots.txt gives; None where the site could not say."""
    if answer.body is not None:
        text = answer.body.decode("utf-8-sig", "replace").replace("\0", "")
        return _VERSION.sub(r"\1", "\n".join(line[:MAX_LINE] for line in text.splitlines()[:MAX_LINES]))
    if 400 <= answer.status < 500 and answer.status != 429:
        return ""
    return FORBID_ALL if answer.error == "too-large" else None


def refusals(rules: str | None, urls: Iterable[str]) -> dict[str, Refusal | None]:
    """Return why each page may not be read, None where it may."""
    if rules is None:
        return dict.fromkeys(urls, UNREADABLE)
    if not rules:
        return dict.fromkeys(urls)
    from protego import Protego  # 50 ms, for the few ticks that read pages

    reader = Protego.parse(rules)
    return {url: None if reader.can_fetch(url, PRODUCT) else FORBIDDEN for url in urls}
