"""One request on the wire: what is read of an answer that is no feed, and whose certificates are trusted."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import pytest

from monitor.fetch.fetcher import fetch_all
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.transfer import MAX_IGNORED, default_ca_file
from monitor.fetch.values import FetchRequest
from tests.fetch.loopback import RSS, Loopback, reply


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


def test_a_proxy_on_the_own_network_is_asked_in_our_place() -> None:
    """Promise: a proxy that feeds.yaml names is connected to wherever it stands, and is given the whole address."""
    with Loopback({"http://news.test/feed": reply()}) as proxy:
        policy = FetchPolicy(proxy=f"http://{proxy.address}:{proxy.port}", deadline_s=5)
        (result,) = fetch_all([FetchRequest(request_id="f", url="http://news.test/feed")], policy)
    assert (result.error, result.status) == ("", 200)
    assert [asked.path for asked in proxy.asked] == ["http://news.test/feed"]


def test_a_private_address_is_not_so_much_as_connected_to() -> None:
    """Promise: no socket is opened to a machine of the operator's network, however harmless the request."""
    with Loopback({"/": reply()}) as server:
        (result,) = fetch_all([FetchRequest(request_id="f", url=server.url())], FetchPolicy(deadline_s=5))
        assert (result.error, server.connections) == ("private-address", 0)


def test_a_small_error_page_costs_no_connection() -> None:
    """Promise: the next request to the host goes over the connection that is there."""
    with Loopback({"/": reply(404, b"x" * 100), "/feed": reply()}) as server:
        policy = FetchPolicy(allow_private=server.allowed, per_host=1, deadline_s=5)
        asked = [FetchRequest(request_id=path, url=server.url(path)) for path in ("/", "/feed")]
        assert [result.error for result in fetch_all(asked, policy)] == ["http-404", ""]
        assert server.connections == 1


@pytest.mark.parametrize(("longer", "error"), [(0, ""), (1, "too-large")])
def test_a_body_of_the_greatest_size_is_read(longer: int, error: str) -> None:
    """Promise: the limit is the last size that is read, packed or not."""
    body = b"x" * (1_000 + longer)
    answers = {"/": reply(200, body), "/gz": reply(200, gzip.compress(body), "Content-Encoding: gzip")}
    with Loopback(answers) as server:
        policy = FetchPolicy(allow_private=server.allowed, max_bytes=1_000, deadline_s=5)
        asked = [FetchRequest(request_id=path, url=server.url(path)) for path in answers]
        assert [result.error for result in fetch_all(asked, policy)] == [error, error]


@pytest.mark.parametrize(("longer", "error"), [(0, ""), (1, "headers-too-large")])
def test_headers_of_the_greatest_size_are_read(longer: int, error: str) -> None:
    """Promise: the limit counts every byte of the head, its last line too."""
    answer = reply(200, RSS, "X-Long: " + "x" * 500)
    most = len(answer) - len(RSS) - longer
    with Loopback({"/": answer}) as server:
        policy = FetchPolicy(allow_private=server.allowed, max_header_bytes=most, deadline_s=5)
        (result,) = fetch_all([FetchRequest(request_id="f", url=server.url())], policy)
        assert result.error == error


def test_a_bundle_that_is_named_is_the_one_that_is_used(tmp_path: Path) -> None:
    """Promise: where a bundle is named and cannot be read, no other is trusted in its place."""
    with Loopback({}) as server:
        policy = FetchPolicy(allow_private=server.allowed, ca_file=str(tmp_path / "none.pem"), deadline_s=5)
        (result,) = fetch_all([FetchRequest(request_id="f", url=f"https://{server.address}:{server.port}/")], policy)
    assert result.error == "tls"
    assert "none.pem" in result.detail
