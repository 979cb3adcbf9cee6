"""A text's language is guessed well enough to choose its lexicon, and a wrong hint does no harm."""

from __future__ import annotations

import pytest

from monitor.text.language import LANGUAGES, guess_language, tell_language, voices, winner

SENTENCES = [
    ("en", "The minister said that talks with the neighbours would go on after the summer."),
    ("es", "El ministro dijo que las conversaciones con los vecinos seguirán tras el verano."),
    ("fr", "Le ministre a dit que les discussions avec les voisins vont continuer après cet été."),
    ("de", "Der Minister sagte, dass die Gespräche mit den Nachbarn nach dem Sommer weitergehen."),
    ("tr", "Bakan, komşularla görüşmelerin yazdan sonra da süreceğini ve bir heyet için hazırlık olduğunu söyledi."),
    ("ru", "Министр сказал, что переговоры с соседями продолжатся после лета."),
    ("ar", "قال الوزير إن المحادثات مع الجيران ستستمر بعد الصيف."),
    ("fa", "وزیر گفت که گفتگو با همسایگان پس از تابستان ادامه پیدا می‌کند."),
    ("pl", "Minister powiedział, że rozmowy z sąsiadami będą trwały po lecie."),
    ("sv", "Ministern sade att samtalen med grannländerna fortsätter efter sommaren."),
    ("uk", "Міністр сказав, що переговори із сусідами триватимуть і після літа."),
    ("nl", "De minister zei dat de gesprekken met de buren na de zomer zullen doorgaan."),
    ("it", "Il ministro ha detto che i colloqui con i vicini continueranno dopo l'estate."),
    ("pt", "O ministro disse que as conversas com os vizinhos vão continuar depois do verão."),
    ("az", "Nazir bildirib ki, qonşularla danışıqlar yaydan sonra da davam edəcək."),
    ("hi", "मंत्री ने कहा कि पड़ोसियों के साथ बातचीत गर्मियों के बाद भी जारी रहेगी।"),
    ("he", "השר אמר כי השיחות עם השכנים יימשכו אחרי הקיץ."),
]


@pytest.mark.parametrize(("language", "sentence"), SENTENCES)
def test_a_sentence_is_recognised(language: str, sentence: str) -> None:
    """Every language with a lexicon is found without a hint."""
    assert guess_language(sentence) == language


@pytest.mark.parametrize(("language", "sentence"), [row for row in SENTENCES if not row[1][0].isascii()])
def test_the_script_overrules_a_wrong_hint(language: str, sentence: str) -> None:
    """A feed that declares English but writes another script is read in that script's language."""
    assert guess_language(sentence, "en-US") == language


def test_a_hint_is_believed_where_the_script_allows_it() -> None:
    """A short headline without function words keeps the feed's language."""
    assert guess_language("Complot", "fr-FR") == "fr"
    assert guess_language("اعتقال", "ar") == "ar"


@pytest.mark.parametrize(("language", "sentence"), SENTENCES)
def test_a_wrong_hint_is_outvoted_by_a_sentence(language: str, sentence: str) -> None:
    """What a feed declares is evidence, not truth: a template's "en-US" does not make a German text English."""
    for hint in ("en-US", "de", "tr", "pl", "zz"):
        assert guess_language(sentence, hint) == language


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("cs", "Praha vyhostila tři ruské diplomaty kvůli výbuchu"), ("fi", "Poliisi on pidättänyt miehen, kertoi hän"),
        ("el", "Η αστυνομία συνέλαβε τον άνδρα"), ("ja", "警察は男を逮捕したと発表した"),
        ("ur", "ایران کے ایجنٹ نے قتل کی سازش کی"),
    ],
)  # fmt: skip
def test_a_language_without_lists_is_told_and_read_as_english(language: str, sentence: str) -> None:
    """A neighbour with lists does not take it for its own."""
    assert tell_language(sentence) == language
    assert guess_language(sentence) == "en"


def test_words_that_languages_share_vote_for_both() -> None:
    """What "de", "la" and "son" leave open, the next word decides."""
    assert tell_language("de la mañana") == "es"
    assert tell_language("de la semaine") == "fr"
    assert tell_language("son dakika: deprem oldu") == "tr"


def test_of_equals_the_first_language_wins() -> None:
    """No votes and equal votes have an answer that does not depend on chance."""
    assert winner(0) == "en"
    assert voices()[: len(LANGUAGES)] == LANGUAGES


def test_nothing_is_english() -> None:
    """An empty text is read with the English lexicon."""
    assert guess_language("") == "en"
