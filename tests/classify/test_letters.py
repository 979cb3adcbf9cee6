"""Words hidden in odd letters weigh what they weigh in plain ones, in both scorers."""

from __future__ import annotations

import pytest

from monitor.classify.features import cleaned, read
from monitor.classify.modelstore import cold_model
from tests.text.test_plain import DISGUISES, TITLE, mathematical


@pytest.mark.parametrize("name", DISGUISES)
def test_both_scorers_give_a_disguised_headline_the_score_of_the_plain_one(name: str) -> None:
    """Promise: equal to the last bit, compiled and in plain Python."""
    shipped, disguised = cold_model(), DISGUISES[name]
    plain = shipped.margin(shipped.plain_counts(TITLE, f"About {TITLE}."))
    assert shipped.margin(shipped.plain_counts(disguised, f"About {disguised}.")) == plain
    assert shipped.score(disguised, f"About {disguised}.") == shipped.score(TITLE, f"About {TITLE}.")
    scan = shipped.scan()
    if scan:
        assert scan.log_odds(*cleaned(disguised, f"About {disguised}.", ""), "") == plain


def test_reasons_name_the_words_as_they_read() -> None:
    """Promise: what explains a score can be read, not the letters it was hidden in."""
    assert [token for token in read(mathematical("Plot foiled"))[0].tokens if token != "."] == ["Plot", "foiled"]
