"""What two entries share beside their news: a press office's closing paragraph, a copyright line, a standing header.

Two texts whose words are largely the same are copies, unless each begins with news that the other does not have; then
what they share is boilerplate, and says nothing about what they report. Pure; words are cut as fingerprint.py cuts
them, in scripts without spaces by pairs of letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LEAD_WORDS = 25
RUN_WORDS = 5
# Of the words at the head of each, title and lead, the other must lack so many to tell another story. Papers that give
# a wire report a title of their own take its words from the report.
MIN_OWN_WORDS = 3
OWN_SHARE = 0.4
_MAX_CHARS = 1_280  # as far as a fingerprint looks

_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af]")
_SHORT = 4  # shorter words are mostly grammar


def own_text(text: str, other: str) -> str:
    """Return `text` without the runs of five words that `other` has too."""
    spans = [match.span() for match in _WORD.finditer(text)]
    words = [text[start:end].lower() for start, end in spans]
    theirs = set(_runs(_words(other[:_MAX_CHARS])))
    common = [False] * len(words)
    for i, run in enumerate(_runs(words)):
        if run in theirs:
            common[i : i + RUN_WORDS] = [True] * RUN_WORDS
    return " ".join(text[start:end] for (start, end), shared in zip(spans, common, strict=True) if not shared)


def tell_different_news(title: str, text: str, other_title: str, other_text: str) -> bool:
    """Tell whether each of two texts begins with news that the other nowhere has."""
    text, other_text = text[:_MAX_CHARS], other_text[:_MAX_CHARS]
    content = set(_content(_words(f"{title} {text}")))
    other_content = set(_content(_words(f"{other_title} {other_text}")))
    if min(len(content - other_content), len(other_content - content)) < MIN_OWN_WORDS:
        return False  # nearly every copy
    return _has_own_news(title, own_text(text, other_text), other_content) and _has_own_news(
        other_title, own_text(other_text, text), content
    )


def _has_own_news(title: str, own: str, other_content: set[str]) -> bool:
    head = set(_content(_words(title) + _words(own)[:LEAD_WORDS]))
    lacking = head - other_content
    return len(lacking) >= MIN_OWN_WORDS and len(lacking) >= OWN_SHARE * len(head)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[i:] for i in range(RUN_WORDS)), strict=False)


def _content(words: list[str]) -> Iterator[str]:
    """Yield the words that carry meaning; of a script without spaces, its pairs of letters."""
    for word in words:
        if _UNSPACED.search(word):
            yield from (word[i : i + 2] for i in range(len(word) - 1))
        elif len(word) >= _SHORT or not word.isalpha():
            yield word
