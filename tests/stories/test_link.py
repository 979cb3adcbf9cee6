"""Linking: what joins, what stays apart, and that memory and order behave."""

from __future__ import annotations

import math

from monitor.stories.link import Linkable, Linker

DAY = 86_400.0
ARREST = "Police in Freedonia arrest two men over alleged plot to kidnap exiled broadcaster"
ARREST_TOLD_AGAIN = "Two held in Freedonia over plot to kidnap an exiled broadcaster, police say"
HARVEST = "Record maize harvest pushes grain prices down across the southern provinces"


def test_two_reports_of_one_happening_join_and_the_link_names_the_shared_words() -> None:
    linker = Linker()
    first = linker.add("a1", 0.0, ARREST)
    second = linker.add("b2", 3_600.0, ARREST_TOLD_AGAIN)
    assert first.story_id == "sa1"
    assert first.opened
    assert second.story_id == "sa1"
    assert second.why.startswith("words: ")
    assert "broadcaster" in second.why or "Freedonia" in second.why


def test_another_happening_opens_its_own_story() -> None:
    linker = Linker()
    linker.add("a1", 0.0, ARREST)
    assert linker.add("c3", 60.0, HARVEST).story_id == "sc3"


def test_a_copy_joins_its_original_by_fingerprint() -> None:
    text = " ".join(f"word{i}" for i in range(60))
    linker = Linker()
    linker.add("a1", 0.0, "One headline here", text)
    link = linker.add("b2", 60.0, "Quite another title", text + " and a last line")
    assert link.story_id == "sa1"
    assert link.why == "copy of a1"
    assert link.similarity > 0.8


def test_a_story_silent_for_longer_than_the_window_is_forgotten() -> None:
    linker = Linker()
    linker.add("a1", 0.0, ARREST)
    linker.add("x", 2 * DAY, HARVEST)
    linker.add("y", 4 * DAY, HARVEST)
    assert linker.add("b2", 4 * DAY, ARREST_TOLD_AGAIN).story_id == "sb2"


def test_memory_is_bounded_by_the_number_of_entries() -> None:
    linker = Linker(window_entries=50)
    for i in range(400):
        code = "".join(chr(97 + int(digit)) for digit in f"{i:03d}")
        linker.add(f"e{i}", float(i), " ".join(code + end for end in ("alp", "bra", "cha", "del", "ech", "fox")))
    assert len(linker._stories) <= 50
    assert len(linker._stories._where) <= 50
    assert len(linker._stories._index) <= 50 * 6
    assert len(linker._copies._known) <= 50


def test_one_entry_from_the_far_future_does_not_empty_the_window() -> None:
    linker = Linker()
    linker.add("a1", 0.0, ARREST)
    linker.add("rogue", 400 * DAY, HARVEST)
    assert linker.add("b2", 60.0, ARREST_TOLD_AGAIN).story_id == "sa1"


def test_no_time_and_no_words_are_no_error() -> None:
    linker = Linker()
    assert linker.add("a", None, "").story_id == "sa"
    assert linker.add("b", math.nan, "", "").story_id == "sb"
    assert linker.add("c", None, "!!! 12", "\x00").story_id == "sc"


def test_a_linker_seeded_from_the_log_keeps_what_people_decided() -> None:
    """The log put the second report in a story of its own (a split): the seed honours it."""
    entries = [
        Linkable(entry_id="a1", published_at=0.0, title=ARREST, story_id="sa1"),
        Linkable(entry_id="h1", published_at=10.0, title=HARVEST, story_id="sa1"),
    ]
    linker = Linker.from_entries(entries)
    assert linker.add("h2", 60.0, "Maize harvest a record: grain prices fall").story_id == "sa1"


def test_the_same_entries_give_the_same_links() -> None:
    titles = [ARREST, HARVEST, ARREST_TOLD_AGAIN, "Grain prices fall on record maize harvest"] * 3
    one, two = Linker(), Linker()
    links = [one.add(str(i), float(i), title) for i, title in enumerate(titles)]
    assert links == [two.add(str(i), float(i), title) for i, title in enumerate(titles)]


def test_stories_that_grow_alike_become_the_older_one() -> None:
    """Two reports that opened two stories are one happening as soon as a third shows it; later ones follow."""
    linker = Linker(join=0.99, merge=0.2)
    linker.add("a1", 0.0, ARREST)
    assert linker.add("b2", 60.0, ARREST_TOLD_AGAIN).opened
    linker.add("h1", 90.0, HARVEST)
    third = linker.add("b3", 120.0, ARREST_TOLD_AGAIN)
    assert [(kept, gone) for kept, gone, _ in third.merged] == [("sa1", "sb2")]
    assert third.story_id == "sa1"
    linker.join = 0.2
    assert linker.add("b4", 180.0, "Police: two held over plot to kidnap an exiled broadcaster").story_id == "sa1"
    assert linker.add("h2", 240.0, "Maize harvest a record: grain prices fall").story_id == "sh1"


def test_a_second_entry_from_the_same_future_moves_the_window() -> None:
    """After a long stop the clock follows what two entries agree on, and old stories are forgotten."""
    linker = Linker()
    linker.add("a1", 0.0, ARREST)
    linker.add("late1", 400 * DAY, HARVEST)
    linker.add("late2", 401 * DAY, HARVEST)
    linker.add("late3", 401 * DAY, HARVEST)
    assert linker.add("b2", 401 * DAY, ARREST_TOLD_AGAIN).story_id == "sb2"


def test_reasons_are_the_words_both_have_as_they_are_written() -> None:
    """The three words that weigh most, without the marks around them; none are looked for where nobody asks."""
    linker, silent = Linker(), Linker(reasons=False)
    for each in (linker, silent):
        each.add("a1", 0.0, "Broadcaster Quillan Brastow abducted")
    why = linker.add("b2", 60.0, 'Who abducted "Quillan" Brastow, broadcaster?').why
    assert why.startswith("words: ")
    assert set(why.removeprefix("words: ").split(", ")) <= {"abducted", "Quillan", "Brastow", "broadcaster"}
    assert len(why.removeprefix("words: ").split(", ")) == 3
    assert silent.add("b2", 60.0, "Quillan Brastow, broadcaster, abducted").why == "words"
