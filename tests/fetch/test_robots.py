"""Pages are read only where the site's robots.txt lets us."""

from __future__ import annotations

import pytest

from monitor.fetch.fetcher import CurlFetcher
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.robots import FORBIDDEN, NO_ADDRESS, UNREADABLE, Refusal, allowed, refusals, rules_of
from monitor.fetch.values import FetchResult
from tests.fetch.loopback import Answer, Loopback, reply


def verdict(answer: Answer, path: str) -> Refusal | None:
    with Loopback({"/robots.txt": answer}) as server:
        policy = FetchPolicy(allow_private=server.allowed, deadline_s=2)
        return allowed([server.url(path)], CurlFetcher(), policy)[server.url(path)]


@pytest.mark.parametrize(
    ("answer", "path", "expected"),
    [
        (reply(200, b"User-agent: *\nDisallow: /private"), "/private/1", FORBIDDEN),
        (reply(200, b"User-agent: *\nDisallow: /private"), "/news/1", None),
        (reply(200, b"User-agent: monitor\nDisallow: /"), "/news/1", FORBIDDEN),
        (reply(200, b"User-agent: other\nDisallow: /"), "/news/1", None),
        (reply(200, b"<html>not found</html>"), "/news/1", None),
        (reply(200, b""), "/news/1", None),
        (reply(200, b"\xff\xfe\x00" * 50), "/news/1", None),
        (reply(404, b""), "/news/1", None),
        (reply(403, b""), "/news/1", None),
        (reply(503, b""), "/news/1", UNREADABLE),
        (reply(429, b""), "/news/1", UNREADABLE),
        (
            reply(302, b"", "Location: http://10.0.0.1/robots.txt"),
            "/x",
            UNREADABLE,
        ),
        (reply(200, b"#" * (501 << 10)), "/news/1", FORBIDDEN),
    ],
)
def test_robots_txt_is_respected(answer: bytes, path: str, expected: Refusal | None):
    """RFC 9309: missing allows, unreachable forbids for now, too large forbids."""
    assert verdict(answer, path) == expected


@pytest.mark.parametrize(
    ("rules", "free", "shut"),
    [
        ("User-agent: *\nDisallow: /\nAllow: /news/", "/news/1", "/login"),
        ("User-agent: *\nAllow: /\nDisallow: /paid/", "/1", "/paid/1"),
        ("User-agent: *\n\n# the rules\n\nDisallow: /paid/", "/1", "/paid/1"),
        ("\ufeffUser-agent: *\nDisallow: /paid/", "/1", "/paid/1"),
        ("User-agent: *\rDisallow: /paid/\r", "/1", "/paid/1"),
        ("User-agent: *\nDisallow: /*?print=", "/1", "/1?print=yes"),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf.html", "/a.pdf"),
        ("User-agent: other\nUser-agent: monitor\nDisallow: /x\nUser-agent: *\nDisallow: /", "/y", "/x"),
        ("User-agent: monitor\nDisallow: /x\n\nUser-agent: monitor\nDisallow: /z", "/y", "/z"),
        ("user-agent:*\ndisallow:/paid # a note", "/1", "/paid"),
        ("User-agent: MONITOR\nDisallow: /paid", "/1", "/paid"),
        ("User-agent: monitor/1.0\nDisallow: /paid", "/1", "/paid"),
        ("User-agent: *\nCrawl-delay: 10\nDisallow: /paid\nSitemap: https://x.test/s", "/1", "/paid"),
        ("User-agent: *\nDisallow: /caf%C3%A9", "/cafe", "/café"),
        ("User-agent: *\nDisallow: /same\nAllow: /same", "/same", ""),
        ("User-agent: *\nDisallow:", "/1", ""),
        ("Disallow: /", "/1", ""),
        ("User-agent: *\nDisallow: /x" + "*a" * 900 + "b$", "/x" + "a" * 1500, ""),
        ("User-agent: *\n" + "".join(f"Disallow: /{n}*x$\n" for n in range(9_000)), "/y", "/77x"),
    ],
    ids=[
        "longest match", "a part is shut", "blank lines in a group", "byte-order mark", "old Mac line ends", "wildcard",
        "end of address", "several names for one group", "one group in two places", "no blanks", "capitals", "version",
        "other fields", "escapes", "allow wins a tie", "nothing is shut", "no group", "crafted wildcards", "many rules",
    ],
)  # fmt: skip
def test_rules_are_read_as_rfc_9309_says(rules: str, free: str, shut: str):
    """Promise: what a site allows is read, what it forbids is not, however it writes it."""
    asked = [path for path in (free, shut) if path]
    expected = {f"https://x.test{path}": None if path == free else FORBIDDEN for path in asked}
    answer = FetchResult(request_id="x", url="", status=200, body=rules.encode())
    assert refusals(rules_of(answer), expected) == expected


def test_a_site_is_asked_once_and_other_schemes_are_refused():
    with Loopback({"/robots.txt": reply(404, b"")}) as server:
        urls = [server.url(f"/{i}") for i in range(5)]
        answers = allowed(
            [*urls, "file:///etc/passwd", "nonsense"], CurlFetcher(), FetchPolicy(allow_private=server.allowed)
        )
        assert answers == {
            **dict.fromkeys(urls, None),
            "file:///etc/passwd": NO_ADDRESS,
            "nonsense": NO_ADDRESS,
        }
        assert len(server.asked) == 1
