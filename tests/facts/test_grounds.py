"""What an accusation rests on: somebody who makes it, or an act that the report tells."""

from __future__ import annotations

import pytest

from monitor.facts.card import read_card

GROUNDLESS = [
    # Words beside each other, nobody who says so, and no act.
    ("Chile's threats loom over budget talks, budget shows", ""),
    ("Fencing: Peruvian exiles plot revenge for Lima defeat", "Captain says the foil team trained all winter."),
    ("Swiss bank is complicit in dodging taxes", "A panel of senators has looked at its books."),
    # Who sends diplomats home is the one that complains.
    ("Bolivia orders departure of two Chilean attachés over gas plant attack", ""),
    ("Bolivia orders closure of Chilean consulate after arson attack", ""),
    # Where a factory stands.
    ("Paint factory blaze in northeastern Chile kills four", ""),
    ("Bakery explosion in south-eastern Peru injures nine", ""),
]
GROUNDED = [
    (
        "Family of strangled editor blames Bolivian security services",
        "The exile was found dead in a park.",
        "BO",
    ),  # whoever it is that blames
    ("Bolivian agents seized him at a bus stop, says exiled printer", "", "BO"),  # an act
    ("Exiled journalist seized in Quito by Bolivian secret police", "", "BO"),  # people in danger, or a service
    ("Bolivian plot against exiled bishop foiled", "", "BO"),  # stopped
    ("Attack on Chilean embassy was carried out by Bolivia", "", "BO"),  # on a thing
]


@pytest.mark.parametrize(("title", "summary"), GROUNDLESS)
def test_what_rests_on_nothing_names_no_state(title: str, summary: str) -> None:
    """In doubt a card says nothing."""
    assert read_card(title, summary).codes("linked_states") == []


@pytest.mark.parametrize(("title", "summary", "state"), GROUNDED)
def test_what_rests_on_somebody_or_on_an_act_is_kept(title: str, summary: str, state: str) -> None:
    """An accusation that nobody makes by name still counts where the report tells what was done."""
    assert read_card(title, summary).codes("linked_states") == [state]
