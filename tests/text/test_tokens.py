"""Tokens: the same words however they are accented, pointed or capitalised."""

from __future__ import annotations

import pytest

from monitor.text.tokens import fold, is_letter, split


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Asesinó", "asesino"), ("İSTANBUL", "istanbul"), ("ilkbahar", "ılkbahar"), ("Größe", "grosse"),
        ("إيران", "ايران"), ("علي", "على"), ("يك", "یک"), ("مُؤَامَرَة", "موامره"), ("Й", "и"), ("שָׁלוֹם", "שלום"),
    ],
)  # fmt: skip
def test_variants_fold_to_one_spelling(one: str, other: str) -> None:
    """Accents, vowel points and letter variants do not make another word."""
    assert fold(one) == fold(other)


def test_tokens_as_written_and_folded_go_one_to_one() -> None:
    """Reasons can be shown in the text's own words: each folded token has its original."""
    words, folded = split('The U.S. said: «Él mató!» İran? שב"כ…')
    assert words == ["The", "U.S.", "said", "Él", "mató", "!", "İran", "?", 'שב"כ', "…"]
    assert folded == ["the", "u.s.", "said", "el", "mato", ".", "iran", ".", 'שב"כ', "."]


def test_no_text_no_tokens() -> None:
    """Nothing in, nothing out."""
    assert split("") == ([], [])
    assert split("- ? -")[1] == ["."]


def test_devanagari_words_stay_whole() -> None:
    """Vowel signs and the virama belong to their word; a danda ends a sentence; dotted and plain letters are one."""
    words, folded = split("साज़िश रची। गिरफ़्तार")
    assert words == ["साज़िश", "रची", "।", "गिरफ़्तार"]
    assert folded == ["साजिश", "रची", ".", "गिरफ्तार"]


def test_a_letter_alone_is_no_word_and_an_end_is_none() -> None:
    """One letter or digit counts only inside a phrase; what ends a sentence still ends it."""
    assert [is_letter(token) for token in ("x", "7", "ab", ".", "")] == [True, True, False, False, False]
