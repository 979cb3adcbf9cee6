"""Who is accused in invented headlines of other languages: fixtures/eval/headlines.txt, half of them look-alikes."""

from __future__ import annotations

import pytest

from bench._languages import headlines
from monitor.facts.card import read_card
from tests.conftest import ROOT

ROWS = headlines(ROOT / "fixtures/eval/headlines.txt")
LANGUAGES = sorted({row.language for row in ROWS})


@pytest.mark.parametrize("language", LANGUAGES)
def test_half_of_the_headlines_accuse_nobody(language: str) -> None:
    """A reader that accused nobody, or everybody, would fail half of them."""
    some = [bool(row.accused) for row in ROWS if row.language == language]
    assert len(some) >= 16
    assert 0.4 < sum(some) / len(some) < 0.6


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_headline_accuses_whom_it_says_and_nobody_else(language: str) -> None:
    """No look-alike, accuser, victim, foiler or place is accused; nine of ten accusations are found."""
    some = [row for row in ROWS if row.language == language]
    read = [(row, set(read_card(row.title, lang=language).codes("linked_states"))) for row in some]
    assert [(row.title, sorted(found)) for row, found in read if found - row.accused] == []
    assert sum(len(found & row.accused) for row, found in read) >= 0.9 * sum(len(row.accused) for row in some)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_denial_is_told_where_one_is(language: str) -> None:
    """The accused side's denial is found, and none is read into other headlines."""
    some = [row for row in ROWS if row.language == language]
    assert [row.title for row in some if bool(read_card(row.title, lang=language).denied_by) != row.denied] == []
