"""A hundred and forty-five traps at once: every fetch ends by its deadline, none reaches a private address."""

from __future__ import annotations

import importlib
import resource
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from monitor.fetch.fetcher import fetch_all
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.values import FetchRequest

DEADLINE_S = 3.0
# Traps whose answer is whole and harmless as far as HTTP and gzip can tell; what is in it is the reader's business.
HARMLESS = {
    "/ok", "/etag", "/etag-rotates", "/etag-hostile", "/cache-year", "/flap", "/growing", "/rotating-guids", "/edits",
    "/vanishes", "/empty-feed", "/cl-too-short", "/cl-and-chunked", "/redirect-chain", "/redirect-301",
    "/redirect-bomb", "/redirect-crlf", "/meta-refresh", "/https-downgrade", "/ct-html-is-feed", "/ct-image-is-feed",
    "/ct-xml-is-html", "/ct-none", "/ct-charset-lie", "/ct-charset-codec", "/ct-huge", "/ce-gzip", "/ce-gzip-junk",
    "/ce-lie", "/ce-unknown",
    "/cookie-bomb", "/body-is-path", "/body-is-devzero", "/body-is-url", "/xxe-canary", "/self-links-canary",
    "/cpu-author", "/flood", "/tls-garbage",
}  # fmt: skip


@pytest.fixture
def traps(shared: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The trap server's module."""
    monkeypatch.syspath_prepend(str(shared / "hostile"))
    sys.modules.pop("hostile_server", None)
    return importlib.import_module("hostile_server")


@pytest.mark.shared
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_every_trap_ends_and_none_reaches_inside(traps: ModuleType):
    """All traps in one round: ended by the deadline, 0 hits on the inner service, memory bounded."""
    with traps.HostileServer(max_conn_s=20) as server:
        server.bomb("gzip", 64), server.bomb("deflate", 64), server.bomb("br", 64)
        urls = {path: server.url(path) for path in traps.E if path not in ("/redirect-to", "/redirect-pong")}
        urls |= {f"ssrf:{name}": server.url(f"/redirect-to?t={name}") for name in server.ssrf_targets()}
        urls["tls:plain-port"] = server.url("/ok").replace("http:", "https:")
        if server.tls_port:
            urls |= {"tls:self-signed": server.tls_url("/ok"), "tls:downgrade": server.tls_url("/https-downgrade")}
        allowed = {f"127.0.0.1:{server.port}", f"127.0.0.1:{server.tls_port}"}
        policy = FetchPolicy(allow_private=frozenset(allowed), deadline_s=DEADLINE_S, per_host=24)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began, slowest = time.monotonic(), 0.0
        results = {}
        for result in fetch_all([FetchRequest(request_id=name, url=url) for name, url in urls.items()], policy):
            results[result.request_id] = result
            slowest = max(slowest, result.duration_s)
        took = time.monotonic() - began
        grown_mib = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10
    assert set(results) == set(urls)
    assert len(urls) >= 140
    assert slowest <= DEADLINE_S + 1, slowest
    assert took < 6 * DEADLINE_S
    assert server.canary_hits == []
    assert {name for name, result in results.items() if not result.error} == HARMLESS
    bombs = ("/gzip-bomb", "/deflate-bomb", "/br-bomb")
    assert {results[name].error for name in bombs} == {"too-large"}
    assert all(result.detail.isprintable() and result.detail for result in results.values() if result.error)
    assert grown_mib < 300  # some twenty bodies of 16 MiB at once; one at a time stays under 64
