"""A made-up week of news for bench/week.py: what each of many feeds serves at each moment, and what was served.

Owns the world: hosts on the loopback interface, what they answer at a given time, and the ledger of what a reader was
really given. Knows nothing of the product.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")  # its clocks go forward within the week
KINDS = ("plain", "restless", "down", "moved", "cut", "plain")
N_LISTED = 40
PLOTS = (
    "Two men charged over alleged Iranian plot to kill exiled editor in London",
    "Prosecutors accuse Russian intelligence of paying gang to burn exile's house in Vilnius",
    "Police foil alleged assassination plot ordered by Tehran against opposition leader",
    "Court told of Chinese agents' alleged plan to abduct exiled journalist in Prague",
    "Counter-terrorism police arrest three over alleged Russian plot to poison defector in Berlin",
    "Turkish intelligence accused of hiring hitmen to murder exiled activist in Stockholm",
    "Two suspects held over alleged Iranian plot to bomb rally of exiles in Paris",
)
_WHO = (
    "Council",
    "School",
    "Harbour",
    "Museum",
    "Bakers",
    "Rowing club",
    "Library",
    "Market hall",
    "Choir",
    "Tram line",
)
_DOES = ("opens", "repairs", "celebrates", "sells", "paints", "plans", "debates", "closes", "moves", "honours")
_WHAT = (
    "a new bridge",
    "its roof",
    "sixty years",
    "old maps",
    "the north wall",
    "a summer fair",
    "bus fares",
    "a pool",
)


@dataclass
class Item:
    """One entry of a feed: when it came out, and its headline from each moment on."""

    guid: str
    at: datetime
    titles: list[tuple[datetime, str]]
    summary: str
    plot: bool = False

    def title(self, now: datetime) -> str:
        """The headline as it stands now."""
        return [title for since, title in self.titles if since <= now][-1]


@dataclass
class Feed:
    """One feed, its host and its habits; `given` is what a reader got last, `n_edits` how often that had changed."""

    name: str
    host: str
    kind: str
    items: list[Item]
    given: dict[str, str] = field(default_factory=dict)
    n_edits: int = 0

    def listed(self, now: datetime) -> list[Item]:
        """What the feed lists now, newest first."""
        return [item for item in reversed(self.items) if item.at <= now][:N_LISTED]


class World:
    """The week: feeds, the time, and what goes wrong when. `now` is set by the bench before each tick."""

    def __init__(self, n_feeds: int, start: datetime, seed: int = 7) -> None:
        self.start = start
        self.now = start
        self.port = 0  # set when the hosts listen
        rng = random.Random(seed)
        self.feeds = [self._feed(number, rng) for number in range(n_feeds)]
        for day, title in enumerate(PLOTS):
            feed = self.feeds[(5 * day) % n_feeds if self.feeds[(5 * day) % n_feeds].kind != "down" else 0]
            at = start + timedelta(days=day, hours=9, minutes=7 * day)
            feed.items.append(Item(f"plot-{day}", at, [(at, title)], "The embassy rejects the allegation.", plot=True))
            feed.items.sort(key=lambda item: item.at)
        self.cut_done: set[str] = set()

    def _feed(self, number: int, rng: random.Random) -> Feed:
        kind = KINDS[number % len(KINDS)]
        items = []
        at = self.start - timedelta(days=2)
        every = timedelta(minutes=rng.randint(150, 500))
        while at < self.start + timedelta(days=7):
            title = f"{rng.choice(_WHO)} {rng.choice(_DOES)} {rng.choice(_WHAT)} in district {rng.randint(1, 999)}"
            titles = [(at, title)]
            if kind == "restless" and rng.random() < 0.3:  # edited, and edited back, and again
                titles += [(at + timedelta(hours=4 * n), title + (", says mayor" * (n % 2))) for n in range(1, 5)]
            items.append(Item(f"{number}-{len(items)}", at, titles, f"Residents of street {rng.randint(1, 99)} agree."))
            at += every
        return Feed(f"feed-{number}", f"127.0.1.{number + 1}", kind, items)

    def hours(self) -> float:
        """Hours since the week began."""
        return (self.now - self.start).total_seconds() / 3600

    def network_is_down(self) -> bool:
        """The office has no line for three hours on the third day."""
        return 58 <= self.hours() < 61

    def answer(self, host: str, etag: str) -> bytes | None:
        """Return the bytes a host answers now, or None where it hangs up."""
        moved = host.startswith("127.0.2.")
        feed = self.feeds[int(host.split(".")[3]) - 1]
        if self.network_is_down():
            return None
        if feed.kind == "down" and 24 <= self.hours() < 120:
            return _response("503 Service Unavailable", b"back soon", "text/plain", "")
        if feed.kind == "moved" and self.hours() >= 80 and not moved:
            where = f"http://127.0.2.{host.split('.')[3]}:{self.port}/feed.xml"
            return _response("301 Moved Permanently", b"", "text/plain", "", f"Location: {where}\r\n")
        body = self._body(feed)
        tag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
        if etag == tag:
            return _response("304 Not Modified", b"", "application/rss+xml", tag)
        whole = _response("200 OK", body, "application/rss+xml", tag)
        if feed.kind == "cut" and self.hours() >= 30 and feed.name not in self.cut_done:
            self.cut_done.add(feed.name)  # the line breaks once; the rest of the body never comes
            return whole[: len(whole) - len(body) // 2]
        self._note(feed)
        return whole

    def _note(self, feed: Feed) -> None:
        for item in feed.listed(self.now):
            title = item.title(self.now)
            feed.n_edits += feed.given.get(item.guid, title) != title
            feed.given[item.guid] = title

    def _body(self, feed: Feed) -> bytes:
        rows = "".join(
            f"<item><guid isPermaLink='false'>{item.guid}</guid><title>{escape(item.title(self.now))}</title>"
            f"<link>http://{feed.host}:{self.port}/{item.guid}</link>"
            f"<pubDate>{format_datetime(item.at.astimezone(ZONE))}</pubDate>"
            f"<description>{escape(item.summary)}</description></item>"
            for item in feed.listed(self.now)
        )
        text = f"<rss version='2.0'><channel><title>{feed.name}</title><link>http://{feed.host}/</link>{rows}</channel></rss>"
        return text.encode()


def _response(status: str, body: bytes, content_type: str, etag: str, more: str = "") -> bytes:
    tag = f"ETag: {etag}\r\n" if etag else ""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n{tag}{more}Connection: close\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Hosts:
    """All hosts of a world, served by one thread; a context manager."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Hosts:
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        self._ready.set()
        self._loop.run_forever()

    async def _listen(self) -> None:
        for feed in self.world.feeds:
            moved = feed.host.replace("127.0.1.", "127.0.2.")
            for host in [feed.host, moved] if feed.kind == "moved" else [feed.host]:
                server = await asyncio.start_server(self._serve, host, self.world.port)
                self.world.port = self.world.port or server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
            etag = next(
                (line[14:].strip() for line in head.split(b"\r\n") if line.lower().startswith(b"if-none-match:")), b""
            )
            path = head.split(b" ", 2)[1]
            answer = (
                self.world.answer(writer.get_extra_info("sockname")[0], etag.decode()) if path == b"/feed.xml" else None
            )
            writer.write(answer or b"")
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            pass
        finally:
            writer.close()
