"""How we behave towards other people's servers: limits, pace and the name we give.

Owns the numbers and their reasons; feeds.yaml sets some of them (config/), fetcher.py keeps all of them.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from monitor import __version__

ACCEPT_FEED = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
ACCEPT_XML = "application/xml, text/xml;q=0.9, */*;q=0.5"
ACCEPT_JSON = "application/json, */*;q=0.5"
ACCEPT_PAGE = "text/html, application/xhtml+xml, */*;q=0.5"
ACCEPT_TEXT = "text/plain, */*;q=0.5"

# Ports a redirect may lead to. A feed's own port is allowed too: the operator wrote it in feeds.yaml.
WEB_PORTS = frozenset({80, 443, 8080, 8443})


class FetchPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of one round of fetching. Durations in seconds, sizes in bytes.

    `deadline_s` bounds the time on the wire of one request with all its redirects. `max_bytes` counts decoded bytes.
    `allow_private` lists `host:port` that may be private and on any port. `now` is used for Retry-After and Expires
    dates of servers that send no Date.
    """

    user_agent: str = f"monitor/{__version__}"
    concurrency: int = 48
    per_host: int = 2
    per_host_delay_s: float = 0.0
    deadline_s: float = 30.0
    connect_s: float = 10.0
    max_bytes: int = 16 << 20
    max_header_bytes: int = 128 << 10
    max_hops: int = 5
    proxy: str = ""
    ca_file: str = ""
    allow_private: frozenset[str] = frozenset()
    now: datetime | None = None


def user_agent(contact: str = "", name: str = "") -> str:
    """Return the honest User-Agent: what we are and where to complain (a URL or an e-mail address)."""
    name = name or f"monitor/{__version__}"
    text = f"{name} (+{contact})" if contact else name
    return "".join(c for c in text if " " <= c <= "~")[:200]
