"""Shared fixtures: the optional data folder, and a fixed clock."""

from __future__ import annotations

import os
import random
import subprocess
import uuid
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.postgres import Server

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def shared_dir() -> Path | None:
    """Return the optional data folder ($MONITOR_SHARED or ../shared), or None."""
    path = Path(os.environ.get("MONITOR_SHARED", ROOT.parent / "shared"))
    return path if path.is_dir() else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what a failed command said, under the test that ran it: its exit code alone tells nobody why."""
    report = yield
    failed = call.excinfo.value if call.excinfo else None
    if isinstance(failed, subprocess.CalledProcessError | subprocess.TimeoutExpired):
        for name, said in (("stdout", failed.stdout), ("stderr", failed.stderr)):
            text = said.decode(errors="replace") if isinstance(said, bytes) else said
            if text:
                report.sections.append((f"{name} of the command", text))
    return report


@pytest.fixture(scope="session")
def shared() -> Path:
    """The optional data folder; tests that need it are skipped where it is absent."""
    path = shared_dir()
    if path is None:
        pytest.skip("needs the optional data folder: put it at ../shared or set MONITOR_SHARED")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL of our own without a log in it; skipped where its programs are missing."""
    from tests.postgres import WORD, running

    with running(fsync="off") as server:
        if server is None:
            pytest.skip(WORD)
        yield server


@pytest.fixture
def database(postgres: Server) -> str:
    """The owner's address of a new, empty database."""
    import psycopg

    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres.address, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return postgres.of("owner", name)


@pytest.fixture
def now() -> datetime:
    """A fixed moment."""
    return NOW


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --shuffle: run the tests in an order that a seed decides, to find those that lean on their neighbours."""
    parser.addoption("--shuffle", type=int, metavar="SEED", help="shuffle files, and the tests of each, by this seed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Shuffle where asked; the tests of a file stay together, so that what they share is made once."""
    seed = config.getoption("--shuffle")
    if seed is None:
        return
    rng = random.Random(seed)
    order = {path: rng.random() for path in sorted({str(item.path) for item in items})}
    rng.shuffle(items)
    items.sort(key=lambda item: order[str(item.path)])
