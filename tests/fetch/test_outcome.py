"""What an ended request means, as values."""

from __future__ import annotations

import msgspec
import pytest

from monitor.fetch.answer import Head
from monitor.fetch.guard import Target, read_target
from monitor.fetch.outcome import answered, failed, too_many_hops
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.values import FetchRequest, FetchResult

START = "https://a.test/feed"


class Ended(msgspec.Struct):
    """A request that ended, and the answer that it ended with."""

    request: FetchRequest
    start: Target
    target: Target
    head: Head
    moved_to: str = ""
    spent_s: float = 0.5
    body: bytes = b"whole"


def end(
    status: int, *lines: str, etag: str = "", last_modified: str = "", at: str = START, moved_to: str = ""
) -> FetchResult:
    """Return what an answer with these headers means, given at an address to a request with these validators."""
    head = Head()
    for line in (f"HTTP/1.1 {status} X", *lines):
        head.line(line.encode())
    request = FetchRequest(request_id="f", url=START, etag=etag, last_modified=last_modified)
    ended = Ended(request, read_target(START), read_target(at), head, moved_to)
    return answered(ended, ended, FetchPolicy())


@pytest.mark.parametrize(
    ("validators", "at", "error"),
    [
        ({"etag": '"v1"'}, START, ""),
        ({"last_modified": "Sat, 31 Jan 2026 12:00:00 GMT"}, START, ""),
        ({"etag": '"v1"'}, "https://a.test/other", ""),
        ({"etag": '"v1"'}, "https://b.test/feed", "unexpected-304"),
        ({}, START, "unexpected-304"),
    ],
)
def test_nothing_new_is_believed_of_the_host_that_was_asked(validators: dict[str, str], at: str, error: str) -> None:
    """Promise: "not modified" counts only where validators were sent, and those go to the feed's own host alone."""
    result = end(304, at=at, **validators)
    assert (result.error, result.not_modified, result.body) == (error, not error, None)
    assert (result.etag, result.last_modified) == (
        (validators.get("etag", ""), validators.get("last_modified", "")) if not error else ("", "")
    )


@pytest.mark.parametrize(
    ("status", "lines", "error"),
    [
        (200, (), ""),
        (203, (), ""),
        (206, ("Content-Range: bytes 0-4/5",), ""),
        (206, ("Content-Range: bytes 0-3/5",), "http-206"),
        (206, ("Content-Range: bytes 1-4/5",), "http-206"),
        (204, (), "http-204"),
        (404, (), "http-404"),
        (403, ("cf-mitigated: challenge",), "blocked"),
        (200, ("cf-mitigated: challenge",), ""),
    ],
)
def test_only_a_whole_answer_has_a_body(status: int, lines: tuple[str, ...], error: str) -> None:
    """Promise: a piece of a feed is never taken for the feed, and an error page never for one."""
    result = end(status, *lines)
    assert (result.error, result.body) == (error, None if error else b"whole")
    assert bool(result.detail) == bool(error)


def test_a_move_is_kept_only_of_an_answer_that_succeeded() -> None:
    """Promise: a feed is not rewritten to an address that does not answer."""
    assert end(200, moved_to="https://a.test/new").moved_to == "https://a.test/new"
    assert end(404, moved_to="https://a.test/new").moved_to == ""


def test_how_long_to_wait_is_what_the_server_says() -> None:
    """Promise: Retry-After and max-age are taken in seconds; silence is silence, not zero."""
    told = end(429, "Retry-After: 120", "Cache-Control: public, max-age=600")
    assert (told.retry_after_s, told.max_age_s) == (120.0, 600.0)
    assert (end(429).retry_after_s, end(429).max_age_s) == (None, None)


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (519, "HTTP status 519"),
        (520, "520: the content network does not reach the publisher's own server"),
        (530, "530: the content network does not reach the publisher's own server"),
        (531, "HTTP status 531"),
        (410, "410 Gone: the publisher says the feed has ended"),
    ],
)
def test_a_status_is_said_in_words(status: int, says: str) -> None:
    """Promise: a person reads what the number means."""
    assert end(status).detail == says


def test_a_failure_keeps_where_it_stood_and_one_printable_line() -> None:
    """Promise: what went wrong, where and after how long; a server's words cannot break the line."""
    request = FetchRequest(request_id="f", url=START)
    job = Ended(request, read_target(START), read_target("https://b.test/x"), Head())
    result = failed(request, "timeout", "too\nslow\x1b[31m", job=job, status=200, retry_after_s=3.0)
    assert (result.error, result.final_url, result.duration_s) == ("timeout", "https://b.test/x", 0.5)
    assert (result.status, result.retry_after_s, result.body) == (200, 3.0, None)
    assert result.detail.isprintable()
    assert (failed(request, "bad-url", "x").final_url, failed(request, "bad-url", "x").duration_s) == ("", 0.0)


def test_an_end_without_an_answer_says_whether_cookies_had_a_part_in_it() -> None:
    """Promise: who reads why a feed failed learns that its site wants cookies, and only where it set some."""
    plain, cookie = (too_many_hops(5, "https://a.test/", cookie=cookie) for cookie in (False, True))
    assert plain == "more than 5 redirects, the last from https://a.test/"
    assert cookie.startswith(plain)
    assert "cookies" in cookie
