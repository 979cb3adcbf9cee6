"""A text's language is guessed well enough to choose its lexicon, and a wrong hint does no harm."""

from __future__ import annotations

import pytest

from monitor.text.language import guess_language

SENTENCES = [
    ("en", "The minister said that talks with the neighbours would go on after the summer."),
    ("es", "El ministro dijo que las conversaciones con los vecinos seguirán tras el verano."),
    ("fr", "Le ministre a dit que les discussions avec les voisins vont continuer après cet été."),
    ("de", "Der Minister sagte, dass die Gespräche mit den Nachbarn nach dem Sommer weitergehen."),
    ("tr", "Bakan, komşularla görüşmelerin yazdan sonra da süreceğini ve bir heyet için hazırlık olduğunu söyledi."),
    ("ru", "Министр сказал, что переговоры с соседями продолжатся после лета."),
    ("ar", "قال الوزير إن المحادثات مع الجيران ستستمر بعد الصيف."),
    ("fa", "وزیر گفت که گفتگو با همسایگان پس از تابستان ادامه پیدا می‌کند."),
    ("he", "השר אמר כי השיחות עם השכנים יימשכו אחרי הקיץ."),
]


@pytest.mark.parametrize(("language", "sentence"), SENTENCES)
def test_a_sentence_is_recognised(language: str, sentence: str) -> None:
    """Every language with a lexicon is found without a hint."""
    assert guess_language(sentence) == language


@pytest.mark.parametrize(("language", "sentence"), SENTENCES[5:])
def test_the_script_overrules_a_wrong_hint(language: str, sentence: str) -> None:
    """A feed that declares English but writes another script is read in that script's language."""
    assert guess_language(sentence, "en-US") == language


def test_a_hint_is_believed_where_the_script_allows_it() -> None:
    """A short headline without function words keeps the feed's language."""
    assert guess_language("Complot", "fr-FR") == "fr"
    assert guess_language("اعتقال", "ar") == "ar"


def test_nothing_is_english() -> None:
    """An empty text is read with the English lexicon."""
    assert guess_language("") == "en"
