"""Guess a text's language, only well enough to choose a lexicon.

Owns the scripts and the function words it counts. A language without a lexicon is read with the English one.
"""

from __future__ import annotations

import re

LANGUAGES = ("en", "es", "fr", "de", "tr", "ru", "ar", "fa", "he")

# Function words (folded), chosen so that a headline has one and no two languages share it.
_WORDS = {
    "en": (
        "the of to and in for with on by from at after says over is was are were has been his her "
        "its that who as be will not"
    ),
    "es": ("el los las del por con una para segun su sus fue ha han tras contra sobre al mas como este esta lo y"),
    "fr": (
        "le les des du et un une dans pour par sur selon avec est ete aux au ses son qui apres "
        "avoir ont sont ce cette pas"
    ),
    "de": (
        "der die das und den dem des ein eine einen einer im mit von zu auf fur nach ist wurde "
        "wegen gegen sich bei aus am wird haben soll vor nicht"
    ),
    "tr": ("ve bir icin ile bu da de olarak ettigi oldugu sonra gore kadar olan edildi etti karsi yonelik eden iddia"),
}
_OWNER: dict[str, str] = {}
for _lang, _list in _WORDS.items():
    for _word in _list.split():
        _OWNER[_word] = "" if _word in _OWNER else _lang
_PERSIAN = frozenset("پچژگ")
_BEYOND_LATIN = re.compile("[^\x00-\u036f\u1e00-\u1fff]")
_FUNCTION_WORDS = frozenset(word for word, owner in _OWNER.items() if owner)

# Words that say nothing by themselves in any of the languages (folded): not counted as terms.
_EMPTY = (
    "an it he she they we you their them this these those there here but or if so than then which "
    "when what where had been being would could can may might do does did no into out up about more "
    "also her him our your all any some one two three said say say's told tells other new first last "
    "year years day days week just over only la que se es son dos tres une deux zwei entre sobre sin "
    "muy ya si pero tambien qui ne il elle on nous vous mais ou comme plus und oder aber auch als wie "
    "sie er wir man nur noch ki ise ama cok daha en на по об от до из за не что как это его ее их он "
    "она они но для при был была были بود است این آن که از به در را با برای بر او می من في على إلى ان "
    "الى عن مع هذا هذه التي الذي قد هو هي לא על את של עם הוא היא זה גם כי אל או "
)
EMPTY_WORDS = frozenset(_OWNER) | frozenset(_EMPTY.split())


def guess_language(text: str, hint: str = "", folded: list[str] | None = None) -> str:
    """Return the two-letter code of the lexicon to use for a text; `hint` is a declared language such as "en-GB".

    The hint is believed unless the script contradicts it. `folded` saves folding again what is already cut up.
    """
    return stated_language(text, hint) or _by_words(folded if folded is not None else text.lower().split())


def stated_language(text: str, hint: str) -> str:
    """Return the language that the script or the hint tells, or "" where the words must be asked."""
    code = hint[:2].lower()
    if code == "en" and text.isascii():
        return code
    script = "" if text.isascii() else _by_script(text)
    if script:
        return code if code in script.split() else script.split()[0]
    return code if code in _WORDS else ""


def votes() -> dict[str, str]:
    """Return the function words (folded) with the language each speaks for; most votes win, of equals the first met."""
    return {word: _OWNER[word] for word in _FUNCTION_WORDS}


def _by_script(text: str) -> str:
    """Return the languages a non-Latin script allows, likeliest first, or "" for Latin."""
    if not _BEYOND_LATIN.search(text, 0, 400):
        return ""
    letters = [c for c in text[:400] if c > "\u036f" and c.isalpha() and not "\u1e00" <= c <= "\u1fff"]
    if len(letters) < 0.2 * min(len(text), 400):
        return ""
    letters.sort()
    middle = letters[len(letters) // 2]
    if "\u0400" <= middle <= "\u04ff":
        return "ru"
    if "\u0590" <= middle <= "\u05ff":
        return "he"
    if "\u0600" <= middle <= "\u06ff":
        return "fa ar" if _PERSIAN.intersection(letters) or "ی" in letters or "ک" in letters else "ar fa"
    return ""


def _by_words(folded: list[str]) -> str:
    votes: dict[str, int] = {}
    for word in folded:
        if word in _FUNCTION_WORDS:
            owner = _OWNER[word]
            votes[owner] = votes.get(owner, 0) + 1
    return max(votes, key=votes.__getitem__) if votes else "en"
