"""Split brain: a copy of the server answers in place of the one that a machine knows, and the machine notices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from monitor.errors import LogBrokenError, StorageError
from monitor.log.postgres.setup import init_postgres
from monitor.log.postgres.store import open_postgres
from monitor.views.fold import open_views
from monitor.worker.tick import run_tick
from tests.fetch.memory import Site
from tests.log.conftest import AT, label
from tests.postgres import WORD, Door, Server, programs, running
from tests.worker.conftest import Clock
from tests.worker.fleet import Machine, feeds_of

pytestmark = pytest.mark.skipif(programs() is None, reason=WORD)


class Two:
    """A server with a log in it, its copy, the door that machines go through, and machines."""

    def __init__(self, folder: Path, server: Server, site: Site, clock: Clock, stack: ExitStack) -> None:
        self.folder, self.server, self.site, self.clock, self.stack = folder, server, site, clock, stack
        init_postgres(server.address, writer="monitor_writer", reader="monitor_reader")
        self.door = Door(server.port)
        stack.callback(self.door.close)
        self.n = iter(range(9))

    def machine(self) -> Machine:
        """A machine that reaches the log through the door."""
        address = self.server.of("monitor_writer").replace(f":{self.server.port}/", f":{self.door.port}/")
        made = Machine(address, self.folder / f"m{next(self.n)}", self.site, self.clock, feeds_of(self.site, 3))
        self.stack.callback(made.workspace.close)
        return made

    def write(self, server: Server, *numbers: int) -> None:
        """Let somebody else write into the log of one server."""
        log = open_postgres(server.of("monitor_writer"), self.folder / f"{server.port}" / "log.db")
        log.append([label(number) for number in numbers], recorded_at=AT)
        log.close()

    def copy(self) -> Server:
        """Copy the server as it stands, and let the copy work too."""
        folder = self.stack.enter_context(TemporaryDirectory(prefix="pg-"))  # the server's user may go there
        twin = self.server.twin(Path(folder))
        twin.start()
        self.stack.callback(twin.stop)
        return twin

    def head(self, server: Server) -> int:
        """The head of the log of one server."""
        log = open_postgres(server.of("monitor_writer"), self.folder / "look.db")
        position, _ = log.head()
        log.close()
        return position


@pytest.fixture
def two(tmp_path: Path, site: Site, clock: Clock) -> Iterator[Two]:
    """A server of this test's own."""
    with running() as server, ExitStack() as stack:
        assert server is not None
        yield Two(tmp_path, server, site, clock, stack)


def meet(*machines: Machine) -> None:
    """Let machines notice that their connection broke: the next use makes another one."""
    for machine in machines:
        with suppress(StorageError):
            machine.log.head()


def refused(work: Callable[[], object], word: str) -> None:
    """See that work is refused as on a broken log."""
    with pytest.raises(LogBrokenError, match=word):
        work()


def test_a_copy_that_lags_is_refused_by_who_reads_and_who_writes(two: Two) -> None:
    """The last events are missing there: views do not forget them, and nothing is written on top."""
    one, looker = two.machine(), two.machine()
    twin = two.copy()
    meet(one, looker)
    run_tick(one.workspace)
    looker.workspace.views.catch_up()
    two.door.turn(twin.port)
    meet(one, looker)
    for machine in (one, looker):
        refused(machine.workspace.views.catch_up, "is missing")
        anew = partial(open_views, machine.log.path.with_name("views.db"), machine.log)
        refused(anew, "not the one this machine knew")
    refused(lambda: one.log.append([label(1)], recorded_at=AT), "in another event than it held")
    two.door.turn(two.server.port)
    meet(one, looker)
    assert one.workspace.views.catch_up() == looker.workspace.views.position
    assert two.head(twin) == 0


def test_a_copy_that_went_another_way_is_refused_at_the_same_height(two: Two) -> None:
    """Both took as many events: the hash of the last one tells them apart, after a restart too."""
    one = two.machine()
    twin = two.copy()
    meet(one)
    one.log.append([label(1)], recorded_at=AT)
    one.workspace.views.catch_up()
    two.write(twin, 2)
    two.door.turn(twin.port)
    meet(one)
    refused(lambda: one.log.append([label(3)], recorded_at=AT), "in another event than it held")
    refused(one.workspace.views.catch_up, "event 1 is another")
    one.log.close()  # an anchor is left behind
    anew = open_postgres(one.log.address, one.log.path)
    refused(anew.check_writable, "its hash is not the one anchored")
    anew.close()
    two.write(twin, 4, 5)
    refused(lambda: one.log.append([label(6)], recorded_at=AT), "event")
    assert two.head(twin) == 3


def test_a_tick_whose_server_is_changed_under_it_writes_nothing_there(two: Two) -> None:
    """Between asking and writing the address leads to a copy: the claims are gone, and the copy is not gone on with."""
    one = two.machine()
    one.edit(feeds_of(two.site, 3))
    twin = two.copy()
    two.write(two.server, 1)
    meet(one)
    one.workspace.views.catch_up()
    head = two.head(twin)
    one.fetcher.meanwhile = lambda: two.door.turn(twin.port)
    refused(lambda: run_tick(one.workspace), "event")
    assert two.head(twin) == head
