"""A damaged file is made anew, a disk that refuses is told and changes nothing; a snapshot says what does not fit."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from monitor.errors import InputError, StorageError
from monitor.log.memory import MemoryLog
from monitor.log.sqlite.store import open_log
from monitor.views import fold, tables
from monitor.views.fold import Views, open_past, open_views, rebuild_views
from monitor.views.past import Past
from monitor.views.queries.entries import entry
from monitor.views.queries.texts import read_texts, text_of, with_texts
from monitor.views.search import find as finding
from monitor.views.search import index as indexing
from monitor.views.search.find import find
from monitor.views.search.index import SearchIndex
from monitor.views.search.query import parse_query
from monitor.views.snapshot import export_views, import_views
from tests.views.test_fold import fill, rows_of
from tests.views.test_search import Fill

DAMAGED = ("database disk image is malformed", "file is not a database", "no such column: x", "no such table: feeds")
REFUSED = ("disk I/O error", "database or disk is full", "database is locked", "attempt to write a readonly database")


@pytest.fixture
def log() -> MemoryLog:
    """A log of twenty events."""
    log = MemoryLog()
    fill(log, 1, 20)
    return log


def once(call: Callable[..., object], message: str) -> Callable[..., object]:
    """Return the call with one error of the database before it answers as ever."""
    errors: Iterator[str] = iter([message])

    def called(*args: object, **named: object) -> object:
        for error in errors:
            raise sqlite3.OperationalError(error)
        return call(*args, **named)

    return called


@pytest.mark.parametrize("message", [*DAMAGED, *REFUSED])
def test_only_what_is_damaged_is_thrown_away(
    log: MemoryLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    """Promise: views and index come back from the log where they are damaged, and stay where a disk refuses."""
    path, found = tmp_path / "v.db", tmp_path / "s.db"
    open_views(path, log).close()
    SearchIndex(found, log).close()
    damaged = message in DAMAGED
    opens: list[tuple[object, str, Callable[[], Views | SearchIndex], Path]] = [
        (fold, "connect", lambda: open_views(path, log), path),
        (fold, "connect", lambda: rebuild_views(path, log), path),
        (Views, "rebuild", lambda: rebuild_views(path, log), path),
        (indexing, "_open", lambda: SearchIndex(found, log), found),
    ]
    for owner, name, opened, file in opens:
        inode = file.stat().st_ino
        tmp_path.joinpath("held").unlink(missing_ok=True)
        tmp_path.joinpath("held").hardlink_to(file)  # so that the number is given to no other file meanwhile
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, once(getattr(owner, name), message))
            if damaged:
                opened().close()
            else:
                with pytest.raises(StorageError, match=r"the log is untouched|rebuild"):
                    opened()
        assert (file.stat().st_ino != inode) == damaged, (name, file)
    assert open_views(path, log).dump() == open_views(None, log).dump()


@pytest.mark.parametrize("message", [DAMAGED[0], REFUSED[0]])
def test_what_is_kept_in_memory_cannot_be_made_anew(
    log: MemoryLog, monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    """Promise: without a file every error is told, none is followed by a try without end."""
    for owner, name in ((fold, "connect"), (indexing, "_open")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, once(getattr(owner, name), message))
            with pytest.raises(StorageError):
                open_views(None, log) if owner is fold else SearchIndex(None, log)
    index = SearchIndex(None, log)
    monkeypatch.setattr(index, "_catch_up", once(index._catch_up, message))
    with pytest.raises(StorageError):
        index.catch_up()


def test_damage_met_while_indexing_costs_one_catching_up(
    log: MemoryLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: a damaged index is made anew in the same call; a full disk is told and what was indexed stays."""
    index = SearchIndex(tmp_path / "s.db", log)
    assert index.catch_up(most=5) == 15
    with monkeypatch.context() as patch:
        patch.setattr(index, "_catch_up", once(index._catch_up, REFUSED[1]))
        with pytest.raises(StorageError, match="full"):
            index.catch_up()
    assert index.position == 5
    with monkeypatch.context() as patch:
        patch.setattr(index, "_catch_up", once(index._catch_up, DAMAGED[0]))
        assert index.catch_up(most=7) == 13
    assert index.position == 7
    assert index.catch_up() == 0
    index.close()


def test_views_that_cannot_be_written_are_left_for_later(log: MemoryLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: after an append nobody waits for long, and whether the views were folded is told."""
    views = open_views(None, log)
    fill(log, 21, 1)
    monkeypatch.setattr(views, "catch_up", once(views.catch_up, REFUSED[2]))
    assert not views.catch_up_if_free()
    assert views.position == 20
    assert views.db.execute("PRAGMA busy_timeout").fetchone() == (tables.WAIT_S * 1000,)
    assert views.catch_up_if_free()
    assert views.position == 21
    assert views.db.execute("PRAGMA busy_timeout").fetchone() == (tables.WAIT_S * 1000,)


def test_a_look_back_to_any_position_is_the_log_folded_to_there(log: MemoryLog, tmp_path: Path) -> None:
    """Promise: before, at and behind a mark, at the end and beyond it, with a file and without one."""
    few = Past(step=4, keep=3)
    open_views(tmp_path / "v.db", log, past=few).close()
    for path in (tmp_path / "v.db", None):
        for position in (1, 3, 4, 5, 11, 12, 13, 16, 19, 20, 25):
            past = open_past(path, log, position)
            assert rows_of(past) == rows_of(open_views(None, log, upto=position)), (path, position)
            assert past.upto == position
            past.close()
    marked = open_views(tmp_path / "v.db", log, past=few)
    assert [marked.reaches(position) for position in (0, 11, 12, 13, 20)] == [False, False, True, True, True]
    assert (marked.go_back(11), marked.db.in_transaction, marked.position) == (False, False, 20)
    assert (marked.go_back(12), marked.position, marked.catch_up()) == (True, 12, 12)


def test_a_snapshot_that_does_not_fit_says_why(log: MemoryLog, tmp_path: Path) -> None:
    """Promise: a longer log's, another log's and another release's are told apart; one of an empty log fits any."""
    other = MemoryLog()
    fill(other, 7, 30)
    export_views(open_views(None, other), tmp_path / "long.db")
    export_views(open_views(None, other, upto=20), tmp_path / "other.db")
    export_views(open_views(None, log), tmp_path / "old.db")
    export_views(open_views(None, MemoryLog()), tmp_path / "empty.db")
    with sqlite3.connect(tmp_path / "old.db") as db:
        db.execute(f"PRAGMA user_version = {tables.SCHEMA_VERSION - 1}")
    db.close()
    wrong = {
        "long.db": "the log ends at 20", "other.db": "its event 20 has another hash", "old.db": "of another release",
        "absent.db": "no snapshot of views",
    }  # fmt: skip
    for name, why in wrong.items():
        with pytest.raises(InputError, match=why):
            import_views(tmp_path / name, log, tmp_path / "here.db")
        assert not (tmp_path / "here.db").exists()
    assert import_views(tmp_path / "empty.db", log, tmp_path / "here.db") == 0
    assert open_views(tmp_path / "here.db", log).dump() == open_views(None, log).dump()
    with pytest.raises(StorageError, match="folds the views from the log"):
        import_views(tmp_path / "empty.db", log, tmp_path / "absent" / "here.db")


def test_a_snapshot_with_any_page_damaged_is_refused(log: MemoryLog, tmp_path: Path) -> None:
    """Promise: whichever page was overwritten, what there is stays: the reader's first look would not find most."""
    open_views(tmp_path / "here.db", log).close()
    here = (tmp_path / "here.db").read_bytes()
    export_views(open_views(None, log), tmp_path / "whole.db")
    whole = (tmp_path / "whole.db").read_bytes()
    for first in range(0, len(whole), 4096):
        (tmp_path / "torn.db").write_bytes(whole[:first] + b"\xa5" * 4096 + whole[first + 4096 :])
        with pytest.raises(InputError, match=r"torn\.db: (no snapshot of views|the snapshot is damaged|a snapshot of)"):
            import_views(tmp_path / "torn.db", log, tmp_path / "here.db")
    assert (tmp_path / "here.db").read_bytes() == here
    assert import_views(tmp_path / "whole.db", log, tmp_path / "here.db") == 20


def test_a_search_says_whether_more_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: of just as many as are looked at nothing is missing; of one more the newest are found, as it says."""
    fill = Fill(open_log(tmp_path / "log.db", create=True))
    for number in range(12):
        fill.seen(f"e{number:02}", "Harbour news", "Quiet words.")
    views, index = open_views(None, fill.log), SearchIndex(None, fill.log)
    index.catch_up()
    for most, more in ((13, False), (12, False), (11, True)):
        monkeypatch.setattr(finding, "MOST", most)
        for typed in ("feed:f", "-absent", "feed:f -absent"):
            pages = [find(views, index, parse_query(typed), per_page=5, page=page) for page in (0, 1, 2, 3, 4)]
            assert [page.page for page in pages] == [1, 1, 2, 3, 3]
            assert {(page.total, page.more, page.n_pages) for page in pages} == {(min(most, 12), more, 3)}
            found = [hit.entry.entry_id for page in pages[1:4] for hit in page.hits]
            assert found == [f"e{number:02}" for number in reversed(range(12))][:most], (most, typed)
    monkeypatch.setattr(finding, "_BATCH", 4)
    for most, n_found, more in ((13, 12, False), (12, 12, True), (11, 11, True), (5, 5, True)):
        monkeypatch.setattr(finding, "MOST", most)
        for newest in (True, False):
            found_words = find(views, index, parse_query("harbour"), newest=newest)
            assert (found_words.total, found_words.more) == (n_found, more), most
    index.close()


def test_words_that_are_gone_come_back_empty_and_marked(tmp_path: Path) -> None:
    """Promise: of many texts each in its place, whatever else is missing; in the language of its row."""
    fill = Fill(open_log(tmp_path / "log.db", create=True))
    fill.seen("e1", "Harbour news", "Quiet words.", "tr")
    fill.seen("e2", "Ferry news", "More words.", "")
    views = open_views(None, fill.log)
    rows = [row for row in (entry(views, "e2"), entry(views, "e1")) if row is not None]
    gone = msgspec.structs.replace(rows[0], text_sha="ab" * 32, lang="fa")
    found = [(row.entry_id, text.title, text.lang, text.erased) for row, text in with_texts(fill.log, [gone, *rows])]
    assert found == [("e2", "", "fa", True), ("e2", "Ferry news", "", False), ("e1", "Harbour news", "tr", False)]
    read = [
        (text.title, text.erased) for text in read_texts(fill.log, [row.text_sha for row in (*rows, gone, rows[0])])
    ]
    assert read == [("Ferry news", False), ("Harbour news", False), ("", True), ("Ferry news", False)]
    assert [text_of(fill.log, row).erased for row in (gone, rows[1])] == [True, False]


def test_an_index_is_its_owners_alone_and_of_one_piece(tmp_path: Path) -> None:
    """Promise: after a catch-up nothing lives on in the write-ahead log; each full shard was made one piece."""
    fill = Fill(open_log(tmp_path / "log.db", create=True))
    fill.seen("e1", "Harbour news", "Quiet words.")
    index = SearchIndex(tmp_path / "s.db", fill.log)
    index.catch_up()
    assert (tmp_path / "s.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "s.db-wal").stat().st_size == 0
    index.close()
