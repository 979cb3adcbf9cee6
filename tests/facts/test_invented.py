"""Invented news in the patterns that mislead: who is accused, who is not, and where the plain sentence keeps silent."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from monitor.facts.card import Card, read_card
from monitor.facts.sentence import plain_sentence

EVAL = Path(__file__).resolve().parents[2] / "fixtures" / "eval"
FILES = ("cards-invented-1.tsv", "cards-invented-2.tsv")
MOST_FALSE, LEAST_FOUND, LEAST_TOLD = 0.01, 0.90, 0.75


class Item(NamedTuple):
    """One line of a file: what is right, and the text."""

    kind: str
    accused: str
    accuser: str
    told: str
    title: str
    summary: str


def items(name: str) -> list[Item]:
    lines = (EVAL / name).read_text(encoding="utf-8").splitlines()
    return [Item(*line.split("\t")) for line in lines if line and not line.startswith("#")]


ALL = {name: [(item, read_card(item.title, item.summary)) for item in items(name)] for name in FILES}


def wrongly_accused(item: Item, card: Card) -> set[str]:
    return set() if item.accused == "?" else set(card.codes("linked_states")) - {item.accused}


@pytest.mark.parametrize("name", FILES)
def test_hardly_any_card_names_a_state_that_nobody_accuses(name: str) -> None:
    """At most one in a hundred."""
    wrong = [(item.title, found) for item, card in ALL[name] if (found := wrongly_accused(item, card))]
    assert len(wrong) <= MOST_FALSE * len(ALL[name]) + 0.5, wrong


@pytest.mark.parametrize("name", FILES)
def test_the_accused_are_found(name: str) -> None:
    """Nine of ten states that the text accuses stand on the card."""
    asked = [(item, card) for item, card in ALL[name] if item.accused not in "-?"]
    missed = [item.title for item, card in asked if item.accused not in card.codes("linked_states")]
    assert len(missed) <= (1 - LEAST_FOUND) * len(asked), missed


@pytest.mark.parametrize("name", FILES)
def test_no_sentence_where_there_is_no_plot(name: str) -> None:
    """Figures of speech, trade, open war, crimes of no state and avowed executions give none."""
    assert [item.title for item, card in ALL[name] if item.told == "no" and plain_sentence(card)] == []


@pytest.mark.parametrize("name", FILES)
def test_most_plots_are_told(name: str) -> None:
    """Silence is no safety: three of four plots have their sentence."""
    asked = [(item, card) for item, card in ALL[name] if item.told == "yes"]
    silent = [item.title for item, card in asked if not plain_sentence(card)]
    assert len(silent) <= (1 - LEAST_TOLD) * len(asked), silent


@pytest.mark.parametrize("name", FILES)
def test_no_claim_is_put_in_another_mouth(name: str) -> None:
    """Where a state makes the claim, no card names another as the one that does."""
    wrong = []
    for item, card in ALL[name]:
        speakers = {claim.accuser_state for claim in card.claims if claim.accuser_state}
        if item.accuser != "-" and speakers and item.accuser not in speakers:
            wrong.append((item.title, speakers))
    assert wrong == []
