"""A card says what a report alleges, with the words it rests on; sentences here are invented."""

from __future__ import annotations

import pytest

from monitor.facts.card import Card, read_card
from monitor.facts.values import LIST_FIELDS


def codes(card: Card) -> dict[str, list[str]]:
    """The filled fields' codes."""
    return {field: card.codes(field) for field in LIST_FIELDS if card.codes(field)}


def test_a_foiled_plot_is_read_field_by_field() -> None:
    """One report gives state, service, target, method, scene, stage, arrests, claimant and denial."""
    card = read_card(
        "Kenyan police foil alleged Iranian plot to kill Israeli diplomat in Nairobi",
        "Three men were arrested on Monday, police said. Iran denied any involvement and called the claim baseless.",
        "Police said the cell was directed by the Quds Force.",
        "2022-05-04",
    )
    found = codes(card)
    assert found["linked_states"] == ["IR"]
    assert found["services"] == ["IRGC-QF"]
    assert set(found["target_types"]) == {"diplomat", "jewish-or-israeli"}
    assert found["methods"] == ["assassination"]
    assert found["countries"] == ["KE"]
    assert found["places"][0] == "Nairobi"
    assert found["stage"] == ["foiled"]
    assert found["legal_stage"] == ["arrested"]
    assert found["n_arrested"] == ["3"]
    assert "police" in found["claimed_by"]
    assert found["denied_by"] == ["IR"]
    assert "alleged" in found["hedging"]


def test_every_value_quotes_the_text_it_stands_in() -> None:
    """The quote is found at its offset of the field it names."""
    texts = {
        "title": "Germany expels two Russian diplomats over killing of Chechen exile in Berlin",
        "summary": "A court convicted a man in December. Moscow rejected the verdict as politically motivated.",
        "text": "The victim was shot in a park in Berlin on 23 August 2019.\n\nHe had sought asylum.",
    }
    card = read_card(texts["title"], texts["summary"], texts["text"], "2021-12-15")
    values = [value for field in LIST_FIELDS for value in getattr(card, field)]
    assert len(values) > 8
    for value in values:
        assert texts[value.field][value.offset : value.offset + len(value.quote)] == value.quote
        assert 0 < value.confidence <= 1


def test_an_older_plot_in_the_background_fills_nothing() -> None:
    """A plot of eight years ago, told at the end, adds no country, no number and no denial."""
    card = read_card(
        "Police in Cyprus arrest man over alleged Iranian plot",
        "The suspect planned to shoot an Israeli businessman in Limassol, police said.",
        "The man was arrested on Friday.\n\nPolice found a pistol.\n\nNeighbours were surprised.\n\n"
        "In 2015, police in Uruguay arrested nine men accused of planning a bombing. The nine denied it at the time.",
        "2023-06-10",
    )
    assert card.codes("countries") == ["CY"]
    assert card.codes("denied_by") == []
    assert "bombing" not in card.codes("methods")
    assert card.codes("n_arrested") != ["9"]


@pytest.mark.parametrize(
    ("title", "stage"),
    [
        ("Turkish police thwart plot to kidnap exiled Iranian writer", "foiled"),
        ("Exiled critic survives shooting outside his home in Vilnius", "attempted"),
        ("Exiled editor shot dead in Istanbul, colleagues blame Tehran", "executed"),
        ("Intelligence warns of plan to kill opposition leader in London", "planned"),
        ("Two charged with plotting to bomb embassy in Athens", "foiled"),
    ],
)
def test_the_stage_tells_plans_from_deeds(title: str, stage: str) -> None:
    """What was planned, stopped, tried or done is told apart by how it is said."""
    assert read_card(title).codes("stage") == [stage]


@pytest.mark.parametrize(
    "texts",
    [
        ("", "", ""),
        ("\x00" * 50, "", ""),
        ("a" * 200_000, "", "b"),
        ("«»“”…", "\n\n\n", "١٢٣ ايران"),
        ("Iran " * 5000, "killed " * 5000, "in " * 9000),
    ],
)
def test_reading_never_raises(texts: tuple[str, str, str]) -> None:
    """Empty, binary, huge and repeated text give a card."""
    assert isinstance(read_card(*texts, "not a date", "xx"), Card)


@pytest.mark.parametrize(
    ("lang", "title", "state", "country"),
    [
        (
            "es",
            "La policía de Perú detiene a dos agentes iraníes por un complot para asesinar a un empresario en Lima",
            "IR",
            "PE",
        ),
        ("de", "Bundesanwaltschaft: Russischer Geheimdienst plante Mord an Exilanten in Berlin", "RU", "DE"),
        ("fr", "Deux agents iraniens arrêtés pour un projet d'assassinat d'un opposant à Paris", "IR", "FR"),
        ("ru", "Российских агентов подозревают в отравлении оппозиционера в Вильнюсе", "RU", "LT"),
    ],
)
def test_other_languages_give_state_and_country(lang: str, title: str, state: str, country: str) -> None:
    """Spanish, German and French by their own phrases; Russian and others by the shared concepts."""
    card = read_card(title, lang=lang)
    assert card.codes("linked_states") == [state]
    assert card.codes("countries") == [country]


@pytest.mark.parametrize(
    ("summary", "who"),
    [
        ("Moscow called the accusation absurd.", ["RU"]),
        ("The Kremlin, which denies any role, expelled a diplomat.", ["RU"]),
        ("Moscow declined to comment.", []),
        ("A judge denied bail to the two men.", []),
        ("Both men pleaded not guilty.", ["accused"]),
        ("Estonia's foreign ministry said it had no knowledge of such a plot.", ["EE"]),
    ],
)
def test_a_denial_is_told_from_silence_and_from_other_refusals(summary: str, who: list[str]) -> None:
    """Who denies: the accused state, the accused, or the country where it is said to have happened."""
    card = read_card("Russian agents charged over plot to kill exile in Tallinn", summary)
    assert card.codes("denied_by") == who
