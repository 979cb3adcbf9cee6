"""A host name of any script leads to the host its registry means, or nowhere."""

from __future__ import annotations

import pytest

from monitor.fetch.guard import RefusedError, read_target
from monitor.poll.urls import canonical_url


@pytest.mark.parametrize(
    ("host", "ascii_name"),
    [
        ("نامه‌ای.example", "xn--mgba3gch31f060k.example"),
        ("نامهای.example", "xn--mgba3gch31f.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("STRASSE.example", "strasse.example"),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("βόλος.example", "xn--nxasmm1c.example"),
        ("новости.example", "xn--b1amnebsh.example"),
        ("新闻.example", "xn--efvy88h.example"),
        ("ｎｅｗｓ.example", "news.example"),
        ("news。example", "news.example"),
    ],
)
def test_a_name_is_spelled_as_its_registry_does(host: str, ascii_name: str):
    assert read_target(f"https://{host}/feed").host == ascii_name
    assert canonical_url(f"https://{host}/feed") == f"https://{ascii_name}/feed"


@pytest.mark.parametrize("host", ["a‌b.example", "‮news.example", "ne‍ws.example", "­.example", "ａ..example"])
def test_a_name_that_no_registry_allows_is_refused(host: str):
    with pytest.raises(RefusedError):
        read_target(f"https://{host}/feed")
