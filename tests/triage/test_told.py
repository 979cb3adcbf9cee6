"""What a story's reports tell: one value for all surfaces, confirmed or not, and no stored event can break it."""

from __future__ import annotations

import random
import string

import pytest

from monitor.errors import InputError
from monitor.facts.corrections import allowed_codes
from monitor.facts.values import LIST_FIELDS
from monitor.log.events import CardConfirmed, CardCorrected
from monitor.triage.cardquality import card_quality
from monitor.triage.queue import list_queue
from monitor.triage.rearrange import confirm_card, correct_card
from monitor.triage.story import story_view
from monitor.triage.told import CONFIRMED, NOT_SAID, UNCONFIRMED, story_facts
from tests.triage.conftest import Desk

PLOT = "Danish police say Belarus ordered the killing of an editor in Aarhus"


@pytest.fixture
def plot(desk: Desk) -> Desk:
    """One story with an accusation."""
    desk.entry("aaaa1111", PLOT, 0.9)
    return desk


def test_a_reading_is_the_machines_until_a_reviewer_confirms_it(plot: Desk) -> None:
    """One act confirms the sentence and its fields; confirming again writes nothing."""
    facts = story_facts(plot.log, plot.views, "saaaa1111")
    assert (facts.status, facts.confirmed) == (UNCONFIRMED, ())
    assert facts.sentence.startswith("Police in Denmark allege that Belarus was behind")
    shown = facts.shown()
    assert confirm_card(plot.log, plot.views, "saaaa1111", shown, by="ana", now=plot.now, sentence=facts.sentence)
    assert confirm_card(plot.log, plot.views, "saaaa1111", shown, by="ana", now=plot.now) is None
    facts = story_facts(plot.log, plot.views, "saaaa1111")
    assert (facts.status, facts.card.codes("linked_states") if "linked_states" in facts.confirmed else []) == (
        CONFIRMED,
        ["BY"],
    )
    assert facts.confirmed_by == ("ana",)


def test_a_confirmation_holds_only_for_what_was_confirmed(plot: Desk) -> None:
    """A card that changes afterwards is unconfirmed again; a correction stands for itself."""
    confirm_card(plot.log, plot.views, "saaaa1111", {"linked_states": ["IR"]}, by="ana", now=plot.now)
    assert story_facts(plot.log, plot.views, "saaaa1111").status == UNCONFIRMED
    correct_card(plot.log, plot.views, "saaaa1111", "linked_states", ["RU"], by="ana", now=plot.now)
    facts = story_facts(plot.log, plot.views, "saaaa1111")
    assert (facts.status, facts.card.codes("linked_states") if "linked_states" in facts.confirmed else []) == (
        CONFIRMED,
        ["RU"],
    )


def test_the_row_says_what_the_story_says(plot: Desk) -> None:
    """Queue and story show one sentence and one count of sources."""
    plot.entry("bbbb2222", "Belarus ordered the killing of an editor, Reuters reports", 0.8, story="saaaa1111")
    plot.entry("cccc3333", "Belarus behind killing of editor - Reuters", 0.8, story="saaaa1111")
    row = next(row for row in list_queue(plot.log, plot.views, plot.now) if row.story_id == "saaaa1111")
    view = story_view(plot.log, plot.views, "saaaa1111")
    assert (row.told, row.told_status) == (view.facts.sentence, view.facts.status)
    assert row.n_publishers == 3
    assert row.n_independent == view.facts.sources.counts.n_independent == 2


def test_rows_that_only_look_like_plots_allege_nothing(desk: Desk) -> None:
    """No sentence and "not said" where nobody is accused."""
    desk.entry("aaaa1111", "Police arrest three over murder of banker", 0.9)
    facts = story_facts(desk.log, desk.views, "saaaa1111")
    assert (facts.sentence, facts.status) == ("", NOT_SAID)


@pytest.mark.parametrize(
    "event",
    [
        CardCorrected(story_id="saaaa1111", field="stage", value=["Foiled"]),
        CardCorrected(story_id="saaaa1111", field="guilt", value=["yes"]),
        CardCorrected(story_id="snowhere", field="stage", value=["planned"]),
        CardConfirmed(story_id="saaaa1111", values={"stage": ["Foiled"], "": [""]}),
    ],
)
def test_no_stored_event_breaks_a_page(plot: Desk, event: CardCorrected | CardConfirmed) -> None:
    """What an older version wrote is passed over with a note on its own row; every row is still shown."""
    plot.entry("bbbb2222", "Police in Lima foil plot", 0.7)
    plot.add("odd", event)
    rows = list_queue(plot.log, plot.views, plot.now)
    assert {row.story_id for row in rows} == {"saaaa1111", "sbbbb2222"}
    facts = story_facts(plot.log, plot.views, "saaaa1111")
    assert facts.sentence
    assert bool(facts.note) == (isinstance(event, CardCorrected) and event.story_id == "saaaa1111")


def odd_words(dice: random.Random) -> str:
    """A word as a tired reviewer, a script or an attacker might send it."""
    pools = (string.ascii_letters, string.printable, "\u0000\u202e\ud800é中ا", "0123456789-")
    return "".join(dice.choice(dice.choice(pools)) for _ in range(dice.choice((0, 1, 2, 6, 30, 300))))


def odd_correction(dice: random.Random) -> tuple[str, list[str]]:
    """A field and values, right now and then."""
    field = dice.choice((*LIST_FIELDS, *LIST_FIELDS, odd_words(dice)))
    allowed = allowed_codes(field)
    words = [
        dice.choice(allowed) if allowed and dice.random() < 0.6 else odd_words(dice) for _ in range(dice.randrange(4))
    ]
    return field, words


def test_random_corrections_are_refused_with_a_reason_or_harmless(plot: Desk) -> None:
    """5,000 random corrections: each is an InputError that says why, or the card still stands."""
    dice, reasons = random.Random(17), []
    for n in range(5000):
        field, words = odd_correction(dice)
        try:
            correct_card(plot.log, plot.views, "saaaa1111", field, words, by="ana", now=plot.now)
        except InputError as error:
            reasons.append(str(error))
        if n % 50 == 0:
            assert story_facts(plot.log, plot.views, "saaaa1111").note == ""
    assert all(reason.strip() for reason in reasons)
    assert 1000 < len(reasons) < 4900
    assert story_facts(plot.log, plot.views, "saaaa1111").note == ""


def test_quality_counts_what_reviewers_let_stand(plot: Desk) -> None:
    """A confirmation is right in every code, a first correction in those it keeps; later ones judge no machine."""
    plot.entry("bbbb2222", "Norwegian police say Oman ordered the bombing of a bridge", 0.8)
    shown = story_facts(plot.log, plot.views, "saaaa1111").shown()
    confirm_card(plot.log, plot.views, "saaaa1111", shown, by="ana", now=plot.now)
    for codes in (["RU"], ["OM"]):
        correct_card(plot.log, plot.views, "sbbbb2222", "linked_states", codes, by="ana", now=plot.now)
    found = {item.field: item for item in card_quality(plot.log)}
    assert (found["linked_states"].n_right, found["linked_states"].n_said) == (1, 2)
    assert found["linked_states"].low < 0.5 < found["linked_states"].high
    assert found["methods"].precision == 1.0
    assert "dates" not in found
    confirm_card(plot.log, plot.views, "sbbbb2222", {"linked_states": ["OM"]}, by="ben", now=plot.now)
    assert next(item for item in card_quality(plot.log) if item.field == "linked_states").n_said == 2
