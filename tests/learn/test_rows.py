"""The day's rows: best first, no happening twice, no source or story in bulk, nothing hidden for good."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from monitor.learn.rows import Choice, WaitingRow, entries_of, pick_rows, rank, same_topic, topic_words


def candidate(
    entry: int, score: float, title: str, *, story: str = "", source: str = "", alert: bool = False
) -> WaitingRow:
    """A waiting entry; story and source are its own unless named."""
    return WaitingRow(entry, story or f"s{entry}", score, source or f"p{entry}", topic_words(title), alert)


def chosen(candidates: list[WaitingRow], n_rows: int, *args: list[object]) -> Choice:
    """The choice from candidates in their order."""
    return pick_rows(sorted(candidates, key=lambda c: rank(c.entry, c.score)), n_rows, *args)  # type: ignore[arg-type]


def leads(candidates: list[WaitingRow], n_rows: int, *args: list[object]) -> list[int]:
    """The leading entries picked."""
    return [row.entry for row in chosen(candidates, n_rows, *args).rows]


def test_best_first_and_ties_by_entry() -> None:
    """The order is the score's, and repeatable."""
    rows = [candidate(2, 0.5, "Second thing"), candidate(1, 0.5, "First other"), candidate(3, 0.9, "Third matter")]
    assert leads(rows, 2) == [3, 1]


def test_a_happening_takes_one_row_and_the_row_names_its_entries() -> None:
    """Copies of one report do not eat the day."""
    rows = [
        candidate(1, 0.9, "Police foil murder plot against exiled editor", story="a"),
        candidate(2, 0.8, "Murder plot against exiled editor foiled, police say", story="a"),
        candidate(3, 0.1, "Rail depot burns down"),
    ]
    choice = chosen(rows, 2)
    assert [row.entry for row in choice.rows] == [1, 3]
    assert choice.behind == {2: "same topic"}
    assert entries_of(choice.rows[0], rows) == (1, 2)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Harbour bridge council vote", "Harbour bridge festival market", True),
        ("Harbour bridge council vote tonight", "Harbour bridge festival market sunday", False),
        ("Harbour council", "Harbour festival", False),
    ],
    ids=["two of four", "two of five", "one of two"],
)
def test_half_of_the_words_and_two_at_least_make_a_topic(one: str, other: str, same: bool) -> None:
    """Promise: titles that share half of the shorter one's content words, and two of them, are about one topic."""
    assert same_topic(topic_words(one), topic_words(other)) == same


def test_the_same_topic_in_another_story_is_not_shown_as_part_of_the_row() -> None:
    """A row shows what its story holds, no more."""
    rows = [
        candidate(1, 0.9, "Police foil murder plot against exiled editor"),
        candidate(2, 0.8, "Police foil murder plot against exiled editor today"),
    ]
    assert [entries_of(row, rows) for row in chosen(rows, 2).rows] == [(1,)]


def test_a_wide_story_hides_nothing() -> None:
    """Two happenings in one story are two rows; a third waits until others were shown."""
    titles = ["Pipeline blown up, experts suspect navy", "General killed by car explosion", "Minister visits harbour"]
    rows = [candidate(i, 0.9 - i / 100, title, story="war") for i, title in enumerate(titles)]
    rows.append(candidate(9, 0.1, "Quite different subject"))
    assert leads(rows, 3) == [0, 1, 9]
    assert leads(rows, 4) == [0, 1, 9, 2]
    assert chosen(rows, 4).behind == {2: "story"}


def test_one_source_fills_half_of_the_day_while_others_wait() -> None:
    """A flooding feed cannot take the queue, and loses nothing when the day has room."""
    titles = ["alpha gamma", "delta epsilon", "kappa lambda", "sigma omicron"]
    rows = [candidate(i, 0.9, f"{title} {title[::-1]}", source="loud") for i, title in enumerate(titles)]
    rows.append(candidate(9, 0.2, "Quiet feed report"))
    assert leads(rows, 4) == [0, 1, 9, 2]


def test_a_row_put_behind_does_not_come_back_beside_one_of_its_topic() -> None:
    """Where the day has room for what was put behind, a happening still comes once."""
    rows = [
        candidate(1, 0.9, "Ferry service resumes", source="loud"),
        candidate(2, 0.8, "Mayor resigns over bridge contract", source="loud"),
        candidate(3, 0.5, "Mayor resigns over bridge contract, aide says"),
    ]
    assert leads(rows, 3) == [1, 3]
    assert leads(rows[1:2], 3, [], rows[2:]) == []


def test_a_topic_answered_lately_is_put_behind() -> None:
    """What was decided yesterday does not come first today."""
    rows = [candidate(1, 0.9, "Mayor resigns over bridge contract"), candidate(2, 0.5, "Ferry service resumes")]
    answered = [topic_words("Mayor resigns after bridge contract scandal")]
    assert leads(rows, 2, answered) == [2, 1]
    assert chosen(rows, 2, answered).behind == {1: "answered lately"}


def test_an_alert_is_not_put_behind_for_what_was_answered_or_for_its_age() -> None:
    """What is to be told at once comes first, even where its topic was answered yesterday; not twice in one day."""
    rows = [
        candidate(1, 0.9, "Mayor resigns over bridge contract", alert=True),
        candidate(2, 0.8, "Mayor resigns over bridge contract, aide says", alert=True),
        candidate(3, 0.5, "Ferry service resumes"),
    ]
    assert leads(rows, 2, [topic_words("Mayor resigns after bridge contract scandal")]) == [1, 3]
    assert rank(1, 0.9, older=True, alert=True) < rank(2, 0.8) < rank(3, 0.95, older=True)


def test_answering_a_row_leaves_the_rest_of_the_day_as_it_was() -> None:
    """Read one by one or at a glance, a day shows the same rows: the shares count what was read today."""
    titles = ["alpha gamma", "delta epsilon", "kappa lambda", "sigma omicron", "Alpha gamma again"]
    rows = [candidate(i, 0.9 - i / 100, f"{title} {title[::-1]}", source="loud") for i, title in enumerate(titles)]
    rows += [candidate(8, 0.3, "Quiet feed report"), candidate(9, 0.2, "Other small voice")]
    day = chosen(rows, 4).rows
    assert [row.entry for row in day] == [0, 1, 8, 9]
    for n_read in range(1, 4):
        left = [row for row in rows if row not in day[:n_read]]
        answered = [row.words for row in day[:n_read]]
        assert leads(left, 4, answered, list(day[:n_read])) == [row.entry for row in day[n_read:]]


def test_after_a_whole_day_of_answers_the_next_rows_begin_afresh() -> None:
    """Who reads more than a day's rows gets a day's rows again, a source half of them again."""
    read = [candidate(i, 0.9, f"Done matter {chr(97 + i) * 5}", source="loud") for i in (1, 2)]
    rows = [candidate(5, 0.9, "Ferry service resumes", source="loud"), candidate(6, 0.8, "Quiet feed report")]
    assert leads(rows, 2, [], read) == [5, 6]
    assert leads(rows, 2, [], read[:1]) == [6]


def test_only_so_many_candidates_are_taken_as_the_day_needs() -> None:
    """A long queue costs no more titles than a short one."""
    taken: list[int] = []

    def one_by_one() -> Iterator[WaitingRow]:
        for number in range(1000):
            taken.append(number)
            yield candidate(number, 1.0, "", story="same" if number else "")

    assert len(pick_rows(one_by_one(), 10).rows) == 10
    assert len(taken) == 200


def test_titles_that_were_erased_share_no_topic() -> None:
    """Rows without words stand by their score."""
    assert leads([candidate(1, 0.9, ""), candidate(2, 0.8, "")], 2, [topic_words("")]) == [1, 2]


def test_a_case_takes_one_row_of_a_day() -> None:
    """Promise: two stories of one case, told in other words, do not both take a row while others wait."""
    rows = [
        msgspec.structs.replace(candidate(1, 0.9, "Three charged over plot to kill journalist"), case_id="c"),
        msgspec.structs.replace(candidate(2, 0.8, "Bureau arrests hired men, editor safe"), case_id="c"),
        msgspec.structs.replace(candidate(3, 0.7, "Rail depot burns down"), case_id="d"),
        candidate(4, 0.1, "Quite different subject"),
    ]
    choice = chosen(rows, 3)
    assert [row.entry for row in choice.rows] == [1, 3, 4]
    assert choice.behind == {2: "same topic"}
