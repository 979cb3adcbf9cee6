"""The second look: the same finds from one worker or several, a killed one loses its shard, no flag twice."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event as Signal

from monitor.log.events import (
    EntryFlagged,
    EntryLabelled,
    EntryRevised,
    EntryScored,
    EntrySeen,
    ModelPromoted,
    NewEvent,
    SecondLookFinished,
)
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.postgres.snapshot import verify_postgres
from monitor.views.queries.models import second_look_left
from monitor.worker.jobs.secondlook import look_on, second_look
from monitor.worker.tick import nothing_due, run_tick
from monitor.worker.workspace import Workspace
from tests.conftest import NOW
from tests.fetch.memory import Site
from tests.worker.conftest import Clock, WordModel
from tests.worker.fleet import Machine

N, SHARD = 24, 4


class Grades(WordModel):
    """Scores by the number a text tells; `at_score` happens before the first score of the n-th entry, once."""

    def __init__(self, at: str = "", at_score: Callable[[], object] = lambda: None) -> None:
        self.at, self.at_score = at, at_score
        self.at_reasons: Callable[[], object] = lambda: None

    def score(self, title: str, summary: str = "", text: str = "", lang: str = "") -> float:
        """Score."""
        number = int(title.rsplit(" ", 1)[1])
        if title == self.at:
            self.at = ""
            self.at_score()
        return 0.4 + number * 7 % N / 40

    def explain(self, *args: str):  # type: ignore[no-untyped-def]
        """Give reasons."""
        meanwhile, self.at_reasons = self.at_reasons, lambda: None
        meanwhile()
        return super().explain(*args)


def name(number: int) -> str:
    """The headline of an entry."""
    return f"Report {number}"


def promote(workspace: Workspace, model_id: str = WordModel.model_id) -> None:
    """Put a model in use."""
    position = workspace.log.head()[0]
    workspace.append([NewEvent(f"model-promoted:{position}", ModelPromoted(model_id=model_id, threshold=0.5))])


def fill(workspace: Workspace, n: int = N) -> None:
    """Entries that an earlier model passed over, and the model that is to look at them again."""
    for number in range(n):
        payload = entry_payload(name(number), "")
        entry, sha = f"{number:016x}", payload_sha(payload)
        seen = EntrySeen(entry_id=entry, feed_id="f", guid=entry, link="", text_sha=sha)
        scored = EntryScored(model_id="m0", threshold=0.5, scores=[(entry, 0, 0.1)])
        workspace.append(
            [NewEvent(f"entry-seen:{entry}", seen), NewEvent(f"entry-scored:{entry}", scored)], {sha: payload}
        )
    promote(workspace)


def outcome(workspace: Workspace) -> tuple[list[tuple[str, float]], dict[str, float], tuple[int, int]]:
    """What was flagged, in order, every score, and the counts told at the end."""
    events = list(workspace.log.read(types=["entry-flagged", "entry-scored", "second-look-finished"]))
    flags = [(e.data.entry_id, e.data.score) for e in events if isinstance(e.data, EntryFlagged)]
    looks = [e.data for e in events if isinstance(e.data, EntryScored) and e.data.why == "second-look"]
    assert sum(len(look.scores) for look in looks) == len({entry for look in looks for entry, _, _ in look.scores})
    (end,) = (e.data for e in events if isinstance(e.data, SecondLookFinished))
    return flags, {entry: score for look in looks for entry, _, score in look.scores}, (end.n_rescored, end.n_flagged)


def shards_of(machine: Machine) -> list[int]:
    """The numbers of the shards that are in the log, in order."""
    events = machine.log.read(types=["entry-scored"])
    return [int(e.key.split(":")[-2]) for e in events if ":second-look:" in e.key]


def test_two_workers_halve_it_and_find_the_same(
    fleet: Callable[..., Machine], tmp_path: Path, workspace: Workspace
) -> None:
    """While one is at its first shard another one does the other five; flags, scores and counts are those of one."""
    workspace._load_model = lambda _: Grades()  # type: ignore[assignment,return-value]
    fill(workspace)
    counts = second_look(workspace, shard=SHARD)
    alone = outcome(workspace)
    assert counts == alone[2] == (N, 20)
    model = Grades(name(1))
    one, other = fleet([], model), fleet([], Grades())
    fill(one.workspace)
    other.workspace.views.catch_up()
    seen: list[int] = []

    def tick() -> None:
        other.workspace.views.catch_up()
        assert not nothing_due(other.workspace)
        run_tick(other.workspace)
        seen.extend(shards_of(one))

    model.at_score = tick
    assert second_look(one.workspace, shard=SHARD) == counts
    assert seen == [1, 2, 3, 4, 5]
    assert outcome(one.workspace) == alone
    other.workspace.views.catch_up()
    assert nothing_due(other.workspace)
    assert one.workspace.views.dump() == other.workspace.views.dump()
    assert verify_postgres(one.log, []).problems == []


def stuck(address: str, folder: str, to: Connection) -> None:
    """Look again, and get stuck in the third shard: what a worker does that is about to die."""

    def wait() -> None:
        to.send("two shards are written")
        Signal().wait()

    machine = Machine(address, Path(folder), Site(), Clock(NOW), [], Grades(name(2 * SHARD), wait))
    second_look(machine.workspace, shard=SHARD)


def test_a_killed_worker_loses_a_shard_and_the_others_end_what_it_began(
    fleet: Callable[..., Machine], tmp_path: Path
) -> None:
    """The worker that trains dies in its third shard: a tick elsewhere does the rest, the next one ends the look."""
    machine = fleet([], Grades())
    fill(machine.workspace)
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    worker = spawn.Process(target=stuck, args=(machine.log.address, str(tmp_path / "dying"), there))
    worker.start()
    assert here.poll(60)
    machine.workspace.views.catch_up()
    run_tick(machine.workspace)
    assert shards_of(machine) == [0, 1, 3, 4, 5]
    left = second_look_left(machine.workspace.views)
    assert left is not None
    worker.kill()
    worker.join(30)
    with machine.workspace.alone(f"shard second look {left.position} 2", 30) as free:
        assert free  # as soon as the server notices
    run_tick(machine.workspace)
    flags, scores, counts = outcome(machine.workspace)
    assert (shards_of(machine)[-1], len(scores), counts) == (2, N, (N, 20))
    assert len({entry for entry, _ in flags}) == len(flags) == 20
    assert verify_postgres(machine.log, []).problems == []


def test_a_look_that_was_cut_short_is_ended_by_a_tick_on_one_machine_too(workspace: Workspace) -> None:
    """On log.db a training that dies in its second look leaves it to the next tick, which repeats no shard."""

    class Killed(BaseException):
        pass

    def die() -> None:
        raise Killed

    workspace.config.feeds.clear()
    dying = Grades(name(SHARD), die)
    workspace._load_model = lambda _: dying  # type: ignore[assignment,return-value]
    fill(workspace)
    try:
        second_look(workspace, shard=SHARD)
    except Killed:
        dying.at_score = lambda: None
    assert not nothing_due(workspace)
    run_tick(workspace)
    assert outcome(workspace)[2] == (N, 20)
    assert nothing_due(workspace)
    head = workspace.log.head()
    run_tick(workspace)
    assert workspace.log.head() == head


def test_what_somebody_decided_meanwhile_is_not_flagged(fleet: Callable[..., Machine]) -> None:
    """The best two are labelled and flagged by others in the moment before the commit: the other eighteen are shown."""
    model = Grades()
    one, other = fleet([], model), fleet([])
    fill(one.workspace)
    best = sorted(range(N), key=lambda number: -(number * 7 % N))
    first, second = (f"{number:016x}" for number in best[:2])

    def decide() -> None:
        label = EntryLabelled(entry_id=first, label="not-plot", by="ana")
        flag = EntryFlagged(entry_id=second, revision=0, model_id="m1", score=0.9, threshold=0.5)
        other.workspace.views.catch_up()
        other.workspace.append([NewEvent("label:1", label), NewEvent(f"entry-flagged:{second}", flag)])

    model.at_reasons = decide
    assert second_look(one.workspace, shard=SHARD) == (N, 18)
    flags = outcome(one.workspace)[0]
    assert [entry for entry, _ in flags].count(second) == 1
    assert first not in [entry for entry, _ in flags]


def test_what_was_edited_meanwhile_is_not_flagged_by_its_old_words(fleet: Callable[..., Machine]) -> None:
    """Promise: a score belongs to a revision; the newer one has a score of its own to come."""
    model = Grades(name(N - 1))
    one, other = fleet([], model), fleet([])
    fill(one.workspace)
    best = f"{max(range(N), key=lambda number: number * 7 % N):016x}"
    text = entry_payload("Report 0", "edited")

    def edit() -> None:
        data = EntryRevised(entry_id=best, revision=1, text_sha=payload_sha(text), feed_id="f", link="", changed=[])
        other.workspace.views.catch_up()
        other.workspace.append([NewEvent(f"entry-revised:{best}", data)], {payload_sha(text): text})

    model.at_score = edit
    second_look(one.workspace, shard=SHARD)
    assert best not in [entry for entry, _ in outcome(one.workspace)[0]]


def test_a_newer_model_ends_the_look(fleet: Callable[..., Machine]) -> None:
    """Promise: nothing is flagged by a model that is no longer in use."""
    model = Grades(name(SHARD))
    one, other = fleet([], model), fleet([])
    fill(one.workspace)

    def change() -> None:
        other.workspace.views.catch_up()
        promote(other.workspace, "m9")

    model.at_score = change
    assert second_look(one.workspace, shard=SHARD) == (0, 0)
    assert list(one.log.read(types=["entry-flagged", "second-look-finished"])) == []
    assert shards_of(one) == [0, 1]
    look_on(one.workspace)
    assert shards_of(one) == [0, 1]
