"""Figures of speech accuse nobody; open war stays a claim that no sentence tells; bystanders are no actors."""

from __future__ import annotations

import pytest

from monitor.facts.card import read_card
from monitor.facts.sentence import plain_sentence


@pytest.mark.parametrize(
    "title",
    [
        "Peru accuses Chile of sabotaging trade talks",
        "Peru says Chile is poisoning the atmosphere before the summit",
        "Chile coach says Peru murdered his team",
        "Peru accuses Chile of stabbing Bolivia in the back",
        "Chile accused of killing jobs with its new tax",
    ],
)
def test_a_figure_of_speech_accuses_nobody(title: str) -> None:
    """What is done to a deal, a market, a mind or a match is no act."""
    card = read_card(title)
    assert card.codes("linked_states") == []
    assert plain_sentence(card) == ""


@pytest.mark.parametrize(
    ("title", "summary"),
    [
        ("Peru accuses Chile of poisoning rail workers", ""),
        ("Peru accuses Chile of sabotage", "Police arrested three men after the pipeline blast."),
        ("Chile ordered the killing of an editor, Peru says", "Trade talks go on."),
    ],
)
def test_an_act_in_earnest_does(title: str, summary: str) -> None:
    """The same words of a person or a pipe, or with somebody held for it, are meant."""
    assert read_card(title, summary).codes("linked_states") == ["CL"]


@pytest.mark.parametrize(
    ("title", "summary"),
    [
        ("Chile's air strikes kill nine in Peru, officials say", ""),
        ("Chilean army bombs bridges in southern Peru", ""),
        ("Peru says Chile hit its base", "Missiles and drones were fired as the ground offensive went on."),
        ("Chile vows to attack Peru's ports", ""),
        ("Chile says it killed Peruvian commander in targeted strike", ""),
    ],
)
def test_open_war_is_not_told_as_a_plot(title: str, summary: str) -> None:
    """No sentence: it looks like a plot and is none."""
    assert plain_sentence(read_card(title, summary)) == ""


def test_a_plot_in_a_war_is_told() -> None:
    """Where its own sentence names a covert act and who alleges it."""
    card = read_card("Peru says Chilean agents poisoned exiled editor in Lima", "Fighting at the border went on.")
    assert plain_sentence(card).startswith("The government of Peru alleges that Chile was behind a poisoning")


@pytest.mark.parametrize(
    "title",
    [
        "Moscow attack: three held",
        "Chile Times: editor killed in Lima",
        "Four Chileans murdered in Lima",
        "Ukraine war: what we know about the sabotage",
        "Kharg Island: agents killed an editor, police say",
        "Brussels accused of sabotage at last night's summit",
    ],
)
def test_a_name_beside_an_act_is_no_actor(title: str) -> None:
    """A place, a paper, people of a nationality, the seat of a union: nobody is accused."""
    assert read_card(title).codes("linked_states") == []


def test_a_state_and_its_service_are_one_mention() -> None:
    """The accused of "organised by Russia's GRU" is Russia, with its service."""
    card = read_card("Fire at depot was organised by Russia's GRU, prosecutors say", "The arson attack hurt nobody.")
    assert (card.codes("linked_states"), card.codes("services")) == (["RU"], ["GRU"])
