"""A host that asks for rest gets it; one address that is refused for ever keeps no other from being asked."""

from __future__ import annotations

import pytest

from monitor.fetch.fetcher import fetch_all
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.values import FetchRequest, FetchResult
from tests.fetch.loopback import RSS, Loopback, reply


def fetched(answers: list[bytes], *, per_host: int = 2) -> tuple[list[FetchResult], int]:
    """Fetch one address per answer from one host; return results in order, and how many were asked."""
    with Loopback({f"/{n}": answer for n, answer in enumerate(answers)}) as server:  # type: ignore[arg-type]
        requests = [FetchRequest(request_id=str(n), url=server.url(f"/{n}")) for n in range(len(answers))]
        policy = FetchPolicy(allow_private=server.allowed, deadline_s=10, per_host=per_host)
        results = sorted(fetch_all(requests, policy), key=lambda result: int(result.request_id))
        return results, len(server.asked)


@pytest.mark.parametrize("status", [429, 503, 420, 529])
def test_after_two_refusals_the_rest_is_not_asked(status: int):
    results, n_asked = fetched([reply(status, b"slow", "Retry-After: 600")] * 12)
    assert n_asked <= 3
    assert {result.error for result in results} == {f"http-{status}", "host-resting"}
    assert {result.retry_after_s for result in results} == {600.0}
    assert f"answered {status} to other feeds" in results[-1].detail


@pytest.mark.parametrize("status", [404, 403, 500, 410, 451])
def test_other_failures_are_of_one_address(status: int):
    results, n_asked = fetched([reply(status, b"no")] * 8)
    assert (n_asked, {result.error for result in results}) == (8, {f"http-{status}"})


def test_a_host_that_serves_others_meanwhile_is_asked_on():
    """Promise: two feeds refused for ever do not cost the other ten."""
    results, n_asked = fetched([reply(200, RSS)] * 4 + [reply(503, b"no")] * 2 + [reply(200, RSS)] * 6, per_host=1)
    assert (n_asked, sum(not result.error for result in results)) == (12, 10)


@pytest.mark.parametrize(
    ("head", "whole"),
    [((200, []), True), ((203, []), True), ((226, []), True), ((201, []), False), ((202, []), False),
     ((204, []), False), ((206, []), False), ((206, ["Content-Range: bytes 0-9/900"]), False),
     ((206, [f"Content-Range: bytes 0-{len(RSS) - 1}/{len(RSS)}"]), True)],
)  # fmt: skip
def test_which_answers_are_whole(head: tuple[int, list[str]], whole: bool):
    ((result,), _) = fetched([reply(head[0], b"" if head[0] == 204 else RSS, *head[1])])
    assert (result.body == RSS, result.error == "") == (whole, whole)


@pytest.mark.parametrize("status", [403, 503, 429, 202])
@pytest.mark.parametrize("header", ["cf-mitigated: challenge", "x-amzn-waf-action: captcha", "X-DataDome: protected"])
def test_a_challenge_is_called_one(status: int, header: str):
    ((result,), _) = fetched([reply(status, b"<!doctype html>", header)])
    assert (result.error, "challenge" in result.detail) == ("blocked", True)


def test_a_cookie_wall_is_called_one():
    ((result,), n_asked) = fetched([reply(302, b"", "Location: /0", "Set-Cookie: seen=1")])
    assert (result.error, n_asked, "it wants a cookie" in result.detail) == ("too-many-hops", 1, True)
