"""Long work shared out: two workers halve an archive, a killed one loses its file, and nothing is there twice."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event

from monitor.config.values import FeedConfig
from monitor.log.postgres.snapshot import verify_postgres
from monitor.log.postgres.store import open_postgres
from monitor.parse.raw import RawEntry
from monitor.worker.intake.importing import Imported, Importer
from tests.conftest import NOW
from tests.fetch.memory import Site
from tests.worker.conftest import Clock, WordModel
from tests.worker.fleet import Machine

ARCHIVE = FeedConfig(feed_id="old", url="archive:old", name="Old paper", kind="archive", language="en")
FILES = ("a", "b", "c", "d", "e", "f")


def pages(file: str, n: int = 3, title: str = "") -> list[RawEntry]:
    """The entries of one file."""
    return [
        RawEntry(
            link=f"https://old.test/{file}{i}",
            title=title or f"Chess column {file}{i}",
            published="2025-01-31T12:00:00Z",
        )
        for i in range(n)
    ]


class Reader:
    """One worker that imports; `read` says what a file holds."""

    def __init__(self, machine: Machine, read: Callable[[str], list[RawEntry]] = pages) -> None:
        self.importer = Importer(machine.workspace, ARCHIVE, machine.workspace.clock())
        self.importer.begin()
        self.read = read

    def run(self, *files: str) -> Iterator[tuple[str, Imported]]:
        """Import files, each known by its name."""
        return self.importer.share_out(files, str, lambda file, sha: self.importer.take(file, sha, self.read(file)))


def n_events(machine: Machine) -> Counter[str]:
    """How many events of each type the log has."""
    return Counter(event.type for event in machine.log.read())


def test_two_workers_halve_an_archive(fleet: Callable[..., Machine]) -> None:
    """While one is at its first file another one takes the next three; each file is read once, by either."""
    one, other = fleet([]), fleet([])
    beside = Reader(other).run(*FILES)
    taken: list[str] = []

    def read(file: str) -> list[RawEntry]:
        if file == "a":
            taken.extend(next(beside)[0] for _ in range(3))
        return pages(file)

    mine = {file: done.done_before for file, done in Reader(one, read).run(*FILES)}
    assert taken == ["b", "c", "d"]
    assert [file for file, before in mine.items() if not before] == ["a", "e", "f"]
    assert list(mine) == list(FILES)  # b to d in passing: by then they were done
    assert [(file, done.done_before) for file, done in beside] == [("e", True), ("f", True), ("a", True)]
    counts = n_events(one)
    assert (counts["archive-added"], counts["entry-seen"], counts["archive-imported"]) == (0, 18, 6)


class Interrupted(WordModel):
    """A model that lets something happen before its first score, or before it gives its first reasons."""

    def __init__(self) -> None:
        self.at_score: Callable[[], object] = lambda: None
        self.at_reasons: Callable[[], object] = lambda: None

    def score(self, title: str, summary: str = "", text: str = "", lang: str = "") -> float:
        """Score."""
        meanwhile, self.at_score = self.at_score, lambda: None
        meanwhile()
        return super().score(title, summary, text, lang)

    def explain(self, *args: str):  # type: ignore[no-untyped-def]
        """Give reasons."""
        meanwhile, self.at_reasons = self.at_reasons, lambda: None
        meanwhile()
        return super().explain(*args)


def test_the_same_pages_in_two_files_read_at_once_are_there_once(fleet: Callable[..., Machine]) -> None:
    """Another worker brings two of three pages while they are scored: one is left, and it joins the other's story."""
    model = Interrupted()
    one, other = fleet([], model), fleet([])
    words = "plot to bomb the embassy of Ruritania in the old harbour foiled, prosecutors say"
    beside = Reader(other, lambda _: pages("x", 2, words))
    model.at_score = lambda: list(beside.run("other"))
    ((_, done),) = Reader(one, lambda _: pages("x", 3, words)).run("mine")
    assert (done.n_read, done.n_new) == (3, 1)
    counts = n_events(one)
    assert (counts["entry-seen"], counts["entry-flagged"], counts["story-opened"]) == (3, 3, 1)


def test_a_page_another_worker_wrote_in_the_same_moment_is_revised(fleet: Callable[..., Machine]) -> None:
    """Between the last look and the commit another text of the page came: it was first, and ours is its revision."""
    model = Interrupted()
    one, other = fleet([], model), fleet([])
    beside = Reader(other, lambda _: pages("x", 1, "a plot, in their words"))
    model.at_reasons = lambda: list(beside.run("other"))
    ((_, done),) = Reader(one, lambda _: pages("x", 1, "a plot, in our words")).run("mine")
    assert (done.n_new, done.n_revised) == (0, 1)
    counts = n_events(one)
    assert (counts["entry-seen"], counts["entry-revised"]) == (1, 1)
    assert verify_postgres(one.log, []).problems == []


def stuck(address: str, folder: str, to: Connection) -> None:
    """Import the first file, and get stuck in it after a whole batch: what a worker does that is about to die."""
    machine = Machine(address, Path(folder), Site(), Clock(NOW), [])

    def read(file: str) -> Iterator[RawEntry]:
        yield from pages(file, 2_000)
        to.send("a batch is written")
        Event().wait()

    list(Reader(machine, read).run(*FILES[:3]))  # type: ignore[arg-type]


def test_a_killed_worker_loses_its_file_to_another(fleet: Callable[..., Machine], tmp_path: Path) -> None:
    """The others' files first, then its own, from which only what it had not written is missing."""
    machine = fleet([])
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    worker = spawn.Process(target=stuck, args=(machine.log.address, str(tmp_path / "dying"), there))
    worker.start()
    assert here.poll(60)
    work = Reader(machine, lambda file: pages(file, 2_000 + 5 if file == "a" else 3)).run(*FILES[:3])
    assert [next(work)[0], next(work)[0]] == ["b", "c"]
    worker.kill()
    worker.join(30)
    ((file, done),) = work
    assert (file, done.n_read, done.n_new) == ("a", 2_000 + 5, 5)
    assert n_events(machine)["entry-seen"] == 2_000 + 5 + 6
    with_all = open_postgres(machine.log.address, tmp_path / "look.db", read_only=True)
    assert verify_postgres(with_all, []).problems == []
    with_all.close()
