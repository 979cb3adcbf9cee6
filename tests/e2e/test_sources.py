"""More than feeds, as an analyst lives it: a loopback site of each kind, and a year of a made-up outlet."""

from __future__ import annotations

import gzip
import json
import random
import re
import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.conftest import Installation
from tests.fetch.loopback import Loopback, reply

PLOT = "Two held over an alleged plot to abduct an exiled editor for a foreign intelligence service"
NOW = "2026-01-31T12:00:00Z"
LATER = "2026-01-31T15:00:00Z"


def news(*rows: tuple[str, str, str]) -> bytes:
    urls = "".join(
        f"<url><loc>{loc}</loc><news:news><news:publication_date>{at}</news:publication_date>"
        f"<news:title>{title}</news:title></news:news></url>"
        for loc, at, title in rows
    )
    space = "http://www.google.com/schemas/sitemap-news/0.9"
    return f'<urlset xmlns:news="{space}">{urls}</urlset>'.encode()


@pytest.fixture
def site() -> Iterator[Loopback]:
    """A site with a sitemap index, a listing page and WordPress's list; none of them a feed."""
    with Loopback({}) as server:
        index = f"<sitemapindex><sitemap><loc>{server.url('/news.xml.gz')}</loc></sitemap></sitemapindex>".encode()
        row = "<li class=row><a href=/p/{0}>Court statement number {0} on another matter</a></li>"
        rows = "".join(row.format(n) for n in range(6))
        title = {"rendered": f"{PLOT}, spokesman says"}
        post = {"link": server.url("/w/1"), "title": title, "date_gmt": "2026-01-31T09:00:00"}
        circle = "<sitemapindex><sitemap><loc>{}</loc></sitemap><sitemap><loc>{}</loc></sitemap></sitemapindex>"
        there, back = server.url("/loop.xml"), server.url("/loop2.xml")
        server.routes.update({
            "/map.xml": reply(302, b"", "Location: /index.xml"),
            "/index.xml": reply(200, index),
            "/news.xml.gz": reply(200, gzip.compress(news((server.url("/a/1"), "2026-01-31T10:00:00Z", PLOT)))),
            "/press": reply(200, f"<title>Court</title><ul>{rows}</ul>".encode()),
            "/wp": reply(200, json.dumps([post]).encode()),
            "/bomb.xml": reply(200, gzip.compress(b" " * (60 << 20))),
            "/loop.xml": reply(200, circle.format(there, back).encode()),
            "/loop2.xml": reply(200, circle.format(back, there).encode()),
        })  # fmt: skip
        yield server


SOURCES = """settings:
  allow_private: ["{host}"]
feeds:
- {{url: {map}, name: Map, id: map, kind: sitemap}}
- {{url: {press}, name: Press, id: press, kind: page, select: {{rows: li.row}}}}
- {{url: {wp}, name: Blog, id: blog, kind: json}}
- {{url: {bomb}, name: Bomb, id: bomb, kind: sitemap}}
- {{url: {loop}, name: Loop, id: loop, kind: sitemap}}
"""


def test_every_kind_of_source_ends_in_the_same_queue_and_proof(installation: Installation, site: Loopback) -> None:
    """Promise: sitemap, page and JSON become entries of one queue; hostile ones fail by name; coverage is proven."""
    text = SOURCES.format(
        host=f"127.0.0.1:{site.port}", map=site.url("/map.xml"), press=site.url("/press"), wp=site.url("/wp"),
        bomb=site.url("/bomb.xml"), loop=site.url("/loop.xml"),
    )  # fmt: skip
    (installation.folder / "feeds.yaml").write_text(text)
    installation.run("init", now=NOW)
    report = json.loads(installation.run("tick", "--json", now=NOW).stdout)
    assert (report["n_due"], report["n_new"], report["n_failed"]) == (5, 8, 1)
    assert report["problems"] == ["Bomb: too-large: more than 16777216 bytes after decoding"]
    again = json.loads(installation.run("tick", "--json", now=LATER).stdout)
    assert (again["n_new"], again["n_failed"]) == (0, 1)
    (row,) = json.loads(installation.run("queue", "--json", now=LATER).stdout)
    assert (row["n_entries"], row["title"][: len(PLOT)]) == (2, PLOT)
    proof = json.loads(installation.run("coverage", "--from", NOW, "--json", now=LATER, code=1).stdout)
    shares = {feed["feed_id"]: feed["share"] for feed in proof["feeds"]}
    assert [shares[each] for each in ("map", "press", "blog")] == [1.0, 1.0, 1.0]
    assert shares["bomb"] == 0.0
    installation.run("log", "verify", now=LATER)


def year() -> list[dict[str, str]]:
    """A year of a made-up paper: nine entries a day of ordinary life, and six plots in up to four reports each."""
    rng = random.Random(4)
    matters = ("ferry timetable", "school roof", "bread price", "bridge repair", "chess final", "harbour dredging")
    entries = []
    for day in range(365):
        at = datetime(2025, 1, 1, 8, tzinfo=UTC) + timedelta(days=day)
        for n in range(9):
            title = f"Council weighs the {rng.choice(matters)} again, day {day}, item {n}"
            entries.append({"id": f"{day}-{n}", "title": title, "published": at.isoformat()})
        if day % 60 == 30:
            town = ("Port Mereth", "Lorvale", "Quenbridge", "Astermouth", "Holmry", "Westhaven")[day // 60]
            for n in range(3):
                title = f"{PLOT}, court in {town} hears" if n else f"{PLOT} in {town}"
                then = (at + timedelta(days=n)).isoformat()
                entries.append({"id": f"plot-{day}-{n}", "title": title, "published": then, "plot": town})
    for entry in entries:
        entry["link"] = f"https://gazette.example/{entry['id']}"
        entry["summary"] = "Reported by our own staff from the town hall and the court."
        entry["feed"] = "gazette"
    return sorted(entries, key=lambda entry: entry["published"])


@pytest.fixture
def archive(installation: Installation) -> tuple[Installation, Path]:
    """An installation that knows nothing, and the year as JSON lines."""
    (installation.folder / "feeds.yaml").write_text("feeds:\n")
    installation.run("init", now=NOW)
    path = installation.folder / "gazette.jsonl"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in year()))
    return installation, path


def test_a_year_imported_is_found_answered_and_learned_from(archive: tuple[Installation, Path]) -> None:
    """Promise: a new installation finds last year's plots as rows of their own, and trains on the answers."""
    house, path = archive
    house.run("import", "entries", str(path), "--as", "gazette", "--language", "en", now=NOW)
    assert json.loads(house.run("queue", "--json", now=NOW).stdout) == []
    rows = json.loads(house.run("queue", "--backfill", "--all", "--json", now=NOW).stdout)
    plots = [row for row in rows if row["title"].startswith(PLOT)]
    assert len(plots) == 6
    assert {row["n_entries"] for row in plots} == {3}
    for row in plots:
        house.run("label", row["entry_id"], "plot", now=NOW)
    assert not [row for row in json.loads(house.run("queue", "--backfill", "--all", "--json", now=NOW).stdout)
                if row["title"].startswith(PLOT)]  # fmt: skip
    trained = house.run("train", "--dry-run", now=NOW, code=None)
    assert re.search(r"6 .*plot|plot.* 6", trained.stdout), trained.stdout
    house.run("log", "verify", now=NOW)


def test_a_year_simulated_day_by_day_finds_every_plot(archive: tuple[Installation, Path]) -> None:
    """Promise: the file that was imported replays through the real code as it would have been lived."""
    house, _ = archive
    labels = house.folder / "labels.tsv"
    lines = ["id\tlabel\tplot", *(f"{entry['id']}\t1\t{entry['plot']}" for entry in year() if "plot" in entry)]
    labels.write_text("\n".join(lines) + "\n")
    daily = house.folder / "daily.jsonl"
    entries = [{**entry, "published": date.fromisoformat(entry["published"][:10]).isoformat()} for entry in year()]
    daily.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    found = json.loads(
        house.run("simulate", "--stream", str(daily), "--labels", str(labels), "--retrain", "never", "--json").stdout
    )
    assert (found["plots_total"], found["plots_found"]) == (6, 6)


def test_an_import_killed_anywhere_goes_on_where_it_ended(archive: tuple[Installation, Path]) -> None:
    """Promise: a kill loses nothing that was written, and the same command brings the rest, nothing twice."""
    house, path = archive
    running = house.start("import", "entries", str(path), "--as", "gazette", now=NOW)
    while running.poll() is None and len(house.events("entry-seen")) < 2_000:
        continue
    running.send_signal(signal.SIGKILL)
    running.communicate()
    house.run("import", "entries", str(path), "--as", "gazette", now=NOW)
    assert len(house.events("entry-seen")) == len(year())
    assert len(house.events("archive-imported")) == 1
    house.run("log", "verify", now=NOW)
