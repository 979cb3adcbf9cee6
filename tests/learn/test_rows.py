"""The day's rows: best first, no happening twice, no source or story in bulk, nothing hidden for good."""

from __future__ import annotations

from monitor.learn.rows import Candidate, pick_rows, topic_words


def candidate(entry: int, score: float, title: str, *, story: str = "", source: str = "") -> Candidate:
    """A waiting entry; story and source are its own unless named."""
    return Candidate(entry, story or f"s{entry}", score, source or f"p{entry}", topic_words(title))


def leads(*args: object, **kwargs: object) -> list[int]:
    """The leading entries picked."""
    return [row.lead.entry for row in pick_rows(*args, **kwargs)]  # type: ignore[arg-type]


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
    picked = pick_rows(rows, 2)
    assert [row.lead.entry for row in picked] == [1, 3]
    assert picked[0].entries == (1, 2)


def test_the_same_topic_in_another_story_is_not_shown_as_part_of_the_row() -> None:
    """A row shows what its story holds, no more."""
    rows = [
        candidate(1, 0.9, "Police foil murder plot against exiled editor"),
        candidate(2, 0.8, "Police foil murder plot against exiled editor today"),
    ]
    assert [row.entries for row in pick_rows(rows, 2)] == [(1,)]


def test_a_wide_story_hides_nothing() -> None:
    """Two happenings in one story are two rows; a third waits until others were shown."""
    titles = ["Pipeline blown up, experts suspect navy", "General killed by car explosion", "Minister visits harbour"]
    rows = [candidate(i, 0.9 - i / 100, title, story="war") for i, title in enumerate(titles)]
    rows.append(candidate(9, 0.1, "Quite different subject"))
    assert leads(rows, 3) == [0, 1, 9]
    assert leads(rows, 4) == [0, 1, 9, 2]


def test_one_source_fills_half_of_the_day_while_others_wait() -> None:
    """A flooding feed cannot take the queue, and loses nothing when the day has room."""
    titles = ["alpha gamma", "delta epsilon", "kappa lambda", "sigma omicron"]
    rows = [candidate(i, 0.9, f"{title} {title[::-1]}", source="loud") for i, title in enumerate(titles)]
    rows.append(candidate(9, 0.2, "Quiet feed report"))
    assert leads(rows, 4) == [0, 1, 9, 2]


def test_a_topic_answered_lately_is_put_behind() -> None:
    """What was decided yesterday does not come first today."""
    rows = [candidate(1, 0.9, "Mayor resigns over bridge contract"), candidate(2, 0.5, "Ferry service resumes")]
    assert leads(rows, 2, [topic_words("Mayor resigns after bridge contract scandal")]) == [2, 1]
