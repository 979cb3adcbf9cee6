"""A loopback feed farm: writes N realistic feeds and serves them on 127.0.x.y, by asyncio (latency) or nginx (TLS).

Modes of the asyncio server: `normal` (ETag, 304), `always200` (same bytes, no validators); `--stall HOSTS` lets that
many hosts accept and never answer. Only loopback addresses are bound. Standard library alone.

    python3 -m bench._farm serve --root DIR --port 8600 [--latency-ms 100] [--stall 10]
"""

from __future__ import annotations

import argparse
import asyncio
import email.utils
import hashlib
import html
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from bench._words import NAMES, Words

EPOCH = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def generate(out: Path, n_feeds: int, n_items: int, *, seed: int = 7, n_words: int = 60) -> None:
    """Write the feeds unless they are there: 70 % RSS 2.0 in three styles, 22 % Atom, 8 % RDF."""
    meta = {"feeds": n_feeds, "items": n_items, "seed": seed, "words": n_words, "version": 2}
    note = out / "meta.json"
    if note.exists() and json.loads(note.read_text()) == meta:
        return
    out.mkdir(parents=True, exist_ok=True)
    words = Words(seed)
    for feed in range(n_feeds):
        words.rng = random.Random(seed * 1_000_003 + feed)
        (out / f"{feed:05d}.xml").write_bytes(_feed(words, feed, n_items, n_words))
    note.write_text(json.dumps(meta))


def _feed(words: Words, feed: int, n_items: int, n_words: int) -> bytes:
    rng = words.rng
    kind, style, length = rng.random(), rng.randrange(3), int(n_words * rng.uniform(0.55, 1.45))
    when = EPOCH - timedelta(minutes=rng.randrange(240))
    items = []
    for number in range(n_items, 0, -1):
        items.append((number, words.title(), words.text(length), rng.choice(NAMES), when))
        when -= timedelta(minutes=rng.randrange(4, 90))
    writer = _rss if kind < 0.70 else _atom if kind < 0.92 else _rdf
    return writer(feed, items, style).encode()


def _rss(feed: int, items: list, style: int) -> str:
    site = f"https://news{feed:04d}.example"
    parts = [
        (
            '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
            f'xmlns:media="http://search.yahoo.com/mrss/">\n<channel>\n<title>Feed {feed}</title>\n'
            f"<link>{site}/</link>\n"
            "<description>Latest</description>\n<language>en</language>\n<ttl>15</ttl>\n"
        )
    ]
    for number, title, text, author, when in items:
        body = f"<p>{html.escape(text, quote=False)}</p>"
        image = f'<img src="{site}/i/{number}.jpg" alt="" width="640" height="360" />'
        description = (escape(text), f"<![CDATA[{body}]]>", escape(image + body))[style]
        media = f'<media:content url="{site}/i/{number}.jpg" medium="image" width="800"/>\n' if style == 1 else ""
        parts.append(
            f"<item>\n<title>{escape(title)}</title>\n<link>{site}/{when:%Y/%m/%d}/report-{number}</link>\n"
            f"<description>{description}</description>\n<dc:creator>{author}</dc:creator>\n<category>World</category>\n"
            f"<pubDate>{email.utils.format_datetime(when)}</pubDate>\n"
            f'<guid isPermaLink="false">news{feed:04d}-{number:06d}</guid>\n{media}</item>\n'
        )
    return "".join([*parts, "</channel>\n</rss>\n"])


def _atom(feed: int, items: list, _: int) -> str:
    site = f"https://news{feed:04d}.example"
    parts = [
        (
            '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n'
            f'<title>Feed {feed}</title>\n<link href="{site}/"/>\n'
            f"<updated>{EPOCH.isoformat()}</updated>\n<id>urn:{feed}</id>\n"
        )
    ]
    for number, title, text, author, when in items:
        body = escape(f"<p>{html.escape(text, quote=False)}</p>")
        parts.append(
            f'<entry>\n<title type="html">{escape(escape(title))}</title>\n<link rel="alternate" type="text/html" '
            f'href="{site}/{when:%Y/%m/%d}/report-{number}"/>\n<id>urn:news{feed:04d}-{number:06d}</id>\n'
            f"<published>{when.isoformat()}</published>\n<updated>{when.isoformat()}</updated>\n"
            f'<author><name>{author}</name></author>\n<summary type="html">{body}</summary>\n</entry>\n'
        )
    return "".join([*parts, "</feed>\n"])


def _rdf(feed: int, items: list, _: int) -> str:
    site = f"https://news{feed:04d}.example"
    links = [f"{site}/{when:%Y/%m/%d}/report-{number}" for number, *_rest, when in items]
    listed = "".join(f'<rdf:li rdf:resource="{link}"/>\n' for link in links)
    parts = [
        (
            '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
            'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
            f'<channel rdf:about="{site}/">\n<title>Feed {feed}</title>\n<link>{site}/</link>\n<description>Latest'
            f"</description>\n<items><rdf:Seq>\n{listed}</rdf:Seq></items>\n</channel>\n"
        )
    ]
    for link, (_number, title, text, author, when) in zip(links, items, strict=True):
        parts.append(
            f'<item rdf:about="{link}">\n<title>{escape(title)}</title>\n<link>{link}</link>\n'
            f"<description>{escape(text)}</description>\n<dc:creator>{author}</dc:creator>\n"
            f"<dc:date>{when.isoformat()}</dc:date>\n</item>\n"
        )
    return "".join([*parts, "</rdf:RDF>\n"])


def host_of(feed: int, n_hosts: int) -> str:
    """Return the loopback address feed number `feed` is served on."""
    host = feed % n_hosts
    return f"127.0.{1 + host // 250}.{1 + host % 250}"


def urls(n_feeds: int, port: int, n_hosts: int, scheme: str = "http") -> list[str]:
    """Return the address of every feed."""
    return [f"{scheme}://{host_of(feed, n_hosts)}:{port}/{feed:05d}.xml" for feed in range(n_feeds)]


class Farm:
    """What the asyncio server answers."""

    def __init__(self, root: Path, mode: str) -> None:
        self.normal = mode == "normal"
        self.files: dict[bytes, tuple[bytes, bytes]] = {}
        for path in sorted(root.glob("*.xml")):
            body = path.read_bytes()
            self.files[b"/" + path.name.encode()] = (body, b'"' + hashlib.sha256(body).hexdigest()[:20].encode() + b'"')

    def answer(self, head: bytes) -> bytes:
        found = self.files.get(head.split(b" ", 2)[1])
        if found is None:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        body, etag = found
        seal = b"ETag: " + etag + b"\r\n" if self.normal else b""
        if self.normal and b"\r\nif-none-match: " + etag in head.lower():
            return b"HTTP/1.1 304 Not Modified\r\n" + seal + b"\r\n"
        size = str(len(body)).encode()
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: "
            + size
            + b"\r\n"
            + seal
            + b"\r\n"
            + body
        )


class Connection(asyncio.Protocol):
    """One client; answers after the latency, or never."""

    def __init__(self, farm: Farm, latency_s: float, stalling: set[str]) -> None:
        self.farm, self.latency_s, self.stalling, self.buffer = farm, latency_s, stalling, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.stalled = transport.get_extra_info("sockname")[0] in self.stalling

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\r\n\r\n" in self.buffer and not self.stalled:
            head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
            answer = self.farm.answer(head)
            if self.latency_s:
                asyncio.get_running_loop().call_later(self.latency_s, self.transport.write, answer)
            else:
                self.transport.write(answer)


async def serve(args: argparse.Namespace) -> None:
    farm = Farm(Path(args.root), args.mode)
    addresses = [host_of(host, args.hosts) for host in range(args.hosts)]
    stalling = set(addresses[: args.stall])
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    server = await loop.create_server(
        lambda: Connection(farm, args.latency_ms / 1000, stalling), host=addresses, port=args.port, backlog=512
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.call_later(args.max_seconds, stop.set)
    await stop.wait()
    server.close()


NGINX = """worker_processes 1; pid {work}/nginx.pid; error_log {work}/error.log warn; daemon off;
worker_rlimit_nofile 8192; events {{ worker_connections 4096; }}
http {{
  types {{ application/xml xml; }}
  access_log off; sendfile on; tcp_nopush on; keepalive_timeout 65; keepalive_requests 100000;
  open_file_cache max=20000 inactive=600s; open_file_cache_valid 600s;
  client_body_temp_path {work}/b; proxy_temp_path {work}/p; fastcgi_temp_path {work}/f; uwsgi_temp_path {work}/u;
  scgi_temp_path {work}/s; {tls}
  server {{ {listens} root {root}; {validators} }}
}}
"""


def nginx_config(root: Path, work: Path, port: int, n_hosts: int, *, mode: str, tls: bool) -> Path:
    """Write a configuration that serves the farm, over TLS with a certificate of its own where asked."""
    work.mkdir(parents=True, exist_ok=True)
    addresses = [host_of(host, n_hosts) for host in range(n_hosts)]
    certificate, key = work / "cert.pem", work / "key.pem"
    if tls and not certificate.exists():
        names = ",".join(f"IP:{address}" for address in addresses)
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=farm"
        files = ["-keyout", str(key), "-out", str(certificate), "-addext", f"subjectAltName={names}"]
        subprocess.run([*command.split(), *files], check=True, capture_output=True)
    off = "etag off; if_modified_since off; max_ranges 0; add_header Last-Modified '';"
    config = work / "nginx.conf"
    config.write_text(
        NGINX.format(
            work=work,
            root=root,
            tls=f"ssl_certificate {certificate}; ssl_certificate_key {key};" if tls else "",
            listens=" ".join(f"listen {address}:{port}{' ssl' if tls else ''} backlog=512;" for address in addresses),
            validators="etag on; if_modified_since exact;" if mode == "normal" else off,
        )
    )
    return config


class FarmProcess:
    """A farm server for the length of a `with` block."""

    def __init__(
        self, root: Path, work: Path, *, port: int, n_hosts: int, server: str, mode: str = "normal", tls: bool = False,
        latency_ms: int = 0, stall: int = 0,
    ) -> None:  # fmt: skip
        self.last = (host_of(n_hosts - 1, n_hosts), port)
        if server == "nginx":
            config = nginx_config(root, work, port, n_hosts, mode=mode, tls=tls)
            self.command = ["nginx", "-e", str(work / "error.log"), "-c", str(config)]
        else:
            self.command = [sys.executable, "-m", "bench._farm", "serve", "--root", str(root), "--port", str(port)]
            self.command += [
                "--mode",
                mode,
                "--latency-ms",
                str(latency_ms),
                "--hosts",
                str(n_hosts),
                "--stall",
                str(stall),
            ]

    def __enter__(self) -> FarmProcess:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        for _ in range(500):
            try:
                socket.create_connection(self.last, 0.2).close()
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit(f"error: the farm's server ended: {' '.join(self.command)}") from None
                time.sleep(0.02)
            else:
                return self
        self.__exit__()
        raise SystemExit("error: the farm's server did not start")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["serve", "generate"])
    parser.add_argument("--root", required=True)
    parser.add_argument("--port", type=int, default=8600)
    parser.add_argument("--hosts", type=int, default=250)
    parser.add_argument("--mode", choices=["normal", "always200"], default="normal")
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--stall", type=int, default=0)
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--items", type=int, default=40)
    parser.add_argument("--max-seconds", type=float, default=3000)
    args = parser.parse_args()
    if args.action == "generate":
        generate(Path(args.root), args.feeds, args.items)
    else:
        asyncio.run(serve(args))


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    main()
