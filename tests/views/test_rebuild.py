"""Views are disposable: folded in any slices, rebuilt, or asked as of then, they say the same."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.log import events as ev
from monitor.log.codec import iso
from monitor.log.memory import MemoryLog
from monitor.log.sqlite.store import open_log
from monitor.views.fold import Views, open_views
from monitor.views.past import APPENDED, OFTEN, Past, columns, tables
from tests.conftest import NOW

FEW = st.integers(0, 4)
AT = iso(NOW)


def entry(n: int) -> str:
    return f"{n:016x}"


def sha(n: int) -> str:
    return f"{n:064x}"


def score(n: int) -> float:
    return n / 8


DATA = st.one_of(
    st.builds(lambda n: ev.FeedAdded(feed_id=f"f{n}", url=f"https://{n}.test/", name=f"F{n}"), FEW),
    st.builds(lambda n, m: ev.FeedChanged(feed_id=f"f{n}", url=f"https://{m}.test/", name=f"G{m}"), FEW, FEW),
    st.builds(lambda n: ev.FeedRemoved(feed_id=f"f{n}"), FEW),
    st.builds(lambda n, m: ev.FeedFetched(feed_id=f"f{n}", status=200, n_new=m, next_due_at=AT), FEW, FEW),
    st.builds(lambda n, m: ev.FeedFailed(feed_id=f"f{n}", reason="dns", n_failures=m, next_due_at=AT), FEW, FEW),
    st.builds(lambda n: ev.TickStarted(tick_id=f"t{n}", n_due=n), FEW),
    st.builds(lambda n: ev.TickFinished(tick_id=f"t{n}", n_due=n), FEW),
    st.builds(
        lambda n, m: ev.EntrySeen(entry_id=entry(n), feed_id=f"f{m}", guid="", link="", text_sha=sha(n)), FEW, FEW
    ),
    st.builds(
        lambda n, m: ev.EntryRevised(
            entry_id=entry(n), feed_id="f0", revision=m, link="x", text_sha=sha(10 + m), changed=["title"]
        ),
        FEW,
        FEW,
    ),
    st.builds(lambda n: ev.PageRead(entry_id=entry(n), revision=0, url="u", text_sha=sha(20 + n), n_chars=1), FEW),
    st.builds(lambda n, m: ev.PageFailed(entry_id=entry(n), url="u", reason="dns", attempt=m, retry_at=AT), FEW, FEW),
    st.builds(
        lambda n, m, why: ev.EntryScored(model_id=f"m{m}", threshold=0.5, scores=[(entry(n), 0, score(m))], why=why),
        FEW,
        FEW,
        st.sampled_from(["new", "second-look", "revised"]),
    ),
    st.builds(
        lambda n, m: ev.EntryFlagged(entry_id=entry(n), revision=0, model_id="m1", score=score(m), threshold=0.5),
        FEW,
        FEW,
    ),
    st.builds(lambda n: ev.StoryOpened(story_id="s" + entry(n), entry_id=entry(n)), FEW),
    st.builds(lambda n, m: ev.StoryJoined(story_id="s" + entry(n), entry_id=entry(m)), FEW, FEW),
    st.builds(lambda n, m: ev.StoryMerged(story_id="s" + entry(n), from_id="s" + entry(m)), FEW, FEW),
    st.builds(
        lambda n, m: ev.StorySplit(story_id="s" + entry(n), new_id="s" + entry(m), entry_ids=[entry(m)]), FEW, FEW
    ),
    st.builds(lambda n, m: ev.StoryLinked(story_id="s" + entry(n), case_id="s" + entry(m)), FEW, FEW),
    st.builds(lambda n, m: ev.CardCorrected(story_id="s" + entry(n), field="stage", value=[str(m)]), FEW, FEW),
    st.builds(
        lambda n, m, verdict: ev.EntryLabelled(entry_id=entry(n), label=verdict, by=f"r{m}", story_id="s" + entry(n)),
        FEW,
        FEW,
        st.sampled_from(["plot", "not-plot", "unsure"]),
    ),
    st.builds(lambda n, m: ev.LabelWithdrawn(label_position=3 * n + 1, entry_id=entry(m), by="r0"), FEW, FEW),
    st.builds(lambda n, m: ev.RowSkipped(entry_id=entry(n), by=f"r{m}", until=AT), FEW, FEW),
    st.builds(
        lambda n, m: ev.SampleDrawn(day=f"2026-01-0{n + 1}", entries=[(entry(m), 0.5)], n_population=2), FEW, FEW
    ),
    st.builds(lambda n: ev.ModelTrained(model_id=f"m{n}", card={"n": n}), FEW),
    st.builds(lambda n: ev.ModelPromoted(model_id=f"m{n}", threshold=score(n)), FEW),
    st.builds(lambda n: ev.ModelRejected(model_id=f"m{n}", reason="worse"), FEW),
    st.builds(lambda n, m: ev.SecondLookBegun(model_id=f"m{n}", since=AT, bounds=[0, m], most=n), FEW, FEW),
    st.builds(lambda n: ev.ClockDiffered(seconds=60 * n), FEW),
    st.builds(lambda n: ev.SecondLookFinished(begun=3 * n + 1), FEW),
    st.builds(lambda n, m: ev.SearchSaved(name=f"n{n}", query="q" * m, by="r"), FEW, FEW),
    st.builds(lambda n, m: ev.JobFinished(job=f"j{n}", scheduled_at=AT, detail=str(m)), FEW, FEW),
    st.builds(lambda n: ev.DigestSent(digest_id=f"d{n}", channel="file", state="sent"), FEW),
    st.builds(lambda n: ev.PayloadErased(text_sha=sha(n), entry_id=entry(n), reason="asked"), FEW),
)
HISTORIES = st.lists(DATA, max_size=40)


def new(history: list[ev.EventData]) -> list[ev.NewEvent]:
    """Return the events of a history, each under a key of its own."""
    return [ev.NewEvent(f"{data.type}:{n}", data) for n, data in enumerate(history)]


def dump_of(log: MemoryLog, upto: int | None = None) -> bytes:
    """Return the dump of views folded at once, in memory, as `--as-of` folds them."""
    views = open_views(None, log, upto=upto)
    try:
        return views.dump()
    finally:
        views.close()


@given(history=HISTORIES, cuts=st.lists(st.integers(1, 7), max_size=12))
@settings(max_examples=60, deadline=None)
def test_views_kept_along_the_way_equal_rebuilt_ones_at_every_stop(
    history: list[ev.EventData], cuts: list[int]
) -> None:
    """Promise: from any prefix, byte for byte; and as of then is what was true then."""
    log = MemoryLog()
    kept = open_views(None, log)
    events, was = new(history), {}
    for size in [*cuts, len(events)]:
        batch, events = events[:size], events[size:]
        kept.fold(log.append(batch, recorded_at=iso(NOW + timedelta(minutes=len(was)))))
        was[log.head()[0]] = kept.dump()
    for position, dump in was.items():
        assert dump_of(log, upto=position) == dump
    kept.rebuild()
    assert kept.dump() == was[log.head()[0]]
    kept.close()


@given(history=HISTORIES, cuts=st.lists(st.integers(1, 7), max_size=12), then=st.integers(0, 40))
@settings(max_examples=250, deadline=None)
@example(
    history=[
        *[ev.FeedRemoved(feed_id="f0")] * 10,
        ev.EntrySeen(entry_id=entry(0), feed_id="f0", guid="", link="", text_sha=sha(0)),
        *[ev.FeedRemoved(feed_id="f0")] * 4,
        ev.EntryFlagged(entry_id=entry(0), revision=0, model_id="m1", score=0.5, threshold=0.5),
    ],
    cuts=[],
    then=9,
)
def test_going_back_shows_what_was_true_then(history: list[ev.EventData], cuts: list[int], then: int) -> None:
    """Promise: as-of by going back equals as-of by folding up to there, row for row; and nothing of it is kept."""
    log, past, events = MemoryLog(), Past(step=3, keep=4), new(history)
    kept = open_views(None, log, past=past)
    for size in [*cuts, len(events)]:
        batch, events = events[:size], events[size:]
        kept.fold(log.append(batch, recorded_at=AT))
    today = kept.dump()
    assert open_views(None, log, past=past).dump() == today  # marks too are the same when folded at once
    went = kept.go_back(then)
    assert went == (then >= kept.past.first_kept(log.head()[0]))
    if went and then < log.head()[0]:
        assert rows(kept) == rows(open_views(None, log, upto=then))
        assert kept.catch_up() == then
        kept.db.execute("ROLLBACK")
    assert kept.dump() == today


def rows(views: Views) -> list[bytes]:
    """Return the rows of the views without the marks and what is kept for the way back."""
    return [line for line in views.dump().splitlines() if not line.startswith((b"undo_", b"mark"))]


def test_every_table_is_undone() -> None:
    """Promise: a table that is not dropped by its positions is kept row by row, whoever adds it."""
    db = open_views(None, MemoryLog()).db
    names = tables(db)
    assert {f"undo_{name}" for name in names} | {f"undo_{name}_often" for name in OFTEN} == {
        row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE name LIKE 'undo%' AND type = 'table'")
    }
    assert set(names) >= APPENDED
    assert all("position" in columns(db, name)[0] and columns(db, name)[1] for name in APPENDED)


@pytest.mark.parametrize("table", sorted({"feed_days", "unanswered"}))
def test_keeping_a_row_costs_the_same_however_many_are_kept(table: str) -> None:
    """Promise: what is kept is found by its key; a tick's folds do not slow down from one mark to the next."""
    assert steps_to_keep(table, 2_000) < 2 * steps_to_keep(table, 20)


def steps_to_keep(table: str, n_rows: int) -> int:
    """Return how many steps of SQLite's machine the last of so many changed rows takes."""
    db = open_views(None, MemoryLog()).db
    n_steps = 0

    def step() -> int:
        nonlocal n_steps
        n_steps += 1
        return 0

    if table == "feed_days":
        db.executemany("INSERT INTO feed_days VALUES (?,'f',?,1)", [(n, str(n)) for n in range(1, n_rows + 1)])
        change = "UPDATE feed_days SET n_entries = 2 WHERE position = ?"
    else:
        db.executemany("INSERT INTO unanswered VALUES (?)", [(str(n),) for n in range(1, n_rows + 1)])
        change = "DELETE FROM unanswered WHERE entry_id = ?"
    db.execute("UPDATE marked SET position = ?", (n_rows,))
    db.executemany(change, [(n,) for n in range(1, n_rows)])
    assert db.execute(f"SELECT count(*) FROM undo_{table} WHERE mark = ?", (n_rows,)).fetchone() == (n_rows - 1,)
    db.set_progress_handler(step, 1)
    db.execute(change, (n_rows,))
    db.set_progress_handler(None, 0)
    return n_steps


@given(history=HISTORIES, stop=st.integers(0, 40))
@settings(max_examples=15, deadline=None)
def test_views_on_disk_go_on_from_where_they_stopped(
    tmp_path_factory: object, history: list[ev.EventData], stop: int
) -> None:
    folder: Path = tmp_path_factory.mktemp("views")  # type: ignore[attr-defined]
    log = open_log(folder / "log.db", create=True)
    events, memory = new(history), MemoryLog()
    memory.append(events, recorded_at=AT)
    for part in (events[:stop], events[stop:]):
        log.append(part, recorded_at=AT)
        views = open_views(folder / "views.db", log)
        dump = views.dump()
        views.close()
    log.close()
    assert dump == dump_of(memory)
