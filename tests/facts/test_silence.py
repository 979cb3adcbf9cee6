"""Invented news in two halves: how often a state is accused where no text alleges it, and where one does."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from monitor.facts.card import Card, read_card
from monitor.facts.sentence import plain_sentence

EVAL = Path(__file__).resolve().parents[2] / "fixtures" / "eval"
HALVES = ("mending", "checking")


class Floors(NamedTuple):
    """The most and the least that a half may show; counts of its items."""

    told_falsely: int
    accused_falsely: int
    told: int
    accused: int


SECOND = {"mending": Floors(0, 3, 25, 26), "checking": Floors(0, 4, 26, 28)}
THIRD = {"mending": Floors(0, 0, 24, 29), "checking": Floors(1, 4, 23, 24)}
FLOORS = {"mending": Floors(3, 13, 45, 48), "checking": Floors(8, 20, 44, 48)}


def half_of(name: str, half: str) -> list[list[str]]:
    lines = (EVAL / name).read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return rows[1::2] if half == "mending" else rows[0::2]


def cards(name: str, half: str) -> list[tuple[list[str], Card]]:
    return [(row, read_card(row[-2], row[-1])) for row in half_of(name, half)]


@pytest.mark.parametrize("half", FLOORS)
def test_what_is_no_plot_is_hardly_ever_told(half: str) -> None:
    """Of reports that accuse no state, few get a sentence and few a state; most of the latter are of open war."""
    read = cards("cards-silent.tsv", half)
    told = [row[2] for row, card in read if plain_sentence(card)]
    accused = [row[2] for row, card in read if card.linked_states]
    assert len(told) <= FLOORS[half].told_falsely, told
    assert len(accused) <= FLOORS[half].accused_falsely, accused


@pytest.mark.parametrize("half", FLOORS)
def test_what_is_alleged_is_mostly_told(half: str) -> None:
    """Silence is no safety: the accused are named, and nobody else."""
    read = cards("cards-told.tsv", half)
    missed = [row[5] for row, card in read if row[1] not in card.codes("linked_states")]
    silent = [row[5] for row, card in read if not plain_sentence(card)]
    assert [row[5] for row, card in read if set(card.codes("linked_states")) - {row[1]}] == []
    assert len(read) - len(missed) >= FLOORS[half].accused, missed
    assert len(read) - len(silent) >= FLOORS[half].told, silent


@pytest.mark.parametrize("half", SECOND)
def test_a_second_writer_finds_no_state_blamed_that_is_not_accused(half: str) -> None:
    """Other hands, eight languages and more than one accused: the same holds."""
    silent, told = cards("cards-silent-second.tsv", half), cards("cards-told-second.tsv", half)
    blamed = [row[2] for row, card in silent if card.linked_states]
    assert [row[2] for row, card in silent if plain_sentence(card)] == []
    assert len(blamed) <= SECOND[half].accused_falsely, blamed
    assert [row[5] for row, card in told if set(card.codes("linked_states")) - set(row[1].split(","))] == []
    found = [row[5] for row, card in told if set(row[1].split(",")) <= set(card.codes("linked_states"))]
    assert len(found) >= SECOND[half].accused, found
    assert len([row for row, card in told if plain_sentence(card)]) >= SECOND[half].told


@pytest.mark.parametrize("half", THIRD)
def test_a_third_file_finds_what_the_others_do_not(half: str) -> None:
    """Fresh wording: more accused are missed, and one report of no plot is told; no plot names another state."""
    silent, told = cards("cards-silent-third.tsv", half), cards("cards-told-third.tsv", half)
    spoken = [row[2] for row, card in silent if plain_sentence(card)]
    blamed = [row[2] for row, card in silent if card.linked_states]
    missed = [row[5] for row, card in told if not set(row[1].split(",")) <= set(card.codes("linked_states"))]
    quiet = [row[5] for row, card in told if not plain_sentence(card)]
    assert len(spoken) <= THIRD[half].told_falsely, spoken
    assert len(blamed) <= THIRD[half].accused_falsely, blamed
    assert [row[5] for row, card in told if set(card.codes("linked_states")) - set(row[1].split(","))] == []
    assert len(told) - len(missed) >= THIRD[half].accused, missed
    assert len(told) - len(quiet) >= THIRD[half].told, quiet


def test_the_halves_are_whole() -> None:
    """Some three hundred reports of no plot and a hundred of plots, in five languages."""
    for name, least in (("cards-silent.tsv", 300), ("cards-told.tsv", 99)):
        rows = [row for half in HALVES for row in half_of(name, half)]
        assert len(rows) >= least
        assert {row[0] for row in rows} == {"en", "fr", "de", "es", "ru"}
    second = [half_of(f"cards-{kind}-second.tsv", half) for kind in ("silent", "told") for half in HALVES]
    assert [len(rows) for rows in second] == [33, 33, 27, 28]
    third = [half_of(f"cards-{kind}-third.tsv", half) for kind in ("silent", "told") for half in HALVES]
    assert [len(rows) for rows in third] == [35, 35, 35, 35]


APART = [
    # Made up.
    ("Police blame Tehran for leak at film studio", "In the film an agent murders a minister with poison."),
    ("New sitcom sends Chilean spies to poison a baker", "Officials in Santiago laughed, the producer says."),
    ("Parody: Oslo accuses Sweden of abducting its ski champion", "They are at war over waffles."),
    # Supposed.
    ("What if Cuba had poisoned the envoy?", "An essay by a former judge."),
    ("If Peru were behind the bombing, the pact would be void, says premier", "He named no suspects."),
    ("Might Belarus kidnap the bishop?", "Three readers answer."),
    # Rehearsed.
    ("Lithuanian guards rehearse kidnapping by Belarusian agents", "Forty actors took part near Trakai."),
    ("Police simulate bombing by Libyan spies at ferry port", "Ferries ran on time."),
    # Over.
    ("Exhibition tells of consul murdered by Iraqi agents", "The gunmen had been sent by Baghdad."),
    ("Town marks anniversary of bishop's death", "Investigators accused Bulgaria of his poisoning."),
    ("Daughter looks for grave of tailor", "He was abducted by Soviet agents in 1951."),
    ("Former Syrian spymaster who ordered bombings dies at 90", "He kept canaries."),
]  # fmt: skip


@pytest.mark.parametrize(("title", "summary"), APART)
def test_an_act_that_is_made_up_supposed_drilled_or_long_past_accuses_nobody(title: str, summary: str) -> None:
    """Nobody alleges it today."""
    card = read_card(title, summary)
    assert (card.codes("linked_states"), plain_sentence(card)) == ([], "")


NEWS = [
    ("Poet strangled in Turku; brother says Minsk ordered it", "She had fled in spring.", "BY"),
    ("Kuwait holds six over arson scheme it says Iraq directed", "The depots were to burn at night.", "IQ"),
    ("On anniversary of murder, prosecutors accuse Iran of the killing", "The editor was shot in Ghent.", "IR"),
    ("Prosecutors charge Libyan officers over bombing of ferry", "The bombing in 1994 killed nine.", "LY"),
    ("Russian agents plotted to bomb museum, Danish police say", "Two men were held near Odense.", "RU"),
    ("Finland accuses Russia of plot to kill film director", "Her last film was shown in Turku.", "RU"),
    ("Could Russia be behind the murder of the pilot?", "Police in Malaga suspect Moscow.", "RU"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "summary", "state"), NEWS)
def test_an_accusation_of_today_is_told_beside_such_words(title: str, summary: str, state: str) -> None:
    """A museum can be a target, a director a victim, and an old murder have its trial now."""
    card = read_card(title, summary)
    assert card.codes("linked_states") == [state]
    assert plain_sentence(card)


def test_ten_years_before_publication_an_act_is_over() -> None:
    """The same words are news in the year and a memory long after."""
    words = ("Widow lays wreath for tailor", "He was murdered by Iranian agents in 2011.")
    assert read_card(*words, published_at=date(2012, 3, 1)).codes("linked_states") == ["IR"]
    assert read_card(*words, published_at=date(2026, 3, 1)).codes("linked_states") == []


@pytest.mark.parametrize(
    ("title", "summary"),
    [
        ("Judges find Kenyan bombing of mill disproportionate", "The bombing killed six."),
        ("Rome minister: Cairo wants to kill the pipeline", "He accused Egypt of a plot against the project."),
        ("Chile blamed for poisoning of neighbours' cattle", "Nine cows died at the border."),
    ],
)
def test_lawfulness_things_and_beasts_are_no_plots(title: str, summary: str) -> None:
    """A court that judges an act asks not whose it was; nobody murders a pipeline or a cow."""
    assert plain_sentence(read_card(title, summary)) == ""


def test_what_reports_differ_on_is_asked() -> None:
    """Who speaks of an open question accuses nobody yet."""
    told = plain_sentence(
        read_card("Reports differ on whether Chad poisoned envoy", "He died in a hospital in Kampala.")
    )
    assert "asks whether" in told
