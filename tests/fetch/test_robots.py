"""Pages are read only where the site's robots.txt lets us."""

from __future__ import annotations

import pytest

from monitor.fetch.fetcher import CurlFetcher
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.robots import FORBIDDEN, NO_ADDRESS, UNREADABLE, Refusal, allowed
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
