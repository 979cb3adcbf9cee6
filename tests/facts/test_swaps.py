"""Swapping the accuser and the accused swaps the card, in eight languages."""

from __future__ import annotations

import pytest

from monitor.facts.card import read_card
from tests.facts.swaps import WAYS, swaps

ROWS = swaps()


def test_the_list_is_long_enough() -> None:
    """At least 150 pairs in eight languages."""
    assert len(ROWS) >= 150
    assert len(WAYS) == 8


@pytest.mark.parametrize("language", WAYS)
def test_swapping_the_roles_swaps_the_card(language: str) -> None:
    """Who is accused follows from the sentence, never from which state it is."""
    wrong = [
        (sentence, accused, got)
        for lang, one, first, other, second in ROWS
        if lang == language
        for sentence, accused in ((one, first), (other, second))
        if (got := read_card(sentence, lang=language).codes("linked_states")) != [accused]
    ]
    assert wrong == []
