"""Words and sentence ends: the one place where a text is cut into tokens and letters are folded.

Owns the token pattern and the folding table (case, accents, Arabic and Persian letter forms, Hebrew points). Knows no
meaning: that is mask.py's job.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# Words, initials such as "U.S.", letters alone (a phrase may need them: "is k", "à la solde"), and sentence ends as
# tokens of their own. A Hebrew abbreviation keeps its inner quotation mark. Devanagari's vowel signs, which Python does
# not take for letters, belong to their words.
_WORD = r"[\w\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963]"
TOKEN = re.compile(rf"{_WORD}{{2,}}(?:[\"'״׳][א-ת]+)?|(?:[^\W\d_]\.){{2,}}|{_WORD}|[.!?…؟۔।\n]")
# The same for ASCII text, a fifth faster.
_ASCII_TOKEN = re.compile(r"\w{2,}|(?:[A-Za-z]\.){2,}|\w|[.!?\n]", re.ASCII)
SENTENCE_END = "."
MEMORY = 50_000  # words remembered folded; a looked-up word costs a quarter of a folded one

_ENDS = {"!": ".", "?": ".", "…": ".", "؟": ".", "۔": ".", "।": "."}
_SAME_LETTER = {
    "ı": "i",
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ي": "ی",
    "ى": "ی",
    "ئ": "ی",
    "ك": "ک",
    "ة": "ه",
    "ۀ": "ه",
    "أ": "ا",
    "إ": "ا",
    "آ": "ا",
    "ٱ": "ا",
    "ؤ": "و",
    "ـ": "",
    "ё": "е",
    "й": "и",
    "\u0901": "\u0902",  # Devanagari: one sign for a nasal vowel, no dot below a letter
    "\u093c": "",
}


@cache
def _fold_table() -> dict[int, str]:
    table = {ord(a): b for a, b in (_SAME_LETTER | _ENDS).items()}
    for code in (*range(0x00C0, 0x0250), *range(0x1E00, 0x1F00), *range(0x0958, 0x0960)):
        letter = chr(code)
        plain = "".join(c for c in unicodedata.normalize("NFD", letter) if not unicodedata.combining(c))
        if plain != letter and letter not in _SAME_LETTER:
            table[code] = plain
    for first, last in ((0x0300, 0x036F), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670)):
        table.update(dict.fromkeys(range(first, last + 1), ""))
    for digits in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"):
        table.update({ord(d): str(i) for i, d in enumerate(digits)})
    return table


def fold(text: str) -> str:
    """Return the text in lower case without accents, points and letter variants, as the lexicon is written."""
    text = text.lower()
    return text if text.isascii() else text.translate(_fold_table())


def fold_token(written: str) -> str:
    """Return a token as `split` folds it; a line's end is a sentence's."""
    return SENTENCE_END if written == "\n" or written in _ENDS else fold(written)


def is_letter(folded: str) -> bool:
    """Tell whether a folded token is one letter or digit alone: it counts nowhere but inside a phrase that has it."""
    return len(folded) == 1 and folded != SENTENCE_END


class _Folded(dict[str, str]):
    """Folded words by word as written, worked out once each; forgets all when it has met too many."""

    def __missing__(self, word: str) -> str:
        if len(self) >= MEMORY:
            self.clear()
        folded = self[word] = fold_token(word)
        return folded


_folded = _Folded()


def split(text: str) -> tuple[list[str], list[str]]:
    """Return the tokens as written and the same tokens folded, one to one; a sentence end is the token "."."""
    words = (_ASCII_TOKEN if text.isascii() else TOKEN).findall(text)
    return words, list(map(_folded.__getitem__, words))
