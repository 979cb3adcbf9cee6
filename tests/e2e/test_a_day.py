"""A day in an analyst's life, told with the commands of the manual over the shipped feeds."""

from __future__ import annotations

import json

import pytest

from monitor.log.events import EntryFlagged
from tests.e2e.conftest import FIRST, Installation
from tools.build_fixtures import sources
from tools.feed_server import Answer, FeedServer

NOON = "2026-01-23T15:00:00Z"
EVENING = "2026-01-23T19:00:00Z"
NIGHT = "2026-01-24T03:00:00Z"
PLOTS = {e["title"] for s in sources() for e in s["entries"] if e.get("kind") == "plot"}


@pytest.fixture
def morning(installation: Installation, shipped: dict[str, str]) -> Installation:
    """An installation after `init` and its first tick."""
    installation.configure(shipped)
    installation.run("init")
    installation.run("tick")
    return installation


def queue(installation: Installation, now: str = FIRST) -> list[dict[str, object]]:
    """The waiting rows."""
    rows = json.loads(installation.run("queue", "--all", "--json", now=now).stdout)
    assert isinstance(rows, list)
    return rows


def test_any_time_search_finds_what_the_feeds_brought(morning: Installation) -> None:
    """Words, a minus that looks like an option, phrases, pages, and a search saved for everybody."""
    some = queue(morning)[0]
    word = max(str(some["title"]).split(), key=len)
    found = json.loads(morning.run("search", word, "--json").stdout)
    assert some["entry_id"] in {hit["entry"]["entry_id"] for hit in found["hits"]}
    assert found["n_behind"] == 0  # the tick read everything in
    without = json.loads(morning.run("search", word, "-nato", f"-{word}", "--json").stdout)
    assert without["total"] == 0
    assert f"{word}" in morning.run("search", f'"{some["title"]}"').stdout
    morning.run("search", f"title:{word}", "--save", "mine")
    assert f"title:{word}" in morning.run("search", "--list").stdout
    assert "1 found" in morning.run("search", "--saved", "mine", f'"{some["title"]}"').stdout
    morning.run("search", "--forget", "mine")
    assert "no saved search" in morning.run("search", "--saved", "mine", code=4).stderr
    assert "a day such as" in morning.run("search", "after:soon", code=9).stderr
    assert "takes away from nothing" in morning.run("search", "-canada", code=9).stderr


def test_a_new_machine_takes_the_views_in(morning: Installation) -> None:
    """A snapshot goes out and comes in by commands; any other file is refused in one line."""
    assert "wrote views.snap" in morning.run("views", "export", "views.snap").stdout
    rows = queue(morning)
    (morning.data / "views.db").unlink()
    assert "took in the views at event" in morning.run("views", "import", "views.snap").stdout
    assert queue(morning) == rows
    assert "no snapshot" in morning.run("views", "import", "feeds.yaml", code=9).stderr


def test_morning_the_queue_holds_reports_of_plots_with_reasons(morning: Installation) -> None:
    """Each entry is seen and scored once; what is flagged is mostly plots, and each flag can be explained."""
    assert len(morning.events("entry-seen")) == 161
    scored = [row for event in morning.events("entry-scored") for row in event.data.scores]  # type: ignore[attr-defined]
    assert len(scored) == 161
    rows = queue(morning)
    hits = [row for row in rows if row["title"] in PLOTS]
    assert len(hits) >= 6
    assert len(hits) >= len(rows) / 2
    for event in morning.events("entry-flagged"):
        assert isinstance(event.data, EntryFlagged)
        assert event.data.score >= event.data.threshold
        assert event.data.model_id
        assert event.data.terms_for
    shown = morning.run("show", str(rows[0]["entry_id"])[:8]).stdout
    assert str(rows[0]["title"])[:40] in shown


def test_noon_nothing_is_new(morning: Installation, server: FeedServer) -> None:
    """A second tick gets 304 from every feed and adds no entry, score or flag."""
    server.sent.clear()
    done = morning.run("tick", now=NOON)
    assert dict(server.sent) == {304: 8}
    assert "0 new entries, 0 revised, 0 flagged" in done.stdout
    assert len(morning.events("entry-seen")) == 161


def test_a_tick_with_nothing_due_writes_nothing(morning: Installation) -> None:
    """Cron may call every minute: no request, no event."""
    before = morning.events()
    assert "nothing due" in morning.run("tick").stdout
    assert morning.events() == before


def test_evening_a_correction_is_a_revision(morning: Installation, server: FeedServer) -> None:
    """A headline that changed is the same entry again, in a new revision, and is not flagged twice."""
    path = "/harbour-wire.xml"
    body = server.answers[path].body.replace(b"Three men charged over alleged plan", b"Three men charged over plan")
    server.answers[path] = Answer(body)
    morning.run("tick", now=EVENING)
    assert len(morning.events("entry-seen")) == 161
    assert [e.data.changed for e in morning.events("entry-revised")] == [["text"]]  # type: ignore[attr-defined]
    flagged = [e.data.entry_id for e in morning.events("entry-flagged")]  # type: ignore[attr-defined]
    assert len(flagged) == len(set(flagged))


def test_decisions_are_kept_shown_and_undone(morning: Installation) -> None:
    """A label takes its row off the queue, `undo` brings it back, and the log tells both for ever."""
    rows = queue(morning)
    first = str(rows[0]["entry_id"])
    saved = morning.run("label", first[:8], "plot", "--note", "officials name a state")
    assert saved.stdout.startswith("saved")
    assert first not in [row["entry_id"] for row in queue(morning)]
    morning.run("undo")
    assert [row["entry_id"] for row in rows] == [row["entry_id"] for row in queue(morning)]
    assert [e.type for e in morning.events("entry-labelled", "label-withdrawn")] == [
        "entry-labelled",
        "label-withdrawn",
    ]


def test_night_the_model_is_trained_and_the_log_verifies(morning: Installation) -> None:
    """Labels lead to a candidate that is promoted or rejected with its figures; views rebuild to the same queue."""
    for row in queue(morning)[:4]:
        morning.run("label", str(row["entry_id"])[:8], "plot" if row["title"] in PLOTS else "not-plot", now=NOON)
    flagged = {event.data.entry_id for event in morning.events("entry-flagged")}  # type: ignore[attr-defined]
    seen = [event.data.entry_id for event in morning.events("entry-seen")]  # type: ignore[attr-defined]
    for entry_id in [entry_id for entry_id in seen if entry_id not in flagged][:2]:
        morning.run("label", entry_id[:8], "not-plot", now=NOON)
    morning.run("train", now=NIGHT, code=None)  # 0: promoted, 1: the gate refused
    assert len(morning.events("model-trained")) == 2  # the shipped one, and the candidate
    assert len(morning.events("model-promoted", "model-rejected")) == 2
    before = queue(morning, NIGHT)
    morning.run("rebuild", now=NIGHT)
    assert queue(morning, NIGHT) == before
    morning.run("log", "verify", now=NIGHT)
    as_of = json.loads(morning.run("queue", "--as-of", FIRST, "--all", "--json", now=NIGHT).stdout)
    assert len(as_of) > len(before)
