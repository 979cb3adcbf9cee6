"""One request on the wire: what is read of an answer that is no feed, and whose certificates are trusted."""

from __future__ import annotations

import sys

import pytest

from monitor.fetch.fetcher import fetch_all
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.transfer import MAX_IGNORED, default_ca_file
from monitor.fetch.values import FetchRequest
from tests.fetch.loopback import Loopback, reply


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (b"\x1f\x8b no gzip at all", "Content-Encoding: gzip"),
        (b"x" * (MAX_IGNORED + 1), "X-More: than is read of what is no feed"),
    ],
    ids=["damaged", "cut"],
)
@pytest.mark.parametrize("status", [404, 503])
def test_what_an_error_says_of_itself_is_not_read_as_a_feed(status: int, body: bytes, header: str) -> None:
    """Promise: the status is the reason, whatever stands in the page that comes with it, and no body is kept."""
    with Loopback({"/": reply(status, body, header)}) as server:
        policy = FetchPolicy(allow_private=server.allowed, deadline_s=5)
        (result,) = fetch_all([FetchRequest(request_id="f", url=server.url())], policy)
        assert (result.error, result.status, result.body) == (f"http-{status}", status, None)


def test_a_bundle_named_by_the_environment_goes_before_certifis(monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: an installation behind a company's own authority names its bundle; all others have the same one."""
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/company/authority.pem")
    assert default_ca_file() == "/etc/company/authority.pem"
    monkeypatch.setenv("SSL_CERT_FILE", "")
    assert default_ca_file().endswith("cacert.pem")
    monkeypatch.delenv("SSL_CERT_FILE")
    assert default_ca_file().endswith("cacert.pem")


def test_plain_http_does_not_pay_for_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: the bundle is looked for by the first https request, not by a round without one."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delitem(sys.modules, "certifi", raising=False)
    with Loopback({"/": reply()}) as server:
        (result,) = fetch_all(
            [FetchRequest(request_id="f", url=server.url())], FetchPolicy(allow_private=server.allowed)
        )
    assert (result.error, "certifi" in sys.modules) == ("", False)
