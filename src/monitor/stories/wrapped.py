"""The address inside an address: whose page a search alert, an AMP copy, an archive or a click counter leads to.

Reads the address alone; nothing is asked over the network. An address that only a server could resolve (a shortener)
comes back as it is, and its host stays an aggregator.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

_MAX_LENGTH = 4096
_MAX_DEPTH = 3
# Parameters in which forwarders write where they lead, with the whole address as their value.
_PARAMETERS = frozenset({"url", "u", "q", "uddg", "target", "dest", "destination", "redirect", "redirect_url", "to"})
_WHOLE = re.compile(r"https?://[^\s/?#]+\.[^\s/?#]", re.IGNORECASE)
# /web/2026…/https://paper.example/a, /https://paper.example/a; some hosts fold the two slashes into one.
_IN_PATH = re.compile(r"/(?:[^/]{0,60}/){0,3}?(https?):/{1,2}([^\s/]+\.[^\s]+)", re.IGNORECASE)
# Google, its cache and those of others: /amp/s/paper.example/a, /c/s/…, /v/s/…, /i/s/…; without the s it is http.
_AMP_PATH = re.compile(r"/(?:amp|[cvi])/(s/)?([^/\s]+\.[^/\s]+(?:/.*)?)$")
_AMP_HOSTS = (".cdn.ampproject.org", "google.com", ".bing-amp.com", ".ampproject.net")
_TRANSLATED = ".translate.goog"


def innermost(link: str) -> str:
    """Return the address that `link` leads to as far as it says so itself; any other link as it is."""
    for _ in range(_MAX_DEPTH):
        inner = _inner(link) if len(link) <= _MAX_LENGTH else ""
        if not inner:
            break
        link = inner
    return link


def _inner(link: str) -> str:
    try:
        parts = urlsplit(link.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return ""
    if host.endswith(_TRANSLATED):
        return f"https://{_untranslated(host)}{parts.path}"
    amp = _AMP_PATH.match(parts.path) if host.endswith(_AMP_HOSTS) else None
    if amp:
        return f"http{'s' if amp[1] else ''}://{amp[2]}"
    whole = _IN_PATH.match(unquote(parts.path))
    if whole:
        return f"{whole[1]}://{whole[2]}"
    for name, value in parse_qsl(parts.query, max_num_fields=50) if parts.query.count("&") < 50 else ():
        if name.lower() in _PARAMETERS:
            cached = value.split(":", 2)[-1] if value.startswith("cache:") else value
            if _WHOLE.match(cached):
                return cached
    return ""


def _untranslated(host: str) -> str:
    """Return the host that Google's translator spells with hyphens: `www-paper-example` is `www.paper.example`."""
    spelled = host.removesuffix(_TRANSLATED)
    return spelled.replace("--", "\0").replace("-", ".").replace("\0", "-")
