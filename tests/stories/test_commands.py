"""`monitor stories` and `monitor correct` on a small log: every change is one event, and can be answered by another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.log.codec import iso
from monitor.log.events import EntryFlagged, EntrySeen, EventData, FeedAdded, NewEvent, StoryJoined, StoryOpened
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.sqlite.store import open_log
from monitor.surfaces.cli.main import cli
from tests.conftest import NOW

ENTRIES = {
    "aaaa1111aaaa1111": ("saaaa1111aaaa1111", "Two held over alleged plot in Freedonia", "gazette", "ap"),
    "bbbb2222bbbb2222": ("saaaa1111aaaa1111", "Alleged plot in Freedonia: two held", "herald", "ap"),
    "cccc3333cccc3333": ("scccc3333cccc3333", "Trial opens over alleged Freedonia plot", "herald", ""),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with two stories, three entries and two publishers."""
    monkeypatch.setenv("MONITOR_NOW", iso(NOW))
    monkeypatch.setenv("MONITOR_REVIEWER", "ana")
    (tmp_path / "feeds.yaml").write_text("feeds: []\n", encoding="utf-8")
    (tmp_path / "data").mkdir()
    log = open_log(tmp_path / "data" / "log.db", create=True)
    log.append([NewEvent("feed", FeedAdded(feed_id="f", url="https://x.test/f", name="F"))], recorded_at=iso(NOW))
    for entry_id, (story_id, title, publisher, origin) in ENTRIES.items():
        payload = entry_payload(title, "Police said so.")
        sha = payload_sha(payload)
        opened = story_id == "s" + entry_id
        story: EventData = (
            StoryOpened(story_id=story_id, entry_id=entry_id, publisher=publisher, origin=origin)
            if opened
            else StoryJoined(story_id=story_id, entry_id=entry_id, publisher=publisher, origin=origin)
        )
        events = [
            EntrySeen(entry_id=entry_id, feed_id="f", guid=entry_id, link=f"https://x.test/{entry_id}", text_sha=sha),
            EntryFlagged(entry_id=entry_id, revision=0, model_id="m1", score=0.9, threshold=0.5),
            story,
        ]
        log.append(
            [NewEvent(f"{event.type}:{entry_id}", event) for event in events],
            recorded_at=iso(NOW), payloads={sha: payload},
        )  # fmt: skip
    log.close()
    return tmp_path


def run(folder: Path, *args: str, code: int = 0) -> str:
    """Run a command through the group, errors as exceptions; return what it printed."""
    result = CliRunner().invoke(cli, ["--config", str(folder / "feeds.yaml"), *args])
    if code == 0:
        assert result.exit_code == 0, result.output + repr(result.exception)
    else:
        assert getattr(result.exception, "exit_code", result.exit_code) == code, result.output
    return result.output


def test_list_counts_sources_not_feeds(folder: Path) -> None:
    """Promise: two papers that print one agency's report are one source, and the row says so."""
    rows = {row["story_id"]: row for row in json.loads(run(folder, "stories", "list", "--json"))}
    assert rows["saaaa1111aaaa1111"]["sources"] == "2 publishers, 1 independent source (wire copy: Associated Press)"
    assert rows["saaaa1111aaaa1111"]["n_entries"] == 2
    assert "Two held over alleged plot" in run(folder, "stories", "list")


def test_show_names_the_entries_and_the_card(folder: Path) -> None:
    text = run(folder, "stories", "show", "saaaa1111")
    assert "Gazette < Associated Press" in text
    assert "Alleged plot in Freedonia: two held" in text
    assert "card (what the reports allege" in text


def test_merge_and_split_answer_each_other(folder: Path) -> None:
    """Promise: a merge is undone by a split; the merged story's id keeps working in between."""
    assert "saved" in run(folder, "stories", "merge", "saaaa1111", "scccc3333")
    assert "3 entries" in run(folder, "stories", "show", "scccc3333")
    run(folder, "stories", "split", "cccc3333")
    assert "2 entries" in run(folder, "stories", "show", "saaaa1111")
    assert len(json.loads(run(folder, "stories", "list", "--json"))) == 2


def test_a_linked_story_shows_the_timeline_of_its_case(folder: Path) -> None:
    run(folder, "stories", "link", "scccc3333", "saaaa1111")
    text = run(folder, "stories", "show", "scccc3333")
    timeline = text.split("\ncase saaaa1111aaaa1111\n")[1].splitlines()
    assert [line.split()[-1] for line in timeline] == ["Freedonia", "plot"]
    run(folder, "stories", "link", "scccc3333", "scccc3333")
    assert "\ncase " not in run(folder, "stories", "show", "scccc3333")


def test_a_correction_replaces_what_was_read_and_can_say_unknown(folder: Path) -> None:
    run(folder, "correct", "saaaa1111", "stage", "foiled")
    assert " stage               foiled" in run(folder, "stories", "show", "saaaa1111")
    run(folder, "correct", "saaaa1111", "stage", "attempted")
    assert " stage               attempted  (correction)" in run(folder, "stories", "show", "saaaa1111")
    run(folder, "correct", "saaaa1111", "stage", "--unknown")
    assert " stage   " not in run(folder, "stories", "show", "saaaa1111")


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("stories", "show", "szzzz9999"), 4),
        (("stories", "merge", "saaaa1111", "bbbb2222"), 9),
        (("stories", "split", "cccc3333"), 9),
        (("stories", "split", "aaaa1111", "cccc3333"), 9),
        (("correct", "saaaa1111", "stage"), 2),
        (("correct", "saaaa1111", "guilt", "yes"), 2),
    ],
)
def test_a_users_mistake_is_refused_with_its_code(folder: Path, args: tuple[str, ...], code: int) -> None:
    run(folder, *args, code=code)
