"""One request on the wire: a curl handle, its callbacks and what they saw. Owns every curl option; imports pycurl.

fetcher.py decides what to send and what an ended hop means. libcurl does no redirects, cookies, .netrc, environment
proxies or decoding here: each of these is a way around a rule we keep ourselves.
"""

from __future__ import annotations

import os
import socket
from typing import Any

import pycurl

from monitor.fetch.answer import Head
from monitor.fetch.decode import (
    EncodingError,
    TooLargeError,
    TruncatedError,
)
from monitor.fetch.guard import Target, is_public
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.sniff import Sniffed, decoder_for

# A redirect's or an error's own body is read so far, to keep the connection; then the connection is dropped.
MAX_IGNORED = 64 << 10

_REASONS = {
    pycurl.E_OPERATION_TIMEDOUT: "timeout",
    pycurl.E_COULDNT_RESOLVE_HOST: "dns",
    pycurl.E_COULDNT_RESOLVE_PROXY: "proxy",
    pycurl.E_COULDNT_CONNECT: "refused",
    pycurl.E_SSL_CONNECT_ERROR: "tls",
    pycurl.E_PEER_FAILED_VERIFICATION: "tls",
    pycurl.E_SSL_CACERT_BADFILE: "tls",
    pycurl.E_SSL_CIPHER: "tls",
    pycurl.E_SSL_CERTPROBLEM: "tls",
    pycurl.E_PARTIAL_FILE: "truncated",
    pycurl.E_FILESIZE_EXCEEDED: "too-large",
    pycurl.E_GOT_NOTHING: "reset",
    pycurl.E_RECV_ERROR: "reset",
    pycurl.E_SEND_ERROR: "reset",
    pycurl.E_URL_MALFORMAT: "bad-url",
    100: "headers-too-large",  # CURLE_TOO_LARGE, without a name in pycurl 7.49
}


class Lent:
    """A socket whose descriptor pycurl duplicates; ours is closed as soon as pycurl lets go of it."""

    __slots__ = ("socket",)

    def __init__(self, opened: socket.socket) -> None:
        self.socket = opened

    def fileno(self) -> int:
        """Return the descriptor to duplicate."""
        return self.socket.fileno()

    def __del__(self) -> None:
        self.socket.close()


class Transfer:
    """A reusable handle. `start` arms it for one hop; after libcurl is done, `reason` or `head` and `body` hold."""

    def __init__(self, policy: FetchPolicy) -> None:
        self.policy = policy
        self.trusts = False
        self.job: Any = None
        self.curl = curl = pycurl.Curl()
        curl.transfer = self
        curl.setopt(pycurl.NOSIGNAL, 1)
        curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        curl.setopt(pycurl.FOLLOWLOCATION, 0)
        curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        curl.setopt(pycurl.HTTP_CONTENT_DECODING, 0)
        curl.setopt(pycurl.NETRC, pycurl.NETRC_IGNORED)
        curl.setopt(pycurl.PROXY, policy.proxy)
        curl.setopt(pycurl.NOPROXY, "")
        curl.setopt(pycurl.BUFFERSIZE, 64 << 10)
        curl.setopt(pycurl.MAXFILESIZE_LARGE, policy.max_bytes)
        curl.setopt(pycurl.HEADERFUNCTION, self._on_header)
        curl.setopt(pycurl.WRITEFUNCTION, self._on_body)
        if not policy.proxy:  # a proxy connects for us, so the proxy has to keep the address rule
            curl.setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)
            curl.setopt(pycurl.PREREQFUNCTION, self._before_request)

    def start(self, target: Target, headers: list[str], *, private_ok: bool, budget_s: float) -> None:
        """Arm the handle for one GET that must end within `budget_s`."""
        self.private_ok = private_ok
        self.head = Head()
        self.chunks: list[bytes] = []
        self.decoder: Sniffed | None = None
        self.size = self.header_bytes = self.ignored = 0
        self.reason = self.detail = ""
        curl = self.curl
        if target.scheme == "https" and not self.trusts:
            self.trusts = True
            curl.setopt(pycurl.CAINFO, self.policy.ca_file or default_ca_file())
        curl.setopt(pycurl.URL, target.url)
        curl.setopt(pycurl.HTTPHEADER, headers)
        self.budget_s = self.connect_s = 0.0
        self._allow(budget_s, min(self.policy.connect_s, budget_s))

    def wait_longer(self, extra_s: float) -> None:
        """Put the hop's deadlines off by the time in which nobody could look at its socket."""
        self._allow(extra_s, extra_s)

    def _allow(self, budget_s: float, connect_s: float) -> None:
        self.budget_s += budget_s
        self.connect_s += connect_s
        self.curl.setopt(pycurl.TIMEOUT_MS, max(1, int(self.budget_s * 1000)))
        self.curl.setopt(pycurl.CONNECTTIMEOUT_MS, max(1, int(self.connect_s * 1000)))

    def finish(self, code: int, message: str) -> None:
        """Take libcurl's verdict: keep our own reason where a callback stopped the transfer."""
        if self.reason == "cut":
            self.reason = self.detail = ""
            return
        if not self.reason and code:
            self.reason = _REASONS.get(code, "bad-response")
            self.detail = message or f"libcurl error {code}"
        if not self.reason and self.head.is_whole:
            try:
                self._keep(self._decoder().flush(self.policy.max_bytes - self.size))
                self._decoder().close()
            except TooLargeError:
                self._stop("too-large", f"more than {self.policy.max_bytes} bytes after decoding")
            except TruncatedError as error:
                self._stop("truncated", str(error))
            except EncodingError as error:
                self._stop("bad-encoding", str(error))

    @property
    def body(self) -> bytes:
        """Return the decoded body."""
        return self.chunks[0] if len(self.chunks) == 1 else b"".join(self.chunks)

    def close(self) -> None:
        """Free the handle."""
        self.curl.close()

    def _stop(self, reason: str, detail: str) -> int:
        """Remember why we stop, and return the number that makes libcurl stop."""
        self.reason, self.detail = reason, detail
        return -1

    def _on_header(self, line: bytes) -> int | None:
        self.header_bytes += len(line)
        if self.header_bytes > self.policy.max_header_bytes:
            return self._stop("headers-too-large", f"more than {self.policy.max_header_bytes} bytes of headers")
        if self.decoder is None:  # later lines are trailers: counted, not believed
            self.head.line(line)
        return None

    def _on_body(self, chunk: bytes) -> int | None:
        if not self.head.is_whole:
            self.ignored += len(chunk)
            return self._stop("cut", "") if self.ignored > MAX_IGNORED else None
        try:
            plain = self._decoder().feed(chunk, self.policy.max_bytes - self.size)
        except TooLargeError:
            return self._stop("too-large", f"more than {self.policy.max_bytes} bytes after decoding")
        except EncodingError as error:
            return self._stop("bad-encoding", str(error))
        self._keep(plain)
        return None

    def _keep(self, plain: bytes) -> None:
        self.size += len(plain)
        self.chunks.append(plain)

    def _decoder(self) -> Sniffed:
        """Return this answer's decoder; even a body without a byte has one, and is cut off where it is compressed."""
        if self.decoder is None:
            self.decoder = decoder_for(self.head.text(b"content-encoding"))
        return self.decoder

    def _open_socket(self, _purpose: int, address: Any) -> Any:
        """Open the socket only where the address libcurl is about to use is allowed."""
        family, kind, protocol, where = address
        host = where[0] if isinstance(where, tuple) else ""
        if not self._may_connect(host):
            return pycurl.SOCKET_BAD
        return Lent(socket.socket(family, kind, protocol))

    def _before_request(self, address: str, _local: str, _port: int, _local_port: int) -> int:
        """Check again before each request: a kept connection may have been opened for a feed with other rights."""
        return int(pycurl.PREREQFUNC_OK if self._may_connect(address) else pycurl.PREREQFUNC_ABORT)

    def _may_connect(self, address: str | bytes) -> bool:
        text = address.decode("ascii", "replace") if isinstance(address, bytes) else address
        if self.private_ok or is_public(text):
            return True
        self._stop("private-address", f"{text} is not a public address")
        return False


def default_ca_file() -> str:
    """Return the certificate bundle: $SSL_CERT_FILE, else certifi's. libcurl reads it once per round and shares it."""
    path = os.environ.get("SSL_CERT_FILE", "")
    if path:
        return path
    import certifi

    return str(certifi.where())
