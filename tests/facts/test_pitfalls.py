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
