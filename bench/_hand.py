"""The floor: one collection tick by a hand-written script. libcurl, raw expat, body hash, one SQLite table.

It checks no address, caps nothing, keeps no log, scores nothing and reads no malformed feed; it marks what the machine
allows. `python3 -m bench._hand URLS DB`.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
import sys
from datetime import UTC, datetime
from io import BytesIO
from xml.parsers import expat

import pycurl

CONCURRENCY = 50
ATOM, RSS1, DC = "http://www.w3.org/2005/Atom ", "http://purl.org/rss/1.0/ ", "http://purl.org/dc/elements/1.1/ "
ABOUT = "http://www.w3.org/1999/02/22-rdf-syntax-ns# about"
NAMES = {"title": "title", "link": "link", "description": "summary", "summary": "summary", "pubDate": "date"}
NAMES |= {"published": "date", "guid": "id", "id": "id"}
FIELDS = {space + name: field for space in ("", RSS1, ATOM) for name, field in NAMES.items()} | {DC + "date": "date"}
ITEMS = {"item", RSS1 + "item", ATOM + "entry"}
MONTH_NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
MONTHS = {name: n for n, name in enumerate(MONTH_NAMES.split(), 1)}
RFC822 = re.compile(r"(?:\w{3}, )?(\d\d?) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) \+0000$")


def seconds(text: str) -> float:
    if found := RFC822.match(text):
        day, month, year, hour, minute, second = found.groups()
        moment = datetime(int(year), MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
        return moment.timestamp()
    return datetime.fromisoformat(text).timestamp()


def parse(body: bytes) -> list[dict]:
    """Return the entries of a well-formed feed; anything else raises."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    entries: list[dict] = []
    entry: dict | None = None
    field, depth, chunks = None, 0, []

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal entry, field, depth
        if entry is None:
            if name in ITEMS:
                entry, depth = ({"id": attributes[ABOUT]} if ABOUT in attributes else {}), 0
            return
        depth += 1
        if depth == 1 and (found := FIELDS.get(name)):
            if found == "link" and "href" in attributes:
                entry.setdefault("link", attributes["href"])
                return
            field = found
            chunks.clear()
            parser.CharacterDataHandler = chunks.append

    def end(_: str) -> None:
        nonlocal entry, field, depth
        if entry is None:
            return
        if depth == 0:
            entry["published"] = seconds(entry.pop("date")) if "date" in entry else None
            entries.append(entry)
            entry = None
            return
        if depth == 1 and field:
            entry.setdefault(field, "".join(chunks).strip())
            field = None
            parser.CharacterDataHandler = None
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(body, True)
    return entries


def fetch(urls: list[str], known: dict[str, tuple], handle) -> None:
    """GET everything, 50 at a time, and hand over (url, status, etag, body)."""
    multi, free, queue, live = pycurl.CurlMulti(), [], urls[::-1], 0
    while queue or live:
        while queue and live < CONCURRENCY:
            curl = free.pop() if free else pycurl.Curl()
            curl.url, curl.body, curl.head = queue.pop(), BytesIO(), []
            headers = ["User-Agent: floor/1"]
            if curl.url in known:
                headers.append(f"If-None-Match: {known[curl.url][0]}")
            for option, value in (
                (pycurl.URL, curl.url), (pycurl.HTTPHEADER, headers), (pycurl.WRITEDATA, curl.body),
                (pycurl.NOSIGNAL, 1), (pycurl.HEADERFUNCTION, curl.head.append), (pycurl.TIMEOUT, 30),
                (pycurl.ACCEPT_ENCODING, ""),
            ):  # fmt: skip
                curl.setopt(option, value)
            if "SSL_CERT_FILE" in os.environ:
                curl.setopt(pycurl.CAINFO, os.environ["SSL_CERT_FILE"])
            multi.add_handle(curl)
            live += 1
        multi.perform()
        left = 1
        while left:
            left, good, bad = multi.info_read()
            for curl in [*good, *(curl for curl, _, _ in bad)]:
                multi.remove_handle(curl)
                live -= 1
                tags = [line[5:].strip().decode() for line in curl.head if line[:5].lower() == b"etag:"]
                handle(curl.url, curl.getinfo(pycurl.RESPONSE_CODE), tags[0] if tags else "", curl.body.getvalue())
                free.append(curl)
        if live:
            multi.select(0.1)


def main(listing: str, database: str) -> None:
    with open(listing) as file:
        urls = file.read().split()
    db = sqlite3.connect(database, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")
    db.execute("CREATE TABLE IF NOT EXISTS feeds (url TEXT PRIMARY KEY, etag TEXT, hash BLOB) WITHOUT ROWID")
    db.execute(
        "CREATE TABLE IF NOT EXISTS entries (url TEXT, id TEXT, title TEXT, link TEXT, published REAL, summary TEXT,"
        " PRIMARY KEY (url, id))"
    )
    known = {url: (etag, digest) for url, etag, digest in db.execute("SELECT url, etag, hash FROM feeds")}
    rows: list[tuple] = []
    states: list[tuple] = []

    def flush() -> None:
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT OR IGNORE INTO entries VALUES (?,?,?,?,?,?)", rows)
        db.executemany("INSERT OR REPLACE INTO feeds VALUES (?,?,?)", states)
        db.execute("COMMIT")
        rows.clear()
        states.clear()

    def handle(url: str, status: int, etag: str, body: bytes) -> None:
        if status != 200:
            return
        digest = hashlib.sha256(body).digest()
        if url in known and known[url][1] == digest:
            return
        for e in parse(body):
            rows.append((url, e.get("id") or e["link"], e["title"], e["link"], e["published"], e.get("summary")))
        states.append((url, etag, digest))
        if len(rows) > 2000:
            flush()

    fetch(urls, {url: state for url, state in known.items() if state[0]}, handle)
    flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
