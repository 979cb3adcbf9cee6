"""Words hidden in odd letters are read as they look; texts of every script stay what they are."""

from __future__ import annotations

import unicodedata

import pytest

from monitor.text.plain import plain_words
from monitor.text.tokens import split

TITLE = "Officers foil alleged plot to abduct exiled editor in Mereth"


def mathematical(text: str) -> str:
    """Return the text in bold mathematical letters."""
    return "".join(
        chr(0x1D400 + ord(c) - 65) if c.isupper() else chr(0x1D41A + ord(c) - 97) if c.islower() else c for c in text
    )


def wide(text: str) -> str:
    """Return the text in full-width letters."""
    return "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in text)


DISGUISES = {
    "soft hyphens": TITLE.replace("ll", "l\u00adl").replace("di", "d\u00adi"),
    "zero-width spaces": "\u200b".join(TITLE).replace("\u200b \u200b", " "),
    "joiners": TITLE.replace("o", "o\u200c\u200d"),
    "byte-order marks": TITLE.replace("e", "e\ufeff"),
    "direction marks": f"\u202d{TITLE}\u202c".replace("l", "l\u200e"),
    "isolates": f"\u2068{TITLE}\u2069",
    "bold letters": mathematical(TITLE),
    "full width": wide(TITLE),
    "strokes": "\u0336".join(TITLE).replace("\u0336 \u0336", " "),
    "piled marks": TITLE.replace("o", "o\u0301\u0302\u0303\u0304\u0305"),
    "look-alikes": TITLE.translate(str.maketrans("aeop", "аеор")),
    "ligatures": TITLE.replace("ff", "ﬀ").replace("fi", "ﬁ"),
    "variation selectors": TITLE.replace("t", "t\ufe0f"),
    "tags": TITLE.replace("t", "t\U000e0041"),
    "circled": "".join(chr(0x24D0 + ord(c) - 97) if c.islower() else c for c in TITLE),
}


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguised_headline_is_read_as_it_looks(name: str) -> None:
    """Promise: whatever letters a site or an evader uses, the words are the same; nothing is stored changed."""
    assert DISGUISES[name] != TITLE
    assert split(plain_words(DISGUISES[name]))[1] == split(TITLE)[1]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("за́мок", "замок"), ("Шпио\u0301н", "Шпион"), ("й".replace("й", "и\u0306"), "й"), ("cafe\u0301", "café"),
        ("مُحَمَّد", "محمد"), ("שָׁלוֹם", "שלום"), ("ﺍﻳﺮﺍﻥ", "ايران"), ("ｶﾞ", "ガ"),
        ("한".replace("한", "\u1112\u1161\u11ab"), "한"),
        ("Зaговор", "Заговор"), ("СИA", "СИА"),
    ],
)  # fmt: skip
def test_letters_of_other_scripts_are_read_whole(written: str, read_as: str) -> None:
    """Promise: stress marks, vowel points and forms of letters do not cut words."""
    assert plain_words(written) == read_as


@pytest.mark.parametrize(
    "text",
    [
        "می‌کنند که روزنامه‌نگار", "ไทย\u200bภาษา", "क्‍ष", "COVID-19 в США", "IPадрес", "naïve Zürich façade", "3 μm DNA",
        "Ελλάδα BBC", "北京 ABC", "½ cup of №5", "it’s “quoted” — plainly…", "👩‍👩‍👧 family", "plain", "",
    ],
)  # fmt: skip
def test_what_needs_no_reading_comes_back_as_it_is(text: str) -> None:
    """Promise: Persian's joiners, Thai's word breaks, emoji and foreign words in a text stay."""
    composed = unicodedata.normalize("NFC", text).replace("№", "No")
    assert plain_words(text) == composed
