"""Search over an open data folder, also one that may only be read."""

from __future__ import annotations

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
    found = search(workspace, "ferry")
    assert ([hit.title.text for hit in found.hits], found.n_behind) == (["Ferry resumes"], 0)
