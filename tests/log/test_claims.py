"""Claims: one holder at a time, for as long as its connection lives; what was claimed cannot be written without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from monitor.errors import StorageError
from monitor.log.claims import UNSHARED
from monitor.log.postgres.claims import MAX_SHARE, MIN_SHARE, lock_key
from monitor.log.postgres.store import PostgresLog, open_postgres
from tests.log.conftest import AT, label, new_postgres

HOSTS = [f"host{n}.test" for n in range(40)]


@pytest.fixture
def pair(database: str, tmp_path: Path) -> Iterator[tuple[PostgresLog, PostgresLog]]:
    """Two workers' hold on one log."""
    one = new_postgres(database, tmp_path)
    other = open_postgres(one.address, tmp_path / "other.db")
    yield one, other
    one.close()
    other.close()


def end_connection(database: str, log: PostgresLog) -> None:
    """Do what a server does that ends one of its own processes."""
    pid = log.connection.info.backend_pid
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))


def test_a_name_is_held_by_one(pair: tuple[PostgresLog, PostgresLog]) -> None:
    """What one took the other does not get, until it is given back; the first names come first."""
    one, other = pair
    assert one.claims.take(HOSTS) == HOSTS[:MIN_SHARE]
    assert other.claims.take(HOSTS) == HOSTS[MIN_SHARE:]
    assert other.claims.take(HOSTS[:MIN_SHARE]) == []
    one.claims.release()
    other.claims.release()
    assert other.claims.take(HOSTS) == HOSTS[:MIN_SHARE]


def test_a_share_leaves_something_for_others(pair: tuple[PostgresLog, PostgresLog]) -> None:
    """A quarter at a time, and never more than the server's lock table bears from many workers."""
    one, other = pair
    many = [f"host{n}.test" for n in range(1000)]
    assert len(one.claims.take(many)) == 250
    assert len(other.claims.take([f"other{n}.test" for n in range(4 * MAX_SHARE + 400)])) == MAX_SHARE


def test_claims_end_with_the_connection(database: str, pair: tuple[PostgresLog, PostgresLog]) -> None:
    """A worker that lost its connection has lost its claims: others get them at once, and it cannot write on them."""
    one, other = pair
    one.claims.take(HOSTS[:3])
    assert not one.claims.lost()
    end_connection(database, one)
    assert other.claims.take(HOSTS[:3]) == HOSTS[:3]
    with pytest.raises(StorageError):
        one.append([label(1)], recorded_at=AT)
    assert one.claims.lost()
    with pytest.raises(StorageError, match="its claims with it"):
        one.append([label(1)], recorded_at=AT)
    assert other.head()[0] == 0
    one.claims.release()
    assert len(one.append([label(1)], recorded_at=AT)) == 1


def test_without_claims_a_broken_connection_is_replaced(database: str, pair: tuple[PostgresLog, PostgresLog]) -> None:
    """A person's label is not refused for a connection that broke."""
    one, _ = pair
    one.append([label(1)], recorded_at=AT)
    end_connection(database, one)
    assert len(one.append([label(2)], recorded_at=AT)) == 1


def test_a_job_has_one_worker(database: str, pair: tuple[PostgresLog, PostgresLog]) -> None:
    """The second one is told so, at once or after its wait; when the first one's connection ends the job is free."""
    one, other = pair
    with one.claims.alone("digest") as mine:
        assert mine
        with other.claims.alone("digest") as theirs, other.claims.alone("retrain") as another:
            assert (theirs, another) == (False, True)
        with other.claims.alone("digest", 0.05) as theirs:
            assert not theirs
        end_connection(database, one)
        with other.claims.alone("digest", 5) as theirs:
            assert theirs
    with one.claims.alone("digest") as mine:
        assert mine


def test_release_keeps_the_job_in_hand(pair: tuple[PostgresLog, PostgresLog]) -> None:
    """Hosts and jobs have keys of their own, and a job taken twice by one worker is not a deadlock."""
    one, other = pair
    assert lock_key("host", "digest") != lock_key("job", "digest")
    with one.claims.alone("digest"), one.claims.alone("digest") as again:
        assert again
    with other.claims.alone("digest") as mine:
        assert mine


def test_a_log_of_one_machine_has_everything() -> None:
    """Where nobody else can work, all is mine."""
    assert UNSHARED.take(HOSTS) == HOSTS
    with UNSHARED.alone("digest") as mine:
        assert mine
