"""Where we may connect to, as values: no socket is opened to find out."""

from __future__ import annotations

import pytest

from monitor.fetch.guard import MAX_URL, RefusedError, check_start, is_public, next_target, read_target

NOWHERE: frozenset[str] = frozenset()


def refusal(here: str, location: str, *, start: str = "", allowed: frozenset[str] = NOWHERE) -> str:
    """Return why a redirect is not followed, or where it leads."""
    try:
        return next_target(read_target(here), location, read_target(start or here), allowed).url
    except RefusedError as error:
        return error.reason


@pytest.mark.parametrize(
    ("here", "location", "leads"),
    [
        ("https://a.test/feed", "http://a.test/feed", "https-downgrade"),
        ("https://a.test/feed", "http://b.test/feed", "https-downgrade"),
        ("http://a.test/feed", "https://a.test/feed", "https://a.test/feed"),
        ("http://a.test/feed", "http://b.test/feed", "http://b.test/feed"),
        ("https://a.test/feed", "https://b.test/feed", "https://b.test/feed"),
        ("https://a.test/x/feed", "new?page=1", "https://a.test/x/new?page=1"),
        ("https://a.test/feed", "//b.test/feed", "https://b.test/feed"),
        ("https://a.test/feed", " ", "redirect-without-location"),
        ("https://a.test/feed", "ftp://a.test/feed", "scheme-not-allowed"),
        ("https://a.test/feed", "https://[::1", "bad-url"),
        ("https://a.test/feed", "https://a.test:22/feed", "port-not-allowed"),
        ("https://a.test/feed", "https://a.test:8443/feed", "https://a.test:8443/feed"),
    ],
)
def test_a_redirect_is_followed_only_where_it_takes_nothing_away(here: str, location: str, leads: str) -> None:
    """Promise: never from https back to http, never to another scheme or to a port that is not the web's."""
    assert refusal(here, location) == leads


def test_the_operators_own_port_and_the_allowed_ones_stay_open_to_redirects() -> None:
    """Promise: a feed on a port of its own may redirect within it; another host needs the operator's word."""
    own = "http://a.test:9000/feed"
    assert refusal(own, "/other") == "http://a.test:9000/other"
    assert refusal("http://b.test/", "http://a.test:9000/other", start=own) == "http://a.test:9000/other"
    assert refusal(own, "http://b.test:9000/") == refusal(own, "http://a.test:9001/") == "port-not-allowed"
    assert refusal(own, "http://b.test:9000/", allowed=frozenset({"b.test:9000"})) == "http://b.test:9000/"


@pytest.mark.parametrize(
    ("port", "allow_private", "open_"),
    [
        (22, False, False),
        (1023, False, False),
        (1024, False, True),
        (80, False, True),
        (443, False, True),
        (22, True, True),
    ],
)
def test_a_privileged_port_of_a_feed_needs_permission(port: int, allow_private: bool, open_: bool) -> None:
    """Promise: ports below 1024 other than the web's are closed until feeds.yaml opens them."""
    target = read_target(f"http://a.test:{port}/")
    if open_:
        check_start(target, NOWHERE, allow_private)
    else:
        with pytest.raises(RefusedError, match="see allow_private"):
            check_start(target, NOWHERE, allow_private)
        check_start(target, frozenset({f"a.test:{port}"}), allow_private=False)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://a.test/" + "x" * (MAX_URL - 14), ""),
        ("http://a.test/" + "x" * (MAX_URL - 13), "bad-url"),
        ("http://a.test/\\x", "bad-url"),
        ("http://a.test/\x00", "bad-url"),
        ("http://ana@a.test/", "bad-url"),
        ("http://:secret@a.test/", "bad-url"),
        ("http://a.test:99999/", "bad-url"),
        ("http:///feed", "bad-url"),
        ("file:///etc/passwd", "scheme-not-allowed"),
    ],
)
def test_an_address_is_refused_for_its_form(url: str, reason: str) -> None:
    """Promise: what two libraries might read in two ways is read by none."""
    try:
        found = read_target(url) and ""
    except RefusedError as error:
        found = error.reason
    assert found == reason


@pytest.mark.parametrize(
    ("url", "as_read"),
    [
        ("HTTP://A.Test", ("http://a.test/", 80)),
        ("https://a.test:443/x?", ("https://a.test/x", 443)),
        ("http://a.test:443/", ("http://a.test:443/", 443)),
        ("https://a.test:80/", ("https://a.test:80/", 80)),
        ("http://a.test/ü?q=ü", ("http://a.test/%C3%BC?q=%C3%BC", 80)),
        ("http://[2606:4700::1]:8080/", ("http://[2606:4700::1]:8080/", 8080)),
    ],
)
def test_an_address_is_written_in_one_way(url: str, as_read: tuple[str, int]) -> None:
    """Promise: equal addresses are equal strings, with the port that a socket would be opened to."""
    target = read_target(url)
    assert (target.url, target.port) == as_read


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("10.0.0.1", False), ("100.64.0.1", False), ("127.0.0.1", False),
        ("169.254.169.254", False), ("224.0.0.1", False), ("255.255.255.255", False), ("2606:4700::1", True),
        ("::1", False),
        ("fe80::1%eth0", False), ("2001:db8::1", False), ("2002:7f00:1::", False), ("64:ff9b::7f00:1", False),
        ("::ffff:127.0.0.1", False), ("", False),
    ],
)  # fmt: skip
def test_only_addresses_of_the_public_internet_are_connected_to(address: str, public: bool) -> None:
    """Promise: no request reaches a machine of the operator's own network, by whatever spelling."""
    assert is_public(address) is public
