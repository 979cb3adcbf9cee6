"""Search over an open data folder, also one that may only be read."""

from __future__ import annotations

import pytest

from monitor.errors import StorageError
from monitor.worker.jobs.searching import INDEX_NAME, search
from monitor.worker.tick import run_tick
from monitor.worker.workspace import Workspace
from tests.fetch.memory import Site
from tests.worker.conftest import rss


def test_a_folder_whose_index_cannot_be_written_is_searched_in_memory(workspace: Workspace, site: Site) -> None:
    """Promise: an analyst who may only read the folder can search it; nothing is written."""
    site.pages = {"alpha": (200, rss(("1", "Ferry resumes"), ("2", "Bridge closed"))), "beta": (200, rss())}
    run_tick(workspace)
    for path in workspace.data_dir.glob(f"{INDEX_NAME}*"):
        path.unlink()
    (workspace.data_dir / INDEX_NAME).mkdir()
    n_events = workspace.log.head()[0]
    found = search(workspace, "ferry", most_in_memory=n_events)
    assert ([hit.title.text for hit in found.hits], found.n_behind) == (["Ferry resumes"], 0)


def test_a_log_too_large_for_memory_is_not_read_into_it(workspace: Workspace, site: Site) -> None:
    """Promise: where neither the file nor the memory will do, the search says so: it gives no part for the whole."""
    site.pages = {"alpha": (200, rss(("1", "Ferry resumes"))), "beta": (200, rss())}
    run_tick(workspace)
    for path in workspace.data_dir.glob(f"{INDEX_NAME}*"):
        path.unlink()
    (workspace.data_dir / INDEX_NAME).mkdir()
    with pytest.raises(StorageError):
        search(workspace, "ferry", most_in_memory=workspace.log.head()[0] - 1)
