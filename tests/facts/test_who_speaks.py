"""Who is told as the accuser: the office, the relatives or the papers that speak, and nobody else who stands nearby."""

from __future__ import annotations

import pytest

from monitor.facts.card import read_card
from monitor.facts.sentence import plain_sentence

SPEAKERS = [
    # the speaker stands at the end, right after the accused
    ("en", "Depot fire in Tampere was ordered by Moscow, prosecutors say", "Prosecutors allege"),
    ("en", "Poet's murder in Graz was paid for by Minsk, judges find", "A court found"),
    # a court that is told something says nothing itself
    ("en", "Editor was to be shot on orders of Ankara, jury told", "A report carries"),
    # relatives and papers speak for themselves
    ("en", "Singer's sister says Baku had him stabbed in Tbilisi", "Relatives allege"),
    ("en", "Former general's lawsuit says Kigali sent hitmen to Lille", "Court papers allege"),
    ("en", "Security chief's widow says Damascus poisoned him in Cyprus", "Relatives allege"),
    ("en", "Retired spy says Caracas ordered murder of lieutenant in Lima", "A report carries"),
    # a name before a colon is the place alone where the law follows
    ("en", "Oslo: Danish dealer convicted of scouting homes of exiles for assassination by Iran", "A report carries"),
    ("en", "Vilnius: Belarus KGB plotted to abduct cartoonist", "The government of Lithuania alleges"),
    ("it", "Malta, arrestato un uomo che preparava un omicidio su ordine di Mosca", "A report carries"),
    # another clause, another speaker
    ("en", "Police call death of exile unexplained; friends accuse Riyadh of poisoning her", "A report carries"),
    # languages with the verb at the end
    ("tr", "Norveç, İran'ı bir yazara suikast planlamakla suçladı", "The government of Norway alleges"),
    ("fa", "دانمارک جمهوری اسلامی را به طراحی ترور یک نویسنده متهم کرد", "The government of Denmark alleges"),
    # prosecutors are no police
    ("ru", "Прокуратура Австрии обвинила ГРУ в подготовке похищения блогера", "Prosecutors in Austria allege"),
    ("tr", "Savcılık: Yazara suikastın arkasında Rus istihbaratı var", "Prosecutors allege"),
    ("de", "Staatsanwaltschaft: Iranischer Geheimdienst plante Mord an Verleger", "Prosecutors allege"),
    # an office behind a colon belongs to the accused
    ("ar", "إستونيا: مخابرات بيلاروسيا حاولت اختطاف صحفي", "The government of Estonia alleges"),
    # "according to", before and behind
    ("it", "Il blogger ucciso a Vienna per volere di Mosca, secondo la polizia austriaca", "Police in Austria allege"),
    ("pt", "Minsk por trás do assassinato de jornalista em Varsóvia, diz FBI", "Police in the United States allege"),
]  # fmt: skip


def test_who_reports_a_release_accuses_nobody() -> None:
    """Promise: an official who says that hostages were let go has not said who took them."""
    told = plain_sentence(
        read_card("Iran-backed cell has released Dutch engineer abducted in Basra, Iraqi officials say")
    )
    assert told.startswith("A report carries the allegation that Iran had a hand in")


def test_the_minister_is_of_the_state_that_speaks_in_the_title() -> None:
    """Promise: "the interior minister" under "Latvia says" is Latvia's, and never the accused state's."""
    card = read_card(
        "Latvia says depot was set on fire", "The interior minister accused Belarus of ordering the arson."
    )
    assert plain_sentence(card).startswith("The government of Latvia alleges that Belarus was behind")
    card = read_card(
        "Belarus says depot was set on fire", "The interior minister accused Belarus of ordering the arson."
    )
    assert not plain_sentence(card).startswith("The government of Belarus")


UNDECIDED = [
    "Danish police probe possible Belarus link to fire at exiles' printing house",
    "Oslo detectives investigate suspected Azerbaijani role in stabbing of blogger",
]

SILENT = [
    "Premier says Belarus planned to destroy Lithuania",
    "Syrian major indicted over poisoning of neighbour's cats",
    "Nothing to suggest Moscow poisoned the lake, Finnish police say",
    "Dutch spy chief doubts that Tehran ordered killing of singer",
    "Ministers play down talk of Russian sabotage after depot blaze",
    "Two Jordanian intelligence officers gunned down in Irbid",
]

PLANNED = [
    ("en", "Vienna says Minsk sent gunmen after exiled singer", "a planned shooting"),
    ("en", "Court hears Tehran hired a hitman in Lyon", "a planned assassination"),
    ("ru", "Финская газета: агент белорусской разведки привез яд, чтобы отравить певца", "a planned poisoning"),
    ("de", "Urteil in Graz wegen eines Mordkomplotts im Auftrag Minsks", "a planned assassination"),
    ("en", "Seoul says North Korea dispatched a hit squad to Busan", "a planned assassination"),
]

FOUND = [
    ("en", "Moroccan consulate staff had exile stabbed in Ghent, Belgian officials say", "MA"),
    ("en", "Ghana says Togolese junta had blogger snatched in Accra", "TG"),
    ("en", "Plan to torch Porto depot was hatched in Minsk, Portuguese judges say", "BY"),
    ("en", "Cairo rejects claim that it plotted to seize editor in Leeds", "EG"),
    ("en", "Peruvian police trace colonel's murder to Caracas", "VE"),
    ("en", "Woman convicted of burning down Cork depot on behalf of Belarusian intelligence", "BY"),
    ("en", "Poison in exile's coffee was FSB work, Riga says", "RU"),
    ("en", "Oslo accuses Baku of sending assassins after exiled banker", "AZ"),
    ("ru", "Швеция обвинила Белоруссию в организации убийства чеха в Мальмё", "BY"),
    ("fr", "Bruxelles accuse Bujumbura d'avoir fait égorger un opposant", "BI"),
    ("es", "Una jueza acusa a los espías de Bielorrusia del secuestro de un bloguero", "BY"),
    ("es", "Caracas niega haber matado a un exiliado en Quito", "VE"),
    ("tr", "Cinayetin emrini Minsk verdi: Savcılık", "BY"),
    ("fa", "نروژ: روسیه از باندهای تبهکار برای ترور مخالفان استفاده می‌کند", "RU"),
    ("ar", "المحكمة: ضباط بيلاروسيون مسؤولون عن خطف مدون", "BY"),
]


@pytest.mark.parametrize(("language", "title", "opening"), SPEAKERS)
def test_the_one_who_speaks_is_told_as_the_accuser(language: str, title: str, opening: str) -> None:
    """Promise: a sentence always says who alleges, and it is whoever the report says."""
    assert plain_sentence(read_card(title, lang=language)).startswith(opening)


@pytest.mark.parametrize("title", UNDECIDED)
def test_who_looks_into_something_alleges_nothing_yet(title: str) -> None:
    """Promise: police who probe a link are told as looking into whether."""
    assert "looking into whether" in plain_sentence(read_card(title))


@pytest.mark.parametrize("title", SILENT)
def test_a_doubt_is_no_accusation(title: str) -> None:
    """Promise: who doubts alleges nothing, victims are no doers, rhetoric and a private crime are no plots."""
    assert plain_sentence(read_card(title)) == ""


@pytest.mark.parametrize(("language", "title", "act"), PLANNED)
def test_what_was_to_be_done_is_not_told_as_done(language: str, title: str, act: str) -> None:
    """Promise: a squad that was sent, poison that was brought and a plot to murder are told as plans."""
    assert act in plain_sentence(read_card(title, lang=language))


@pytest.mark.parametrize(("language", "title", "state"), FOUND)
def test_the_forms_of_accusing_are_known(language: str, title: str, state: str) -> None:
    """Promise: an accusation in so many words is found, whichever way round it is said."""
    assert read_card(title, lang=language).codes("linked_states") == [state]


@pytest.mark.parametrize(
    ("language", "title", "summary"),
    [
        ("de", "Gericht: Minsker Geheimdienst entführte Händler in Graz", "Der Angeklagte muss neun Jahre in Haft."),
        ("fr", "Minsk aurait fait empoisonner un exilé à Lyon", "Le suspect a été arrêté il y a dix jours."),
        ("es", "Viena acusa a Minsk del secuestro de un bloguero", "Fue detenido el 7 de mayo, con cinco registros."),
    ],
)  # fmt: skip
def test_what_is_counted_is_not_always_people(language: str, title: str, summary: str) -> None:
    """Promise: years of prison, days and searches are no people arrested."""
    card = read_card(title, summary, lang=language)
    assert {*card.codes("n_arrested"), *card.codes("n_charged")} <= {"1"}
