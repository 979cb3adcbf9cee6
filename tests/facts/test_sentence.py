"""One sentence for an editor: names, always who alleges, gaps left out, denials in it."""

from __future__ import annotations

import msgspec
import pytest

from monitor.facts.corrections import apply_corrections
from monitor.facts.merge import merge_cards
from monitor.facts.sentence import plain_sentence
from monitor.facts.values import Card, Claim, Value


def values(*codes: str) -> tuple[Value, ...]:
    """Bare values."""
    return tuple(Value(code) for code in codes)


PLOT = Card(
    linked_states=values("IR"), target_types=values("journalist"), methods=values("assassination"),
    countries=values("DK"), stage=values("foiled"), n_arrested=values("2"), denied_by=values("IR"),
    claims=(Claim("charges", ("IR",), ("IRGC",), "prosecutors", "DK"),),
)  # fmt: skip


def test_the_sentence_says_who_alleges_what_and_who_denies() -> None:
    """Names instead of codes; the numbers and the denial follow."""
    assert plain_sentence(PLOT) == (
        "Prosecutors in Denmark allege in charges that Iran (IRGC) was behind a foiled assassination plot against "
        "a journalist in Denmark; 2 arrested; Iran denies it."
    )


@pytest.mark.parametrize("card", [Card(), Card(methods=values("bombing"), stage=values("executed"))])
def test_without_a_claim_there_is_no_sentence(card: Card) -> None:
    """Rows that only look like plots get no allegation."""
    assert plain_sentence(card) == ""


def test_a_report_that_names_no_accuser_is_named_itself() -> None:
    """Somebody always alleges: at the least the paper carries it."""
    claim = Claim("alleges", ("IR",), publisher="The Aarhus Post")
    card = msgspec.structs.replace(PLOT, claims=(claim,), denied_by=())
    assert plain_sentence(card).startswith("The Aarhus Post reports the allegation that Iran was behind")


def test_claims_that_blame_differently_stand_apart() -> None:
    """Two publishers that blame differently are two claims, not a set."""
    one = Card(
        stage=values("planned"),
        linked_states=values("IR"),
        claims=(Claim("alleges", ("IR",), accuser="police", accuser_state="DK"),),
    )
    other = Card(
        linked_states=values("RU"), claims=(Claim("alleges", ("RU",), accuser="ministry", accuser_state="SE"),)
    )
    told = plain_sentence(merge_cards([one, other], ["a", "b"], ["Post", "Blad"]))
    assert told == (
        "Police in Denmark allege that Iran was behind a plan or threat; "
        "the government of Sweden alleges that Russia was behind it."
    )


def test_a_reviewer_who_strikes_a_state_out_silences_its_claim() -> None:
    """A correction of the linked states changes the sentence too."""
    struck = apply_corrections(PLOT, [{"field": "linked_states", "value": []}])
    assert plain_sentence(struck) == ""
    other = apply_corrections(PLOT, [{"field": "linked_states", "value": ["RU"]}])
    assert plain_sentence(other).startswith("A reviewer reads in the reports that Russia is accused of")
