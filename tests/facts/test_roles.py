"""A state stands on a card only where somebody accuses it; in any other role it accuses nobody. Invented lines."""

from __future__ import annotations

import pytest

from monitor.facts.card import read_card
from monitor.facts.lexicon import DATA
from monitor.facts.merge import merge_cards
from monitor.facts.reading.ways import rules_for


@pytest.mark.parametrize(
    ("title", "accused"),
    [
        ("Pro-Iranian group sabotaged pipeline: newspaper", []),
        ("Mexican police arrest five over murder of banker", []),
        ("American stabbed in Lisbon, police say", []),
        ("Oman says it thwarted a drone attack", []),
        ("Peruvian police detain Iranian over knife attack", []),
        ("Kenyan court denies bail over risk of suspect fleeing to Russia", []),
        ("Estonian officials say Belarus launched the drone attack", ["BY"]),
        ("Wife of Chilean army chief poisoned, officials say", []),
        ("Attack on Omani embassy in Nairobi kills guard", []),
        ("No evidence of Omani involvement in the bombing, judge says", []),
        ("Minsk denies any part in the poisoning", ["BY"]),
        ("Arson attack was the work of Belarusian intelligence, prosecutors say", ["BY"]),
        ("Exile shot dead in revenge for killings blamed on Chad", []),
        ("Hezbollah accused of plot to bomb hotel", []),
        ("Novel about an Iranian plot to kill a poet wins prize", []),
    ],
)
def test_only_an_accusation_accuses(title: str, accused: list[str]) -> None:
    """Accuser, foiler, victim's side, place, nationality, motive and tale leave the field empty."""
    assert read_card(title).codes("linked_states") == accused


@pytest.mark.parametrize("language", sorted(path.stem.removeprefix("roles-") for path in DATA.glob("roles-*.txt")))
def test_every_way_of_every_language_can_be_tried(language: str) -> None:
    """Patterns are compiled when a text asks for them; none of the shipped ones is left that cannot be."""
    rules = rules_for(language)
    assert rules is not None
    assert [way.pattern for way in rules.ways if way.match("", 0)] == []
    assert len(rules.ways) > 10


def test_a_claim_holds_who_says_it_and_the_whole_sentence() -> None:
    """Every linked state rests on a claim whose quote stands at its offset."""
    summary = (
        "It was a quiet week. Danish prosecutors said Iran's IRGC ordered the killing of an editor. Iran denied it."
    )
    card = read_card("Plot against editor in Aarhus", summary)
    claim = next(claim for claim in card.claims if claim.verb != "denies")
    assert (claim.states, claim.accuser, claim.accuser_state) == (("IR",), "prosecutors", "DK")
    assert claim.official
    assert claim.named
    assert summary[claim.offset :].startswith(claim.quote)
    assert claim.quote == "Danish prosecutors said Iran's IRGC ordered the killing of an editor."


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("az", "Polis İranı jurnalistə qarşı sui-qəsd hazırlamaqda ittiham edir, deyə prokurorluq bildirib"),
        ("hi", "पुलिस ने ईरान पर पत्रकार की हत्या की साजिश का आरोप लगाया"),
        ("he", "המשטרה מאשימה את איראן בתכנון רצח עיתונאי"),
        ("el", "Η αστυνομία κατηγορεί το Ιράν για σχέδιο δολοφονίας δημοσιογράφου"),
    ],
)
def test_a_language_that_nobody_reads_is_said_to_be_unread(lang: str, title: str) -> None:
    """No accusation is guessed in a language without rules; the card tells which it is."""
    card = read_card(title, lang=lang)
    assert (card.claims, card.language, card.unread) == ((), "", lang)


def test_a_story_with_one_report_that_nobody_reads_says_so() -> None:
    """What the other reports do not say is "not read", never a silent "not said"."""
    read = read_card("Man stabbed in Aarhus, police look for witnesses")
    unread = read_card("המשטרה מאשימה את איראן בתכנון רצח עיתונאי", lang="he")
    assert merge_cards([read, unread]).unread == "he"
    assert read_card("Police accuse Iran of plotting to kill a journalist").unread == ""


@pytest.mark.parametrize(
    ("summary", "accuser"),
    [
        ("Danish police said Iran's intelligence ministry had ordered the killing of an editor.", ("police", "DK")),
        ("Iranian police said Iran's intelligence ministry had ordered the killing of an editor.", ("", "")),
        ("Prosecutors in Tehran said Iran's IRGC had ordered the killing of an editor.", ("", "")),
        ("Iran said that Iran's IRGC had ordered the killing of an editor.", ("", "")),
        ("The killing of an editor was ordered by Iran, Iran says.", ("", "")),
        ("The killing of an editor was ordered by Iran, Denmark says.", ("ministry", "DK")),
        ("Iran security sources said Iran had ordered the killing of an editor.", ("", "")),
        ("Security sources said Iran had ordered the killing of an editor.", ("anonymous-officials", "")),
    ],
)
def test_the_accused_states_own_voice_is_no_accuser(summary: str, accuser: tuple[str, str]) -> None:
    """Promise: who accuses is somebody else than the accused; its own offices never stand as the witness against it."""
    card = read_card("Killing of editor", summary)
    assert [(claim.accuser, claim.accuser_state) for claim in card.claims] == [accuser]
    assert [value.code for value in card.claimed_by] == [code for code in accuser[:1] if code]
