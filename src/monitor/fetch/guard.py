"""Where we may connect to: the rules for a URL and for the address a socket is opened to.

Owns refusals only; it opens nothing and resolves nothing. The address is checked where the socket is made
(transfer.py), so a name that resolves to something else a second later gains nothing. An explicit list of networks
and not `ipaddress.is_global`: Python 3.11 calls 64:ff9b::7f00:1, 2002:7f00:1::, ::127.0.0.1 and 224.0.0.1 global.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from urllib.parse import quote, urljoin, urlsplit

import msgspec

from monitor.fetch.idn import ascii_host
from monitor.fetch.policy import WEB_PORTS

MAX_URL = 4000
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]")
_HOST = re.compile(r"[a-z0-9_.-]{1,253}|\[[0-9a-f:.]{2,45}\]")
_PATH_SAFE = "/%:@!$&'()*+,;=-._~[]|"
_QUERY_SAFE = _PATH_SAFE + '?{}^`"<>'

# IANA special-purpose registries (IPv4: RFC 6890 and successors), multicast and class E
_REFUSED_4 = tuple(
    ipaddress.IPv4Network(net)
    for net in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    )
)  # fmt: skip
# IPv6: only global unicast is open, and of that not Teredo and its neighbours, documentation and 6to4
_OPEN_6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_6 = tuple(
    ipaddress.IPv6Network(net) for net in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48")
)


class RefusedError(ValueError):
    """A URL or a redirect we do not follow; `reason` is a stable kebab string."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Target(msgspec.Struct, frozen=True):
    """A URL taken apart, checked and written again, so that every library reads the same thing in it."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """Return `host:port`, as the allow-list spells it."""
        return f"{self.host}:{self.port}"


@functools.lru_cache(maxsize=4096)
def is_public(address: str) -> bool:
    """Say whether an IP address belongs to the public internet; anything unreadable does not."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in net for net in _REFUSED_4)
    return ip in _OPEN_6 and not any(ip in net for net in _REFUSED_6)


def read_target(url: str) -> Target:
    """Take a URL apart and check its form. Raises RefusedError."""
    if len(url) > MAX_URL or _UNSAFE.search(url):
        raise RefusedError("bad-url", "the URL is too long or holds control characters or a backslash")
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise RefusedError("bad-url", f"the URL cannot be read: {error}") from None
    if parts.scheme not in ("http", "https"):
        raise RefusedError("scheme-not-allowed", f"only http and https, not {parts.scheme[:20]!r}")
    if parts.username is not None or parts.password is not None:
        raise RefusedError("bad-url", "user names and passwords in a URL are not supported")
    host = _ascii_host(parts.hostname or "")
    if port is None:
        port = 443 if parts.scheme == "https" else 80
    path = quote(parts.path or "/", safe=_PATH_SAFE)
    query = "?" + quote(parts.query, safe=_QUERY_SAFE) if parts.query else ""
    default = port == (443 if parts.scheme == "https" else 80)
    where = host if default else f"{host}:{port}"
    return Target(f"{parts.scheme}://{where}{path}{query}", parts.scheme, host, port)


def _ascii_host(host: str) -> str:
    """Return the host in lower-case ASCII (IDNA), IPv6 literals in brackets. Raises RefusedError."""
    if not host.isascii():
        try:
            host = ascii_host(host)
        except ValueError:
            raise RefusedError("bad-url", "the host name cannot be written in ASCII") from None
    host = f"[{host}]" if ":" in host else host.lower()
    if not _HOST.fullmatch(host):
        raise RefusedError("bad-url", "the URL has no usable host name")
    return host


def check_start(target: Target, allowed: frozenset[str], allow_private: bool) -> None:
    """Check the port of a URL the operator wrote: privileged ports other than the web's are refused."""
    if target.port in WEB_PORTS or allow_private or target.authority in allowed or target.port >= 1024:
        return
    raise RefusedError("port-not-allowed", f"port {target.port} is not a web port; see allow_private in feeds.yaml")


def next_target(here: Target, location: str, start: Target, allowed: frozenset[str]) -> Target:
    """Resolve and check one redirect: form, no way back from https to http, a web port. Raises RefusedError."""
    if not location.strip():
        raise RefusedError("redirect-without-location", "a redirect that does not say where to")
    try:
        url = urljoin(here.url, location.strip())
    except ValueError:
        raise RefusedError("bad-url", "the redirect's address cannot be read") from None
    target = read_target(url)
    if here.scheme == "https" and target.scheme == "http":
        raise RefusedError("https-downgrade", f"https redirects to plain http ({target.host})")
    own = (target.host, target.port) == (start.host, start.port)
    if not (target.port in WEB_PORTS or own or target.authority in allowed):
        raise RefusedError("port-not-allowed", f"redirected to port {target.port} of {target.host}")
    return target
