"""Pages are read only where the site's robots.txt lets us."""

from __future__ import annotations

import pytest

from monitor.fetch.policy import FetchPolicy
from monitor.fetch.robots import allowed
from tests.fetch.loopback import Answer, Loopback, reply


def verdict(answer: Answer, path: str) -> str:
    with Loopback({"/robots.txt": answer}) as server:
        policy = FetchPolicy(allow_private=server.allowed, deadline_s=2)
        return allowed([server.url(path)], policy)[server.url(path)]


@pytest.mark.parametrize(
    ("answer", "path", "expected"),
    [
        (reply(200, b"User-agent: *\nDisallow: /private"), "/private/1", "robots.txt forbids it"),
        (reply(200, b"User-agent: *\nDisallow: /private"), "/news/1", ""),
        (reply(200, b"User-agent: monitor\nDisallow: /"), "/news/1", "robots.txt forbids it"),
        (reply(200, b"User-agent: other\nDisallow: /"), "/news/1", ""),
        (reply(200, b"<html>not found</html>"), "/news/1", ""),
        (reply(200, b""), "/news/1", ""),
        (reply(200, b"\xff\xfe\x00" * 50), "/news/1", ""),
        (reply(404, b""), "/news/1", ""),
        (reply(403, b""), "/news/1", ""),
        (reply(503, b""), "/news/1", "robots.txt could not be read; asked again later"),
        (reply(429, b""), "/news/1", "robots.txt could not be read; asked again later"),
        (
            reply(302, b"", "Location: http://10.0.0.1/robots.txt"),
            "/x",
            "robots.txt could not be read; asked again later",
        ),
        (reply(200, b"#" * (501 << 10)), "/news/1", "robots.txt forbids it"),
    ],
)
def test_robots_txt_is_respected(answer: bytes, path: str, expected: str):
    """RFC 9309: missing allows, unreachable forbids for now, too large forbids."""
    assert verdict(answer, path) == expected


def test_a_site_is_asked_once_and_other_schemes_are_refused():
    with Loopback({"/robots.txt": reply(404, b"")}) as server:
        urls = [server.url(f"/{i}") for i in range(5)]
        answers = allowed([*urls, "file:///etc/passwd", "nonsense"], FetchPolicy(allow_private=server.allowed))
        assert answers == {
            **dict.fromkeys(urls, ""),
            "file:///etc/passwd": "not an http(s) address",
            "nonsense": "not an http(s) address",
        }
        assert len(server.asked) == 1
