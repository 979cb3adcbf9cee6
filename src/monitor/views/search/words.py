"""Words as search sees them: the folded tokens of a text in any script, with where they stand. Pure.

Case, accents, vowel points and the variants of Arabic letters are folded away. Scripts written without spaces (and
Korean, whose particles cling to words) give one token a character, so that a phrase finds any part of a sentence.
"""

from __future__ import annotations

import re
import unicodedata

import msgspec

# Marks that belong to a word: combining accents, points of Hebrew, Arabic and Syriac, and whole Indic and South-East
# Asian blocks, whose vowel signs Python's \w leaves out (their full stops U+0964 and U+0965 are no letters).
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u0900-\u0963\u0966-\u0dff\u0e31-\u0e3a"
    "\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ecd\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3\u1ab0-\u1aff\u20d0-\u20ff"
)
_WORD = re.compile(rf"(?:[^\W_]|[{_MARKS}])+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
# Thai, Lao, Tibetan, Burmese, Hangul, Khmer, kana, Han and its extensions.
_ALONE = re.compile(
    "[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
_LETTERS = str.maketrans("أإآٱىیېۍکڪةھہۀ", "ااااييييككهههه")
_TATWEEL = "\u0640"
_KEEPS_MARKS = re.compile("[\u0900-\u109f\u1780-\u17ff]")


class Token(msgspec.Struct, frozen=True):
    """One folded word and where it stands: `text[start:end]`."""

    word: str
    start: int
    end: int


def words_of(text: str) -> list[str]:
    """Return the folded words of a text, in order."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return [token.word for token in tokens_of(text)]


def tokens_of(text: str) -> list[Token]:
    """Return the folded words of a text with their places."""
    found = []
    for match in _WORD.finditer(text):
        word, start = match.group(), match.start()
        if _ALONE.search(word):
            found += _apart(word, start)
        elif folded := fold(word):
            found.append(Token(folded, start, match.end()))
    return found


def fold(word: str) -> str:
    """Return a word as it is compared: lower case, without accents, points and letter variants."""
    if word.isascii():
        return word.lower()
    folded = unicodedata.normalize("NFKD", word.casefold())
    if not _WORD.fullmatch(folded):
        folded = "".join(map(_spelled, word.casefold()))
    folded = folded.replace(_TATWEEL, "")
    if not _KEEPS_MARKS.search(folded):
        folded = "".join(char for char in folded if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", folded.translate(_LETTERS))


def _spelled(char: str) -> str:
    """Return what a character stands for, itself where that is no word: a blank with a mark, "(1)", a prayer."""
    spelled = unicodedata.normalize("NFKD", char)
    return spelled if _WORD.fullmatch(spelled) else char


def _apart(word: str, start: int) -> list[Token]:
    """Return a token for each character written without spaces, and for each run of others between them."""
    found, run = [], start
    for at, char in enumerate(word, start):
        if not _ALONE.match(char):
            continue
        if run < at and (folded := fold(word[run - start : at - start])):
            found.append(Token(folded, run, at))
        found.append(Token(unicodedata.normalize("NFKC", char), at, at + 1))
        run = at + 1
    if run < start + len(word) and (folded := fold(word[run - start :])):
        found.append(Token(folded, run, start + len(word)))
    return found
