"""What is due and whose it is, as values: the longest waiting first, hosts left alone, a folder set up once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from monitor.config.values import FeedConfig
from monitor.poll.values import FeedState
from monitor.worker.setup import bring_model, set_up
from monitor.worker.shards import share_out
from monitor.worker.shares import due_feeds, just_asked, waiting_hosts
from monitor.worker.states import feed_states
from monitor.worker.sync import feed_changes
from monitor.worker.tick import run_tick
from monitor.worker.workspace import Workspace
from tests.worker.conftest import Clock, Site, rss


def feed(name: str, host: str = "a.test", due: datetime | None = None) -> tuple[FeedConfig, FeedState]:
    url = f"https://{host}/{name}"
    return FeedConfig(feed_id=name, url=url, name=name), FeedState(feed_id=name, url=url, next_due_at=due)


def test_hosts_come_in_the_order_of_their_longest_waiting_feed(now: datetime) -> None:
    """Promise: a host that never was asked comes first, and of two the one that waits longer, so none starves."""
    feeds = [
        feed("f1", "c.test", now), feed("f2", "b.test", now), feed("f3", "a.test", now + timedelta(hours=1)),
        feed("f4", "c.test", now - timedelta(hours=1)), feed("f5", "d.test"),
    ]  # fmt: skip
    assert waiting_hosts({item[0].feed_id: item for item in feeds}) == ["d.test", "c.test", "b.test", "a.test"]


@pytest.mark.parametrize(("ago_s", "busy"), [(0, True), (2, True), (3, False), (-1, False)])
def test_a_host_is_left_alone_for_the_delay_and_no_longer(now: datetime, ago_s: int, busy: bool) -> None:
    """Promise: what another worker asked less than the delay ago waits; a moment to come is a clock's mistake."""
    state = FeedState(feed_id="f1", url="https://a.test/f", last_try_at=now - timedelta(seconds=ago_s))
    never = FeedState(feed_id="f2", url="https://b.test/f")
    assert just_asked([state, never], 3.0, now) == ({"a.test"} if busy else set())
    assert just_asked([state, never], 0.0, now) == set()


def test_what_is_due_is_what_its_time_its_host_and_the_asker_say(
    workspace: Workspace, site: Site, clock: Clock
) -> None:
    """Promise: `force` asks before the time and of a host that rests; `only` asks the feeds it names and no other."""
    site.pages = {"alpha": (429, b""), "beta": (200, rss())}
    run_tick(workspace)
    none: frozenset[str] = frozenset()
    assert due_feeds(workspace, clock(), none, force=False) == {}
    assert list(due_feeds(workspace, clock(), none, force=True)) == ["alpha", "beta"]
    assert list(due_feeds(workspace, clock(), frozenset({"beta"}), force=True)) == ["beta"]
    clock.forward(days=3)
    assert list(due_feeds(workspace, clock(), none, force=False)) == ["alpha", "beta"]
    assert list(due_feeds(workspace, clock(), frozenset({"beta"}), force=False)) == ["beta"]


@pytest.mark.parametrize(
    ("status", "gone", "refused"), [(410, True, False), (404, False, False), (429, False, True), (503, False, True)]
)
def test_what_a_feed_said_of_itself_is_known_at_the_next_tick(
    workspace: Workspace, site: Site, status: int, gone: bool, refused: bool
) -> None:
    """Promise: a feed that ended and one that wants rest are told apart from one that fails."""
    site.pages = {"alpha": (status, b""), "beta": (200, rss())}
    run_tick(workspace)
    state = feed_states(workspace.views)["alpha"]
    assert (state.gone, state.refused, state.n_failures) == (gone, refused, 1)
    assert feed_states(workspace.views)["beta"].last_ok_at == workspace.clock()


def test_the_log_is_told_of_each_feed_what_feeds_yaml_says_of_it(workspace: Workspace) -> None:
    """Promise: one event for each feed that is new, changed or gone, and none where both say the same."""
    first, second = workspace.config.feeds
    workspace.append(feed_changes(workspace.views, [first, second]))
    assert feed_changes(workspace.views, [first, second]) == []
    third = FeedConfig(feed_id="gamma", url="https://site.test/gamma", name="Gamma")
    changed = msgspec.structs.replace(first, group="harbour")
    events = feed_changes(workspace.views, [changed, third])
    assert [event.key.rsplit(":", 1)[0] for event in events] == [
        "feed-changed:alpha", "feed-added:gamma", "feed-removed:beta",
    ]  # fmt: skip


def test_a_folder_is_set_up_once(workspace: Workspace, tmp_path: Path, now: datetime) -> None:
    """Promise: the shipped model and the feeds are in the log after the first time; the second changes nothing."""
    models = tmp_path / "models"
    found = [
        set_up(
            workspace.log, workspace.views, workspace.config.feeds, models, recorded_at="2026-01-31T12:00:00.000000Z"
        )
        for _ in range(2)
    ]
    assert found[0] == found[1] != ""
    assert [event.type for event in workspace.log.read()] == [
        "model-trained", "model-promoted", "feed-added", "feed-added",
    ]  # fmt: skip
    (models / f"{found[0]}.json").unlink()
    assert bring_model(workspace.log, models, found[0])
    assert (models / f"{found[0]}.json").is_file()
    assert not bring_model(workspace.log, models, "m000000000000")


def test_on_one_machine_every_shard_is_done_in_turn(workspace: Workspace) -> None:
    """Promise: nothing is left out and nothing done twice, with and without waiting."""
    for wait in (True, False):
        assert list(share_out(workspace, [1, 2, 3], str, lambda n: n * 2, wait=wait)) == [(1, 2), (2, 4), (3, 6)]


def test_a_shard_in_other_hands_is_waited_for_until_it_is_done(workspace: Workspace) -> None:
    """Promise: what another worker has in hand is asked for again and again, and given up only by who does not wait."""
    held = {"shard 2": 3}  # times that somebody else has it

    @contextmanager
    def alone(name: str, wait_s: float = 0.0) -> Iterator[bool]:
        held[name] = held.get(name, 0) - 1
        yield held[name] < 0

    workspace.alone = alone  # type: ignore[method-assign]
    assert list(share_out(workspace, [1, 2, 3], str, lambda n: n * 2)) == [(1, 2), (3, 6), (2, 4)]
    held["shard 2"] = 1
    assert list(share_out(workspace, [1, 2, 3], str, lambda n: n * 2, wait=False)) == [(1, 2), (3, 6)]
