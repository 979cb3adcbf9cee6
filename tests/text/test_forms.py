"""The word lists: no form means more than it says, and none is more common than its meaning allows."""

from __future__ import annotations

import pytest

from monitor.text import mask
from monitor.text.language import LANGUAGES
from monitor.text.tokens import split
from tools import form_estimates as estimates
from tools import form_frequencies as frequencies


def concepts(text: str, lang: str = "en") -> list[str]:
    """The concepts a text is read as."""
    words, folded = split(text)
    folded = [mask.CASED.get(word, plain) for word, plain in zip(words, folded, strict=True)]
    return [part[0] for sentence in mask.mark(folded, mask.lexicon_for(lang)).concepts for part in sentence]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_form_is_matched_by_its_own_words(code: str) -> None:
    """No word of a form gets lost: read as a text, the form is found over all of its length, whatever it stands for."""
    for form, _ in mask.words(code):
        words, folded = split(form.replace("*", "").strip("="))
        assert len(words) == len([w for w in mask.parts_of(form) if w != mask.ANY]), form
        assert folded, form


@pytest.mark.parametrize(
    ("text", "lang", "not_read_as"),
    [
        ("She is late", "en", "MILITANT"), ("The train stopped in the snow", "en", "FOIL"),
        ("The state of the roads", "en", "REGIME"), ("Au lieu de pleurer", "fr", "LINK"),
        ("El sueldo sube", "es", "LINK"), ("שנה טובה", "he", "HISTORY"), ("My boss is late", "en", "SERVICE"),
        ("Cada día llueve", "es", "SERVICE"),
        ("Un incendie à Lyon", "fr", "ARSON"), ("En train de dormir", "fr", "INFRA"), ("Он заговорил", "ru", "PLOT"),
        ("Toplantıya katıldı", "tr", "KILL"), ("Lo último en moda", "es", "KILL"),
        ("Die Polizei will uns schützen", "de", "SHOOT"),
    ],
)  # fmt: skip
def test_common_words_are_not_taken_for_a_plots(text: str, lang: str, not_read_as: str) -> None:
    """Words of general news that lost letters, accents or neighbours once made reasons."""
    assert not_read_as not in concepts(text, lang)


@pytest.mark.parametrize(
    ("text", "lang", "read_as"),
    [
        ("A cell of IS-K fighters", "en", "MILITANT"), ("Police stopped a plot", "en", "FOIL"),
        ("Un tueur à gages", "fr", "HITMAN"), ("Un homme à la solde de Moscou", "fr", "LINK"),
        ("They hired a hitman", "en", "HITMAN"), ("Germany sees Iran's hand in it", "en", "ACCUSE"),
        ("Die Pipelinesabotage", "de", "WRECK"), ("Die Fabriksabotage", "de", "SABOTAGE"),
        ("Giftanschlag auf Exilpolitiker", "de", "POISON"),
        ("The Kremlin answers", "en", "CAPITAL"), ("BOSS and its informers", "en", "SERVICE"),
    ],
)  # fmt: skip
def test_what_forms_are_there_for_is_found(text: str, lang: str, read_as: str) -> None:
    """Letters alone, apostrophes and compounds do not hide a plot's words."""
    assert read_as in concepts(text, lang)


@pytest.mark.parametrize(
    ("text", "lang", "never"),
    [
        ("Untersuchung zu Toten bei Hilfslieferungen", "de", "TOKILL"), ("Ein totales Verbot", "de", "KILL"),
        ("Die Luftbrücke endet", "de", "INFRA"), ("Die Deutsche Bahn streikt", "de", "STATE"),
        ("Gewaltige Schneemassen", "de", "ATTACK"), ("Minister verurteilen die Tat", "de", "CONVICT"),
        ("Die Antisemitismusbeauftragte", "de", "LINK"), ("Der Gegner im Finale", "de", "DISSIDENT"),
        ("Ein Geheimtipp am See", "de", "COVERT"),
        ("Le secrétaire d'État", "fr", "COVERT"), ("Cellules souches", "fr", "CELL"),
        ("Un attaquant brésilien", "fr", "ATTACK"), ("La justice ordonne une expertise", "fr", "LINK"),
        ("Anadolu Ajansı bildirdi", "tr", "AGENT"), ("Sonuç olumsuz", "tr", "KILL"),
        ("Suçları önleme", "tr", "ACCUSE"), ("وزیر دیدار کرد", "fa", "DISSIDENT"), ("جامعه یهودیان", "fa", "SPORT"),
        ("Клуб представил новичка", "ru", "POISON"), ("Гороскоп для стрельцов", "ru", "SHOOT"),
        ("Гранатовый сок", "ru", "BOMB"), ("Un teléfono celular", "es", "CELL"), ("El poder judicial", "es", "JEWISH"),
        ("The implications are clear", "en", "ACCUSE"), ("Kolejny rekord", "pl", "INFRA"),
        ("Zatrudnienie rośnie", "pl", "POISON"), ("Väldigt bra", "sv", "ATTACK"), ("Geweldig nieuws", "nl", "ATTACK"),
        ("Il telefono cellulare", "it", "CELL"), ("Faça você mesmo", "pt", "STAB"), ("Краще ніж торік", "uk", "STAB"),
        ("Нову гру презентували", "uk", "SERVICE"), ("גולדברג נבחר", "he", "DISSIDENT"), ("הרגשתי טוב", "he", "KILL"),
        ("كنيسة القرية", "ar", "JEWISH"), ("زهرا آمد", "fa", "POISON"), ("احتجاج على حرق المصحف", "ar", "ARSON"),
    ],
)  # fmt: skip
def test_words_that_only_look_alike_are_not_found(text: str, lang: str, never: str) -> None:
    """What folding, a stem or a name's part would make of a word is not what it says."""
    assert never not in concepts(text, lang)


def test_frequencies_are_those_of_the_lists_as_they_are() -> None:
    """Whoever changes a list counts it again: each form of each language with general news is in the table."""
    listed = {(code, concept, form) for code, concept, form, _ in frequencies.listed()}
    for code in frequencies.NEWS:
        missing = [form for form in frequencies.forms_of(code) if (code, *form) not in listed]
        assert not missing, f"run tools/form_frequencies.py: {missing[:5]}"


def test_no_form_is_more_common_than_its_meaning_allows() -> None:
    """A word of a plot's own that stands in every hundredth entry of general news says nothing."""
    assert frequencies.too_common(frequencies.listed()) == []


def test_forms_of_languages_without_news_are_estimated_as_they_are() -> None:
    """Their one-word forms stand in the table of estimates, each of them, and none is too common there either."""
    rows = frequencies.listed(estimates.OUT)
    listed = {(code, concept, form) for code, concept, form, _ in rows}
    for code in estimates.LANGUAGES:
        missing = [form for form in estimates.single(code) if (code, *form) not in listed]
        assert not missing, f"run tools/form_estimates.py: {missing[:5]}"
    assert frequencies.too_common(rows) == []


def test_estimates_sum_the_words_a_form_takes() -> None:
    """One word in a thousand, two of which a stem takes: at thirty words an entry, six of a hundred entries."""
    found = estimates.estimate("pl", [("sabotażu", 0.001), ("sabotażem", 0.001), ("rower", 0.5)])
    assert found["SABOTAGE", "sabotaz*"] == pytest.approx(10_000 * (1 - 2.718281828**-0.06))
    assert len(found) == 1


def test_a_form_that_is_too_common_is_refused() -> None:
    """The rule can fail: a word in two of a hundred entries is no word of a plot's own."""
    assert frequencies.too_common([("en", "LINK", "with", 200.0)]) == [
        "en: with (LINK) stands in 200 of 10000 entries, at most 65"
    ]
    assert not frequencies.too_common([("en", "SPORT", "match", 200.0)])


def test_forms_are_counted_once_a_text() -> None:
    """A form counts the texts it stands in, not how often; a longer form takes a shorter one's place."""
    found, n = frequencies.count_forms("en", [("Hitman hired", "a hitman"), ("A hit squad is seen in the city", "")])
    assert n == 2
    assert found["HITMAN", "hitman"] == 1
    assert found["HITMAN", "hit squad*"] == 1
