"""A hundred lines that look like an accusation, an arrest or a denial, and what each of them does say."""

from __future__ import annotations

import pytest

from monitor.facts.card import Card, read_card
from tests.facts.pitfalls import pitfalls

ROWS = pitfalls()
FIELDS = {"legal": "legal_stage", "stage": "stage", "n": "n_arrested", "country": "countries"}


def said(card: Card, key: str) -> str:
    """What a card says of one expected word: the first code, `-` for none; of denials yes or no."""
    if key == "denial":
        return "yes" if card.denied_by else "no"
    codes = card.codes(FIELDS[key])
    return codes[0] if codes else "-"


def test_there_are_a_hundred() -> None:
    """The list covers many ways to go wrong."""
    assert len(ROWS) >= 100


@pytest.mark.parametrize(("states", "title", "others"), ROWS, ids=[row[1] for row in ROWS])
def test_what_a_line_does_say(states: list[str], title: str, others: dict[str, str]) -> None:
    """The states it accuses, and no step or denial that it does not tell."""
    card = read_card(title, published_at="2026-01-31", lang="en")
    assert card.codes("linked_states") == states
    assert {key: said(card, key) for key in others} == others


@pytest.mark.parametrize(
    "title",
    [
        "Prosecutors in Lisbon asked to detain two men over a plot to kill an exile",
        "Judge refuses to arrest three suspects in bombing plot",
    ],
)
def test_an_arrest_that_is_only_asked_for_is_none(title: str) -> None:
    """Nobody is counted as held whom somebody was asked to hold."""
    card = read_card(title, lang="en")
    assert "arrested" not in card.codes("legal_stage")
    assert card.codes("n_arrested") == []


def test_suspects_who_have_been_arrested_are_not_one() -> None:
    """A plural without a number is no count."""
    assert read_card("Suspects have been arrested over plot to kill an exile", lang="en").codes("n_arrested") == []
    assert read_card("A man has been arrested over plot to kill an exile", lang="en").codes("n_arrested") == ["1"]


def test_who_serves_years_was_convicted_and_who_serves_as_a_minister_was_not() -> None:
    """A term in prison is a verdict."""
    told = "The envoy is serving twenty years over a plot to bomb a rally."
    assert read_card("Plot to bomb a rally recalled", told, lang="en").codes("legal_stage")[:1] == ["convicted"]
    told = "The envoy served as a minister for twenty years before the plot to bomb a rally."
    assert read_card("Plot to bomb a rally recalled", told, lang="en").codes("legal_stage") == []
