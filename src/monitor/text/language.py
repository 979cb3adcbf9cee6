"""Tell a text's language, well enough to choose its word lists, and whether it has any.

Every word votes by itself: a listed one for the languages that use it, any other by its letters and its ending, and the
feed's declared language has a vote as well. Owns the counting; the lists are data in text/lexicon/language-words.txt. A
word's votes are whole numbers packed into one, so that a text's are one sum, which classify/_scan.c works out alike.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from monitor.text.tokens import TOKEN, fold

FOLDER = Path(__file__).parent / "lexicon"
# Those with word lists; the order is the one that ties are decided by.
LANGUAGES = ("en", "es", "fr", "de", "tr", "ru", "ar", "fa", "he", "pl", "sv", "uk", "nl", "it", "pt", "az", "hi")
LISTED, LESSER, ENDING, LETTER = 4, 2, 1, 2  # points: docs/decisions/0031-language-guess.md
HINT = 6  # the declared language's: one common and one lesser word of another overrule it
SCRIPT = 4  # a letter that only one of a script's languages has
WIDTH = 32  # bits of a language's points in a packed vote
LETTERS_READ = 400  # of a text the first letters are looked at
LONGEST_ENDING = 6
MEMORY = 20_000  # words whose votes are remembered

_NAMES = (
    "en English;es Spanish;fr French;de German;tr Turkish;ru Russian;ar Arabic;fa Persian;he Hebrew;pl Polish;"
    "sv Swedish;uk Ukrainian;nl Dutch;it Italian;pt Portuguese;az Azerbaijani;hi Hindi;ur Urdu;cs Czech;hu Hungarian;"
    "ro Romanian;da Danish;no Norwegian;fi Finnish;hr Croatian;id Indonesian;vi Vietnamese;sq Albanian;bg Bulgarian;"
    "sr Serbian;el Greek;hy Armenian;bn Bengali;ta Tamil;th Thai;ka Georgian;ja Japanese;zh Chinese;ko Korean;"
    "ps Pashto;ku Kurdish;be Belarusian;et Estonian;lv Latvian;lt Lithuanian;sk Slovak;sl Slovenian;ms Malay"
)
_RANGES = (
    ("\u0370", "\u03ff", ("el",)), ("\u0400", "\u04ff", ("ru", "uk", "bg", "sr")), ("\u0530", "\u058f", ("hy",)),
    ("\u0590", "\u05ff", ("he",)), ("\u0600", "\u06ff", ("ar", "fa", "ur")), ("\u0900", "\u097f", ("hi",)),
    ("\u0980", "\u09ff", ("bn",)), ("\u0b80", "\u0bff", ("ta",)), ("\u0e00", "\u0e7f", ("th",)),
    ("\u10a0", "\u10ff", ("ka",)), ("\u3040", "\u30ff", ("ja",)), ("\u4e00", "\u9fff", ("zh",)),
    ("\uac00", "\ud7af", ("ko",)),
)  # fmt: skip
# Letters that tell the languages of a script apart (folded), first come first served.
_TELLING = (
    (frozenset("іїєґ"), "uk"), (frozenset("ыэё"), "ru"), (frozenset("ђјљњћџ"), "sr"),
    (frozenset("ٹڈڑںےہھ"), "ur"), (frozenset("پچژگ"), "fa"), (frozenset("ə"), "az"),
    (frozenset("はのをがにたとし"), "ja"),
)  # fmt: skip
_ARABIC_ARTICLE = "ال"


@cache
def _named() -> dict[str, str]:
    return dict(pair.split(" ", 1) for pair in _NAMES.split(";"))


def language_name(code: str) -> str:
    """Return the English name of a language by its code (a region does not matter); the code where none is known."""
    return _named().get(code.lower().partition("-")[0], code)


def language_code(name: str) -> str:
    """Return the code of a language by its English name; anything else as it is, in small letters."""
    wanted = name.strip().casefold()
    return next((code for code, known in _named().items() if known.casefold() == wanted), wanted)


@cache
def _rows() -> dict[str, dict[str, tuple[str, ...]]]:
    """Read language-words.txt: sort of row ("", "+", "-", "=") → language → its words."""
    rows: dict[str, dict[str, tuple[str, ...]]] = {"": {}, "+": {}, "-": {}, "=": {}}
    for line in (FOLDER / "language-words.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            key, _, words = line.partition(":")
            rows[key[2:]][key[:2]] = tuple(words.lower().split())
    return rows


@cache
def voices() -> tuple[str, ...]:
    """Return every language a text may be told to be in: those with lists first, in their order."""
    scripts = [code for _, _, codes in _RANGES for code in codes]
    return tuple(dict.fromkeys([*LANGUAGES, *_rows()[""], *scripts]))


@cache
def _places() -> dict[str, int]:
    return {code: place for place, code in enumerate(voices())}


@cache
def _listed() -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {}
    for sort, points in (("+", LESSER), ("", LISTED)):
        for code, words in _rows()[sort].items():
            for word in TOKEN.findall(fold(" ".join(words))):
                table.setdefault(word, {})[code] = points
    return table


@cache
def _owners(sort: str) -> dict[str, tuple[str, ...]]:
    """Return whose an ending ("-") or a letter ("=") is."""
    table: dict[str, tuple[str, ...]] = {}
    for code, parts in _rows()[sort].items():
        for part in parts:
            table[part] = (*table.get(part, ()), code)
    return table


def points_of(word: str) -> dict[str, int]:
    """Return what a folded word says for each language."""
    if not word:
        return {}
    points = dict(_listed().get(word, ()))
    first = word[0]
    script = () if first < "\u0370" else next((codes for a, b, codes in _RANGES if a <= first <= b), ())
    for code in script:
        points[code] = points.get(code, 0) + (1 if len(script) > 1 else SCRIPT)
    telling = None if word.isascii() else next((code for letters, code in _TELLING if letters & set(word)), None)
    if telling:
        points[telling] = points.get(telling, 0) + SCRIPT
    if "ar" in script and word.startswith(_ARABIC_ARTICLE):
        points["ar"] = points.get("ar", 0) + LISTED
    if "q" in word and "qu" not in word:  # of the Latin alphabets here only Azerbaijani writes it so
        points["az"] = points.get("az", 0) + LETTER
    if not script and word not in _listed() and len(word) > 3 and word.isalpha():
        for length in range(1, min(LONGEST_ENDING, len(word) - 2) + 1):
            for code in _owners("-").get(word[-length:], ()):
                points[code] = ENDING
    return points


def packed(points: dict[str, int]) -> int:
    """Return points as one number, WIDTH bits a language, so that votes can be added at once."""
    return sum(n << (WIDTH * _places()[code]) for code, n in points.items())


class _Votes(dict[str, int]):
    """Packed votes by folded word, worked out once each; forgets all when it has met too many."""

    def __missing__(self, word: str) -> int:
        if len(self) >= MEMORY:
            self.clear()
        votes = self[word] = _shared(tuple(points_of(word).items()))
        return votes


@lru_cache(maxsize=MEMORY)
def _shared(points: tuple[tuple[str, int], ...]) -> int:
    """Return packed votes, the same object for all words that vote alike: most do."""
    return packed(dict(points))


_votes = _Votes()


def ballot(points: dict[str, int]) -> bytes:
    """Return points as bytes, one a language in the order of `voices`."""
    return bytes([points.get(code, 0) for code in voices()])


class LanguagePrior(NamedTuple):
    """What is known of a text's language before its words are asked: packed, and as a ballot."""

    packed: int
    ballot: bytes


def prior(text: str, hint: str) -> LanguagePrior:
    """Return what a declared language such as "en-GB" says, and the letters that folding takes away.

    Of a text in ASCII only the hint counts.
    """
    letters = "" if text.isascii() else "".join(sorted(set(text[:LETTERS_READ].lower()) & _owners("=").keys()))
    return _prior(letters, hint[:2].lower())


@lru_cache(maxsize=10_000)
def _prior(letters: str, hint: str) -> LanguagePrior:
    points: dict[str, int] = {}
    for letter in letters:
        for code in _owners("=")[letter]:
            points[code] = points.get(code, 0) + LETTER
    if hint in _places():
        points[hint] = points.get(hint, 0) + HINT
    return LanguagePrior(packed(points), ballot(points))


def winner(total: int) -> str:
    """Return the language with the most points, of equals the first in order; English where there are none."""
    count = len(voices())
    points = memoryview(total.to_bytes(count * WIDTH // 8, "little")).cast("I").tolist()
    return voices()[points.index(max(points))]


def tell_language(text: str, hint: str = "", folded: list[str] | None = None) -> str:
    """Return the language a text is in; `hint`, a declared language, counts as evidence. It may have no word lists.

    `folded` saves cutting and folding what is cut and folded already.
    """
    words = folded if folded is not None else TOKEN.findall(fold(text))
    return winner(sum(map(_votes.__getitem__, words), prior(text, hint).packed))


def guess_language(text: str, hint: str = "", folded: list[str] | None = None) -> str:
    """Return the language whose word lists a text is read with: its own, English where it has none."""
    code = tell_language(text, hint, folded)
    return code if code in LANGUAGES else "en"


def unread_language(text: str, hint: str = "") -> str:
    """Return the language of a text that has no word lists, "" where the text is read in its own language."""
    code = tell_language(text, hint)
    return "" if code in LANGUAGES else code


def _read_empty() -> frozenset[str]:
    rows = (FOLDER / "empty-words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for row in rows if not row.startswith("#") for word in row.split())


EMPTY_WORDS = _read_empty()  # say nothing by themselves: not counted as terms
