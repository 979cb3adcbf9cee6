"""Host names of all scripts in ASCII, as registries of today spell them (IDNA 2008).

Python's own codec follows IDNA 2003: it drops the joiner of Persian and makes `ss` of the German sharp s, and so asks
another host, which anybody may own.
"""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1024)
def ascii_host(host: str) -> str:
    """Return a host name in lower-case ASCII. Raises ValueError where IDNA 2008 allows no such name."""
    if host.isascii():
        return host.lower()
    import idna  # few feeds need it; importing it costs 10 ms

    return idna.encode(host, uts46=True).decode("ascii").lower()
