"""A fetch ends as a whole answer or as a named failure; nothing is sent where it does not belong."""

from __future__ import annotations

import gzip
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

import pytest

from monitor.fetch.fetcher import fetch_all
from monitor.fetch.hosts import Turns
from monitor.fetch.policy import FetchPolicy, user_agent
from monitor.fetch.values import FetchRequest, FetchResult
from tests.fetch.loopback import RSS, Asked, Loopback, reply


def fetch(server: Loopback, path: str = "/", **settings: object) -> FetchResult:
    request = {k: settings.pop(k) for k in ("etag", "last_modified") if k in settings}
    policy = FetchPolicy(allow_private=server.allowed, **{"deadline_s": 3.0, **settings})  # type: ignore[arg-type]
    (result,) = fetch_all([FetchRequest(request_id="f", url=server.url(path), **request)], policy)  # type: ignore[arg-type]
    return result


def test_a_private_address_is_refused_before_connecting():
    """Without permission 127.0.0.1 is not connected to at all."""
    with Loopback({"/": reply()}) as server:
        (result,) = fetch_all([FetchRequest(request_id="f", url=server.url())], FetchPolicy())
        assert (result.error, result.body, server.connections) == ("private-address", None, 0)


def test_a_name_that_resolves_to_a_private_address_is_refused():
    """The connected address counts, not the name: `localhost` is no way in."""
    with Loopback({"/": reply()}) as server:
        (result,) = fetch_all([FetchRequest(request_id="f", url=server.url(host="localhost"))], FetchPolicy())
        assert (result.error, server.connections) == ("private-address", 0)


def test_a_kept_connection_does_not_carry_one_feeds_permission_to_another():
    """The second feed may not use the private connection the first one was allowed to open."""
    with Loopback({"/": reply()}) as server:
        requests = [
            FetchRequest(request_id="allowed", url=server.url(), allow_private=True),
            FetchRequest(request_id="not", url=server.url()),
        ]
        results = {r.request_id: r.error for r in fetch_all(requests, FetchPolicy(per_host=1))}
        assert results == {"allowed": "", "not": "private-address"}
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(500), "http-500"),
        (reply(206, RSS, "Content-Range: bytes 0-9/99"), "http-206"),
        (reply(204, b""), "http-204"),
        (b"HTTP/1.1 304 X\r\n\r\n", "unexpected-304"),
        (b"HTTP/1.1 200 X\r\nConnection: close\r\nContent-Length: 99\r\n\r\n<rss>", "truncated"),
        (b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n", "truncated"),
        (reply(200, gzip.compress(RSS)[:-9], "Content-Encoding: gzip"), "truncated"),
        (reply(200, b"\x00junk" * 9, "Content-Encoding: gzip"), "bad-encoding"),
        (reply(200, RSS, "Content-Encoding: gzip, br"), "bad-encoding"),
        (b"", "reset"),
        (RSS, "bad-response"),
        (reply(302, b""), "redirect-without-location"),
        (reply(302, b"", "Location: ftp://127.0.0.1/x"), "scheme-not-allowed"),
        (reply(302, b"", "Location: http://127.0.0.1:25/"), "port-not-allowed"),
        (reply(302, b"", "Location: http://a:b@127.0.0.1/"), "bad-url"),
        (reply(302, b"", "Location: http://10.0.0.1/"), "private-address"),
        (reply(302, b"", "Location: /"), "too-many-hops"),
        (reply(200, RSS, "X: " + "a" * 90_000), "headers-too-large"),
        (reply(403, b"", "cf-mitigated: challenge"), "blocked"),
    ],
)
def test_every_failure_has_its_name(answer: bytes, error: str):
    """A piece of a feed, a refusal and a lie each end in their own reason, with one printable line and no body."""
    with Loopback({"/": answer}) as server:
        result = fetch(server, max_header_bytes=64 << 10)
        assert (result.error, result.body, result.not_modified) == (error, None, False)
        assert result.detail
        assert result.detail.isprintable()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (RSS, "identity"),
        (gzip.compress(RSS), "gzip"),
        (gzip.compress(RSS[:9]) + gzip.compress(RSS[9:]), "gzip"),
        (gzip.compress(RSS) + b"JUNK", "gzip"),
        (zlib.compress(RSS), "deflate"),
        (zlib.compress(RSS)[2:-4], "deflate"),
    ],
)
def test_bodies_are_decoded(body: bytes, encoding: str):
    """Several gzip members, junk behind them, and both kinds of deflate come out whole."""
    with Loopback({"/": reply(200, body, f"Content-Encoding: {encoding}")}) as server:
        assert fetch(server).body == RSS


@pytest.mark.parametrize(
    "answer",
    [
        reply(200, gzip.compress(bytes(3 << 20)), "Content-Encoding: gzip"),
        reply(200, bytes(3 << 20)),
        b"HTTP/1.1 200 X\r\n\r\n" + bytes(3 << 20),
    ],
)
def test_a_body_over_the_cap_is_cut(answer: bytes):
    """Decoded bytes count, declared or not."""
    with Loopback({"/": answer}) as server:
        assert fetch(server, max_bytes=1 << 20).error == "too-large"


def test_a_304_keeps_the_validators():
    """A conditional request that is answered 304 is a success without a body."""

    def answer(asked: Asked) -> bytes:
        assert asked.headers["if-modified-since"] == "Sat, 31 Jan 2026 12:00:00 GMT"
        return b'HTTP/1.1 304 X\r\nETag: "v1"\r\n\r\n' if asked.headers.get("if-none-match") == '"v1"' else reply()

    with Loopback({"/": answer}) as server:
        result = fetch(server, etag='"v1"', last_modified="Sat, 31 Jan 2026 12:00:00 GMT")
        assert (result.not_modified, result.error, result.body) == (True, "", None)
        assert (result.etag, result.last_modified) == ('"v1"', "Sat, 31 Jan 2026 12:00:00 GMT")


def test_hostile_validators_are_not_kept():
    """An ETag with control characters or without end would break the next request."""
    for etag in ('"\x1b[31m"', '"\xff"', '"' + "A" * 5000 + '"'):
        with Loopback({"/": reply(200, RSS, f"ETag: {etag}")}) as server:
            assert fetch(server).etag == ""


def test_a_permanent_move_is_recorded_and_a_temporary_one_is_not():
    """moved_to is where the leading 301 and 308 end; the feed is read either way."""
    routes = {
        "/old": reply(301, b"", "Location: /newer"),
        "/newer": reply(308, b"", "Location: /new"),
        "/new": reply(),
        "/temporary": reply(302, b"", "Location: /old"),
        "/half": reply(301, b"", "Location: /temporary"),
    }
    with Loopback(routes) as server:  # type: ignore[arg-type]
        moved = {path: fetch(server, path).moved_to for path in ("/old", "/temporary", "/half", "/new")}
        expected = {"/old": "/new", "/temporary": "", "/half": "/temporary", "/new": ""}
        assert moved == {path: to and server.url(to) for path, to in expected.items()}
        assert fetch(server, "/old").final_url == server.url("/new")


def test_nothing_of_ours_follows_a_redirect_to_another_host():
    """Validators stay with the host they came from; there are no cookies and no credentials at all."""
    with Loopback({"/": reply()}, address="127.0.0.2") as other:
        there = reply(302, b"", f"Location: {other.url()}", "Set-Cookie: sid=secret")
        with Loopback({"/": there}) as server:
            request = FetchRequest(request_id="f", url=server.url(), etag='"v1"', last_modified="x")
            policy = FetchPolicy(allow_private=server.allowed | other.allowed)
            (result,) = fetch_all([request], policy)
            assert result.body == RSS
            assert server.asked[0].headers["if-none-match"] == '"v1"'
            assert sorted(other.asked[0].headers) == ["accept", "accept-encoding", "host", "user-agent"]


def test_permission_for_a_feed_does_not_reach_past_a_redirect():
    """`allow_private` of a feed opens its own host, not the next private host it points to."""
    other = Loopback({"/": reply()}, address="127.0.0.2")
    with other, Loopback({"/": reply(302, b"", f"Location: {other.url()}")}) as server:
        request = FetchRequest(request_id="f", url=server.url(), allow_private=True)
        (result,) = fetch_all([request], FetchPolicy())
        assert (result.error, other.connections) == ("port-not-allowed", 0)


def test_the_deadline_covers_all_redirects():
    """Each hop waits; the sum counts."""
    with Loopback({"/": reply(302, b"", "Location: /")}, delay_s=0.3) as server:
        assert fetch(server, deadline_s=0.5).error == "timeout"  # not that there were too many, 5 s later


def test_a_stalling_host_does_not_hold_up_the_others():
    """Results come as they finish; the stalled one ends at its deadline."""
    release = threading.Event()

    def stall(_: Asked) -> bytes:
        release.wait(5)
        return b""

    with Loopback({"/stall": stall, **{f"/{i}": reply() for i in range(9)}}) as server:
        paths = ["/stall", *(f"/{i}" for i in range(9))]
        requests = [FetchRequest(request_id=path, url=server.url(path)) for path in paths]
        policy = FetchPolicy(allow_private=server.allowed, deadline_s=0.6)
        results = [(r.request_id, r.error) for r in fetch_all(requests, policy)]
        release.set()
        assert results[-1] == ("/stall", "timeout")
        assert sorted(results[:-1]) == [(f"/{i}", "") for i in range(9)]


def test_a_host_is_asked_by_few_at_a_time():
    """per_host bounds what one server sees at once, whatever the concurrency."""
    with Loopback({"/": reply()}, delay_s=0.02) as server:
        requests = [FetchRequest(request_id=str(i), url=server.url("/")) for i in range(12)]
        results = list(fetch_all(requests, FetchPolicy(allow_private=server.allowed, per_host=2)))
        assert ({r.error for r in results}, server.peak, server.connections) == ({""}, 2, 2)


def test_requests_to_a_host_keep_their_distance():
    """per_host_delay_s separates the starts, without burning CPU while waiting."""
    with Loopback({"/": reply()}) as server:
        requests = [FetchRequest(request_id=str(i), url=server.url("/")) for i in range(4)]
        policy = FetchPolicy(allow_private=server.allowed, per_host_delay_s=0.5)
        before = time.process_time()
        assert len(list(fetch_all(requests, policy))) == 4
        gaps = [b.at - a.at for a, b in zip(server.asked, server.asked[1:], strict=False)]
        assert min(gaps) > 0.25  # a busy machine sees a request late, and the next one in time
        assert time.process_time() - before < 0.75  # of 1.5 s of waiting


def test_the_distance_counts_from_the_last_answer():
    """What is handed out may be sent late, while answers are written: from the hand-over a host would see less."""
    turns: Turns[str] = Turns(per_host=2, delay_s=5.0)
    turns.add("host", "first")
    turns.add("host", "second")
    assert turns.take(0.0) == "first"
    turns.done("host", 3.0)
    assert turns.take(7.9) is None
    assert turns.take(8.0) == "second"


def test_a_slow_caller_does_not_cost_others_their_deadline():
    """Work between two results (parsing, scoring) is not time the servers wasted."""
    with Loopback({f"/{i}": reply() for i in range(6)}, delay_s=0.05) as server:
        requests = [FetchRequest(request_id=str(i), url=server.url(f"/{i}")) for i in range(6)]
        policy = FetchPolicy(allow_private=server.allowed, deadline_s=1.0, per_host=6)
        errors = []
        for result in fetch_all(requests, policy):
            if not errors:
                time.sleep(1.2)
            errors.append(result.error)
        assert errors == [""] * 6


def test_we_say_who_we_are():
    """The User-Agent names the product and where to complain, in one clean line."""
    with Loopback({"/": reply()}) as server:
        agent = user_agent("https://example.org/bot\r\nX-Evil: 1")
        fetch(server, user_agent=agent)
        assert server.asked[0].headers["user-agent"] == agent
        assert agent.endswith("(+https://example.org/botX-Evil: 1)")


def test_a_bad_url_is_a_failure_not_an_exception():
    """Whatever stands in feeds.yaml, every request gets one result."""
    urls = ["", "http://", "file:///etc/passwd", "http://x\\@y/", "http://a b/", "http://[::1", "http://x:99999/", "☃"]
    requests = [FetchRequest(request_id=str(i), url=url) for i, url in enumerate(urls)]
    results = list(fetch_all(requests, FetchPolicy()))
    assert [r.request_id for r in results] == [str(i) for i in range(len(urls))]
    assert {r.error for r in results} <= {"bad-url", "scheme-not-allowed"}


def test_importing_fetch_does_not_import_curl():
    """A tick with nothing due does not pay for the client."""
    code = "import sys, monitor.fetch.fetcher, monitor.poll.schedule; print('pycurl' in sys.modules)"
    src = Path(__file__).parents[2] / "src"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=src)
    assert out.stdout == "False\n"
