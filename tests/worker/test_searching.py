"""Search over an open data folder, also one that may only be read."""

from __future__ import annotations

import pytest

from monitor.errors import InputError, NotFoundError, StorageError
from monitor.worker.jobs.searching import (
    INDEX_NAME,
    MAX_NAME,
    forget_search,
    keep_index,
    renew_index,
    save_search,
    saved_search,
    search,
)
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


def test_a_search_is_saved_under_a_name_replaced_and_forgotten(workspace: Workspace) -> None:
    """Promise: a name means the query saved last under it, until it is forgotten; an unknown one is said to be that."""
    for query in ("ferry", "ferry bridge"):
        save_search(workspace, " Harbour ", query, "ana")
    assert saved_search(workspace, "Harbour").query == "ferry bridge"
    forget_search(workspace, "Harbour", "ana")
    for ask in (lambda: saved_search(workspace, "Harbour"), lambda: forget_search(workspace, "Harbour", "ana")):
        with pytest.raises(NotFoundError, match="no saved search"):
            ask()
    assert [event.actor for event in workspace.log.read(types=("search-saved",))] == ["ana"] * 3


@pytest.mark.parametrize(
    ("name", "query"), [("", "ferry"), (" ", "ferry"), ("a\nb", "ferry"), ("x", ""), ("x", "-ferry")]
)
def test_what_nobody_could_ask_for_again_is_not_saved(workspace: Workspace, name: str, query: str) -> None:
    """Promise: a name is printable and a query looks for something; nothing is written otherwise."""
    with pytest.raises(InputError):
        save_search(workspace, name, query, "ana")
    assert workspace.log.head()[0] == 0


def test_a_name_of_the_greatest_length_is_taken(workspace: Workspace) -> None:
    save_search(workspace, "n" * MAX_NAME, "ferry", "ana")
    with pytest.raises(InputError, match="name"):
        save_search(workspace, "n" * (MAX_NAME + 1), "ferry", "ana")


def test_a_search_for_nothing_is_refused(workspace: Workspace) -> None:
    """Promise: a minus alone takes away from nothing; a field alone is a search."""
    for query in ("", "-ferry"):
        with pytest.raises(InputError):
            search(workspace, query)
    assert search(workspace, "flagged:yes").hits == []


def test_a_damaged_index_is_thrown_away_and_made_anew(workspace: Workspace, site: Site) -> None:
    """Promise: a file that is no index hides nothing: after a rebuild every text is found again."""
    site.pages = {"alpha": (200, rss(("1", "Ferry resumes"))), "beta": (200, rss())}
    run_tick(workspace)
    for path in workspace.data_dir.glob(f"{INDEX_NAME}*"):
        path.unlink()
    (workspace.data_dir / INDEX_NAME).write_bytes(b"no database at all" * 500)
    renew_index(workspace)
    assert [hit.title.text for hit in search(workspace, "ferry").hits] == ["Ferry resumes"]


def test_a_disk_that_refuses_the_index_ends_no_tick(workspace: Workspace, site: Site) -> None:
    """Promise: what calls it goes on, search alone waits; of a sound index it says how much is left."""
    site.pages = {"alpha": (200, rss(("1", "Ferry resumes"))), "beta": (200, rss())}
    run_tick(workspace)
    assert keep_index(workspace) == 0
    for path in workspace.data_dir.glob(f"{INDEX_NAME}*"):
        path.unlink()
    n_events = workspace.log.head()[0]
    assert keep_index(workspace, most=1) == n_events - 1
    for path in workspace.data_dir.glob(f"{INDEX_NAME}*"):
        path.unlink()
    (workspace.data_dir / INDEX_NAME).mkdir()
    assert keep_index(workspace) == 0
