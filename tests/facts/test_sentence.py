"""One sentence for an editor: names, always who alleges, gaps left out, denials in it."""

from __future__ import annotations

import msgspec
import pytest

from monitor.facts.card import read_card
from monitor.facts.corrections import apply_corrections
from monitor.facts.merge import merge_cards
from monitor.facts.sentence import plain_sentence
from monitor.facts.values import Card, Claim, Value


def values(*codes: str) -> tuple[Value, ...]:
    """Bare values."""
    return tuple(Value(code, confidence=0.8) for code in codes)


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
        target_types=values("journalist"),
        linked_states=values("IR"),
        claims=(Claim("alleges", ("IR",), accuser="police", accuser_state="DK"),),
    )
    other = Card(
        linked_states=values("RU"), claims=(Claim("alleges", ("RU",), accuser="ministry", accuser_state="SE"),)
    )
    told = plain_sentence(merge_cards([one, other], ["a", "b"], ["Post", "Blad"]))
    assert told == (
        "Police in Denmark allege that Iran was behind a plan or threat against a journalist; "
        "the government of Sweden alleges that Russia was behind it."
    )


def test_a_later_count_is_told_with_its_day_and_the_one_before() -> None:
    """Nobody reads an old number beside a new one as a conflict."""
    later = Value("3", confidence=0.8, said_on="2026-05-02", earlier="2")
    card = msgspec.structs.replace(PLOT, n_arrested=(later,))
    assert "3 arrested by 2 May 2026, up from 2" in plain_sentence(card)


def test_a_reviewer_who_strikes_a_state_out_silences_its_claim() -> None:
    """A correction of the linked states changes the sentence too."""
    struck = apply_corrections(PLOT, [{"field": "linked_states", "value": []}])
    assert plain_sentence(struck) == ""
    other = apply_corrections(PLOT, [{"field": "linked_states", "value": ["RU"]}])
    assert plain_sentence(other).startswith("A reviewer reads in the reports that Russia is accused of")


@pytest.mark.parametrize(
    ("title", "lang"),
    [
        ("Iran denies plotting to kill exiled editor in Paris", "en"),
        ("Tehran rejects claims that it planned an assassination of a dissident in Denmark", "en"),
        ("Irán niega haber planeado el asesinato de un periodista exiliado en Madrid", "es"),
        ("L'Iran dément avoir planifié l'assassinat d'un opposant à Paris", "fr"),
        ("Iran weist Vorwurf zurück, einen Mordanschlag auf einen Dissidenten geplant zu haben", "de"),
    ],
)
def test_a_denial_does_not_assert_an_act_that_was_only_planned(title: str, lang: str) -> None:
    """A plan stays a plan in the denial."""
    assert plain_sentence(read_card(title, lang=lang)).startswith("Iran denies any part in a planned assassination")


@pytest.mark.parametrize(
    ("title", "lang"),
    [
        ("La policía acusa a Irán de planear el asesinato de un periodista exiliado en Madrid", "es"),
        ("La police accuse l'Iran d'avoir planifié l'assassinat d'un opposant à Paris", "fr"),
        ("Ermittler werfen Iran vor, einen Mordanschlag auf einen Dissidenten geplant zu haben", "de"),
        ("Полиция обвиняет Иран в подготовке убийства оппозиционного журналиста в Париже", "ru"),
        ("الشرطة تتهم إيران بالتخطيط لاغتيال صحفي معارض في باريس", "ar"),
        ("Police say Iran planned to assassinate an exiled editor in Paris", "en"),
    ],
)
def test_a_plan_is_told_as_a_plan_in_every_language(title: str, lang: str) -> None:
    """An allegation of a plan is none of a deed."""
    assert "Iran was behind a planned assassination" in plain_sentence(read_card(title, lang=lang))


@pytest.mark.parametrize(
    "title",
    [
        "İran, Paris'te muhalif gazeteciye suikast planını yalanladı",
        "Rusya, Londra'da muhalife suikast planladığı iddiasını reddetti",
        "Polis, İran'ı Paris'te muhalif gazeteciye suikast planlamakla suçladı",
    ],
)
def test_a_turkish_place_is_not_accused(title: str) -> None:
    """The ending says where it was to happen, and that is no doer and no denier."""
    card = read_card(title, lang="tr")
    assert {"FR", "GB"}.isdisjoint({*card.codes("linked_states"), *card.codes("denied_by")})


def test_an_act_that_nothing_calls_done_is_an_alleged_one_in_a_denial() -> None:
    """A stage that only remains where no other is told is not asserted."""
    claim = Claim("denies", ("IR",))
    card = Card(linked_states=values("IR"), methods=values("bombing"), stage=(Value("executed", confidence=0.3),))
    assert plain_sentence(msgspec.structs.replace(card, claims=(claim,))) == (
        "Iran denies any part in an alleged bombing."
    )
    done = msgspec.structs.replace(card, claims=(claim,), stage=values("executed"))
    assert plain_sentence(done) == "Iran denies any part in a bombing."


@pytest.mark.parametrize(
    ("title", "summary"),
    [
        ("Island awaits delegation as threat from Beijing builds", "China was behind a tariff row, traders say."),
        ("Exiles plot return to the first league", "France is making strides under a new coach."),
        ("Iran vows revenge on the killers of a general", "Its soldiers are ready, a minister said."),
        ("China wants its balloon back", ""),
    ],
)
def test_a_quarrel_is_no_plot(title: str, summary: str) -> None:
    """A plan, a threat or an attempt without an act or somebody it is aimed at is not told as an allegation."""
    assert plain_sentence(read_card(title, summary, lang="en")) == ""


def test_a_place_that_nothing_ties_to_the_act_is_left_out() -> None:
    """The country a report happens to name is no scene."""
    card = msgspec.structs.replace(PLOT, countries=(Value("DK", confidence=0.4),))
    assert "in Denmark; 2" not in plain_sentence(card)
    assert "in Denmark; 2" in plain_sentence(PLOT)


def test_a_killing_in_war_is_no_assassination() -> None:
    """Only words for the killing of somebody chosen are told as one; a plot to kill is one."""
    card = msgspec.structs.replace(
        PLOT, methods=(Value("assassination", "killed", "title", confidence=0.7),), stage=values("executed")
    )
    assert "was behind a killing of a journalist" in plain_sentence(card)
    assert "assassination plot" in plain_sentence(msgspec.structs.replace(card, stage=values("foiled")))


def test_numbers_that_differ_are_both_said() -> None:
    """Two publishers, two numbers."""
    assert "; 2 or 3 arrested; 9 or 10 charged;" in plain_sentence(
        msgspec.structs.replace(PLOT, n_arrested=values("2", "3"), n_charged=values("9", "10"))
    )


@pytest.mark.parametrize(
    ("title", "lang", "said"),
    [
        ("Polen macht Russland für Brandanschlag auf Lagerhalle verantwortlich", "de",
         "The government of Poland alleges that Russia was behind alleged arson"),
        ("La Pologne accuse la Russie d'avoir incendié un entrepôt", "fr",
         "The government of Poland alleges that Russia was behind alleged arson"),
        ("Польша обвинила Иран в отравлении перебежчика", "ru",
         "The government of Poland alleges that Iran was behind an alleged poisoning"),
        ("Polonia acusa a Rusia de incendiar un almacén", "es",
         "The government of Poland alleges that Russia was behind alleged arson"),
    ],
)  # fmt: skip
def test_an_act_in_another_language_is_told_as_an_alleged_one(title: str, lang: str, said: str) -> None:
    """Stages and targets are read less surely there: the sentence says no more than that it is alleged."""
    assert plain_sentence(read_card(title, lang=lang)).startswith(said)


def test_who_calls_a_report_a_fake_is_not_its_accuser() -> None:
    """A denial in the sentence that names the accused makes nobody an accuser."""
    card = read_card("МИД отверг как выдумку слова о том, что российская разведка причастна к убийствам", lang="ru")
    assert [claim.accuser for claim in card.claims if claim.verb != "denies"] == [""]


@pytest.mark.parametrize(
    ("title", "summary"),
    [
        (
            "Country sentences dual national to death",
            "He was accused of organizing a bomb attack and collaborating with Israel, state media in Iran said.",
        ),
        ("Norway expels two Iranian diplomats over death sentence ruling", "The man was accused of a bomb attack."),
        (
            "President of Iran blames foreign hands for pupils' poisoning",
            "He did not say who they were, although the government habitually accuses Israel.",
        ),
        (
            "President accuses Russia of plotting to topple the cabinet",
            "She has accused Russia of plotting to overthrow it through violence disguised as opposition rallies.",
        ),
    ],
)
def test_what_is_said_beside_an_act_is_no_accusation_of_it(title: str, summary: str) -> None:
    """A man's other crime, a habit, a quarrel about a verdict, the label of a protest: the sentence is silent."""
    assert plain_sentence(read_card(title, summary)) == ""


def test_a_warning_is_of_something_to_come() -> None:
    """Who warns does not say that it was done."""
    card = read_card("Norway warns of Russian sabotage of power lines", "The security service said so on Monday.")
    assert " of " in plain_sentence(card)
    assert "was behind" not in plain_sentence(card)
