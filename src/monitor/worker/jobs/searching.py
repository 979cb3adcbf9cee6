"""Search over an open data folder: one page of what fits a query, the index kept up, and searches saved by name.

The language, the index and the finding are views/search; this owns where the index lies, how much of it a tick or a
searcher fills in, and what is written into the log.
"""

from __future__ import annotations

import msgspec

from monitor.errors import InputError, NotFoundError, StorageError
from monitor.log.events import NewEvent, SearchSaved
from monitor.views.queries.search import SavedSearch, saved_searches
from monitor.views.search.find import PER_PAGE, Found, find
from monitor.views.search.index import SearchIndex
from monitor.views.search.query import parse_query
from monitor.worker.workspace import Workspace

INDEX_NAME = "search.db"
# About a second of a tick's time each; a new index of a large log fills up over some ticks, or in one `rebuild`.
TICK_EVENTS = 40_000
SEARCHER_EVENTS = 4_000  # a searcher waits for no more than what came since the last tick
MEMORY_EVENTS = 300_000  # of a log that is indexed in memory where the folder is read-only
MAX_NAME = 60


def open_index(workspace: Workspace) -> SearchIndex:
    """Open (or make) the search index of the data folder. Raises StorageError."""
    return SearchIndex(workspace.data_dir / INDEX_NAME, workspace.log)


def search(
    workspace: Workspace, text: str, *, page: int = 1, per_page: int = PER_PAGE, newest: bool = False,
    most_in_memory: int = MEMORY_EVENTS,
) -> Found:  # fmt: skip
    """Return a page of the entries that fit a typed query (views/search/query.py), best or newest first.

    Reads in a little of what the index has not seen yet; `n_behind` says how much is left for the ticks. Raises
    InputError for a query that cannot be read, StorageError for an index that cannot be opened where the log has more
    than `most_in_memory` events.
    """
    query = parse_query(text)
    if not (query.wanted or query.filters):
        raise InputError("a search needs a word or a field to look for; a minus alone takes away from nothing")
    index, n_behind = _index_to_search(workspace, most_in_memory)
    try:
        found = find(workspace.views, index, query, page=page, per_page=per_page, newest=newest)
    finally:
        index.close()
    return msgspec.structs.replace(found, n_behind=n_behind)


def _index_to_search(workspace: Workspace, most_in_memory: int) -> tuple[SearchIndex, int]:
    """Return the index, read on a little, and how many events it lacks; one in memory where the file cannot be written.

    So that who may only read a folder can search it too. Raises StorageError where the log is too large for that.
    """
    try:
        index = open_index(workspace)
        try:
            return index, index.catch_up(SEARCHER_EVENTS)
        except StorageError:
            index.close()
            raise
    except StorageError:
        if workspace.log.head()[0] > most_in_memory:
            raise
    index = SearchIndex(None, workspace.log)
    index.catch_up()
    return index, 0


def keep_index(workspace: Workspace, *, wanted: bool = False, most: int = TICK_EVENTS) -> int:
    """Read into the index what came since, at most `most` events; return how many are left.

    Where many machines share a log, those on which nobody ever searched are spared the work, unless it is `wanted`. A
    disk that refuses is no reason to end what calls this: search alone waits for it.
    """
    if workspace.log.claims.shared and not wanted and not (workspace.data_dir / INDEX_NAME).exists():
        return 0
    try:
        index = open_index(workspace)
        try:
            return index.catch_up(most)
        finally:
            index.close()
    except StorageError:
        return 0


def renew_index(workspace: Workspace) -> None:
    """Empty the index, or throw a damaged one away, and read every text anew. Raises StorageError.

    A sound file is not unlinked: a tick that has it open would go on filling one that nobody sees.
    """
    try:
        _fill_anew(workspace)
    except StorageError:
        for suffix in ("", "-wal", "-shm"):
            (workspace.data_dir / f"{INDEX_NAME}{suffix}").unlink(missing_ok=True)
        _fill_anew(workspace)


def _fill_anew(workspace: Workspace) -> None:
    index = open_index(workspace)
    try:
        index.clear()
        index.catch_up()
    finally:
        index.close()


def save_search(workspace: Workspace, name: str, text: str, by: str) -> None:
    """Save a query under a name, in place of the one before. Raises InputError for a bad name or query."""
    if not 1 <= len(name.strip()) <= MAX_NAME or not name.isprintable():
        raise InputError(f"a search's name is 1 to {MAX_NAME} printable characters")
    query = parse_query(text)
    if not (query.wanted or query.filters):
        raise InputError("there is nothing to save: a search needs a word or a field to look for")
    _append(workspace, SearchSaved(name=name.strip(), query=query.text, by=by))


def forget_search(workspace: Workspace, name: str, by: str) -> None:
    """Forget a saved search; NotFoundError where there is none of that name."""
    saved_search(workspace, name)
    _append(workspace, SearchSaved(name=name, query="", by=by))


def saved_search(workspace: Workspace, name: str) -> SavedSearch:
    """Return the search saved under a name. Raises NotFoundError."""
    found = {item.name: item for item in saved_searches(workspace.views)}
    if name not in found:
        raise NotFoundError(f"no saved search {name!r}; `monitor search --list` names them")
    return found[name]


def _append(workspace: Workspace, data: SearchSaved) -> None:
    key = f"search-saved:{data.name}:{workspace.log.head()[0]}"
    workspace.append([NewEvent(key, data, actor=data.by)])
