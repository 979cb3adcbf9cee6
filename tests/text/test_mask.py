"""The lexicon: names become kinds, and nine languages' words become the same concepts."""

from __future__ import annotations

import subprocess
import sys

import pytest

from monitor.text import mask
from monitor.text.language import LANGUAGES
from monitor.text.tokens import split

# The same happening told in every language: police arrest two men over a plan to assassinate a dissident for Iran.
TOLD = {
    "en": "Police arrested two men who planned to assassinate a dissident for Iran's intelligence service",
    "es": "La policía detuvo a dos hombres que planeaban asesinar a un disidente para la inteligencia de Irán",
    "fr": "La police a arrêté deux hommes qui projetaient l'assassinat d'un dissident pour le renseignement iranien",
    "de": "Polizei verhaftet zwei Männer, die die Ermordung eines Dissidenten für Irans Geheimdienst planten",
    "tr": "Polis, İran istihbaratı için bir muhalife suikast planlayan iki kişiyi gözaltına aldı",
    "ru": "Полиция арестовала двух мужчин, планировавших покушение на диссидента для иранской разведки",
    "ar": "الشرطة تعتقل رجلين خططا لاغتيال معارض لصالح المخابرات الإيرانية",
    "fa": "پلیس دو مرد را که قصد ترور یک مخالف را برای وزارت اطلاعات ایران داشتند بازداشت کرد",
    "pl": "Policja zatrzymała dwóch mężczyzn, którzy planowali zamach na dysydenta dla irańskiego wywiadu",
    "sv": "Polisen grep två män som planerade ett attentat mot en dissident för Irans underrättelsetjänst",
    "uk": "Поліція затримала двох чоловіків, які готували замах на дисидента для іранської розвідки",
    "nl": "Politie arresteert twee mannen die een aanslag op een dissident beraamden voor Iraanse geheime dienst",
    "it": "La polizia arresta due uomini che progettavano l'assassinio di un dissidente per i servizi segreti iraniani",
    "pt": "A polícia deteve dois homens que planejavam o assassinato de um dissidente para a inteligência do Irã",
    "az": "Polis İran kəşfiyyatı üçün dissidentə sui-qəsd planlaşdıran iki nəfəri saxlayıb",
    "hi": "पुलिस ने ईरान की खुफिया एजेंसी के लिए असंतुष्ट की हत्या की साजिश रचने वाले दो लोगों को गिरफ्तार किया",
    "he": "המשטרה עצרה שני גברים שתכננו חיסול מתנגד משטר עבור המודיעין של איראן",
}


def concepts(text: str, language: str) -> set[str]:
    marked = mask.mark(split(text)[1], mask.lexicon_for(language))
    return {name for sentence in marked.concepts for name, _, _, _ in sentence}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_report_gives_the_same_kinds_in_every_language(language: str) -> None:
    """Police, arrest, assassination, dissident, service and state are found whatever the language."""
    found = concepts(TOLD[language], language)
    kinds = {kind for name in found for kind in mask.concept_kinds()[name]}
    assert {"POLICE", "LEGAL", "COVERT", "TARGET", "SERVICE", "STATE"} <= kinds, found


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Iranian agents", ["#state", "agents"]),
        ("the Quds Force", ["the", "#service", ""]),
        ("US and UK", ["#state", "and", "#state"]),
        ("tell us more", ["tell", "us", "more"]),
        ("South Korean officials", ["#state", "", "officials"]),
        ("Hezbollah cell", ["#proxy", "cell"]),
    ],
)
def test_names_are_replaced_by_their_kind(text: str, masked: list[str]) -> None:
    """Seeds about one state must find reports about another."""
    folded = split(text)
    cased = [mask.CASED.get(word, plain) for word, plain in zip(*folded, strict=True)]
    assert mask.mark(cased, mask.lexicon_for("en")).words == masked


def test_two_states_are_told_apart() -> None:
    """A sentence knows how many different states it names: Iran and Iranian are one."""
    lexicon = mask.lexicon_for("en")
    one = mask.mark(split("Iran says Iranian police")[1], lexicon).sentences[0]
    two = mask.mark(split("Iran says Peruvian police")[1], lexicon).sentences[0]
    assert (mask.n_states(one), mask.n_states(two)) == (1, 2)


def test_the_longest_phrase_wins() -> None:
    """`letter bomb` is one concept, not a bomb after a letter; `plot twist` is no plot."""
    assert concepts("a letter bomb exploded", "en") >= {"PARCELBOMB"}
    assert "PLOT" not in concepts("the plot twist nobody saw", "en")


def test_memory_is_bounded() -> None:
    """A year of unknown words does not grow the lexicon without end, and known words survive the clearing."""
    lexicon = mask.Lexicon("en", memory=100)
    given = len(lexicon)
    for number in range(1000):
        assert lexicon[f"zzq{number}"] is None
        assert lexicon[f"sabotag{number}"] is not None
    assert len(lexicon) <= given + 101
    assert concepts("they arrested him", "en") == {"ARREST"}


def test_every_line_of_the_data_names_a_known_concept() -> None:
    """A typing mistake in a data file is found here, not by a crash at somebody's first tick."""
    known = set(mask.concept_kinds())
    for language in LANGUAGES:
        for line in mask.data_lines(f"words-{language}.txt"):
            assert line.partition(":")[0] in known, line[:60]
        assert len(mask.data_lines(f"names-{language}.tsv")) > 150
    kinds = set(mask.kinds()) | {"STATES"}
    for line in mask.data_lines("patterns.txt"):
        for name in line.split("#")[0].split():
            assert set(name.replace("-", "+").split("+")) <= kinds, name


def test_every_language_has_every_core_concept() -> None:
    """No language lacks a word for what a plot is made of."""
    core = {"ASSASSIN", "TOKILL", "POISON", "ABDUCT", "BOMB", "ARSON", "SABOTAGE", "PLOT", "FOIL", "ARREST", "CHARGE"}
    core |= {"EXPEL", "SANCTION", "ACCUSE", "DENY", "SERVICE", "LINK", "HIRE", "DISSIDENT", "JOURNALIST", "EMBASSY"}
    for language in LANGUAGES:
        have = {line.partition(":")[0] for line in mask.data_lines(f"words-{language}.txt")}
        assert core <= have, (language, core - have)


def test_a_languages_lists_are_loaded_when_it_is_first_met() -> None:
    """A deployment that reads English alone holds English alone."""
    program = (
        "from monitor.classify.modelstore import cold_model; from monitor.text import mask\n"
        "cold_model().score('The police said that they have arrested two men')\n"
        "print(mask.lexicon_for.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
