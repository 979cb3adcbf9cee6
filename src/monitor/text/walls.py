"""Pages that stand before the article: consent, login, payment, robot checks, "enable JavaScript", "not found".

A site answers 200 with such a page in place of what was asked for; taken for the article it would say nothing of what
was reported, and lower the entry's score. Whether a text is the article is judged by what it shares with the entry's
own words, in any language; phrases only name the kind of wall and settle the doubtful.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from monitor.text.plain import plain_words

_DATA = Path(__file__).parent / "lexicon" / "walls.txt"
_WORD = re.compile(r"[^\W_]{2,}")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af]")
_STEM, _SHORT = 5, 4  # letters: `arrested` is found in `arrests`; shorter words are mostly grammar
_FEW_WORDS = 3  # a title with fewer says too little to compare
_MANY_WORDS = 6  # so many of which an article has none are no accident, unless it is in another script
_STUB_CHARS = 140  # "You are being redirected."
# Shares of the entry's own words found in the text. Of 92 measured articles the least was 0.25, the median 1.
FITS, LITTLE, NOTHING = 0.5, 0.34, 0.12
# Paths of front pages: none, a language (`/en-gb/`), or a name such as these.
_FRONT = re.compile(r"(?:[a-z]{2}(?:[-_][a-z]{2})?|index\.\w+|default\.aspx|home|frontpage)?")
_HEAD_CHARS, _SHORT_TEXT = 2_500, 1_200
# Kinds that may be gone at the next try; the others ask for something we do not have.
PASSING = frozenset({"robot-check", "not-found", "other-page"})


class Wall(msgspec.Struct, frozen=True):
    """Why a text is not the article: a stable kebab word, and a line for a person."""

    reason: str
    detail: str


def wall_of(title: str, summary: str, page_title: str, text: str, asked: str, answered: str) -> Wall | None:
    """Return why a page's text is not the article of an entry; None where nothing speaks against it.

    `asked` and `answered` are the addresses before and after redirects.
    """
    fit = fit_of(title, summary, text)
    if fit >= FITS:
        return None
    elsewhere = f"the address leads to {answered[:120]}, which has none of the entry's words"
    kind, phrases = _kind_of(page_title, text)
    if kind and (fit < LITTLE or len(text) < _SHORT_TEXT):
        return Wall(kind, f"the page says {phrases[0]!r} and shares {fit:.0%} of the entry's words")
    if fit < LITTLE and _leads_to_the_front(asked, answered):
        return Wall("not-found", f"the address leads to the front page {answered[:120]}")
    if fit < NOTHING and _leads_elsewhere(asked, answered):
        return Wall("other-page", elsewhere)
    if len(text) < _STUB_CHARS:
        return Wall("no-article", f"the page says no more than {text[:80]!r}")
    if not fit and _are_of_one_script(title, text) and _says_nothing_of(f"{title} {summary[:500]}", text):
        return Wall("other-page", "the page has none of the entry's words")
    return None


def fit_of(title: str, summary: str, text: str) -> float:
    """Return the share of the entry's words found in a text, 0 to 1; 1 where the entry has too few to tell."""
    wanted = _stems(title)
    if len(wanted) < _FEW_WORDS:
        wanted |= _stems(summary[:500])
    if len(wanted) < _FEW_WORDS:
        return 1.0
    return len(wanted & _stems(text)) / len(wanted)


def _stems(text: str) -> set[str]:
    """Return the first letters of a text's longer words; of a script without spaces, its pairs of letters."""
    found: set[str] = set()
    for word in _WORD.findall(plain_words(text).lower()):
        if _UNSPACED.search(word):
            found.update(word[i : i + 2] for i in range(len(word) - 1))
        elif len(word) >= _SHORT:
            found.add(word[:_STEM])
    return found


def _kind_of(page_title: str, text: str) -> tuple[str, Sequence[str]]:
    """Return the kind of wall that most phrases speak for, and the phrases; one in a short text or title is enough."""
    head = f"{page_title}\n{text[:_HEAD_CHARS]}".lower().replace("’", "'")
    found = {kind: [phrase for phrase in phrases if phrase in head] for kind, phrases in _phrases().items()}
    kind = max(found, key=lambda name: len(found[name]))
    enough = 1 if len(text) < _SHORT_TEXT or any(phrase in page_title.lower() for phrase in found[kind]) else 2
    return (kind, found[kind]) if len(found[kind]) >= enough else ("", ())


def _says_nothing_of(words: str, text: str) -> bool:
    wanted = _stems(words)
    return len(wanted) >= _MANY_WORDS and wanted.isdisjoint(_stems(text))


def _are_of_one_script(one: str, other: str) -> bool:
    """Tell whether two texts are both in Latin letters, or both in others: a headline may be in another language."""
    return _is_latin(one) == _is_latin(other)


def _is_latin(text: str) -> bool:
    letters = [char for char in text[:2_000] if char.isalpha()]
    return 2 * sum(char < "\u0250" for char in letters) >= len(letters)


def _leads_to_the_front(asked: str, answered: str) -> bool:
    front = _path(answered).strip("/").lower()
    return front != _path(asked).strip("/").lower() and _FRONT.fullmatch(front) is not None


def _leads_elsewhere(asked: str, answered: str) -> bool:
    """Tell whether a redirect led to another page, not only to another spelling of the same."""
    one, other = _path(asked).strip("/"), _path(answered).strip("/")
    return one != other and one.rpartition("/")[2] not in other


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


@cache
def _phrases() -> dict[str, tuple[str, ...]]:
    """Return kind of wall -> its phrases, lower-case."""
    table: dict[str, list[str]] = {}
    for line in _DATA.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, _, phrases = line.partition(": ")
            table.setdefault(kind, []).extend(phrase.strip() for phrase in phrases.split(" | "))
    return {kind: tuple(phrases) for kind, phrases in table.items()}
