"""Histories of a log, written down whole: every event that a scenario appends, and what each step reported.

    python -m tests.worker.histories    makes fixtures/golden/histories/NAME.txt anew; read the difference

A scenario is a function of a place: it changes the site, moves the clock, does a step and lets the place write it down.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from monitor.archive.values import Refused
from monitor.classify.model import model_id_of
from monitor.classify.modelstore import COLD_MODEL
from monitor.config.load import Config
from monitor.config.settings import Settings
from monitor.config.values import FeedConfig
from monitor.errors import MonitorError
from monitor.log.events import CheckpointSigned, Event, ModelPromoted, NewEvent
from monitor.log.sqlite.store import open_log
from monitor.parse.raw import RawEntry
from monitor.triage.decide import label_entry
from monitor.views.fold import open_views
from monitor.views.search.find import Found
from monitor.worker.intake.byhand import add_links
from monitor.worker.intake.importing import Importer
from monitor.worker.jobs.backups import back_up, put_back
from monitor.worker.jobs.searching import (
    forget_search,
    keep_index,
    renew_index,
    save_search,
    saved_search,
    search,
)
from monitor.worker.jobs.secondlook import second_look
from monitor.worker.tick import TickProgress, fetch_policy, run_tick
from monitor.worker.workspace import Workspace
from tests.conftest import NOW, ROOT
from tests.fetch.memory import Site
from tests.worker.conftest import Clock, WordModel, rss

COLD_ID = model_id_of(COLD_MODEL.read_bytes())
HASH = re.compile(r"(?<=\d)-[0-9a-f]{8}(?=\.)")
MOST_LINES = 200  # of a step; of more only the first and the last are written down
FOLDER = ROOT / "fixtures" / "golden" / "histories"
PLAIN = "The harbour council met on Monday to speak about the ferry, its timetable and the price of a ticket. "
PAGE = "<html><body><article><h1>Council</h1>" + "".join(f"<p>{PLAIN} Part {n}.</p>" for n in range(6))
TELLING = f"{PAGE}<p>Police said an alleged plot against an exiled editor had been stopped.</p></article></body></html>"
WALL = "<html><body><h1>Council</h1><p>Subscribe to continue reading.</p></body></html>"
NO_ROBOTS = {"https://news.test/robots.txt": (404, b""), "https://gazette.test/robots.txt": (404, b"")}


@dataclass
class Place:
    """A workspace on a site in memory, and what is written down of it."""

    folder: Path
    site: Site = field(default_factory=Site)
    clock: Clock = field(default_factory=lambda: Clock(NOW))
    lines: list[str] = field(default_factory=list)
    seen: int = 0

    def __post_init__(self) -> None:
        feeds = [
            FeedConfig(feed_id=name, url=self.site.url(name), name=name.title(), publisher=f"{name} press")
            for name in ("alpha", "beta")
        ]
        log = open_log(self.folder / "log.db", create=True)
        self.workspace = Workspace(
            config=Config(feeds=feeds, settings=Settings()), data_dir=self.folder, log=log,
            views=open_views(self.folder / "views.db", log), clock=self.clock, load_model=lambda _: WordModel(),
            fetcher=self.site,
        )  # fmt: skip

    def configure(self, *, feeds: dict[str, dict[str, object]] | None = None, **settings: object) -> None:
        """Change settings, and feeds by their ids."""
        config = self.workspace.config
        changed = [msgspec.structs.replace(feed, **(feeds or {}).get(feed.feed_id, {})) for feed in config.feeds]
        self.workspace.config = Config(feeds=changed, settings=msgspec.structs.replace(config.settings, **settings))

    def step(self, name: str, work: Callable[[], object]) -> None:
        """Do something; write down what it returned or refused, what it asked for, and what it appended."""
        asked = len(self.site.requests)
        try:
            came = work()
        except MonitorError as error:
            came = f"{type(error).__name__}: {error}"
        self.lines.append(f"## {name}")
        self.lines += [f"asked {path} {tag}".rstrip() for path, tag in self.site.requests[asked:]]
        written = [_line(event) for event in self.workspace.log.read(after=self.seen)]
        self.seen = self.workspace.log.head()[0]
        left_out = [f"… {len(written) - 10} more"] if len(written) > MOST_LINES else []
        self.lines += [*written[:5], *left_out, *written[-5:]] if left_out else written
        said = msgspec.json.encode(came).decode()
        self.lines.append(f"= {said}".replace(COLD_ID, "<model>").replace(str(self.folder), "<folder>"))

    def tick(self, name: str, *, force: bool = False, only: tuple[str, ...] = (), **later: float) -> None:
        """Move the clock and tick."""
        self.clock.forward(**later)
        shown: list[TickProgress] = []
        self.step(name, lambda: (run_tick(self.workspace, force=force, only=only, progress=shown.append), shown))


def _line(event: Event) -> str:
    """Return an event in a line; of a signature only what it signs, for the key is another each time."""
    data = msgspec.json.encode(event.data).decode().replace(COLD_ID, "<model>")
    if isinstance(event.data, CheckpointSigned):
        data = f"signed at {event.data.at_position}"
    return f"{event.position} {event.recorded_at} {event.actor} {event.key} {data}"


def feeds_that_change(place: Place) -> None:
    """What is new, revised, cut, moved, gone, copied or away, tick by tick."""
    site = place.site
    site.pages = {"alpha": (200, rss(("1", "Alleged plot foiled"), ("2", "Football"))), "beta": (200, rss())}
    place.tick("first")
    place.tick("nothing is due", seconds=1)
    place.tick("no such feed", only=("gamma",))
    site.pages["alpha"] = (200, rss(("3", "Chess"), ("1", "Alleged plot foiled"), ("2", "Football: the plot thickens")))
    site.pages["beta"] = (200, rss(("9", "Alleged plot foiled"), host="other.test"))
    place.tick("a new one, a revision that is flagged, a copy", hours=2)
    site.pages["alpha"] = (200, rss(("3", "Chess"))[:-40])
    place.tick("cut", hours=6)
    site.pages |= {"alpha": (500, b""), "beta": (410, b"")}
    place.tick("away and gone", hours=6)
    place.tick("again, by force", hours=1, force=True)
    site.pages |= {"alpha": (200, b"<html><body>Sorry</body></html>"), "beta": (200, rss(("10", "Tea")))}
    place.tick("no feed, and back", hours=30)
    site.pages["new"] = (200, rss(("3", "Chess"), ("4", "Another plot")))
    site.moved = {site.url("alpha"): site.url("new")}
    place.tick("moved", hours=12)
    place.configure(feeds={"alpha": {"url": site.url("new"), "name": "New", "language": "en"}})
    place.tick("told of the move", hours=12)
    config = place.workspace.config
    place.workspace.config = Config(feeds=config.feeds[:1], settings=config.settings)
    place.tick("one is taken out", hours=12)
    site.pages["new"] = (404, b"")
    place.tick("nobody is there", days=4)
    place.clock.forward(days=-1)
    place.tick("the clock went back", force=True)


def news_of_days(place: Place) -> None:
    """Alerts, samples, checkpoints, follow-ups and texts that are dropped, over some days."""
    site, workspace = place.site, place.workspace
    place.configure(alert_score=0.9, audit_per_day=2, retain_unflagged_days=3, rows_per_day=2)
    told = "Police say alleged plot against exiled editor was foiled in harbour town"
    site.pages = {"alpha": (200, rss(("1", told), ("2", "Ferry"), ("3", "Rain"))), "beta": (200, rss(("7", told)))}
    place.tick("a plot")
    plot = next(iter(workspace.log.read(types=("entry-flagged",)))).data
    assert hasattr(plot, "entry_id")
    place.step(
        "confirmed",
        lambda: label_entry(workspace.log, workspace.views, plot.entry_id, "plot", by="ana", now=place.clock()) is None,
    )
    later = "Police say suspect in foiled attack against exiled editor was charged in harbour town"
    site.pages["alpha"] = (200, rss(("4", later), ("5", "Snow"), ("1", told)))
    place.tick("a follow-up", hours=20)
    many = [(f"m{n}", f"Alleged plot number {n} of many in {'abcdefghij'[n]}-town") for n in range(10)]
    site.pages["beta"] = (200, rss(*many))
    place.tick("more than a day's rows at once", hours=20)
    site.pages["beta"] = (200, rss(("8", "Sun"), *many[:8]))
    place.tick("days later", days=2, hours=6)
    place.tick("and later", days=2)
    place.tick("and later still", days=5)


def pages_behind(place: Place) -> None:
    """Articles read, walls, pages that fail and are asked again, and what becomes of their entries."""
    site = place.site
    place.configure(feeds={"alpha": {"full_text": True}})
    items = [(str(n), f"Council meets, part {n}") for n in range(1, 7)]
    site.pages = {"alpha": (200, rss(*items)), "beta": (200, rss(("9", "Tea"))), **NO_ROBOTS}
    site.pages |= {
        "https://news.test/1": (200, TELLING.encode()),
        "https://news.test/2": (200, (PAGE + "</article></body></html>").encode()),
        "https://news.test/3": (200, WALL.encode()),
        "https://news.test/4": (503, b""),
        "https://news.test/5": (410, b""),
    }
    place.tick("read")
    site.pages["https://news.test/4"] = (200, TELLING.encode())
    place.tick("again", hours=2)
    site.pages["alpha"] = (200, rss(("1", "Council meets, part 1, at last"), *items[1:], ("7", "A plot to tell")))
    place.tick("revised, and a plot without a page", hours=8)
    site.pages["https://news.test/robots.txt"] = (200, b"User-agent: *\nDisallow: /8")
    site.pages["alpha"] = (200, rss(("8", "Not for us"), *items[:3]))
    site.pages["https://news.test/8"] = (200, TELLING.encode())
    for n in range(4):
        place.tick(f"later {n}", days=1)


def by_hand(place: Place) -> None:
    """Links that are added, known, refused or no links at all."""
    site, workspace = place.site, place.workspace
    place.configure(alert_score=0.5)
    site.pages |= NO_ROBOTS | {
        "alpha": (200, rss(("1", "Alleged plot foiled"))),
        "beta": (200, rss()),
        "https://gazette.test/a": (200, TELLING.encode()),
        "https://gazette.test/b": (200, (PAGE + "</article></body></html>").encode()),
        "https://gazette.test/c": (404, b""),
        "https://shut.test/robots.txt": (200, b"User-agent: *\nDisallow: /"),
    }
    site.moved = {"https://gazette.test/old": "https://gazette.test/a"}
    place.tick("a feed")

    def add(name: str, *urls: str, title: str = "") -> None:
        now = place.clock()
        policy = fetch_policy(workspace.config.settings, now)
        place.step(name, lambda: add_links(workspace, urls, by="ana", now=now, policy=policy, title=title))

    add("told and not told", "https://gazette.test/a", "https://gazette.test/b", "https://gazette.test/a")
    add("known", "https://gazette.test/a?utm_source=x", "https://gazette.test/old", "https://news.test/1")
    add("not read", "https://gazette.test/c", "https://shut.test/d")
    add("entered unread", "https://gazette.test/c", "https://shut.test/d", title="  A plot elsewhere ")
    add("none")
    add("too many", *[f"https://gazette.test/{n}" for n in range(21)])
    for bad in ("gazette.test/a", "https://gazette.test/a b", "https://x.test/" + "a" * 2_000, "ftp://x.test/"):
        add(f"no address: {bad[:30]}", bad)
    add("just short enough", "https://gazette.test/" + "c" * 1_979)


def archives(place: Place) -> None:
    """Files of an archive: new, known, revised, refused, damaged; apart from the day's entries."""
    site, workspace = place.site, place.workspace
    place.configure(alert_score=0.5)
    site.pages = {"alpha": (200, rss(("1", "Alleged plot of today"))), "beta": (200, rss())}
    place.tick("today")
    source = FeedConfig(feed_id="old", url="archive:old", name="Old paper", kind="archive", language="en", country="PE")

    def entry(n: int, title: str, days: int = 0, summary: str = "") -> RawEntry:
        at = (NOW - timedelta(days=days)).isoformat() if days else ""
        return RawEntry(link=f"https://old.test/{n}", title=title, summary=summary, published=at)

    def take(name: str, sha: str, *pieces: RawEntry | Refused) -> None:
        importer = Importer(workspace, source, place.clock())
        shown: list[tuple[int, int]] = []

        def work() -> object:
            importer.begin()
            done = importer.take("file", sha, pieces, lambda done: shown.append((done.n_read, done.n_new)))
            return done, shown

        place.step(name, work)

    take("new", "1", entry(1, "Alleged plot foiled a year ago", 365), entry(2, "Chess", 300), entry(3, "No date"))
    take("read before", "1", entry(1, "Alleged plot foiled a year ago", 365))
    take("same pages", "2", entry(2, "Chess", 300), entry(1, "Alleged plot foiled a year ago", 365))
    take("revised twice in a file", "3", entry(2, "Chess: a plot", 300), entry(2, "Chess: the plot again", 300))
    take("an old revision again", "3b", entry(2, "Chess: a plot", 300), entry(2, "Chess: the plot again", 300))
    take("an old text again", "4", entry(2, "Chess", 300), entry(4, "Alleged plot foiled a year ago", 364))
    take("refused", "5", *[Refused(f"x:{n}", "no title") for n in range(22)], entry(5, "Tea"))
    take("many", "6", *[entry(100 + n, f"Column {n}", 200) for n in range(2_001)])
    place.tick("the next day", days=1)


def looked_at_again(place: Place) -> None:
    """A new model looks at the past weeks again and flags the best finds, of days and archives apart."""
    site, workspace = place.site, place.workspace
    place.configure(rows_per_day=2)

    class Later(WordModel):
        model_id = "m111111111111"

        def score(self, title: str, summary: str = "", text: str = "", lang: str = "") -> float:
            return min(0.99, 0.3 + len(title.split()) / 10)

    place.clock.forward(days=-30)
    site.pages = {"alpha": (200, rss(("0", "Too long ago to be looked at by any"))), "beta": (200, rss())}
    place.tick("long ago")
    site.pages["alpha"] = (200, rss(*[(str(n), " ".join(["word"] * n)) for n in range(1, 9)], ("9", "a plot")))
    site.pages["beta"] = (200, rss(*[(f"b{n}", " ".join(["other"] * n)) for n in range(1, 4)]))
    place.tick("two days ago", days=28)
    source = FeedConfig(feed_id="old", url="archive:old", name="Old paper", kind="archive", language="en")
    importer = Importer(workspace, source, place.clock())
    importer.begin()
    pieces = [RawEntry(link=f"https://old.test/{n}", title=" ".join(["old"] * n)) for n in range(1, 9)]
    place.step("an archive", lambda: importer.take("file", "1", pieces))
    place.clock.forward(days=2)
    workspace._load_model = lambda _: Later()  # type: ignore[assignment,return-value]
    workspace.forget_model()
    promoted = ModelPromoted(model_id=Later.model_id, threshold=0.5)
    workspace.append([NewEvent("model-promoted:later", promoted)])
    place.step("looked at again", lambda: second_look(workspace, shard=3))
    place.step("and again: nothing is left to flag", lambda: second_look(workspace, shard=3))


def copies(place: Place) -> None:
    """Backups without a name are kept for a while, named ones for good; a model goes along."""
    site, workspace = place.site, place.workspace
    site.pages = {"alpha": (200, rss(("1", "Alleged plot foiled"))), "beta": (200, rss())}
    model = workspace.data_dir / "models" / f"{COLD_ID}.json"
    model.parent.mkdir()
    model.write_bytes(COLD_MODEL.read_bytes())
    place.tick("a feed")
    workspace.append([NewEvent("model-promoted:1", ModelPromoted(model_id=COLD_ID, threshold=0.5))])

    def back(name: str, target: Path | None = None, keep: int = 2) -> None:
        place.clock.forward(hours=1)

        def work() -> object:
            made = back_up(workspace.log, place.clock(), target, keep=keep)
            workspace.views.catch_up()
            files = (path for path in place.folder.rglob("*") if path.is_file() and "log.db-" not in path.name)
            names = sorted(str(path.relative_to(place.folder)) for path in files)
            return made.position, [HASH.sub("-<hash>", each) for each in names if each[:4] in ("back", "mode", "own/")]

        place.step(name, work)

    for n in range(4):
        back(f"kept for a while {n}")
    back("with a name", place.folder / "own" / "named.db")
    back("another folder's newest", keep=1)
    model.unlink()
    for name, folder in (("with its model", "own"), ("without", "bare")):
        (place.folder / folder).mkdir(exist_ok=True)
        copy, target = place.folder / folder / "named.db", place.folder / f"put-{folder}" / "log.db"
        copy.write_bytes((place.folder / "own" / "named.db").read_bytes())
        target.parent.mkdir()
        place.step(name, partial(_missing, copy, target, place.clock()))


def _missing(copy: Path, target: Path, now: datetime) -> str:
    return put_back(copy, target, now)[1]


def searches(place: Place) -> None:
    """What a search finds, on which page, how far the index is behind, and searches that are kept by name."""
    site, workspace = place.site, place.workspace
    items = [(str(n), f"Ferry news {n}" + " plot" * (n % 4 == 0)) for n in range(9)]
    site.pages = {"alpha": (200, rss(*items)), "beta": (200, rss(("b", "Tea")))}
    place.tick("a feed")

    def find(query: str, **how: Any) -> object:
        return _found(search(workspace, query, **how))

    place.step("index", lambda: keep_index(workspace, most=3))
    for query in ("ferry", "ferry -plot", "zebra", "-ferry", "score:0.5..", "flagged:yes", " "):
        place.step(f"search {query}", partial(find, query, per_page=4))
    place.step("its third page", lambda: _found(search(workspace, "ferry", page=3, per_page=4)))
    place.step("the newest", lambda: _found(search(workspace, "ferry", per_page=2, newest=True)))
    for name, query in (("ferries", "ferry"), (" ferries ", "ferry OR tea"), ("", "x"), ("n" * 61, "x"), ("y", " ")):
        place.step(f"save {name[:9]}: {query}", partial(save_search, workspace, name, query, "ana"))
    place.step("the longest name", lambda: save_search(workspace, "n" * 60, "x", "ben"))
    place.step("kept", lambda: saved_search(workspace, "ferries"))
    place.step("forgotten", lambda: forget_search(workspace, "ferries", "ben"))
    place.step("forgotten again", lambda: forget_search(workspace, "ferries", "ben"))
    (workspace.data_dir / "search.db").write_bytes(b"not an index")
    place.step("damaged", lambda: _found(search(workspace, "tea", most_in_memory=5)))
    place.step("damaged, in memory", lambda: _found(search(workspace, "tea")))
    place.step("not kept", lambda: keep_index(workspace))
    place.step("renewed", lambda: renew_index(workspace))
    place.step("found again", lambda: _found(search(workspace, "tea")))


def _found(found: Found) -> object:
    titles = [(hit.title.text, hit.title.marks) for hit in found.hits]
    return titles, found.total, found.more, found.page, found.n_pages, found.n_behind


SCENARIOS = {
    each.__name__: each
    for each in (
        feeds_that_change, news_of_days, pages_behind, by_hand, archives, looked_at_again, copies, searches
    )
}  # fmt: skip


def told(name: str, folder: Path) -> str:
    """Play a scenario in an empty folder and return its history."""
    place = Place(folder)
    try:
        SCENARIOS[name](place)
        assert open_views(None, place.workspace.log).dump() == place.workspace.views.dump()
    finally:
        place.workspace.close()
    return "".join(f"{line}\n" for line in place.lines)


def main(write: Callable[[str], object] = print) -> None:
    """Make the files anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or SCENARIOS:
        with tempfile.TemporaryDirectory() as folder:
            (FOLDER / f"{name}.txt").write_text(told(name, Path(folder)), encoding="utf-8")
        write(str(FOLDER / f"{name}.txt"))


if __name__ == "__main__":
    main()
