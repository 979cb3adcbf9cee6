"""Letters as a reader sees them: what looks like `plot` is read as `plot`, whatever it is made of.

Soft hyphens and invisible characters inside words, mathematical and full-width letters, ligatures, presentation forms,
letters with marks put on top, and look-alikes of another alphabet hide words from a matcher and not from a person. Used
wherever words are compared; the stored text stays as it was sent.
"""

from __future__ import annotations

import re
import string
import unicodedata
from functools import cache

# Removed: soft hyphen, fillers, direction marks, variation selectors, tags. ZWNJ, ZWJ and the zero-width space have a
# meaning in some scripts; they go between letters of the others only.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e01ef"
)
# Read as NFKC spells them: modifier letters, sub- and superscripts, letter-like signs, Roman numerals, enclosed
# letters, ligatures, Arabic presentation forms, full and half width, mathematical letters.
_FORMS = (
    "\u02b0-\u02b8\u02e0-\u02e4\u1d2c-\u1d6a\u1d78\u1d9b-\u1dbf\u2070-\u209c\u2100-\u213f\u2145-\u2149\u2160-\u217f\u2460-\u24e9\ufb00-\ufb4f"
    "\ufb50-\ufdfc\ufe70-\ufefc\uff01-\uffdc\U0001d400-\U0001d7ff\U0001f110-\U0001f169\U0001f170-\U0001f189"
)
# Marks put on letters that have no such letter of their own: strokes, stress, vowel points of Arabic and Hebrew.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u0652"
    "\u0656-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"
)
_TO_COMPOSE = "\u0653-\u0655\u1100-\u11ff\u3099\u309a"
_FORM = re.compile(f"[{_FORMS}]+")
_MARK = re.compile(f"[{_MARKS}]+")
_GONE = re.compile(f"[{_INVISIBLE}]+")
_SPELLED = "A-Za-z\u00c0-\u024f\u0370-\u052f\u1e00-\u1fff"  # scripts in which no joiner belongs
_JOINERS = frozenset("\u200b\u200c\u200d")
_JOINER = re.compile(f"[\u200b-\u200d](?<=[{_SPELLED}\u200b-\u200d].)(?=[{_SPELLED}\u200b-\u200d])")
_NEGATIVE = {0x1F150 + n: chr(65 + n) for n in range(26)} | {0x1F170 + n: chr(65 + n) for n in range(26)}

_LETTERS = frozenset(string.ascii_letters)
_CYRILLIC, _AS_LATIN = "АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁԛԝ", "ABESIJKMHOPCTYXaesijopcyxhdqw"
_GREEK, _GREEK_AS_LATIN = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧορν", "ABEZHIKMNOPTYXopv"
_LIKE_LATIN = str.maketrans(_CYRILLIC + _GREEK, _AS_LATIN + _GREEK_AS_LATIN)
_LIKE_CYRILLIC = str.maketrans("ABEKMHOPCTXaeopcyxi", "АВЕКМНОРСТХаеорсухі")
_OTHERS = frozenset(map(chr, (*range(0x391, 0x3CA), *range(0x401, 0x460)))) | frozenset(_CYRILLIC)
_JOINED_BY_NONE = _LETTERS | _OTHERS  # most of the letters of _SPELLED
# A Latin letter beside one of these; the Latin first, as they are few where the text is in another script.
_MIXED = re.compile("[A-Za-z](?:(?=[\u0370-\u052f])|(?<=[\u0370-\u052f][A-Za-z]))")
_WORD = re.compile(r"[^\W\d_]+")


def plain_words(text: str) -> str:
    """Return the text as it reads; most texts come back as they are."""
    if text.isascii():
        return text
    letters = set(text)  # of a text's thousand characters some sixty are different: ten times faster than a search
    if not letters.isdisjoint(_odd()):
        text = _FORM.sub(_spelled, _GONE.sub("", text))
        text = _MARK.sub("", unicodedata.normalize("NFC", text))
    if not letters.isdisjoint(_JOINERS) and not letters.isdisjoint(_JOINED_BY_NONE):
        text = _JOINER.sub("", text)
    if letters.isdisjoint(_LETTERS) or letters.isdisjoint(_OTHERS) or not _MIXED.search(text):
        return text
    return _WORD.sub(_of_one_alphabet, text)


@cache
def _odd() -> frozenset[str]:
    """Return every character that one of the rules above is about."""
    pattern = re.compile(f"[{_INVISIBLE}{_FORMS}{_MARKS}{_TO_COMPOSE}]")
    blocks = (range(0x00A0, 0xD800), range(0xE000, 0x10000), range(0x1D400, 0x1F200), range(0xE0000, 0xE0200))
    return frozenset(char for block in blocks for char in map(chr, block) if pattern.match(char))


def _spelled(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match[0].translate(_NEGATIVE))


def _of_one_alphabet(match: re.Match[str]) -> str:
    """Return a word of two alphabets in the one most of its letters are of, where the others all look like it."""
    word = match[0]
    latin = sum(char.isascii() for char in word)
    if latin in (0, len(word)):
        return word
    likes, is_ours = (_LIKE_LATIN, str.isascii) if 2 * latin >= len(word) else (_LIKE_CYRILLIC, _is_other)
    mended = word.translate(likes)
    return mended if all(is_ours(char) for char in mended) else word


def _is_other(char: str) -> bool:
    return not char.isascii()
