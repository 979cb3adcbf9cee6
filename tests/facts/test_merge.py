"""A story has one card; what a reviewer corrects stands."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.errors import InputError
from monitor.facts.corrections import apply_corrections, check_codes, faults
from monitor.facts.merge import merge_cards
from monitor.facts.values import Card, Claim, Value


def card(**fields: list[str]) -> Card:
    """A card with bare codes."""
    return Card(
        **{
            name: tuple(Value(code, quote=code, field="title", confidence=0.5) for code in codes)
            for name, codes in fields.items()
        }
    )


def test_a_story_unites_its_entries_and_names_each_entry() -> None:
    """Codes of all entries, each with the entry it was read in; the code most entries have stands first."""
    merged = merge_cards(
        [card(linked_states=["IR"]), card(linked_states=["RU"]), card(linked_states=["RU"])], ["e1", "e2", "e3"]
    )
    assert merged.codes("linked_states") == ["RU", "IR"]
    assert [value.entry_id for value in merged.linked_states] == ["e2", "e1"]


def test_the_newest_report_gives_the_stage_and_the_highest_legal_step_stands_first() -> None:
    """Follow-ups move the stage on; earlier legal steps stay below."""
    merged = merge_cards(
        [card(stage=["planned"], legal_stage=["arrested"]), card(stage=["foiled"], legal_stage=["charged"]), card()]
    )
    assert merged.codes("stage") == ["foiled"]
    assert merged.codes("legal_stage") == ["charged", "arrested"]


def test_a_correction_replaces_a_field_and_keeps_known_evidence() -> None:
    """A confirmed code keeps its quote; a new one is marked as a correction."""
    fixed = apply_corrections(card(linked_states=["IR", "SY"]), [{"field": "linked_states", "value": ["IR", "LB"]}])
    assert [(v.code, v.quote, v.field, v.confidence) for v in fixed.linked_states] == [
        ("IR", "IR", "title", 1.0),
        ("LB", "", "correction", 1.0),
    ]


@pytest.mark.parametrize(
    ("field", "codes", "hint"),
    [
        ("guilt", ["x"], "fields: linked_states"),
        ("stage", ["Foiled"], "planned, foiled"),
        ("stage", ["foiled", "planned"], "at most 1"),
        ("linked_states", ["Iran"], "ISO 3166"),
        ("n_arrested", ["three"], "no number"),
        ("dates", ["14/03/2026"], "2026-03-14"),
        ("places", [""], "printable"),
        ("places", ["a\nb"], "printable"),
    ],
)
def test_a_correction_outside_the_codes_is_refused_with_what_would_do(field: str, codes: list[str], hint: str) -> None:
    """A typo is told before it is written, with the codes that fit."""
    with pytest.raises(InputError, match=hint):
        check_codes(field, codes)


@pytest.mark.parametrize(
    "correction",
    [{"field": "guilt", "value": ["x"]}, {"field": "stage", "value": ["done"]}, {"field": "stage", "value": "planned"}],
)
def test_a_stored_correction_that_no_card_can_hold_breaks_nothing(correction: dict[str, object]) -> None:
    """It is passed over and named; what else was corrected still holds."""
    good = {"field": "stage", "value": ["foiled"]}
    assert apply_corrections(Card(), [correction, good]).codes("stage") == ["foiled"]
    assert len(faults([correction, good])) == 1


def test_merging_nothing_gives_an_empty_card() -> None:
    """A story whose entries say nothing has an empty card."""
    assert merge_cards([]) == Card()


def reports(*told: tuple[str, str, float]) -> tuple[list[Card], list[str], list[str]]:
    """Cards, entries and publishers of reports that say how many were arrested: (publisher, number, confidence)."""
    cards = [Card(n_arrested=(Value(number, confidence=sure),)) for _, number, sure in told]
    return cards, [f"e{at}" for at in range(len(told))], [publisher for publisher, _, _ in told]


def test_publishers_that_count_differently_are_both_heard() -> None:
    """Each one's newest number, the smallest first, each with its report; a sentence says "2 or 3"."""
    merged = merge_cards(*reports(("Post", "1", 0.8), ("Blad", "3", 0.8), ("Post", "2", 0.8)))
    assert [(value.code, value.entry_id) for value in merged.n_arrested] == [("2", "e2"), ("3", "e1")]


def test_a_publisher_that_counts_anew_takes_its_old_number_back() -> None:
    """One paper's update is no conflict."""
    assert merge_cards(*reports(("Post", "9", 0.8), ("Post", "10", 0.8))).codes("n_arrested") == ["10"]


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def test_a_later_count_of_any_paper_takes_the_place_of_the_earlier() -> None:
    """It names the one before and its day; the sentence says "up from"."""
    cards, ids, papers = reports(("Post", "2", 0.8), ("Blad", "3", 0.8))
    (value,) = merge_cards(cards, ids, papers, [at(1), at(2)]).n_arrested
    assert (value.code, value.earlier, value.said_on, value.entry_id) == ("3", "2", "2026-03-02", "e1")


def test_counts_of_the_same_hours_stand_side_by_side() -> None:
    """Papers that differ on one evening conflict, in whichever order they came in."""
    cards, ids, papers = reports(("Post", "3", 0.8), ("Blad", "2", 0.8))
    merged = merge_cards(cards, ids, papers, [at(1, 20), at(1, 14)])
    assert [(value.code, value.earlier) for value in merged.n_arrested] == [("2", ""), ("3", "")]


def test_an_old_report_that_joins_late_supersedes_nothing() -> None:
    """What counts is when a report was published, not when it came in."""
    cards, ids, papers = reports(("Post", "3", 0.8), ("Blad", "2", 0.8))
    (value,) = merge_cards(cards, ids, papers, [at(5), at(1)]).n_arrested
    assert (value.code, value.earlier) == ("3", "2")


def test_a_number_that_is_only_implied_contradicts_nobody() -> None:
    """Where another report gives a count, "a man was arrested" is none."""
    assert merge_cards(*reports(("Post", "3", 0.8), ("Blad", "1", 0.5))).codes("n_arrested") == ["3"]
    assert merge_cards(*reports(("Blad", "1", 0.5))).codes("n_arrested") == ["1"]


def test_the_same_claim_of_two_publishers_is_two_claims() -> None:
    """Who said so is kept for each."""
    claim = Claim("alleges", ("IR",), accuser="police", accuser_state="DK")
    merged = merge_cards([Card(claims=(claim,))] * 3, ["a", "b", "c"], ["Post", "Blad", "Post"])
    assert [(one.publisher, one.entry_id) for one in merged.claims] == [("Post", "a"), ("Blad", "b")]


def test_numbers_that_differ_can_be_confirmed_but_a_correction_is_one() -> None:
    """What was read may hold both; a reviewer who sets a number sets one."""
    check_codes("n_arrested", ["2", "3"], read=True)
    with pytest.raises(InputError, match="at most 1"):
        check_codes("n_arrested", ["2", "3"])
