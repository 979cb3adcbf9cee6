"""Connections that do not wait for ever: a request has to arrive whole within some seconds, and there are not too many.

uvicorn ends idle connections between requests, but waits without end for a request that somebody began and left.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

READ_S = 15.0  # for the head and body of a request, from the connection's or the last answer's moment on
MOST = 400  # open connections; a desk needs some ten, and a process often may open no more than 1,024 files


class TimedProtocol(H11Protocol):
    """HTTP/1.1 that closes a connection whose request does not arrive in time, and those past `most`."""

    read_s, most = READ_S, MOST
    _since = 0.0
    _watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock, or hang up where too many are connected."""
        super().connection_made(transport)
        self._since = self.loop.time()
        if len(self.connections) > self.most:
            transport.abort()
            return
        self._watch = self.loop.call_later(self.read_s, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Start the clock for the next request."""
        self._since = self.loop.time()
        super().on_response_complete()

    def _look(self) -> None:
        """Close where a request is still being read after its time; else look again when that could be."""
        left_s = self._since + self.read_s - self.loop.time()
        reading = self.conn.their_state in (h11.IDLE, h11.SEND_BODY)
        if reading and left_s <= 0 and not self.transport.is_closing():
            self.transport.abort()
            return
        self._watch = self.loop.call_later(max(left_s, self.read_s / 4), self._look)
