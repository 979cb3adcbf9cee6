"""A year at an invented desk: `python -m tools.invented_year DIR` fills a data folder that the pictures are taken of.

Owns the words and the days; everything else is done by the product's own worker, queue, training and commands, with a
fetcher in memory. Outlets, persons and events are invented; states are named only as the objects of invented
allegations. The same commit makes the same log.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import NamedTuple

from monitor import app
from monitor.config.load import load_config
from monitor.errors import ModelError
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.values import FetchRequest, FetchResult
from monitor.log.codec import iso
from monitor.triage.decide import label_entry
from monitor.triage.moved import moved_cases
from monitor.triage.queue import list_queue
from monitor.triage.rearrange import confirm_card
from monitor.triage.samples import waiting_samples
from monitor.triage.told import story_facts
from monitor.views.fold import open_views
from monitor.worker.jobs.retrain import retrain
from monitor.worker.setup import set_up
from monitor.worker.tick import run_tick
from monitor.worker.workspace import Workspace
from tools.build_fixtures import FEEDS, sources

TODAY = datetime(2026, 1, 23, 14, tzinfo=UTC)  # the fixtures' newest entry is of 13:00 that day
WEEKS = 50
TRAINED_AFTER = (14, 26, 38, 49)  # weeks
N_ORDINARY, N_ALIKE = 7, 3  # a week, of ordinary news and of what merely looks like a plot

STATES = (
    ("Iran", "intelligence ministry", 9), ("Russia", "GRU", 7), ("China", "security ministry", 3),
    ("Turkey", "intelligence agency", 2), ("Belarus", "KGB", 2), ("Saudi Arabia", "intelligence agency", 1),
)  # fmt: skip
PLACES = (
    ("Denmark", "Aarhus"), ("Germany", "Leipzig"), ("Sweden", "Malmö"), ("France", "Lyon"), ("Poland", "Gdynia"),
    ("Canada", "Regina"), ("the Netherlands", "Rotterdam"), ("Britain", "Leeds"), ("Lithuania", "Kaunas"),
    ("Spain", "Alicante"), ("Austria", "Graz"), ("Australia", "Geelong"), ("Belgium", "Ghent"), ("Albania", "Durrës"),
    ("Germany", "Bremen"), ("Britain", "Bristol"), ("France", "Nantes"), ("Latvia", "Liepāja"), ("Greece", "Patras"),
    ("Switzerland", "Lausanne"), ("Finland", "Turku"), ("Norway", "Bergen"), ("Italy", "Bari"), ("Cyprus", "Limassol"),
    ("Germany", "Kassel"), ("Thailand", "Phuket"), ("Canada", "Winnipeg"), ("Britain", "Sheffield"),
    ("Czechia", "Brno"), ("Portugal", "Porto"), ("Sweden", "Uppsala"), ("Estonia", "Narva"),
)  # fmt: skip
ACTS = (
    ("kill", "an exiled journalist", "journalist"), ("abduct", "an opposition politician", "politician"),
    ("poison", "a former officer", "defector"), ("kill", "a dissident", "dissident"),
    ("burn down", "a Jewish school", "school"), ("set fire to", "a radio station in exile", "broadcaster"),
    ("kill", "the editor of an exile newspaper", "editor"), ("attack", "an embassy", "embassy"),
)  # fmt: skip
ORDINARY = (
    ("{place} opens new ferry terminal", "Thousands came to see the terminal, four years late and under budget."),
    ("Mayor of {place} resigns over housing contract", "The council will choose a successor within sixty days."),
    ("Storm closes schools around {place}", "Trains stood still for a night; nobody was hurt, the fire service said."),
    ("{place} festival cancelled for lack of funds", "The organisers had asked the city for a loan in spring."),
    ("Rents in {place} rise for a third year", "Tenants spend a third of their pay on housing, a survey found."),
    ("Teachers in {place} vote on pay offer", "The union advised its members to accept; the count ends on Friday."),
    ("New bridge at {place} opens to cyclists", "It shortens the way to the harbour by ten minutes."),
    ("{place} win cup after extra time", "A late header settled a match that both sides could have had."),
)  # fmt: skip
ALIKE = (
    ("Man jailed in {place} for killing neighbour", "The quarrel was about a hedge. The court saw no other motive."),
    ("Two accused in {place} of passing drawings to foreign service", "Nobody alleges violence; the trial is in May."),
    ("Alleged plot to kill rival: gang trial opens in {place}", "Prosecutors say a gang hired a gunman, no state."),
    ("Assassination attempt in {place}: new film on agents of 1943", "It tells of a plot that failed in the war."),
    ("Police in {place} foil armed robbery", "Four were held with weapons near a jeweller's. A gang is suspected."),
    ("Court in {place} hears of threats against councillor", "The accused said he had been drunk; no state is named."),
    ("Thriller about assassin fills cinemas in {place}", "The plot turns on a spy who will not kill his target."),
)  # fmt: skip
DETAILS = (
    "Officers found a {one} and a {other} in a rented flat.", "A {one} had been left near a {other}, a neighbour said.",
    "Messages spoke of a {one}; a {other} was never found.", "It all began with a {one} and a stolen {other}.",
    "A witness described a {one}, a {other} and a man with a limp.", "Customs had stopped a {one} hidden in a {other}.",
)  # fmt: skip
THINGS = (
    "rowing boat", "wedding invitation", "camera drone", "bakery van", "library card", "thermos flask", "violin case",
    "fishing licence", "garden shed", "parking ticket", "ferry ticket", "bicycle pump", "chess set", "radio mast",
    "laundry bag", "tram depot", "beekeeper's suit", "tuning fork", "harbour crane", "wheelbarrow", "paint roller",
)  # fmt: skip
NAMES = ("the council", "a clerk", "the harbour office", "a teacher", "the local paper", "the fire service", "a guide")
NUMBERS = ("Two", "Three", "Four")


class Item(NamedTuple):
    """An entry to publish: its feed's number, its words, and the verdict that the desk will give it."""

    feed: int
    guid: str
    title: str
    summary: str
    at: datetime
    verdict: str


class Papers:
    """A fetcher in memory: each address answers with the bytes it was given last."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}

    def fetch(self, requests: Iterable[FetchRequest], policy: FetchPolicy) -> Iterator[FetchResult]:
        """Answer each request."""
        for request in requests:
            body = self.bodies.get(request.url, rss([]))
            yield FetchResult(request_id=request.request_id, url=request.url, status=200, body=body,
                              final_url=request.url, content_type="application/rss+xml")  # fmt: skip


def rss(items: Sequence[Item], host: str = "x.example") -> bytes:
    """Return an RSS feed of items."""
    entries = "".join(
        f'<item><guid isPermaLink="false">{item.guid}</guid><title>{escape(escape(item.title, quote=False))}</title>'
        f"<link>https://{host}/{item.guid}</link><description>{escape(escape(item.summary, quote=False))}</description>"
        f"<pubDate>{item.at:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for item in items
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{entries}</channel></rss>'.encode()


def week_of(number: int, at: datetime, rng: random.Random, n_feeds: int) -> list[Item]:
    """Return what a week brought: sometimes an alleged plot with its reports, ordinary news, and what looks alike."""
    items: list[Item] = []
    for one in range(rng.choices((0, 1, 2), (3, 5, 2))[0]):
        items += plot(f"p{number}-{one}", at, rng, n_feeds, PLACES[(2 * number + one) % len(PLACES)])
    for kind, verdict, n in ((ORDINARY, "", N_ORDINARY), (ALIKE, "not-plot", N_ALIKE)):
        for one in rng.sample(range(len(kind)), n):
            title, summary = kind[one]
            place = rng.choice(PLACES)[1]
            guid = f"w{number}-{verdict or 'news'}-{one}"
            moment = at - timedelta(hours=rng.randrange(2, 140))
            n, other = rng.randrange(11, 99), rng.choice(PLACES)[1]
            about = f"{summary} {n} people came from {other} and {rng.choice(PLACES)[1]}, {rng.choice(NAMES)} said."
            items.append(Item(rng.randrange(n_feeds), guid, title.format(place=place), about, moment, verdict))
    return items


def plot(
    name: str, at: datetime, rng: random.Random, n_feeds: int, where: tuple[str, str] = ("", "")
) -> Iterator[Item]:
    """Yield the reports of one invented plot, by one to four feeds, in a place of its own where one is given."""
    state, service, _ = rng.choices(STATES, [weight for *_, weight in STATES])[0]
    country, place = where if where[0] else rng.choice(PLACES)
    act, target, short = rng.choice(ACTS)
    number = rng.choice(NUMBERS)
    titles = (
        f"{number} held in {place} over alleged plot against {short}",
        f"{country[0].upper()}{country[1:]}: {state} accused over alleged plan to {act} {target}",
        f"Prosecutors see {state} behind foiled {place} plot",
        f"Alleged plot to {act} {target} foiled in {place}",
    )
    ways = (
        ("Prosecutors in {country} allege that {state}'s {service} hired men to {act} {target} in {place}. {number} "
        "were arrested. {state} denies it."),
        ("Police in {place} said they had foiled a plan to {act} {target}. Investigators accuse {state}'s {service} of "
        "having ordered it; {few} people were detained. The embassy rejected the accusation."),
        ("A court in {place} heard that {target} was followed for weeks. Prosecutors allege that {state}'s {service} "
        "paid for a plan to {act} the victim. {number} were charged; all deny it."),
    )  # fmt: skip
    said = rng.choice(ways).format(
        country=country, state=state, service=service, act=act, target=target, place=place, number=number,
        few=number.lower(),
    )  # fmt: skip
    about = f"{said} {rng.choice(DETAILS).format(one=rng.choice(THINGS), other=rng.choice(THINGS))}"
    for report, feed in enumerate(rng.sample(range(n_feeds), rng.choice((1, 2, 2, 3, 4)))):
        moment = at - timedelta(hours=20 - 4 * report)
        yield Item(feed, f"{name}-{report}", titles[report], about, moment, "plot")


class Desk:
    """The product in a folder, its clock, and two people who answer what it shows."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.now, self.papers, self.verdicts = TODAY - timedelta(weeks=WEEKS), Papers(), dict[str, str]()
        path = folder / "feeds.yaml"
        path.write_text(feeds_yaml(), encoding="utf-8")
        config = load_config(path, None)
        data = folder / "data"
        log = app.create_log(data)
        self.workspace = Workspace(
            config=config, data_dir=data, log=log, views=open_views(data / app.VIEWS_NAME, log),
            clock=lambda: self.now, load_model=app.current_model, fetcher=self.papers,
        )  # fmt: skip
        set_up(log, self.workspace.views, config.feeds, data / app.MODELS_NAME, recorded_at=iso(self.now))

    def collect(self, items: Sequence[Item]) -> None:
        """Publish items and tick."""
        for number, feed in enumerate(self.workspace.config.feeds):
            mine = [item for item in items if item.feed == number]
            self.papers.bodies[feed.url] = rss(mine, f"{feed.feed_id}.example")
        self.verdicts.update((item.title, item.verdict) for item in items)
        run_tick(self.workspace, force=True)

    def answer(self, n_rows: int = 100) -> None:
        """Answer the first rows, the cases that moved and the checks; a second reviewer reads every fourth row."""
        log, views = self.workspace.log, self.workspace.views
        for number, row in enumerate(list_queue(log, views, self.now, limit=n_rows)):
            verdict = self.verdicts.get(row.title) or "not-plot"
            for by in ("ana", "ben") if number % 4 == 0 else ("ana",):
                self.label(row.entry_id, verdict, by, whole=True)
            facts = story_facts(log, views, row.story_id)
            if verdict == "plot" and facts.sentence:
                shown = {field: codes for field, codes in facts.shown().items() if field != "target_description"}
                confirm_card(log, views, row.story_id, shown, by="ana", now=self.now, sentence=facts.sentence)
        for case in moved_cases(log, views, self.now, limit=10):
            for entry_id in case.entry_ids:
                self.label(entry_id, "plot", "ana", whole=False)
        for check in waiting_samples(log, views):
            self.label(check.entry_id, "not-plot", "ben", whole=False)

    def label(self, entry_id: str, verdict: str, by: str, *, whole: bool) -> None:
        """Label an entry, with `whole` its story, forty seconds after the act before."""
        self.now += timedelta(seconds=40)
        label_entry(self.workspace.log, self.workspace.views, entry_id, verdict, by=by, now=self.now, whole_story=whole)

    def train(self) -> None:
        """Train at night, where the answers allow it."""
        self.now += timedelta(hours=9)
        retrain(self.workspace)
        self.workspace.forget_model()


def feeds_yaml() -> str:
    """Return the fixtures' feeds at addresses of their own, with room for a day of ten rows."""
    lines = (FEEDS / "feeds.yaml").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("#") and "allow_private" not in line]
    return "\n".join(kept).replace("http://127.0.0.1:8099/", "https://feeds.example/") + "\n"


def make(folder: Path) -> Desk:
    """Live through the year up to the fixtures' day, whose rows wait; the caller closes the workspace."""
    desk, rng = Desk(folder), random.Random(2026)  # noqa: S311 - the same pictures every time
    feeds = desk.workspace.config.feeds
    last: list[Item] = []
    for number in range(WEEKS):
        desk.now = TODAY - timedelta(weeks=WEEKS - number)
        items = week_of(number, desk.now, rng, len(feeds))
        last = [item for item in items if item.verdict == "plot"] or last
        desk.collect(items)
        desk.answer()
        desk.now += timedelta(days=1)
        desk.collect([])  # the day's random checks are drawn on the next
        desk.answer()
        if number in TRAINED_AFTER:
            desk.train()
    desk.now = TODAY
    for feed in feeds:
        name = feed.url.rsplit("/", 1)[1]
        desk.papers.bodies[feed.url] = (FEEDS / name).read_bytes()
    plots = {entry["title"] for source in sources() for entry in source["entries"] if entry.get("kind") == "plot"}
    desk.verdicts.update(dict.fromkeys(plots, "plot"))
    desk.now = TODAY - timedelta(minutes=30)
    first = last[0]
    charged = first.summary.replace("arrested", "charged on Thursday")
    title = f"Charges in {first.title.split(' in ')[-1]}: court date set"
    body = rss([Item(0, "moved-1", title, charged, desk.now, "")], "northern-courier.example")
    kept = desk.papers.bodies[feeds[3].url]
    desk.papers.bodies[feeds[3].url] = body
    run_tick(desk.workspace, force=True)
    desk.papers.bodies[feeds[3].url] = kept
    desk.now = TODAY
    run_tick(desk.workspace, force=True)
    return desk


def main(args: list[str]) -> int:
    """Make the folder."""
    if len(args) != 1:
        raise SystemExit(__doc__)
    try:
        desk = make(Path(args[0]))
    except ModelError as error:
        raise SystemExit(str(error)) from error
    desk.workspace.close()
    print(f"{desk.workspace.data_dir}: look at it with MONITOR_NOW={iso(TODAY)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
