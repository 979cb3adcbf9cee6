"""A small web server on the loopback interface for the demo, the tests and the benches: serves bytes, honours ETags.

Owns serving alone; what is served is given by its user. Standard library only.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

CONTENT_TYPES = {
    ".xml": "application/rss+xml",
    ".atom": "application/atom+xml",
    ".rdf": "application/rdf+xml",
    ".json": "application/feed+json",
    ".html": "text/html; charset=utf-8",
}


@dataclass(frozen=True)
class Answer:
    """What one address answers."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/rss+xml"
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: bool = True


class FeedServer:
    """Serves `answers` (path to Answer), which may be changed while it runs; counts what it sent by status."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = dict(answers)
        self.sent: Counter[int] = Counter()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @classmethod
    def of_folder(cls, folder: Path) -> FeedServer:
        """Serve the feed files of a folder under their names."""
        files = [path for path in sorted(folder.iterdir()) if path.suffix in CONTENT_TYPES]
        return cls({f"/{p.name}": Answer(p.read_bytes(), content_type=CONTENT_TYPES[p.suffix]) for p in files})

    @property
    def host(self) -> str:
        """The server's `host:port`."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://{self.host}{path}"

    def __enter__(self) -> FeedServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"  # connections are kept, as real servers do

            def do_GET(self) -> None:
                answer = server.answers.get(self.path.split("?")[0], Answer(b"not found", 404, "text/plain"))
                tag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
                same = answer.etag and answer.status == 200 and self.headers.get("If-None-Match") == tag
                status = 304 if same else answer.status
                server.sent[status] += 1
                self.send_response(status)
                if answer.etag and answer.status == 200:
                    self.send_header("ETag", tag)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if not same:
                    self.send_header("Content-Type", answer.content_type)
                    self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                if not same:
                    self.wfile.write(answer.body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
                """Say nothing."""

        return Handler
