"""A tiny HTTP server on 127.0.0.1: answers with exactly the bytes a test gives it, remembers what it was asked."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

RSS = b'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title></channel></rss>'
Answer = bytes | Callable[["Asked"], bytes]


class Asked:
    """One request: its path, its headers (lower-case names) and which connection it came on."""

    def __init__(self, raw: bytes, connection: int) -> None:
        lines = raw.decode("latin-1").split("\r\n")
        self.path = lines[0].split(" ")[1]
        self.headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
        self.connection = connection
        self.at = time.monotonic()


def reply(status: int = 200, body: bytes = RSS, *headers: str) -> bytes:
    """Return a whole HTTP answer with an honest Content-Length."""
    head = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


class Loopback:
    """Serve `routes` (path without query -> bytes, or a function of the request) until the block ends."""

    def __init__(self, routes: dict[str, Answer], address: str = "127.0.0.1", delay_s: float = 0.0) -> None:
        self.routes = routes
        self.delay_s = delay_s
        self.asked: list[Asked] = []
        self.peak = self.live = self.connections = 0
        self.lock = threading.Lock()
        self.listener = socket.create_server((address, 0), backlog=128)
        self.address, self.port = self.listener.getsockname()[:2]
        self.open: set[socket.socket] = set()

    def url(self, path: str = "/", host: str = "") -> str:
        return f"http://{host or self.address}:{self.port}{path}"

    @property
    def allowed(self) -> frozenset[str]:
        return frozenset({f"{self.address}:{self.port}"})

    def __enter__(self) -> Loopback:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()
        for connection in list(self.open):
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.open.add(connection)
            threading.Thread(target=self._serve, args=(connection, self.connections), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        buffer = b""
        try:
            while data := connection.recv(65536):
                buffer += data
                while b"\r\n\r\n" in buffer:
                    raw, _, buffer = buffer.partition(b"\r\n\r\n")
                    if not self._answer(connection, Asked(raw, number)):
                        return
        except OSError:
            pass
        finally:
            connection.close()
            self.open.discard(connection)

    def _answer(self, connection: socket.socket, asked: Asked) -> bool:
        with self.lock:
            self.asked.append(asked)
            self.live += 1
            self.peak = max(self.peak, self.live)
        try:
            time.sleep(self.delay_s)
            answer = self.routes.get(asked.path.partition("?")[0], reply(404, b""))
            data = answer(asked) if callable(answer) else answer
            connection.sendall(data)
            head = data.partition(b"\r\n\r\n")[0]
            return b"\r\nConnection: close" not in head and (b"\r\nContent-Length:" in head or b" 304 " in head)
        finally:
            with self.lock:
                self.live -= 1
