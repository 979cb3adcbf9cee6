"""The index and what is found: complete, exact, without copies, and rid of what was erased."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from monitor.errors import StorageError
from monitor.log.codec import iso
from monitor.log.events import EntryFlagged, EntryLabelled, EntryRevised, EntrySeen, FeedAdded, NewEvent
from monitor.log.keep.erasure import erase_entry
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.sqlite.store import SqliteLog, open_log
from monitor.views.fold import Views, open_views
from monitor.views.search.find import find
from monitor.views.search.index import SHARD, SearchIndex
from monitor.views.search.query import parse_query
from tests.conftest import NOW

TEXTS = {
    "e1": ("Sikh leader warned by police", "Officers in Canada spoke of a plot.", "en"),
    "e2": ("Sikh festival opens", "Thousands came to the river.", "en"),
    "e3": ("Courier poisoned near the embassy", "An arms dealer is sought.", "en"),
    "e4": ("امام جمعه", "سفارت ایران در تهران", "fa"),
    "e5": ("Élection à São Tomé", "Rien de plus.", "fr"),
    "e6": ("Arms race, dealer says", "A dealer in arms spoke.", "en"),
}


class Fill:
    """Writes texts into a log."""

    def __init__(self, log: SqliteLog) -> None:
        self.log = log
        data = FeedAdded(feed_id="f", url="https://f.test/", name="Harbour Post", publisher="Harbour Post")
        log.append([NewEvent("feed-added:f:0", data)], recorded_at=iso(NOW))

    def seen(self, entry_id: str, title: str, summary: str, lang: str = "en") -> None:
        """Append one entry."""
        payload = entry_payload(title, summary)
        data = EntrySeen(entry_id=entry_id, feed_id="f", guid="", link="", text_sha=payload_sha(payload), lang=lang)
        self.put(f"entry-seen:{entry_id}", data, payload)

    def revised(self, entry_id: str, revision: int, title: str, summary: str = "") -> None:
        """Append a revision."""
        payload = entry_payload(title, summary)
        data = EntryRevised(
            entry_id=entry_id, feed_id="f", revision=revision, link="", text_sha=payload_sha(payload), changed=["title"]
        )
        self.put(f"entry-revised:{entry_id}:{revision}", data, payload)

    def put(self, key: str, data: object, payload: bytes = b"") -> None:
        """Append any event."""
        payloads = {payload_sha(payload): payload} if payload else None
        self.log.append([NewEvent(key, data)], recorded_at=iso(NOW), payloads=payloads)  # type: ignore[arg-type]


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    """A log with TEXTS in it."""
    fill = Fill(open_log(tmp_path / "log.db", create=True))
    for entry_id, (title, summary, lang) in TEXTS.items():
        fill.seen(entry_id, title, summary, lang)
    return fill


@pytest.fixture
def ask(fill: Fill, tmp_path: Path) -> Callable[..., list[str]]:
    """Search with an index in a file; returns ids."""
    views = open_views(tmp_path / "views.db", fill.log)

    def ids(text: str, as_of: Views | None = None, **options: bool) -> list[str]:
        index = SearchIndex(tmp_path / "search.db", fill.log)
        index.catch_up()
        views.catch_up()
        found = [hit.entry.entry_id for hit in find(as_of or views, index, parse_query(text), **options).hits]  # type: ignore[arg-type]
        index.close()
        return found

    return ids


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("sikh", {"e1", "e2"}), ("sikh -canada", {"e2"}), ('"arms dealer"', {"e3"}), ("arms dealer", {"e3", "e6"}),
        ("festival OR courier", {"e2", "e3"}), ("poison*", {"e3"}), ("title:embassy", {"e3"}), ("title:dealer", {"e6"}),
        ("sao tome", {"e5"}), ("ايران", {"e4"}), ("lang:fa", {"e4"}), ("arms -lang:en", set()),
        ("lang:en -sikh", {"e3", "e6"}),
        ("feed:harbour poisoned", {"e3"}), ("after:2999", set()), ("nothinglikeit", set()), ("the -the", set()),
        ("label:none flagged:no plot", {"e1"}),
    ],
)  # fmt: skip
def test_what_was_asked_for_is_found(ask: Callable[..., list[str]], typed: str, expected: set[str]) -> None:
    """Promise: every part of the language finds what it says, and nothing else; the minus is honoured."""
    assert set(ask(typed)) == expected


def test_labels_and_flags_are_fields(fill: Fill, ask: Callable[..., list[str]]) -> None:
    """Promise: search knows what was decided and what was flagged."""
    flag = EntryFlagged(entry_id="e1", revision=0, model_id="m", score=0.9, threshold=0.5)
    fill.put("entry-flagged:e1", flag)
    fill.put("entry-labelled:se1:0", EntryLabelled(entry_id="e1", story_id="se1", label="plot", by="ana"))
    assert (ask("flagged:yes"), ask("label:plot"), ask("sikh label:none")) == (["e1"], ["e1"], ["e2"])


def test_the_best_come_first_or_the_newest(ask: Callable[..., list[str]]) -> None:
    """Promise: a headline counts for more than the text below it, unless the newest are asked for."""
    assert ask("dealer")[0] == "e6"
    assert ask("sikh", newest=True) == ["e2", "e1"]


def test_only_the_newest_revision_is_found(fill: Fill, ask: Callable[..., list[str]], tmp_path: Path) -> None:
    """Promise: what an entry no longer says does not find it; as of then, what it said then does."""
    then = open_views(None, fill.log, upto=fill.log.head()[0])
    fill.revised("e1", 1, "Bishop warned by police")
    fill.revised("e1", 2, "Rabbi warned by police")
    assert (ask("rabbi"), ask("bishop"), ask("leader")) == (["e1"], [], [])
    assert (ask("leader", as_of=then), ask("rabbi", as_of=then)) == (["e1"], [])


def test_an_erased_text_leaves_no_byte(fill: Fill, ask: Callable[..., list[str]], tmp_path: Path) -> None:
    """Promise: after the erasure is read in, no file of the index holds a word of any revision."""
    fill.revised("e3", 1, "Zyxquiet courier dies", "Vexillological details.")
    assert ask("zyxquiet") == ["e3"]
    erase_entry(fill.log, "e3", reason="asked", actor="ana", recorded_at=iso(NOW))
    assert ask("zyxquiet") == ask("poisoned") == []
    assert ask("sikh -canada") == ["e2"]
    held = b"".join(path.read_bytes() for path in tmp_path.glob("search.db*")).lower()
    assert not [word for word in (b"zyxquiet", b"vexillological", b"poisoned", b"embassy") if word in held]
    assert b"festival" in held  # words are readable in the file: their absence says something


def test_the_index_is_for_its_owner_alone(ask: Callable[..., list[str]], tmp_path: Path) -> None:
    """Promise: search.db is readable by its owner only, like the log."""
    ask("sikh")
    assert stat.S_IMODE((tmp_path / "search.db").stat().st_mode) == 0o600


def test_it_is_filled_a_little_at_a_time(fill: Fill, tmp_path: Path) -> None:
    """Promise: whoever asks for some gets some; two at once and any slices give the same index."""
    one, two = (SearchIndex(tmp_path / "search.db", fill.log, slice_events=2) for _ in range(2))
    head = fill.log.head()[0]
    assert one.catch_up(2) == head - 2
    assert two.catch_up(3) <= head - 5
    one.catch_up()
    two.catch_up()
    whole = SearchIndex(None, fill.log)
    whole.catch_up()
    assert [list(i.matches(n, "sikh", ranked=True)) for i in (one, two) for n in i.shards()] == 2 * [
        list(whole.matches(n, "sikh", ranked=True)) for n in whole.shards()
    ]
    assert one.position == two.position == head


def test_garbage_and_another_logs_index_are_made_anew(
    fill: Fill, ask: Callable[..., list[str]], tmp_path: Path
) -> None:
    """Promise: no damage to search.db stops a search, and a restored log is not searched by the lost one's words."""
    (tmp_path / "search.db").write_bytes(b"this is no database" * 500)
    assert ask("sikh -canada") == ["e2"]
    (tmp_path / "other").mkdir()
    other = Fill(open_log(tmp_path / "other" / "log.db", create=True))
    for n in range(9):
        other.seen(f"x{n}", "Otherwordly", "")
    index = SearchIndex(tmp_path / "search.db", other.log)
    index.catch_up()
    assert [hit.entry.entry_id for hit in find(open_views(None, other.log), index, parse_query("sikh")).hits] == []
    assert find(open_views(None, other.log), index, parse_query("otherwordly")).total == 9


def test_the_index_of_an_older_release_is_made_anew(fill: Fill, ask: Callable[..., list[str]], tmp_path: Path) -> None:
    """Promise: an index whose shards were cut elsewhere is not mixed with ours: nothing is missed or left over."""
    ask("sikh")
    with closing(sqlite3.connect(tmp_path / "search.db")) as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        db.execute("UPDATE shards SET shard = shard + 3")
        db.execute("ALTER TABLE words_0 RENAME TO words_3")
        db.execute("INSERT INTO words_3 (rowid, body, title) VALUES (77, 'zyxquiet', '')")
        db.execute(f"PRAGMA user_version = {version - 1}")
        db.commit()
    assert (ask("sikh -canada"), ask("zyxquiet")) == (["e2"], [])
    index = SearchIndex(tmp_path / "search.db", fill.log)
    assert index.shards() == [0]
    index.close()


def test_an_erasure_across_shards_leaves_no_byte(fill: Fill, ask: Callable[..., list[str]], tmp_path: Path) -> None:
    """Promise: a text and its later revision in another shard are both gone; their neighbours are found as before."""
    fill.seen("x1", "Zyxquiet courier", "Vexillological details.")
    fill.log.append(
        [NewEvent(f"feed-added:many{n}:0", FeedAdded(feed_id=f"many{n}", url="", name="")) for n in range(SHARD)],
        recorded_at=iso(NOW),
    )
    fill.revised("x1", 1, "Qwertzuiop courier", "Other details.")
    fill.seen("x2", "Neighbour of the revision", "Quiet.")
    assert (ask("zyxquiet"), ask("qwertzuiop"), ask("neighbour")) == ([], ["x1"], ["x2"])
    erase_entry(fill.log, "x1", reason="asked", actor="ana", recorded_at=iso(NOW))
    assert (ask("qwertzuiop"), ask("neighbour"), ask("sikh -canada")) == ([], ["x2"], ["e2"])
    held = b"".join(path.read_bytes() for path in tmp_path.glob("search.db*")).lower()
    assert not [word for word in (b"zyxquiet", b"vexillological", b"qwertzuiop") if word in held]
    assert b"festival" in held


def test_of_a_word_that_stands_everywhere_the_newest_ten_thousand_are_looked_at(fill: Fill) -> None:
    """Promise: a common word costs a bounded search, the newest are in it, and the total is said to be a part."""
    payload = entry_payload("Zyxcommon", "Word.")
    events = [
        NewEvent(
            f"entry-seen:n{n}",
            EntrySeen(entry_id=f"n{n}", feed_id="f", guid="", link="", text_sha=payload_sha(payload)),
        )
        for n in range(10_600)
    ]
    fill.log.append(events, recorded_at=iso(NOW), payloads={payload_sha(payload): payload})
    views, index = open_views(None, fill.log), SearchIndex(None, fill.log)
    index.catch_up()
    found = find(views, index, parse_query("zyxcommon"), newest=True)
    index.close()
    assert (found.total, found.more) == (10_000, True)
    assert found.hits[0].entry.entry_id == "n10599"


def test_damage_in_its_middle_is_mended(fill: Fill, ask: Callable[..., list[str]], tmp_path: Path) -> None:
    """Promise: overwritten pages of search.db cost one catching up, not the command."""
    for n in range(300):
        fill.seen(f"m{n}", f"Harbour {n}", "words " * 40)
    ask("sikh")
    with (tmp_path / "search.db").open("r+b") as file:
        size = file.seek(0, 2)
        for page in range(1, size // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 512)
    assert ask("sikh -canada") == ["e2"]


def test_a_folder_that_refuses_is_one_line(fill: Fill, tmp_path: Path) -> None:
    """Promise: the message names the file and says that the log is untouched."""
    with pytest.raises(StorageError, match=r"search.db.*the log is untouched"):
        SearchIndex(tmp_path / "absent" / "search.db", fill.log)


def test_pages_hold_everything_once(fill: Fill, tmp_path: Path) -> None:
    """Promise: pages of any size together are the whole, in order; the shards' borders do not show."""
    for n in range(50):
        fill.seen(f"p{n}", "Ferry delayed", "")
    index = SearchIndex(None, fill.log)
    index.catch_up()
    views = open_views(None, fill.log)
    query = parse_query("ferry")
    pages = [find(views, index, query, page=page, per_page=7) for page in range(1, 9)]
    ids = [hit.entry.entry_id for page in pages for hit in page.hits]
    assert ids == [f"p{n}" for n in reversed(range(50))]
    assert {(page.total, page.n_pages, page.more) for page in pages} == {(50, 8, False)}
    assert find(views, index, query, page=99, per_page=7).page == 8
    assert SHARD > 100
